//! `xmlshred status`: how far the work is, from the log alone.

use std::io::Write;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use xmlshred_engine::ports::{FailedDocuments, Fault, LogTally, PortError, Selection};
use xmlshred_mapping::Plan;
use xmlshred_model::{KeyRange, Share, UtcMicros, shown_lines};

use crate::args::StatusArgs;
use crate::console::{self, count};
use crate::database::{self, MissingTables, NewNames, NoFiles};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::ContractFile;

/// Microseconds of work below which a rate says nothing.
const MIN_SPAN: UtcMicros = 1_000_000;

/// Characters of a session that are shown.
const MAX_NAME: usize = 64;

/// What `--json` prints.
#[derive(Serialize)]
struct Answer {
    version: u32,
    success: u64,
    failed: u64,
    skipped: u64,
    /// Documents without a log row; `null` when the source cannot tell.
    left: Option<u64>,
    instances: Vec<InstanceAnswer>,
}

#[derive(Serialize)]
struct InstanceAnswer {
    session_id: String,
    instance_id: u32,
    instance_count: u32,
    contract_hash: String,
    success: u64,
    failed: u64,
    skipped: u64,
    first: String,
    last: String,
    /// `null` when there is too little to tell.
    documents_per_minute: Option<f64>,
}

/// Prints what the log holds, per session and instance, and how much is left.
pub(crate) fn status(args: &StatusArgs) -> Result<Exit, CommandError> {
    let StatusArgs { contract, database, json } = args;
    let connection = database::resolve(database)?;
    let (contract, _) = ContractFile::read(contract)?.checked()?;
    let ports = database::open(
        &connection,
        &Plan::new(contract),
        MissingTables::Refuse,
        (NewNames::Leave, NoFiles::Refuse),
        FailedDocuments::Leave,
        Share::WHOLE,
    )?;
    let during = |what: &'static str| move |error: PortError| CommandError::port(what, error);
    let log = "cannot read the log";
    let mut tallies = ports.journal().map_err(during(log))?.tally().map_err(during(log))?;
    tallies.sort_by_key(|tally| (tally.first, tally.instance_id));
    let whole = Selection { range: KeyRange::default(), share: Share::WHOLE, failed: FailedDocuments::Leave };
    let success = tallies.iter().map(|tally| tally.success_count).sum();
    let failed = tallies.iter().map(|tally| tally.failed_count).sum();
    let skipped = tallies.iter().map(|tally| tally.skipped_count).sum();
    let logged: u64 = tallies.iter().map(LogTally::document_count).sum();
    let left = match ports.source() {
        Ok(mut source) => {
            let counted = source.count(&whole).map_err(during("cannot count the documents"))?;
            counted
                .map(|counted| if source.sees_journal() { counted } else { counted.saturating_sub(logged) })
        }
        // The log tells what it knows, also where documents come from elsewhere.
        Err(error) if matches!(error.fault, Fault::MissingTable { .. }) => {
            console::warn(format!(
                "{error}: what is left is not counted; name the source as for the run, with --files or --source-url"
            ));
            None
        }
        Err(error) => return Err(during("cannot open the source")(error)),
    };
    let instances = tallies.into_iter().map(instance).collect();
    let answer = Answer { version: 1, success, failed, skipped, left, instances };
    let mut out = std::io::stdout().lock();
    if *json {
        writeln!(out, "{}", serde_json::to_string(&answer).map_err(std::io::Error::from)?)?;
    } else {
        write!(out, "{}", shown_lines(&text(&answer)))?;
    }
    Ok(Exit::Done)
}

fn instance(tally: LogTally) -> InstanceAnswer {
    let document_count = tally.document_count();
    let LogTally {
        session_id,
        instance_id,
        instance_count,
        contract_hash,
        success_count,
        failed_count,
        skipped_count,
        first,
        last,
    } = tally;
    let micros = last.saturating_sub(first);
    // From first to last row there is one interval less than there are rows.
    let intervals = document_count.saturating_sub(1);
    let documents_per_minute =
        (micros >= MIN_SPAN).then(|| (intervals as f64 * 60e6 / micros as f64).round());
    InstanceAnswer {
        session_id,
        instance_id,
        instance_count,
        contract_hash,
        success: success_count,
        failed: failed_count,
        skipped: skipped_count,
        first: timestamp(first),
        last: timestamp(last),
        documents_per_minute,
    }
}

fn text(answer: &Answer) -> String {
    let Answer { version: _, success, failed, skipped, left, instances } = answer;
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header(["session", "instance", "successful", "failed", "documents/min", "last document (UTC)"]);
    for instance in instances {
        table.add_row([
            plain(&instance.session_id),
            format!("{}/{}", u64::from(instance.instance_id) + 1, instance.instance_count),
            count(instance.success),
            count(instance.failed),
            instance.documents_per_minute.map_or_else(String::new, |rate| count(rate as u64)),
            instance.last.clone(),
        ]);
    }
    for column in table.column_iter_mut().skip(1).take(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let left = left.map_or_else(|| "not counted".to_owned(), count);
    let mut text = if instances.is_empty() { String::new() } else { format!("{table}\n") };
    text.push_str(&format!("Successful: {}\nFailed: {}\n", count(*success), count(*failed)));
    if *skipped > 0 {
        text.push_str(&format!("Skipped: {}\n", count(*skipped)));
    }
    text.push_str(&format!("Left: {left}\n"));
    text
}

/// Others may have written the log: no character of theirs steers a terminal, no name is wider than a table may be.
fn plain(name: &str) -> String {
    let mut plain: String = name
        .chars()
        .take(MAX_NAME)
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if name.chars().nth(MAX_NAME).is_some() {
        plain.push('…');
    }
    plain
}

fn timestamp(at: UtcMicros) -> String {
    match jiff::Timestamp::from_microsecond(at) {
        Ok(at) => at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        Err(_) => at.to_string(),
    }
}
