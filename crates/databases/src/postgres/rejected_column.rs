//! Which column does not take its value, found by trying: what the server converts while it inserts, or computes, it refuses without
//! a name. Called by the sink for a document that stands alone; changes nothing.

use postgres::{Client, Transaction};
use xmlshred_model::{Batch, TableSchema, TargetSchema};

use crate::sql::dialect::POSTGRES;
use crate::transfer::runs::runs;

use super::catalog::{Column, WayIn, qualified};
use super::conversion::{Conversion, in_contract_order};
use super::table_loader::TableLoader;

/// A temporary table of the try.
const TRIAL: &str = "xmlshred_trial";

/// The column of table `index` that refuses a value of the only document of this batch. `None` when none does, as when a trigger refused
/// it, and when this user may not try.
pub(super) fn rejected_column(
    client: &mut Client,
    batch: &Batch,
    index: usize,
    conversions: &[Conversion],
    columns: &[Column],
) -> Option<String> {
    let schema = batch.schema();
    let table = &schema.tables[index];
    let mut loader = TableLoader::new(schema, index, conversions, WayIn::Insert);
    let mut transaction = client.transaction().ok()?;
    let documents = runs(batch, |_| true);
    let (staged, cells) = loader.bring_near(&mut transaction, batch, index, &documents).ok()??;
    let types: Vec<_> = in_contract_order(table, columns).map(|column| column.type_name.as_str()).collect();
    let all: Vec<_> = (0..types.len()).collect();
    let mut refuses = |at: &[usize]| refuses_value(&mut transaction, &[&trial(at, &types, cells, staged)]);
    if refuses(&all) {
        return all.into_iter().find(|at| refuses(&[*at])).map(|at| table.columns[at].name.clone());
    }
    generated_column(&mut transaction, schema, table, staged, cells)
}

/// A table with columns of these types alone, and the rows into it.
fn trial(at: &[usize], types: &[&str], cells: &[String], staged: &str) -> String {
    let columns: Vec<_> = at.iter().map(|&at| format!("c{at} {}", types[at])).collect();
    let cells: Vec<_> = at.iter().map(|&at| cells[at].as_str()).collect();
    let (columns, cells) = (columns.join(", "), cells.join(", "));
    format!("CREATE TEMP TABLE {TRIAL} ({columns}); INSERT INTO pg_temp.{TRIAL} SELECT {cells} FROM {staged}")
}

/// The column that the server cannot compute of these rows.
fn generated_column(
    transaction: &mut Transaction<'_>,
    schema: &TargetSchema,
    table: &TableSchema,
    staged: &str,
    cells: &[String],
) -> Option<String> {
    let target = qualified(schema, &table.name);
    let sql = "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid) \
               FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
               WHERE a.attrelid = to_regclass($1) AND a.attgenerated = 's' AND NOT a.attisdropped ORDER BY a.attnum";
    let generated = transaction.query(sql, &[&target]).ok()?;
    let names = POSTGRES.quote_all(table.columns.iter().map(|column| column.name.as_str()));
    let rows = format!(
        "CREATE TEMP TABLE {TRIAL} (LIKE {target} INCLUDING DEFAULTS); \
         INSERT INTO pg_temp.{TRIAL} ({names}) SELECT {} FROM {staged}",
        cells.join(", ")
    );
    generated.iter().find_map(|row| {
        let (name, data_type, expression): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let quoted = POSTGRES.quote(&name);
        // Generated anew, once the rows are there: the first statement says nothing about this column.
        let compute = format!(
            "ALTER TABLE pg_temp.{TRIAL} DROP COLUMN {quoted}, ADD COLUMN {quoted} {data_type} \
             GENERATED ALWAYS AS ({expression}) STORED"
        );
        refuses_value(transaction, &[&rows, &compute]).then_some(name)
    })
}

/// Whether the last of these statements ends with a refused value. Leaves nothing behind.
fn refuses_value(transaction: &mut Transaction<'_>, statements: &[&str]) -> bool {
    let Ok(mut savepoint) = transaction.transaction() else { return false };
    let Some((last, others)) = statements.split_last() else { return false };
    if others.iter().any(|sql| savepoint.batch_execute(sql).is_err()) {
        return false;
    }
    let refusal = savepoint.batch_execute(last).err();
    refusal.and_then(|error| error.code().cloned()).is_some_and(|code| code.code().starts_with("22"))
}
