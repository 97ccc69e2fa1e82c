//! SQLite: source, target and log. Several processes share one file: write-ahead logging lets readers and one writer work
//! side by side, writers take turns with short transactions that begin with the lock they need.

mod catalog;
mod connect;
mod documents;
mod fault;
mod file_names;
mod inserter;
mod journal;
mod key;
mod log_file;
mod overview;
mod presence;
mod real_tables;
mod rows;
mod sink;
mod source;
mod statement_time;
mod statements;
mod target_check;

pub(crate) use connect::folder_must_exist;
pub(crate) use documents::SqliteDocuments;
pub(crate) use file_names::SqliteFileNames;
pub(crate) use journal::SqliteJournal;
pub(crate) use overview::SqliteOverview;
pub(crate) use presence::Presence;
pub(crate) use real_tables::real_tables;
pub(crate) use rows::SqliteRows;
pub(crate) use sink::SqliteSink;
pub(crate) use source::SqliteSource;
