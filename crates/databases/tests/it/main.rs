//! Tests of the databases crate from outside.

#![expect(clippy::unwrap_used, reason = "these are tests: a failed unwrap is a failed test")]

mod computed_columns;
mod conformance;
mod ddl;
mod differences;
mod dropped_rows;
mod file_names;
mod files;
mod log_upgrade;
mod overview;
mod pairs;
mod postgres;
mod postgres_blame;
mod postgres_keys;
mod postgres_rights;
mod postgres_source;
mod postgres_target;
mod postgres_tls;
mod repeated_source_keys;
mod several_writers;
mod sqlite;
mod sqlserver;
mod sqlserver_columns;
mod sqlserver_source;
mod sqlserver_target;
mod target;
mod tds;
