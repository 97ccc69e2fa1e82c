//! A source table in SQL Server, made and filled.

use xmlshred_engine::ports::PortError;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::Value;

use crate::address::OpenOptions;
use crate::sql::ddl::text_literal;
use crate::sql::dialect::SQL_SERVER;
use crate::transfer::DocumentWriter;

use super::address::{Intent, SqlServerAddress};
use super::connect::connect;
use super::driver::{BulkColumn, BulkTarget, Driver, Field, NoUnicode};
use super::fault::port_error;

/// A connection that fills the table.
pub(crate) struct SqlServerDocuments {
    driver: Box<dyn Driver>,
    target: BulkTarget,
}

impl SqlServerDocuments {
    pub(crate) fn start_over(address: &SqlServerAddress, spec: &SourceSpec) -> Result<Self, PortError> {
        let failed = |error| port_error("creating the source table", error);
        let mut driver = connect(
            address,
            &OpenOptions::default().application_name,
            Intent::ReadWrite,
            NoUnicode::Refused,
        )?;
        let table = SQL_SERVER.table(spec.schema.as_deref(), &spec.table);
        let (key, xml) = (SQL_SERVER.quote(&spec.key), SQL_SERVER.quote(&spec.xml));
        match &spec.schema {
            Some(schema) => clear(&mut *driver, schema).map_err(failed)?,
            None => driver.batch(&format!("DROP TABLE IF EXISTS {table}")).map_err(failed)?,
        }
        let create =
            format!("CREATE TABLE {table} ({key} bigint NOT NULL PRIMARY KEY, {xml} nvarchar(max) NULL)");
        driver.batch(&create).map_err(failed)?;
        let column = |name, field| BulkColumn { name, field, takes_null: field == Field::Text };
        let columns = vec![column(key, Field::BigInt), column(xml, Field::Text)];
        let target = BulkTarget { table, columns, sets_identity: false };
        Ok(Self { driver, target })
    }
}

/// Drops the schema's tables, those that refer to others first, and makes the schema when it is not there.
fn clear(driver: &mut dyn Driver, schema: &str) -> Result<(), super::driver::DriverError> {
    let referring = "SELECT name FROM sys.tables WHERE schema_id = SCHEMA_ID(@P1) ORDER BY object_id DESC";
    let mut tables = Vec::new();
    driver.query(referring, &[Value::Text(schema)], &mut |row| {
        if let Some(xmlshred_model::OwnedValue::Text(name)) = row.into_iter().next() {
            tables.push(name);
        }
    })?;
    for table in tables {
        driver.batch(&format!("DROP TABLE {}", SQL_SERVER.table(Some(schema), &table)))?;
    }
    let create = format!("CREATE SCHEMA {}", SQL_SERVER.quote(schema));
    driver.batch(&format!(
        "IF SCHEMA_ID({}) IS NULL EXEC({})",
        text_literal(&SQL_SERVER, schema),
        text_literal(&SQL_SERVER, &create)
    ))
}

impl DocumentWriter for SqlServerDocuments {
    fn insert(&mut self, documents: &[(i64, Option<String>)]) -> Result<(), PortError> {
        let mut rows = documents.iter().map(|(key, document)| {
            vec![Value::Int(*key), document.as_deref().map_or(Value::Null, Value::Text)]
        });
        let inserted = self.driver.bulk_load(&self.target, &mut rows);
        inserted.map(drop).map_err(|error| port_error("writing documents", error))
    }

    fn finish(self: Box<Self>) -> Result<(), PortError> {
        Ok(())
    }
}
