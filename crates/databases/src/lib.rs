//! Databases behind the ports of the engine, and files as a source. Holds the only SQL text of the product.
//!
//! Reading order: [`DatabaseUrl`] (which database), [`Dialect`] (how its SQL differs, as data), [`xmlshred_model::log_table`] (the log's
//! columns), [`ddl`] (CREATE TABLE), [`open`] (ports for a run), then one folder per database with the same files:
//! `connect`, `fault`, `source`, `sink`, `journal`.

mod address;
mod cell_text;
mod comparison;
mod dialect;
mod documents;
mod fetching;
mod files;
mod name_list;
mod open;
mod paging;
mod password;
mod postgres;
mod real_table;
mod rows;
mod runs;
mod source_names;
mod sqlite;
mod sqlserver;
mod statement;
mod target_names;

pub mod ddl;
pub mod rows_as_sql;

pub use address::{AddressError, DatabaseUrl, Environment, Login};
pub use comparison::{Difference, DifferenceKind};
pub use ddl::Existing;
pub use dialect::{DecimalType, Dialect, POSTGRES, SQL_SERVER, SQLITE, SizedType, TypeNames};
pub use documents::{DocumentWriter, start_over};
pub use open::{OpenOptions, SourceAddress, differences, open, open_source, read_document};
pub use password::Password;
pub use postgres::PostgresAddress;
pub use rows::{RowReader, open_rows};
pub use sqlserver::SqlServerAddress;
