//! What log, source and tables say in numbers.

use std::collections::BTreeMap;

use xmlshred_databases::DocumentRows;
use xmlshred_engine::chosen::each_key;
use xmlshred_engine::ports::{
    Entries, FailedDocuments, Journal, LogTally, PortError, Ports, Selection, Source,
};
use xmlshred_model::{KeyRange, OnExisting, Share, TargetSchema, UtcMicros};

use super::{ContractUse, Sample, TableAnswer};
use crate::console;
use crate::entries;
use crate::error::CommandError;

/// Sessions that are named of each text of the contract.
const MAX_SESSIONS: usize = 5;

/// What the log says in all.
#[derive(Debug, Default)]
pub(crate) struct LogFacts {
    pub(crate) success: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
    /// Rows of all successful documents.
    pub(crate) row_count: u64,
}

/// Counts what the log has, and offers its successful documents to the sample.
///
/// # Errors
/// When the log cannot be read.
pub(crate) fn facts(journal: &mut dyn Journal, sample: &mut Sample) -> Result<LogFacts, CommandError> {
    let mut facts = LogFacts::default();
    entries::pages(journal, Entries::All, &mut |page| {
        for entry in page {
            if entry.is_success() {
                facts.success += 1;
                facts.row_count += entry.row_count;
                sample.offer(entry);
            } else if entry.is_failed() {
                facts.failed += 1;
            } else {
                facts.skipped += 1;
            }
        }
        Ok(())
    })?;
    Ok(facts)
}

/// How many documents of the source the log has not, in the versions that they have.
///
/// # Errors
/// Any fault of source or log.
pub(crate) fn unlogged(ports: &dyn Ports) -> Result<u64, CommandError> {
    let failed = |error: PortError| CommandError::port("cannot compare source and log", error);
    let mut source = ports.source().map_err(failed)?;
    let mut journal = ports.journal().map_err(failed)?;
    let mut versions_of = ports.source().map_err(failed)?;
    let selection =
        Selection { range: KeyRange::default(), share: Share::WHOLE, failed: FailedDocuments::Leave };
    let sees_journal = source.sees_journal();
    let mut count = 0;
    each_key(&mut *source, &selection, &mut |page| {
        count += page.len() as u64;
        if !sees_journal && !page.is_empty() {
            count -= logged(page, &mut *versions_of, &mut *journal)?;
        }
        Ok(())
    })
    .map_err(failed)?;
    Ok(count)
}

fn logged(
    keys: &[xmlshred_model::DocumentKey],
    source: &mut dyn Source,
    journal: &mut dyn Journal,
) -> Result<u64, PortError> {
    let versions = source.versions(keys)?;
    Ok(journal.processed(keys, versions.as_deref(), FailedDocuments::Leave)?.len() as u64)
}

/// The texts of the contract that documents were processed with.
pub(crate) fn contracts(tallies: &[LogTally]) -> Vec<ContractUse> {
    let mut found: BTreeMap<&str, (u64, Vec<String>, UtcMicros, UtcMicros)> = BTreeMap::new();
    for tally in tallies {
        let (count, sessions, first, last) = found
            .entry(&tally.contract_hash)
            .or_insert_with(|| (0, Vec::new(), UtcMicros::MAX, UtcMicros::MIN));
        *count += tally.document_count();
        if !sessions.contains(&tally.session_id) && sessions.len() < MAX_SESSIONS {
            sessions.push(tally.session_id.clone());
        }
        (*first, *last) = ((*first).min(tally.first), (*last).max(tally.last));
    }
    let told =
        |(hash, (documents, sessions, first, last)): (&str, (u64, Vec<String>, UtcMicros, UtcMicros))| {
            ContractUse {
                hash: hash.to_owned(),
                documents,
                sessions,
                first: console::utc(first),
                last: console::utc(last),
            }
        };
    found.into_iter().map(told).collect()
}

/// Rows of each table, and those without a document.
///
/// # Errors
/// Any fault of the target.
pub(crate) fn tables(
    rows: &mut dyn DocumentRows,
    schema: &TargetSchema,
) -> Result<Vec<TableAnswer>, CommandError> {
    let failed = |error| CommandError::port("cannot read the target", error);
    let of_table = |table: usize| {
        let count = rows.row_count(schema, table).map_err(failed)?;
        let without_document = rows.ownerless_count(schema, table).map_err(failed)?;
        let owned = rows.owned_count(schema, table).map_err(failed)?;
        let of_others =
            without_document.zip(owned).map(|(without, owned)| count.saturating_sub(without + owned));
        Ok(TableAnswer {
            table: schema.tables[table].name.clone(),
            rows: count,
            rows_without_document: without_document,
            rows_of_other_contracts: of_others,
        })
    };
    (0..schema.tables.len()).map(of_table).collect()
}

/// The rows of these tables that may be this contract's.
pub(crate) fn rows_found<'t>(tables: impl IntoIterator<Item = &'t TableAnswer>) -> u64 {
    tables.into_iter().map(|table| table.rows - table.rows_of_other_contracts.unwrap_or(0)).sum()
}

/// Whether of rows with one key one stays.
pub(crate) fn rows_share_keys(schema: &TargetSchema) -> bool {
    let has_key = schema.tables.iter().any(|table| !table.primary_key.is_empty());
    has_key && schema.on_existing != OnExisting::Fail
}

/// Whether the tables have as many rows as the log says; where of rows with one key one stays, whether they have no more, as far as rows tell
/// whose they are.
pub(crate) fn rows_agree(tables: &[TableAnswer], rows_logged: u64, rows_share_keys: bool) -> bool {
    match rows_share_keys {
        false => rows_found(tables) == rows_logged,
        true => {
            rows_found(tables.iter().filter(|table| table.rows_without_document.is_some())) <= rows_logged
        }
    }
}
