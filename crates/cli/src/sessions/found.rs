//! The answer, as `report --json` prints it and as the page shows it. Every field is described in `docs/report.md`. No value of a document is in it.

use serde::Serialize;
use serde_json::Value;

use super::axis::Axis;
use super::texts::TextChange;
use crate::failures::GroupAnswer;
use crate::report::{DriftFields, IssueCount, StageTimes, TableCount};

/// Version of the object.
pub(super) const VERSION: u32 = 1;

/// All that is known of a run, or of all.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    pub(crate) version: u32,
    pub(crate) program: &'static str,
    pub(crate) made_at: String,
    /// The session that was asked for; `null` for all.
    pub(crate) session: Option<String>,
    /// One line.
    pub(crate) verdict: String,
    pub(crate) state: State,
    /// Commands to type next.
    pub(crate) next: Vec<String>,
    /// Of the log.
    pub(crate) success: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
    /// Documents without a log row; `null` where that is not known, or one session was asked for.
    pub(crate) left: Option<u64>,
    pub(crate) rows: u64,
    pub(crate) first: Option<String>,
    pub(crate) last: Option<String>,
    /// In which somebody was at work.
    pub(crate) active_seconds: f64,
    pub(crate) documents_per_minute: f64,
    pub(crate) session_count: usize,
    pub(crate) timeline: TimelineFound,
    pub(crate) instances: Vec<InstanceFound>,
    /// Earlier ones for which there was no room.
    pub(crate) more_instances: usize,
    /// Of the instances that left metrics files.
    pub(crate) metrics: MetricsFound,
    pub(crate) failures: Vec<GroupAnswer>,
    /// Documents that failed for still other reasons.
    pub(crate) more_failures: u64,
    pub(crate) issues: Vec<IssueFound>,
    pub(crate) contract: ContractFound,
    pub(crate) slowest: Vec<DocumentFound>,
    pub(crate) largest: Vec<DocumentFound>,
    pub(crate) faults: Vec<FaultFound>,
    pub(crate) more_faults: u64,
    /// What a sample held that nobody reads, of the metrics files.
    pub(crate) drift: Option<DriftFields>,
    pub(crate) environments: Vec<EnvironmentFound>,
    pub(crate) sources: Vec<String>,
    pub(crate) targets: Vec<String>,
}

/// How a run, or an instance of it, stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    Completed,
    LimitReached,
    /// Neither log file nor metrics file is here.
    Unknown,
    /// It wrote a moment ago, and has not said that it ended.
    Running,
    Interrupted,
    /// It said why.
    Failed,
    /// It has not written for a while, nor said that it ended.
    Gone,
}

/// Steps of one length.
#[derive(Debug, Serialize)]
pub(crate) struct TimelineFound {
    pub(crate) seconds_per_step: f64,
    /// Spans in which somebody was at work; what lies between them is left out.
    pub(crate) parts: Vec<PartFound>,
    /// Documents per step, failed ones included.
    pub(crate) documents: Vec<u64>,
    pub(crate) failed: Vec<u64>,
    /// Of the axis, for labels.
    #[serde(skip)]
    pub(crate) axis: Axis,
}

#[derive(Debug, Serialize)]
pub(crate) struct PartFound {
    pub(crate) from: String,
    /// Index of its first step.
    pub(crate) step: usize,
}

/// An instance of a session.
#[derive(Debug, Serialize)]
pub(crate) struct InstanceFound {
    pub(crate) session: String,
    /// Such as `1/3`.
    pub(crate) instance: String,
    pub(crate) state: State,
    /// Why it stopped, where it said so.
    pub(crate) error: Option<String>,
    pub(crate) success: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
    pub(crate) first: String,
    /// The last it was heard of: a document, or a line of its log file.
    pub(crate) last: String,
    /// Documents per step of the timeline.
    pub(crate) documents: Vec<u64>,
    /// Steps at which a process of it began, and those at which one ended without a word.
    pub(crate) begun: Vec<usize>,
    pub(crate) killed: Vec<usize>,
    /// Spans without a document between its first and last, the longest first, of 5 s at least.
    pub(crate) pauses: Vec<PauseFound>,
}

#[derive(Debug, Serialize)]
pub(crate) struct PauseFound {
    pub(crate) from: String,
    pub(crate) seconds: f64,
}

/// What instances counted themselves. Stages overlap: their times add up to more than the clock's.
#[derive(Debug, Serialize)]
pub(crate) struct MetricsFound {
    /// Instances that left a metrics file, of how many.
    pub(crate) files: u64,
    pub(crate) instances: u64,
    pub(crate) documents: DocumentCountsFound,
    pub(crate) stages: Option<StageTimes>,
    /// Shredding alone, from the log.
    pub(crate) shred_seconds_logged: f64,
    pub(crate) tables: Vec<TableCount>,
    pub(crate) retries: u64,
    pub(crate) splits: u64,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct DocumentCountsFound {
    pub(crate) processed: u64,
    pub(crate) already_done: u64,
    pub(crate) bytes: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct IssueFound {
    #[serde(flatten)]
    pub(crate) issue: IssueCount,
    pub(crate) documents: u64,
    pub(crate) meaning: Option<&'static str>,
}

/// The contract at hand, and the texts that were in use.
#[derive(Debug, Serialize)]
pub(crate) struct ContractFound {
    pub(crate) name: String,
    pub(crate) file: String,
    /// Of the file as it is now.
    pub(crate) hash: String,
    pub(crate) uses: Vec<crate::verify::ContractUse>,
    /// From the text of before to the last in use.
    pub(crate) change: Option<TextChange>,
    /// From the last in use to the file as it is now.
    pub(crate) change_since: Option<TextChange>,
}

#[derive(Debug, Serialize)]
pub(crate) struct DocumentFound {
    pub(crate) key: Value,
    pub(crate) shred_milliseconds: u64,
    pub(crate) rows: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct FaultFound {
    pub(crate) level: String,
    pub(crate) text: String,
    pub(crate) count: u64,
    pub(crate) first: String,
    pub(crate) last: String,
}

/// How an instance was started.
#[derive(Debug, Serialize)]
pub(crate) struct EnvironmentFound {
    pub(crate) session: String,
    pub(crate) instance: String,
    pub(crate) program: String,
    pub(crate) contract_file: String,
    pub(crate) workers: usize,
    pub(crate) batch_size: usize,
    pub(crate) max_failures: String,
    pub(crate) dry_run: bool,
    pub(crate) peak_memory_bytes: Option<u64>,
}
