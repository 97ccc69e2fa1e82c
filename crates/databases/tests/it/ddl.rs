//! The text of CREATE TABLE in every dialect.

use std::sync::Arc;

use rusqlite::Connection;
use xmlshred_databases::{Dialect, Existing, POSTGRES, SQLITE, ddl};
use xmlshred_model::{ColumnSchema, DataType, ForeignKey, KeyType, OnExisting, TableSchema, TargetSchema};

use crate::postgres::PostgresBench;

/// A parent with every type, and a child that refers to it in another order and has names that need quoting.
fn schema() -> TargetSchema {
    let column = |name: &str, data_type, nullable| ColumnSchema {
        name: name.to_owned(),
        data_type,
        nullable,
        sensitive: false,
    };
    let types = [
        DataType::Bool,
        DataType::TinyInt,
        DataType::SmallInt,
        DataType::Int,
        DataType::Decimal { precision: 38, scale: 10 },
        DataType::Double,
        DataType::Char(9),
        DataType::VarChar(5_000),
        DataType::Text,
        DataType::Date,
        DataType::Time,
        DataType::Timestamp,
        DataType::TimestampTz,
        DataType::Uuid,
        DataType::Binary,
        DataType::Xml,
        DataType::Json,
    ];
    let mut columns =
        vec![column("id", DataType::BigInt, false), column("part", DataType::VarChar(9), false)];
    columns.extend(types.map(|data_type| column(&format!("a {data_type}"), data_type, true)));
    let parent = TableSchema {
        name: "every_type".to_owned(),
        columns,
        primary_key: vec![0, 1],
        foreign_keys: Vec::new(),
    };
    let child = TableSchema {
        name: "order]\"s".to_owned(),
        columns: vec![
            column("select", DataType::VarChar(9), false),
            column("id", DataType::BigInt, false),
            column("it's", DataType::Text, true),
        ],
        primary_key: Vec::new(),
        foreign_keys: vec![ForeignKey { columns: vec![0, 1], parent: 0, parent_columns: vec![1, 0] }],
    };
    TargetSchema {
        namespace: Some("migration".to_owned()),
        on_existing: OnExisting::Fail,
        tables: vec![parent, child],
        key_column: "app_id".to_owned(),
        key_type: KeyType::Integer,
        ranking_columns: Vec::new(),
        owners: Vec::new(),
        has_versions: false,
        contract_name: "contract".to_owned(),
    }
}

#[test]
fn every_dialect_has_its_types_quotes_keys_and_log() {
    for dialect in Dialect::ALL {
        insta::assert_snapshot!(dialect.name, ddl::script(dialect, &schema(), Existing::Fail));
    }
}

/// Of other keys than integers the log's key columns have the type, and text a collation that takes no two texts for one.
#[test]
fn every_dialect_types_the_log_as_the_source() {
    for dialect in Dialect::ALL {
        let mut text = String::new();
        for key_type in [KeyType::Decimal, KeyType::Uuid, KeyType::Text] {
            let schema = TargetSchema { key_type, tables: Vec::new(), ..schema() };
            let script = ddl::script(dialect, &schema, Existing::Fail);
            let is_of_keys = |line: &&str| line.contains("app_id") || line.starts_with("CREATE TABLE");
            text += &script.lines().filter(is_of_keys).map(|line| format!("{line}\n")).collect::<String>();
        }
        insta::assert_snapshot!(format!("{}_keys", dialect.name), text);
    }
}

#[test]
fn every_dialect_can_leave_alone_what_is_there() {
    for dialect in Dialect::ALL {
        let script = ddl::script(dialect, &schema(), Existing::Keep);
        let is_start = |line: &&str| !line.is_empty() && !line.starts_with([' ', ')']);
        let starts: Vec<_> = script.lines().filter(is_start).collect();
        insta::assert_snapshot!(format!("{}_keep", dialect.name), starts.join("\n"));
    }
}

#[test]
fn sqlite_runs_its_script_twice_and_holds_its_foreign_keys() {
    let connection = Connection::open_in_memory().unwrap();
    for existing in [Existing::Fail, Existing::Keep] {
        connection.execute_batch(&ddl::script(&SQLITE, &schema(), existing)).unwrap();
    }
    let child = "INSERT INTO \"order]\"\"s\" VALUES ('p', 1, 'x')";
    assert!(connection.execute(child, []).unwrap_err().to_string().contains("FOREIGN KEY"));
    connection.execute("INSERT INTO every_type (id, part) VALUES (1, 'p')", []).unwrap();
    connection.execute(child, []).unwrap();
}

#[test]
fn postgresql_runs_its_script_twice_and_holds_its_foreign_keys() {
    let Some(bench) = PostgresBench::start("the script of ddl on PostgreSQL", &[]) else { return };
    let fixture = bench.database(&Arc::new(schema()), "text");
    let mut client = fixture.client();
    for _ in 0..2 {
        client.batch_execute(&ddl::script(&POSTGRES, &schema(), Existing::Keep)).unwrap();
    }
    assert!(client.batch_execute(&ddl::script(&POSTGRES, &schema(), Existing::Fail)).is_err());
    let table = POSTGRES.table(schema().namespace.as_deref(), "order]\"s");
    let child = format!("INSERT INTO {table} VALUES ('p', 1, 'x')");
    let refused = client.execute(&child, &[]).unwrap_err();
    assert!(format!("{refused:?}").contains("foreign key"), "{refused:?}");
}
