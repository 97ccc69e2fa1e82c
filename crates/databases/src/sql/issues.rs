//! Issues, counted by the database.

use xmlshred_model::log_table::CONTRACT_NAME;

use crate::sql::dialect::{Dialect, Guard};

/// Kinds of issues that are told: there are as many as columns have codes, unless others fill the table.
const MOST: usize = 10_000;

/// What is asked of the issues; names and parameters as SQL has them.
pub(crate) struct IssueQuery<'a> {
    pub(crate) dialect: &'a Dialect,
    pub(crate) issues: &'a str,
    pub(crate) log: &'a str,
    pub(crate) key: &'a str,
    pub(crate) contract: &'a str,
    /// Of documents that this session processed last.
    pub(crate) session: Option<&'a str>,
}

impl IssueQuery<'_> {
    /// The columns come in the order of [`xmlshred_engine::ports::IssueTally`].
    pub(crate) fn sql(&self) -> String {
        let Self { dialect, issues, log, key, contract, session } = self;
        let count = dialect.quote("count");
        let (top, end) = match dialect.guard {
            Guard::Clause => (String::new(), format!(" LIMIT {MOST}")),
            Guard::ObjectId => (format!("TOP ({MOST}) "), String::new()),
        };
        let (join, of_session) = match session {
            None => (String::new(), String::new()),
            Some(session) => (
                format!(" JOIN {log} l ON l.{CONTRACT_NAME} = i.{CONTRACT_NAME} AND l.{key} = i.{key}"),
                format!(" AND l.session_id = {session}"),
            ),
        };
        format!(
            "SELECT {top}i.table_name, i.column_name, i.code, CAST(sum(i.{count}) AS bigint), CAST(count(*) AS bigint) \
             FROM {issues} i{join} WHERE i.{CONTRACT_NAME} = {contract}{of_session} \
             GROUP BY i.table_name, i.column_name, i.code ORDER BY sum(i.{count}) DESC, i.table_name, i.column_name, i.code{end}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::dialect::{SQL_SERVER, SQLITE};

    #[test]
    fn the_log_is_asked_only_where_a_session_is() {
        let query = IssueQuery {
            dialect: &SQL_SERVER,
            issues: "[m].[processing_issue]",
            log: "[m].[processing_log]",
            key: "[app_id]",
            contract: "@P1",
            session: Some("@P2"),
        };
        assert_eq!(
            query.sql(),
            "SELECT TOP (10000) i.table_name, i.column_name, i.code, CAST(sum(i.[count]) AS bigint), CAST(count(*) AS bigint) \
             FROM [m].[processing_issue] i JOIN [m].[processing_log] l ON l.contract_name = i.contract_name AND l.[app_id] = i.[app_id] \
             WHERE i.contract_name = @P1 AND l.session_id = @P2 GROUP BY i.table_name, i.column_name, i.code \
             ORDER BY sum(i.[count]) DESC, i.table_name, i.column_name, i.code"
        );
        let all = IssueQuery { dialect: &SQLITE, session: None, ..query }.sql();
        assert!(!all.contains("JOIN") && all.ends_with("LIMIT 10000"), "{all}");
    }
}
