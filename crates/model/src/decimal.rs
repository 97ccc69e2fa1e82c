//! Exact decimal numbers: an integer and a scale, never a floating point number.

use std::fmt;

/// `unscaled / 10^scale`. At most 38 significant digits, as Arrow's `Decimal128` and every target database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(Rust, packed(8))]
pub struct Decimal {
    /// The digits as an integer, with the sign.
    pub unscaled: i128,
    /// How many of the digits are behind the decimal point, `0..=38`.
    pub scale: u8,
}

impl Decimal {
    /// Digits that a decimal may have.
    pub const MAX_PRECISION: u8 = 38;

    /// Whether it has no more digits than these.
    #[inline]
    pub fn has_at_most(self, precision: u8) -> bool {
        power_of_ten(precision).is_some_and(|limit| self.unscaled.unsigned_abs() < limit.unsigned_abs())
    }

    /// The same number with another scale, when no digit is lost and it has at most `precision` digits.
    pub fn rescale(self, precision: u8, scale: u8) -> Option<Self> {
        let unscaled = if scale == self.scale {
            self.unscaled
        } else if scale > self.scale {
            self.unscaled.checked_mul(power_of_ten(scale - self.scale)?)?
        } else {
            let divisor = power_of_ten(self.scale - scale)?;
            match (i64::try_from(self.unscaled), i64::try_from(divisor)) {
                (Ok(unscaled), Ok(divisor)) => {
                    (unscaled % divisor == 0).then_some((unscaled / divisor).into())?
                }
                _ => (self.unscaled % divisor == 0).then_some(self.unscaled / divisor)?,
            }
        };
        let limit = power_of_ten(precision.min(Self::MAX_PRECISION))?.unsigned_abs();
        (unscaled.unsigned_abs() < limit).then_some(Self { unscaled, scale })
    }
}

const POWERS: [i128; 39] = {
    let mut powers = [1; 39];
    let mut at = 1;
    while at < 39 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// Where it fits.
pub(crate) fn power_of_ten(exponent: u8) -> Option<i128> {
    POWERS.get(usize::from(exponent)).copied()
}

impl fmt::Display for Decimal {
    /// All digits of the scale, a zero before the point: `-0.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.unscaled.unsigned_abs();
        let sign = if self.unscaled < 0 { "-" } else { "" };
        let scale = usize::from(self.scale);
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let text = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = text.split_at(text.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_digits_of_the_scale_are_shown() {
        for (unscaled, scale, text) in [
            (-50, 2, "-0.50"),
            (0, 0, "0"),
            (0, 3, "0.000"),
            (12345, 2, "123.45"),
            (7, 0, "7"),
            (1, 38, "0.00000000000000000000000000000000000001"),
        ] {
            assert_eq!(Decimal { unscaled, scale }.to_string(), text);
        }
    }

    #[test]
    fn rescaling_loses_no_digit() {
        let number = Decimal { unscaled: 1250, scale: 2 };
        assert_eq!(number.rescale(38, 1), Some(Decimal { unscaled: 125, scale: 1 }));
        assert_eq!(number.rescale(38, 0), None);
        assert_eq!(number.rescale(4, 3), None);
        assert_eq!(number.rescale(5, 3), Some(Decimal { unscaled: 12500, scale: 3 }));
        assert_eq!(Decimal { unscaled: i128::MAX, scale: 0 }.rescale(38, 38), None);
    }
}
