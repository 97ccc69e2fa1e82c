//! Names that may be shown. What a database calls a table, a column or a constraint may be a value of a document: triggers and dynamic
//! SQL say what they like. So a name passes only where the contract or the log has it, and as it is written there.

use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::log_table::{FILE, ISSUE, LOG};
use xmlshred_model::{TableSchema, TargetSchema};

/// Stands for a name that may not be shown.
pub(crate) const UNKNOWN: &str = "?";

/// What to do about a missing table that is [`UNKNOWN`]: none of the contract's, so that a run cannot make it.
pub(crate) const UNKNOWN_TABLE_HINT: &str = "a trigger, view or function of the database uses a table that is not there: drop it or make that table; \
     --show-database-messages shows the database's own words";

/// The names that are known where an error comes up.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KnownNames<'a> {
    tables: &'a [TableSchema],
    /// The table at hand, of which an error is that names no other.
    at_hand: Option<&'a TableSchema>,
    /// The table that documents are read from.
    source: Option<&'a SourceSpec>,
}

impl<'a> KnownNames<'a> {
    /// Of the log alone.
    pub(crate) const LOG: Self = Self { tables: &[], at_hand: None, source: None };

    /// Of all tables of a target.
    pub(crate) fn of(schema: &'a TargetSchema) -> Self {
        Self { tables: &schema.tables, ..Self::LOG }
    }

    /// Of one table, which is at hand.
    pub(crate) fn table(table: &'a TableSchema) -> Self {
        Self { at_hand: Some(table), ..Self::LOG }
    }

    /// Of the source table.
    pub(crate) fn source(spec: &'a SourceSpec) -> Self {
        Self { source: Some(spec), ..Self::LOG }
    }

    /// The known table of this name, or the one at hand.
    pub(crate) fn table_or_at_hand(&self, name: Option<&str>) -> Option<String> {
        let found = name.and_then(|name| self.found(name));
        found.or(self.at_hand.map(|table| table.name.as_str())).map(str::to_owned)
    }

    /// This table, without or with its schema, if it is known.
    pub(crate) fn found(&self, name: &str) -> Option<&'a str> {
        let name = name.rsplit('.').next().unwrap_or(name);
        let of_contract = self.tables.iter().chain(self.at_hand).map(|table| table.name.as_str());
        let source = self.source.map(|spec| spec.table.as_str());
        of_contract.chain(source).chain([LOG, ISSUE, FILE]).find(|known| known.eq_ignore_ascii_case(name))
    }

    /// The known table that these words end with: `permission denied for table t`.
    pub(crate) fn found_at_the_end_of(&self, words: &str) -> Option<&'a str> {
        self.found(words.rsplit(' ').next()?.trim_matches(['"', '\'', '.']))
    }

    /// This column of the table at hand, or of any where none is.
    pub(crate) fn column(&self, name: &str) -> Option<&'a str> {
        let tables = self.at_hand.map_or(self.tables, std::slice::from_ref);
        let mut columns = tables.iter().flat_map(|table| &table.columns);
        columns.find(|column| column.name.eq_ignore_ascii_case(name)).map(|column| column.name.as_str())
    }

    /// The column of the table at hand that these words end with: `…, column note`.
    pub(crate) fn column_at_the_end_of(&self, words: &str) -> Option<&'a str> {
        let words = words.trim_end();
        let columns = self.at_hand.iter().flat_map(|table| &table.columns).map(|column| column.name.as_str());
        let ending = columns.filter(|name| {
            words.strip_suffix(name).is_some_and(|before| before.ends_with([' ', '.', '"', '\'', '[']))
        });
        ending.max_by_key(|name| name.len())
    }
}

/// The name in quotes of words such as `column "knd" does not exist`, if the contract's own condition has it.
pub(crate) fn named_in<'w>(condition: &str, words: &'w str) -> Option<&'w str> {
    let is_of_name = |character: char| character.is_alphanumeric() || character == '_' || character == '$';
    let mut has = condition.split(|character| !is_of_name(character));
    let name = words.split(['"', '\'', '`']).nth(1).or_else(|| words.rsplit(' ').next())?;
    let name = name.rsplit('.').next().unwrap_or(name);
    has.any(|word| !word.is_empty() && word.eq_ignore_ascii_case(name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use xmlshred_model::{ColumnSchema, DataType};

    fn person() -> TableSchema {
        let column = |name: &str| ColumnSchema {
            name: name.to_owned(),
            data_type: DataType::Text,
            nullable: true,
            sensitive: false,
        };
        TableSchema {
            name: "person".to_owned(),
            columns: vec![column("name"), column("first name")],
            primary_key: Vec::new(),
            foreign_keys: Vec::new(),
        }
    }

    #[test]
    fn names_pass_as_the_contract_writes_them_and_others_do_not() {
        let person = person();
        let known = KnownNames::table(&person);
        assert_eq!(known.found("dbo.PERSON"), Some("person"));
        assert_eq!(known.found("processing_log"), Some("processing_log"));
        assert_eq!(known.found("078-05-1120"), None);
        assert_eq!(known.table_or_at_hand(Some("078-05-1120")), Some("person".to_owned()));
        assert_eq!(KnownNames::LOG.table_or_at_hand(Some("person")), None);
        assert_eq!(known.column("Name"), Some("name"));
        assert_eq!(known.column("078-05-1120"), None);
        assert_eq!(known.column_at_the_end_of(", column first name"), Some("first name"));
        assert_eq!(known.column_at_the_end_of(", column surname"), None);
    }

    #[test]
    fn of_a_condition_only_its_own_words_are_repeated() {
        let check = |words, expected| assert_eq!(named_in("knd = 1 AND a.b > 2", words), expected, "{words}");
        check("column \"knd\" does not exist", Some("knd"));
        check("no such column: knd", Some("knd"));
        check("no such column: a.b", Some("b"));
        check("Invalid column name 'KND'.", Some("KND"));
        check("ssn 078-05-1120", None);
        check("", None);
    }
}
