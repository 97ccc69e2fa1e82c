//! Keys of PostgreSQL, page by page, as a run asks for them: by the product's own source, over tables of several sizes of
//! which nothing is done yet, or 99 %, evenly spread or the first ones. A page must not take longer where the table is
//! larger or more of it is done.
//!
//! Of the evenly spread ones a page of 500 keys passes 50,000; that costs what it costs, but always the same.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open};
use xmlshred_engine::ports::{FailedDocuments, Selection};
use xmlshred_model::{KeyRange, Share};

use super::extent::Extent;
use super::postgres::{Database, Server};
use super::prepared_rows::plan_of;
use super::results::{Figures, Measured, Table};
use crate::workspace::Error;

/// Keys per page, as `--batch-size` has it.
const PAGE: usize = 500;
/// How often each table is paged through.
const ROUND_COUNT: usize = 3;
/// Nothing but a key.
const CONTRACT: &str = "
xmlshred: 1
name: paging
source: { table: app_xml, key: app_id, xml: xml }
document: { root: /a }
tables: { t: { columns: { id: { path: \"@id\", type: bigint, key: true } } } }
";

/// What the log has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    Nothing,
    Spread,
    First,
}

impl Done {
    const ALL: [Self; 3] = [Self::Nothing, Self::Spread, Self::First];

    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing done",
            Self::Spread => "99 % done, evenly spread",
            Self::First => "the first 99 % done",
        }
    }

    /// Which keys of `size` the log has.
    fn condition(self, size: u32) -> String {
        match self {
            Self::Nothing => "false".to_owned(),
            Self::Spread => "key % 100 <> 50".to_owned(),
            Self::First => format!("key <= {}", u64::from(size) * 99 / 100),
        }
    }
}

/// One table, paged through.
#[derive(Clone, Copy, Debug)]
struct Walk {
    size: u32,
    done: Done,
    /// Keys that were found.
    key_count: usize,
    /// Of each round the first page, which passes what is done before it; the median of them.
    first: Duration,
    /// Median of all other full pages, if there are any.
    other: Option<Duration>,
    /// All pages; the median of the rounds.
    total: Duration,
}

/// Measures.
///
/// # Errors
/// When the server refuses something.
pub(super) fn measure(extent: &Extent) -> Result<Measured, Error> {
    let server = match Server::start() {
        Ok(server) => server,
        Err(why) => return Ok(Measured::Skipped { what: "paging", why }),
    };
    let mut walks = Vec::new();
    for &size in extent.key_counts {
        let database = server.fresh("paging")?;
        create(&database, size)?;
        for done in Done::ALL {
            println!("paging through {size} keys, {} …", done.name());
            log(&database, size, done)?;
            walks.push(walk(&database, size, done)?);
        }
    }
    Ok(Measured::Done(figures(&walks)))
}

fn create(database: &Database<'_>, size: u32) -> Result<(), Error> {
    database.client()?.batch_execute(&format!(
        "CREATE TABLE app_xml (app_id bigint PRIMARY KEY, xml text);
         INSERT INTO app_xml SELECT key, '<a id=\"' || key || '\"/>' FROM generate_series(1, {size}) AS key"
    ))?;
    database.client()?.batch_execute("VACUUM ANALYZE app_xml")?;
    let target = DatabaseUrl::parse(&database.url(), &|_| None)?;
    let plan = plan_of(CONTRACT)?;
    let source = SourceAddress::Database(target.clone());
    let ports = open(&source, &target, &plan.contract().source, plan.schema(), OpenOptions::default())?;
    Ok(ports.journal()?.create_tables()?)
}

/// Fills the log as runs would have done it; leaves it with statistics and on disk.
fn log(database: &Database<'_>, size: u32, done: Done) -> Result<(), Error> {
    let mut client = database.client()?;
    client.batch_execute(&format!(
        "TRUNCATE processing_log;
         INSERT INTO processing_log (app_id, contract_name, status, processing_time, session_id, instance_id, instance_count, row_count,
             issue_count, contract_hash, document_hash, duration_ms)
         SELECT key, 'paging', 'success', now(), 'earlier', 0, 1, 1, 0, repeat('c', 32), md5(key::text), 1
         FROM generate_series(1, {size}) AS key WHERE {}",
        done.condition(size)
    ))?;
    client.batch_execute("VACUUM ANALYZE processing_log")?;
    Ok(client.batch_execute("CHECKPOINT")?)
}

fn walk(database: &Database<'_>, size: u32, done: Done) -> Result<Walk, Error> {
    let url = DatabaseUrl::parse(&database.url(), &|_| None)?;
    let plan = plan_of(CONTRACT)?;
    let address = SourceAddress::Database(url.clone());
    let ports = open(&address, &url, &plan.contract().source, plan.schema(), OpenOptions::default())?;
    let selection =
        Selection { range: KeyRange::default(), share: Share::WHOLE, failed: FailedDocuments::Leave };
    let (mut firsts, mut others, mut totals) = (Vec::new(), Vec::new(), Vec::new());
    let mut key_count = 0;
    for _ in 0..ROUND_COUNT {
        // A new connection, as for a new run: the first page pays for the plan.
        let mut source = ports.source()?;
        let (mut after, mut total) = (None, Duration::ZERO);
        key_count = 0;
        loop {
            let started = Instant::now();
            let keys = source.keys(&selection, after.as_ref(), PAGE)?;
            let duration = started.elapsed();
            match after {
                None => firsts.push(duration),
                Some(_) if keys.len() == PAGE => others.push(duration),
                Some(_) => {}
            }
            total += duration;
            key_count += keys.len();
            if keys.len() < PAGE {
                break;
            }
            after = keys.last().cloned();
        }
        totals.push(total);
    }
    let [first, total] = [firsts, totals].map(|times| median(times).expect("there was a round"));
    Ok(Walk { size, done, key_count, first, other: median(others), total })
}

fn median(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

impl Walk {
    /// Its median page by that of the smallest table in the same state that has one.
    fn ratio(&self, walks: &[Self]) -> Option<f64> {
        let reference = walks.iter().filter(|walk| walk.done == self.done).find_map(|walk| walk.other)?;
        Some(self.other?.as_secs_f64() / reference.as_secs_f64())
    }

    fn to_json(self, walks: &[Self]) -> Value {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        json!({
            "keys": self.size,
            "done": self.done.name(),
            "found": self.key_count,
            "first_page_ms": milliseconds(self.first),
            "median_page_ms": self.other.map(milliseconds),
            "total_ms": milliseconds(self.total),
            "ratio": self.ratio(walks),
        })
    }
}

fn figures(walks: &[Walk]) -> Figures {
    let milliseconds = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1e3);
    let nothing = || "-".to_owned();
    let table = |done: Done| {
        let rows = walks.iter().filter(|walk| walk.done == done).map(|walk| {
            let Walk { size, done: _, key_count, first, other, total } = walk;
            let nanoseconds = total.as_secs_f64() * 1e9 / f64::from(*size);
            let figures = vec![
                key_count.to_string(),
                milliseconds(*first),
                other.map_or_else(nothing, milliseconds),
                walk.ratio(walks).map_or_else(nothing, |ratio| format!("{ratio:.2}")),
                milliseconds(*total),
                format!("{nanoseconds:.0}"),
            ];
            (format!("{size} keys"), figures)
        });
        Table {
            title: format!("pages of {PAGE} keys, {}", done.name()),
            columns: vec!["found", "first ms", "median ms", "ratio", "total ms", "ns/key"],
            rows: rows.collect(),
        }
    };
    let notes = vec![
        "paging: the median is of full pages after the first, its ratio to that of the smallest table that has one; \
         ns/key is the total by all keys of the table"
            .to_owned(),
    ];
    let walks: Vec<_> = walks.iter().map(|walk| walk.to_json(walks)).collect();
    Figures {
        tables: Done::ALL.map(table).to_vec(),
        notes,
        json: [("walks".to_owned(), walks.into())].into_iter().collect(),
    }
}
