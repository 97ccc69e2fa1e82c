//! What the cases are made of: schemas, batches, identities.

use crate::testing::fixture::number;
use std::sync::Arc;

use xmlshred_mapping::Content;
use xmlshred_model::{
    Batch, BatchBuilder, ColumnSchema, DataType, DocumentKey, DocumentRecord, Failure, FailureCode,
    ForeignKey, Issue, KeyRange, KeyType, OnExisting, Outcome, OwnedValue, Share, Stage, TableSchema,
    TargetSchema, Value,
};

use crate::ports::{Commit, FailedDocuments, Fault, PortError, Ports, RunIdentity, Selection, Sink};
use crate::testing::fixture::{Bench, DocumentColumn, Fixture};

pub(super) fn column(name: &str, data_type: DataType, nullable: bool) -> ColumnSchema {
    ColumnSchema { name: name.to_owned(), data_type, nullable, sensitive: false }
}

/// `parent(id, name not null)` and `child(id, number, note)`.
pub(super) fn family(on_existing: OnExisting) -> Arc<TargetSchema> {
    let parent = TableSchema {
        name: "parent".to_owned(),
        columns: vec![column("id", DataType::BigInt, false), column("name", DataType::VarChar(40), false)],
        primary_key: vec![0],
        foreign_keys: Vec::new(),
    };
    let child = TableSchema {
        name: "child".to_owned(),
        columns: vec![
            column("id", DataType::BigInt, false),
            column("number", DataType::Int, false),
            column("note", DataType::Text, true),
        ],
        primary_key: vec![0, 1],
        foreign_keys: vec![ForeignKey { columns: vec![0], parent: 0, parent_columns: vec![0] }],
    };
    Arc::new(TargetSchema {
        namespace: None,
        on_existing,
        tables: vec![parent, child],
        key_column: "app_id".to_owned(),
        key_type: KeyType::Integer,
        ranking_columns: Vec::new(),
        owners: Vec::new(),
        has_versions: false,
        contract_name: "contract".to_owned(),
    })
}

/// A fixture with tables.
pub(super) fn ready(bench: &dyn Bench, schema: &Arc<TargetSchema>) -> Box<dyn Fixture> {
    let fixture = bench.fixture(schema, DocumentColumn::Text);
    create_tables(&*fixture.ports());
    fixture
}

pub(super) fn create_tables(ports: &dyn Ports) {
    let mut journal = ports.journal().expect("the journal opens");
    journal.create_tables().expect("tables can be created");
}

pub(super) fn insert_text(fixture: &dyn Fixture, key: i64, text: &str) {
    fixture.insert_document(&DocumentKey::Int(key), Some(Content::Text(text)));
}

pub(super) fn keys(keys: impl IntoIterator<Item = i64>) -> Vec<DocumentKey> {
    keys.into_iter().map(DocumentKey::Int).collect()
}

pub(super) fn everything() -> Selection {
    Selection { range: KeyRange::default(), share: Share::WHOLE, failed: FailedDocuments::Leave }
}

pub(super) fn identity(session: &str, index: u32, count: u32) -> RunIdentity {
    RunIdentity {
        session_id: session.to_owned(),
        run_nonce: format!("{session} {index}/{count}"),
        share: Share::new(index, count).expect("a share"),
        contract_hash: "0123456789abcdef0123456789abcdef".to_owned(),
    }
}

/// What `fetch`, `keys` and `commit` gave, or the fault as a panic.
pub(super) fn commit(sink: &mut dyn Sink, batch: &Batch, session: &str) -> Commit {
    sink.commit(batch, &identity(session, 0, 1), FailedDocuments::Leave).expect("the batch is committed")
}

/// The fault that a batch is refused with, for which no document but this one is suspected.
pub(super) fn refusal(sink: &mut dyn Sink, batch: &Batch, guilty: &DocumentKey) -> Fault {
    let result = sink.commit(batch, &identity("refused", 0, 1), FailedDocuments::Leave);
    let PortError { fault, suspect, .. } = result.expect_err("the batch is refused");
    assert!(
        suspect.as_deref().is_none_or(|suspect| suspect == guilty),
        "{suspect:?} is suspected for {fault:?}"
    );
    fault
}

/// A document for a batch.
pub(super) struct Document {
    key: i64,
    rows: Vec<(usize, Vec<OwnedValue>)>,
    issues: Vec<Issue>,
    outcome: Outcome,
    version: Option<String>,
}

impl Document {
    pub(super) fn new(key: i64) -> Self {
        Self { key, rows: Vec::new(), issues: Vec::new(), outcome: Outcome::Success, version: None }
    }

    /// A parent of this name with its key as id, and this many children.
    pub(super) fn family(key: i64, name: &str, children: i64) -> Self {
        let document = Self::new(key).row(0, &[Value::Int(key), Value::Text(name)]);
        (0..children).fold(document, |document, number| {
            document.row(1, &[Value::Int(key), Value::Int(number), Value::Text(name)])
        })
    }

    pub(super) fn row(mut self, table: usize, cells: &[Value<'_>]) -> Self {
        self.rows.push((table, cells.iter().map(Value::to_owned_value).collect()));
        self
    }

    pub(super) fn issue(mut self, issue: Issue) -> Self {
        self.issues.push(issue);
        self
    }

    pub(super) fn failed(mut self, message: &str) -> Self {
        let (stage, code) = (Stage::Parse, FailureCode::NotWellFormed);
        self.outcome = Outcome::Failed(Failure::new(stage, code, message));
        self
    }

    /// Failed in this column.
    pub(super) fn failed_at(mut self, table: &str, column: &str) -> Self {
        let failure = Failure::new(Stage::Shred, FailureCode::InvalidValue, "no number");
        self.outcome = Outcome::Failed(failure.at(Some(table), Some(column)));
        self
    }

    /// In this version.
    pub(super) fn version(mut self, version: Option<String>) -> Self {
        self.version = version;
        self
    }

    pub(super) fn skipped(mut self) -> Self {
        self.outcome = Outcome::Skipped;
        self
    }
}

/// When documents of a batch were processed: 2024-01-02T03:04:05.123456Z.
pub(super) const PROCESSED_AT: i64 = 1_704_164_645_123_456;

/// The hash of a document of a batch: its upper bits are zero, which must not shorten it.
pub(super) fn hash_of(key: i64) -> u128 {
    0x00ab_cdef << 64 | u128::from(key.cast_unsigned())
}

pub(super) fn batch(schema: &Arc<TargetSchema>, documents: impl IntoIterator<Item = Document>) -> Batch {
    let mut builder = BatchBuilder::new(Arc::clone(schema));
    for Document { key, rows, issues, outcome, version } in documents {
        for (table, cells) in &rows {
            let cells: Vec<_> = cells.iter().map(OwnedValue::as_value).collect();
            builder.push_row(*table, &cells);
        }
        builder.finish_document(DocumentRecord {
            key: DocumentKey::Int(key),
            outcome,
            issues,
            document_hash: hash_of(key),
            source_version: version,
            byte_count: 100,
            duration: std::time::Duration::from_micros(1500),
            processed_at: PROCESSED_AT,
        });
    }
    builder.finish()
}

/// `key status` of every log row, in order of the keys.
pub(super) fn statuses(fixture: &dyn Fixture) -> Vec<(i64, String)> {
    let mut rows: Vec<_> = fixture.log().into_iter().map(|row| (number(&row.key), row.status)).collect();
    rows.sort();
    rows
}
