//! The same documents by PostgreSQL's own `XMLTABLE`: what somebody would do who has only the server.
//!
//! One session takes one core of the server; two sessions share the documents, as two workers do.

use std::thread;
use std::time::{Duration, Instant};

use super::documents::IS_GOOD;
use super::postgres::Database;
use crate::workspace::Error;

const TARGETS: &str = include_str!("xml_table_targets.sql");
const STATEMENTS: &str = include_str!("xml_table.sql");

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shredded {
    /// Sessions at work.
    pub(super) session_count: u32,
    /// Good documents: bad ones would end the statements.
    pub(super) document_count: u64,
    /// Rows in all tables.
    pub(super) row_count: u64,
    /// Until the last session had committed.
    pub(super) duration: Duration,
}

impl Shredded {
    /// Documents per second.
    pub(super) fn documents_per_second(&self) -> f64 {
        self.document_count as f64 / self.duration.as_secs_f64()
    }
}

/// Shreds the first `count` documents of `app_xml`, the bad ones among them left out, and forgets the rows.
///
/// # Errors
/// When the server refuses.
pub(super) fn shred(database: &Database<'_>, count: u32, session_count: u32) -> Result<Shredded, Error> {
    println!("XMLTABLE over {count} documents, {session_count} session(s) …");
    let mut client = database.client()?;
    client.batch_execute(TARGETS)?;
    client.batch_execute("CHECKPOINT")?;
    let condition = format!("app_id <= {count} AND {IS_GOOD}");
    let document_count: i64 =
        client.query_one(&format!("SELECT count(*) FROM app_xml WHERE {condition}"), &[])?.get(0);
    let started = Instant::now();
    thread::scope(|scope| {
        let sessions: Vec<_> = (0..session_count)
            .map(|session| {
                let condition = format!("{condition} AND app_id % {session_count} = {session}");
                scope.spawn(move || shred_share(database, &condition).map_err(|error| error.to_string()))
            })
            .collect();
        sessions.into_iter().try_for_each(|session| session.join().expect("a session does not panic"))
    })?;
    let duration = started.elapsed();
    let row_count = row_count(&mut client)?;
    client.batch_execute("DROP SCHEMA xml_table CASCADE")?;
    Ok(Shredded { session_count, document_count: document_count.unsigned_abs(), row_count, duration })
}

/// One transaction. Text is made `xml` once: it would be parsed once more for every table otherwise.
fn shred_share(database: &Database<'_>, condition: &str) -> Result<(), Error> {
    let mut client = database.client()?;
    let documents = format!(
        "CREATE TEMP TABLE documents ON COMMIT DROP AS SELECT app_id, xml::xml AS document FROM app_xml WHERE {condition}"
    );
    let mut transaction = client.transaction()?;
    transaction.batch_execute(&documents)?;
    transaction.batch_execute(STATEMENTS)?;
    Ok(transaction.commit()?)
}

fn row_count(client: &mut postgres::Client) -> Result<u64, Error> {
    let tables = client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'xml_table'", &[])?;
    let mut row_count = 0;
    for table in &tables {
        let rows =
            client.query_one(&format!("SELECT count(*) FROM xml_table.{}", table.get::<_, &str>(0)), &[])?;
        row_count += rows.get::<_, i64>(0).unsigned_abs();
    }
    Ok(row_count)
}
