//! Rows of a PostgreSQL target, read back.

use postgres::{Client, Row};
use xmlshred_engine::ports::PortError;
use xmlshred_model::{DataType, DocumentKey, OwnedValue, TableSchema, TargetSchema, Value};

use crate::address::OpenOptions;
use crate::sql::dialect::POSTGRES;
use crate::sql::replacing;
use crate::transfer::cell_text;
use crate::transfer::{DocumentRows, RowReader};

use super::address::PostgresAddress;
use super::connect::{Purpose, connect};
use super::fault::table_error;
use super::key::KeySql;

/// Rows per answer of the server.
const ROWS: i32 = 5_000;

/// A connection that reads tables of the target.
pub(crate) struct PostgresRows {
    client: Client,
    namespace: Option<String>,
}

impl PostgresRows {
    pub(crate) fn open(
        address: &PostgresAddress,
        namespace: Option<&str>,
        options: &OpenOptions,
    ) -> Result<Self, PortError> {
        let client = connect(address, &options.application_name, Purpose::Write)?;
        Ok(Self { client, namespace: namespace.map(str::to_owned) })
    }
}

impl RowReader for PostgresRows {
    fn rows(&mut self, table: &TableSchema, each: &mut dyn FnMut(&[OwnedValue])) -> Result<(), PortError> {
        let failed = |error| table_error(&format!("reading table {}", table.name), table, error);
        let qualified = POSTGRES.table(self.namespace.as_deref(), &table.name);
        let sql = format!("SELECT {} FROM {qualified}", cells(table));
        let mut transaction = self.client.transaction().map_err(failed)?;
        let portal = transaction.bind(&sql, &[]).map_err(failed)?;
        loop {
            let rows = transaction.query_portal(&portal, ROWS).map_err(failed)?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows {
                each(&all_cells(&row, table)?);
            }
        }
    }
}

/// That a column holds the key of a row of the log.
fn same_key(schema: &TargetSchema) -> impl Fn(&str, DataType) -> String {
    let keys = KeySql::of_log(schema.key_type);
    let logged = format!("log.{}", POSTGRES.quote(&schema.key_column));
    move |column, data_type| keys.is_same(column, data_type, &logged)
}

impl DocumentRows for PostgresRows {
    fn row_count(&mut self, schema: &TargetSchema, table: usize) -> Result<u64, PortError> {
        let table = &schema.tables[table];
        let sql = format!("SELECT count(*) FROM {}", POSTGRES.table(self.namespace.as_deref(), &table.name));
        self.count(&sql, table)
    }

    fn ownerless_count(&mut self, schema: &TargetSchema, table: usize) -> Result<Option<u64>, PortError> {
        let sql = replacing::count_ownerless(&POSTGRES, schema, table, &same_key(schema));
        sql.map(|sql| self.count(&sql, &schema.tables[table])).transpose()
    }

    fn owned_count(&mut self, schema: &TargetSchema, table: usize) -> Result<Option<u64>, PortError> {
        let sql = replacing::count_owned(&POSTGRES, schema, table, &same_key(schema));
        sql.map(|sql| self.count(&sql, &schema.tables[table])).transpose()
    }

    fn rows_of(
        &mut self,
        schema: &TargetSchema,
        table: usize,
        keys: &[DocumentKey],
        each: &mut dyn FnMut(Vec<OwnedValue>),
    ) -> Result<(), PortError> {
        let key_sql = KeySql::of_log(schema.key_type);
        let is_theirs = |column: &str, data_type| key_sql.is_one_of(column, data_type);
        let (index, table) = (table, &schema.tables[table]);
        let Some(sql) = replacing::select_rows(&POSTGRES, schema, index, &cells(table), &is_theirs) else {
            return Ok(());
        };
        let failed = |error| table_error(&format!("reading table {}", table.name), table, error);
        for row in self.client.query(&sql, &[key_sql.list(keys).as_sql()]).map_err(failed)? {
            each(all_cells(&row, table)?);
        }
        Ok(())
    }
}

impl PostgresRows {
    fn count(&mut self, sql: &str, table: &TableSchema) -> Result<u64, PortError> {
        let failed = |error| table_error(&format!("counting rows of {}", table.name), table, error);
        Ok(self.client.query_one(sql, &[]).map_err(failed)?.get::<_, i64>(0).unsigned_abs())
    }
}

/// All columns of a table as they are read: what is no binary as text.
fn cells(table: &TableSchema) -> String {
    let cells = table.columns.iter().map(|column| match column.data_type {
        DataType::Binary => POSTGRES.quote(&column.name),
        _ => format!("{}::text", POSTGRES.quote(&column.name)),
    });
    cells.collect::<Vec<_>>().join(", ")
}

fn all_cells(row: &Row, table: &TableSchema) -> Result<Vec<OwnedValue>, PortError> {
    (0..table.columns.len()).map(|at| cell(row, table, at)).collect()
}

fn cell(row: &Row, table: &TableSchema, at: usize) -> Result<OwnedValue, PortError> {
    let null = OwnedValue::Inline(Value::Null);
    match table.columns[at].data_type {
        DataType::Binary => Ok(row.get::<_, Option<Vec<u8>>>(at).map_or(null, OwnedValue::Binary)),
        _ => match row.get::<_, Option<&str>>(at) {
            None => Ok(null),
            Some(text) => cell_text::parsed(text, table, at),
        },
    }
}
