//! Rows of the log: page by page, or by their keys.

use xmlshred_engine::ports::Entries;
use xmlshred_model::log_table::{CONTRACT_NAME, FAILED, SOURCE_VERSION};

use crate::sql::dialect::{Dialect, Guard};

/// What is asked of the log; names and parameters as SQL has them.
pub(crate) struct EntryQuery<'a> {
    pub(crate) dialect: &'a Dialect,
    pub(crate) log: &'a str,
    pub(crate) key: &'a str,
    /// The key's column, read.
    pub(crate) key_read: &'a str,
    /// `processing_time`, read.
    pub(crate) time: &'a str,
    pub(crate) contract: &'a str,
    pub(crate) which: Entries,
    pub(crate) part: EntryPart<'a>,
}

/// Which part of them.
pub(crate) enum EntryPart<'a> {
    /// So many behind this key.
    Page { after: Option<&'a str>, limit: usize },
    /// Those whose key is as this condition has it, as in `= $2`.
    Keys(&'a str),
}

impl EntryQuery<'_> {
    /// The columns come in the order of [`xmlshred_engine::ports::LogEntry`].
    pub(crate) fn sql(&self) -> String {
        let Self { dialect, log, key, key_read, time, contract, which, part } = self;
        let (keys, limit) = match part {
            EntryPart::Page { after, limit } => (after.map(|after| format!("> {after}")), Some(limit)),
            EntryPart::Keys(keys) => (Some((*keys).to_owned()), None),
        };
        let keys = keys.map_or_else(String::new, |keys| format!(" AND {key} {keys}"));
        let status = match which {
            Entries::All => String::new(),
            Entries::Failed => format!(" AND status = '{FAILED}'"),
        };
        let (top, end) = match (limit, dialect.guard) {
            (None, _) => (String::new(), String::new()),
            (Some(limit), Guard::Clause) => (String::new(), format!(" LIMIT {limit}")),
            (Some(limit), Guard::ObjectId) => (format!("TOP ({limit}) "), String::new()),
        };
        format!(
            "SELECT {top}{key_read}, status, failure_reason, failure_code, failure_table, failure_column, {time}, session_id, \
             row_count, contract_hash, document_hash, {SOURCE_VERSION}, CAST(instance_id AS bigint), CAST(instance_count AS bigint), \
             CAST(duration_ms AS bigint) FROM {log} \
             WHERE {CONTRACT_NAME} = {contract}{keys}{status} ORDER BY {key}{end}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::dialect::{POSTGRES, SQL_SERVER};

    #[test]
    fn a_page_is_a_range_of_the_index_of_one_contract() {
        let query = EntryQuery {
            dialect: &SQL_SERVER,
            log: "[m].[processing_log]",
            key: "[app_id]",
            key_read: "CAST([app_id] AS bigint)",
            time: "processing_time",
            contract: "@P1",
            which: Entries::Failed,
            part: EntryPart::Page { after: Some("@P2"), limit: 10 },
        };
        let columns = "status, failure_reason, failure_code, failure_table, failure_column, processing_time, session_id, row_count, \
                       contract_hash, document_hash, source_version, CAST(instance_id AS bigint), \
                       CAST(instance_count AS bigint), CAST(duration_ms AS bigint)";
        assert_eq!(
            query.sql(),
            format!(
                "SELECT TOP (10) CAST([app_id] AS bigint), {columns} FROM [m].[processing_log] \
                 WHERE contract_name = @P1 AND [app_id] > @P2 AND status = 'failed' ORDER BY [app_id]"
            )
        );
        let part = EntryPart::Page { after: None, limit: 10 };
        let all = EntryQuery { dialect: &POSTGRES, which: Entries::All, part, ..query };
        assert!(all.sql().ends_with("WHERE contract_name = @P1 ORDER BY [app_id] LIMIT 10"), "{}", all.sql());
        let some = EntryQuery { part: EntryPart::Keys("= ANY ($2)"), ..all };
        let end = "WHERE contract_name = @P1 AND [app_id] = ANY ($2) ORDER BY [app_id]";
        assert!(some.sql().ends_with(end), "{}", some.sql());
    }
}
