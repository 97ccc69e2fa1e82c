//! Real SQLite files as fixtures of the conformance suite, and what is particular to SQLite.

use std::path::PathBuf;
use std::sync::Arc;

use crate::postgres::rows;
use rusqlite::{Connection, params};
use tempfile::TempDir;
use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open};
use xmlshred_engine::ports::{FailedDocuments, Fault, Ports, Selection};
use xmlshred_engine::testing::{Bench, DocumentColumn, Fixture, IssueRow, LogRow};
use xmlshred_mapping::Content;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{
    ColumnSchema, DataType, DocumentKey, KeyRange, KeyType, OnExisting, OwnedValue, Share, TableSchema,
    TargetSchema, Value, lexical,
};

pub(crate) struct SqliteBench;

pub(crate) struct SqliteFixture {
    pub(crate) folder: TempDir,
    pub(crate) schema: Arc<TargetSchema>,
}

impl Bench for SqliteBench {
    fn key_types(&self) -> &'static [KeyType] {
        &[KeyType::Integer, KeyType::Text]
    }

    fn fixture(&self, schema: &Arc<TargetSchema>, column: DocumentColumn) -> Box<dyn Fixture> {
        let fixture = SqliteFixture { folder: tempfile::tempdir().unwrap(), schema: Arc::clone(schema) };
        let kind = if column == DocumentColumn::Text { "TEXT" } else { "BLOB" };
        let key = &schema.key_column;
        let key_type = if schema.key_type == KeyType::Integer { "INTEGER" } else { "TEXT" };
        let create = format!("CREATE TABLE app_xml (\"{key}\" {key_type} PRIMARY KEY, xml {kind})");
        fixture.connection().execute(&create, []).unwrap();
        Box::new(fixture)
    }
}

impl SqliteFixture {
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("test.db")
    }

    pub(crate) fn connection(&self) -> Connection {
        let connection = Connection::open(self.file()).unwrap();
        connection.busy_timeout(std::time::Duration::from_secs(30)).unwrap();
        connection
    }

    pub(crate) fn spec(&self) -> SourceSpec {
        SourceSpec {
            schema: None,
            table: "app_xml".to_owned(),
            key: self.schema.key_column.clone(),
            key_type: None,
            xml: "xml".to_owned(),
            min_bytes: 0,
            where_sql: None,
            version: None,
            columns: Vec::new(),
        }
    }

    pub(crate) fn open(&self, spec: &SourceSpec) -> Box<dyn Ports> {
        self.open_for(spec, &self.schema, OpenOptions::default())
    }

    pub(crate) fn open_for(
        &self,
        spec: &SourceSpec,
        schema: &Arc<TargetSchema>,
        options: OpenOptions,
    ) -> Box<dyn Ports> {
        let url = DatabaseUrl::Sqlite(self.file());
        let source = SourceAddress::Database(url.clone());
        open(&source, &url, spec, schema, options).unwrap()
    }
}

impl Fixture for SqliteFixture {
    fn ports(&self) -> Box<dyn Ports> {
        self.open(&self.spec())
    }

    fn ports_for(&self, schema: &Arc<TargetSchema>) -> Box<dyn Ports> {
        self.open_for(&self.spec(), schema, OpenOptions::default())
    }

    fn ports_with_columns(&self, columns: &[(&str, DataType, Option<&str>)]) -> Box<dyn Ports> {
        for (name, data_type, text) in columns {
            let connection = self.connection();
            let native = if *data_type == DataType::BigInt { "INTEGER" } else { "TEXT" };
            connection.execute(&format!("ALTER TABLE app_xml ADD \"{name}\" {native}"), []).unwrap();
            connection.execute(&format!("UPDATE app_xml SET \"{name}\" = ?1"), [text]).unwrap();
        }
        let columns = columns.iter().map(|(name, _, _)| (*name).to_owned()).collect();
        self.open(&SourceSpec { columns, ..self.spec() })
    }

    fn ports_with_versions(&self, schema: &Arc<TargetSchema>) -> Box<dyn Ports> {
        // It is there, when others have asked before.
        let _ = self.connection().execute("ALTER TABLE app_xml ADD version INTEGER", []);
        let spec = SourceSpec { version: Some("version".to_owned()), ..self.spec() };
        self.open_for(&spec, schema, OpenOptions::default())
    }

    fn set_version(&self, key: &DocumentKey, version: i64) {
        let sql = format!("UPDATE app_xml SET version = ?2 WHERE \"{}\" = ?1", self.schema.key_column);
        self.connection().execute(&sql, params![stored(key), version]).unwrap();
    }

    fn insert_document(&self, key: &DocumentKey, document: Option<Content<'_>>) {
        let connection = self.connection();
        let sql = "INSERT INTO app_xml VALUES (?1, ?2)";
        match document {
            None => connection.execute(sql, params![stored(key), None::<String>]),
            Some(Content::Text(text)) => connection.execute(sql, params![stored(key), text]),
            Some(Content::Bytes(bytes)) => connection.execute(sql, params![stored(key), bytes]),
        }
        .unwrap();
    }

    fn delete_document(&self, key: &DocumentKey) {
        let sql = format!("DELETE FROM app_xml WHERE \"{}\" = ?1", self.schema.key_column);
        self.connection().execute(&sql, [stored(key)]).unwrap();
    }

    fn allow_repeated_keys(&self) -> bool {
        let kept = "ALTER TABLE app_xml RENAME TO kept; CREATE TABLE app_xml AS SELECT * FROM kept";
        self.connection().execute_batch(kept).unwrap();
        true
    }

    fn rows(&self, table: usize) -> Vec<Vec<OwnedValue>> {
        rows(&DatabaseUrl::Sqlite(self.file()), &self.schema.tables[table])
    }

    fn log(&self) -> Vec<LogRow> {
        let connection = self.connection();
        let sql = format!(
            "SELECT \"{}\", contract_name, status, failure_reason, failure_code, failure_table, failure_column, processing_time, \
             session_id, run_nonce, instance_id, instance_count, row_count, issue_count, contract_hash, document_hash, \
             duration_ms, source_version FROM processing_log",
            self.schema.key_column
        );
        let mut statement = connection.prepare(&sql).unwrap();
        let rows = statement.query_map([], |row| {
            let time: String = row.get(7)?;
            let Value::TimestampTz(processing_time) =
                lexical::parse(&time, DataType::TimestampTz, &[]).unwrap()
            else {
                panic!("{time}")
            };
            Ok(LogRow {
                key: read(&row.get(0)?, self.schema.key_type),
                contract_name: row.get(1)?,
                status: row.get(2)?,
                failure_reason: row.get(3)?,
                failure_code: row.get(4)?,
                failure_table: row.get(5)?,
                failure_column: row.get(6)?,
                processing_time,
                session_id: row.get(8)?,
                run_nonce: row.get(9)?,
                instance_id: row.get(10)?,
                instance_count: row.get(11)?,
                row_count: row.get(12)?,
                issue_count: row.get(13)?,
                contract_hash: row.get(14)?,
                document_hash: row.get(15)?,
                source_version: row.get(17)?,
                duration_ms: row.get(16)?,
            })
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    fn issues(&self) -> Vec<IssueRow> {
        let connection = self.connection();
        let sql = format!(
            "SELECT \"{}\", contract_name, table_name, column_name, code, count FROM processing_issue",
            self.schema.key_column
        );
        let mut statement = connection.prepare(&sql).unwrap();
        let rows = statement.query_map([], |row| {
            Ok(IssueRow {
                key: read(&row.get(0)?, self.schema.key_type),
                contract_name: row.get(1)?,
                table: row.get(2)?,
                column: row.get(3)?,
                code: row.get(4)?,
                count: row.get(5)?,
            })
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }
}

/// A key as it stands in the file.
fn stored(key: &DocumentKey) -> rusqlite::types::Value {
    match key {
        DocumentKey::Int(number) => (*number).into(),
        key => key.spelled().into(),
    }
}

/// The key that stands there; it must stand there as integers do, or as text.
pub(crate) fn read(stored: &rusqlite::types::Value, key_type: KeyType) -> DocumentKey {
    match stored {
        rusqlite::types::Value::Integer(number) => DocumentKey::Int(*number),
        rusqlite::types::Value::Text(text) => key_type.parse(text).unwrap(),
        other => panic!("{other:?} is no key"),
    }
}

/// A file with documents 1 to `count` and the tables of a contract with one table.
pub(crate) fn prepared(count: i64) -> SqliteFixture {
    let column = |name: &str, data_type| ColumnSchema {
        name: name.to_owned(),
        data_type,
        nullable: true,
        sensitive: false,
    };
    let schema = Arc::new(TargetSchema {
        namespace: None,
        on_existing: OnExisting::Fail,
        tables: vec![TableSchema {
            name: "app_base".to_owned(),
            columns: vec![column("app_id", DataType::BigInt), column("note", DataType::Text)],
            primary_key: vec![0],
            foreign_keys: Vec::new(),
        }],
        key_column: "app_id".to_owned(),
        key_type: KeyType::Integer,
        ranking_columns: Vec::new(),
        owners: Vec::new(),
        has_versions: false,
        contract_name: "contract".to_owned(),
    });
    let fixture = SqliteFixture { folder: tempfile::tempdir().unwrap(), schema };
    let mut connection = fixture.connection();
    connection.execute("CREATE TABLE app_xml (app_id INTEGER PRIMARY KEY, xml TEXT, kind TEXT)", []).unwrap();
    let transaction = connection.transaction().unwrap();
    for key in 1..=count {
        transaction.execute("INSERT INTO app_xml VALUES (?1, '<a/>', ?2)", params![key, key % 2]).unwrap();
    }
    transaction.commit().unwrap();
    fixture.ports().journal().unwrap().create_tables().unwrap();
    fixture
}

pub(crate) const ALL: Selection = Selection {
    range: KeyRange { start: None, end: None },
    share: Share::WHOLE,
    failed: FailedDocuments::Leave,
};

#[test]
fn the_one_document_that_is_left_is_found() {
    let fixture = prepared(100);
    let connection = fixture.connection();
    connection
        .execute(
            "INSERT INTO processing_log (app_id, contract_name, status, processing_time, session_id, instance_id, instance_count, row_count, \
             issue_count, contract_hash, document_hash, duration_ms) \
             SELECT app_id, 'contract', 'success', '2024-01-01T00:00:00Z', 's', 0, 1, 0, 0, '', '', 0 FROM app_xml WHERE app_id < 100",
            [],
        )
        .unwrap();
    assert_eq!(fixture.ports().source().unwrap().keys(&ALL, None, 10).unwrap(), [DocumentKey::Int(100)]);
}

#[test]
fn the_contracts_own_condition_narrows_the_source() {
    let fixture = prepared(10);
    let spec = SourceSpec { where_sql: Some("app_xml.kind = '1' -- odd ones".to_owned()), ..fixture.spec() };
    let keys = fixture.open(&spec).source().unwrap().keys(&ALL, None, 3).unwrap();
    assert_eq!(keys, [1, 3, 5].map(DocumentKey::Int));
}

#[test]
fn missing_tables_and_columns_of_the_source_are_told_with_what_there_is() {
    let fixture = prepared(1);
    for (spec, message, hint) in [
        (
            SourceSpec { table: "app_xlm".to_owned(), ..fixture.spec() },
            "the source has no table `app_xlm`",
            "did you mean `app_xml`?",
        ),
        (
            SourceSpec { xml: "doc".to_owned(), ..fixture.spec() },
            "the source table `app_xml` has no column `doc`",
            "columns: `app_id`, `xml`, `kind`",
        ),
    ] {
        let error = fixture.open(&spec).source().err().unwrap();
        assert_eq!((error.message.as_str(), error.hint.as_deref()), (message, Some(hint)));
    }
}

#[test]
fn files_that_cannot_be_a_target_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let schema = Arc::clone(&prepared(1).schema);
    let sink_fault = |name: &str| {
        let url = DatabaseUrl::Sqlite(folder.path().join(name));
        let spec = prepared(1).spec();
        let ports = open(&SourceAddress::Database(url.clone()), &url, &spec, &schema, OpenOptions::default())
            .unwrap();
        ports.sink().err().unwrap().fault
    };
    assert_eq!(sink_fault("none.db"), Fault::CannotConnect);
    std::fs::write(
        folder.path().join("text.db"),
        "this is no database, only text that is long enough".repeat(9),
    )
    .unwrap();
    assert_eq!(sink_fault("text.db"), Fault::CannotConnect);
    Connection::open(folder.path().join("empty.db")).unwrap().execute("CREATE TABLE t (a)", []).unwrap();
    assert_eq!(sink_fault("empty.db"), Fault::MissingTable { table: "app_base".to_owned() });
}
