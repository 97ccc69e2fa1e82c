//! Loading rows into SQL Server, or what speaks its protocol, by the product's bulk load, against `freebcp` with the same rows
//! into the same table: ten columns and a primary key. Each has a turn in every round; medians count.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;

use super::extent::Extent;
use super::freetds::FreeTds;
use super::place::folder;
use super::prepared_rows::PreparedRows;
use super::results::{Figures, Measured, Table};
use crate::workspace::Error;

/// Names the server to measure on: what tests take.
const VARIABLE: &str = "XMLSHRED_TEST_SQLSERVER";
/// The database that is made there, and dropped.
const DATABASE: &str = "xmlshred_bench";
/// The table that is loaded.
const TABLE: &str = "line";
/// Everything that is made with it.
const TABLES: [&str; 3] = [TABLE, "processing_issue", "processing_log"];
/// Rows of a document: many, so that rows of the log, which `freebcp` does not load, count for nothing.
const LINES_PER_DOCUMENT: u32 = 500;
/// How often everything is loaded.
const ROUND_COUNT: usize = 3;

/// One of each common type.
const CONTRACT: &str = "
xmlshred: 1
name: bench-lines
source: { table: app_xml, key: app_id, xml: xml }
document: { root: /lines }
tables:
  line:
    each: line
    columns:
      line_id: { path: \"@id\", type: bigint, key: true }
      item_no: { path: \"@item\", type: int }
      code: { path: \"@code\", type: char(6) }
      name: { path: \"@name\", type: varchar(60) }
      note: { path: \"@note\", type: varchar(200) }
      amount: { path: \"@amount\", type: \"decimal(12,2)\" }
      weight: { path: \"@weight\", type: double }
      day: { path: \"@day\", type: date }
      stamp: { path: \"@stamp\", type: timestamp }
      paid: { path: \"@paid\", type: bool }
";
/// The columns' attributes, in their order.
const ATTRIBUTES: [&str; 10] =
    ["id", "item", "code", "name", "note", "amount", "weight", "day", "stamp", "paid"];

/// Measures.
///
/// # Errors
/// When the server or a program fails.
pub(super) fn measure(extent: &Extent) -> Result<Measured, Error> {
    let skipped = |why: String| Ok(Measured::Skipped { what: "sqlserver", why });
    let Ok(address) = std::env::var(VARIABLE) else {
        return skipped(format!("set {VARIABLE} to the address of a server where databases may be made"));
    };
    let server = match FreeTds::new(&address) {
        Ok(server) => server,
        Err(why) => return skipped(why),
    };
    let Files { contract, documents, text } = write_files(extent.line_document_count)?;
    let prepared = PreparedRows::shred(&contract, &format!("sqlite:{}", documents.display()))?;
    let row_count = u64::from(extent.line_document_count * LINES_PER_DOCUMENT);
    let _ = server.run("master", &format!("DROP DATABASE {DATABASE}"));
    server.run("master", &format!("CREATE DATABASE {DATABASE}"))?;
    let url = server.url(DATABASE);
    let (mut freebcp, mut sink) = (Vec::new(), Vec::new());
    for number in 1..=ROUND_COUNT {
        println!("loading {row_count} rows, round {number} of {ROUND_COUNT} …");
        prepared.create_tables(&url)?;
        freebcp.push(server.load(DATABASE, TABLE, &text)?);
        empty(&server, row_count, "freebcp")?;
        sink.push(prepared.load_into(&url)?);
        empty(&server, row_count, "xmlshred")?;
    }
    server.run("master", &format!("DROP DATABASE {DATABASE}"))?;
    Ok(Measured::Done(figures(row_count, freebcp, sink)))
}

/// Drops the tables, once they have as many rows as they should.
fn empty(server: &FreeTds, row_count: u64, who: &str) -> Result<(), Error> {
    let note_count = row_count * 4 / 5;
    for (column, expected) in [("*", row_count), ("note", note_count)] {
        let found = server.count(DATABASE, TABLE, column)?;
        if found != expected {
            return Err(format!("{who} was to load {expected} of {column}, but there are {found}").into());
        }
    }
    for table in TABLES {
        server.run(DATABASE, &format!("DROP TABLE {table}"))?;
    }
    Ok(())
}

/// The same rows twice.
struct Files {
    contract: PathBuf,
    /// As documents.
    documents: PathBuf,
    /// As `freebcp` reads them.
    text: PathBuf,
}

fn write_files(document_count: u32) -> Result<Files, Error> {
    let dir = folder().join("lines");
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir)?;
    let [contract, documents, text] =
        ["contract.yaml", "documents.db", "lines.txt"].map(|name| dir.join(name));
    fs::write(&contract, CONTRACT)?;
    let mut connection = Connection::open(&documents)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch("CREATE TABLE app_xml (app_id INTEGER PRIMARY KEY, xml TEXT)")?;
    let mut rows = String::new();
    for document in 0..document_count {
        let mut xml = "<lines>".to_owned();
        for number in 0..LINES_PER_DOCUMENT {
            let cells = cells(document * LINES_PER_DOCUMENT + number + 1);
            xml.push_str("<line");
            for (name, cell) in ATTRIBUTES.iter().zip(&cells) {
                write!(xml, " {name}=\"{cell}\"").expect("writing to a string cannot fail");
            }
            xml.push_str("/>");
            rows.push_str(&cells.join("\t"));
            rows.push('\n');
        }
        xml.push_str("</lines>");
        transaction.execute("INSERT INTO app_xml VALUES (?1, ?2)", (document + 1, xml))?;
    }
    transaction.commit()?;
    fs::write(&text, rows)?;
    Ok(Files { contract, documents, text })
}

/// The cells of a row; every fifth has no note. Nothing that XML or `freebcp` would escape.
fn cells(id: u32) -> [String; ATTRIBUTES.len()] {
    let (month, day, minute) = (id % 12 + 1, id % 28 + 1, id % 60);
    let note = match id % 5 {
        0 => String::new(),
        _ => format!("some words of a note, naïve {}", u64::from(id) * 7_919 % 100_003),
    };
    [
        id.to_string(),
        (id % 50 + 1).to_string(),
        format!("C{:05}", id % 100_000),
        format!("Widget Łódź {id}"),
        note,
        format!("{}.{:02}", id % 10_000_000, id % 100),
        format!("{}.5", id % 1_000),
        format!("2024-{month:02}-{day:02}"),
        // FreeTDS takes a blank between date and time, the contract's types take it as well.
        format!("2024-{month:02}-{day:02} 10:{minute:02}:00.125"),
        (id % 2).to_string(),
    ]
}

fn figures(row_count: u64, freebcp: Vec<Duration>, sink: Vec<Duration>) -> Figures {
    let [reference, sink] = [freebcp, sink].map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    });
    let measured = [
        ("freebcp from a text file, one transaction", reference),
        ("xmlshred's sink, from batches in memory", sink),
    ];
    let rows = measured.iter().map(|(name, seconds)| {
        let speed = row_count as f64 / seconds;
        let figures =
            vec![format!("{speed:.0}"), format!("{:.2}", reference / seconds), format!("{seconds:.2}")];
        ((*name).to_owned(), figures)
    });
    let table = Table {
        title: format!("bulk load of {row_count} rows of {} columns by TDS", ATTRIBUTES.len()),
        columns: vec!["rows/s", "ratio", "seconds"],
        rows: rows.collect(),
    };
    let loading: Vec<_> = measured
        .iter()
        .map(|(name, seconds)| {
            json!({
                "name": name,
                "seconds": seconds,
                "rows_per_second": row_count as f64 / seconds,
                "ratio": reference / seconds,
            })
        })
        .collect();
    let notes = vec![format!(
        "medians of {ROUND_COUNT}, ratios to freebcp's rows/s; freebcp with login, without a log; the server of {VARIABLE}"
    )];
    let json = [("loading_rows".to_owned(), row_count.into()), ("loading".to_owned(), loading.into())];
    Figures { tables: vec![table], notes, json: json.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_need_no_escaping() {
        let all = (1..2_000).flat_map(cells);
        assert!(all.into_iter().all(|cell| !cell.contains(['<', '&', '"', '\t', '\n'])));
    }
}
