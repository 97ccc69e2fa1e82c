//! What contracts may permit beyond a strict conversion: digits that a type cannot hold, zones that it does not keep.

/// `on_inexact`: what a value with more fraction digits than its type does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnInexact {
    /// It is invalid.
    #[default]
    Fail,
    /// Half away from zero.
    Round,
    /// Digits are cut off.
    Truncate,
}

/// `on_zone`: what a zone does in a value of a type that keeps none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnZone {
    /// The value is invalid.
    #[default]
    Fail,
    /// The zone is left out: the date and time as they are written.
    Ignore,
    /// The same instant in UTC; a date alone is its midnight.
    Utc,
}

/// What is permitted beyond a strict conversion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leniency {
    /// Of digits behind those of the type.
    pub on_inexact: OnInexact,
    /// Of zones.
    pub on_zone: OnZone,
}

impl Leniency {
    /// Nothing.
    pub const STRICT: Self = Self { on_inexact: OnInexact::Fail, on_zone: OnZone::Fail };
}

/// Digits of a fraction that a value has no place for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lost {
    /// None, or zeros.
    #[default]
    Nothing,
    /// Less than half of the last digit that is kept.
    LessThanHalf,
    /// Half of it or more.
    Half,
}

impl Lost {
    /// What these digits, from the first that has no place, come to.
    pub(super) fn of(digits: &[u8]) -> Self {
        match digits {
            [b'5'..=b'9', ..] => Self::Half,
            digits if digits.iter().all(|&digit| digit == b'0') => Self::Nothing,
            _ => Self::LessThanHalf,
        }
    }

    /// What is added to the last digit that is kept, away from zero; `None`: the value is invalid.
    pub(super) fn settled(self, on_inexact: OnInexact) -> Option<i64> {
        match (self, on_inexact) {
            (Self::Nothing, _) | (_, OnInexact::Truncate) | (Self::LessThanHalf, OnInexact::Round) => Some(0),
            (Self::Half, OnInexact::Round) => Some(1),
            (_, OnInexact::Fail) => None,
        }
    }
}
