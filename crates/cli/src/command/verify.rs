//! `xmlshred verify`: whether the target is what log, source and contract say.

use std::io::Write;
use std::sync::Arc;

use xmlshred_engine::ports::Entries;
use xmlshred_mapping::Plan;
use xmlshred_model::{TargetSchema, shown_lines};

use crate::args::{FailureArgs, VerifyArgs};
use crate::console;
use crate::database::{self, NoFiles, key_json};
use crate::entries;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::failures::Filter;
use crate::retry;
use crate::settings::ContractFile;
use crate::verify::{self, Answer, Comparer, Documents, Sample};

/// Keys of documents that are gone which are named.
const MAX_KEYS: usize = 10;

/// Compares, and ends with 3 when something differs. It writes nothing, and ends at the first Ctrl-C.
pub(crate) fn verify(args: &VerifyArgs) -> Result<Exit, CommandError> {
    let VerifyArgs { sample, all, json, contract, database: address } = args;
    let connection = database::resolve(address)?;
    let file = ContractFile::read(contract)?;
    let plan = Arc::new(Plan::new(file.checked()?.0));
    let ports = database::open_to_read(&connection, &plan, NoFiles::Refuse)?;
    let failed = |what: &'static str| move |error| CommandError::port(what, error);
    let key_type = ports.key_type().map_err(failed("cannot open the source"))?;
    let mut journal = ports.journal().map_err(failed("cannot read the log"))?;
    let schema = TargetSchema { key_type, ..TargetSchema::clone(plan.schema()) };
    let mut rows = database::document_rows(&connection, &plan)?;

    let mut sample = Sample::new((!all).then_some(*sample));
    let facts = verify::facts(&mut *journal, &mut sample)?;
    let tables = verify::tables(&mut *rows, &schema)?;
    let everything = Filter::new(&FailureArgs::default(), &plan, &mut || ports.source())?;
    let vanished = retry::vanished(&everything, &*ports)?;
    let documents = Documents {
        success: facts.success,
        failed: facts.failed,
        skipped: facts.skipped,
        unlogged: verify::unlogged(&*ports)?,
        vanished: vanished.keys.len() as u64,
        vanished_keys: vanished.keys.iter().take(MAX_KEYS).map(key_json).collect(),
    };
    let tallies = journal.tally().map_err(failed("cannot read the log"))?;

    let mut comparer = Comparer::new(&plan, &schema, &*ports, &mut *rows, facts.success)?;
    match sample.into_taken() {
        Some(taken) => comparer.compare(&taken)?,
        None => entries::pages(&mut *journal, Entries::All, &mut |page| {
            let successful: Vec<_> = page.iter().filter(|entry| entry.is_success()).cloned().collect();
            comparer.compare(&successful)
        })?,
    }
    let sample = comparer.into_answer();

    let rows_share_keys = verify::rows_share_keys(&schema);
    let without_document: u64 = tables.iter().filter_map(|table| table.rows_without_document).sum();
    let equal = verify::rows_agree(&tables, facts.row_count, rows_share_keys)
        && without_document == 0
        && vanished.keys.is_empty()
        && sample.different + sample.changed + sample.unreadable == 0;
    let answer = Answer {
        version: 1,
        equal,
        documents,
        rows_logged: facts.row_count,
        rows_found: verify::rows_found(&tables),
        rows_share_keys,
        tables,
        contract_hash: plan.contract().hash.clone(),
        contracts: verify::contracts(&tallies),
        sample,
    };
    let mut out = std::io::stdout().lock();
    if *json {
        writeln!(out, "{}", serde_json::to_string(&answer).map_err(std::io::Error::from)?)?;
    } else {
        write!(out, "{}", shown_lines(&verify::text(&answer, console::columns())))?;
    }
    Ok(if equal { Exit::Done } else { Exit::SomeFailed })
}
