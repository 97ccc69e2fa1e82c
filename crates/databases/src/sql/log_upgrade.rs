//! From the log of xmlshred 0.1 (layout version 1) to the one of today: statements that change `processing_log` and `processing_issue` in
//! place and keep their rows, which all become rows of one contract.
//!
//! Servers alter the tables; SQLite, which cannot drop a constraint, makes them anew. `docs/decisions/0005-identities.md` says whose the
//! rows become.

use xmlshred_model::TargetSchema;
use xmlshred_model::log_table::{
    CONTRACT_NAME, ISSUE, LOG, LOG_ID, LogColumn, columns_since_version_1, issue_columns, issue_key,
    log_columns, log_key,
};

use crate::sql::ddl::{self, Existing, text_literal};
use crate::sql::dialect::{Dialect, Guard};

/// Statements for one of the two tables, to be run in one transaction, in this order.
pub(crate) fn statements(dialect: &Dialect, schema: &TargetSchema, table: OldTable) -> Vec<String> {
    let upgrade = Upgrade { dialect, schema, table };
    match dialect.guard {
        _ if !dialect.alters_constraints => upgrade.by_copy(),
        Guard::Clause => upgrade.by_altering(&upgrade.drop_key_in_postgres()),
        Guard::ObjectId => upgrade.by_altering(&upgrade.drop_key_in_sql_server()),
    }
}

/// Both tables as a script that is one transaction.
pub fn script(dialect: &Dialect, schema: &TargetSchema) -> String {
    let mut text = format!(
        "-- {}: brings {LOG} and {ISSUE} of xmlshred 0.1 up to layout version {}. All their rows become\n\
         -- rows of the contract {:?}: edit its name below if they are another's.\n",
        dialect.title,
        xmlshred_model::log_table::VERSION,
        schema.contract_name
    );
    if !dialect.alters_constraints {
        text += "-- Indexes and triggers of your own on these tables have to be made again.\n";
    }
    text += dialect.begin;
    text += "\n\n";
    for table in [OldTable::Log, OldTable::Issue] {
        for statement in statements(dialect, schema, table) {
            text += &statement;
            text += ";\n\n";
        }
    }
    text += "-- Names of files and their keys, which runs with --files keep.\n";
    text += &ddl::create_files(dialect, schema);
    text += ";\n\nCOMMIT;\n";
    text
}

/// The tables that change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OldTable {
    Log,
    Issue,
}

impl OldTable {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Log => LOG,
            Self::Issue => ISSUE,
        }
    }

    /// The columns of today.
    pub(crate) fn columns(self, key_column: &str) -> Vec<LogColumn> {
        match self {
            Self::Log => log_columns(key_column),
            Self::Issue => issue_columns(key_column),
        }
    }
}

struct Upgrade<'a> {
    dialect: &'a Dialect,
    schema: &'a TargetSchema,
    table: OldTable,
}

impl Upgrade<'_> {
    fn qualified(&self) -> String {
        self.dialect.table(self.schema.namespace.as_deref(), self.table.name())
    }

    fn contract_name(&self) -> String {
        text_literal(self.dialect, &self.schema.contract_name)
    }

    /// A new column has its value by default: no row is written again.
    fn by_altering(&self, drop_key: &str) -> Vec<String> {
        let (dialect, table, key) = (self.dialect, self.qualified(), &self.schema.key_column);
        let new: Vec<_> = columns_since_version_1(key)
            .into_iter()
            .filter(|column| self.table == OldTable::Log || column.name == CONTRACT_NAME)
            .map(|LogColumn { name, data_type, nullable }| {
                let null =
                    if nullable { " NULL".to_owned() } else { dialect.with_default(&self.contract_name()) };
                format!("{} {}{null}", dialect.quote(&name), dialect.type_name(data_type))
            })
            .collect();
        let add = if dialect.guard == Guard::Clause { ", ADD " } else { ", " };
        let (kind, columns) = match self.table {
            OldTable::Log => ("UNIQUE", dialect.quote_all(log_key(key))),
            OldTable::Issue => ("PRIMARY KEY", dialect.quote_all(issue_key(key))),
        };
        vec![
            format!("ALTER TABLE {table} ADD {}", new.join(add)),
            match dialect.guard {
                Guard::Clause => {
                    format!("ALTER TABLE {table} ALTER {} DROP DEFAULT", dialect.quote(CONTRACT_NAME))
                }
                Guard::ObjectId => format!("ALTER TABLE {table} DROP CONSTRAINT [xmlshred_upgrade]"),
            },
            drop_key.to_owned(),
            format!("ALTER TABLE {table} ADD {kind} ({columns})"),
        ]
    }

    /// Whatever keeps the old key unique, whatever it is called.
    fn drop_key_in_postgres(&self) -> String {
        let table = text_literal(self.dialect, &self.qualified());
        let is_key = match self.table {
            OldTable::Log => format!(
                "i.indisunique AND NOT i.indisprimary AND i.indnkeyatts = 1 AND i.indkey[0] = (SELECT a.attnum \
                 FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = {})",
                text_literal(self.dialect, &self.schema.key_column)
            ),
            OldTable::Issue => "i.indisprimary".to_owned(),
        };
        format!(
            "DO $xmlshred$ DECLARE found text; BEGIN\n    \
             FOR found IN SELECT CASE WHEN c.oid IS NULL THEN format('DROP INDEX %s', i.indexrelid::regclass)\n        \
             ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', i.indrelid::regclass, c.conname) END\n        \
             FROM pg_catalog.pg_index i LEFT JOIN pg_catalog.pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid\n        \
             AND c.contype IN ('u', 'p') WHERE i.indrelid = {table}::regclass AND {is_key}\n    \
             LOOP EXECUTE found; END LOOP;\nEND $xmlshred$"
        )
    }

    fn drop_key_in_sql_server(&self) -> String {
        let (table, name) = (self.qualified(), self.table.name());
        let literal = |text: &str| text_literal(self.dialect, text);
        let is_key = match self.table {
            OldTable::Log => format!(
                "i.is_unique = 1 AND i.is_primary_key = 0 AND {} = ALL (SELECT COL_NAME(c.object_id, c.column_id) \
                 FROM sys.index_columns c WHERE c.object_id = i.object_id AND c.index_id = i.index_id AND c.is_included_column = 0)",
                literal(&self.schema.key_column)
            ),
            OldTable::Issue => "i.is_primary_key = 1".to_owned(),
        };
        format!(
            "DECLARE @{name} nvarchar(max) = N'';\n\
             SELECT @{name} = @{name} + CASE WHEN i.is_primary_key = 1 OR i.is_unique_constraint = 1\n    \
             THEN {} + QUOTENAME(i.name) ELSE N'DROP INDEX ' + QUOTENAME(i.name) + {} END + N';'\n    \
             FROM sys.indexes i WHERE i.object_id = OBJECT_ID({}) AND {is_key};\n\
             EXEC (@{name})",
            literal(&format!("ALTER TABLE {table} DROP CONSTRAINT ")),
            literal(&format!(" ON {table}")),
            literal(&table)
        )
    }

    fn by_copy(&self) -> Vec<String> {
        let (dialect, schema, table) = (self.dialect, self.schema, self.qualified());
        let copy = format!("temp.{}", dialect.quote(&format!("xmlshred_{}", self.table.name())));
        let is_new =
            |name: &str| columns_since_version_1(&schema.key_column).iter().any(|new| new.name == name);
        let identity = (self.table == OldTable::Log).then(|| LOG_ID.to_owned());
        let kept = identity.into_iter().chain(
            self.table
                .columns(&schema.key_column)
                .into_iter()
                .map(|column| column.name)
                .filter(|name| !is_new(name)),
        );
        let kept = kept.map(|name| dialect.quote(&name)).collect::<Vec<_>>().join(", ");
        let create = match self.table {
            OldTable::Log => ddl::create_log(dialect, schema, Existing::Fail),
            OldTable::Issue => ddl::create_issues(dialect, schema, Existing::Fail),
        };
        vec![
            format!("CREATE TABLE {copy} AS SELECT {kept} FROM {table}"),
            format!("DROP TABLE {table}"),
            create,
            format!(
                "INSERT INTO {table} ({kept}, {CONTRACT_NAME}) SELECT {kept}, {} FROM {copy}",
                self.contract_name()
            ),
            format!("DROP TABLE {copy}"),
        ]
    }
}
