//! What the server knows of tables and columns.

use postgres::GenericClient;
use postgres::types::{Oid, Type};
use xmlshred_engine::ports::PortError;
use xmlshred_model::TargetSchema;

use crate::address::OpenOptions;
use crate::catalog::log_keys::{self, Holds};
use crate::catalog::log_layout::Layout;
use crate::catalog::rights::{Retrying, needed};
use crate::catalog::target_names::{self, Known};
use crate::sql::dialect::POSTGRES;
use xmlshred_model::log_table::{ISSUE, LOG};

use super::fault::port_error;
use super::rights;

/// A column of a table on the server.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// Its type as SQL writes it.
    pub(super) type_name: String,
    /// The type, or the one under it when it is a domain.
    pub(super) base_type: Oid,
    /// As SQL writes it, without length or precision.
    pub(super) base_type_name: String,
    /// Length or precision as the server packs it; -1 when there is none.
    pub(super) type_modifier: i32,
    /// The server's letter for its kind: `S` for all text.
    pub(super) category: char,
    /// No domain, no enumeration: values can be sent in the type's own binary form.
    pub(super) is_base_type: bool,
    /// What the server lets nobody write.
    pub(super) own: Own,
}

/// What of a column is the server's alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    Nothing,
    /// Its values are computed: nobody writes them.
    Computed,
    /// Its values are counted (`GENERATED ALWAYS AS IDENTITY`): rows may bring theirs, and nobody changes them.
    Counted,
}

/// What the server allows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WayIn {
    /// `COPY`, where nothing speaks against it.
    Copy,
    /// `INSERT` alone: row-level security applies to this user, or it is a view.
    Insert,
}

/// The columns of each of these tables, given as SQL names them; `None` where there is no such table.
pub(super) fn columns(
    client: &mut impl GenericClient,
    tables: &[String],
) -> Result<Vec<Option<Vec<Column>>>, PortError> {
    let rows = client
        .query(
            "SELECT number, a.attname::text, format_type(a.atttypid, a.atttypmod), coalesce(d.oid, t.oid), \
             format_type(coalesce(d.oid, t.oid), NULL), CASE WHEN d.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END, \
             t.typcategory::text, t.typtype = 'b', a.attgenerated::text, a.attidentity::text \
             FROM unnest($1::text[]) WITH ORDINALITY AS wanted (name, number) \
             JOIN pg_catalog.pg_class c ON c.oid = to_regclass(name) \
             LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
             LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
             LEFT JOIN pg_catalog.pg_type d ON t.typtype = 'd' AND d.oid = t.typbasetype \
             ORDER BY number, a.attnum",
            &[&tables],
        )
        .map_err(|error| port_error("reading the tables' columns", error))?;
    let mut found: Vec<Option<Vec<Column>>> = vec![None; tables.len()];
    for row in rows {
        let number: i64 = row.get(0);
        let at = usize::try_from(number - 1).expect("ordinality counts from 1");
        let columns = found[at].get_or_insert_default();
        if let Some(name) = row.get(1) {
            columns.push(Column {
                name,
                type_name: row.get(2),
                base_type: row.get(3),
                base_type_name: row.get(4),
                type_modifier: row.get(5),
                category: row.get::<_, &str>(6).chars().next().unwrap_or('X'),
                is_base_type: row.get(7),
                own: match (row.get(8), row.get(9)) {
                    ("", "a") => Own::Counted,
                    ("", _) => Own::Nothing,
                    _ => Own::Computed,
                },
            });
        }
    }
    Ok(found)
}

/// That the target can take what will be loaded, told all at once; the columns of its tables, in schema order.
pub(super) fn check_target(
    client: &mut impl GenericClient,
    schema: &TargetSchema,
    options: &OpenOptions,
) -> Result<Vec<Vec<Column>>, PortError> {
    rights::check_schema(client, schema)?;
    let expected = target_names::expected(schema);
    let tables: Vec<_> = expected.iter().map(|table| qualified(schema, table.name)).collect();
    let mut found = columns(client, &tables)?;
    let known: Vec<_> = found
        .iter()
        .map(|columns| {
            columns.as_ref().map(|columns| columns.iter().map(|column| column.name.clone()).collect())
        })
        .collect();
    let known = Known { columns: known, is_same: |one, other| one == other };
    target_names::check(schema, &expected, &known, &POSTGRES)?;
    let keys = [0, 1].map(|at| {
        let columns = found[schema.tables.len() + at].iter().flatten();
        let key = columns.into_iter().find(|column| column.name == schema.key_column);
        key.map_or((Holds::Others, ""), |key| (holds(key), key.type_name.as_str()))
    });
    log_keys::check(schema, &POSTGRES, keys)?;
    rights::check(client, schema, &needed(schema, options, Retrying::Updates))?;
    found.truncate(schema.tables.len());
    Ok(found.into_iter().flatten().collect())
}

fn holds(key: &Column) -> Holds {
    let is = |known: &[Type]| known.iter().any(|known| known.oid() == key.base_type);
    if is(&[Type::INT2, Type::INT4, Type::INT8]) {
        Holds::Integers
    } else if is(&[Type::NUMERIC]) {
        Holds::Decimals
    } else if is(&[Type::UUID]) {
        Holds::Uuids
    } else if is(&[Type::TEXT, Type::VARCHAR]) {
        Holds::Text
    } else {
        Holds::Others
    }
}

/// How rows get into each of the target tables, in schema order. `COPY` takes neither a table whose row-level security applies to this
/// user nor a view that the server itself can write to.
pub(super) fn ways_in(
    client: &mut impl GenericClient,
    schema: &TargetSchema,
) -> Result<Vec<WayIn>, PortError> {
    let tables: Vec<_> = schema.tables.iter().map(|table| qualified(schema, &table.name)).collect();
    let rows = client
        .query(
            "SELECT c.relkind IN ('r', 'p', 'f') AND NOT row_security_active(c.oid) \
             FROM unnest($1::text[]) WITH ORDINALITY AS wanted (name, number) \
             JOIN pg_catalog.pg_class c ON c.oid = to_regclass(name) ORDER BY number",
            &[&tables],
        )
        .map_err(|error| port_error("looking up row-level security", error))?;
    Ok(rows.iter().map(|row| if row.get(0) { WayIn::Copy } else { WayIn::Insert }).collect())
}

/// Whether all target tables, the log and the issues are there, and these as they are today.
pub(super) fn has_all_tables(
    client: &mut impl GenericClient,
    schema: &TargetSchema,
) -> Result<bool, PortError> {
    let is_there = target_tables_there(client, schema)?.into_iter().all(|is_there| is_there);
    Ok(is_there && layouts(client, schema)? == [Layout::Current; 2])
}

/// Whether the target's schema is there.
pub(super) fn has_schema(client: &mut impl GenericClient, schema: &TargetSchema) -> Result<bool, PortError> {
    client
        .query_one(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)",
            &[&schema.namespace],
        )
        .map(|row| row.get(0))
        .map_err(|error| port_error("looking for the target's schema", error))
}

/// Which of the target tables are there, in schema order.
pub(super) fn target_tables_there(
    client: &mut impl GenericClient,
    schema: &TargetSchema,
) -> Result<Vec<bool>, PortError> {
    let tables: Vec<_> = schema.tables.iter().map(|table| qualified(schema, &table.name)).collect();
    Ok(columns(client, &tables)?.iter().map(Option::is_some).collect())
}

/// The layouts of the log and of the issues.
pub(super) fn layouts(
    client: &mut impl GenericClient,
    schema: &TargetSchema,
) -> Result<[Layout; 2], PortError> {
    let found = columns(client, &[LOG, ISSUE].map(|table| qualified(schema, table)))?;
    let layout = |at: usize| {
        let columns = found[at].as_ref();
        let names: Option<Vec<_>> =
            columns.map(|columns| columns.iter().map(|column| column.name.clone()).collect());
        Layout::of([LOG, ISSUE][at], names.as_deref())
    };
    Ok([layout(0), layout(1)])
}

/// Whether the log is there.
pub(super) fn has_log(client: &mut impl GenericClient, schema: &TargetSchema) -> Result<bool, PortError> {
    layouts(client, schema)?[0].is_there()
}

/// A target table as SQL names it.
pub(super) fn qualified(schema: &TargetSchema, table: &str) -> String {
    POSTGRES.table(schema.namespace.as_deref(), table)
}

/// Names of the tables that a query can name without a schema, or of those of `schema`.
pub(super) fn table_names(
    client: &mut impl GenericClient,
    schema: Option<&str>,
) -> Result<Vec<String>, PortError> {
    client
        .query(
            "SELECT c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') \
             AND CASE WHEN $1::text IS NULL THEN n.nspname = ANY (current_schemas(false)) ELSE n.nspname = $1 END \
             ORDER BY 1",
            &[&schema],
        )
        .map(|rows| rows.iter().map(|row| row.get(0)).collect())
        .map_err(|error| port_error("listing tables", error))
}

/// Whether the column alone is a key of the table, given as SQL names it: nothing promises it for a view, or across tables that inherit.
pub(super) fn is_unique(
    client: &mut impl GenericClient,
    table: &str,
    column: &str,
) -> Result<bool, PortError> {
    client
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
             WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indisvalid AND i.indpred IS NULL \
             AND i.indnkeyatts = 1 AND a.attname = $2 AND (c.relkind <> 'r' OR NOT c.relhassubclass))",
            &[&table, &column],
        )
        .map(|row| row.get(0))
        .map_err(|error| port_error("reading the source table's keys", error))
}
