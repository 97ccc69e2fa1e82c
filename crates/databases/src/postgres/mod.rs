//! PostgreSQL 12 and later, by the `postgres` driver.
//!
//! The log row of a document is inserted before its rows, in the same transaction: its unique key makes overlapping instances
//! wait for each other and tells the later one that the document is done. Rows then go through binary `COPY`.

mod address;
mod catalog;
mod connect;
mod conversion;
mod copy_format;
mod documents;
mod fault;
mod file_names;
mod journal;
mod key;
mod log;
mod overview;
mod password_file;
mod preflight;
mod real_tables;
mod rejected_column;
mod rights;
mod rows;
mod session;
mod sink;
mod source;
mod table_loader;
mod tls;

pub use address::PostgresAddress;
pub(crate) use documents::PostgresDocuments;
pub(crate) use file_names::PostgresFileNames;
pub(crate) use journal::PostgresJournal;
pub(crate) use overview::PostgresOverview;
pub(crate) use real_tables::real_tables;
pub(crate) use rows::PostgresRows;
pub(crate) use sink::PostgresSink;
pub(crate) use source::PostgresSource;
