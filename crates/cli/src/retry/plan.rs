//! What `retry` is about to do, told before it is done.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use xmlshred_mapping::Plan;
use xmlshred_mapping::contract::{Contract, untraced_tables};
use xmlshred_model::shown;

use super::Chosen;
use crate::console::{count, wrapped};
use crate::failures::Cause;

/// Hashes that are told one by one.
const MAX_CONTRACTS: usize = 5;
/// Causes that are told one by one.
const MAX_CAUSES: usize = 10;

/// What came of trying the documents without writing anything.
#[derive(Debug, Default)]
pub(crate) struct Trial {
    pub(crate) success: u64,
    pub(crate) skipped: u64,
    pub(crate) failures: BTreeMap<Cause, u64>,
}

impl Trial {
    fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    fn documents(&self) -> u64 {
        self.success + self.skipped + self.failed()
    }
}

/// The names of tables whose rows cannot be replaced, with what makes them so that they can.
pub(crate) fn untraced(contract: &Contract) -> Option<(Vec<String>, &'static str)> {
    let tables = untraced_tables(contract);
    let (_, why) = tables.first()?;
    Some((tables.iter().map(|(table, _)| contract.tables[*table].name.clone()).collect(), why.remedy()))
}

/// `1 document`, `24 documents`
pub(crate) fn documents(number: u64) -> String {
    format!("{} document{}", count(number), if number == 1 { "" } else { "s" })
}

/// The plan for people.
pub(crate) fn text(chosen: &Chosen, trial: Option<&Trial>, plan: &Plan, columns: usize) -> String {
    let Chosen { keys, success, failed, skipped, contracts, gone, unlogged } = chosen;
    let was = [(*failed, "failed"), (*success, "succeeded"), (*skipped, "were skipped")];
    let was = was.iter().filter(|(number, _)| *number > 0);
    let was = was.map(|(number, word)| format!("{} {word}", count(*number))).collect::<Vec<_>>().join(", ");
    let mut text = match keys.len() {
        0 => "No document is to be processed again\n".to_owned(),
        number => format!("{}: {was}\n", documents(number as u64)),
    };
    let now = &plan.contract().hash;
    for (hash, number) in contracts.iter().take(MAX_CONTRACTS) {
        let which = if hash == now { "this contract" } else { "another text of the contract" };
        text += &wrapped(&format!("{} with {which}, {}", count(*number), shown(hash)), "  ", 4, columns);
    }
    if contracts.len() > MAX_CONTRACTS {
        let _ = writeln!(text, "  and with {} other texts", contracts.len() - MAX_CONTRACTS);
    }
    if let Some(trial) = trial {
        let (tried, all) = (trial.documents(), keys.len() as u64);
        let of = if tried < all { format!("of the first {}, ", count(tried)) } else { String::new() };
        let mut line = format!("a dry run says: {of}{} would succeed", count(trial.success));
        if trial.skipped > 0 {
            let _ = write!(line, ", {} would be skipped", count(trial.skipped));
        }
        let _ = write!(line, ", {} would fail", count(trial.failed()));
        text += &wrapped(&line, "  ", 4, columns);
        let mut causes: Vec<_> = trial.failures.iter().collect();
        causes.sort_by_key(|(_, number)| std::cmp::Reverse(**number));
        for (cause, number) in causes.iter().take(MAX_CAUSES) {
            let place = cause.place().map_or_else(String::new, |place| format!("  {}", shown(&place)));
            let _ = writeln!(text, "    {}  {}{place}", count(**number), shown(&cause.code));
        }
    }
    if *gone > 0 {
        let line = format!(
            "{} more are not in the source any more, or left out by `source.where`: `xmlshred retry --vanished` removes what they left",
            count(*gone)
        );
        text += &wrapped(&line, "  ", 4, columns);
    }
    if *unlogged > 0 {
        let line = format!("{} more are not in the log: `xmlshred run` processes them", count(*unlogged));
        text += &wrapped(&line, "  ", 4, columns);
    }
    text
}

#[derive(Serialize)]
struct PlanLine<'a> {
    version: u32,
    kind: &'static str,
    documents: u64,
    success: u64,
    failed: u64,
    skipped: u64,
    gone: u64,
    unlogged: u64,
    contract_hash: &'a str,
    contracts: &'a BTreeMap<String, u64>,
    trial: Option<TrialLine<'a>>,
}

#[derive(Serialize)]
struct TrialLine<'a> {
    documents: u64,
    success: u64,
    skipped: u64,
    failed: u64,
    failures: Vec<CauseLine<'a>>,
}

#[derive(Serialize)]
struct CauseLine<'a> {
    stage: &'a str,
    code: &'a str,
    table: Option<&'a str>,
    column: Option<&'a str>,
    count: u64,
}

/// The plan for programs, in one line.
///
/// # Errors
/// None that can happen: everything in it is text or a number.
pub(crate) fn json(chosen: &Chosen, trial: Option<&Trial>, plan: &Plan) -> serde_json::Result<String> {
    let Chosen { keys, success, failed, skipped, contracts, gone, unlogged } = chosen;
    let trial = trial.map(|trial| TrialLine {
        documents: trial.documents(),
        success: trial.success,
        skipped: trial.skipped,
        failed: trial.failed(),
        failures: trial
            .failures
            .iter()
            .map(|(cause, count)| CauseLine {
                stage: &cause.stage,
                code: &cause.code,
                table: cause.table.as_deref(),
                column: cause.column.as_deref(),
                count: *count,
            })
            .collect(),
    });
    serde_json::to_string(&PlanLine {
        version: 1,
        kind: "plan",
        documents: keys.len() as u64,
        success: *success,
        failed: *failed,
        skipped: *skipped,
        gone: *gone,
        unlogged: *unlogged,
        contract_hash: &plan.contract().hash,
        contracts,
        trial,
    })
}
