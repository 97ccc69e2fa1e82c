//! Loading rows into PostgreSQL, against `psql \copy` of the same rows from files: same tables, keys and foreign keys.
//!
//! Every way of loading has a turn in every round, into a new database; medians count.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use xmlshred_databases::POSTGRES;
use xmlshred_databases::ddl::{self, Existing};
use xmlshred_model::log_table::{ISSUE, LOG};

use super::documents;
use super::extent::Extent;
use super::place::folder;
use super::postgres::{Database, Server, has_psql};
use super::prepared_rows::{PreparedRows, plan};
use super::results::{Figures, Measured};
use super::runs::{self, Job};
use super::ways;
use crate::workspace::Error;

/// How often everything is loaded.
const ROUND_COUNT: usize = 3;
/// The database that is loaded.
const DATABASE: &str = "loading";

/// Times of one round.
#[derive(Clone, Copy, Debug)]
struct Round {
    /// `psql`, from files.
    copy: Duration,
    /// The product's sink, from memory.
    sink: Duration,
    /// The loading stage of a whole run by one worker.
    stage: Duration,
    /// That run as a whole.
    run: Duration,
}

/// Measures.
///
/// # Errors
/// When a database or run fails.
pub(super) fn measure(server: &Server, extent: &Extent) -> Result<Measured, Error> {
    if !has_psql() {
        let why = "there is no psql (install Debian's package postgresql-client)".to_owned();
        return Ok(Measured::Skipped { what: "loading", why });
    }
    let documents = documents::prepare(extent.loaded_count, 5_000)?;
    let contract = documents.contract_of_good()?;
    let prepared = PreparedRows::shred(&contract, &documents.url())?;
    let tables: Vec<_> =
        prepared.table_names().chain([LOG, ISSUE]).map(|name| POSTGRES.quote(name)).collect();
    let files = folder().join("copy");

    let database = server.fresh(DATABASE)?;
    prepared.load_into(&database.url())?;
    let row_count = export(&database, &tables, &files)?;
    if row_count != prepared.row_count() {
        return Err("the target has other rows than were loaded".into());
    }
    let mut rounds = Vec::new();
    for number in 1..=ROUND_COUNT {
        println!("loading {row_count} rows into {} tables, round {number} of {ROUND_COUNT} …", tables.len());
        let copy = copy(&server.fresh(DATABASE)?, &contract, &tables, &files)?;
        let sink = prepared.load_into(&server.fresh(DATABASE)?.url())?;
        let target = server.fresh(DATABASE)?.url();
        let databases = ["--source-url", &documents.url(), "--target-url", &target];
        let run = runs::measure(&Job {
            contract: &contract,
            databases: &databases,
            workers: 1,
            limit: None,
            flags: &[],
        })?;
        let stage = Duration::from_secs_f64(run.load_seconds);
        rounds.push(Round { copy, sink, stage, run: run.duration });
    }
    fs::remove_dir_all(&files)?;
    Ok(Measured::Done(figures(row_count, &rounds)))
}

/// Writes the rows of every table into a file; answers how many there are.
fn export(database: &Database<'_>, tables: &[String], files: &Path) -> Result<u64, Error> {
    if files.exists() {
        fs::remove_dir_all(files)?;
    }
    fs::create_dir_all(files)?;
    let mut client = database.client()?;
    let mut row_count = 0;
    for table in tables {
        let rows: i64 = client.query_one(&format!("SELECT count(*) FROM {table}"), &[])?.get(0);
        row_count += rows.unsigned_abs();
    }
    database.psql(&copy_commands(tables, files, "to"))?;
    Ok(row_count)
}

/// Makes the tables and fills them from the files; the time of filling, in one transaction.
fn copy(
    database: &Database<'_>,
    contract: &Path,
    tables: &[String],
    files: &Path,
) -> Result<Duration, Error> {
    let ddl = ddl::script(&POSTGRES, plan(contract)?.schema(), Existing::Fail);
    database.client()?.batch_execute(&ddl)?;
    let commands = copy_commands(tables, files, "from");
    let started = Instant::now();
    database.psql(&commands)?;
    Ok(started.elapsed())
}

fn copy_commands(tables: &[String], files: &Path, direction: &str) -> String {
    let command = |(number, table): (usize, &String)| {
        format!("\\copy {table} {direction} '{}'\n", files.join(format!("{number:02}.txt")).display())
    };
    tables.iter().enumerate().map(command).collect()
}

fn figures(row_count: u64, rounds: &[Round]) -> Figures {
    let way = |name, time: fn(&Round) -> Duration| (name, rounds.iter().map(time).collect());
    let ways = vec![
        way("psql \\copy from text files, one transaction", |round| round.copy),
        way("xmlshred's sink, from batches in memory", |round| round.sink),
        way("loading stage of xmlshred run, 1 worker", |round| round.stage),
        way("xmlshred run as a whole, 1 worker", |round| round.run),
    ];
    ways::figures(row_count, "PostgreSQL", ways)
}
