//! What listeners know of the cells that are one for many rows.

use std::collections::HashMap;

use super::trace::OnceKey;

/// By column, what was told of the elements around the row that was told last: no more of them than elements are deep.
#[derive(Debug)]
pub(crate) struct Latest<T> {
    known: HashMap<u32, Vec<(OnceKey, T)>, foldhash::fast::FixedState>,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self { known: HashMap::default() }
    }
}

impl<T> Latest<T> {
    /// What is known of a cell that was told before.
    pub(crate) fn get(&self, key: OnceKey) -> Option<&T> {
        self.known.get(&key.index)?.iter().rev().find(|(known, _)| *known == key).map(|(_, told)| told)
    }

    /// Keeps what is told; what other rows around have is no longer of use.
    pub(crate) fn keep(&mut self, key: OnceKey, told: T) {
        let known = self.known.entry(key.index).or_default();
        while known.last().is_some_and(|(last, _)| last.end <= key.start || key.end <= last.start) {
            known.pop();
        }
        let at = known.partition_point(|(known, _)| known.start < key.start);
        known.insert(at, (key, told));
    }

    /// The document ends.
    pub(crate) fn clear(&mut self) {
        self.known.clear();
    }
}
