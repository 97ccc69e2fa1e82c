//! What came of documents.

use std::collections::BTreeMap;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMappingProxy};
use xmlshred_model::log_table::{FAILED, ISSUE, LOG, SKIPPED, SUCCESS};
use xmlshred_model::{Batch, TargetSchema};

use crate::html;
use crate::log::Log;
use crate::nested;
use crate::schema::arrow_schema;
use crate::table::Table;

/// The rows of documents, and what became of each of them.
#[pyclass(module = "xmlshred", name = "Result", frozen)]
pub(crate) struct ShredResult {
    tables: Py<PyMappingProxy>,
    log: Py<Table>,
    issues: Py<Table>,
    documents: Counts,
    failures: Counts,
    issue_counts: BTreeMap<[String; 3], u64>,
    row_counts: Vec<(String, usize)>,
}

type Counts = BTreeMap<&'static str, u64>;

impl ShredResult {
    pub(crate) fn new(py: Python<'_>, target: &TargetSchema, log: &Log, batches: &[Batch]) -> PyResult<Self> {
        let tables = PyDict::new(py);
        let mut row_counts = Vec::with_capacity(target.tables.len());
        for (at, table) in target.tables.iter().enumerate() {
            let types = log.types();
            let rows = batches.iter().map(|batch| types.rows(table, &batch.rows(at)));
            let rows = Table::new(table.name.clone(), arrow_schema(&types.table(table)), rows);
            row_counts.push((table.name.clone(), rows.row_count()));
            tables.set_item(&table.name, Py::new(py, rows)?)?;
        }
        let log_rows =
            Table::new(LOG.to_owned(), log.log_schema(), batches.iter().map(|batch| log.log_rows(batch)));
        let issue_rows = batches.iter().map(|batch| log.issue_rows(batch).0);
        let issue_rows = Table::new(ISSUE.to_owned(), log.issue_schema(), issue_rows);
        let (mut documents, mut failures) = (Counts::new(), Counts::new());
        let mut issue_counts = BTreeMap::new();
        for record in batches.iter().flat_map(Batch::documents) {
            *documents.entry(record.outcome.status()).or_default() += 1;
            if let Some(failure) = record.outcome.failure() {
                *failures.entry(failure.code.as_str()).or_default() += 1;
            }
            for issue in &record.issues {
                let table = &target.tables[issue.table as usize];
                let column = table.columns[issue.column as usize].name.clone();
                let place = [table.name.clone(), column, issue.code.as_str().to_owned()];
                *issue_counts.entry(place).or_default() += u64::from(issue.count);
            }
        }
        Ok(Self {
            tables: PyMappingProxy::new(py, tables.as_mapping()).unbind(),
            log: Py::new(py, log_rows)?,
            issues: Py::new(py, issue_rows)?,
            documents,
            failures,
            issue_counts,
            row_counts,
        })
    }

    fn count(&self, status: &str) -> u64 {
        self.documents.get(status).copied().unwrap_or_default()
    }
}

/// One row for each document.
pub(crate) fn nested(target: &TargetSchema, log: &Log, batches: &[Batch]) -> Table {
    let rows = batches.iter().map(|batch| nested::rows(target, log, batch));
    Table::new("documents".to_owned(), nested::schema(target, log), rows)
}

#[pymethods]
impl ShredResult {
    #[getter]
    fn tables(&self, py: Python<'_>) -> Py<PyMappingProxy> {
        self.tables.clone_ref(py)
    }

    #[getter]
    fn log(&self, py: Python<'_>) -> Py<Table> {
        self.log.clone_ref(py)
    }

    #[getter]
    fn issues(&self, py: Python<'_>) -> Py<Table> {
        self.issues.clone_ref(py)
    }

    #[getter]
    fn document_count(&self) -> u64 {
        self.documents.values().sum()
    }

    #[getter]
    fn success_count(&self) -> u64 {
        self.count(SUCCESS)
    }

    #[getter]
    fn failed_count(&self) -> u64 {
        self.count(FAILED)
    }

    #[getter]
    fn skipped_count(&self) -> u64 {
        self.count(SKIPPED)
    }

    #[getter]
    fn failures(&self) -> BTreeMap<&'static str, u64> {
        self.failures.clone()
    }

    fn __repr__(&self) -> String {
        let causes: Vec<_> = self.failures.iter().map(|(code, count)| format!("{count} {code}")).collect();
        let causes = if causes.is_empty() { String::new() } else { format!(" ({})", causes.join(", ")) };
        let skipped = match self.skipped_count() {
            0 => String::new(),
            skipped => format!(", {skipped} skipped"),
        };
        let rows: usize = self.row_counts.iter().map(|(_, count)| count).sum();
        let issues: u64 = self.issue_counts.values().sum();
        format!(
            "<{} documents: {} succeeded, {} failed{causes}{skipped}; {rows} rows in {} tables; {issues} issues>",
            self.document_count(),
            self.success_count(),
            self.failed_count(),
            self.row_counts.len(),
        )
    }

    /// Counts and names: values of documents are shown by whoever takes the tables.
    fn _repr_html_(&self) -> String {
        let documents =
            self.documents.iter().map(|(status, count)| vec![(*status).to_owned(), count.to_string()]);
        let failures = self.failures.iter().map(|(code, count)| vec![(*code).to_owned(), count.to_string()]);
        let rows = self.row_counts.iter().map(|(name, count)| vec![name.clone(), count.to_string()]);
        let issues = self.issue_counts.iter().map(|([table, column, code], count)| {
            vec![format!("{table}.{column}"), code.clone(), count.to_string()]
        });
        [
            html::table(&["status", "documents"], documents),
            html::table(&["failure", "documents"], failures),
            html::table(&["table", "rows"], rows),
            html::table(&["column", "issue", "count"], issues),
        ]
        .concat()
    }
}
