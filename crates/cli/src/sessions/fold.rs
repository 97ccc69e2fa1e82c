//! The log, row by row, into counts of fixed size.

use xmlshred_engine::ports::LogEntry;
use xmlshred_model::TargetSchema;

use super::axis::Axis;
use super::extremes::Extremes;
use crate::failures::{Cause, Groups};

/// One instance of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LaneId {
    pub(super) session: String,
    /// From 0.
    pub(super) index: u32,
    pub(super) count: u32,
}

/// What the log says of the sessions that are looked at.
pub(super) struct Fold<'a> {
    pub(super) axis: &'a Axis,
    schema: &'a TargetSchema,
    session: Option<&'a str>,
    pub(super) success: u64,
    pub(super) failed: u64,
    pub(super) skipped: u64,
    pub(super) rows: u64,
    pub(super) shred_millis: u64,
    /// Documents per step, and those of them that failed.
    pub(super) done_at: Vec<u64>,
    pub(super) failed_at: Vec<u64>,
    /// Documents per step of each instance that is told of.
    pub(super) lanes: Vec<(LaneId, Vec<u64>)>,
    pub(super) groups: Groups,
    pub(super) slowest: Extremes,
    pub(super) largest: Extremes,
}

impl<'a> Fold<'a> {
    pub(super) fn new(
        axis: &'a Axis,
        schema: &'a TargetSchema,
        session: Option<&'a str>,
        lanes: Vec<LaneId>,
    ) -> Self {
        let steps = vec![0; axis.len()];
        Self {
            axis,
            schema,
            session,
            success: 0,
            failed: 0,
            skipped: 0,
            rows: 0,
            shred_millis: 0,
            done_at: steps.clone(),
            failed_at: steps.clone(),
            lanes: lanes.into_iter().map(|lane| (lane, steps.clone())).collect(),
            groups: Groups::default(),
            slowest: Extremes::default(),
            largest: Extremes::default(),
        }
    }

    /// Takes in a row of the log.
    pub(super) fn add(&mut self, entry: &LogEntry) {
        if self.session.is_some_and(|session| session != entry.session_id) {
            return;
        }
        let is_failed = entry.is_failed();
        if is_failed {
            self.failed += 1;
            let (cause, message) = Cause::of(entry, self.schema);
            self.groups.add(&entry.key, &cause, &message);
        } else if entry.is_success() {
            self.success += 1;
        } else {
            self.skipped += 1;
        }
        self.rows += entry.row_count;
        self.shred_millis += entry.duration_ms;
        self.slowest.offer(entry.duration_ms, entry.row_count, &entry.key);
        self.largest.offer(entry.row_count, entry.duration_ms, &entry.key);
        let Some(step) = self.axis.step_of(entry.processed_at) else { return };
        self.done_at[step] += 1;
        self.failed_at[step] += u64::from(is_failed);
        let is_its = |(lane, _): &&mut (LaneId, Vec<u64>)| {
            (lane.index, lane.count) == (entry.instance_id, entry.instance_count)
                && lane.session == entry.session_id
        };
        if let Some((_, steps)) = self.lanes.iter_mut().find(is_its) {
            steps[step] += 1;
        }
    }
}
