//! Attributes of one start tag: as the document has them, and the rule that none stands twice.

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
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    round: u32,
    index: u32,
}

/// Up to here comparing all pairs is quicker than hashing.
const MAX_PAIRWISE: usize = 8;

impl Uniqueness {
    /// Index of the first attribute whose name stood before.
    pub(super) fn first_duplicate(&mut self, attributes: &[RawAttribute<'_>]) -> Option<usize> {
        if attributes.len() <= MAX_PAIRWISE {
            return (1..attributes.len())
                .find(|&at| attributes[..at].iter().any(|earlier| earlier.name == attributes[at].name));
        }
        let size = (attributes.len() * 2).next_power_of_two();
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
        for (index, attribute) in attributes.iter().enumerate() {
            let mut at = name_hash(attribute.name) as usize & mask;
            while self.slots[at].round == self.round {
                if attributes[self.slots[at].index as usize].name == attribute.name {
                    return Some(index);
                }
                at = (at + 1) & mask;
            }
            self.slots[at] = Slot { round: self.round, index: index as u32 };
        }
        None
    }
}

/// A quick hash of a short name: length, first and last eight bytes. Names made to collide cost at worst the square of the
/// attribute limit, which is bounded.
fn name_hash(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let (first, last) = if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>())
    {
        (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)))
    } else {
        (bytes.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte)), 0)
    };
    let mixed = (first ^ (bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .wrapping_mul(0xFF51_AFD7_ED55_8CCD)
        ^ last.wrapping_mul(0xC4CE_B9FE_1A85_EC53).rotate_left(29);
    mixed ^ (mixed >> 32)
}
