//! Loading rows into a SQLite file, against SQLite itself inserting the same rows, prepared in memory: same tables, keys and foreign keys,
//! same settings, as many transactions.
//!
//! Both have a turn in every round, into a new file; medians count.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use xmlshred_model::log_table::{ISSUE, LOG};

use super::documents;
use super::extent::Extent;
use super::place::{folder, remove_database};
use super::prepared_rows::PreparedRows;
use super::results::Figures;
use super::ways;
use crate::workspace::Error;

/// How often everything is loaded.
const ROUND_COUNT: usize = 5;

/// What a sink says to a file before it writes.
const SETTINGS: &str =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;
    PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000;";

/// The rows of one table as SQLite has stored them, with how many of them each batch brings.
struct TableRows {
    insert: String,
    rows: Vec<Vec<Value>>,
    counts: Vec<usize>,
}

/// Measures.
///
/// # Errors
/// When a file cannot be written.
pub(super) fn measure(extent: &Extent) -> Result<Figures, Error> {
    let documents = documents::prepare(extent.loaded_count, 5_000)?;
    let prepared = PreparedRows::shred(&documents.contract_of_good()?, &documents.url())?;
    let file = folder().join("loading.db");
    let url = format!("sqlite:{}", file.display());

    fresh(&file)?;
    prepared.load_into(&url)?;
    let tables = stored(&Connection::open(&file)?, &prepared)?;
    let row_count = tables.iter().map(|table| table.rows.len() as u64).sum();
    if row_count != prepared.row_count() {
        return Err("the target has other rows than were loaded".into());
    }
    let (mut by_sqlite, mut by_sink) = (Vec::new(), Vec::new());
    for number in 1..=ROUND_COUNT {
        println!("loading {row_count} rows into {} tables, round {number} of {ROUND_COUNT} …", tables.len());
        fresh(&file)?;
        prepared.create_tables(&url)?;
        by_sqlite.push(insert(&file, &tables)?);
        fresh(&file)?;
        by_sink.push(prepared.load_into(&url)?);
    }
    remove_database(&file)?;
    let ways = vec![
        ("SQLite, prepared statements, rows in memory", by_sqlite),
        ("xmlshred's sink, from batches in memory", by_sink),
    ];
    Ok(ways::figures(row_count, "SQLite", ways))
}

/// A new file with what the contract calls its source, and nothing in it.
fn fresh(file: &Path) -> Result<(), Error> {
    remove_database(file)?;
    Ok(Connection::open(file)?
        .execute_batch("CREATE TABLE app_xml (app_id INTEGER PRIMARY KEY, xml TEXT)")?)
}

/// All rows, in the order in which they were inserted.
fn stored(connection: &Connection, prepared: &PreparedRows) -> Result<Vec<TableRows>, Error> {
    let mut tables = Vec::new();
    for (name, counts) in prepared.table_names().zip(prepared.row_counts()) {
        tables.push(table_rows(connection, name, counts)?);
    }
    let (log_counts, issue_counts) = prepared.log_counts();
    tables.push(table_rows(connection, LOG, log_counts)?);
    tables.push(table_rows(connection, ISSUE, issue_counts)?);
    Ok(tables)
}

fn table_rows(connection: &Connection, name: &str, counts: Vec<usize>) -> Result<TableRows, Error> {
    let mut select = connection.prepare(&format!("SELECT * FROM \"{name}\" ORDER BY rowid"))?;
    let width = select.column_count();
    let rows = select.query_map([], |row| (0..width).map(|at| row.get(at)).collect())?;
    let rows = rows.collect::<Result<Vec<Vec<Value>>, _>>()?;
    let places = vec!["?"; width].join(", ");
    Ok(TableRows { insert: format!("INSERT INTO \"{name}\" VALUES ({places})"), rows, counts })
}

/// Inserts all rows; the time of it.
fn insert(file: &Path, tables: &[TableRows]) -> Result<Duration, Error> {
    let connection = Connection::open(file)?;
    connection.execute_batch(SETTINGS)?;
    let batch_count = tables.iter().map(|table| table.counts.len()).max().unwrap_or(0);
    let mut ahead: Vec<&[Vec<Value>]> = tables.iter().map(|table| &*table.rows).collect();
    let mut statements =
        tables.iter().map(|table| connection.prepare(&table.insert)).collect::<Result<Vec<_>, _>>()?;
    let started = Instant::now();
    for batch in 0..batch_count {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for ((table, statement), ahead) in tables.iter().zip(&mut statements).zip(&mut ahead) {
            let rows;
            (rows, *ahead) = ahead.split_at(table.counts[batch]);
            for row in rows {
                statement.execute(params_from_iter(row))?;
            }
        }
        connection.execute_batch("COMMIT")?;
    }
    Ok(started.elapsed())
}
