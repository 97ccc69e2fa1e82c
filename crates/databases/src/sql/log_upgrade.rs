//! From the log of xmlshred 0.1 (layout version 1), or of version 2, to the one of today: statements that change `processing_log` and
//! `processing_issue` in place and keep their rows. Those of version 1 all become rows of one contract; the issues change after version 1 only.
//!
//! Servers alter the tables; SQLite, which cannot drop a constraint, makes them anew. `docs/decisions/0005-identities.md` says whose the
//! rows become.

use xmlshred_model::TargetSchema;
use xmlshred_model::log_table::{
    CONTRACT_NAME, FAILED, ISSUE, LOG, LOG_ID, LogColumn, VERSION, columns_since, issue_columns, issue_key,
    log_columns, log_key,
};

use crate::sql::ddl::{self, Existing, text_literal};
use crate::sql::dialect::{Dialect, Guard};

/// Statements that bring one of the two tables up from a version, to be run in one transaction, in this order.
pub(crate) fn statements(
    dialect: &Dialect,
    schema: &TargetSchema,
    table: OldTable,
    version: u32,
) -> Vec<String> {
    let upgrade = Upgrade { dialect, schema, table, version };
    if dialect.alters_constraints { upgrade.by_altering() } else { upgrade.by_copy() }
}

/// Both tables, from version 1 or 2: to be run in one transaction.
pub fn all_statements(dialect: &Dialect, schema: &TargetSchema, version: u32) -> Vec<String> {
    let tables: &[OldTable] = if version == 1 { &[OldTable::Log, OldTable::Issue] } else { &[OldTable::Log] };
    let of_logs = tables.iter().flat_map(|&table| statements(dialect, schema, table, version));
    of_logs.chain([ddl::create_files(dialect, schema)]).collect()
}

/// Both tables as a script that is one transaction, from version 1 or 2.
pub fn script(dialect: &Dialect, schema: &TargetSchema, version: u32) -> String {
    let (title, name) = (dialect.title, &schema.contract_name);
    let mut text = match version {
        1 => format!(
            "-- {title}: brings {LOG} and {ISSUE} of xmlshred 0.1 up to layout version {VERSION}. All their rows become\n\
             -- rows of the contract {name:?}: edit its name below if they are another's.\n"
        ),
        version => format!("-- {title}: brings {LOG} of layout version {version} up to version {VERSION}.\n"),
    };
    if !dialect.alters_constraints {
        text += "-- Indexes and triggers of your own on these tables have to be made again.\n";
    }
    text += dialect.begin;
    text += "\n\n";
    let tables: &[OldTable] = if version == 1 { &[OldTable::Log, OldTable::Issue] } else { &[OldTable::Log] };
    for &table in tables {
        for statement in statements(dialect, schema, table, version) {
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
    pub(crate) fn columns(self, schema: &TargetSchema) -> Vec<LogColumn> {
        match self {
            Self::Log => log_columns(&schema.key_column, schema.key_type),
            Self::Issue => issue_columns(&schema.key_column, schema.key_type),
        }
    }
}

struct Upgrade<'a> {
    dialect: &'a Dialect,
    schema: &'a TargetSchema,
    table: OldTable,
    /// That the table has.
    version: u32,
}

impl Upgrade<'_> {
    fn qualified(&self) -> String {
        self.dialect.table(self.schema.namespace.as_deref(), self.table.name())
    }

    fn contract_name(&self) -> String {
        text_literal(self.dialect, &self.schema.contract_name)
    }

    /// Columns that the table lacks.
    fn new_columns(&self) -> Vec<LogColumn> {
        let all = columns_since(self.version, &self.schema.key_column, self.schema.key_type);
        all.into_iter().filter(|column| self.table == OldTable::Log || column.name == CONTRACT_NAME).collect()
    }

    /// A new column has its value by default: no row is written again.
    fn by_altering(&self) -> Vec<String> {
        let (dialect, table) = (self.dialect, self.qualified());
        let is_server = dialect.guard == Guard::ObjectId;
        let new = self.new_columns().into_iter().map(|LogColumn { name, data_type, nullable }| {
            let null =
                if nullable { " NULL".to_owned() } else { dialect.with_default(&self.contract_name()) };
            format!("{} {}{null}", dialect.quote(&name), dialect.type_name(data_type))
        });
        let add = if is_server { ", " } else { ", ADD " };
        let mut statements = vec![format!("ALTER TABLE {table} ADD {}", new.collect::<Vec<_>>().join(add))];
        if self.version == 1 {
            statements.extend(self.alter_key());
        }
        if self.table == OldTable::Log {
            statements.push(if is_server {
                self.drop_status_check_in_sql_server()
            } else {
                self.drop_status_check_in_postgres()
            });
            statements.push(format!("ALTER TABLE {table} ADD {}", ddl::status_check(dialect)));
        }
        statements
    }

    /// The key begins with the contract's name since version 2.
    fn alter_key(&self) -> [String; 3] {
        let (dialect, table, key) = (self.dialect, self.qualified(), &self.schema.key_column);
        let (kind, columns) = match self.table {
            OldTable::Log => ("UNIQUE", dialect.quote_all(log_key(key))),
            OldTable::Issue => ("PRIMARY KEY", dialect.quote_all(issue_key(key))),
        };
        let add = format!("ALTER TABLE {table} ADD {kind} ({columns})");
        match dialect.guard {
            Guard::Clause => {
                let name = dialect.quote(CONTRACT_NAME);
                let no_default = format!("ALTER TABLE {table} ALTER {name} DROP DEFAULT");
                [no_default, self.drop_key_in_postgres(), add]
            }
            Guard::ObjectId => {
                let no_default = format!("ALTER TABLE {table} DROP CONSTRAINT [xmlshred_upgrade]");
                [no_default, self.drop_key_in_sql_server(), add]
            }
        }
    }

    /// The constraint on the status that does not know all of today, whatever it is called. One of somebody else is not touched.
    fn drop_status_check_in_postgres(&self) -> String {
        format!(
            "DO $xmlshred$ DECLARE found text; BEGIN\n    \
             FOR found IN SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname) FROM pg_catalog.pg_constraint c\n        \
             WHERE c.conrelid = {}::regclass AND c.contype = 'c' AND pg_catalog.pg_get_constraintdef(c.oid) LIKE '%''{FAILED}''%'\n        \
             AND c.conkey = ARRAY[(SELECT a.attnum FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.conrelid AND a.attname = 'status')]\n    \
             LOOP EXECUTE found; END LOOP;\nEND $xmlshred$",
            text_literal(self.dialect, &self.qualified())
        )
    }

    fn drop_status_check_in_sql_server(&self) -> String {
        let table = self.qualified();
        let literal = |text: &str| text_literal(self.dialect, text);
        format!(
            "DECLARE @status_check nvarchar(max) = N'';\n\
             SELECT @status_check = @status_check + {} + QUOTENAME(c.name) + N';' FROM sys.check_constraints c\n    \
             WHERE c.parent_object_id = OBJECT_ID({}) AND c.definition LIKE N'%\\[status]%''{FAILED}''%' ESCAPE N'\\';\n\
             EXEC (@status_check)",
            literal(&format!("ALTER TABLE {table} DROP CONSTRAINT ")),
            literal(&table)
        )
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
        let new = self.new_columns();
        let is_new = |name: &str| new.iter().any(|column| column.name == name);
        let identity = (self.table == OldTable::Log).then(|| LOG_ID.to_owned());
        let kept = identity.into_iter().chain(
            self.table.columns(schema).into_iter().map(|column| column.name).filter(|name| !is_new(name)),
        );
        let kept = kept.map(|name| dialect.quote(&name)).collect::<Vec<_>>().join(", ");
        // Whose the rows are, where they do not say so.
        let (owner, contract_name) = match self.version {
            1 => (format!(", {CONTRACT_NAME}"), format!(", {}", self.contract_name())),
            _ => (String::new(), String::new()),
        };
        let create = match self.table {
            OldTable::Log => ddl::create_log(dialect, schema, Existing::Fail),
            OldTable::Issue => ddl::create_issues(dialect, schema, Existing::Fail),
        };
        vec![
            format!("CREATE TABLE {copy} AS SELECT {kept} FROM {table}"),
            format!("DROP TABLE {table}"),
            create,
            format!("INSERT INTO {table} ({kept}{owner}) SELECT {kept}{contract_name} FROM {copy}"),
            format!("DROP TABLE {copy}"),
        ]
    }
}
