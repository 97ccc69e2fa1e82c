//! Rows as the product has them in memory just before loading: what its loading alone is measured with.
//!
//! An ordinary run in this process whose sink keeps the batches and writes nothing; later they are committed, one after the
//! other, by the sink of any database.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open};
use xmlshred_engine::ports::{Commit, FailedDocuments, Journal, PortError, Ports, RunIdentity, Sink, Source};
use xmlshred_engine::{Event, Observer, RunSettings, StopSignal};
use xmlshred_mapping::{Plan, contract};
use xmlshred_model::{Batch, DocumentKey, Share};

use crate::workspace::Error;

/// All rows of a run.
#[derive(Debug)]
pub(super) struct PreparedRows {
    plan: Arc<Plan>,
    identity: RunIdentity,
    batches: Vec<Batch>,
}

/// The plan of a contract in a file.
///
/// # Errors
/// When the file cannot be read or the contract is wrong.
pub(super) fn plan(file: &Path) -> Result<Arc<Plan>, Error> {
    plan_of(&fs::read_to_string(file)?)
}

/// The plan of a contract.
///
/// # Errors
/// When the contract is wrong.
pub(super) fn plan_of(text: &str) -> Result<Arc<Plan>, Error> {
    Ok(Arc::new(Plan::new(contract::load(text).contract.ok_or("the contract is wrong")?)))
}

impl PreparedRows {
    /// Shreds every document of a source.
    ///
    /// # Errors
    /// When the run fails.
    pub(super) fn shred(contract: &Path, source_url: &str) -> Result<Self, Error> {
        println!("shredding the documents whose rows are loaded …");
        let plan = plan(contract)?;
        let source = DatabaseUrl::parse(source_url, &|_| None)?;
        let identity = RunIdentity {
            session_id: "bench".to_owned(),
            run_nonce: "bench".to_owned(),
            share: Share::WHOLE,
            contract_hash: "bench".to_owned(),
        };
        let (spec, schema) = (&plan.contract().source, plan.schema());
        let ports =
            open(&SourceAddress::Database(source.clone()), &source, spec, schema, OpenOptions::default())?;
        let keeping = Keeping { ports, batches: Arc::default() };
        let settings = RunSettings::default();
        xmlshred_engine::run(&keeping, &plan, &identity, &settings, &Nobody, &StopSignal::new())?;
        let batches = std::mem::take(&mut *keeping.batches.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Self { plan, identity, batches })
    }

    /// Names of the target tables, in an order in which they can be filled.
    pub(super) fn table_names(&self) -> impl Iterator<Item = &str> {
        self.plan.schema().tables.iter().map(|table| table.name.as_str())
    }

    /// Rows of all tables, those of log and issues included.
    pub(super) fn row_count(&self) -> u64 {
        let table_count = self.plan.schema().tables.len();
        self.batches
            .iter()
            .map(|batch| {
                let rows: u64 = (0..table_count).map(|table| batch.table_row_count(table)).sum();
                let issues: usize = batch.documents().iter().map(|record| record.issues.len()).sum();
                rows + (batch.documents().len() + issues) as u64
            })
            .sum()
    }

    /// Of each target table, how many rows each batch has.
    pub(super) fn row_counts(&self) -> impl Iterator<Item = Vec<usize>> {
        let count = |table| move |batch: &Batch| batch.table_row_count(table) as usize;
        (0..self.plan.schema().tables.len()).map(move |table| self.batches.iter().map(count(table)).collect())
    }

    /// How many rows of the log each batch has, and how many issues.
    pub(super) fn log_counts(&self) -> (Vec<usize>, Vec<usize>) {
        let issue_count =
            |batch: &Batch| batch.documents().iter().map(|record| record.issues.len()).sum::<usize>();
        self.batches.iter().map(|batch| (batch.documents().len(), issue_count(batch))).unzip()
    }

    /// Makes the tables in a database that has none of them.
    ///
    /// # Errors
    /// When the target cannot be reached or refuses them.
    pub(super) fn create_tables(&self, target_url: &str) -> Result<(), Error> {
        Ok(self.ports(target_url)?.journal()?.create_tables()?)
    }

    fn ports(&self, target_url: &str) -> Result<Box<dyn Ports>, Error> {
        let target = DatabaseUrl::parse(target_url, &|_| None)?;
        let (spec, schema) = (&self.plan.contract().source, self.plan.schema());
        Ok(open(&SourceAddress::Database(target.clone()), &target, spec, schema, OpenOptions::default())?)
    }

    /// Makes the tables in an empty database and loads everything; the time of loading alone, by one connection.
    ///
    /// # Errors
    /// When the target cannot be reached or refuses something.
    pub(super) fn load_into(&self, target_url: &str) -> Result<Duration, Error> {
        self.create_tables(target_url)?;
        let Self { plan: _, identity, batches } = self;
        let ports = self.ports(target_url)?;
        let mut sink = ports.sink()?;
        let started = Instant::now();
        for batch in batches {
            let Commit { already_done, table_row_counts: _, dropped_row_counts: _ } =
                sink.commit(batch, identity, FailedDocuments::Leave)?;
            if !already_done.is_empty() {
                return Err("the target was not empty".into());
            }
        }
        Ok(started.elapsed())
    }
}

/// Ports whose sinks keep batches.
struct Keeping {
    ports: Box<dyn Ports>,
    batches: Arc<Mutex<Vec<Batch>>>,
}

impl Ports for Keeping {
    fn source(&self) -> Result<Box<dyn Source>, PortError> {
        self.ports.source()
    }

    fn sink(&self) -> Result<Box<dyn Sink>, PortError> {
        Ok(Box::new(KeepingSink(Arc::clone(&self.batches))))
    }

    fn journal(&self) -> Result<Box<dyn Journal>, PortError> {
        self.ports.journal()
    }

    fn max_loaders(&self) -> usize {
        1
    }
}

struct KeepingSink(Arc<Mutex<Vec<Batch>>>);

impl Sink for KeepingSink {
    fn commit(&mut self, batch: &Batch, _: &RunIdentity, _: FailedDocuments) -> Result<Commit, PortError> {
        let Self(batches) = self;
        batches.lock().unwrap_or_else(PoisonError::into_inner).push(batch.clone());
        let table_row_counts = (0..batch.schema().tables.len()).map(|t| batch.table_row_count(t)).collect();
        Ok(Commit { table_row_counts, ..Commit::default() })
    }

    fn remove(&mut self, _: &[DocumentKey]) -> Result<(), PortError> {
        Ok(())
    }
}

/// Nobody is told what happens.
struct Nobody;

impl Observer for Nobody {
    fn observe(&self, _: &Event) {}
}
