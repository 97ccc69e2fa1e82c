//! Which layout the log of a target has, and whose its rows become when an earlier one is brought up.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::log_table::{CONTRACT_NAME, LOG};

/// Layout of `processing_log` or `processing_issue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// There is no such table.
    Missing,
    /// That of xmlshred 0.1, which does not tell contracts apart.
    Version1,
    /// That of today.
    Current,
}

impl Layout {
    /// That of a table with these columns.
    pub(crate) fn of(columns: Option<&[String]>) -> Self {
        match columns {
            None => Self::Missing,
            Some(columns) if columns.iter().any(|name| name.eq_ignore_ascii_case(CONTRACT_NAME)) => {
                Self::Current
            }
            Some(_) => Self::Version1,
        }
    }

    /// Whether there is a log to read.
    ///
    /// # Errors
    /// When it has an earlier layout.
    pub(crate) fn is_there(self) -> Result<bool, PortError> {
        match self {
            Self::Missing => Ok(false),
            Self::Current => Ok(true),
            Self::Version1 => Err(too_old()),
        }
    }
}

/// The log is of an earlier version.
pub(crate) fn too_old() -> PortError {
    PortError::new(
        Fault::WrongTable { table: LOG.to_owned() },
        format!("{LOG} has the layout of xmlshred 0.1, which does not tell contracts apart"),
    )
    .with_hint(
        "`xmlshred run --create-tables` brings it up, in one transaction and with its rows; `xmlshred ddl --upgrade` prints the statements",
    )
}

/// What an earlier log tells of whose rows it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OldRows {
    /// Hashes of the contracts that its rows name.
    pub(crate) hashes: Vec<String>,
    /// Whether the target has any of this contract's tables.
    pub(crate) has_target_tables: bool,
}

impl OldRows {
    /// That its rows can be this contract's only: they name one contract's text, and this contract's tables are there. Nothing is guessed,
    /// because rows under a wrong name would have their documents processed a second time.
    ///
    /// # Errors
    /// When they may be others'.
    pub(crate) fn check_owner(&self, contract_name: &str) -> Result<(), PortError> {
        let wrong = |message: String, hint: String| {
            Err(PortError::new(Fault::WrongTable { table: LOG.to_owned() }, message).with_hint(hint))
        };
        let script = "`xmlshred ddl --upgrade` prints the statements that say so, to be run by hand";
        match &self.hashes[..] {
            [] => Ok(()),
            [_] if self.has_target_tables => Ok(()),
            [hash] => wrong(
                format!(
                    "the rows of {LOG}, which has the layout of xmlshred 0.1, are of another contract ({hash}): the target has none of this contract's tables"
                ),
                format!(
                    "bring it up with the contract that wrote it; if they are this contract's all the same, say --adopt-log, or {script}"
                ),
            ),
            hashes => wrong(
                format!(
                    "{LOG} has the layout of xmlshred 0.1, and its rows were written with {} contracts, or versions of one ({})",
                    hashes.len(),
                    hashes.join(", ")
                ),
                format!(
                    "if all were versions of the contract `{contract_name}`, say --adopt-log beside --create-tables, or {script}"
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hashes: &[&str], has_target_tables: bool, is_mine: bool) {
        let hashes = hashes.iter().map(|&hash| hash.to_owned()).collect();
        let rows = OldRows { hashes, has_target_tables };
        assert_eq!(rows.check_owner("orders").is_ok(), is_mine, "{rows:?}");
    }

    #[test]
    fn rows_of_one_contract_whose_tables_are_there_are_its_own() {
        check(&[], false, true);
        check(&["a"], true, true);
        check(&["a"], false, false);
        check(&["a", "b"], true, false);
    }
}
