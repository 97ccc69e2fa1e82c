//! Rows of a PostgreSQL target, read back.

use postgres::{Client, Row};
use xmlshred_engine::ports::PortError;
use xmlshred_model::{DataType, OwnedValue, TableSchema, Value};

use crate::address::OpenOptions;
use crate::sql::dialect::POSTGRES;
use crate::transfer::RowReader;
use crate::transfer::cell_text;

use super::address::PostgresAddress;
use super::connect::{Purpose, connect};
use super::fault::table_error;

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
        let cells: Vec<_> = table
            .columns
            .iter()
            .map(|column| match column.data_type {
                DataType::Binary => POSTGRES.quote(&column.name),
                _ => format!("{}::text", POSTGRES.quote(&column.name)),
            })
            .collect();
        let qualified = POSTGRES.table(self.namespace.as_deref(), &table.name);
        let sql = format!("SELECT {} FROM {qualified}", cells.join(", "));
        let mut transaction = self.client.transaction().map_err(failed)?;
        let portal = transaction.bind(&sql, &[]).map_err(failed)?;
        loop {
            let rows = transaction.query_portal(&portal, ROWS).map_err(failed)?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows {
                let cells: Result<Vec<_>, _> = (0..cells.len()).map(|at| cell(&row, table, at)).collect();
                each(&cells?);
            }
        }
    }
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
