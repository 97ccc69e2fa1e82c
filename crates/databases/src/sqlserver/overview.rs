//! SQL Server's own list of sessions, and the room that tables take.

use xmlshred_engine::ports::{LockHolder, PortError, RunSession, SessionName};
use xmlshred_model::log_table::{ISSUE, LOG};
use xmlshred_model::{OwnedValue, TargetSchema, Value};

use crate::address::OpenOptions;
use crate::transfer::Overview;

use super::address::{Intent, SqlServerAddress};
use super::catalog::qualified;
use super::connect::connect;
use super::driver::{Driver, NoUnicode};
use super::fault::port_error;

/// Who lacks this right sees nobody but himself. Azure SQL Database has it per database.
const MAY_SEE: &str = "SELECT CAST(CASE WHEN HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') = 1 \
    OR HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE') = 1 \
    OR CAST(SERVERPROPERTY('EngineEdition') AS int) = 5 AND HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DATABASE STATE') = 1 \
    THEN 1 ELSE 0 END AS bigint)";

const SESSIONS: &str = "SELECT s.program_name, s.host_name, CAST(coalesce(r.blocking_session_id, 0) AS bigint), b.program_name \
    FROM sys.dm_exec_sessions AS s \
    LEFT JOIN sys.dm_exec_requests AS r ON r.session_id = s.session_id \
    LEFT JOIN sys.dm_exec_sessions AS b ON b.session_id = r.blocking_session_id \
    WHERE s.database_id = DB_ID() AND s.program_name LIKE N'xmlshred % instance %' ORDER BY s.session_id";

/// A connection that looks at the server.
pub(crate) struct SqlServerOverview {
    driver: Box<dyn Driver>,
}

impl SqlServerOverview {
    pub(crate) fn open(address: &SqlServerAddress, options: &OpenOptions) -> Result<Self, PortError> {
        let mut driver = connect(address, &options.application_name, Intent::ReadWrite, NoUnicode::Replaced)?;
        // Even the size of a table that somebody has locked is waited for.
        let limited = driver.batch("SET LOCK_TIMEOUT 100");
        limited.map_err(|error| port_error("setting up the session", error))?;
        Ok(Self { driver })
    }

    fn number(
        &mut self,
        sql: &str,
        parameters: &[Value<'_>],
        during: &str,
    ) -> Result<Option<i64>, PortError> {
        let mut found = None;
        let asked = self.driver.query(sql, parameters, &mut |row| {
            if let Some(Value::Int(number)) = row.first().map(OwnedValue::as_value) {
                found = Some(number);
            }
        });
        asked.map_err(|error| port_error(during, error))?;
        Ok(found)
    }
}

impl Overview for SqlServerOverview {
    fn sessions(&mut self) -> Result<Option<Vec<RunSession>>, PortError> {
        let during = "looking at the server's sessions";
        if self.number(MAY_SEE, &[], during)? != Some(1) {
            return Ok(None);
        }
        let mut sessions = Vec::new();
        let asked = self.driver.query(SESSIONS, &[], &mut |row| sessions.extend(session(&row)));
        asked.map_err(|error| port_error(during, error))?;
        Ok(Some(sessions))
    }

    fn byte_count(&mut self, schema: &TargetSchema) -> Result<Option<u64>, PortError> {
        let tables = schema.tables.iter().map(|table| table.name.as_str()).chain([LOG, ISSUE]);
        let tables: Vec<_> = tables.map(|table| qualified(schema, table)).collect();
        let ids: Vec<_> = (1..=tables.len()).map(|number| format!("OBJECT_ID(@P{number})")).collect();
        let sql = format!(
            "SELECT CAST(coalesce(sum(a.total_pages), 0) * 8192 AS bigint) FROM sys.partitions AS p \
             JOIN sys.allocation_units AS a ON a.container_id = p.partition_id WHERE p.object_id IN ({})",
            ids.join(", ")
        );
        let parameters: Vec<_> = tables.iter().map(|table| Value::Text(table)).collect();
        let bytes = self.number(&sql, &parameters, "asking for the size of the target")?;
        Ok(bytes.and_then(|bytes| u64::try_from(bytes).ok()))
    }
}

fn session(row: &[OwnedValue]) -> Option<RunSession> {
    let text = |at: usize| match row.get(at) {
        Some(OwnedValue::Text(text)) => Some(text.trim_end().to_owned()),
        _ => None,
    };
    let holder = match row.get(2).map(OwnedValue::as_value) {
        Some(Value::Int(pid)) if pid != 0 => Some(LockHolder { pid, program: text(3).unwrap_or_default() }),
        _ => None,
    };
    Some(RunSession { name: SessionName::parse(&text(0)?)?, host: text(1), waits_for: holder })
}
