//! How much of documents is kept.

use crate::limits::Limits;

/// Bounds of memory: beyond them, subtrees are kept as markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProfileLimits {
    /// Different paths of elements. Default 10,000.
    pub max_elements: usize,
    /// Different paths of elements and attributes. Default 40,000.
    pub max_values: usize,
    /// Different names of children, or of attributes, of one element. Default 1,000.
    pub max_names: usize,
    /// Depth of elements. Default 256.
    pub max_depth: u32,
    /// Attributes of one element. Default 4,096.
    pub max_attributes: u32,
}

/// A schema with more paths than a contract has room for gives one of no more than this: nobody reads ten thousand columns.
const MAX_OF_MANY: usize = 2_000;

impl ProfileLimits {
    /// Those of a schema that has more paths than these limits.
    pub(in crate::infer) fn of_many(self) -> Self {
        Self { max_elements: self.max_elements.min(MAX_OF_MANY), ..self }
    }
}

impl Default for ProfileLimits {
    fn default() -> Self {
        let shredding = Limits::default();
        Self {
            max_elements: 10_000,
            max_values: 40_000,
            max_names: 1_000,
            max_depth: shredding.max_depth,
            max_attributes: shredding.max_attributes,
        }
    }
}
