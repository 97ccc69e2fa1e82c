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
        if !self.kinds.is_empty() {
            self.kinds.narrow(text, &mut self.number);
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
        let Self { count, blank_count, max_chars, has_spaces, kinds, number, distinct, key_count } = other;
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

fn has_spaces_within(text: &str) -> bool {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let bytes = text.as_bytes().trim_ascii();
    bytes.iter().any(is_space)
}

/// XML white space only, or nothing.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}
