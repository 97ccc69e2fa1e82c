//! Which documents an instance takes.

use xxhash_rust::xxh3::xxh3_64;

use crate::DocumentKey;

/// The share of one instance among several: the keys whose number, or hash, has by `count` the mathematical remainder `index`.
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

    /// Whether this instance takes `key`. Negative keys belong to someone too: the remainder is the mathematical one. What is no number is taken
    /// by the remainder of its XXH3-64, with the seed 0, of the canonical text as UTF-8.
    pub fn contains(self, key: &DocumentKey) -> bool {
        let (index, count) = (self.index, self.count);
        match key {
            DocumentKey::Int(number) => number.rem_euclid(i64::from(count)) == i64::from(index),
            DocumentKey::Decimal(number) => number.rem_euclid(i128::from(count)) == i128::from(index),
            DocumentKey::Text(text) => xxh3_64(text.as_bytes()) % u64::from(count) == u64::from(index),
            DocumentKey::Uuid(_) => xxh3_64(key.spelled().as_bytes()) % u64::from(count) == u64::from(index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyType;
    use proptest::prelude::*;

    fn owners(key: &DocumentKey, count: u32) -> usize {
        (0..count).filter(|&index| Share::new(index, count).unwrap().contains(key)).count()
    }

    proptest! {
        #[test]
        fn every_key_belongs_to_exactly_one_instance(
            number: i64, wide: i128, bytes: [u8; 16], text in "\\PC*", count in 1u32..50
        ) {
            let text = DocumentKey::Text(text.into());
            for key in [DocumentKey::Int(number), DocumentKey::Decimal(wide), DocumentKey::Uuid(bytes), text] {
                prop_assert_eq!(owners(&key, count), 1);
            }
        }

        #[test]
        fn a_decimal_belongs_to_whom_the_integer_belongs(number: i64, index in 0u32..7) {
            let share = Share::new(index, 7).unwrap();
            let decimal = DocumentKey::Decimal(number.into());
            prop_assert_eq!(share.contains(&DocumentKey::Int(number)), share.contains(&decimal));
        }
    }

    /// Instances of different machines and versions must agree for ever; the numbers are those of Python's `xxhash`.
    #[test]
    fn hashes_never_change() {
        let owner =
            |key: DocumentKey| (0..1000).find(|&index| Share::new(index, 1000).unwrap().contains(&key));
        let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
        assert_eq!(owner(DocumentKey::Text("".into())), Some(138));
        assert_eq!(owner(DocumentKey::Text("INV-2024-0001".into())), Some(109));
        assert_eq!(owner(DocumentKey::Text("Müller".into())), Some(519));
        assert_eq!(owner(DocumentKey::Text(uuid.into())), Some(964));
        assert_eq!(owner(KeyType::Uuid.parse(uuid).unwrap()), Some(964));
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
