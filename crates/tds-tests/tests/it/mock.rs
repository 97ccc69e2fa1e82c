//! A mock server with canned answers, behind a proxy that remembers what clients said.
//!
//! The mock finds an answer to a statement with parameters by a part of its text, in upper case; so the contract of these tests has
//! names in upper case.

use mssql_mock_tds::{
    ColumnDefinition, ColumnValue, MockTdsServer, QueryResponse, Row, SqlDataType, TerminalError,
};
use tokio::runtime::Runtime;
use xmlshred_databases::{DatabaseUrl, SourceAddress, open_source};
use xmlshred_engine::ports::{PortError, Source};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_test_servers::Proxy;

/// A part of the query for a table's columns.
pub(crate) const COLUMNS: &str = "FROM (VALUES (0, OBJECT_ID(@P1))) AS ";
/// A part of the query for a page of keys.
pub(crate) const KEYS: &str = "SELECT TOP (CAST(@P3 AS ";
/// A part of the query for lengths.
pub(crate) const LENGTHS: &str = "CAST(DATALENGTH(";
/// A part of the query for documents.
pub(crate) const DOCUMENTS: &str = "), [XML] FROM [APP_XML] WHERE [APP_ID] IN (@P1";

/// A server that ends with this.
pub(crate) struct Mock {
    runtime: Runtime,
    proxy: Proxy,
    registry: std::sync::Arc<tokio::sync::Mutex<mssql_mock_tds::QueryRegistry>>,
}

impl Mock {
    /// With a source table `APP_XML` of these keys, and nothing else.
    pub(crate) fn with_keys(keys: &[i64]) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(MockTdsServer::new("127.0.0.1:0")).unwrap();
        let registry = server.query_registry();
        let proxy = Proxy::before(server.local_addr().port());
        runtime.spawn(server.run());
        let mock = Self { runtime, proxy, registry };
        mock.answer(
            COLUMNS,
            QueryResponse::new(
                vec![
                    ColumnDefinition::new("name", SqlDataType::NVarChar),
                    ColumnDefinition::new("type", SqlDataType::NVarChar),
                    ColumnDefinition::new("scale", SqlDataType::Int),
                    ColumnDefinition::new("precision", SqlDataType::Int),
                    ColumnDefinition::new("max_length", SqlDataType::Int),
                ],
                [("APP_ID", "bigint"), ("XML", "nvarchar")]
                    .map(|(name, type_name)| {
                        let text = |text: &str| ColumnValue::NVarChar(text.to_owned());
                        let numbers = [0, 0, -1].map(ColumnValue::Int);
                        Row::new([text(name), text(type_name)].into_iter().chain(numbers).collect())
                    })
                    .into(),
            ),
        );
        let keys = keys.iter().map(|key| Row::new(vec![ColumnValue::BigInt(*key)])).collect();
        mock.answer(KEYS, QueryResponse::new(vec![ColumnDefinition::new("key", SqlDataType::BigInt)], keys));
        mock
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
        let text = format!(
            "sqlserver://loader:s3cret@127.0.0.1:{}/Loans?encrypt=disabled&{options}",
            self.proxy.port()
        );
        let url = DatabaseUrl::parse(&text, &|_| None).unwrap();
        let spec = SourceSpec {
            schema: None,
            table: "APP_XML".to_owned(),
            key: "APP_ID".to_owned(),
            xml: "XML".to_owned(),
            min_bytes: 0,
            where_sql: None,
        };
        open_source(&SourceAddress::Database(url), &spec)
    }

    /// Whether clients have said this text, as the protocol writes it.
    pub(crate) fn was_told(&self, text: &str) -> bool {
        let wanted: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        self.proxy.recorded().windows(wanted.len()).any(|window| window == wanted)
    }
}
