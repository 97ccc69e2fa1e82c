//! `processing_file` in PostgreSQL.

use std::sync::Arc;

use postgres::{Client, GenericClient, IsolationLevel};
use xmlshred_engine::ports::PortError;
use xmlshred_model::log_table::{CONTRACT_NAME, FILE, LOG};
use xmlshred_model::{KeyType, TargetSchema};

use crate::address::OpenOptions;
use crate::catalog::rights::OF_FILES;
use crate::sql::dialect::POSTGRES;
use crate::transfer::{Binding, FileNames, KnownFiles, name_hash, no_file_table};

use super::address::PostgresAddress;
use super::catalog::{columns, has_log, qualified};
use super::connect::{Purpose, connect};
use super::fault::port_error;
use super::rights;

/// Instances that bind names take turns by this advisory lock, which takes no right on the table. Chosen at random.
const BINDING_LOCK: i64 = 0x786d_6c66_696c_6573;

/// A connection for names of files.
pub(crate) struct PostgresFileNames {
    client: Client,
    schema: Arc<TargetSchema>,
}

impl PostgresFileNames {
    pub(crate) fn open(
        address: &PostgresAddress,
        schema: &Arc<TargetSchema>,
        options: &OpenOptions,
    ) -> Result<Self, PortError> {
        let client = connect(address, &options.application_name, Purpose::Write)?;
        Ok(Self { client, schema: Arc::clone(schema) })
    }
}

impl FileNames for PostgresFileNames {
    fn known(&mut self) -> Result<KnownFiles, PortError> {
        known(&mut self.client, &self.schema)
    }

    fn check_rights(&mut self) -> Result<(), PortError> {
        let Self { client, schema } = self;
        rights::check_schema(client, schema)?;
        if has_file_table(client, schema)? { rights::check(client, schema, &OF_FILES) } else { Ok(()) }
    }

    fn bind(
        &mut self,
        decide: &mut dyn FnMut(&KnownFiles) -> Result<Vec<Binding>, PortError>,
    ) -> Result<Vec<Binding>, PortError> {
        let failed = |error| port_error("binding names of files", error);
        let Self { client, schema } = self;
        // Who waited for the lock must see what was bound meanwhile, whatever the role's default is.
        let level = IsolationLevel::ReadCommitted;
        let mut transaction = client.build_transaction().isolation_level(level).start().map_err(failed)?;
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&BINDING_LOCK]).map_err(failed)?;
        if !has_file_table(&mut transaction, schema)? {
            return Err(no_file_table());
        }
        let KnownFiles { mut bound, has_log_rows } = known(&mut transaction, schema)?;
        let new = decide(&KnownFiles { bound: bound.clone(), has_log_rows })?;
        let (file, key) = (qualified(schema, FILE), POSTGRES.quote(&schema.key_column));
        let key_type = if schema.key_type == KeyType::Text { "text" } else { "bigint" };
        let sql = format!(
            "INSERT INTO {file} ({key}, {CONTRACT_NAME}, file_name, file_name_hash) \
             SELECT key::{key_type}, $4, name, hash \
             FROM unnest($1::text[], $2::text[], $3::text[]) AS files (key, name, hash)"
        );
        let keys: Vec<String> = new.iter().map(|binding| binding.key.spelled()).collect();
        let names: Vec<&str> = new.iter().map(|binding| binding.name.as_str()).collect();
        let hashes: Vec<String> = names.iter().map(|name| name_hash(name)).collect();
        if !new.is_empty() {
            transaction.execute(&sql, &[&keys, &names, &hashes, &schema.contract_name]).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        bound.extend(new);
        Ok(bound)
    }
}

/// Whether the table is there.
pub(super) fn has_file_table(
    client: &mut impl GenericClient,
    schema: &TargetSchema,
) -> Result<bool, PortError> {
    Ok(columns(client, &[qualified(schema, FILE)])?.iter().all(Option::is_some))
}

fn known(client: &mut impl GenericClient, schema: &TargetSchema) -> Result<KnownFiles, PortError> {
    let failed = |error| port_error("reading names of files", error);
    let mut known = KnownFiles::default();
    if has_file_table(client, schema)? {
        let (file, key) = (qualified(schema, FILE), POSTGRES.quote(&schema.key_column));
        let sql = format!("SELECT {key}::text, file_name::text FROM {file} WHERE {CONTRACT_NAME} = $1");
        let rows = client.query(&sql, &[&schema.contract_name]).map_err(failed)?;
        let binding = |row: &postgres::Row| Binding::read(schema.key_type, row.get(0), row.get(1));
        known.bound = rows.iter().map(binding).collect::<Result<_, _>>()?;
    }
    if has_log(client, schema)? {
        let log = qualified(schema, LOG);
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {log} WHERE {CONTRACT_NAME} = $1)");
        known.has_log_rows = client.query_one(&sql, &[&schema.contract_name]).map_err(failed)?.get(0);
    }
    Ok(known)
}
