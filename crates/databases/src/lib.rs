//! Databases behind the ports of the engine, and files as a source. Holds the only SQL text of the product.
//!
//! Rooms, from the bottom up: `address` (logins, passwords, options), `sql` (dialects as data, [`ddl`], statements, paging), `catalog` (real tables
//! against the contract), `transfer` (documents and rows on their way), one folder per database with the same files (`connect`, `fault`, `source`,
//! `sink`, `journal`, `rows`, `documents`, `real_tables`), and `facade`, which chooses between them: [`DatabaseUrl`], [`open`].

mod address;
mod catalog;
mod facade;
mod files;
mod postgres;
mod sql;
mod sqlite;
mod sqlserver;
mod transfer;

pub use address::{AddressError, Environment, Login, OpenOptions, Password, without_passwords};
pub use catalog::comparison::{Difference, DifferenceKind};
pub use catalog::name_diagnostics::name_diagnostics;
pub use facade::{
    DatabaseUrl, SourceAddress, differences, open, open_document_rows, open_overview, open_rows, open_source,
    open_source_beside, start_over,
};
pub use files::{matching_files, name_as_key};
pub use postgres::PostgresAddress;
pub use sql::ddl::{self, Existing};
pub use sql::dialect::{DecimalType, Dialect, NameRule, POSTGRES, SQL_SERVER, SQLITE, SizedType, TypeNames};
pub use sql::{log_upgrade, rows_as_sql};
pub use sqlserver::SqlServerAddress;
pub use transfer::{DocumentRows, DocumentWriter, Overview, RowReader};
