//! A private PostgreSQL server as the suite's bench, and what is particular to PostgreSQL.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use postgres::{Client, NoTls};
use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open, open_rows};
use xmlshred_engine::ports::Ports;
use xmlshred_engine::testing::{Bench, DocumentColumn, Fixture, IssueRow, Line, LogRow, Moment};
use xmlshred_mapping::Content;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DataType, DocumentKey, KeyType, OwnedValue, TableSchema, TargetSchema};
use xmlshred_test_servers::{Cut, PostgresServer, Proxy, skip};

/// A server whose fixtures are schemas of its one database: quicker made than databases.
pub(crate) struct PostgresBench {
    pub(crate) server: Arc<PostgresServer>,
    fixture_count: AtomicU32,
}

pub(crate) struct PostgresFixture {
    server: Arc<PostgresServer>,
    /// Name of the database, and the options that lead to the schema.
    database: String,
    client: Mutex<Client>,
    proxy: Proxy,
    pub(crate) schema: Arc<TargetSchema>,
}

impl PostgresBench {
    /// `None`, and a word about it, where there are no binaries.
    pub(crate) fn start(what: &str, settings: &[&str]) -> Option<Self> {
        match PostgresServer::start(settings) {
            Ok(server) => Some(Self { server: Arc::new(server), fixture_count: AtomicU32::new(0) }),
            Err(unavailable) => {
                skip(what, &unavailable);
                None
            }
        }
    }

    /// A new schema with a source table without documents.
    pub(crate) fn database(&self, schema: &Arc<TargetSchema>, document_type: &str) -> PostgresFixture {
        let name = format!("test_{}", self.fixture_count.fetch_add(1, Ordering::Relaxed));
        connect(&self.server.url("postgres")).batch_execute(&format!("CREATE SCHEMA {name}")).unwrap();
        let database = format!("postgres?options=-csearch_path%3D{name}");
        let fixture = PostgresFixture {
            server: Arc::clone(&self.server),
            client: Mutex::new(connect(&self.server.url(&database))),
            database,
            proxy: Proxy::before(self.server.port()),
            schema: Arc::clone(schema),
        };
        let key = &schema.key_column;
        let key_type = key_type(schema.key_type);
        let create = format!("CREATE TABLE app_xml (\"{key}\" {key_type} PRIMARY KEY, xml {document_type})");
        fixture.client().batch_execute(&create).unwrap();
        fixture
    }
}

/// Of a column of the source.
fn key_type(key_type: KeyType) -> &'static str {
    match key_type {
        KeyType::Integer => "bigint",
        KeyType::Decimal => "numeric(30,0)",
        KeyType::Uuid => "uuid",
        KeyType::Text => "varchar(60)",
    }
}

impl Bench for PostgresBench {
    fn key_types(&self) -> &'static [KeyType] {
        &KeyType::ALL
    }

    fn fixture(&self, schema: &Arc<TargetSchema>, column: DocumentColumn) -> Box<dyn Fixture> {
        let document_type = match column {
            DocumentColumn::Text => "text",
            DocumentColumn::Binary => "bytea",
        };
        Box::new(self.database(schema, document_type))
    }
}

pub(crate) fn connect(url: &str) -> Client {
    Client::connect(url, NoTls).unwrap()
}

impl PostgresFixture {
    /// A connection of the test's own, not through the proxy.
    pub(crate) fn client(&self) -> MutexGuard<'_, Client> {
        self.client.lock().unwrap()
    }

    /// The address through the proxy.
    pub(crate) fn url(&self) -> DatabaseUrl {
        DatabaseUrl::parse(&self.server.url_at(self.proxy.port(), &self.database), &|_| None).unwrap()
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
        let source = SourceAddress::Database(self.url());
        open(&source, &self.url(), spec, schema, options).unwrap()
    }
}

impl Fixture for PostgresFixture {
    fn ports(&self) -> Box<dyn Ports> {
        self.open(&self.spec())
    }

    fn ports_for(&self, schema: &Arc<TargetSchema>) -> Box<dyn Ports> {
        self.open_for(&self.spec(), schema, OpenOptions::default())
    }

    fn ports_with_columns(&self, columns: &[(&str, DataType, Option<&str>)]) -> Box<dyn Ports> {
        for (name, data_type, text) in columns {
            let native = match data_type {
                DataType::Bool => "boolean".to_owned(),
                DataType::Double => "double precision".to_owned(),
                other => other.to_string(),
            };
            let text =
                text.map_or_else(|| "NULL".to_owned(), |text| format!("'{}'", text.replace('\'', "''")));
            let sql = format!(
                "ALTER TABLE app_xml ADD \"{name}\" {native}; UPDATE app_xml SET \"{name}\" = {text}"
            );
            self.client().batch_execute(&sql).unwrap();
        }
        let columns = columns.iter().map(|(name, _, _)| (*name).to_owned()).collect();
        self.open(&SourceSpec { columns, ..self.spec() })
    }

    fn ports_with_versions(&self, schema: &Arc<TargetSchema>) -> Box<dyn Ports> {
        self.client()
            .batch_execute("ALTER TABLE app_xml ADD COLUMN IF NOT EXISTS version timestamptz")
            .unwrap();
        let spec = SourceSpec { version: Some("version".to_owned()), ..self.spec() };
        self.open_for(&spec, schema, OpenOptions::default())
    }

    fn set_version(&self, key: &DocumentKey, version: i64) {
        let (column, key_type) = (&self.schema.key_column, key_type(self.schema.key_type));
        let sql = format!(
            "UPDATE app_xml SET version = to_timestamp($2::bigint) WHERE \"{column}\" = $1::text::{key_type}"
        );
        self.client().execute(&sql, &[&key.spelled(), &version]).unwrap();
    }

    fn insert_document(&self, key: &DocumentKey, document: Option<Content<'_>>) {
        let sql = |document: &str| {
            format!("INSERT INTO app_xml VALUES ($1::text::{}, {document})", key_type(self.schema.key_type))
        };
        let (mut client, key) = (self.client(), key.spelled());
        match document {
            None => client.execute(&sql("NULL"), &[&key]),
            Some(Content::Text(text)) => client.execute(&sql("$2"), &[&key, &text]),
            Some(Content::Bytes(bytes)) => client.execute(&sql("$2"), &[&key, &bytes]),
        }
        .unwrap();
    }

    fn delete_document(&self, key: &DocumentKey) {
        let (column, key_type) = (&self.schema.key_column, key_type(self.schema.key_type));
        let sql = format!("DELETE FROM app_xml WHERE \"{column}\" = $1::text::{key_type}");
        self.client().execute(&sql, &[&key.spelled()]).unwrap();
    }

    fn allow_repeated_keys(&self) -> bool {
        self.client().batch_execute("ALTER TABLE app_xml DROP CONSTRAINT app_xml_pkey").unwrap();
        true
    }

    fn rows(&self, table: usize) -> Vec<Vec<OwnedValue>> {
        let url = DatabaseUrl::parse(&self.server.url(&self.database), &|_| None).unwrap();
        rows(&url, &self.schema.tables[table])
    }

    fn log(&self) -> Vec<LogRow> {
        let sql = format!(
            "SELECT \"{}\"::text, contract_name, status, failure_reason, failure_code, failure_table, failure_column, \
             (extract(epoch FROM processing_time) * 1000000)::bigint, session_id, run_nonce, instance_id::bigint, instance_count::bigint, row_count, issue_count, contract_hash, document_hash, duration_ms, source_version \
             FROM processing_log",
            self.schema.key_column
        );
        let rows = self.client().query(&sql, &[]).unwrap();
        rows.iter()
            .map(|row| LogRow {
                key: self.schema.key_type.parse(row.get(0)).unwrap(),
                contract_name: row.get(1),
                status: row.get(2),
                failure_reason: row.get(3),
                failure_code: row.get(4),
                failure_table: row.get(5),
                failure_column: row.get(6),
                processing_time: row.get(7),
                session_id: row.get(8),
                run_nonce: row.get(9),
                instance_id: row.get(10),
                instance_count: row.get(11),
                row_count: row.get(12),
                issue_count: row.get(13),
                contract_hash: row.get(14),
                document_hash: row.get(15),
                source_version: row.get(17),
                duration_ms: row.get(16),
            })
            .collect()
    }

    fn issues(&self) -> Vec<IssueRow> {
        let key = &self.schema.key_column;
        let sql = format!(
            "SELECT \"{key}\"::text, contract_name, table_name, column_name, code, count FROM processing_issue"
        );
        let rows = self.client().query(&sql, &[]).unwrap();
        rows.iter()
            .map(|row| IssueRow {
                key: self.schema.key_type.parse(row.get(0)).unwrap(),
                contract_name: row.get(1),
                table: row.get(2),
                column: row.get(3),
                code: row.get(4),
                count: row.get(5),
            })
            .collect()
    }

    fn line(&self) -> Option<&dyn Line> {
        Some(self)
    }
}

impl Line for PostgresFixture {
    fn cut(&self, moment: Moment) {
        self.proxy.cut(match moment {
            Moment::BeforeRequest(number) => Cut::BeforeChunk(number),
            Moment::AfterCommit => {
                Cut::AfterServerGot(|chunk| chunk.windows(6).any(|window| window == b"COMMIT"))
            }
        });
    }

    fn was_cut(&self) -> bool {
        self.proxy.cut_count() > 0
    }

    fn crash_server(&self) {
        self.server.crash();
        self.server.up();
        *self.client() = connect(&self.server.url(&self.database));
    }
}

/// All rows of a table, as they are read back.
pub(crate) fn rows(url: &DatabaseUrl, table: &TableSchema) -> Vec<Vec<OwnedValue>> {
    let mut reader = open_rows(url, None, &OpenOptions::default()).unwrap();
    let mut rows = Vec::new();
    reader.rows(table, &mut |row| rows.push(row.to_vec())).unwrap();
    rows
}
