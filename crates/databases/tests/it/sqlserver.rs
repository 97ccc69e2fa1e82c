//! A real server that speaks TDS as the suite's bench, when there is one.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open};
use xmlshred_engine::ports::Ports;
use xmlshred_engine::testing::{Bench, DocumentColumn, Fixture, IssueRow, Line, LogRow, Moment};
use xmlshred_mapping::Content;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DataType, DocumentKey, KeyType, OwnedValue, TargetSchema};
use xmlshred_test_servers::{Cut, Proxy, skip};

use crate::postgres::rows;
use crate::tds::Tds;

/// Where a server is that tests may make databases on.
const VARIABLE: &str = "XMLSHRED_TEST_SQLSERVER";
const EXAMPLE: &str = "sqlserver://sa:PASSWORD@127.0.0.1:1433?encrypt=optional";
/// A command that ends this server without warning and starts it again.
const CRASH_VARIABLE: &str = "XMLSHRED_TEST_SQLSERVER_CRASH";

/// A server whose fixtures are databases of it. Databases take long to make, so they are emptied and used again.
pub(crate) struct SqlServerBench {
    address: String,
    fixture_count: AtomicU32,
    empty: Arc<Mutex<Vec<String>>>,
}

pub(crate) struct SqlServerFixture {
    address: String,
    pub(crate) database: String,
    proxy: Option<Proxy>,
    pub(crate) schema: Arc<TargetSchema>,
    tds: Tds,
    empty: Arc<Mutex<Vec<String>>>,
}

impl SqlServerBench {
    /// `None`, and a word about it, where no server is named.
    pub(crate) fn start(what: &str) -> Option<Self> {
        match std::env::var(VARIABLE) {
            Ok(address) => Some(Self { address, fixture_count: AtomicU32::new(0), empty: Arc::default() }),
            Err(_) => {
                skip(
                    what,
                    &format!("set {VARIABLE} to the address of a server to test on, such as {EXAMPLE}"),
                );
                None
            }
        }
    }

    /// A new database with a source table without documents.
    pub(crate) fn database(&self, schema: &Arc<TargetSchema>, document_type: &str) -> SqlServerFixture {
        let used = self.empty.lock().unwrap().pop();
        let database = used.unwrap_or_else(|| {
            let number = self.fixture_count.fetch_add(1, Ordering::Relaxed);
            let database = format!("xmlshred_test_{}_{number}", std::process::id());
            Tds::connect(&self.address, "master").run(&format!("CREATE DATABASE {database}"));
            database
        });
        let port = self.address.rsplit_once('@').and_then(|(_, place)| {
            let port = place.split(['?', '/']).next()?.rsplit_once(':')?.1;
            port.parse().ok()
        });
        let fixture = SqlServerFixture {
            tds: Tds::connect(&self.address, &database),
            address: self.address.clone(),
            database,
            proxy: port.map(Proxy::before),
            schema: Arc::clone(schema),
            empty: Arc::clone(&self.empty),
        };
        let key = &schema.key_column;
        let key_type = match schema.key_type {
            KeyType::Integer => "bigint",
            KeyType::Decimal => "decimal(30,0)",
            KeyType::Uuid => "uniqueidentifier",
            KeyType::Text => "varchar(60)",
        };
        fixture.tds.run(&format!(
            "CREATE TABLE app_xml ([{key}] {key_type} NOT NULL CONSTRAINT app_xml_key PRIMARY KEY, xml {document_type} NULL)"
        ));
        fixture
    }
}

impl Drop for SqlServerFixture {
    fn drop(&mut self) {
        // A failed test leaves its database to look at.
        if std::thread::panicking() {
            return;
        }
        // Those that refer to others were made after them.
        let rows = self.tds.query("SELECT name FROM sys.tables ORDER BY object_id DESC", &[]);
        for name in rows.iter().filter_map(|row| row.get::<&str, _>(0)) {
            self.tds.run(&format!("DROP TABLE [{name}]"));
        }
        self.empty.lock().unwrap().push(std::mem::take(&mut self.database));
    }
}

impl Drop for SqlServerBench {
    fn drop(&mut self) {
        for database in self.empty.lock().unwrap().drain(..) {
            Tds::connect(&self.address, "master").try_run(&format!("DROP DATABASE {database}"));
        }
    }
}

impl Bench for SqlServerBench {
    fn key_types(&self) -> &'static [KeyType] {
        &KeyType::ALL
    }

    fn fixture(&self, schema: &Arc<TargetSchema>, column: DocumentColumn) -> Box<dyn Fixture> {
        let document_type = match column {
            DocumentColumn::Text => "nvarchar(max)",
            DocumentColumn::Binary => "varbinary(max)",
        };
        Box::new(self.database(schema, document_type))
    }
}

/// A key in SQL.
fn literal(key: &DocumentKey) -> String {
    match key {
        DocumentKey::Int(_) | DocumentKey::Decimal(_) => key.spelled(),
        DocumentKey::Uuid(_) | DocumentKey::Text(_) => format!("'{}'", key.spelled().replace('\'', "''")),
    }
}

impl SqlServerFixture {
    /// Runs statements on a connection of the test's own.
    pub(crate) fn run(&self, sql: &str) {
        self.tds.run(sql);
    }

    /// The rows of a query on a connection of the test's own.
    pub(crate) fn query(&self, sql: &str) -> Vec<tiberius::Row> {
        self.tds.query(sql, &[])
    }

    /// The address of this database through the proxy.
    pub(crate) fn url(&self) -> DatabaseUrl {
        self.url_of(&self.database)
    }

    /// The address of another database of the server.
    pub(crate) fn url_of(&self, database: &str) -> DatabaseUrl {
        let options = self.address.split_once('?').map_or("", |(_, options)| options);
        self.url_with(database, options)
    }

    /// The address of a database of the server, with these options only.
    pub(crate) fn url_with(&self, database: &str, options: &str) -> DatabaseUrl {
        let (login, place) = self.address.rsplit_once('@').unwrap();
        let server = place.split('?').next().unwrap().trim_end_matches('/');
        let (host, port) = server.rsplit_once(':').unwrap_or((server, "1433"));
        let port = self.proxy.as_ref().map_or_else(|| port.to_owned(), |proxy| proxy.port().to_string());
        let text = format!("{login}@{host}:{port}/{database}?{options}");
        DatabaseUrl::parse(&text, &|_| None).unwrap()
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
        self.open_for(spec, &self.schema)
    }

    fn open_for(&self, spec: &SourceSpec, schema: &Arc<TargetSchema>) -> Box<dyn Ports> {
        let source = SourceAddress::Database(self.url());
        open(&source, &self.url(), spec, schema, OpenOptions::default()).unwrap()
    }
}

impl Fixture for SqlServerFixture {
    fn ports(&self) -> Box<dyn Ports> {
        self.open(&self.spec())
    }

    fn ports_for(&self, schema: &Arc<TargetSchema>) -> Box<dyn Ports> {
        self.open_for(&self.spec(), schema)
    }

    fn ports_with_columns(&self, columns: &[(&str, DataType, Option<&str>)]) -> Box<dyn Ports> {
        for (name, data_type, text) in columns {
            let native = match data_type {
                DataType::Bool => "bit".to_owned(),
                DataType::Double => "float".to_owned(),
                DataType::Timestamp => "datetime2".to_owned(),
                DataType::Uuid => "uniqueidentifier".to_owned(),
                DataType::VarChar(length) => format!("nvarchar({length})"),
                other => other.to_string(),
            };
            let text =
                text.map_or_else(|| "NULL".to_owned(), |text| format!("N'{}'", text.replace('\'', "''")));
            self.tds.run(&format!("ALTER TABLE app_xml ADD [{name}] {native}"));
            self.tds.run(&format!("UPDATE app_xml SET [{name}] = {text}"));
        }
        let columns = columns.iter().map(|(name, _, _)| (*name).to_owned()).collect();
        self.open(&SourceSpec { columns, ..self.spec() })
    }

    fn ports_with_versions(&self, schema: &Arc<TargetSchema>) -> Box<dyn Ports> {
        self.tds.run("IF COL_LENGTH(N'app_xml', N'version') IS NULL ALTER TABLE app_xml ADD version bigint");
        let spec = SourceSpec { version: Some("version".to_owned()), ..self.spec() };
        self.open_for(&spec, schema)
    }

    fn set_version(&self, key: &DocumentKey, version: i64) {
        let (column, key) = (&self.schema.key_column, literal(key));
        self.tds.run(&format!("UPDATE app_xml SET version = {version} WHERE [{column}] = {key}"));
    }

    fn insert_document(&self, key: &DocumentKey, document: Option<Content<'_>>) {
        match document {
            None => self.tds.run(&format!("INSERT INTO app_xml VALUES ({}, NULL)", literal(key))),
            Some(Content::Text(text)) => self.tds.insert_text(&literal(key), text),
            Some(Content::Bytes(bytes)) => self.tds.insert_bytes(&literal(key), bytes),
        }
    }

    fn delete_document(&self, key: &DocumentKey) {
        self.tds.run(&format!("DELETE FROM app_xml WHERE [{}] = {}", self.schema.key_column, literal(key)));
    }

    fn allow_repeated_keys(&self) -> bool {
        self.tds.run("ALTER TABLE app_xml DROP CONSTRAINT app_xml_key");
        true
    }

    fn rows(&self, table: usize) -> Vec<Vec<OwnedValue>> {
        let text =
            format!("{}/{}", self.address.split('?').next().unwrap().trim_end_matches('/'), self.database);
        let options = self.address.split_once('?').map_or("", |(_, options)| options);
        let url = DatabaseUrl::parse(&format!("{text}?{options}"), &|_| None).unwrap();
        rows(&url, &self.schema.tables[table])
    }

    fn log(&self) -> Vec<LogRow> {
        let sql = format!(
            "SELECT CAST([{}] AS nvarchar(400)), contract_name, status, failure_reason, failure_code, failure_table, failure_column, processing_time, \
             session_id, run_nonce, CAST(instance_id AS bigint), \
             CAST(instance_count AS bigint), row_count, issue_count, contract_hash, document_hash, duration_ms, source_version \
             FROM processing_log",
            self.schema.key_column
        );
        self.tds.log(&sql, self.schema.key_type)
    }

    fn issues(&self) -> Vec<IssueRow> {
        let key = &self.schema.key_column;
        let sql = format!(
            "SELECT CAST([{key}] AS nvarchar(400)), contract_name, table_name, column_name, code, count FROM processing_issue"
        );
        self.tds.issues(&sql, self.schema.key_type)
    }

    fn line(&self) -> Option<&dyn Line> {
        self.proxy.as_ref().map(|_| self as &dyn Line)
    }
}

impl Line for SqlServerFixture {
    fn cut(&self, moment: Moment) {
        // A request to the transaction manager (a packet of type 14) to commit (7, behind 8 and 22 bytes of headers).
        let is_commit = |chunk: &[u8]| chunk.first() == Some(&0x0e) && chunk.get(30) == Some(&7);
        self.proxy.as_ref().unwrap().cut(match moment {
            Moment::BeforeRequest(number) => Cut::BeforeChunk(number),
            Moment::AfterCommit => Cut::AfterServerGot(is_commit),
        });
    }

    fn was_cut(&self) -> bool {
        self.proxy.as_ref().unwrap().cut_count() > 0
    }

    fn crash_server(&self) {
        let Ok(command) = std::env::var(CRASH_VARIABLE) else { return };
        let status = std::process::Command::new("sh").args(["-c", &command]).status().unwrap();
        assert!(status.success(), "{command}: {status}");
        self.tds.reconnect(&self.address, &self.database);
    }
}
