//! The target's tables against those of a contract: every difference is told at once, with what to do, on every database.

use std::fmt::Write as _;
use std::sync::Arc;

use xmlshred_databases::{DatabaseUrl, DifferenceKind, OpenOptions, differences};
use xmlshred_model::{ColumnSchema, DataType, ForeignKey, KeyType, OnExisting, TableSchema, TargetSchema};

use crate::postgres::PostgresBench;
use crate::sqlite::prepared;
use crate::sqlserver::SqlServerBench;

fn column(name: &str, data_type: DataType, nullable: bool) -> ColumnSchema {
    ColumnSchema { name: name.to_owned(), data_type, nullable, sensitive: false }
}

/// Orders and their lines.
fn schema() -> Arc<TargetSchema> {
    let orders = TableSchema {
        name: "orders".to_owned(),
        columns: vec![
            column("id", DataType::BigInt, false),
            column("code", DataType::VarChar(20), true),
            column("price", DataType::Decimal { precision: 20, scale: 4 }, true),
            column("size", DataType::Decimal { precision: 6, scale: 1 }, true),
            column("note", DataType::Text, true),
        ],
        primary_key: vec![0],
        foreign_keys: Vec::new(),
    };
    let lines = TableSchema {
        name: "lines".to_owned(),
        columns: vec![column("id", DataType::BigInt, false), column("n", DataType::Int, false)],
        primary_key: vec![0, 1],
        foreign_keys: vec![ForeignKey { columns: vec![0], parent: 0, parent_columns: vec![0] }],
    };
    Arc::new(TargetSchema {
        namespace: None,
        on_existing: OnExisting::Fail,
        tables: vec![orders, lines],
        key_column: "app_id".to_owned(),
        key_type: KeyType::Integer,
        ranking_columns: Vec::new(),
        owners: Vec::new(),
        has_versions: false,
        contract_name: "contract".to_owned(),
    })
}

fn told(url: &DatabaseUrl) -> String {
    let schema = schema();
    let mut text = String::new();
    for found in differences(url, &schema, &OpenOptions::default()).unwrap() {
        let table = &schema.tables[found.table];
        let column = found.column.map_or("", |column| table.columns[column].name.as_str());
        let (kind, message, remedy) = (found.kind, found.message, found.remedy);
        writeln!(text, "{kind:?} {}.{column}: {message}\n  {remedy}", table.name).unwrap();
    }
    text
}

fn kinds(url: &DatabaseUrl) -> Vec<DifferenceKind> {
    let found = differences(url, &schema(), &OpenOptions::default()).unwrap();
    found.into_iter().map(|found| found.kind).collect()
}

#[test]
fn sqlite_tells_all_differences_at_once() {
    let fixture = prepared(0);
    let url = DatabaseUrl::Sqlite(fixture.file());
    assert_eq!(kinds(&url), [DifferenceKind::NoTables]);
    let create = "CREATE TABLE orders (ID INTEGER, code TEXT NOT NULL REFERENCES lines (id), price NUMERIC, size TEXT, who TEXT NOT NULL, why TEXT NOT NULL DEFAULT '', UNIQUE (code));
                  CREATE TABLE later (id INTEGER PRIMARY KEY);
                  CREATE TABLE lines (id INTEGER REFERENCES later (id), n INTEGER, PRIMARY KEY (n))";
    fixture.connection().execute_batch(create).unwrap();
    insta::assert_snapshot!(told(&url));
}

#[test]
fn tables_that_ddl_makes_have_no_differences() {
    let fixture = prepared(0);
    let url = DatabaseUrl::Sqlite(fixture.file());
    let script =
        |dialect| xmlshred_databases::ddl::script(dialect, &schema(), xmlshred_databases::Existing::Keep);
    fixture.connection().execute_batch(&script(&xmlshred_databases::SQLITE)).unwrap();
    assert_eq!(told(&url), "");
    let Some(bench) = PostgresBench::start("tables that ddl makes have no differences", &[]) else { return };
    let fixture = bench.database(&schema(), "text");
    fixture.client().batch_execute(&script(&xmlshred_databases::POSTGRES)).unwrap();
    assert_eq!(told(&fixture.url()), "");
}

#[test]
fn postgres_tells_all_differences_at_once() {
    let Some(bench) = PostgresBench::start("differences on PostgreSQL", &[]) else { return };
    let fixture = bench.database(&schema(), "text");
    let create = "CREATE TABLE later (id bigint PRIMARY KEY);
                  CREATE TABLE orders (id int NOT NULL, code varchar(8) NOT NULL, price numeric(12,2), size numeric(4,1), note varchar(100),
                      who text NOT NULL, made timestamptz NOT NULL DEFAULT now(), no bigint GENERATED ALWAYS AS IDENTITY);
                  CREATE UNIQUE INDEX ON orders (code);
                  CREATE UNIQUE INDEX ON orders (id) WHERE code = 'x';
                  CREATE TABLE lines (id bigint REFERENCES later, n smallint, PRIMARY KEY (id, n))";
    fixture.client().batch_execute(create).unwrap();
    insta::assert_snapshot!(told(&fixture.url()));
}

#[test]
fn sql_server_tells_all_differences_at_once() {
    let Some(bench) = SqlServerBench::start("differences on SQL Server") else { return };
    let fixture = bench.database(&schema(), "nvarchar(max)");
    for create in [
        "CREATE TABLE later (id bigint NOT NULL PRIMARY KEY)",
        "CREATE TABLE orders (ID int NOT NULL, code nvarchar(8) NOT NULL, price decimal(12,2), size decimal(4,1), note nvarchar(100), \
         who nvarchar(9) NOT NULL, made datetime2 NOT NULL DEFAULT sysdatetime(), no bigint IDENTITY NOT NULL)",
        "CREATE UNIQUE INDEX orders_code ON orders (code)",
        "CREATE TABLE lines (id bigint NOT NULL REFERENCES later (id), n smallint NOT NULL, PRIMARY KEY (id, n))",
    ] {
        fixture.run(create);
    }
    insta::assert_snapshot!(told(&fixture.url()));
    for table in ["lines", "orders", "later"] {
        fixture.run(&format!("DROP TABLE {table}"));
    }
}
