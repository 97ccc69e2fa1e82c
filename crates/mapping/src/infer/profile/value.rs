//! What the values of one attribute, or the texts of one element, look like. Cheap: after a few values, most kinds are ruled out and
//! the different values are too many to be kept.

use super::distinct::Distinct;
use super::kinds::{Kinds, NumberShape};

/// Statistics of values.
#[derive(Debug, Default)]
pub(crate) struct ValueProfile {
    /// How many there are, blank ones included.
    pub(crate) count: u64,
    /// How many are empty or only white space.
    pub(crate) blank_count: u64,
    /// Characters of the longest.
    pub(crate) max_chars: u32,
    /// Some have white space between other characters.
    pub(crate) has_spaces: bool,
    /// What all values that are not blank can be read as.
    pub(crate) kinds: Kinds,
    /// What nearly all of them can be read as, where some cannot.
    pub(crate) nearly: Nearly,
    /// Of numbers, as long as all are numbers.
    pub(crate) number: NumberShape,
    /// The different values, as long as they are few.
    pub(crate) distinct: Distinct,
    /// How many are the key of their document.
    pub(crate) key_count: u64,
}

impl ValueProfile {
    /// Counts a value in. `key` is that of its document, as it is written.
    pub(in crate::infer) fn observe(&mut self, text: &str, key: Option<&str>) {
        self.count += 1;
        // No character takes less than a byte.
        if text.len() > self.max_chars as usize {
            let chars = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
            self.max_chars = self.max_chars.max(chars);
        }
        if is_blank(text) {
            self.blank_count += 1;
            return;
        }
        if self.kinds.is_empty() {
            self.nearly.observe(text);
        } else {
            let before = self.kinds;
            self.kinds.narrow(text, &mut self.number);
            if self.kinds.is_empty() && self.filled_count() > 1 {
                self.nearly = Nearly::without_the_last(before, self.filled_count() - 1);
            }
        }
        self.has_spaces |= has_spaces_within(text);
        self.distinct.add(text);
        if key.is_some_and(|key| key == text) {
            self.key_count += 1;
        }
    }

    /// One that is not known.
    pub(super) fn of_one() -> Self {
        Self { count: 1, ..Self::default() }
    }

    /// One that is empty.
    pub(super) fn of_blank() -> Self {
        Self { count: 1, blank_count: 1, ..Self::default() }
    }

    /// Adds what is known of values that mean the same, elsewhere.
    pub(in crate::infer) fn merge(&mut self, other: &Self) {
        let Self { count, blank_count, max_chars, has_spaces, kinds, nearly: _, number, distinct, key_count } =
            other;
        self.count += count;
        self.blank_count += blank_count;
        self.max_chars = self.max_chars.max(*max_chars);
        self.has_spaces |= has_spaces;
        self.kinds.keep_common(*kinds);
        self.number.widen(number);
        self.distinct.merge(distinct);
        self.key_count += key_count;
    }

    /// How many are not blank.
    pub(crate) fn filled_count(&self) -> u64 {
        self.count - self.blank_count
    }
}

/// What values were read as before one that could not be, and how many can be: mistakes are told, and not taken for another kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Nearly {
    /// What those that fit can be read as; empty when they are too few.
    pub(crate) kinds: Kinds,
    pub(crate) fitting_count: u64,
    pub(crate) other_count: u64,
}

impl Nearly {
    /// So few of a hundred may be mistakes.
    const MAX_PERCENT: u64 = 5;
    /// Below so many values that fit, another one is no mistake but another kind.
    const MIN_FITTING: u64 = 20;

    fn without_the_last(kinds: Kinds, fitting_count: u64) -> Self {
        match fitting_count {
            Self::MIN_FITTING.. => Self { kinds, fitting_count, other_count: 1 },
            _ => Self::none(),
        }
    }

    fn none() -> Self {
        Self { kinds: Kinds::none(), fitting_count: 0, other_count: 0 }
    }

    fn observe(&mut self, text: &str) {
        if self.kinds.is_empty() || self.fitting_count == 0 {
            return;
        }
        let mut narrowed = self.kinds;
        narrowed.narrow(text, &mut NumberShape::default());
        if !narrowed.is_empty() {
            self.kinds = narrowed;
            self.fitting_count += 1;
            return;
        }
        self.other_count += 1;
        if self.other_count * 100 > Self::MAX_PERCENT * (self.fitting_count + self.other_count) {
            *self = Self::none();
        }
    }
}

fn has_spaces_within(text: &str) -> bool {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let bytes = text.as_bytes().trim_ascii();
    bytes.iter().any(is_space)
}

/// XML white space only, or nothing.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}
