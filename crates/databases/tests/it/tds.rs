//! A connection of the tests' own to a server that speaks TDS.

use std::sync::Mutex;

use tiberius::{AuthMethod, Client, Config, EncryptionLevel, Row, ToSql};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt as _};
use xmlshred_engine::testing::{IssueRow, LogRow};
use xmlshred_model::KeyType;

/// Statements run one after the other; failures are panics.
pub(crate) struct Tds {
    connection: Mutex<Connection>,
}

struct Connection {
    runtime: Runtime,
    client: Client<Compat<TcpStream>>,
}

impl Tds {
    /// To a database of the server at `address`, which looks like `sqlserver://USER:PASSWORD@HOST:PORT?OPTIONS`.
    pub(crate) fn connect(address: &str, database: &str) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(client(address, database));
        Self { connection: Mutex::new(Connection { runtime, client }) }
    }

    /// Connects again, after the server went away.
    pub(crate) fn reconnect(&self, address: &str, database: &str) {
        let mut connection = self.connection.lock().unwrap();
        let client = connection.runtime.block_on(client(address, database));
        connection.client = client;
    }

    pub(crate) fn run(&self, sql: &str) {
        self.query(sql, &[]);
    }

    /// Runs a statement that may fail.
    pub(crate) fn try_run(&self, sql: &str) {
        let mut connection = self.connection.lock().unwrap();
        let Connection { runtime, client } = &mut *connection;
        let _ = runtime.block_on(async { client.simple_query(sql).await?.into_results().await });
    }

    pub(crate) fn query(&self, sql: &str, parameters: &[&dyn ToSql]) -> Vec<Row> {
        let mut connection = self.connection.lock().unwrap();
        let Connection { runtime, client } = &mut *connection;
        let rows = runtime.block_on(async {
            match parameters {
                // As a batch: some statements cannot be prepared.
                [] => client.simple_query(sql).await?.into_first_result().await,
                parameters => client.query(sql, parameters).await?.into_first_result().await,
            }
        });
        rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// With the key as SQL writes it.
    pub(crate) fn insert_text(&self, key: &str, text: &str) {
        self.query(&format!("INSERT INTO app_xml VALUES ({key}, @P1)"), &[&text]);
    }

    /// With the key as SQL writes it.
    pub(crate) fn insert_bytes(&self, key: &str, bytes: &[u8]) {
        self.query(&format!("INSERT INTO app_xml VALUES ({key}, @P1)"), &[&bytes]);
    }

    /// Rows of the log, with its columns in the order of [`LogRow`]'s fields.
    pub(crate) fn log(&self, sql: &str, key_type: KeyType) -> Vec<LogRow> {
        let text = |row: &Row, at| row.get::<&str, _>(at).unwrap().to_owned();
        let optional = |row: &Row, at| row.get::<&str, _>(at).map(str::to_owned);
        let number = |row: &Row, at| row.get::<i64, _>(at).unwrap();
        self.query(sql, &[])
            .iter()
            .map(|row| LogRow {
                key: key_type.parse(&text(row, 0)).unwrap(),
                contract_name: text(row, 1),
                status: text(row, 2),
                failure_reason: optional(row, 3),
                failure_code: optional(row, 4),
                failure_table: optional(row, 5),
                failure_column: optional(row, 6),
                processing_time: micros(row, 7),
                session_id: text(row, 8),
                run_nonce: optional(row, 9),
                instance_id: number(row, 10),
                instance_count: number(row, 11),
                row_count: number(row, 12),
                issue_count: number(row, 13),
                contract_hash: text(row, 14),
                document_hash: text(row, 15),
                source_version: optional(row, 17),
                duration_ms: number(row, 16),
            })
            .collect()
    }

    /// Rows of the issues, with its columns in the order of [`IssueRow`]'s fields.
    pub(crate) fn issues(&self, sql: &str, key_type: KeyType) -> Vec<IssueRow> {
        let text = |row: &Row, at| row.get::<&str, _>(at).unwrap().to_owned();
        self.query(sql, &[])
            .iter()
            .map(|row| IssueRow {
                key: key_type.parse(&text(row, 0)).unwrap(),
                contract_name: text(row, 1),
                table: text(row, 2),
                column: text(row, 3),
                code: text(row, 4),
                count: row.get::<i64, _>(5).unwrap(),
            })
            .collect()
    }
}

/// `processing_time`, which is in UTC, as microseconds since 1970.
fn micros(row: &Row, at: usize) -> i64 {
    let time = row.cells().nth(at).unwrap().1;
    let tiberius::ColumnData::DateTimeOffset(Some(time)) = time else { panic!("{time:?}") };
    let time = time.datetime2();
    let ticks = time.time().increments() as i64;
    let micros = match time.time().scale() {
        7 => ticks / 10,
        6 => ticks,
        scale => panic!("a scale of {scale}"),
    };
    (i64::from(time.date().days()) - 719_162) * 86_400_000_000 + micros
}

async fn client(address: &str, database: &str) -> Client<Compat<TcpStream>> {
    let (login, place) = address.trim_start_matches("sqlserver://").rsplit_once('@').unwrap();
    let (username, password) = login.split_once(':').unwrap();
    let server = place.split(['?', '/']).next().unwrap();
    let (host, port) = server.rsplit_once(':').unwrap_or((server, "1433"));
    let mut config = Config::new();
    config.host(host);
    config.port(port.parse().unwrap());
    config.database(database);
    config.authentication(AuthMethod::sql_server(username, password));
    config.encryption(EncryptionLevel::Off);
    config.trust_cert();
    let stream = TcpStream::connect(config.get_addr()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    Client::connect(config, stream.compat_write()).await.unwrap()
}
