//! Documents in a table of SQL Server.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use xmlshred_engine::ports::{Fault, Fetched, FetchedRow, PortError, Selection, Source};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, KeyType, OwnedValue, TargetSchema, Value};

use crate::address::OpenOptions;
use crate::catalog::source_names::{no_column, no_table, wrong_condition};
use crate::sql::dialect::SQL_SERVER;
use crate::sql::paging::{
    OpenBounds, OpenKeys, SeenLog, bounds, end_of_page, no_key, not_unique, open_page, rows_wanted, selecting,
};
use crate::transfer::fetching::{self, Documents};
use xmlshred_model::log_table::{LOG, MAX_SOURCE_VERSION, SOURCE_VERSION};

use super::address::{Intent, SqlServerAddress};
use super::catalog::{self, Column, is_same_name, qualified};
use super::connect::connect;
use super::driver::{Driver, DriverError, NoUnicode};
use super::fault::source_error;
use super::key::{KeySql, seeking};
use super::key_list;
use super::numbers::is_misunderstood;
use super::rights;

/// A reading connection to the source table.
pub(crate) struct SqlServerSource {
    driver: Box<dyn Driver>,
    spec: SourceSpec,
    /// The log, when the source sees it and it is there; without it nothing is processed yet.
    log: Option<String>,
    /// What is said behind the log's name.
    log_hint: &'static str,
    contract_name: String,
    sees_journal: bool,
    has_unique_keys: bool,
    key: KeySql,
    document: DocumentColumn,
}

/// How the column with the documents is read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DocumentColumn {
    /// The document.
    expression: String,
    /// What is as long.
    measured: String,
    /// Fewest bytes of UTF-8 per byte that the server counts, as a fraction: 1 or 1/2.
    bytes_per_unit: i64,
    /// The columns beside it, as text.
    beside: Vec<String>,
    /// The version of the row as the log keeps it, where documents have versions.
    version: Option<String>,
}

impl SqlServerSource {
    /// Connects. `log` is given when the log is in the same database.
    pub(crate) fn open(
        address: &SqlServerAddress,
        spec: &SourceSpec,
        log: Option<&Arc<TargetSchema>>,
        options: &OpenOptions,
    ) -> Result<Self, PortError> {
        // The log must be seen as it is now, so a replica will not do when it is there.
        let intent = if log.is_some() { Intent::ReadWrite } else { Intent::ReadOnly };
        let mut driver = connect(address, &options.application_name, intent, NoUnicode::Replaced)?;
        let (key, document) = check_table(&mut *driver, spec)?;
        // Of keys that are no integers the reader asks the log itself.
        let log = log.filter(|_| key.key_type == KeyType::Integer);
        let sees_journal = log.is_some();
        let contract_name = log.map_or_else(String::new, |schema| schema.contract_name.clone());
        let log = match log {
            Some(schema) if catalog::has_log(&mut *driver, schema)? => Some(qualified(schema, LOG)),
            _ => None,
        };
        let log_hint = match &log {
            Some(log) => seeking(&mut *driver, log, (&spec.key, key))?,
            None => "",
        };
        let has_unique_keys = catalog::is_unique(&mut *driver, &source_table(spec), &spec.key)?;
        let spec = spec.clone();
        let mut source =
            Self { driver, spec, log, log_hint, contract_name, sees_journal, has_unique_keys, key, document };
        source.check_condition()?;
        Ok(source)
    }

    /// That the contract's own condition is SQL, before anybody relies on it: the server reads a query for no rows at all.
    fn check_condition(&mut self) -> Result<(), PortError> {
        if self.spec.where_sql.is_none() {
            return Ok(());
        }
        let (condition, parameters) = if self.key.key_type == KeyType::Integer {
            let condition = selecting(&SQL_SERVER, &self.spec, &Selection::ALL, None, ["@P1", "@P2", ""]);
            (condition, vec![Value::Int(0), Value::Int(0)])
        } else {
            let bounds = OpenBounds::of(&self.spec, self.key.key_type, &Selection::ALL, None)?;
            (self.selecting_open(&bounds), Vec::new())
        };
        let sql = format!("SELECT TOP (0) 1 {condition}");
        let read = self.driver.query(&sql, &parameters, &mut |_| {});
        read.map_err(|error| self.failed("looking at `source.where`", error))
    }

    /// With the contract's name, where the log is read, in this parameter.
    fn selecting(&self, selection: &Selection, contract: &str) -> String {
        // As it is written, whatever the collation takes for the same.
        let same_version = self.document.version.as_ref().map_or_else(String::new, |version| {
            let [ours, theirs] = [&format!("log.{SOURCE_VERSION}"), version]
                .map(|text| format!("{text} COLLATE Latin1_General_BIN2"));
            format!(" AND ({ours} = {theirs} OR log.{SOURCE_VERSION} IS NULL AND {version} IS NULL)")
        });
        let hint = self.log_hint;
        let log = self.log.as_deref().map(|name| SeenLog { name, hint, same_version: &same_version });
        selecting(&SQL_SERVER, &self.spec, selection, log.as_ref(), ["@P1", "@P2", contract])
    }

    /// Sees that no key of these stands twice: the log may have it, and leave out both rows.
    fn check_repeated(&mut self, selection: &Selection, range: [i64; 2]) -> Result<(), PortError> {
        let (table, key) = (SQL_SERVER.quote(&self.spec.table), SQL_SERVER.quote(&self.spec.key));
        let sql = format!(
            "SELECT TOP (1) CAST({table}.{key} AS bigint) {} GROUP BY {table}.{key} HAVING COUNT_BIG(*) > 1 ORDER BY {table}.{key}",
            selecting(&SQL_SERVER, &self.spec, selection, None, ["@P1", "@P2", ""])
        );
        let mut repeated = None;
        let read = self.driver.query(&sql, &range.map(Value::Int), &mut |row| {
            if let Some(OwnedValue::Inline(Value::Int(key))) = row.first() {
                repeated = Some(*key);
            }
        });
        read.map_err(|error| self.failed("looking for repeated keys", error))?;
        repeated.map_or(Ok(()), |key| Err(not_unique(&self.spec, &DocumentKey::Int(key))))
    }

    fn selecting_open(&self, bounds: &OpenBounds) -> String {
        bounds.selecting(&SQL_SERVER, &self.spec, &|number| self.key.parameter(number))
    }

    /// The next keys that are no integers, as the column sorts them.
    fn open_keys(
        &mut self,
        selection: &Selection,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<DocumentKey>, PortError> {
        let bounds = OpenBounds::of(&self.spec, self.key.key_type, selection, after)?;
        let (spec, has_unique_keys) = (self.spec.clone(), self.has_unique_keys);
        open_page(&spec, bounds, limit, has_unique_keys, &mut |bounds, wanted| {
            self.read_open_keys(bounds, wanted)
        })
    }

    fn read_open_keys(
        &mut self,
        bounds: &OpenBounds,
        wanted: OpenKeys,
    ) -> Result<Vec<DocumentKey>, PortError> {
        let key = self.key;
        let values: Vec<_> = bounds.parameters().into_iter().map(|bound| key.value(bound)).collect();
        let mut parameters: Vec<_> = values.iter().map(OwnedValue::as_value).collect();
        let column = format!("{}.{}", SQL_SERVER.quote(&self.spec.table), SQL_SERVER.quote(&self.spec.key));
        let (read, from) = (key.read(&column), self.selecting_open(bounds));
        let sql = match wanted {
            OpenKeys::First(count) => {
                parameters.push(Value::Int(count));
                let top = parameters.len();
                format!("SELECT TOP (CAST(@P{top} AS bigint)) {read} {from} ORDER BY {column}")
            }
            OpenKeys::Twice => format!(
                "SELECT TOP (1) {read} {from} GROUP BY {column} HAVING COUNT_BIG(*) > 1 ORDER BY {column}"
            ),
        };
        let mut keys = Vec::new();
        let read = self
            .driver
            .query(&sql, &parameters, &mut |row| keys.extend(row.first().map(|cell| key.key(cell))));
        read.map_err(|error| self.failed(wanted.during(), error))?;
        keys.into_iter().collect::<Result<_, _>>().map_err(|error| no_key(&self.spec, error))
    }

    fn failed(&self, during: &str, error: DriverError) -> PortError {
        match error {
            DriverError::Server { number, message }
                if self.spec.where_sql.is_some() && is_misunderstood(number, &message) =>
            {
                wrong_condition("the server", &self.spec, &message, &format!("error {number}"))
            }
            error => source_error(during, &self.spec, error),
        }
    }
}

impl Source for SqlServerSource {
    fn keys(
        &mut self,
        selection: &Selection,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<DocumentKey>, PortError> {
        if self.key.key_type != KeyType::Integer {
            return self.open_keys(selection, after, limit);
        }
        let Some([start, end]) = bounds(&self.spec, selection, after)? else { return Ok(Vec::new()) };
        let (table, key) = (SQL_SERVER.quote(&self.spec.table), SQL_SERVER.quote(&self.spec.key));
        let sql = format!(
            "SELECT TOP (CAST(@P3 AS bigint)) CAST({table}.{key} AS bigint) {} ORDER BY {table}.{key}",
            self.selecting(selection, "@P4")
        );
        let rows_wanted = rows_wanted(limit, self.has_unique_keys);
        let mut keys: Vec<i64> = Vec::new();
        let contract_name = self.contract_name.clone();
        let mut parameters = [start, end, rows_wanted].map(Value::Int).to_vec();
        parameters.extend(self.log.is_some().then_some(Value::Text(&contract_name)));
        let read = self.driver.query(&sql, &parameters, &mut |row| {
            if let Some(OwnedValue::Inline(Value::Int(key))) = row.first() {
                keys.push(*key);
            }
        });
        read.map_err(|error| self.failed("reading keys of documents", error))?;
        if let Some(twice) = keys.windows(2).find(|keys| keys[0] == keys[1]) {
            return Err(not_unique(&self.spec, &DocumentKey::Int(twice[0])));
        }
        if self.log.is_some() && !self.has_unique_keys {
            self.check_repeated(selection, [start, end_of_page(&keys, limit, end)])?;
        }
        keys.truncate(limit);
        Ok(keys.into_iter().map(DocumentKey::Int).collect())
    }

    fn key_type(&self) -> KeyType {
        self.key.key_type
    }

    fn promises_unique_keys(&self) -> bool {
        self.has_unique_keys
    }

    fn versions(&mut self, keys: &[DocumentKey]) -> Result<Option<Vec<Option<String>>>, PortError> {
        if self.spec.version.is_none() { Ok(None) } else { fetching::versions(self, keys) }
    }

    fn sees_journal(&self) -> bool {
        self.sees_journal
    }

    fn fetch(
        &mut self,
        keys: &[DocumentKey],
        max_bytes: u64,
        take: &mut dyn FnMut(DocumentKey, FetchedRow) -> ControlFlow<()>,
    ) -> Result<(), PortError> {
        fetching::fetch(self, keys, max_bytes, take)
    }

    fn count(&mut self, selection: &Selection) -> Result<Option<u64>, PortError> {
        let contract_name = self.contract_name.clone();
        let (from, values) = if self.key.key_type == KeyType::Integer {
            let Some(range) = bounds(&self.spec, selection, None)? else { return Ok(Some(0)) };
            let mut values = range.map(Value::Int).map(OwnedValue::Inline).to_vec();
            values.extend(self.log.is_some().then_some(OwnedValue::Text(contract_name)));
            (self.selecting(selection, "@P3"), values)
        } else {
            if selection.share.count() > 1 {
                return Ok(None);
            }
            let bounds = OpenBounds::of(&self.spec, self.key.key_type, selection, None)?;
            let values = bounds.parameters().into_iter().map(|bound| self.key.value(bound)).collect();
            (self.selecting_open(&bounds), values)
        };
        let parameters: Vec<_> = values.iter().map(OwnedValue::as_value).collect();
        let mut count = None;
        let counted = self.driver.query(&format!("SELECT count_big(*) {from}"), &parameters, &mut |row| {
            if let Some(OwnedValue::Inline(Value::Int(found))) = row.first() {
                count = Some(found.unsigned_abs());
            }
        });
        counted.map_err(|error| self.failed("counting documents", error))?;
        Ok(count)
    }
}

impl SqlServerSource {
    /// Reads expressions of the rows with these keys, in no particular order.
    fn read(
        &mut self,
        keys: &[&DocumentKey],
        expressions: &str,
        each: &mut dyn FnMut(DocumentKey, OwnedValue, Vec<OwnedValue>),
    ) -> Result<(), PortError> {
        let (table, key) = (source_table(&self.spec), SQL_SERVER.quote(&self.spec.key));
        let key_sql = self.key;
        let mut wrong = None;
        for part in key_list::parts(key_sql, keys) {
            let sql = format!(
                "SELECT {}, {expressions} FROM {table} WHERE {key} IN ({})",
                key_sql.read(&key),
                part.placeholders()
            );
            self.driver
                .query(&sql, &part.parameters(), &mut |row| {
                    let mut cells = row.into_iter();
                    match (cells.next().map(|cell| key_sql.key(&cell)), cells.next()) {
                        (Some(Ok(key)), Some(first)) => each(key, first, cells.collect()),
                        (Some(Err(error)), _) => wrong = Some(error),
                        _ => {}
                    }
                })
                .map_err(|error| source_error("reading documents", &self.spec, error))?;
        }
        wrong.map_or(Ok(()), |error| Err(no_key(&self.spec, error)))
    }
}

impl Documents for SqlServerSource {
    fn versions(&mut self, keys: &[&DocumentKey]) -> Result<HashMap<DocumentKey, Option<String>>, PortError> {
        let mut versions = HashMap::new();
        if let Some(version) = self.document.version.clone() {
            self.read(keys, &version, &mut |key, cell, _| {
                versions.insert(key, if let OwnedValue::Text(text) = cell { Some(text) } else { None });
            })?;
        }
        Ok(versions)
    }

    fn lengths(&mut self, keys: &[&DocumentKey]) -> Result<HashMap<DocumentKey, Option<i64>>, PortError> {
        let DocumentColumn { expression: _, measured, bytes_per_unit, beside, version: _ } =
            self.document.clone();
        let mut lengths = HashMap::new();
        let measured = std::iter::once(&measured)
            .chain(&beside)
            .map(|column| format!("CAST(DATALENGTH({column}) AS bigint)"));
        self.read(keys, &measured.collect::<Vec<_>>().join(", "), &mut |key, cell, beside| {
            let number = |cell: &OwnedValue| match cell {
                OwnedValue::Inline(Value::Int(length)) => Some(*length),
                _ => None,
            };
            // These are UTF-16.
            let more: i64 = beside.iter().filter_map(number).map(|length| length / 2).sum();
            lengths.insert(key, number(&cell).map(|length| length / bytes_per_unit + more));
        })?;
        Ok(lengths)
    }

    fn documents(&mut self, keys: &[&DocumentKey]) -> Result<HashMap<DocumentKey, FetchedRow>, PortError> {
        let DocumentColumn { expression, beside, .. } = self.document.clone();
        let mut documents = HashMap::new();
        let mut marked = Vec::new();
        let expressions = std::iter::once(&expression).chain(&beside).map(String::as_str);
        self.read(keys, &expressions.collect::<Vec<_>>().join(", "), &mut |key, cell, beside| {
            let document = match cell {
                OwnedValue::Text(text) => {
                    if text.contains(char::REPLACEMENT_CHARACTER) {
                        marked.push(key.clone());
                    }
                    Fetched::Text(text)
                }
                OwnedValue::Binary(bytes) => Fetched::Bytes(bytes),
                OwnedValue::Inline(_) => Fetched::Null,
            };
            let text = |cell| if let OwnedValue::Text(text) = cell { Some(text) } else { None };
            let columns = beside.into_iter().map(text).collect();
            documents.insert(key, FetchedRow { document, columns, version: None });
        })?;
        if !marked.is_empty() {
            let bytes = format!("CAST(CONVERT(nvarchar(max), {expression}) AS varbinary(max))");
            let marked: Vec<_> = marked.iter().collect();
            self.read(&marked, &bytes, &mut |key, cell, _| {
                if let Some(row) = documents.get_mut(&key)
                    && let (Fetched::Text(text), OwnedValue::Binary(bytes)) = (&row.document, cell)
                    && let Some(as_stored) = as_stored(text, &bytes)
                {
                    row.document = as_stored;
                }
            })?;
        }
        Ok(documents)
    }
}

/// The bytes of a text that has replacement characters, when these stand for what is no UTF-16: the server takes any sequence of its
/// 16-bit units for text. Shredding will refuse them.
fn as_stored(text: &str, bytes: &[u8]) -> Option<Fetched> {
    let units = || bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let is_same = bytes.len().is_multiple_of(2) && units().eq(text.encode_utf16());
    // A server that keeps text in UTF-8 has no halves of characters.
    let is_what_was_read = is_same || bytes == text.as_bytes();
    (!is_what_was_read).then(|| Fetched::Bytes([&UTF_16LE_MARK, bytes].concat()))
}

/// The byte order mark that says which way round the units are.
const UTF_16LE_MARK: [u8; 2] = [0xff, 0xfe];

fn source_table(spec: &SourceSpec) -> String {
    SQL_SERVER.table(spec.schema.as_deref(), &spec.table)
}

/// That table and columns of the contract are there and fit; how keys and documents are read.
fn check_table(driver: &mut dyn Driver, spec: &SourceSpec) -> Result<(KeySql, DocumentColumn), PortError> {
    let SourceSpec { schema, table, key, xml, version, columns: others, .. } = spec;
    rights::check_right_to_read(driver, spec, &source_table(spec))?;
    let Some(columns) = catalog::columns(driver, &source_table(spec))? else {
        return Err(no_table(spec, &catalog::table_names(driver, schema.as_deref())?));
    };
    let key = KeySql::of_source(spec, column(&columns, spec, key)?)?;
    let version = version.as_ref().map(|name| {
        let column = as_text(table, column(&columns, spec, name)?);
        Ok(format!("LEFT({column}, {MAX_SOURCE_VERSION})"))
    });
    let version = version.transpose()?;
    let beside = others.iter().map(|name| Ok(as_text(table, column(&columns, spec, name)?)));
    let beside = beside.collect::<Result<_, _>>()?;
    let quoted = SQL_SERVER.quote(xml);
    let column = column(&columns, spec, xml)?;
    let as_text = format!("CONVERT(nvarchar(max), {quoted})");
    let (expression, measured, bytes_per_unit) = match column.type_name.as_str() {
        // UTF-16: two bytes become one at least.
        "nvarchar" | "nchar" => (quoted.clone(), quoted, 2),
        "ntext" => (as_text, quoted, 2),
        // In its own form the server counts something else.
        "xml" => (as_text.clone(), as_text, 2),
        // The server knows its code pages better than any driver, and refuses no byte.
        "varchar" | "char" | "text" => (as_text, quoted, 1),
        "varbinary" | "binary" => (quoted.clone(), quoted, 1),
        "image" => (format!("CONVERT(varbinary(max), {quoted})"), quoted, 1),
        other => {
            let message = format!("the column {table}.{xml} is of type {other}, which holds no documents");
            return Err(PortError::new(Fault::WrongTable { table: table.clone() }, message)
                .with_hint("`source.xml` must name a text, xml or binary column"));
        }
    };
    Ok((key, DocumentColumn { expression, measured, bytes_per_unit, beside, version }))
}

/// A column beside documents as text that types of contracts read: dates and times in ISO 8601, numbers in full, bytes in hexadecimal.
fn as_text(table: &str, column: &Column) -> String {
    let name = format!("{}.{}", SQL_SERVER.quote(table), SQL_SERVER.quote(&column.name));
    match column.type_name.as_str() {
        "date" | "time" | "datetime" | "smalldatetime" | "datetime2" | "datetimeoffset" => {
            format!("CONVERT(nvarchar(max), {name}, 126)")
        }
        "float" | "real" => format!("CONVERT(nvarchar(max), {name}, 3)"),
        "money" | "smallmoney" => format!("CONVERT(nvarchar(max), {name}, 2)"),
        // `timestamp` is what the catalog calls a `rowversion`.
        "binary" | "varbinary" | "image" | "timestamp" | "rowversion" => {
            format!("CONVERT(nvarchar(max), CONVERT(varbinary(max), {name}), 1)")
        }
        _ => format!("CONVERT(nvarchar(max), {name})"),
    }
}

fn column<'c>(columns: &'c [Column], spec: &SourceSpec, name: &str) -> Result<&'c Column, PortError> {
    columns.iter().find(|column| is_same_name(&column.name, name)).ok_or_else(|| {
        let names: Vec<_> = columns.iter().map(|column| column.name.clone()).collect();
        no_column(spec, name, &names)
    })
}
