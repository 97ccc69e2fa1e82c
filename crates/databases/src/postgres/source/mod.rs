//! Documents in a table of PostgreSQL.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use postgres::types::{ToSql, Type};
use postgres::{Client, Row, Statement};
use xmlshred_engine::ports::{Fault, Fetched, FetchedRow, PortError, Selection, Source};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, KeyType, TargetSchema};

use crate::address::OpenOptions;
use crate::catalog::source_names::{no_column, no_table, wrong_condition};
use crate::sql::dialect::POSTGRES;
use crate::sql::paging::{
    OpenBounds, SeenLog, bounds, end_of_page, no_key, not_unique, rows_wanted, selecting,
};
use crate::transfer::fetching::{self, Documents};
use xmlshred_model::log_table::{LOG, MAX_SOURCE_VERSION, SOURCE_VERSION};

use crate::postgres::address::PostgresAddress;
use crate::postgres::catalog::{self, Column, qualified};
use crate::postgres::connect::{Purpose, connect};
use crate::postgres::fault::source_error;
use crate::postgres::key::KeySql;
use crate::postgres::rights;

mod open_keys;

/// Counting documents is for the progress bar; it may cost this much time.
const COUNT_TIMEOUT: &str = "SET LOCAL statement_timeout = '5s'";

/// First and last integer, the contract's name, and how many keys.
const PAGING_TYPES: [Type; 4] = [Type::INT8, Type::INT8, Type::TEXT, Type::INT8];

/// A reading connection to the source table.
pub(crate) struct PostgresSource {
    client: Client,
    spec: SourceSpec,
    /// The log, when the source sees it and it is there; without it nothing is processed yet.
    log: Option<String>,
    contract_name: String,
    sees_journal: bool,
    has_unique_keys: bool,
    is_binary: bool,
    key: KeySql,
    /// The last query for keys, with its SQL.
    keys: Option<(String, Statement)>,
    fetch: Option<[Statement; 2]>,
    versions: Option<Statement>,
}

impl PostgresSource {
    /// Connects. `log` is given when the log is in the same database.
    pub(crate) fn open(
        address: &PostgresAddress,
        spec: &SourceSpec,
        log: Option<&Arc<TargetSchema>>,
        options: &OpenOptions,
    ) -> Result<Self, PortError> {
        let mut client = connect(address, &options.application_name, Purpose::Read)?;
        let (key, is_binary) = check_table(&mut client, spec)?;
        // Of keys that are no integers the reader asks the log itself.
        let log = log.filter(|_| key.key_type == KeyType::Integer);
        let sees_journal = log.is_some();
        let contract_name = log.map_or_else(String::new, |schema| schema.contract_name.clone());
        if let Some(schema) = log {
            rights::check_schema(&mut client, schema)?;
        }
        let log = match log {
            Some(schema) if catalog::has_log(&mut client, schema)? => {
                rights::check_right_to_read_log(&mut client, schema)?;
                Some(qualified(schema, LOG))
            }
            _ => None,
        };
        let has_unique_keys = catalog::is_unique(&mut client, &source_table(spec), &spec.key)?;
        let mut source = Self {
            client,
            spec: spec.clone(),
            log,
            contract_name,
            sees_journal,
            has_unique_keys,
            is_binary,
            key,
            keys: None,
            fetch: None,
            versions: None,
        };
        source.check_condition()?;
        Ok(source)
    }

    /// That the contract's own condition is SQL, before anybody relies on it.
    fn check_condition(&mut self) -> Result<(), PortError> {
        if self.spec.where_sql.is_none() {
            return Ok(());
        }
        let prepared = if self.key.key_type == KeyType::Integer {
            let sql = self.paging(&Selection::ALL);
            self.client.prepare_typed(&sql, &PAGING_TYPES)
        } else {
            let bounds = OpenBounds::of(&self.spec, self.key.key_type, &Selection::ALL, None)?;
            let sql = format!("SELECT 1 {}", self.selecting_open(&bounds));
            self.client.prepare_typed(&sql, &[])
        };
        prepared.map(drop).map_err(|error| selection_error("looking at `source.where`", &self.spec, error))
    }

    fn selecting(&self, selection: &Selection) -> String {
        let same_version = self.version().map_or_else(String::new, |version| {
            format!(" AND log.{SOURCE_VERSION} IS NOT DISTINCT FROM {version}")
        });
        let log = self.log.as_deref().map(|name| SeenLog { name, hint: "", same_version: &same_version });
        selecting(&POSTGRES, &self.spec, selection, log.as_ref(), ["$1", "$2", "$3"])
    }

    /// The page's SQL, with `$4` rows at most.
    fn paging(&self, selection: &Selection) -> String {
        let table = POSTGRES.quote(&self.spec.table);
        let key = POSTGRES.quote(&self.spec.key);
        format!("SELECT {table}.{key}::bigint {} ORDER BY {table}.{key} LIMIT $4", self.selecting(selection))
    }

    /// Sees that no key of these stands twice: the log may have it, and leave out both rows.
    fn check_repeated(&mut self, selection: &Selection, [start, end]: [i64; 2]) -> Result<(), PortError> {
        let (table, key) = (POSTGRES.quote(&self.spec.table), POSTGRES.quote(&self.spec.key));
        let sql = format!(
            "SELECT {table}.{key}::bigint {} GROUP BY {table}.{key} HAVING count(*) > 1 ORDER BY {table}.{key} LIMIT 1",
            selecting(&POSTGRES, &self.spec, selection, None, ["$1", "$2", "$3"])
        );
        let Self { client, spec, .. } = self;
        let repeated = client
            .prepare_typed(&sql, &PAGING_TYPES[..2])
            .and_then(|statement| client.query_opt(&statement, &[&start, &end]))
            .map_err(|error| selection_error("looking for repeated keys", spec, error))?;
        repeated.map_or(Ok(()), |row| Err(not_unique(spec, &DocumentKey::Int(row.get(0)))))
    }

    /// The version of a row as the log keeps it, where documents have versions.
    fn version(&self) -> Option<String> {
        let SourceSpec { table, version, .. } = &self.spec;
        let column = as_text(&format!("{}.{}", POSTGRES.quote(table), POSTGRES.quote(version.as_ref()?)));
        Some(format!("left({column}, {MAX_SOURCE_VERSION})"))
    }

    fn statements(&mut self) -> Result<[Statement; 2], PortError> {
        let failed = |error| source_error("preparing to read documents", &self.spec, error);
        let statements = match self.fetch.take() {
            Some(statements) => statements,
            None => {
                let SourceSpec { key, xml, .. } = &self.spec;
                let (table, key, xml) = (source_table(&self.spec), POSTGRES.quote(key), POSTGRES.quote(xml));
                let document = if self.is_binary { xml } else { format!("{xml}::text") };
                let beside = |name: &String| as_text(&POSTGRES.quote(name));
                let beside = self.spec.columns.iter().map(beside).collect::<Vec<_>>();
                let (read, many) = (self.key.read(&key), self.key.many(1));
                let select = |columns: &str| {
                    format!("SELECT {read}, {columns} FROM {table} WHERE {key} = ANY ({many})")
                };
                let more = beside.iter().map(|column| format!(" + coalesce(octet_length({column}), 0)"));
                let more = more.collect::<String>();
                let lengths = select(&format!("octet_length({document})::bigint{more}"));
                let documents = select(&[vec![document], beside].concat().join(", "));
                let types = [self.key.many_type()];
                [
                    self.client.prepare_typed(&lengths, &types).map_err(failed)?,
                    self.client.prepare_typed(&documents, &types).map_err(failed)?,
                ]
            }
        };
        Ok(self.fetch.insert(statements).clone())
    }
}

impl Source for PostgresSource {
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
        let sql = self.paging(selection);
        let spec = self.spec.clone();
        let failed = |error| selection_error("reading keys of documents", &spec, error);
        let statement = match self.keys.take() {
            Some((known, statement)) if known == sql => statement,
            _ => self.client.prepare_typed(&sql, &PAGING_TYPES).map_err(failed)?,
        };
        let rows_wanted = rows_wanted(limit, self.has_unique_keys);
        let rows = self
            .client
            .query(&statement, &[&start, &end, &self.contract_name, &rows_wanted])
            .map_err(failed)?;
        self.keys = Some((sql, statement));
        let mut keys: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
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
        if self.key.key_type != KeyType::Integer {
            return self.count_open(selection);
        }
        let Some([start, end]) = bounds(&self.spec, selection, None)? else { return Ok(Some(0)) };
        let sql = format!("SELECT count(*) {}", self.selecting(selection));
        let parameters: [&(dyn ToSql + Sync); 3] = [&start, &end, &self.contract_name];
        count_within_time(&mut self.client, &self.spec, &sql, &PAGING_TYPES[..3], &parameters)
    }
}

/// The one number of a query; none where it takes long.
fn count_within_time(
    client: &mut Client,
    spec: &SourceSpec,
    sql: &str,
    types: &[Type],
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<Option<u64>, PortError> {
    let failed = |error| selection_error("counting documents", spec, error);
    let mut transaction = client.transaction().map_err(failed)?;
    transaction.batch_execute(COUNT_TIMEOUT).map_err(failed)?;
    // The whole is counted best by reading it once.
    for setting in ["enable_seqscan", "enable_hashjoin"] {
        transaction.batch_execute(&format!("SET LOCAL {setting} = on")).map_err(failed)?;
    }
    let counted = transaction
        .prepare_typed(sql, types)
        .and_then(|statement| transaction.query_one(&statement, parameters));
    match counted.map_err(failed) {
        Ok(row) => Ok(Some(row.get::<_, i64>(0).unsigned_abs())),
        Err(PortError { fault: Fault::Timeout, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

impl PostgresSource {
    /// What one of the two statements answers for these keys, by key.
    fn read<T>(
        &mut self,
        keys: &[&DocumentKey],
        which: usize,
        cell: impl Fn(&Row) -> T,
    ) -> Result<HashMap<DocumentKey, T>, PortError> {
        let statement = &self.statements()?[which];
        let list = self.key.list(keys.iter().copied());
        let rows = self
            .client
            .query(statement, &[list.as_sql()])
            .map_err(|error| source_error("reading documents", &self.spec, error))?;
        let keyed = |row: &Row| {
            let key = self.key.key(row, 0).map_err(|error| no_key(&self.spec, error))?;
            Ok((key, cell(row)))
        };
        rows.iter().map(keyed).collect()
    }
}

impl Documents for PostgresSource {
    fn versions(&mut self, keys: &[&DocumentKey]) -> Result<HashMap<DocumentKey, Option<String>>, PortError> {
        let Some(version) = self.version() else { return Ok(HashMap::new()) };
        let key = POSTGRES.quote(&self.spec.key);
        let table = source_table(&self.spec);
        let (read, many) = (self.key.read(&key), self.key.many(1));
        let sql = format!("SELECT {read}, {version} FROM {table} WHERE {key} = ANY ({many})");
        let Self { client, spec, versions, key, .. } = self;
        let failed = |error| source_error("reading versions of documents", spec, error);
        let statement = match versions.take() {
            Some(statement) => statement,
            None => client.prepare_typed(&sql, &[key.many_type()]).map_err(failed)?,
        };
        let rows = client.query(&statement, &[key.list(keys.iter().copied()).as_sql()]).map_err(failed)?;
        *versions = Some(statement);
        let keyed = |row: &Row| Ok((key.key(row, 0).map_err(|error| no_key(spec, error))?, row.get(1)));
        rows.iter().map(keyed).collect()
    }

    fn lengths(&mut self, keys: &[&DocumentKey]) -> Result<HashMap<DocumentKey, Option<i64>>, PortError> {
        self.read(keys, 0, |row| row.get(1))
    }

    fn documents(&mut self, keys: &[&DocumentKey]) -> Result<HashMap<DocumentKey, FetchedRow>, PortError> {
        let is_binary = self.is_binary;
        self.read(keys, 1, |row| FetchedRow {
            document: document(row, is_binary),
            columns: (2..row.len()).map(|at| row.get(at)).collect(),
            version: None,
        })
    }
}

/// A column beside a document as text: dates and times in ISO 8601, numbers in full, bytes in hexadecimal.
fn as_text(column: &str) -> String {
    format!("(to_json({column}) #>> '{{}}')")
}

fn document(row: &Row, is_binary: bool) -> Fetched {
    match is_binary {
        true => row.get::<_, Option<Vec<u8>>>(1).map_or(Fetched::Null, Fetched::Bytes),
        false => row.get::<_, Option<String>>(1).map_or(Fetched::Null, Fetched::Text),
    }
}

fn source_table(spec: &SourceSpec) -> String {
    POSTGRES.table(spec.schema.as_deref(), &spec.table)
}

/// The error of a query that contains the contract's own condition, which is the one part that can be wrong SQL.
fn selection_error(during: &str, spec: &SourceSpec, error: postgres::Error) -> PortError {
    match (spec.where_sql.as_deref(), error.as_db_error()) {
        (Some(_), Some(refusal)) if is_about_sql(refusal.code().code()) => {
            let code = format!("SQLSTATE {}", refusal.code().code());
            wrong_condition("PostgreSQL", spec, refusal.message(), &code)
        }
        _ => source_error(during, spec, error),
    }
}

/// Whether a code says that a statement is none: syntax and names, or a constant in it that is of no such type; a right on another table
/// is another matter.
fn is_about_sql(code: &str) -> bool {
    code.starts_with("42") && code != "42501" || code == "0A000"
}

/// That table and columns of the contract are there and fit; how keys are read, and whether documents are bytes.
fn check_table(client: &mut Client, spec: &SourceSpec) -> Result<(KeySql, bool), PortError> {
    let SourceSpec {
        schema,
        table: _,
        key,
        key_type: _,
        xml,
        min_bytes: _,
        where_sql: _,
        version,
        columns: others,
    } = spec;
    rights::check_right_to_read(client, spec)?;
    let Some(Some(columns)) = catalog::columns(client, &[source_table(spec)])?.pop() else {
        return Err(no_table(spec, &catalog::table_names(client, schema.as_deref())?));
    };
    let key = KeySql::of_source(spec, column(&columns, spec, key)?)?;
    for name in version.iter().chain(others) {
        column(&columns, spec, name)?;
    }
    Ok((key, column(&columns, spec, xml)?.base_type == Type::BYTEA.oid()))
}

fn column<'c>(columns: &'c [Column], spec: &SourceSpec, name: &str) -> Result<&'c Column, PortError> {
    columns.iter().find(|column| column.name == name).ok_or_else(|| {
        let names: Vec<_> = columns.iter().map(|column| column.name.clone()).collect();
        no_column(spec, name, &names)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use postgres::NoTls;
    use xmlshred_engine::ports::FailedDocuments;
    use xmlshred_model::{KeyRange, OnExisting, Share};
    use xmlshred_test_servers::{PostgresServer, skip};

    /// A million documents, of which the log has 99 %: those before a point, or evenly spread.
    const FILL: &str = "CREATE UNLOGGED TABLE app_xml (app_id bigint PRIMARY KEY, xml text);
        INSERT INTO app_xml SELECT key, '<a/>' FROM generate_series(1, 1000000) AS key;
        CREATE UNLOGGED TABLE processing_log (log_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            app_id bigint NOT NULL, contract_name varchar(128) NOT NULL, status text NOT NULL, source_version text, UNIQUE (contract_name, app_id));
        INSERT INTO processing_log (app_id, contract_name, status) SELECT key, 'contract', 'success' FROM generate_series(1, 1000000) AS key
            WHERE key % 100 <> 7;
        VACUUM ANALYZE";

    fn source(server: &PostgresServer) -> PostgresSource {
        let spec = SourceSpec {
            schema: None,
            table: "app_xml".to_owned(),
            key: "app_id".to_owned(),
            key_type: None,
            xml: "xml".to_owned(),
            min_bytes: 0,
            where_sql: None,
            version: None,
            columns: Vec::new(),
        };
        let schema = Arc::new(TargetSchema {
            namespace: None,
            on_existing: OnExisting::Fail,
            tables: Vec::new(),
            key_column: "app_id".to_owned(),
            key_type: KeyType::Integer,
            ranking_columns: Vec::new(),
            owners: Vec::new(),
            has_versions: false,
            contract_name: "contract".to_owned(),
        });
        let address = PostgresAddress::parse(&server.url("postgres"), &|_| None).unwrap();
        PostgresSource::open(&address, &spec, Some(&schema), &OpenOptions::default()).unwrap()
    }

    #[test]
    fn paging_is_a_range_scan_of_both_indexes_however_much_is_done() {
        let server = match PostgresServer::start(&[]) {
            Ok(server) => server,
            Err(unavailable) => return skip("the plan of paging on PostgreSQL", &unavailable),
        };
        let mut setup = Client::connect(&server.url("postgres"), NoTls).unwrap();
        // VACUUM must stand alone.
        for statement in FILL.split(';') {
            setup.batch_execute(statement).unwrap();
        }
        let mut source = source(&server);
        for (failed, share) in [
            (FailedDocuments::Leave, Share::WHOLE),
            (FailedDocuments::Leave, Share::new(1, 3).unwrap()),
            (FailedDocuments::Retry, Share::WHOLE),
        ] {
            let selection = Selection { range: KeyRange::default(), share, failed };
            for start in [i64::MIN, 500_000, 999_000] {
                let sql = format!("EXPLAIN {}", source.paging(&selection));
                let statement = source.client.prepare_typed(&sql, &PAGING_TYPES).unwrap();
                let rows =
                    source.client.query(&statement, &[&start, &i64::MAX, &"contract", &501_i64]).unwrap();
                let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
                let plan = plan.join("\n");
                for whole in ["Seq Scan", "Sort", "Hash", "Bitmap"] {
                    assert!(!plan.contains(whole), "{failed:?} from {start}: {plan}");
                }
                let bounds = plan.lines().filter(|line| line.contains("Index Cond:"));
                for bound in bounds {
                    assert!(bound.contains("app_id"), "{plan}");
                }
                assert_eq!(plan.matches("Index Cond:").count(), 2, "both indexes are bounded: {plan}");
            }
        }
        // What is left is found page by page.
        let selection =
            Selection { range: KeyRange::default(), share: Share::WHOLE, failed: FailedDocuments::Leave };
        let page = source.keys(&selection, Some(&DocumentKey::Int(500_000)), 3).unwrap();
        assert_eq!(page, [500_007, 500_107, 500_207].map(DocumentKey::Int));
        assert_eq!(source.count(&selection).unwrap(), Some(10_000));
    }
}
