//! Any source with any target: the same contract and documents give the same rows, cell by cell.

use std::sync::Arc;

use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open};
use xmlshred_engine::ports::RunIdentity;
use xmlshred_engine::testing::Fixture;
use xmlshred_engine::testing::cells::sorted;
use xmlshred_engine::testing::listening::Deaf;
use xmlshred_engine::{RunSettings, StopSignal, run};
use xmlshred_mapping::contract::{self, SourceSpec};
use xmlshred_mapping::{Content, Plan};
use xmlshred_model::{DocumentKey, OwnedValue, Share, TargetSchema};

use crate::postgres::{PostgresBench, rows};
use crate::sqlite::SqliteFixture;
use crate::sqlserver::SqlServerBench;

/// Every type, two tables, values that fail and values that are replaced.
const CONTRACT: &str = r#"xmlshred: 1
name: pairs
source: { table: app_xml, key: app_id, xml: xml }
document: { root: /d, key: "@id" }
tables:
  parent:
    columns:
      id:      { path: "@id", type: bigint, key: true }
      flag:    { path: "@flag", type: bool }
      small:   { path: "@small", type: smallint, on_invalid: null }
      whole:   { path: "@whole", type: int }
      amount:  { path: amount, type: "decimal(12,2)" }
      precise: { path: amount, type: "decimal(38,10)" }
      ratio:   { path: ratio, type: double }
      code:    { path: "@code", type: char(4) }
      name:    { path: name, type: varchar(20), on_too_long: truncate }
      note:    { path: note, type: text }
      born:    { path: born, type: date }
      at:      { path: at, type: time }
      seen:    { path: seen, type: timestamp }
      instant: { path: now, type: timestamptz }
      uid:     { path: uid, type: uuid }
      bytes:   { path: bytes, type: binary, format: hex }
      inner:   { path: part, type: xml }
      data:    { path: data, type: json }
  part:
    each: part
    columns:
      id:     { parent: parent.id, key: true }
      number: { generate: row_number, type: int, key: true }
      text:   { path: ".", type: varchar(40) }
"#;

/// Some have parts, some lack what may be missing, every eleventh is broken.
fn document(key: i64) -> String {
    let parts: String =
        (0..key % 4).map(|n| format!("<part>p{n} \u{e9}\u{1f600} &lt;{key}&gt;</part>")).collect();
    let small = if key % 5 == 0 { "many".to_owned() } else { (key - 20).to_string() };
    let end = if key % 11 == 3 { "" } else { "</d>" };
    format!(
        "<d id=\"{key}\" flag=\"{}\" small=\"{small}\" whole=\"-{key}\" code=\"c{}\"><amount>-{key}.5</amount>\
         <ratio>{key}e-3</ratio><name>N\u{e4}me {} of {key}</name><note>'; DROP TABLE x; -- \u{10ffff}\n\t{key}</note>\
         <born>19{:02}-02-28</born><at>23:59:59.{:06}</at><seen>2024-02-29T12:00:{:02}.123456</seen><now>2024-02-29T23:30:00.5+02:00</now>\
         <uid>00000000-0000-4000-8000-{key:012}</uid><bytes>\\x00ff{:02x}</bytes><data>{{\"k\": [{key}, null]}}</data>{parts}{end}",
        key % 2 == 0,
        key % 10,
        "x".repeat(usize::try_from(key).unwrap()),
        key % 100,
        key,
        key % 60,
        key,
    )
}

/// A database with documents, and its address.
struct Place {
    name: &'static str,
    url: DatabaseUrl,
    fixture: Box<dyn Fixture>,
}

/// A new database of each kind that is here.
fn places(
    schema: &Arc<TargetSchema>,
    postgres: Option<&PostgresBench>,
    sql_server: Option<&SqlServerBench>,
) -> Vec<Place> {
    let sqlite = SqliteFixture { folder: tempfile::tempdir().unwrap(), schema: Arc::clone(schema) };
    sqlite.connection().execute("CREATE TABLE app_xml (app_id INTEGER PRIMARY KEY, xml TEXT)", []).unwrap();
    let url = DatabaseUrl::Sqlite(sqlite.file());
    let mut places = vec![Place { name: "SQLite", url, fixture: Box::new(sqlite) }];
    if let Some(bench) = postgres {
        let fixture = bench.database(schema, "text");
        places.push(Place { name: "PostgreSQL", url: fixture.url(), fixture: Box::new(fixture) });
    }
    if let Some(bench) = sql_server {
        let fixture = bench.database(schema, "nvarchar(max)");
        places.push(Place { name: "SQL Server", url: fixture.url(), fixture: Box::new(fixture) });
    }
    places
}

/// Rows of both tables, and key and reason of each document in the log.
type Target = (Vec<Vec<Vec<OwnedValue>>>, Vec<(DocumentKey, String, Option<String>)>);

fn target(place: &Place, schema: &TargetSchema) -> Target {
    let rows = schema.tables.iter().map(|table| sorted(rows(&place.url, table))).collect();
    let mut log: Vec<_> =
        place.fixture.log().into_iter().map(|row| (row.key, row.status, row.failure_reason)).collect();
    log.sort();
    (rows, log)
}

#[test]
fn every_pair_of_source_and_target_gives_the_same_rows_cell_by_cell() {
    let loaded = contract::load(CONTRACT);
    let contract = loaded.contract.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let spec: SourceSpec = contract.source.clone();
    let plan = Arc::new(Plan::new(contract));
    let schema = plan.schema();
    let postgres = PostgresBench::start("pairs with PostgreSQL", &[]);
    let sql_server = SqlServerBench::start("pairs with SQL Server");
    let sources = places(schema, postgres.as_ref(), sql_server.as_ref());
    for key in 1..=60 {
        for source in &sources {
            source.fixture.insert_document(&DocumentKey::Int(key), Some(Content::Text(&document(key))));
        }
    }
    let mut expected: Option<Target> = None;
    for source in &sources {
        for place in places(schema, postgres.as_ref(), sql_server.as_ref()) {
            let address = SourceAddress::Database(source.url.clone());
            let ports = open(&address, &place.url, &spec, schema, OpenOptions::default()).unwrap();
            ports.journal().unwrap().create_tables().unwrap();
            let identity = RunIdentity {
                session_id: "pairs".to_owned(),
                run_nonce: "nonce".to_owned(),
                share: Share::WHOLE,
                contract_hash: "hash".to_owned(),
            };
            run(&*ports, &plan, &identity, &RunSettings::default(), &Deaf, &StopSignal::new()).unwrap();
            let found = target(&place, schema);
            let expected = expected.get_or_insert_with(|| found.clone());
            assert_eq!(found.1, expected.1, "{} to {}", source.name, place.name);
            for (table, (found, expected)) in schema.tables.iter().zip(found.0.iter().zip(&expected.0)) {
                for (found, expected) in found.iter().zip(expected) {
                    assert_eq!(found, expected, "{} to {}, {}", source.name, place.name, table.name);
                }
                assert_eq!(found.len(), expected.len(), "{} to {}, {}", source.name, place.name, table.name);
            }
        }
    }
    let (rows, log) = expected.unwrap();
    assert!(rows[0].len() > 50 && rows[1].len() > 50 && log.iter().any(|row| row.2.is_some()), "{log:?}");
}
