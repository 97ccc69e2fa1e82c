//! CREATE TABLE for the target tables, the log and the issues, in every dialect. The same contract always gives the same
//! text.

use std::fmt::Write as _;

use xmlshred_model::{DataType, ForeignKey, KeyType, TableSchema, TargetSchema};

use crate::sql::dialect::{Dialect, Guard};
use xmlshred_model::log_table::{self, FILE, ISSUE, LOG, LOG_ID, LogColumn, STATUSES};

/// What happens to tables that are there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// The statement fails.
    #[default]
    Fail,
    /// They stay as they are.
    Keep,
}

/// The statements that create what a contract loads into, in an order that works: target tables in insert order, then
/// the log, the issues and the files. Without semicolons at their ends. A schema that no database has from the start is created before
/// them, unless it is there.
pub fn statements(dialect: &Dialect, schema: &TargetSchema, existing: Existing) -> Vec<String> {
    let create = Create { dialect, schema, existing };
    let mut statements = Vec::with_capacity(schema.tables.len() + 4);
    statements.extend(create.namespace());
    statements.extend(schema.tables.iter().map(|table| create.table(table)));
    statements.push(create.log());
    statements.push(create.issues());
    statements.push(create.files());
    statements
}

/// The statement that creates the log.
pub(crate) fn create_log(dialect: &Dialect, schema: &TargetSchema, existing: Existing) -> String {
    Create { dialect, schema, existing }.log()
}

/// The statement that creates the issues.
pub(crate) fn create_issues(dialect: &Dialect, schema: &TargetSchema, existing: Existing) -> String {
    Create { dialect, schema, existing }.issues()
}

/// The statement that creates the schema unless it is there, where one has to be.
pub(crate) fn create_schema(dialect: &Dialect, schema: &TargetSchema) -> Option<String> {
    Create { dialect, schema, existing: Existing::Keep }.namespace()
}

/// The statement that creates the table of names of files, unless it is there.
pub(crate) fn create_files(dialect: &Dialect, schema: &TargetSchema) -> String {
    Create { dialect, schema, existing: Existing::Keep }.files()
}

/// [`statements`] as a script: a semicolon and an empty line after each, and a first line that says whose SQL it is.
pub fn script(dialect: &Dialect, schema: &TargetSchema, existing: Existing) -> String {
    let statements = statements(dialect, schema, existing);
    let statements = statements.iter().map(|statement| format!("{statement};\n"));
    let title =
        format!("-- {}: the tables of the contract {:?}, and its log\n", dialect.title, schema.contract_name);
    std::iter::once(title).chain(statements).collect::<Vec<_>>().join("\n")
}

struct Create<'a> {
    dialect: &'a Dialect,
    schema: &'a TargetSchema,
    existing: Existing,
}

impl Create<'_> {
    fn namespace(&self) -> Option<String> {
        let name = self.schema.namespace.as_deref()?;
        if !self.dialect.has_schemas
            || self.dialect.own_schemas.iter().any(|own| own.eq_ignore_ascii_case(name))
        {
            return None;
        }
        let quoted = self.dialect.quote(name);
        Some(match self.dialect.guard {
            // PostgreSQL asks for the right to create schemas before it looks whether this one is there.
            Guard::Clause => {
                let body = format!(
                    "BEGIN IF to_regnamespace({}) IS NULL THEN CREATE SCHEMA IF NOT EXISTS {quoted}; END IF; END",
                    text_literal(self.dialect, &quoted)
                );
                format!("DO {}", text_literal(self.dialect, &body))
            }
            // CREATE SCHEMA must be alone in its batch there.
            Guard::ObjectId => format!(
                "IF SCHEMA_ID({}) IS NULL EXEC({})",
                text_literal(self.dialect, name),
                text_literal(self.dialect, &format!("CREATE SCHEMA {quoted}"))
            ),
        })
    }

    fn table(&self, table: &TableSchema) -> String {
        let dialect = self.dialect;
        let names = |columns: &[usize]| {
            dialect.quote_all(columns.iter().map(|&column| table.columns[column].name.as_str()))
        };
        let mut lines: Vec<_> = table
            .columns
            .iter()
            .map(|column| self.column(&column.name, &dialect.type_name(column.data_type), column.nullable))
            .collect();
        if !table.primary_key.is_empty() {
            lines.push(format!("PRIMARY KEY ({})", names(&table.primary_key)));
        }
        if dialect.types.checks_tinyint {
            let small = table.columns.iter().filter(|column| column.data_type == DataType::TinyInt);
            lines.extend(
                small.map(|column| format!("CHECK ({} BETWEEN 0 AND 255)", dialect.quote(&column.name))),
            );
        }
        for key in &table.foreign_keys {
            let parent = &self.schema.tables[key.parent];
            let (columns, parent_columns) = in_key_order(key, parent);
            let parent_names =
                dialect.quote_all(parent_columns.iter().map(|&column| parent.columns[column].name.as_str()));
            lines.push(format!(
                "FOREIGN KEY ({}) REFERENCES {} ({parent_names})",
                names(&columns),
                self.qualified(&parent.name)
            ));
        }
        self.create(&table.name, &lines)
    }

    fn log(&self) -> String {
        let dialect = self.dialect;
        let columns = log_table::log_columns(&self.schema.key_column, self.schema.key_type);
        let mut lines = vec![format!("{} {}", dialect.quote(LOG_ID), dialect.identity)];
        lines.extend(columns.iter().map(|column| self.log_column(column)));
        lines.push(format!("UNIQUE ({})", dialect.quote_all(log_table::log_key(&self.schema.key_column))));
        lines.push(status_check(dialect));
        self.create(LOG, &lines)
    }

    fn issues(&self) -> String {
        let columns = log_table::issue_columns(&self.schema.key_column, self.schema.key_type);
        let mut lines: Vec<_> = columns.iter().map(|column| self.log_column(column)).collect();
        let key = self.dialect.quote_all(log_table::issue_key(&self.schema.key_column));
        lines.push(format!("PRIMARY KEY{} ({key})", self.long_key()));
        self.create(ISSUE, &lines)
    }

    fn files(&self) -> String {
        let columns = log_table::file_columns(&self.schema.key_column, self.schema.key_type);
        let mut lines: Vec<_> = columns.iter().map(|column| self.log_column(column)).collect();
        let key = self.dialect.quote_all(log_table::log_key(&self.schema.key_column));
        lines.push(format!("PRIMARY KEY{} ({key})", self.long_key()));
        lines.push(format!("UNIQUE ({})", self.dialect.quote_all(log_table::file_name_key())));
        self.create(FILE, &lines)
    }

    fn log_column(&self, column: &LogColumn) -> String {
        let mut type_name = self.dialect.type_name(column.data_type);
        if column.name == self.schema.key_column && self.schema.key_type == KeyType::Text {
            type_name += self.dialect.exact_text;
        }
        self.column(&column.name, &type_name, column.nullable)
    }

    fn long_key(&self) -> &'static str {
        if self.schema.key_type == KeyType::Text { self.dialect.long_key } else { "" }
    }

    fn column(&self, name: &str, type_name: &str, nullable: bool) -> String {
        let null = if nullable { "" } else { " NOT NULL" };
        format!("{} {type_name}{null}", self.dialect.quote(name))
    }

    fn create(&self, name: &str, lines: &[String]) -> String {
        let table = self.qualified(name);
        let mut text = match (self.existing, self.dialect.guard) {
            (Existing::Fail, _) => format!("CREATE TABLE {table} (\n"),
            (Existing::Keep, Guard::Clause) => format!("CREATE TABLE IF NOT EXISTS {table} (\n"),
            (Existing::Keep, Guard::ObjectId) => format!(
                "IF OBJECT_ID({}, N'U') IS NULL CREATE TABLE {table} (\n",
                text_literal(self.dialect, &table)
            ),
        };
        for (index, line) in lines.iter().enumerate() {
            let comma = if index + 1 < lines.len() { "," } else { "" };
            writeln!(text, "    {line}{comma}").expect("writing to a string succeeds");
        }
        text.push(')');
        text
    }

    fn qualified(&self, name: &str) -> String {
        self.dialect.table(self.schema.namespace.as_deref(), name)
    }
}

/// The constraint on the log's status.
pub(crate) fn status_check(dialect: &Dialect) -> String {
    format!(
        "CHECK ({} IN ({}))",
        dialect.quote("status"),
        STATUSES.map(|status| format!("'{status}'")).join(", ")
    )
}

/// Columns of a foreign key in the order of the parent's primary key: SQL Server insists on it.
fn in_key_order(key: &ForeignKey, parent: &TableSchema) -> (Vec<usize>, Vec<usize>) {
    let mut pairs: Vec<_> = key.columns.iter().copied().zip(key.parent_columns.iter().copied()).collect();
    pairs.sort_by_key(|(_, column)| parent.primary_key.iter().position(|key| key == column));
    pairs.into_iter().unzip()
}

/// Text as a literal.
pub(crate) fn text_literal(dialect: &Dialect, text: &str) -> String {
    format!("{}'{}'", dialect.text_prefix, text.replace('\'', "''"))
}
