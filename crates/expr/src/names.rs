//! What expressions may refer to.

use xmlshred_model::DataType;

use crate::similar::most_similar;

/// Of so many names one is looked for that was meant by a name that is none.
const MAX_COMPARED: usize = 1_000;

/// What an expression may refer to. Names compare case-insensitively.
pub trait Names {
    /// The name that `written` is, or `None` when there is no such name. Asked for every name of every expression: takes no longer the
    /// more names there are.
    fn find(&self, written: &str) -> Option<Name<'_>>;

    /// All names, for hints.
    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_>;

    /// The name that was probably meant by one that is none.
    fn similar(&self, written: &str) -> Option<&str> {
        most_similar(written, self.names().take(MAX_COMPARED))
    }
}

/// A name that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'n> {
    /// As [`Names::names`] spells it; the same for all ways of writing it.
    pub spelled: &'n str,
    /// The type of its values.
    pub data_type: DataType,
}
