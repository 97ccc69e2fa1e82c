//! What a run did: a fold over its events, told as text, as the metrics file and to Prometheus.

mod document;
mod drift;
mod file;
mod memory;
mod prometheus;
mod tally;
mod text;

pub(crate) use document::{
    ContractFields, IssueCount, RunReport, SettingsFields, StageTime, StageTimes, TableCount, VERSION,
};
pub(crate) use drift::{DriftFields, DriftPathFields};
pub(crate) use file::{prepare, read, write, write_whole};
pub(crate) use memory::peak_bytes;
pub(crate) use prometheus::Prometheus;
pub(crate) use tally::Tally;
pub(crate) use text::{lines, next};
