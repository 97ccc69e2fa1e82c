//! Why a document gives no rows.

use xmlshred_model::{Failure, FailureCode, Stage};

/// A document without rows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRows {
    /// It is not what the contract demands.
    #[error("{0}")]
    Failed(Failure),
    /// It has another root, and the contract skips such documents: which root it has.
    #[error("skipped: {0}")]
    Skipped(String),
}

impl From<Failure> for NoRows {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Box<Failure>> for Box<NoRows> {
    #[cold]
    fn from(failure: Box<Failure>) -> Self {
        Self::new(NoRows::Failed(*failure))
    }
}

/// Why a document was not shredded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShredError {
    /// It gives no rows.
    #[error("{0}")]
    NoRows(#[from] NoRows),
    /// Somebody wishes to end: nothing is known about the document.
    #[error("interrupted")]
    Interrupted,
}

impl ShredError {
    /// Why it gives no rows, for those who never wish to end.
    pub fn into_no_rows(self) -> NoRows {
        match self {
            Self::NoRows(no_rows) => no_rows,
            Self::Interrupted => {
                NoRows::Failed(Failure::new(Stage::Shred, FailureCode::TooMuchWork, "interrupted"))
            }
        }
    }
}

impl From<Failure> for ShredError {
    fn from(failure: Failure) -> Self {
        Self::NoRows(failure.into())
    }
}
