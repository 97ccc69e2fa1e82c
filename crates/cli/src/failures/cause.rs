//! Why a document failed, as its log row says it.

use xmlshred_engine::ports::LogEntry;
use xmlshred_model::{FailureCode, TargetSchema};

/// What documents that failed for one reason have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Cause {
    /// `fetch`, `parse`, `shred` or `load`.
    pub(crate) stage: String,
    /// A [`FailureCode`], unless somebody else wrote the row.
    pub(crate) code: String,
    /// The table, where it is about one.
    pub(crate) table: Option<String>,
    /// The column of it, or `let`.
    pub(crate) column: Option<String>,
}

impl Cause {
    /// Of a document that failed, and the particulars. What rows of before do not have in columns of their own is taken from the reason, as
    /// far as it names what the contract has.
    pub(crate) fn of(entry: &LogEntry, schema: &TargetSchema) -> (Self, String) {
        let reason = entry.failure_reason.as_deref().unwrap_or_default();
        let (stage, rest) = reason.split_once(": ").unwrap_or(("", reason));
        let (code, message) = rest.split_once(": ").unwrap_or((rest, ""));
        let code = entry.failure_code.as_deref().unwrap_or(code).to_owned();
        let (mut table, mut column) = (entry.failure_table.clone(), entry.failure_column.clone());
        if table.is_none() {
            (table, column) = named(message, schema).unwrap_or_default();
        }
        let place = match (&table, &column) {
            (Some(table), Some(column)) => format!("{table}.{column}: "),
            (Some(table), None) => format!("{table}: "),
            (None, _) => String::new(),
        };
        let message = message.strip_prefix(&place).unwrap_or(message).to_owned();
        (Self { stage: stage.to_owned(), code, table, column }, message)
    }

    /// The code, where it is one of ours.
    pub(crate) fn known(&self) -> Option<FailureCode> {
        FailureCode::ALL.iter().copied().find(|code| code.as_str() == self.code)
    }

    /// `TABLE.COLUMN`, `TABLE`, or nothing.
    pub(crate) fn place(&self) -> Option<String> {
        let table = self.table.as_ref()?;
        Some(match &self.column {
            Some(column) => format!("{table}.{column}"),
            None => table.clone(),
        })
    }
}

/// The table and column that a message begins with, or the table that it names.
fn named(message: &str, schema: &TargetSchema) -> Option<(Option<String>, Option<String>)> {
    let has_table = |name: &str| schema.tables.iter().any(|table| table.name == name);
    let begins = message.split_once(": ").map(|(place, _)| place);
    if let Some((table, column)) = begins.and_then(|place| place.split_once('.'))
        && has_table(table)
    {
        return Some((Some(table.to_owned()), Some(column.to_owned())));
    }
    if let Some(table) = begins.filter(|place| has_table(place)) {
        return Some((Some(table.to_owned()), None));
    }
    let quoted = |mark: &str| message.split_once(mark)?.1.split_once('`').map(|(name, _)| name.to_owned());
    let table = quoted("table `").filter(|name| has_table(name))?;
    Some((Some(table), quoted("column `")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use xmlshred_mapping::contract;
    use xmlshred_model::DocumentKey;

    const CONTRACT: &str = "xmlshred: 1
source: { table: app_xml, key: app_id, xml: xml }
document: { root: /r }
tables:
  person: { columns: { born: { path: '@born', type: date } } }
";

    fn check(reason: &str, expected: &str) {
        let contract = contract::load(CONTRACT).contract.unwrap();
        let entry = LogEntry {
            key: DocumentKey::Int(1),
            status: "failed".to_owned(),
            failure_reason: Some(reason.to_owned()),
            failure_code: None,
            failure_table: None,
            failure_column: None,
            processed_at: 0,
            session_id: String::new(),
            row_count: 0,
            contract_hash: String::new(),
            document_hash: String::new(),
            source_version: None,
            instance_id: 0,
            instance_count: 1,
            duration_ms: 0,
        };
        let (cause, message) = Cause::of(&entry, &contract::target_schema(&contract));
        let place = cause.place().unwrap_or_default();
        assert_eq!(format!("{}|{}|{place}|{message}", cause.stage, cause.code), expected);
    }

    #[test]
    fn rows_of_before_tell_cause_and_column_by_their_reason() {
        check(
            "shred: invalid-value: person.born: no date, at line 1",
            "shred|invalid-value|person.born|no date, at line 1",
        );
        check(
            "load: not-null-violation: table `person` takes no null in column `seen`",
            "load|not-null-violation|person.seen|table `person` takes no null in column `seen`",
        );
        check("load: unique-violation: table `other` has it", "load|unique-violation||table `other` has it");
        check("parse: wrong-root: no element /r", "parse|wrong-root||no element /r");
        check("by hand", "|by hand||");
        check("", "|||");
    }
}
