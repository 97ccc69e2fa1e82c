//! A mock server with canned answers, behind a proxy that remembers what clients said.
//!
//! The mock finds an answer to a statement with parameters by a part of its text, in upper case; so the contract of these tests has
//! names in upper case.

use std::sync::Arc;

use mssql_mock_tds::{
    ColumnDefinition, ColumnValue, MockTdsServer, QueryResponse, Row, SqlDataType, TerminalError,
};
use tokio::runtime::Runtime;
use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open, open_source};
use xmlshred_engine::ports::{PortError, Sink, Source};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::log_table::{LOG, LOG_ID};
use xmlshred_model::{DataType, TableSchema, TargetSchema};
use xmlshred_test_servers::Proxy;

/// A part of the query for a table's columns.
pub(crate) const COLUMNS: &str = "FROM (VALUES (0, OBJECT_ID(@P1))";
/// A part of the query for a page of keys.
pub(crate) const KEYS: &str = "SELECT TOP (CAST(@P3 AS ";
/// A part of the query for lengths.
pub(crate) const LENGTHS: &str = "CAST(DATALENGTH(";
/// A part of the query for bytes of documents.
pub(crate) const BYTES: &str = "), [XML]) AS ";
/// A part of the query for documents.
pub(crate) const DOCUMENTS: &str = "), [XML] FROM [APP_XML] WHERE [APP_ID] IN (@P1";

/// A server that ends with this.
pub(crate) struct Mock {
    runtime: Runtime,
    proxy: Proxy,
    registry: Arc<tokio::sync::Mutex<mssql_mock_tds::QueryRegistry>>,
}

impl Mock {
    /// With a source table `APP_XML` of these keys, and nothing else.
    pub(crate) fn with_keys(keys: &[i64]) -> Self {
        let mock = Self::with_key_of("bigint");
        let keys = keys.iter().map(|key| Row::new(vec![ColumnValue::BigInt(*key)])).collect();
        mock.answer(KEYS, QueryResponse::new(vec![ColumnDefinition::new("key", SqlDataType::BigInt)], keys));
        mock
    }

    /// With a source table `APP_XML` whose key is of this type.
    pub(crate) fn with_key_of(type_name: &str) -> Self {
        let mock = Self::start();
        let columns = [("APP_ID", type_name), ("XML", "nvarchar")];
        mock.answer(
            COLUMNS,
            columns_answer(columns.map(|(name, type_name)| (0, name, type_name, 0)).into_iter()),
        );
        mock
    }

    /// With these tables, and no rows.
    pub(crate) fn with_tables(tables: &[TableSchema]) -> Self {
        let mock = Self::start();
        let columns = tables.iter().enumerate().flat_map(|(at, table)| {
            // The log numbers its rows itself.
            let own = (table.name == LOG).then_some((at, LOG_ID, "bigint", 0));
            own.into_iter().chain(table.columns.iter().map(move |column| {
                let (type_name, scale) = type_name(column.data_type);
                (at, column.name.as_str(), type_name, scale)
            }))
        });
        mock.answer(COLUMNS, columns_answer(columns));
        mock
    }

    fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(MockTdsServer::new("127.0.0.1:0")).unwrap();
        let registry = server.query_registry();
        let proxy = Proxy::before(server.local_addr().port());
        runtime.spawn(server.run());
        Self { runtime, proxy, registry }
    }

    /// From now on this is the answer to statements with this text.
    pub(crate) fn answer(&self, text: &str, response: QueryResponse) {
        self.runtime.block_on(self.registry.lock()).register(text, response);
    }

    /// From now on statements with this text are refused.
    pub(crate) fn refuse(&self, text: &str, number: u32, message: &str) {
        self.answer(text, QueryResponse::error_only(TerminalError::new(number, 16, message)));
    }

    /// The proxy before it.
    pub(crate) fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    /// A source on it, with these options in the address.
    pub(crate) fn source(&self, options: &str) -> Result<Box<dyn Source>, PortError> {
        source_at(&format!("127.0.0.1:{}", self.proxy.port()), options)
    }

    /// A sink for these tables at this port, which leads to the mock.
    pub(crate) fn sink(port: u16, schema: &Arc<TargetSchema>) -> Result<Box<dyn Sink>, PortError> {
        let url = address(&format!("127.0.0.1:{port}"), "");
        open(&SourceAddress::Database(url.clone()), &url, &spec(), schema, OpenOptions::default())?.sink()
    }

    /// Whether clients have said this text, as the protocol writes it.
    pub(crate) fn was_told(&self, text: &str) -> bool {
        let wanted: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        self.proxy.recorded().windows(wanted.len()).any(|window| window == wanted)
    }
}

/// A source at this host and port, with these options in the address.
pub(crate) fn source_at(server: &str, options: &str) -> Result<Box<dyn Source>, PortError> {
    open_source(&SourceAddress::Database(address(server, options)), &spec())
}

fn address(server: &str, options: &str) -> DatabaseUrl {
    let text = format!("sqlserver://loader:s3cret@{server}/Loans?encrypt=disabled&{options}");
    DatabaseUrl::parse(&text, &|_| None).unwrap()
}

/// The source table of these tests.
pub(crate) fn spec() -> SourceSpec {
    SourceSpec {
        schema: None,
        table: "APP_XML".to_owned(),
        key: "APP_ID".to_owned(),
        key_type: None,
        xml: "XML".to_owned(),
        min_bytes: 0,
        where_sql: None,
        version: None,
        columns: Vec::new(),
    }
}

/// The answer to the query for columns, of those with this number of their table, name, type and scale.
fn columns_answer<'a>(columns: impl Iterator<Item = (usize, &'a str, &'a str, u8)>) -> QueryResponse {
    let texts = ["name", "type"].map(|name| ColumnDefinition::new(name, SqlDataType::NVarChar));
    let numbers = ["scale", "precision", "length", "nullable", "identity", "computed", "code page"]
        .map(|name| ColumnDefinition::new(name, SqlDataType::Int));
    let collation = ColumnDefinition::new("collation", SqlDataType::NVarChar);
    let at = ColumnDefinition::new("at", SqlDataType::Int);
    let definitions = texts.into_iter().chain(numbers).chain([collation, at]).collect();
    let rows = columns.map(|(at, name, type_name, scale)| {
        let text = |text: &str| ColumnValue::NVarChar(text.to_owned());
        let is_identity = i32::from(name == LOG_ID);
        let numbers = [scale.into(), 38, -1, 1, is_identity, 0, 0].map(ColumnValue::Int);
        let cells = [text(name), text(type_name)].into_iter().chain(numbers);
        Row::new(cells.chain([text(""), ColumnValue::Int(at as i32)]).collect())
    });
    QueryResponse::new(definitions, rows.collect())
}

/// As the server's catalog names the type that this one has in its tables; with the scale.
fn type_name(data_type: DataType) -> (&'static str, u8) {
    match data_type {
        DataType::BigInt => ("bigint", 0),
        DataType::Int => ("int", 0),
        DataType::Bool => ("bit", 0),
        DataType::Decimal { scale, .. } => ("decimal", scale),
        DataType::Date => ("date", 0),
        DataType::Timestamp => ("datetime2", 6),
        DataType::Time => ("time", 7),
        DataType::TimestampTz => ("datetimeoffset", 7),
        DataType::Uuid => ("uniqueidentifier", 0),
        DataType::Binary => ("varbinary", 0),
        _ => ("nvarchar", 0),
    }
}
