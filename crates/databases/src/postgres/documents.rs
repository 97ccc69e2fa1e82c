//! A source table in PostgreSQL, made and filled.

use std::io::Write as _;

use postgres::Client;
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_mapping::contract::SourceSpec;

use crate::address::OpenOptions;
use crate::sql::dialect::POSTGRES;
use crate::transfer::DocumentWriter;

use super::address::PostgresAddress;
use super::connect::{Purpose, connect};
use super::copy_format::{HEADER, TRAILER};
use super::fault::port_error;

/// A connection that fills the table.
pub(crate) struct PostgresDocuments {
    client: Client,
    table: String,
    copy: String,
}

impl PostgresDocuments {
    pub(crate) fn start_over(address: &PostgresAddress, spec: &SourceSpec) -> Result<Self, PortError> {
        let failed = |error| port_error("creating the source table", error);
        let mut client = connect(address, &OpenOptions::default().application_name, Purpose::Write)?;
        let table = POSTGRES.table(spec.schema.as_deref(), &spec.table);
        let (key, xml) = (POSTGRES.quote(&spec.key), POSTGRES.quote(&spec.xml));
        let cleared = match &spec.schema {
            Some(schema) => {
                let schema = POSTGRES.quote(schema);
                format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
            }
            None => format!("DROP TABLE IF EXISTS {table}"),
        };
        let create = format!("{cleared}; CREATE TABLE {table} ({key} bigint PRIMARY KEY, {xml} text)");
        // Several statements in one message are one transaction. What is dropped and created is told as a notice.
        client.batch_execute(&create).map_err(failed)?;
        let copy = format!("COPY {table} ({key}, {xml}) FROM STDIN (FORMAT binary)");
        Ok(Self { client, table, copy })
    }
}

impl DocumentWriter for PostgresDocuments {
    fn insert(&mut self, documents: &[(i64, Option<String>)]) -> Result<(), PortError> {
        let failed = |error| port_error("writing documents", error);
        let mut writer = self.client.copy_in(&self.copy).map_err(failed)?;
        let mut row = HEADER.to_vec();
        let mut written = Ok(());
        for (key, document) in documents {
            row.extend_from_slice(&2_i16.to_be_bytes());
            row.extend_from_slice(&8_i32.to_be_bytes());
            row.extend_from_slice(&key.to_be_bytes());
            match document {
                None => row.extend_from_slice(&(-1_i32).to_be_bytes()),
                Some(text) => {
                    let length = i32::try_from(text.len()).map_err(|_| too_long(*key))?;
                    row.extend_from_slice(&length.to_be_bytes());
                    row.extend_from_slice(text.as_bytes());
                }
            }
            written = written.and_then(|()| writer.write_all(&row));
            row.clear();
        }
        written = written.and_then(|()| writer.write_all(TRAILER));
        // When the server ended the copy early, its own error comes now.
        writer.finish().map_err(failed)?;
        written.map_err(|error| PortError::new(Fault::ConnectionLost, format!("writing documents: {error}")))
    }

    fn finish(mut self: Box<Self>) -> Result<(), PortError> {
        self.client
            .batch_execute(&format!("ANALYZE {}", self.table))
            .map_err(|error| port_error("analysing the source table", error))
    }
}

fn too_long(key: i64) -> PortError {
    PortError::new(
        Fault::ValueRejected { table: None, column: None },
        format!("document {key} is larger than 2 GiB"),
    )
}
