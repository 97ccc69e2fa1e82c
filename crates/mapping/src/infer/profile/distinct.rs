//! The different values of a column, as long as they are few and short.

/// More than this are many.
const MAX_COUNT: usize = 20;
/// Longer values are text and no codes.
const MAX_BYTES: usize = 40;

/// A set of few short texts; once there are too many, it holds none for ever.
#[derive(Debug)]
pub(crate) struct Distinct {
    texts: Vec<Box<str>>,
    /// Where the last one was found: values repeat themselves.
    last: usize,
    is_open: bool,
}

impl Default for Distinct {
    fn default() -> Self {
        Self { texts: Vec::new(), last: 0, is_open: true }
    }
}

impl Distinct {
    pub(super) fn add(&mut self, text: &str) {
        if !self.is_open || self.texts.get(self.last).is_some_and(|known| **known == *text) {
            return;
        }
        if let Some(at) = self.texts.iter().position(|known| **known == *text) {
            self.last = at;
        } else if self.texts.len() == MAX_COUNT || text.len() > MAX_BYTES {
            *self = Self { texts: Vec::new(), last: 0, is_open: false };
        } else {
            self.last = self.texts.len();
            self.texts.push(text.into());
        }
    }

    /// Adds those of another set.
    pub(super) fn merge(&mut self, other: &Self) {
        if other.is_open {
            other.texts.iter().for_each(|text| self.add(text));
        } else {
            *self = Self { texts: Vec::new(), last: 0, is_open: false };
        }
    }

    /// The values in order of first appearance; `None` when they are many.
    pub(crate) fn texts(&self) -> Option<&[Box<str>]> {
        self.is_open.then_some(&*self.texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_short_values_are_kept_and_one_too_many_forgets_them_all() {
        let mut distinct = Distinct::default();
        for round in 0..3 {
            for code in 0..MAX_COUNT {
                distinct.add(&code.to_string());
            }
            assert_eq!(distinct.texts().map(<[_]>::len), Some(MAX_COUNT), "round {round}");
        }
        distinct.add("one more");
        assert!(distinct.texts().is_none());
        distinct.add("0");
        assert!(distinct.texts().is_none());
        let mut long = Distinct::default();
        long.add(&"x".repeat(MAX_BYTES + 1));
        assert!(long.texts().is_none());
    }
}
