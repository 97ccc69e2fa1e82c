//! Rows into one table: straight by bulk load, or through a temporary table when the server has to decide or convert.

use std::ops::Range;

use xmlshred_engine::ports::PortError;
use xmlshred_model::{Batch, CellReader, OnExisting, TableSchema, TargetSchema, Value};

use crate::dialect::SQL_SERVER;

use super::catalog::qualified;
use super::conversion::Way;
use super::driver::{BulkTarget, Driver, Field};
use super::fault::table_error;

/// The number of a row of a temporary table.
const NUMBER: &str = "[xmlshred_number]";

/// How the rows of one table are loaded: decided once per connection.
#[derive(Debug)]
pub(super) struct TableLoader {
    target: BulkTarget,
    staging: Option<Staging>,
}

/// A temporary table between the bulk load and the target.
#[derive(Debug)]
struct Staging {
    create: String,
    /// The statements that move the rows; the number that the last changes is not all.
    moves: Vec<String>,
    drop: String,
}

impl TableLoader {
    /// For table `index` of the schema, which is reached in this way.
    pub(super) fn new(schema: &TargetSchema, index: usize, way: &Way) -> Self {
        let table = &schema.tables[index];
        let names: Vec<_> = table.columns.iter().map(|column| SQL_SERVER.quote(&column.name)).collect();
        let may_exist = schema.on_existing != OnExisting::Fail && !table.primary_key.is_empty();
        let Way { fields, types, is_converted } = way;
        if !may_exist && !is_converted {
            let target =
                BulkTarget { table: qualified(schema, &table.name), columns: names, fields: fields.clone() };
            return Self { target, staging: None };
        }
        let staged = format!("[#xmlshred_rows_{index}]");
        let staging = Staging::new(schema, table, &staged, types);
        let columns = std::iter::once(NUMBER.to_owned()).chain(names).collect();
        let fields = std::iter::once(Field::BigInt).chain(fields.iter().copied()).collect();
        Self { target: BulkTarget { table: staged, columns, fields }, staging: Some(staging) }
    }

    /// Loads the rows of these documents of the batch; answers how many the target took.
    pub(super) fn load(
        &self,
        driver: &mut dyn Driver,
        batch: &Batch,
        index: usize,
        documents: &[Range<usize>],
    ) -> Result<u64, PortError> {
        let table = &batch.schema().tables[index];
        let parts: Vec<_> = documents.iter().map(|run| batch.rows_of(index, run.clone())).collect();
        if parts.iter().all(|rows| rows.num_rows() == 0) {
            return Ok(0);
        }
        let failed = |error| table_error(&format!("loading table {}", table.name), Some(&table.name), error);
        if let Some(staging) = &self.staging {
            driver.batch(&staging.create).map_err(failed)?;
        }
        let mut number = 0;
        let is_numbered = self.staging.is_some();
        let mut rows = parts.iter().flat_map(|rows| {
            let columns = table.columns.iter().zip(rows.columns());
            let readers: Vec<_> =
                columns.map(|(column, array)| CellReader::new(array.as_ref(), column.data_type)).collect();
            (0..rows.num_rows())
                .map(move |row| readers.iter().map(|reader| reader.value(row)).collect::<Vec<_>>())
        });
        let mut numbered = std::iter::from_fn(|| {
            let mut row = rows.next()?;
            if is_numbered {
                row.insert(0, Value::Int(number));
                number += 1;
            }
            Some(row)
        });
        let row_count = driver.bulk_load(&self.target, &mut numbered).map_err(failed)?;
        let Some(staging) = &self.staging else { return Ok(row_count) };
        let mut moved = 0;
        for sql in &staging.moves {
            moved += driver.execute(sql, &[]).map_err(failed)?;
        }
        driver.batch(&staging.drop).map_err(failed)?;
        Ok(moved)
    }
}

impl Staging {
    /// `types` are those of the temporary table, in the order of the contract's columns.
    fn new(schema: &TargetSchema, table: &TableSchema, staged: &str, types: &[String]) -> Self {
        let names: Vec<_> = table.columns.iter().map(|column| SQL_SERVER.quote(&column.name)).collect();
        let declared: Vec<_> =
            names.iter().zip(types).map(|(name, type_name)| format!("{name} {type_name} NULL")).collect();
        let create = format!("CREATE TABLE {staged} ({NUMBER} bigint NOT NULL, {})", declared.join(", "));
        let target = qualified(schema, &table.name);
        let same_key = |one: &str, other: &str| {
            let keys = table.primary_key.iter().map(|&column| &names[column]);
            keys.map(|name| format!("{one}.{name} = {other}.{name}")).collect::<Vec<_>>().join(" AND ")
        };
        let listed = names.join(", ");
        let insert = format!("INSERT INTO {target} ({listed}) SELECT {listed} FROM {staged} AS new");
        let missing =
            || format!("NOT EXISTS (SELECT 1 FROM {target} AS old WHERE {})", same_key("old", "new"));
        let first = |comparison: &str| {
            format!(
                "NOT EXISTS (SELECT 1 FROM {staged} AS other WHERE {} AND other.{NUMBER} {comparison} new.{NUMBER})",
                same_key("other", "new")
            )
        };
        let moves = match schema.on_existing {
            _ if table.primary_key.is_empty() => vec![insert],
            OnExisting::Fail => vec![insert],
            // The first of several rows with one key.
            OnExisting::Skip => vec![format!("{insert} WHERE {} AND {}", missing(), first("<"))],
            // The last of several rows with one key, as if they had come one after the other.
            OnExisting::Replace => {
                let others: Vec<_> = (0..names.len())
                    .filter(|column| !table.primary_key.contains(column))
                    .map(|column| format!("{0} = new.{0}", names[column]))
                    .collect();
                let last = first(">");
                let update = format!(
                    "UPDATE old SET {} FROM {target} AS old JOIN {staged} AS new ON {} WHERE {last}",
                    others.join(", "),
                    same_key("old", "new")
                );
                let insert = format!("{insert} WHERE {} AND {last}", missing());
                if others.is_empty() { vec![insert] } else { vec![update, insert] }
            }
        };
        Self { create, moves, drop: format!("DROP TABLE {staged}") }
    }
}
