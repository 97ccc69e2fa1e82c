//! Attributes of one start tag: as the document has them, and the rule that none stands twice.

use std::hash::{BuildHasher, Hash};

/// Text of the document together with whether it can be used as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawText<'d> {
    /// As in the document, references and line ends included.
    pub raw: &'d str,
    /// Whether there is nothing to replace in it.
    pub is_plain: bool,
}

/// An attribute as the document has it.
#[derive(Clone, Copy, Debug)]
pub struct RawAttribute<'d> {
    /// Prefix and local name, `xmlns` declarations included.
    pub name: &'d str,
    /// Bytes of the prefix without the colon; 0 when there is none.
    pub prefix_len: usize,
    /// Its value.
    pub value: RawText<'d>,
    /// A number that stands for this name without prefix in this element; 0 when there is none.
    pub known: u32,
}

impl<'d> RawAttribute<'d> {
    /// The prefix, empty when there is none.
    pub fn prefix(&self) -> &'d str {
        &self.name[..self.prefix_len]
    }

    /// The local name.
    pub fn local(&self) -> &'d str {
        local_part(self.name, self.prefix_len)
    }

    /// Whether this declares a namespace.
    pub fn is_namespace_declaration(&self) -> bool {
        self.name == "xmlns" || self.prefix() == "xmlns"
    }
}

/// What follows a prefix of this length and its colon.
pub(super) fn local_part(name: &str, prefix_len: usize) -> &str {
    if prefix_len == 0 { name } else { &name[prefix_len + 1..] }
}

/// Finds attributes that stand twice, with a table that is used again for every tag.
#[derive(Debug, Default)]
pub(super) struct Uniqueness {
    slots: Vec<Slot>,
    round: u32,
    /// With a key of the process, so that nobody can write names that collide.
    hasher: foldhash::fast::RandomState,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    round: u32,
    index: u32,
}

/// Up to here comparing all pairs is quicker than hashing.
const MAX_PAIRWISE: usize = 8;

impl Uniqueness {
    /// Whether two of these are equal.
    pub(super) fn has_duplicate<T: Copy + Eq + Hash + Default>(
        &mut self,
        count: usize,
        items: impl Iterator<Item = T>,
    ) -> bool {
        if count <= MAX_PAIRWISE {
            let mut seen = [T::default(); MAX_PAIRWISE];
            for (at, item) in items.take(MAX_PAIRWISE).enumerate() {
                if seen[..at].contains(&item) {
                    return true;
                }
                seen[at] = item;
            }
            return false;
        }
        self.is_any_hashed_twice(&items.collect::<Vec<_>>())
    }

    fn is_any_hashed_twice<T: Copy + Eq + Hash>(&mut self, items: &[T]) -> bool {
        let size = (items.len() * 2).next_power_of_two();
        if self.slots.len() < size {
            self.slots = vec![Slot::default(); size];
            self.round = 0;
        }
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.slots.fill(Slot::default());
            self.round = 1;
        }
        let mask = self.slots.len() - 1;
        for (index, item) in items.iter().enumerate() {
            let mut at = self.hasher.hash_one(item) as usize & mask;
            while self.slots[at].round == self.round {
                if items[self.slots[at].index as usize] == *item {
                    return true;
                }
                at = (at + 1) & mask;
            }
            self.slots[at] = Slot { round: self.round, index: index as u32 };
        }
        false
    }
}
