//! Which failed documents are meant.

use xmlshred_engine::ports::{LogEntry, PortError, Source};
use xmlshred_mapping::Plan;
use xmlshred_model::DocumentKey;

use super::Cause;
use crate::args::FailureArgs;
use crate::database;
use crate::error::CommandError;
use crate::explain::Selection;
use crate::settings::SettingsError;

/// Chosen documents among those that failed.
#[derive(Debug)]
pub(crate) struct Filter {
    causes: Vec<String>,
    table: Option<String>,
    column: Option<String>,
    session: Option<String>,
    /// As the source types them; none are all.
    keys: Vec<DocumentKey>,
    /// A column that the contract does not have.
    doubt: Option<SettingsError>,
}

impl Filter {
    /// As the arguments say. The source is opened where keys are named, whose type it knows.
    ///
    /// # Errors
    /// When the contract has no such table, or there can be no such key.
    pub(crate) fn new(
        args: &FailureArgs,
        plan: &Plan,
        source: &mut dyn FnMut() -> Result<Box<dyn Source>, PortError>,
    ) -> Result<Self, CommandError> {
        let FailureArgs { cause, column: place, session, key } = args;
        let named = |table: usize| plan.contract().tables[table].name.clone();
        let (mut table, mut column, mut doubt) = (None, None, None);
        if let Some(place) = place {
            match Selection::parse(place, None, 0, plan) {
                Ok(Selection { table: found, column: of_table, .. }) => {
                    (table, column) = (Some(named(found)), of_table);
                }
                // The target may have columns that the contract has not.
                Err(SettingsError::NoSuchColumn { table: found, name, instead }) => {
                    (table, column) = (Some(found.clone()), Some(name.clone()));
                    doubt = Some(SettingsError::NoSuchColumn { table: found, name, instead });
                }
                Err(error) => return Err(error.into()),
            }
        }
        let mut keys = Vec::new();
        if !key.is_empty() {
            let source = source().map_err(|error| CommandError::port("cannot open the source", error))?;
            keys = database::keys_of(&*source, key)?;
            keys.sort_unstable();
            keys.dedup();
        }
        Ok(Self { causes: cause.clone(), table, column, session: session.clone(), keys, doubt })
    }

    /// Why nothing was found, where what was asked for is unknown.
    pub(crate) fn into_doubt(self) -> Option<SettingsError> {
        self.doubt
    }

    /// Whether a document that failed for this cause is meant.
    pub(crate) fn takes(&self, entry: &LogEntry, cause: &Cause) -> bool {
        let Self { causes, table, column, session, keys: _, doubt: _ } = self;
        let is = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        (causes.is_empty() || causes.contains(&cause.code))
            && is(table, &cause.table)
            && is(column, &cause.column)
            && session.as_ref().is_none_or(|session| *session == entry.session_id)
            && self.takes_key(&entry.key)
    }

    /// Whether the key is meant.
    pub(crate) fn takes_key(&self, key: &DocumentKey) -> bool {
        self.keys.is_empty() || self.keys.binary_search(key).is_ok()
    }

    /// The keys that were named.
    pub(crate) fn keys(&self) -> &[DocumentKey] {
        &self.keys
    }

    /// Whether it asks for something that only failed documents have.
    pub(crate) fn is_of_failures(&self) -> bool {
        !self.causes.is_empty() || self.table.is_some()
    }

    /// The session that is meant.
    pub(crate) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }
}
