//! Which layout the log of a target has, and whose its rows become when an earlier one is brought up.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::log_table::{CONTRACT_NAME, LOG, SOURCE_VERSION};

/// Layout of `processing_log` or `processing_issue`. That of the issues is of today since version 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// There is no such table.
    Missing,
    /// That of xmlshred 0.1, which does not tell contracts apart.
    Version1,
    /// The log's before documents had versions and could be skipped.
    Version2,
    /// That of today.
    Current,
}

impl Layout {
    /// That of one of these tables, if it has columns: those given.
    pub(crate) fn of(table: &str, columns: Option<&[String]>) -> Self {
        let Some(columns) = columns else { return Self::Missing };
        let has = |wanted: &str| columns.iter().any(|name| name.eq_ignore_ascii_case(wanted));
        if !has(CONTRACT_NAME) {
            Self::Version1
        } else if table.eq_ignore_ascii_case(LOG) && !has(SOURCE_VERSION) {
            Self::Version2
        } else {
            Self::Current
        }
    }

    /// Its number, when it is an earlier one.
    pub(crate) fn outdated(self) -> Option<u32> {
        match self {
            Self::Version1 => Some(1),
            Self::Version2 => Some(2),
            Self::Missing | Self::Current => None,
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
            Self::Version1 => Err(too_old(1)),
            Self::Version2 => Err(too_old(2)),
        }
    }
}

/// The log is of this earlier version.
pub(crate) fn too_old(version: u32) -> PortError {
    let (which, upgrade) = match version {
        1 => ("of xmlshred 0.1, which does not tell contracts apart", "ddl --upgrade"),
        _ => {
            ("of an earlier xmlshred, which has no versions of documents and no `skipped`", "ddl --upgrade=2")
        }
    };
    let fault = Fault::WrongTable { table: LOG.to_owned() };
    PortError::new(fault, format!("{LOG} has the layout {which}")).with_hint(format!(
        "`xmlshred run --create-tables` brings it up, in one transaction and with its rows; `xmlshred {upgrade}` prints the statements"
    ))
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
    fn a_layout_is_told_by_its_columns() {
        let check = |table: &str, columns: &[&str], expected| {
            let columns: Vec<_> = columns.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(Layout::of(table, Some(&columns)), expected, "{table} {columns:?}");
        };
        check(LOG, &["app_id", "status"], Layout::Version1);
        check(LOG, &["app_id", "Contract_Name"], Layout::Version2);
        check(LOG, &["app_id", "contract_name", "SOURCE_VERSION"], Layout::Current);
        check("processing_issue", &["app_id"], Layout::Version1);
        check("processing_issue", &["app_id", "contract_name"], Layout::Current);
        assert_eq!(Layout::of(LOG, None), Layout::Missing);
    }

    #[test]
    fn rows_of_one_contract_whose_tables_are_there_are_its_own() {
        check(&[], false, true);
        check(&["a"], true, true);
        check(&["a"], false, false);
        check(&["a", "b"], true, false);
    }
}
