//! The documents that have most of something.

use xmlshred_model::DocumentKey;

/// Documents that are kept.
const MOST: usize = 10;

/// A few documents, those with most first; of equal ones those that came first.
#[derive(Debug, Default)]
pub(super) struct Extremes {
    kept: Vec<(u64, u64, DocumentKey)>,
}

impl Extremes {
    /// Takes note of a document that has so much, and so much of another thing beside it. None has nothing.
    pub(super) fn offer(&mut self, amount: u64, beside: u64, key: &DocumentKey) {
        let at = self.kept.partition_point(|(kept, ..)| *kept >= amount);
        if amount > 0 && at < MOST {
            self.kept.insert(at, (amount, beside, key.clone()));
            self.kept.truncate(MOST);
        }
    }

    /// Amount, what is beside it, key.
    pub(super) fn into_kept(self) -> Vec<(u64, u64, DocumentKey)> {
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_with_most_are_kept_in_order() {
        let mut extremes = Extremes::default();
        for number in 0..1_000_u64 {
            extremes.offer(number * 7 % 100, 0, &DocumentKey::Int(number as i64));
        }
        let kept: Vec<_> = extremes.into_kept().into_iter().map(|(amount, ..)| amount).collect();
        assert_eq!(kept, [99; 10]);
        let mut few = Extremes::default();
        [3, 0, 5, 3].into_iter().for_each(|amount| few.offer(amount, 0, &DocumentKey::Int(amount as i64)));
        assert_eq!(few.into_kept().into_iter().map(|(amount, ..)| amount).collect::<Vec<_>>(), [5, 3, 3]);
    }
}
