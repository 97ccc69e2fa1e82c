//! A source table in a SQLite file, made and filled.

use std::path::Path;

use rusqlite::Connection;
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_mapping::contract::SourceSpec;

use crate::sql::dialect::SQLITE;
use crate::transfer::DocumentWriter;

use super::fault::port_error;

/// What SQLite adds to a file's name for the files beside it.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// A connection that fills the table.
pub(crate) struct SqliteDocuments {
    connection: Connection,
    insert: String,
}

impl SqliteDocuments {
    pub(crate) fn start_over(file: &Path, spec: &SourceSpec) -> Result<Self, PortError> {
        let failed = |error| port_error(&format!("creating {}", file.display()), error);
        for suffix in SUFFIXES {
            let mut path = file.as_os_str().to_owned();
            path.push(suffix);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    let message = format!("cannot replace {}: {error}", Path::new(&path).display());
                    return Err(PortError::new(Fault::ReadOnly, message));
                }
                _ => {}
            }
        }
        let connection = Connection::open(file).map_err(failed)?;
        let (table, key, xml) = (SQLITE.quote(&spec.table), SQLITE.quote(&spec.key), SQLITE.quote(&spec.xml));
        // A file that a power cut spoils is simply written again: no journal, no waiting for the disk.
        let create = format!(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
             CREATE TABLE {table} ({key} INTEGER PRIMARY KEY, {xml} TEXT);"
        );
        connection.execute_batch(&create).map_err(failed)?;
        Ok(Self { connection, insert: format!("INSERT INTO {table} ({key}, {xml}) VALUES (?1, ?2)") })
    }
}

impl DocumentWriter for SqliteDocuments {
    fn insert(&mut self, documents: &[(i64, Option<String>)]) -> Result<(), PortError> {
        let failed = |error| port_error("writing documents", error);
        let transaction = self.connection.transaction().map_err(failed)?;
        {
            let mut statement = transaction.prepare_cached(&self.insert).map_err(failed)?;
            for (key, document) in documents {
                statement.execute((key, document)).map_err(failed)?;
            }
        }
        transaction.commit().map_err(failed)
    }

    fn finish(self: Box<Self>) -> Result<(), PortError> {
        // Several processes will write to it: readers must not wait for the writer.
        self.connection
            .execute_batch("PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL;")
            .map_err(|error| port_error("opening the file for several programs", error))
    }
}
