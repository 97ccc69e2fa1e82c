//! The driver `tiberius`, made to block: each connection has a small runtime of its own.

use std::future::Future;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use socket2::{SockRef, TcpKeepalive};
use tiberius::{
    AuthMethod, Client, Collation, Config, EncryptionLevel, ExecuteResult, MetaDataColumn, QueryItem,
    SqlBrowser as _, SqlBulkCopyOption, ToSql, TokenRow, TypeInfo, VarLenType,
};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt as _};
use xmlshred_model::{OwnedValue, Value};

use super::address::{Encrypt, Intent, SqlServerAddress};
use super::driver::{BulkColumn, BulkRows, BulkTarget, Driver, DriverError, NoTls, NoUnicode};
use super::line::Line;
use super::tiberius_cells::{bulk_cell, owned, parameter};

/// A network that is cut without a word is noticed after some of these.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
/// Redirections that a login may go through, as in Azure.
const MAX_REDIRECTIONS: usize = 3;

/// A connection.
pub(super) struct TiberiusDriver {
    runtime: Runtime,
    client: Client<Compat<Line>>,
    command_timeout: Option<Duration>,
}

impl TiberiusDriver {
    /// Connects, logs in and runs `settings`, all of it within the address's limit.
    pub(super) fn connect(
        address: &SqlServerAddress,
        application_name: &str,
        intent: Intent,
        no_unicode: NoUnicode,
        settings: &str,
    ) -> Result<Self, DriverError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| DriverError::Other(format!("no runtime for the driver: {error}")))?;
        let connecting = async {
            let mut address = address.clone();
            for _ in 0..=MAX_REDIRECTIONS {
                let mut config = config(&address, application_name, intent)?;
                config.lossy_utf16_decoding(no_unicode == NoUnicode::Replaced);
                let line = line(&address, &config).await?;
                match Client::connect(config, line.compat_write()).await {
                    // The port is told: there is no instance to ask SQL Server Browser for.
                    Err(tiberius::error::Error::Routing { host, port }) => {
                        address = address
                            .routed(&host, port)
                            .map_err(|error| DriverError::Other(error.to_string()))?;
                    }
                    Err(error) => return Err(driver_error(error)),
                    Ok(mut client) => {
                        let set_up = async { client.simple_query(settings).await?.into_results().await };
                        set_up.await.map_err(driver_error)?;
                        return Ok(client);
                    }
                }
            }
            Err(DriverError::Other("the server redirects in a circle".to_owned()))
        };
        let connected = match login_limit(address) {
            Some(limit) => runtime
                .block_on(async { tokio::time::timeout(limit, connecting).await })
                .unwrap_or(Err(DriverError::Timeout)),
            None => runtime.block_on(connecting),
        };
        match connected {
            Ok(client) => Ok(Self { runtime, client, command_timeout: command_timeout(address) }),
            Err(error) => {
                // A name that is still being looked up must not be waited for.
                runtime.shutdown_background();
                Err(error)
            }
        }
    }

    fn run<T>(
        &mut self,
        operation: impl AsyncFnOnce(&mut Client<Compat<Line>>) -> Result<T, tiberius::error::Error>,
    ) -> Result<T, DriverError> {
        let Self { runtime, client, command_timeout: _ } = self;
        block_on(runtime, operation(client))
    }
}

fn block_on<T>(
    runtime: &Runtime,
    future: impl Future<Output = Result<T, tiberius::error::Error>>,
) -> Result<T, DriverError> {
    runtime.block_on(future).map_err(driver_error)
}

fn keep_alive(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE_INTERVAL);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}

fn config(address: &SqlServerAddress, application_name: &str, intent: Intent) -> Result<Config, DriverError> {
    let SqlServerAddress {
        host,
        instance,
        port,
        database,
        username,
        password,
        encrypt: _,
        trust_server_certificate: _,
        host_name_in_certificate: _,
        server_certificate: _,
        is_integrated: _,
        application_name: own_application_name,
        intent: own_intent,
        multi_subnet_failover,
        connect_timeout: _,
        command_timeout: _,
    } = address;
    let mut config = Config::new();
    config.host(host);
    match (instance, port) {
        // A port makes the name of the instance unnecessary.
        (Some(instance), None) => config.instance_name(instance),
        (_, Some(port)) => config.port(*port),
        (None, None) => {}
    }
    if let Some(database) = database {
        config.database(database);
    }
    config.application_name(own_application_name.as_deref().unwrap_or(application_name));
    // Or it is encrypted below the driver, which then need not know.
    config.encryption(EncryptionLevel::NotSupported);
    config.trust_cert();
    config.readonly(own_intent.unwrap_or(intent) == Intent::ReadOnly);
    config.multi_subnet_failover(*multi_subnet_failover);
    // Whoever connects limits the whole login.
    config.handshake_timeout(None);
    config.command_timeout(self::command_timeout(address));
    config.authentication(match (username, password) {
        (Some(username), password) => {
            AuthMethod::sql_server(username, password.as_ref().map_or("", |password| password.reveal()))
        }
        (None, _) => integrated()?,
    });
    Ok(config)
}

/// A line to the server, encrypted as the address says.
async fn line(address: &SqlServerAddress, config: &Config) -> Result<Line, DriverError> {
    if address.encrypt != Encrypt::Disabled {
        // Where it is optional, and the server need not prove who it is, one that cannot encrypt will do.
        let is_needed = address.encrypt != Encrypt::Optional || !address.trusts_any_certificate();
        match Line::encrypted(stream(config).await?, address).await {
            Err(DriverError::Tls(NoTls::NotOffered)) if !is_needed => {}
            line => return line,
        }
    }
    Ok(Line::Plain(stream(config).await?))
}

async fn stream(config: &Config) -> Result<TcpStream, DriverError> {
    let stream = TcpStream::connect_named(config).await.map_err(browsing_error)?;
    keep_alive(&stream).map_err(|error| driver_error(error.into()))?;
    Ok(stream)
}

/// None where a login may take as long as it likes.
fn login_limit(address: &SqlServerAddress) -> Option<Duration> {
    Some(address.connect_timeout).filter(|limit| !limit.is_zero())
}

/// None where commands may take as long as they like.
fn command_timeout(address: &SqlServerAddress) -> Option<Duration> {
    Some(address.command_timeout).filter(|limit| !limit.is_zero())
}

/// The driver limits the time until an answer comes; the server may also stop to listen.
async fn within<T>(
    limit: Option<Duration>,
    operation: impl Future<Output = Result<T, tiberius::error::Error>>,
) -> Result<T, DriverError> {
    match limit {
        Some(limit) => match tokio::time::timeout(limit, operation).await {
            Ok(answer) => answer.map_err(driver_error),
            Err(_) => Err(DriverError::Timeout),
        },
        None => operation.await.map_err(driver_error),
    }
}

/// The login of the user of this process.
#[cfg(any(windows, feature = "kerberos"))]
#[expect(clippy::unnecessary_wraps, reason = "other builds have no such login")]
fn integrated() -> Result<AuthMethod, DriverError> {
    Ok(AuthMethod::Integrated)
}

/// The login of the user of this process: not in this build.
#[cfg(not(any(windows, feature = "kerberos")))]
fn integrated() -> Result<AuthMethod, DriverError> {
    Err(DriverError::Other(
        "no username is given, and this build of xmlshred cannot log in by Kerberos".to_owned(),
    ))
}

impl Driver for TiberiusDriver {
    fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, DriverError> {
        let parameters: Vec<_> = parameters.iter().map(|value| Parameter(*value)).collect();
        let parameters: Vec<&dyn ToSql> =
            parameters.iter().map(|parameter| parameter as &dyn ToSql).collect();
        self.run(async |client| Ok(last_count(&client.execute(sql, &parameters).await?)))
    }

    fn query(
        &mut self,
        sql: &str,
        parameters: &[Value<'_>],
        each: &mut dyn FnMut(Vec<OwnedValue>),
    ) -> Result<(), DriverError> {
        let parameters: Vec<_> = parameters.iter().map(|value| Parameter(*value)).collect();
        let parameters: Vec<&dyn ToSql> =
            parameters.iter().map(|parameter| parameter as &dyn ToSql).collect();
        self.run(async |client| {
            let mut stream = client.query(sql, &parameters).await?;
            while let Some(item) = stream.try_next().await? {
                if let QueryItem::Row(row) = item {
                    each(row.into_iter().map(owned).collect());
                }
            }
            Ok(())
        })
    }

    fn batch(&mut self, sql: &str) -> Result<(), DriverError> {
        self.run(async |client| client.simple_query(sql).await?.into_results().await.map(drop))
    }

    fn begin(&mut self) -> Result<(), DriverError> {
        self.run(async |client| client.begin_transaction().await)
    }

    fn commit(&mut self) -> Result<(), DriverError> {
        self.run(async |client| client.commit_transaction().await)
    }

    fn time_scales(&mut self, table: &str, columns: &[String]) -> Result<Vec<Option<u8>>, DriverError> {
        let names: Vec<&str> = columns.iter().map(String::as_str).collect();
        let columns = self.run(async |client| client.column_metadata(table, &names).await)?;
        let scale = |column: &MetaDataColumn<'_>| match column.base().ty() {
            TypeInfo::VarLenSized(sized) => match sized.r#type() {
                VarLenType::Timen | VarLenType::Datetime2 | VarLenType::DatetimeOffsetn => {
                    u8::try_from(sized.len()).ok()
                }
                _ => None,
            },
            _ => None,
        };
        Ok(columns.iter().map(scale).collect())
    }

    fn bulk_load<'a>(&mut self, target: &'a BulkTarget, rows: BulkRows<'_, 'a>) -> Result<u64, DriverError> {
        let BulkTarget { table, columns, sets_identity } = target;
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let options = SqlBulkCopyOption::CheckConstraints
            | SqlBulkCopyOption::FireTriggers
            | SqlBulkCopyOption::KeepNulls
            | SqlBulkCopyOption::KeepIdentity;
        let Self { runtime, client, command_timeout: limit } = self;
        runtime.block_on(async {
            let mut long_rows = Vec::new();
            let mut row_count = 0;
            // Nothing is begun before there is a row for it.
            if let Some(first) = next_short(rows, &mut long_rows) {
                let request = client.bulk_insert_with_options(table, &names, options, &[]).await;
                let mut request = request.map_err(driver_error)?;
                within(*limit, request.send(token_row(columns, &first)?)).await?;
                while let Some(row) = next_short(rows, &mut long_rows) {
                    within(*limit, request.send(token_row(columns, &row)?)).await?;
                }
                row_count += last_count(&within(*limit, request.finalize()).await?);
            }
            if long_rows.is_empty() {
                return Ok(row_count);
            }
            let code_pages = code_pages(client, table, &names).await.map_err(driver_error)?;
            if *sets_identity {
                set_identity_insert(client, table, "ON").await.map_err(driver_error)?;
            }
            for row in long_rows {
                if !row.iter().zip(&code_pages).all(|(value, code_page)| has_all_of(*code_page, value)) {
                    return Err(DriverError::Value);
                }
                let insert = insert_sql(table, &names, &row);
                let cells = token_row(columns, &row)?.into_iter().zip(&row);
                let cells: Vec<_> =
                    cells.filter(|(_, value)| **value != Value::Null).map(|(cell, _)| Cell(cell)).collect();
                let cells: Vec<&dyn ToSql> = cells.iter().map(|cell| cell as &dyn ToSql).collect();
                row_count += last_count(&client.execute(&insert, &cells).await.map_err(driver_error)?);
            }
            if *sets_identity {
                set_identity_insert(client, table, "OFF").await.map_err(driver_error)?;
            }
            Ok(row_count)
        })
    }
}

/// Bytes of a cell that the driver takes in a bulk load: version 0.13 takes the limit of the protocol's short types for that of
/// `nvarchar(max)` and `varbinary(max)`, too.
const MAX_BULK_BYTES: usize = 0xffff;

/// The next row that a bulk load takes; others go to `long_rows`.
fn next_short<'a>(rows: BulkRows<'_, 'a>, long_rows: &mut Vec<Vec<Value<'a>>>) -> Option<Vec<Value<'a>>> {
    loop {
        let row = rows.next()?;
        if !row.iter().any(is_long) {
            return Some(row);
        }
        long_rows.push(row);
    }
}

fn token_row<'a>(columns: &[BulkColumn], cells: &[Value<'a>]) -> Result<TokenRow<'a>, DriverError> {
    let mut row = TokenRow::with_capacity(cells.len());
    for (column, value) in columns.iter().zip(cells) {
        // Types of a fixed length have no way to say null.
        if *value == Value::Null && !column.takes_null {
            return Err(DriverError::Null);
        }
        row.push(bulk_cell(column.field, *value)?);
    }
    Ok(row)
}

/// Rows that the statement itself changed: what its triggers did is told before.
fn last_count(result: &ExecuteResult) -> u64 {
    result.rows_affected().last().copied().unwrap_or(0)
}

/// Whether inserts name the identity column of this table.
async fn set_identity_insert(
    client: &mut Client<Compat<Line>>,
    table: &str,
    setting: &str,
) -> Result<(), tiberius::error::Error> {
    client
        .simple_query(format!("SET IDENTITY_INSERT {table} {setting}"))
        .await?
        .into_results()
        .await
        .map(drop)
}

/// The code pages of these columns; none where text is UTF-16.
async fn code_pages(
    client: &mut Client<Compat<Line>>,
    table: &str,
    names: &[&str],
) -> Result<Vec<Option<Collation>>, tiberius::error::Error> {
    let columns = client.column_metadata(table, names).await?;
    let code_page = |column: &MetaDataColumn<'_>| match column.base().ty() {
        TypeInfo::VarLenSized(text) => match text.r#type() {
            VarLenType::BigChar | VarLenType::BigVarChar | VarLenType::Text => text.collation(),
            _ => None,
        },
        _ => None,
    };
    Ok(columns.iter().map(code_page).collect())
}

/// Whether the code page has all characters: the server puts question marks for others, and tells nobody.
fn has_all_of(code_page: Option<Collation>, value: &Value<'_>) -> bool {
    match (code_page, value) {
        (Some(code_page), Value::Text(text)) => {
            code_page.encoding().is_ok_and(|encoding| !encoding.encode(text).2)
        }
        _ => true,
    }
}

/// Whether a row with this cell must be inserted on its own.
fn is_long(value: &Value<'_>) -> bool {
    match value {
        // No character takes more bytes in UTF-16 than twice those of UTF-8.
        Value::Text(text) => {
            text.len() > MAX_BULK_BYTES / 2 && text.encode_utf16().count() * 2 > MAX_BULK_BYTES
        }
        Value::Binary(bytes) => bytes.len() > MAX_BULK_BYTES,
        _ => false,
    }
}

/// The statement for this row, with a parameter for each cell that is no null: the driver sends a null as a parameter of no type, and
/// declares it with one of its choice, which need not convert to the column's. In the statement a null has the column's type.
fn insert_sql(table: &str, columns: &[&str], row: &[Value<'_>]) -> String {
    let mut number = 0;
    let cells = row.iter().map(|value| match value {
        Value::Null => "NULL".to_owned(),
        _ => {
            number += 1;
            format!("@P{number}")
        }
    });
    format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), cells.collect::<Vec<_>>().join(", "))
}

/// A cell as a parameter.
struct Cell<'a>(tiberius::ColumnData<'a>);

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> tiberius::ColumnData<'_> {
        self.0.clone()
    }
}

/// A value as the driver wants parameters.
struct Parameter<'a>(Value<'a>);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> tiberius::ColumnData<'_> {
        parameter(self.0)
    }
}

/// The error of a line that did not come about, or of asking for an instance's port.
fn browsing_error(error: tiberius::error::Error) -> DriverError {
    match error {
        tiberius::error::Error::Conversion(_) => {
            DriverError::Other("SQL Server Browser does not tell the port of the instance".to_owned())
        }
        other => driver_error(other),
    }
}

fn driver_error(error: tiberius::error::Error) -> DriverError {
    use tiberius::error::Error;
    match error {
        Error::Server(token) => {
            DriverError::Server { number: token.code(), message: token.message().to_owned() }
        }
        Error::Io { kind: std::io::ErrorKind::TimedOut, .. } => DriverError::Timeout,
        Error::Io { message, .. } => DriverError::Broken(message),
        // The words are advice to programmers.
        Error::Tls(_) => DriverError::Tls(NoTls::Handshake),
        // Characters beyond a code page, lengths beyond a column: the words name lengths and no values.
        Error::Encoding(_) | Error::BulkInput(_) => DriverError::Value,
        Error::Protocol(words) if words.contains("can no longer be used") => {
            DriverError::Broken("an earlier message was ended in the middle".to_owned())
        }
        Error::Protocol(words) => DriverError::Broken(words.into_owned()),
        other => DriverError::Other(other.to_string()),
    }
}
