//! Which documents somebody wants processed again.

use xmlshred_engine::ports::{Entries, LogEntry, PortError, Source};
use xmlshred_mapping::Plan;

use crate::args::RetryArgs;
use crate::error::CommandError;
use crate::failures::{Cause, Filter};

/// As the arguments say.
pub(crate) struct Wanted {
    pub(crate) filter: Filter,
    all: bool,
    contract_changed: bool,
    pub(crate) document_changed: bool,
    contract_hash: String,
}

impl Wanted {
    /// As the arguments say. The source is opened where keys are named.
    ///
    /// # Errors
    /// When the contract has no such table, or there can be no such key.
    pub(crate) fn new(
        args: &RetryArgs,
        plan: &Plan,
        source: &mut dyn FnMut() -> Result<Box<dyn Source>, PortError>,
    ) -> Result<Self, CommandError> {
        let RetryArgs { which, contract_changed, document_changed, all, .. } = args;
        Ok(Self {
            filter: Filter::new(which, plan, source)?,
            all: *all,
            contract_changed: *contract_changed,
            document_changed: *document_changed,
            contract_hash: plan.contract().hash.clone(),
        })
    }

    /// Whether documents are meant whatever they came to.
    pub(crate) fn is_of_any_outcome(&self) -> bool {
        let is_of_keys = !self.filter.keys().is_empty() && !self.filter.is_of_failures();
        self.all || self.contract_changed || self.document_changed || is_of_keys
    }

    /// The rows of the log that have to be looked at.
    pub(crate) fn entries(&self) -> Entries {
        if self.is_of_any_outcome() { Entries::All } else { Entries::Failed }
    }

    /// What the log alone tells of a document.
    pub(crate) fn takes(&self, entry: &LogEntry, plan: &Plan) -> Takes {
        let (cause, _) = Cause::of(entry, plan.schema());
        let is_of_contract = self.contract_changed && entry.contract_hash != self.contract_hash;
        if !self.filter.takes(entry, &cause) {
            Takes::No
        } else if is_of_contract || self.all {
            Takes::Yes
        } else if self.document_changed {
            Takes::IfChanged
        } else if self.contract_changed {
            Takes::No
        } else {
            Takes::Yes
        }
    }
}

/// Whether a document is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Yes,
    No,
    /// When it is not what it was.
    IfChanged,
}
