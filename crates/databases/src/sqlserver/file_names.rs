//! `processing_file` in SQL Server.

use std::sync::Arc;

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::log_table::{CONTRACT_NAME, FILE, LOG};
use xmlshred_model::{OwnedValue, TargetSchema, Value};

use crate::address::OpenOptions;
use crate::catalog::rights::OF_FILES;
use crate::sql::dialect::SQL_SERVER;
use crate::transfer::{Binding, FileNames, KnownFiles, name_hash, no_file_table};

use super::address::{Intent, SqlServerAddress};
use super::catalog::{columns, has_log, qualified};
use super::connect::connect;
use super::driver::{Driver, NoUnicode};
use super::fault::port_error;
use super::rights;

/// Instances that bind names take turns by this lock. It answers whether it was given (0 or 1), and is no error when not.
const BINDING_LOCK: &str = "DECLARE @given int; EXEC @given = sp_getapplock @Resource = N'xmlshred files', \
                            @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 60000; SELECT @given";
/// Rows per statement, which takes 2,100 parameters.
const MAX_ROWS: usize = 500;

/// A connection for names of files.
pub(crate) struct SqlServerFileNames {
    driver: Box<dyn Driver>,
    schema: Arc<TargetSchema>,
}

impl SqlServerFileNames {
    pub(crate) fn open(
        address: &SqlServerAddress,
        schema: &Arc<TargetSchema>,
        options: &OpenOptions,
    ) -> Result<Self, PortError> {
        let driver = connect(address, &options.application_name, Intent::ReadWrite, NoUnicode::Refused)?;
        Ok(Self { driver, schema: Arc::clone(schema) })
    }

    fn insert(&mut self, new: &[Binding]) -> Result<(), PortError> {
        let (file, key) = (qualified(&self.schema, FILE), SQL_SERVER.quote(&self.schema.key_column));
        for part in new.chunks(MAX_ROWS) {
            let hashes: Vec<_> = part.iter().map(|binding| name_hash(&binding.name)).collect();
            let mut parameters = vec![Value::Text(&self.schema.contract_name)];
            let mut rows = Vec::with_capacity(part.len());
            for (Binding { key, name }, hash) in part.iter().zip(&hashes) {
                let first = parameters.len() + 1;
                rows.push(format!("(@P{first}, @P1, @P{}, @P{})", first + 1, first + 2));
                parameters.extend([key.as_value(), Value::Text(name), Value::Text(hash)]);
            }
            let sql = format!(
                "INSERT INTO {file} ({key}, {CONTRACT_NAME}, file_name, file_name_hash) VALUES {}",
                rows.join(", ")
            );
            let inserted = self.driver.execute(&sql, &parameters);
            inserted.map_err(|error| port_error("binding names of files", error))?;
        }
        Ok(())
    }
}

impl FileNames for SqlServerFileNames {
    fn known(&mut self) -> Result<KnownFiles, PortError> {
        let Self { driver, schema } = self;
        let driver = &mut **driver;
        let failed = |error| port_error("reading names of files", error);
        let contract_name = [Value::Text(&schema.contract_name)];
        let mut known = KnownFiles::default();
        let file = qualified(schema, FILE);
        if has_file_table(driver, schema)? {
            let key = SQL_SERVER.quote(&schema.key_column);
            let sql = format!(
                "SELECT CAST({key} AS nvarchar(400)), file_name FROM {file} WHERE {CONTRACT_NAME} = @P1"
            );
            let mut bound = Vec::new();
            let read = driver.query(&sql, &contract_name, &mut |row| {
                let mut cells = row.into_iter();
                if let (Some(OwnedValue::Text(key)), Some(OwnedValue::Text(name))) =
                    (cells.next(), cells.next())
                {
                    bound.push((key, name));
                }
            });
            read.map_err(failed)?;
            let bindings = bound.into_iter().map(|(key, name)| Binding::read(schema.key_type, &key, name));
            known.bound = bindings.collect::<Result<_, _>>()?;
        }
        if has_log(driver, schema)? {
            let log = qualified(schema, LOG);
            let sql = format!("SELECT TOP (1) CAST(1 AS bigint) FROM {log} WHERE {CONTRACT_NAME} = @P1");
            driver.query(&sql, &contract_name, &mut |_| known.has_log_rows = true).map_err(failed)?;
        }
        Ok(known)
    }

    fn check_rights(&mut self) -> Result<(), PortError> {
        let Self { driver, schema } = self;
        let driver = &mut **driver;
        if has_file_table(driver, schema)? { rights::check(driver, schema, &OF_FILES) } else { Ok(()) }
    }

    fn bind(
        &mut self,
        decide: &mut dyn FnMut(&KnownFiles) -> Result<Vec<Binding>, PortError>,
    ) -> Result<Vec<Binding>, PortError> {
        let failed = |error| port_error("binding names of files", error);
        if !has_file_table(&mut *self.driver, &self.schema)? {
            return Err(no_file_table());
        }
        self.driver.begin().map_err(failed)?;
        let mut given = None;
        let asked = self.driver.query(BINDING_LOCK, &[], &mut |row| given = row.into_iter().next());
        asked.map_err(failed)?;
        if !matches!(given, Some(OwnedValue::Inline(Value::Int(0..)))) {
            return Err(PortError::new(
                Fault::Busy,
                "binding names of files: others have been at it for a minute",
            ));
        }
        let KnownFiles { mut bound, has_log_rows } = self.known()?;
        let new = decide(&KnownFiles { bound: bound.clone(), has_log_rows })?;
        self.insert(&new)?;
        self.driver.commit().map_err(failed)?;
        bound.extend(new);
        Ok(bound)
    }
}

/// Whether the table is there.
pub(super) fn has_file_table(driver: &mut dyn Driver, schema: &TargetSchema) -> Result<bool, PortError> {
    Ok(columns(driver, &qualified(schema, FILE))?.is_some())
}
