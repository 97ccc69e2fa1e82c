//! Writes the demo's database and contract.
//!
//! The source table is that of the demo's imaginary customer; target tables and log are made as for everyone.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use xmlshred_databases::{DatabaseUrl, DocumentWriter, OpenOptions, SourceAddress, open, start_over};
use xmlshred_demo::Generator;
use xmlshred_engine::ports::PortError;

use super::contract::text;
use super::place::Place;
use super::{DemoArgs, DemoError};

/// Bytes of documents per transaction: enough that transactions cost nothing.
const BYTES_PER_INSERT: usize = 8 << 20;

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

/// Writes contract, documents and empty tables. What an earlier demo left is removed first.
///
/// # Errors
/// When the folder or the database cannot be written.
pub(super) fn prepare(args: &DemoArgs, place: &Place) -> Result<Prepared, DemoError> {
    let DemoArgs { dir: _, server: _, documents, bytes_per_document, seed, instances: _, prepare_only: _ } =
        args;
    fs::create_dir_all(&place.dir).map_err(|source| DemoError::file(&place.dir, source))?;
    let kept_contract = write_contract(&place.contract, &text(&place.database))?;
    let plan = place.plan();
    let single = DatabaseUrl::Sqlite(place.single.clone());
    start_over(&single, &plan.contract().source)?.finish()?;
    let mut writer = start_over(&place.database, &plan.contract().source)?;
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
    insert(&mut *writer, &generator, &mut prepared)?;
    writer.finish()?;
    // Target tables and log, as `run --create-tables` makes them.
    let source = SourceAddress::Database(place.database.clone());
    let ports =
        open(&source, &place.database, &plan.contract().source, plan.schema(), OpenOptions::default())?;
    ports.journal()?.create_tables()?;
    Ok(prepared)
}

/// Someone may have tried things with the contract: their text is kept under another name.
fn write_contract(path: &Path, new_text: &str) -> Result<Option<PathBuf>, DemoError> {
    let kept = match fs::read(path) {
        Ok(text) if text != new_text.as_bytes() => {
            let kept = path.with_extension("yaml.old");
            fs::rename(path, &kept).map_err(|source| DemoError::file(&kept, source))?;
            Some(kept)
        }
        _ => None,
    };
    fs::write(path, new_text).map_err(|source| DemoError::file(path, source))?;
    Ok(kept)
}

fn insert(
    writer: &mut dyn DocumentWriter,
    generator: &Generator,
    prepared: &mut Prepared,
) -> Result<(), PortError> {
    let started = Instant::now();
    let bar = ProgressBar::new(prepared.document_count.cast_unsigned()).with_style(
        ProgressStyle::with_template("writing documents [{bar:40}] {human_pos}/{human_len} {eta}")
            .expect("the template is a constant"),
    );
    let mut documents = Vec::new();
    let mut waiting_bytes = 0;
    for app_id in 1..=prepared.document_count {
        let mut document = String::new();
        let text = generator.document(app_id, &mut document).then_some(document);
        let length = text.as_ref().map_or(0, String::len);
        documents.push((app_id, text));
        waiting_bytes += length;
        prepared.byte_count += length as u64;
        prepared.max_bytes = prepared.max_bytes.max(length);
        if length > 1_000 {
            prepared.min_bytes = prepared.min_bytes.min(length);
        }
        if waiting_bytes >= BYTES_PER_INSERT || app_id == prepared.document_count {
            writer.insert(&documents)?;
            documents.clear();
            waiting_bytes = 0;
            bar.set_position(app_id.cast_unsigned());
        }
    }
    bar.finish_and_clear();
    prepared.duration = started.elapsed();
    Ok(())
}
