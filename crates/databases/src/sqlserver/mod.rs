//! SQL Server 2012 and later, and what speaks its protocol (TDS 7.4).
//!
//! The log rows of a batch are loaded before its rows, in the same transaction: their unique key makes overlapping instances wait
//! for each other, and the later one is told and looks again. Everything goes through bulk load. [`driver`] is all that the
//! rest of this folder knows of the driver, so that it can be changed.

mod address;
mod catalog;
mod connect;
mod conversion;
mod documents;
mod driver;
mod fault;
mod file_names;
mod journal;
mod key;
mod key_list;
mod line;
mod log;
mod numbers;
mod option_values;
mod options;
mod overview;
mod real_tables;
mod rights;
mod rows;
mod sink;
mod source;
mod table_loader;
mod tiberius_cells;
mod tiberius_driver;

pub use address::SqlServerAddress;
pub(crate) use catalog::is_same_name;
pub(crate) use documents::SqlServerDocuments;
pub(crate) use file_names::SqlServerFileNames;
pub(crate) use journal::SqlServerJournal;
pub(crate) use overview::SqlServerOverview;
pub(crate) use real_tables::real_tables;
pub(crate) use rows::SqlServerRows;
pub(crate) use sink::SqlServerSink;
pub(crate) use source::SqlServerSource;
