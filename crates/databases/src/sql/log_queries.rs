//! Questions about the whole log, as every dialect asks them.

use xmlshred_engine::ports::MAX_CAUSES;
use xmlshred_model::log_table::{CONTRACT_NAME, FAILED};

use crate::sql::dialect::{Dialect, Guard};

/// The contracts that have rows in the log, with how many.
pub(crate) fn contracts(log: &str) -> String {
    format!(
        "SELECT {CONTRACT_NAME}, CAST(count(*) AS bigint) FROM {log} GROUP BY {CONTRACT_NAME} ORDER BY {CONTRACT_NAME}"
    )
}

/// The causes of failures of one contract: code, table, column and how many, the most frequent first.
pub(crate) fn causes(dialect: &Dialect, log: &str, contract: &str) -> String {
    let (top, end) = match dialect.guard {
        Guard::Clause => (String::new(), format!(" LIMIT {MAX_CAUSES}")),
        Guard::ObjectId => (format!("TOP ({MAX_CAUSES}) "), String::new()),
    };
    let columns = "failure_code, failure_table, failure_column";
    format!(
        "SELECT {top}{columns}, CAST(count(*) AS bigint) AS documents FROM {log} \
         WHERE {CONTRACT_NAME} = {contract} AND status = '{FAILED}' GROUP BY {columns} ORDER BY documents DESC, {columns}{end}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::dialect::{POSTGRES, SQL_SERVER};

    #[test]
    fn the_most_frequent_causes_come_first_and_are_not_endless() {
        let sql = causes(&SQL_SERVER, "[m].[processing_log]", "@P1");
        assert_eq!(
            sql,
            "SELECT TOP (1000) failure_code, failure_table, failure_column, CAST(count(*) AS bigint) AS documents \
             FROM [m].[processing_log] WHERE contract_name = @P1 AND status = 'failed' \
             GROUP BY failure_code, failure_table, failure_column \
             ORDER BY documents DESC, failure_code, failure_table, failure_column"
        );
        assert!(causes(&POSTGRES, "l", "$1").ends_with(" LIMIT 1000"));
    }
}
