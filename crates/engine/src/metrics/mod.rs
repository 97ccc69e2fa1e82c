//! What a run came to so far: a fold over [`Event`]s that knows no clock. Progress bar, log lines, metrics file and report
//! all read its [`MetricsSnapshot`].

mod samples;
mod snapshot;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use xmlshred_model::{FailureCode, IssueCode, Stage, TargetSchema};

use crate::event::Event;
use samples::Samples;

pub use snapshot::{
    DocumentCounts, FailureCount, IssueCount, MetricsSnapshot, Sample, StageSeconds, TableRowCount,
    TransactionCounts,
};

/// The fold. Its size depends on tables and kinds of trouble, not on the number of documents.
#[derive(Clone, Debug)]
pub struct Metrics {
    schema: Arc<TargetSchema>,
    remaining: Option<u64>,
    documents: DocumentCounts,
    byte_count: u64,
    table_row_counts: Vec<u64>,
    failures: BTreeMap<(Stage, FailureCode), u64>,
    issues: BTreeMap<(u32, u32, IssueCode), u64>,
    transactions: TransactionCounts,
    extracting: Duration,
    shredding: Duration,
    loading: Duration,
    samples: Samples,
}

impl Metrics {
    /// Nothing has happened yet; the schema gives tables and columns their names.
    pub fn new(schema: Arc<TargetSchema>) -> Self {
        Self {
            table_row_counts: vec![0; schema.tables.len()],
            schema,
            remaining: None,
            documents: DocumentCounts::default(),
            byte_count: 0,
            failures: BTreeMap::new(),
            issues: BTreeMap::new(),
            transactions: TransactionCounts::default(),
            extracting: Duration::ZERO,
            shredding: Duration::ZERO,
            loading: Duration::ZERO,
            samples: Samples::default(),
        }
    }

    /// Adds an event that happened this long after the start of the run. Times must not go back.
    pub fn observe(&mut self, event: &Event, at: Duration) {
        match event {
            Event::Started { remaining } => self.remaining = *remaining,
            Event::Extracted { document_count, byte_count: _, duration } => {
                self.documents.extracted += document_count;
                self.extracting += *duration;
            }
            Event::Shredded { document_count, byte_count: _, duration } => {
                self.documents.shredded += document_count;
                self.shredding += *duration;
            }
            Event::DocumentFailed { key: _, failure } => {
                *self.failures.entry((failure.stage, failure.code)).or_default() += 1;
            }
            Event::Committed {
                success_count,
                failed_count,
                already_done_count,
                byte_count,
                table_row_counts,
                issues,
                duration,
            } => {
                self.documents.success += success_count;
                self.documents.failed += failed_count;
                self.documents.already_done += already_done_count;
                self.byte_count += byte_count;
                for (total, count) in self.table_row_counts.iter_mut().zip(table_row_counts) {
                    *total += count;
                }
                for &(table, column, code, count) in issues {
                    *self.issues.entry((table, column, code)).or_default() += count;
                }
                self.transactions.committed += 1;
                self.loading += *duration;
                self.samples.add(at, self.documents.processed(), self.byte_count);
            }
            Event::BatchSplit { .. } => self.transactions.split += 1,
            Event::Retrying { .. } => self.transactions.retries += 1,
            Event::Stopping | Event::Finished => {}
        }
    }

    /// What it comes to, this long after the start of the run.
    pub fn snapshot(&self, at: Duration) -> MetricsSnapshot {
        let processed = self.documents.processed();
        let documents_per_minute = rate(processed, at) * 60.0;
        let recent_documents_per_minute = self.samples.recent_rate(at, processed) * 60.0;
        let left = self.remaining.map(|remaining| remaining.saturating_sub(processed));
        let seconds_left = left
            .filter(|_| recent_documents_per_minute > 0.0)
            .map(|left| left as f64 / recent_documents_per_minute * 60.0);
        let tables = &self.schema.tables;
        MetricsSnapshot {
            elapsed_seconds: at.as_secs_f64(),
            remaining_at_start: self.remaining,
            documents_left: left,
            seconds_left,
            documents: self.documents,
            byte_count: self.byte_count,
            documents_per_minute,
            recent_documents_per_minute,
            megabytes_per_second: rate(self.byte_count, at) / 1e6,
            row_count: self.table_row_counts.iter().sum(),
            tables: tables
                .iter()
                .zip(&self.table_row_counts)
                .map(|(table, &row_count)| TableRowCount { table: table.name.clone(), row_count })
                .collect(),
            failures: self
                .failures
                .iter()
                .map(|(&(stage, code), &count)| FailureCount {
                    stage: stage.as_str(),
                    code: code.as_str(),
                    count,
                })
                .collect(),
            issue_count: self.issues.values().sum(),
            issues: self
                .issues
                .iter()
                .map(|(&(table, column, code), &count)| {
                    let table = &tables[table as usize];
                    IssueCount {
                        table: table.name.clone(),
                        column: table.columns[column as usize].name.clone(),
                        code: code.as_str(),
                        count,
                    }
                })
                .collect(),
            transactions: self.transactions,
            stage_seconds: StageSeconds {
                extract: self.extracting.as_secs_f64(),
                shred: self.shredding.as_secs_f64(),
                load: self.loading.as_secs_f64(),
            },
            samples: self.samples.all().to_vec(),
        }
    }
}

fn rate(count: u64, time: Duration) -> f64 {
    if time.is_zero() { 0.0 } else { count as f64 / time.as_secs_f64() }
}

#[cfg(test)]
mod tests {
    use xmlshred_model::{DocumentKey, Failure};

    use super::*;
    use crate::shredding::Shredders;
    use crate::testing::words::Words;

    const SECOND: Duration = Duration::from_secs(1);

    fn committed(success_count: u64, failed_count: u64) -> Event {
        Event::Committed {
            success_count,
            failed_count,
            already_done_count: 1,
            byte_count: 1_000_000,
            table_row_counts: vec![success_count, 2 * success_count],
            issues: vec![(1, 2, IssueCode::Truncated, 3)],
            duration: SECOND / 2,
        }
    }

    fn metrics(events: &[(u32, Event)]) -> Metrics {
        let mut metrics = Metrics::new(Words::new().schema().clone());
        for (seconds, event) in events {
            metrics.observe(event, SECOND * *seconds);
        }
        metrics
    }

    #[test]
    fn everything_is_summed_by_its_name() {
        let failure = |code| Failure { stage: Stage::Parse, code, message: String::new() };
        let failed = |key, code| Event::DocumentFailed { key: DocumentKey(key), failure: failure(code) };
        let events = [
            Event::Started { remaining: Some(100) },
            Event::Extracted { document_count: 60, byte_count: 9, duration: SECOND },
            Event::Shredded { document_count: 20, byte_count: 9, duration: SECOND },
            Event::BatchSplit { document_count: 20, reason: String::new() },
            Event::Retrying { attempt: 2, delay: SECOND, reason: String::new() },
            failed(1, FailureCode::TooDeep),
            committed(10, 1),
            failed(2, FailureCode::NotWellFormed),
            failed(3, FailureCode::TooDeep),
            committed(5, 2),
        ];
        let snapshot = metrics(&events.map(|event| (10, event))).snapshot(SECOND * 10);
        let documents =
            DocumentCounts { extracted: 60, shredded: 20, success: 15, failed: 3, already_done: 2 };
        assert_eq!(snapshot.documents, documents);
        assert_eq!((snapshot.documents_left, snapshot.row_count), (Some(80), 45));
        let counts: Vec<_> = snapshot.failures.iter().map(|cause| (cause.code, cause.count)).collect();
        assert_eq!(counts, [("not-well-formed", 1), ("too-deep", 2)]);
        assert_eq!(snapshot.tables[1], TableRowCount { table: "word".to_owned(), row_count: 30 });
        assert_eq!((&*snapshot.issues[0].column, snapshot.issues[0].count), ("word", 6));
        assert_eq!(snapshot.transactions, TransactionCounts { committed: 2, split: 1, retries: 1 });
        assert_eq!(snapshot.documents_per_minute, 120.0);
        assert_eq!(snapshot.megabytes_per_second, 0.2);
        assert_eq!(snapshot.stage_seconds, StageSeconds { extract: 1.0, shred: 1.0, load: 1.0 });
    }

    #[test]
    fn the_time_left_follows_the_recent_rate() {
        let mut events = vec![(0, Event::Started { remaining: Some(10_000) })];
        // 10 documents a second for a minute, then 100 a second.
        events.extend((1..=60).map(|second| (second, committed(9, 0))));
        events.extend((61..=100).map(|second| (second, committed(99, 0))));
        let snapshot = metrics(&events).snapshot(SECOND * 100);
        assert_eq!(snapshot.recent_documents_per_minute, 6000.0);
        assert_eq!(snapshot.seconds_left, Some(54.0));
    }

    #[test]
    fn before_anything_happened_there_is_no_rate_and_no_guess() {
        let snapshot = metrics(&[(0, Event::Started { remaining: Some(5) })]).snapshot(Duration::ZERO);
        assert_eq!((snapshot.documents_per_minute, snapshot.seconds_left), (0.0, None));
    }

    #[test]
    fn samples_do_not_grow_with_the_run() {
        let events: Vec<_> = (0..20_000).map(|second| (second, committed(1, 0))).collect();
        let samples = metrics(&events).snapshot(SECOND * 20_000).samples;
        assert!((200..=800).contains(&samples.len()), "{} samples", samples.len());
        assert!(samples.is_sorted_by(|a, b| a.at_seconds < b.at_seconds && a.documents <= b.documents));
    }
}
