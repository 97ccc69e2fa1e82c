//! Exact decimal numbers: an integer and a scale, never a floating point number.

/// `unscaled / 10^scale`. At most 38 significant digits, as Arrow's `Decimal128` and every target database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// The digits as an integer, with the sign.
    pub unscaled: i128,
    /// How many of the digits are behind the decimal point, `0..=38`.
    pub scale: u8,
}
