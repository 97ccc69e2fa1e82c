//! PostgreSQL's own list of sessions, and the room that tables take.

use postgres::Client;
use xmlshred_engine::ports::{LockHolder, PortError, RunSession, SessionName};
use xmlshred_model::TargetSchema;
use xmlshred_model::log_table::{ISSUE, LOG};

use crate::address::OpenOptions;
use crate::transfer::Overview;

use super::address::PostgresAddress;
use super::catalog::qualified;
use super::connect::{Purpose, connect};
use super::fault::port_error;

/// Names of sessions are shown to everybody, addresses to those who may see them. Of several who hold a lock, one that is no run comes first.
const SESSIONS: &str = "SELECT a.application_name, host(a.client_addr), holder.pid::bigint, holder.program \
    FROM pg_catalog.pg_stat_activity a LEFT JOIN LATERAL ( \
        SELECT blocking.pid, coalesce(b.application_name, '') AS program \
        FROM unnest(pg_catalog.pg_blocking_pids(a.pid)) AS blocking (pid) \
        LEFT JOIN pg_catalog.pg_stat_activity b ON b.pid = blocking.pid \
        ORDER BY coalesce(b.application_name, '') LIKE 'xmlshred %', blocking.pid LIMIT 1) holder ON true \
    WHERE a.datname = pg_catalog.current_database() AND a.application_name LIKE 'xmlshred % instance %' \
    ORDER BY a.backend_start, a.pid";

/// A connection that looks at the server.
pub(crate) struct PostgresOverview {
    client: Client,
}

impl PostgresOverview {
    pub(crate) fn open(address: &PostgresAddress, options: &OpenOptions) -> Result<Self, PortError> {
        let mut client = connect(address, &options.application_name, Purpose::Write)?;
        // Even the size of a table that somebody has locked is waited for.
        client
            .batch_execute("SET lock_timeout = '100ms'")
            .map_err(|error| port_error("setting up the session", error))?;
        Ok(Self { client })
    }
}

impl Overview for PostgresOverview {
    fn sessions(&mut self) -> Result<Option<Vec<RunSession>>, PortError> {
        let rows = self.client.query(SESSIONS, &[]);
        let rows = rows.map_err(|error| port_error("looking at the server's sessions", error))?;
        let session = |row: &postgres::Row| {
            let name = SessionName::parse(&row.get::<_, Option<String>>(0)?)?;
            let holder =
                |pid| LockHolder { pid, program: row.get::<_, Option<String>>(3).unwrap_or_default() };
            Some(RunSession { name, host: row.get(1), waits_for: row.get::<_, Option<i64>>(2).map(holder) })
        };
        Ok(Some(rows.iter().filter_map(session).collect()))
    }

    fn byte_count(&mut self, schema: &TargetSchema) -> Result<Option<u64>, PortError> {
        let tables = schema.tables.iter().map(|table| table.name.as_str()).chain([LOG, ISSUE]);
        let tables: Vec<_> = tables.map(|table| qualified(schema, table)).collect();
        let sql = "SELECT coalesce(sum(pg_catalog.pg_total_relation_size(to_regclass(name))), 0)::bigint \
                   FROM unnest($1::text[]) AS wanted (name)";
        let row = self.client.query_one(sql, &[&tables]);
        let row = row.map_err(|error| port_error("asking for the size of the target", error))?;
        Ok(u64::try_from(row.get::<_, i64>(0)).ok())
    }
}
