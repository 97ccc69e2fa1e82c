//! Prometheus metrics over HTTP: counters, folded from events. Names and labels are described in `docs/metrics.md`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use metrics::{Counter, Histogram, Label, counter, describe_counter, describe_gauge, gauge, histogram};
use metrics_exporter_prometheus::PrometheusBuilder;
use xmlshred_engine::Event;
use xmlshred_engine::ports::RunIdentity;
use xmlshred_mapping::drift::Watch;
use xmlshred_model::TargetSchema;

use crate::error::CommandError;

/// Folds events into the process's Prometheus registry.
pub(crate) struct Prometheus {
    schema: Arc<TargetSchema>,
    success: Counter,
    failed: Counter,
    skipped: Counter,
    already_done: Counter,
    bytes: Counter,
    retries: Counter,
    splits: Counter,
    fetch: Histogram,
    shred: Histogram,
    load: Histogram,
    /// How often something new had come up when drift was told last.
    news: AtomicUsize,
}

impl Prometheus {
    /// Serves `GET /metrics` at `address` until the process ends. Called once.
    ///
    /// # Errors
    /// When the address cannot be listened at.
    pub(crate) fn listen(
        address: SocketAddr,
        identity: &RunIdentity,
        schema: Arc<TargetSchema>,
    ) -> Result<Self, CommandError> {
        let refused = |error: &dyn std::error::Error| CommandError::MetricsListen {
            address,
            problem: crate::console::with_causes(error),
        };
        let RunIdentity { session_id, run_nonce: _, share, contract_hash: _ } = identity;
        PrometheusBuilder::new()
            .with_http_listener(address)
            .add_global_label("session_id", session_id.as_str())
            .add_global_label("instance_id", share.index().to_string())
            .add_global_label("instance_count", share.count().to_string())
            .install()
            .map_err(|error| refused(&error))?;
        describe_counter!("xmlshred_documents_total", "Documents with an outcome");
        describe_counter!("xmlshred_document_bytes_total", "Bytes of these documents");
        describe_counter!("xmlshred_failures_total", "Failed documents by cause");
        describe_counter!("xmlshred_rows_total", "Rows committed per table");
        describe_counter!("xmlshred_issues_total", "Issues by table, column and code");
        describe_gauge!(
            "xmlshred_drift_paths",
            "Paths of sampled documents that no column reads and nobody has accepted"
        );
        describe_counter!("xmlshred_retries_total", "Further tries after faults");
        describe_counter!("xmlshred_batch_splits_total", "Batches that were refused and split");
        let documents = |status: &'static str| counter!("xmlshred_documents_total", "status" => status);
        let stage = |stage: &'static str| histogram!("xmlshred_stage_seconds", "stage" => stage);
        Ok(Self {
            schema,
            success: documents("success"),
            failed: documents("failed"),
            skipped: documents("skipped"),
            already_done: documents("already_done"),
            bytes: counter!("xmlshred_document_bytes_total"),
            retries: counter!("xmlshred_retries_total"),
            splits: counter!("xmlshred_batch_splits_total"),
            fetch: stage("fetch"),
            shred: stage("shred"),
            load: stage("load"),
            news: AtomicUsize::new(usize::MAX),
        })
    }

    /// Takes note of what nobody reads; counted anew only when something came up.
    pub(crate) fn observe_drift(&self, watch: &Watch) {
        let news = watch.news();
        if self.news.swap(news, Ordering::Relaxed) != news {
            gauge!("xmlshred_drift_paths").set(watch.drift().path_count as f64);
        }
    }

    /// Takes note of an event.
    pub(crate) fn observe(&self, event: &Event) {
        match event {
            Event::Started { remaining, .. } => {
                if let Some(remaining) = remaining {
                    gauge!("xmlshred_documents_to_do_at_start").set(remaining.documents() as f64);
                }
            }
            Event::Extracted { duration, .. } => self.fetch.record(*duration),
            Event::Shredded { duration, .. } => self.shred.record(*duration),
            Event::DocumentFailed { key: _, failure } => {
                counter!("xmlshred_failures_total", "stage" => failure.stage.as_str(), "code" => failure.code.as_str())
                    .increment(1);
            }
            Event::Committed {
                success_count,
                failed_count,
                skipped_count,
                already_done_count,
                byte_count,
                table_row_counts,
                issues,
                duration,
            } => {
                self.success.increment(*success_count);
                self.failed.increment(*failed_count);
                self.skipped.increment(*skipped_count);
                self.already_done.increment(*already_done_count);
                self.bytes.increment(*byte_count);
                self.load.record(*duration);
                for (table, rows) in self.schema.tables.iter().zip(table_row_counts) {
                    counter!("xmlshred_rows_total", "table" => table.name.clone()).increment(*rows);
                }
                for &(table, column, code, count) in issues {
                    let table = &self.schema.tables[table as usize];
                    let labels = vec![
                        Label::new("table", table.name.clone()),
                        Label::new("column", table.columns[column as usize].name.clone()),
                        Label::from_static_parts("code", code.as_str()),
                    ];
                    counter!("xmlshred_issues_total", labels).increment(count);
                }
            }
            Event::Retrying { .. } => self.retries.increment(1),
            Event::BatchSplit { .. } => self.splits.increment(1),
            Event::RowsDropped { table_row_counts } => {
                for (table, rows) in self.schema.tables.iter().zip(table_row_counts) {
                    counter!("xmlshred_dropped_rows_total", "table" => table.name.clone()).increment(*rows);
                }
            }
            Event::LoaderGivenUp { .. }
            | Event::DatabaseSaid { .. }
            | Event::Recovered { .. }
            | Event::Waiting { .. }
            | Event::Stopping
            | Event::Finished => {}
        }
    }
}
