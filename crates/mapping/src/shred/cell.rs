//! A cell, or why there is none.

use xmlshred_model::{FailureCode, IssueCode, Value, WorkEnd};

/// A cell after its conversion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cell<'a> {
    pub(crate) value: Value<'a>,
    pub(crate) issue: Option<IssueCode>,
    /// The document had a value here, whatever became of it.
    pub(crate) is_from_document: bool,
}

/// Why a cell has no value: the document fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: FailureCode,
    pub(crate) message: String,
}

impl From<WorkEnd> for Box<Refusal> {
    #[cold]
    fn from(end: WorkEnd) -> Self {
        let message = match end {
            WorkEnd::Steps(limit) => format!("the rows take more than {limit} steps"),
            WorkEnd::ValueBytes(limit) => {
                format!("the values made for the rows take more than {limit} bytes")
            }
            // Nobody reads this: whoever interrupts a document does not want to know of it.
            WorkEnd::Interrupted => "interrupted".to_owned(),
        };
        Self::new(Refusal { code: FailureCode::TooMuchWork, message })
    }
}
