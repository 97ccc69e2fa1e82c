//! Rows into one table: straight by bulk load, or through a temporary table when the server has to decide or convert.

use std::ops::Range;

use xmlshred_engine::ports::PortError;
use xmlshred_model::{Batch, CellReader, OnExisting, OwnedValue, TargetSchema, Value};

use crate::sql::dialect::SQL_SERVER;
use crate::sql::rank::{ends_in_sql_server, in_sql_server};
use crate::sql::statement::{overtakes, takes_place};
use crate::transfer::dropped::Dropped;

use super::catalog::qualified;
use super::conversion::{ColumnWay, Way};
use super::driver::{BulkColumn, BulkTarget, Driver, Field};
use super::fault::table_error;

/// The number of a row of a temporary table.
const NUMBER: &str = "[xmlshred_number]";

/// How the rows of one table are loaded: decided once per connection.
#[derive(Debug)]
pub(super) struct TableLoader {
    target: BulkTarget,
    staging: Option<Staging>,
    /// Whether rows that are there already are skipped or replaced.
    pub(super) may_exist: bool,
    /// Whether the target has dropped rows of a batch, so that it must be told whose they are.
    pub(super) by_document: bool,
}

/// What became of rows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Loaded {
    /// Rows that the target took.
    pub(super) row_count: u64,
    /// Rows that it took without an error and does not have.
    pub(super) dropped_count: u64,
}

/// A temporary table between the bulk load and the target.
#[derive(Debug)]
struct Staging {
    create: String,
    /// The statements that move the rows; the number that the last changes is not all.
    moves: Vec<String>,
    /// What goes before and after them.
    before: Option<String>,
    after: String,
    /// How many rows have no row of their key in the target; none where each row must be new.
    missing: Option<String>,
}

impl TableLoader {
    /// For table `index` of the schema, which is reached in this way.
    pub(super) fn new(schema: &TargetSchema, index: usize, way: &Way) -> Self {
        let table = &schema.tables[index];
        let names: Vec<_> = table.columns.iter().map(|column| SQL_SERVER.quote(&column.name)).collect();
        let may_exist = schema.on_existing != OnExisting::Fail && !table.primary_key.is_empty();
        if !may_exist && !way.is_converted() {
            let target = way.direct(qualified(schema, &table.name), names);
            return Self { target, staging: None, may_exist, by_document: false };
        }
        let staged = format!("[#xmlshred_rows_{index}]");
        let staging = Staging::new(schema, index, &staged, way);
        let number = BulkColumn { name: NUMBER.to_owned(), field: Field::BigInt, takes_null: false };
        let columns = std::iter::once(number).chain(way.staged(names)).collect();
        let target = BulkTarget { table: staged, columns, sets_identity: false };
        Self { target, staging: Some(staging), may_exist, by_document: false }
    }

    /// Loads the rows of each of these documents on its own, and notes what the target drops of them; answers how many rows it took.
    pub(super) fn load_by_document(
        &self,
        driver: &mut dyn Driver,
        batch: &Batch,
        index: usize,
        documents: &[Range<usize>],
        dropped: &mut Dropped,
    ) -> Result<u64, PortError> {
        let mut row_count = 0;
        for at in documents.iter().cloned().flatten() {
            let one = at..at + 1;
            let loaded = self.load(driver, batch, index, std::slice::from_ref(&one))?;
            row_count += loaded.row_count;
            dropped.add(index, at, loaded.dropped_count);
        }
        Ok(row_count)
    }

    /// Loads the rows of these documents of the batch.
    pub(super) fn load(
        &self,
        driver: &mut dyn Driver,
        batch: &Batch,
        index: usize,
        documents: &[Range<usize>],
    ) -> Result<Loaded, PortError> {
        let table = &batch.schema().tables[index];
        let parts: Vec<_> = documents.iter().map(|run| batch.rows_of(index, run.clone())).collect();
        let sent_count: u64 = parts.iter().map(|rows| rows.num_rows() as u64).sum();
        if sent_count == 0 {
            return Ok(Loaded::default());
        }
        let failed = |error| table_error(&format!("loading table {}", table.name), table, error);
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
        let Some(staging) = &self.staging else {
            return Ok(Loaded { row_count, dropped_count: sent_count.saturating_sub(row_count) });
        };
        let mut moved = 0;
        if let Some(before) = &staging.before {
            driver.batch(before).map_err(failed)?;
        }
        for sql in &staging.moves {
            moved += driver.execute(sql, &[]).map_err(failed)?;
        }
        let mut dropped_count = sent_count.saturating_sub(moved);
        if let Some(missing) = staging.missing.as_ref().filter(|_| dropped_count > 0) {
            let mut counted = None;
            driver.query(missing, &[], &mut |row| counted = row.into_iter().next()).map_err(failed)?;
            dropped_count = match counted {
                Some(OwnedValue::Inline(Value::Int(count))) => count.unsigned_abs(),
                _ => 0,
            };
        }
        driver.batch(&staging.after).map_err(failed)?;
        Ok(Loaded { row_count: moved, dropped_count })
    }
}

impl Staging {
    fn new(schema: &TargetSchema, index: usize, staged: &str, way: &Way) -> Self {
        let table = &schema.tables[index];
        let names: Vec<_> = table.columns.iter().map(|column| SQL_SERVER.quote(&column.name)).collect();
        let columns = || names.iter().zip(&way.columns);
        let declared: Vec<_> =
            columns().map(|(name, way)| format!("{name} {} NULL", way.temporary_type)).collect();
        let cell = |name: &str, way: &ColumnWay| {
            let (before, behind) = way.conversion;
            format!("{before}new.{name}{behind}")
        };
        let create = format!("CREATE TABLE {staged} ({NUMBER} bigint NOT NULL, {})", declared.join(", "));
        let target = qualified(schema, &table.name);
        let same_key = |one: &str, other: &str| {
            let keys = table.primary_key.iter().map(|&column| &names[column]);
            keys.map(|name| format!("{one}.{name} = {other}.{name}")).collect::<Vec<_>>().join(" AND ")
        };
        let listed = names.join(", ");
        let cells = columns().map(|(name, way)| cell(name, way)).collect::<Vec<_>>().join(", ");
        let insert = format!("INSERT INTO {target} ({listed}) SELECT {cells} FROM {staged} AS new");
        let absent =
            || format!("NOT EXISTS (SELECT 1 FROM {target} AS old WHERE {})", same_key("old", "new"));
        let rank = schema.ranking_column(index).map(|column| &names[column]);
        let rank_of = |row: &str| rank.map(|rank| in_sql_server(schema.key_type, &format!("{row}.{rank}")));
        let [lowest, highest] = ends_in_sql_server(schema.key_type);
        // A row without rank comes behind all others.
        let first = |comparison: &str| {
            let by_number = format!("other.{NUMBER} {comparison} new.{NUMBER}");
            let last = if comparison == ">" { &lowest } else { &highest };
            let by_rank = rank_of("other").zip(rank_of("new")).map(|(other, new)| {
                let [other, new] = [other, new].map(|rank| format!("COALESCE({rank}, {last})"));
                format!("({other} {comparison} {new} OR {other} = {new} AND {by_number})")
            });
            format!(
                "NOT EXISTS (SELECT 1 FROM {staged} AS other WHERE {} AND {})",
                same_key("other", "new"),
                by_rank.unwrap_or(by_number)
            )
        };
        let ranks = rank_of("new").zip(rank_of("old"));
        let takes_place = ranks.as_ref().map(|(new, old)| takes_place(schema.on_existing, new, old));
        let overtakes = ranks.map(|(new, old)| overtakes(schema.on_existing, &new, &old));
        let moves = match schema.on_existing {
            _ if table.primary_key.is_empty() => vec![insert],
            OnExisting::Fail => vec![insert],
            // The first of several rows with one key.
            OnExisting::Skip if rank.is_none() => {
                vec![format!("{insert} WHERE {} AND {}", absent(), first("<"))]
            }
            // Of several rows with one key the one that would be left if they had come one after the other.
            on_existing @ (OnExisting::Skip | OnExisting::Replace) => {
                let others: Vec<_> = (0..names.len())
                    .filter(|column| !table.primary_key.contains(column))
                    .map(|column| {
                        format!("{} = {}", names[column], cell(&names[column], &way.columns[column]))
                    })
                    .collect();
                let last = first(if on_existing == OnExisting::Skip { "<" } else { ">" });
                let update = |condition: Option<String>| {
                    format!(
                        "UPDATE old SET {} FROM {target} AS old JOIN {staged} AS new ON {} WHERE {last}{}",
                        others.join(", "),
                        same_key("old", "new"),
                        condition.map_or_else(String::new, |condition| format!(" AND {condition}"))
                    )
                };
                let insert = format!("{insert} WHERE {} AND {last}", absent());
                match overtakes {
                    _ if others.is_empty() => vec![insert],
                    None => vec![update(None), insert],
                    // Once more: another session may have inserted a row after the update had looked for it, and the insert waited for it.
                    Some(overtakes) => vec![update(takes_place), insert, update(Some(overtakes))],
                }
            }
        };
        let drop = format!("DROP TABLE {staged}");
        let (before, after) = if way.sets_identity {
            let identity_insert = format!("SET IDENTITY_INSERT {target}");
            (Some(format!("{identity_insert} ON")), format!("{identity_insert} OFF; {drop}"))
        } else {
            (None, drop)
        };
        let may_exist = schema.on_existing != OnExisting::Fail && !table.primary_key.is_empty();
        let missing =
            may_exist.then(|| format!("SELECT count_big(*) FROM {staged} AS new WHERE {}", absent()));
        Self { create, moves, before, after, missing }
    }
}
