//! Writes the demo's database and contract.
//!
//! The SQL here is that of the demo's imaginary customer, who owns the source table; target tables and log come from
//! `databases`, as for everyone.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use rusqlite::Connection;
use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open};
use xmlshred_engine::ports::PortError;
use xmlshred_mapping::{Plan, contract};

use super::generate::Generator;
use super::{DemoArgs, DemoError};

/// Documents per transaction: enough that transactions cost nothing.
const DOCUMENTS_PER_TRANSACTION: i64 = 5_000;

/// Where the demo keeps things.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The folder.
    pub(super) dir: PathBuf,
    /// Documents, target tables and log.
    pub(super) database: PathBuf,
    /// Target tables and log of the single instance.
    pub(super) single: PathBuf,
    /// The contract.
    pub(super) contract: PathBuf,
}

impl Place {
    /// The usual names in a folder.
    pub(super) fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            database: dir.join("demo.db"),
            single: dir.join("demo-single.db"),
            contract: dir.join("contract.yaml"),
        }
    }
}

/// What was written.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    /// Documents.
    pub(super) document_count: i64,
    /// Their bytes.
    pub(super) byte_count: u64,
    /// The smallest, of those that are more than a stub.
    pub(super) min_bytes: usize,
    /// The largest.
    pub(super) max_bytes: usize,
    /// Time for generating and inserting.
    pub(super) duration: Duration,
    /// An earlier contract of other content is here now.
    pub(super) kept_contract: Option<PathBuf>,
}

/// The plan of the demo's contract.
pub(super) fn plan() -> Plan {
    let loaded = contract::load(super::contract::TEXT);
    Plan::new(loaded.contract.expect("a test loads the demo's contract"))
}

/// Writes contract, documents and empty tables. Databases of an earlier demo are removed first.
///
/// # Errors
/// When the folder or the database cannot be written.
pub(super) fn prepare(args: &DemoArgs, place: &Place) -> Result<Prepared, DemoError> {
    let DemoArgs { dir: _, documents, bytes_per_document, seed, instances: _, prepare_only: _ } = args;
    fs::create_dir_all(&place.dir).map_err(|source| DemoError::file(&place.dir, source))?;
    remove(&place.database)?;
    remove(&place.single)?;
    let kept_contract = write_contract(&place.contract)?;
    let generator = Generator::new(*seed, *bytes_per_document as usize);
    let document_count = i64::from(*documents);
    let mut prepared = Prepared {
        document_count,
        byte_count: 0,
        min_bytes: usize::MAX,
        max_bytes: 0,
        duration: Duration::ZERO,
        kept_contract,
    };
    insert(&place.database, &generator, &mut prepared)
        .map_err(|source| DemoError::database(&place.database, source))?;
    create_tables(&place.database)?;
    Ok(prepared)
}

/// Target tables and log, made as `run --create-tables` makes them.
fn create_tables(database: &Path) -> Result<(), PortError> {
    let plan = plan();
    let url = DatabaseUrl::Sqlite(database.to_owned());
    let source = SourceAddress::Database(url.clone());
    let ports = open(&source, &url, &plan.contract().source, plan.schema(), OpenOptions::default())?;
    ports.journal()?.create_tables()
}

fn remove(database: &Path) -> Result<(), DemoError> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut path = database.as_os_str().to_owned();
        path.push(suffix);
        let path = PathBuf::from(path);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(DemoError::file(&path, error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Someone may have tried things with the contract: their text is kept under another name.
fn write_contract(path: &Path) -> Result<Option<PathBuf>, DemoError> {
    let kept = match fs::read(path) {
        Ok(text) if text != super::contract::TEXT.as_bytes() => {
            let kept = path.with_extension("yaml.old");
            fs::rename(path, &kept).map_err(|source| DemoError::file(&kept, source))?;
            Some(kept)
        }
        _ => None,
    };
    fs::write(path, super::contract::TEXT).map_err(|source| DemoError::file(path, source))?;
    Ok(kept)
}

fn insert(database: &Path, generator: &Generator, prepared: &mut Prepared) -> Result<(), rusqlite::Error> {
    let started = Instant::now();
    let mut connection = Connection::open(database)?;
    // A file that a power cut spoils is simply written again: no journal, no waiting for the disk.
    connection.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
         CREATE TABLE app_xml (app_id INTEGER PRIMARY KEY, xml TEXT);",
    )?;
    let bar = ProgressBar::new(prepared.document_count.cast_unsigned()).with_style(
        ProgressStyle::with_template("writing documents [{bar:40}] {human_pos}/{human_len} {eta}")
            .expect("the template is a constant"),
    );
    let mut document = String::new();
    let mut next = 1;
    while next <= prepared.document_count {
        let end = (next + DOCUMENTS_PER_TRANSACTION).min(prepared.document_count + 1);
        let transaction = connection.transaction()?;
        {
            let mut statement =
                transaction.prepare_cached("INSERT INTO app_xml (app_id, xml) VALUES (?1, ?2)")?;
            for app_id in next..end {
                let text = generator.document(app_id, &mut document).then_some(document.as_str());
                statement.execute((app_id, text))?;
                let length = text.map_or(0, str::len);
                prepared.byte_count += length as u64;
                prepared.max_bytes = prepared.max_bytes.max(length);
                if length > 1_000 {
                    prepared.min_bytes = prepared.min_bytes.min(length);
                }
            }
        }
        transaction.commit()?;
        bar.set_position((end - 1).cast_unsigned());
        next = end;
    }
    bar.finish_and_clear();
    // Several processes will write to it: readers must not wait for the writer.
    connection.execute_batch("PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL;")?;
    prepared.duration = started.elapsed();
    Ok(())
}
