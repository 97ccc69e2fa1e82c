//! How the SQL of databases differs, as data.

mod types;

pub use types::{Decimal as DecimalType, Sized as SizedType, TypeNames};

use xmlshred_model::DataType;

/// One database's SQL.
#[derive(Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Name for `--dialect`.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// Before a quoted identifier.
    pub quote_open: char,
    /// After a quoted identifier; doubled inside it.
    pub quote_close: char,
    /// Longest identifier, in the unit that the database counts.
    pub max_identifier_length: usize,
    /// How it counts and compares names.
    pub name_rule: NameRule,
    /// Most parameters of one statement.
    pub max_parameters: usize,
    /// Whether tables lie in schemas. Where they do not, a contract's schema is left out.
    pub has_schemas: bool,
    /// Schemas that every database has from the start.
    pub own_schemas: &'static [&'static str],
    /// How "create this unless it is there" is said.
    pub guard: Guard,
    /// Whether a constraint can be dropped from a table.
    pub alters_constraints: bool,
    /// How a transaction of a script begins.
    pub begin: &'static str,
    /// The identity column of the log: type and primary key.
    pub identity: &'static str,
    /// Behind the type of text that is a key of the log: no two texts are one, whatever the database's own collation says.
    pub exact_text: &'static str,
    /// Behind `PRIMARY KEY` where the key is longer than the table itself could be sorted by.
    pub long_key: &'static str,
    /// The text literal's prefix for characters beyond the code page.
    pub text_prefix: &'static str,
    /// How a binary literal is written: before and after the hexadecimal digits.
    pub binary_literal: (&'static str, &'static str),
    /// False and true as literals.
    pub bool_literals: [&'static str; 2],
    /// Column types.
    pub types: TypeNames,
}

/// How a database counts the length of a name, and which names are one to it, in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRule {
    /// ASCII letters without case; a name is as long as it likes.
    AsciiCase,
    /// Byte by byte.
    Bytes,
    /// In units of UTF-16; without case, width and blanks at the end, as the collations that servers come with.
    Collation,
}

impl NameRule {
    /// The length of a name, and what is counted.
    pub(crate) fn length(self, name: &str) -> (usize, &'static str) {
        match self {
            Self::AsciiCase => (name.chars().count(), "characters"),
            Self::Bytes => (name.len(), "bytes"),
            Self::Collation => (name.encode_utf16().count(), "characters"),
        }
    }

    /// What names are that are one.
    pub(crate) fn folded(self, name: &str) -> String {
        match self {
            Self::AsciiCase => name.to_ascii_lowercase(),
            Self::Bytes => name.to_owned(),
            Self::Collation => name
                .trim_end_matches([' ', '\u{3000}'])
                .chars()
                .map(narrow)
                .collect::<String>()
                .to_lowercase(),
        }
    }
}

/// The narrow form of a wide character.
fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}

/// How "create this unless it is there" is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// `CREATE TABLE IF NOT EXISTS`
    Clause,
    /// `IF OBJECT_ID(…) IS NULL CREATE TABLE`
    ObjectId,
}

/// SQLite 3.24 and later.
///
/// A declared type is only an affinity there. Exact decimals, dates, times and uuids are stored as text in canonical form
/// and declared `TEXT`: a `DECIMAL(12,2)` or `DATE` has numeric affinity, which turns digits into floating point numbers.
/// All integers are declared `INTEGER`, so that a primary key of one integer column is the row id and needs no index.
pub const SQLITE: Dialect = Dialect {
    name: "sqlite",
    title: "SQLite",
    quote_open: '"',
    quote_close: '"',
    max_identifier_length: 1_000_000,
    name_rule: NameRule::AsciiCase,
    max_parameters: 32_766,
    has_schemas: false,
    own_schemas: &[],
    guard: Guard::Clause,
    alters_constraints: false,
    begin: "BEGIN IMMEDIATE;",
    identity: "INTEGER PRIMARY KEY",
    exact_text: "",
    long_key: "",
    text_prefix: "",
    binary_literal: ("X'", "'"),
    bool_literals: ["0", "1"],
    types: types::SQLITE,
};

/// PostgreSQL 12 and later.
pub const POSTGRES: Dialect = Dialect {
    name: "postgres",
    title: "PostgreSQL",
    quote_open: '"',
    quote_close: '"',
    max_identifier_length: 63,
    name_rule: NameRule::Bytes,
    max_parameters: 65_535,
    has_schemas: true,
    own_schemas: &["public"],
    guard: Guard::Clause,
    alters_constraints: true,
    begin: "BEGIN;",
    identity: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    exact_text: " COLLATE \"C\"",
    long_key: "",
    text_prefix: "",
    binary_literal: (r"'\x", "'"),
    bool_literals: ["false", "true"],
    types: types::POSTGRES,
};

/// SQL Server 2012 and later.
pub const SQL_SERVER: Dialect = Dialect {
    name: "sqlserver",
    title: "SQL Server",
    quote_open: '[',
    quote_close: ']',
    max_identifier_length: 128,
    name_rule: NameRule::Collation,
    max_parameters: 2_100,
    has_schemas: true,
    own_schemas: &["dbo"],
    guard: Guard::ObjectId,
    alters_constraints: true,
    begin: "SET XACT_ABORT ON;\nBEGIN TRANSACTION;",
    identity: "bigint IDENTITY(1,1) PRIMARY KEY",
    exact_text: " COLLATE Latin1_General_BIN2",
    long_key: " NONCLUSTERED",
    text_prefix: "N",
    binary_literal: ("0x", ""),
    bool_literals: ["0", "1"],
    types: types::SQL_SERVER,
};

impl Dialect {
    /// All dialects.
    pub const ALL: [&'static Self; 3] = [&SQLITE, &POSTGRES, &SQL_SERVER];

    /// The dialect of this name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name == name)
    }

    /// The identifier in quotes; quotes in it are doubled.
    pub fn quote(&self, identifier: &str) -> String {
        let mut quoted = String::with_capacity(identifier.len() + 2);
        quoted.push(self.quote_open);
        for character in identifier.chars() {
            quoted.push(character);
            if character == self.quote_close {
                quoted.push(character);
            }
        }
        quoted.push(self.quote_close);
        quoted
    }

    /// The identifiers in quotes, between commas.
    pub fn quote_all<'a>(&self, identifiers: impl IntoIterator<Item = &'a str>) -> String {
        identifiers.into_iter().map(|identifier| self.quote(identifier)).collect::<Vec<_>>().join(", ")
    }

    /// The table in quotes, with its schema where the database has schemas.
    pub fn table(&self, schema: Option<&str>, table: &str) -> String {
        match schema.filter(|_| self.has_schemas) {
            Some(schema) => format!("{}.{}", self.quote(schema), self.quote(table)),
            None => self.quote(table),
        }
    }

    /// What makes a new column of a table with rows hold this value in all of them. On SQL Server the default is a constraint of its own
    /// name, so that it can be taken away again.
    pub(crate) fn with_default(&self, literal: &str) -> String {
        match self.guard {
            Guard::Clause => format!(" NOT NULL DEFAULT {literal}"),
            Guard::ObjectId => format!(" NOT NULL CONSTRAINT [xmlshred_upgrade] DEFAULT {literal}"),
        }
    }

    /// The column type.
    pub fn type_name(&self, data_type: DataType) -> String {
        self.types.name(data_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_inside_identifiers_are_doubled() {
        assert_eq!(SQLITE.quote(r#"a"b"#), r#""a""b""#);
        assert_eq!(SQL_SERVER.quote("a]b[c"), "[a]]b[c]");
        assert_eq!(SQL_SERVER.table(Some("dbo"), "t"), "[dbo].[t]");
    }

    #[test]
    fn a_schema_is_left_out_where_there_are_none() {
        assert_eq!(SQLITE.table(Some("migration"), "t"), "\"t\"");
        assert_eq!(POSTGRES.table(Some("migration"), "t"), "\"migration\".\"t\"");
    }

    #[test]
    fn lengths_beyond_the_limit_become_the_unlimited_type() {
        assert_eq!(SQL_SERVER.type_name(DataType::VarChar(4000)), "nvarchar(4000)");
        assert_eq!(SQL_SERVER.type_name(DataType::VarChar(4001)), "nvarchar(max)");
        assert_eq!(POSTGRES.type_name(DataType::Char(20_000_000)), "text");
    }

    #[test]
    fn dialects_are_found_by_name() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::by_name(dialect.name), Some(dialect));
        }
        assert_eq!(Dialect::by_name("oracle"), None);
    }
}
