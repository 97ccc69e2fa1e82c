//! What a database says of a table that is there, in terms that all databases share.

/// A table of the target as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct RealTable {
    pub(crate) columns: Vec<RealColumn>,
    /// Columns of the primary key, and of every other set of columns whose values are unique; in no order.
    pub(crate) unique: Vec<Vec<String>>,
    pub(crate) foreign_keys: Vec<RealForeignKey>,
}

/// A column as it is.
#[derive(Clone, Debug)]
pub(crate) struct RealColumn {
    pub(crate) name: String,
    /// Its type as SQL writes it.
    pub(crate) declared: String,
    pub(crate) nulls: Nulls,
    /// Characters that it takes, when they are limited.
    pub(crate) max_chars: Option<u64>,
    /// How large whole numbers may be, when they are limited.
    pub(crate) magnitude: Option<Magnitude>,
    pub(crate) keeps: Keeps,
}

/// How large numbers may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Magnitude {
    /// Bits of an integer.
    Bits(u8),
    /// Digits before the point.
    Digits(u8),
}

/// Whether a row may do without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nulls {
    Taken,
    /// Not null, but the database fills the column of a row that does not name it.
    Filled,
    Refused,
}

/// What becomes of the values of the contract's column of this name, as the sink would load them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeps {
    /// They stay as they are, or are refused.
    Unchanged,
    /// They would be rounded, cut off or read otherwise.
    Changed,
    /// None can be loaded: the database computes the column itself.
    Computed,
}

/// A foreign key as it is.
#[derive(Clone, Debug)]
pub(crate) struct RealForeignKey {
    pub(crate) columns: Vec<String>,
    /// Name of the table that it refers to, without schema.
    pub(crate) parent: String,
}
