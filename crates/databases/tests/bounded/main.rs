//! The memory of a run over SQLite stays within the formula of `docs/running.md`, whatever the documents: all that the program
//! allocates is counted, by an allocator. What SQLite takes for its pages is limited by its own settings.

#![expect(clippy::unwrap_used, reason = "these are tests: a failed unwrap is a failed test")]

mod documents;

use std::sync::Arc;

use peak_alloc::PeakAlloc;
use rusqlite::{Connection, params};
use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open};
use xmlshred_engine::ports::RunIdentity;
use xmlshred_engine::settings::{BatchLimits, ChunkLimits};
use xmlshred_engine::testing::listening::Deaf;
use xmlshred_engine::{RunSettings, StopSignal, Totals, run};
use xmlshred_mapping::contract::load;
use xmlshred_mapping::{Limits, Plan};
use xmlshred_model::{BatchBuilder, DataType, Share, Value};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const WORKERS: usize = 2;
const LOADERS: usize = 1;

fn settings(limits: Limits) -> RunSettings {
    RunSettings {
        workers: WORKERS.try_into().unwrap(),
        batch: BatchLimits { bytes: 1 << 20, ..BatchLimits::default() },
        chunk: ChunkLimits { bytes: 256 << 10, ..ChunkLimits::default() },
        limits,
        ..RunSettings::default()
    }
}

/// The formula of `docs/running.md`, with these settings, for documents as large as they may be.
fn bound(settings: &RunSettings) -> usize {
    let RunSettings { limits, .. } = settings;
    let waiting = settings.memory_bound(LOADERS) as usize;
    let shredded = WORKERS * 15 * limits.max_bytes as usize;
    let values = WORKERS * 2 * limits.max_value_bytes as usize;
    // While the largest buffer of a document grows, the allocator counts the old one and the new one.
    let growing = WORKERS * 10 * limits.max_bytes as usize;
    waiting + shredded + values + growing
}

/// The most memory that was taken at once over what was taken before, and what became of the documents.
fn peak_of_run(documents: &[Vec<u8>]) -> (usize, usize, Totals) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    let connection = Connection::open(&file).unwrap();
    connection.execute("CREATE TABLE app_xml (app_id INTEGER PRIMARY KEY, xml BLOB)", []).unwrap();
    for (key, document) in documents.iter().enumerate() {
        connection.execute("INSERT INTO app_xml VALUES (?, ?)", params![key as i64, document]).unwrap();
    }
    drop(connection);
    let loaded = load(documents::CONTRACT);
    let contract = loaded.contract.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let settings = settings(contract.document.limits);
    let plan = Arc::new(Plan::new(contract));
    let url = DatabaseUrl::Sqlite(file);
    let source = SourceAddress::Database(url.clone());
    let spec = &plan.contract().source;
    let ports = open(&source, &url, spec, plan.schema(), OpenOptions::default()).unwrap();
    ports.journal().unwrap().create_tables().unwrap();
    let identity = RunIdentity {
        session_id: "s".to_owned(),
        run_nonce: "n".to_owned(),
        share: Share::WHOLE,
        contract_hash: "c".to_owned(),
    };
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let summary = run(&*ports, &plan, &identity, &settings, &Deaf, &StopSignal::new()).unwrap();
    let peak = MEMORY.peak_usage() - before;
    (peak, bound(&settings), summary.totals)
}

#[test]
fn memory_of_a_run_stays_within_the_formula_whatever_the_documents() {
    let mut documents = Vec::new();
    for (_, document) in documents::HOSTILE {
        // The same twice, so that both workers have it at one time.
        documents.extend([document(1_900_000), document(1_900_000)]);
        documents.extend((0..20).map(|_| documents::ordinary()));
    }
    let (peak, bound, totals) = peak_of_run(&documents);
    println!("{peak} bytes at once, at most {bound}: {totals:?}");
    assert_eq!(totals.success_count + totals.failed_count, documents.len() as u64);
    assert!(peak <= bound, "{peak} bytes at once, at most {bound}");
}

#[test]
fn rows_that_are_gone_leave_little_room_behind() {
    let loaded = load(documents::CONTRACT);
    let plan = Plan::new(loaded.contract.unwrap());
    let mut rows = BatchBuilder::new(Arc::clone(plan.schema()));
    let text = "x".repeat(1_000);
    let fill = |rows: &mut BatchBuilder, table: usize, count: usize| {
        let columns = &plan.schema().tables[table].columns;
        let cells = columns.iter().map(|column| match column.data_type {
            DataType::Text | DataType::Xml => Value::Text(&text),
            _ => Value::Null,
        });
        let cells = cells.collect::<Vec<_>>();
        (0..count).for_each(|_| rows.push_row(table, &cells));
    };
    let before = MEMORY.current_usage();
    let left = || MEMORY.current_usage() - before;
    // Documents that fail one after the other, each with rows of another table.
    for table in 0..plan.schema().tables.len() {
        fill(&mut rows, table, 3_000);
        rows.discard_rows();
    }
    assert!(left() < 2 << 20, "{} bytes", left());
    // A batch that one document made large says nothing about the next one.
    fill(&mut rows, 0, 20_000);
    drop(rows.finish());
    assert!(left() < 2 << 20, "{} bytes", left());
}
