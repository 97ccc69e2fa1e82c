//! Which document: its key, ranges of keys, and the share of the keys that an instance takes.

use std::fmt;

/// The integer key of a document in its source table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentKey(pub i64);

impl fmt::Display for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An inclusive range of keys; a missing end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyRange {
    /// The smallest key that belongs to the range.
    pub start: Option<DocumentKey>,
    /// The largest key that belongs to the range.
    pub end: Option<DocumentKey>,
}

impl KeyRange {
    /// Whether `key` lies in the range.
    pub fn contains(&self, key: DocumentKey) -> bool {
        self.start.is_none_or(|start| start <= key) && self.end.is_none_or(|end| key <= end)
    }
}

/// The share of one instance among several: the keys whose mathematical remainder by `count` is `index`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Share {
    index: u32,
    count: u32,
}

/// An instance id and count that make no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// No instance at all.
    #[error("instance count is 0, but it takes at least one instance (instance id was {index})")]
    NoInstances {
        /// The instance id that came with it.
        index: u32,
    },
    /// The id is not below the count.
    #[error("instance id {index} is not below instance count {count}: ids are 0 to {}", count - 1)]
    IndexOutOfRange {
        /// The instance id.
        index: u32,
        /// The instance count.
        count: u32,
    },
}

impl Share {
    /// All keys: the share of a single instance.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// The share of instance `index` (from 0) among `count`.
    ///
    /// # Errors
    /// When `count` is 0 or `index` is not below it.
    pub fn new(index: u32, count: u32) -> Result<Self, ShareError> {
        if count == 0 {
            Err(ShareError::NoInstances { index })
        } else if index >= count {
            Err(ShareError::IndexOutOfRange { index, count })
        } else {
            Ok(Self { index, count })
        }
    }

    /// The instance, from 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many instances there are.
    pub fn count(self) -> u32 {
        self.count
    }

    /// Whether this instance takes `key`. Negative keys belong to someone too: the remainder is the mathematical one.
    pub fn contains(self, key: DocumentKey) -> bool {
        key.0.rem_euclid(i64::from(self.count)) == i64::from(self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_key_belongs_to_exactly_one_instance(key: i64, count in 1u32..50) {
            let owners = (0..count).filter(|&index| Share::new(index, count).unwrap().contains(DocumentKey(key))).count();
            prop_assert_eq!(owners, 1);
        }
    }

    #[test]
    fn impossible_shares_name_both_values() {
        assert_eq!(
            Share::new(3, 3).unwrap_err().to_string(),
            "instance id 3 is not below instance count 3: ids are 0 to 2"
        );
        assert!(Share::new(0, 0).is_err());
    }
}
