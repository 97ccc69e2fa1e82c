//! From documents in a table of PostgreSQL to rows in the same database: `xmlshred run`, against what others do with the
//! same documents on the same server.

use serde_json::json;

use super::extent::Extent;
use super::postgres::{Database, Server};
use super::results::{Figures, Measured, Table};
use super::runs::{self, Job, Run};
use super::xml_table::Shredded;
use super::xml2db::Loaded;
use super::{documents, xml_table, xml2db};
use crate::workspace::Error;

/// `--workers`
const WORKERS: u32 = 2;
/// What the issue asks for, per second: documents of 5 KB, and of 50 KB.
const GOALS: [(u32, f64); 2] = [(5_000, 5_000.0), (50_000, 20_000.0 / 60.0)];

/// What others did with the documents of 5 KB.
#[derive(Debug)]
struct Others {
    xml_table: Vec<Shredded>,
    xml2db: Result<Loaded, String>,
}

/// Measures.
///
/// # Errors
/// When a database or run fails.
pub(super) fn measure(server: &Server, extent: &Extent) -> Result<Measured, Error> {
    let (small, others) = run(server, extent.small_count, 5_000, |database| others(database, extent))?;
    let (large, ()) = run(server, extent.large_count, 50_000, |_| Ok(()))?;
    Ok(Measured::Done(figures(&[(5_000, small), (50_000, large)], &others)))
}

/// Copies documents to a database of their own, lets others and then xmlshred shred them.
fn run<T>(
    server: &Server,
    count: u32,
    average_bytes: u32,
    others: impl FnOnce(&Database<'_>) -> Result<T, Error>,
) -> Result<(Run, T), Error> {
    let documents = documents::prepare(count, average_bytes)?;
    let database = server.fresh("end_to_end")?;
    documents.copy_to(&mut database.client()?)?;
    let others = others(&database)?;
    database.client()?.batch_execute("CHECKPOINT")?;
    let contract = documents.contract();
    let databases = ["--url", &database.url()];
    let run = runs::measure(&Job {
        contract: &contract,
        databases: &databases,
        workers: WORKERS,
        limit: None,
        flags: &[],
    })?;
    Ok((run, others))
}

fn others(database: &Database<'_>, extent: &Extent) -> Result<Others, Error> {
    let xml_table = [1, WORKERS].map(|sessions| xml_table::shred(database, extent.xml_table_count, sessions));
    Ok(Others {
        xml_table: xml_table.into_iter().collect::<Result<_, _>>()?,
        xml2db: xml2db::load(database, extent.xml2db_count)?,
    })
}

fn figures(runs: &[(u32, Run)], others: &Others) -> Figures {
    let Others { xml_table, xml2db } = others;
    let reference = xml_table.last().expect("it was measured").documents_per_second();
    let speed = |documents_per_second: f64| {
        vec![
            format!("{documents_per_second:.0}"),
            format!("{:.0}", documents_per_second * 60.0),
            format!("{:.2}", documents_per_second / reference),
        ]
    };
    let mut rows: Vec<_> = xml_table
        .iter()
        .map(|shredded| {
            let Shredded { session_count, document_count, row_count, duration: _ } = shredded;
            let per_document = *row_count as f64 / *document_count as f64;
            let name = format!("XMLTABLE, {session_count} session(s), {per_document:.1} rows per document");
            (name, speed(shredded.documents_per_second()))
        })
        .collect();
    let mut notes = Vec::new();
    match xml2db {
        Ok(loaded) => {
            let name = format!("xml2db, {} documents in batches of 100", loaded.document_count);
            rows.push((name, speed(loaded.documents_per_second())));
        }
        Err(why) => notes.push(format!("skipped: xml2db: {why}")),
    }
    for (average_bytes, run) in runs {
        let mut figures = speed(run.documents_per_second());
        if *average_bytes != runs[0].0 {
            // Other documents than those of the reference.
            figures[2] = "-".to_owned();
        }
        let goal = GOALS.iter().find(|(bytes, _)| bytes == average_bytes).map(|(_, goal)| goal);
        figures
            .push(goal.map_or_else(String::new, |goal| format!("{:.2}", run.documents_per_second() / goal)));
        figures.push(format!("{:.0}", run.bytes_per_second() / 1e6));
        figures.push(run.peak_megabytes());
        rows.push((run.name(*average_bytes), figures));
    }
    let last = xml_table.last().expect("it was measured");
    notes.push(format!(
        "end to end: ratios to XMLTABLE in {} sessions, over {} documents of 5 KB; it fills 11 of 15 tables, without \
         foreign keys or log",
        last.session_count, last.document_count
    ));
    notes.push("goals: 5,000 documents of 5 KB per second, 20,000 of 50 KB per minute".to_owned());
    let table = Table {
        title: "end to end on PostgreSQL".to_owned(),
        columns: vec!["docs/s", "docs/min", "ratio", "of goal", "MB/s", "peak MB"],
        rows,
    };
    let xml_table: Vec<_> = xml_table
        .iter()
        .map(|shredded| {
            json!({
                "sessions": shredded.session_count,
                "documents": shredded.document_count,
                "rows": shredded.row_count,
                "documents_per_second": shredded.documents_per_second(),
            })
        })
        .collect();
    let xml2db = xml2db.as_ref().ok().map(|loaded| {
        json!({ "documents": loaded.document_count, "documents_per_second": loaded.documents_per_second() })
    });
    let runs: Vec<_> = runs.iter().map(|(average_bytes, run)| run.to_json(*average_bytes)).collect();
    let json = [
        ("runs".to_owned(), runs.into()),
        ("xml_table".to_owned(), xml_table.into()),
        ("xml2db".to_owned(), xml2db.into()),
    ];
    Figures { tables: vec![table], notes, json: json.into_iter().collect() }
}
