//! What this user may do on the server, asked before it is needed.

use postgres::types::Type;
use postgres::{Client, GenericClient};
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::TargetSchema;
use xmlshred_model::log_table::LOG;

use crate::catalog::rights::{Lacking, Needed, Right, Why, none_lacking};
use crate::catalog::source_names::no_right_to_read;
use crate::sql::dialect::POSTGRES;

use super::fault::port_error;

/// That these rights are there, on tables that are.
///
/// # Errors
/// Names every right that is missing, and the statements that give them.
pub(super) fn check(
    client: &mut impl GenericClient,
    schema: &TargetSchema,
    needed: &[Needed<'_>],
) -> Result<(), PortError> {
    let tables: Vec<_> =
        needed.iter().map(|needed| POSTGRES.table(schema.namespace.as_deref(), needed.table)).collect();
    let words: Vec<_> = needed.iter().map(|needed| needed.right.word()).collect();
    let rows = client
        .query(
            "SELECT at, current_user::text FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (name, word, at) \
             WHERE NOT has_table_privilege(name, word) ORDER BY at",
            &[&tables, &words],
        )
        .map_err(|error| port_error("looking up rights", error))?;
    let Some(user) = rows.first().map(|row| POSTGRES.quote(row.get(1))) else { return Ok(()) };
    let lacking = rows.iter().filter_map(|row| {
        let at = usize::try_from(row.get::<_, i64>(0) - 1).ok()?;
        let Needed { table: _, right, why } = *needed.get(at)?;
        Some(Lacking { table: tables[at].clone(), right, why })
    });
    none_lacking(lacking.collect(), &user, "")
}

/// That the log can be read by who reads the source.
pub(super) fn check_right_to_read_log(
    client: &mut impl GenericClient,
    schema: &TargetSchema,
) -> Result<(), PortError> {
    check(client, schema, &[Needed { table: LOG, right: Right::Select, why: Why::EveryRun }])
}

/// That the target's schema may be used, if it is there: tables of one that may not look as if they were not there.
pub(super) fn check_schema(client: &mut impl GenericClient, schema: &TargetSchema) -> Result<(), PortError> {
    let Some(namespace) = &schema.namespace else { return Ok(()) };
    let closed = client
        .query_opt(
            "SELECT current_user::text FROM pg_catalog.pg_namespace \
             WHERE nspname = $1 AND NOT has_schema_privilege(oid, 'USAGE')",
            &[namespace],
        )
        .map_err(|error| port_error("looking up rights", error))?;
    let Some(row) = closed else { return Ok(()) };
    let namespace = POSTGRES.quote(namespace);
    let message = format!("no right to use the target's schema {namespace}");
    let hint = format!(
        "GRANT USAGE ON SCHEMA {namespace} TO {}; docs/databases.md lists all rights that a run needs",
        POSTGRES.quote(row.get(0))
    );
    Err(PortError::new(Fault::AccessDenied, message).with_hint(hint))
}

/// That tables may be made in the target's schema, or the schema itself where it is not there.
pub(super) fn check_creation(
    client: &mut impl GenericClient,
    schema: &TargetSchema,
    is_there: bool,
) -> Result<(), PortError> {
    let namespace = schema.namespace.as_deref().filter(|_| is_there);
    let row = client
        .query_one(
            "SELECT CASE WHEN $2 THEN has_database_privilege(current_database(), 'CREATE') \
             ELSE coalesce(has_schema_privilege(coalesce($1, current_schema()), 'CREATE'), true) END, \
             current_user::text, current_database()::text, coalesce($1, current_schema(), 'public')::text",
            &[&namespace, &(schema.namespace.is_some() && !is_there)],
        )
        .map_err(|error| port_error("looking up rights", error))?;
    if row.get(0) {
        return Ok(());
    }
    let [user, database, within] = [1, 2, 3].map(|at| POSTGRES.quote(row.get(at)));
    let (message, grant) = match (&schema.namespace, is_there) {
        (Some(missing), false) => (
            format!(
                "the target's schema {} is not there, and there is no right to make it",
                POSTGRES.quote(missing)
            ),
            format!("GRANT CREATE ON DATABASE {database} TO {user}"),
        ),
        _ => (
            format!("no right to make tables in the target's schema {within}"),
            format!("GRANT CREATE ON SCHEMA {within} TO {user}"),
        ),
    };
    let hint = format!("{grant}; or let who has the right run the statements of `xmlshred ddl`");
    Err(PortError::new(Fault::AccessDenied, message).with_hint(hint))
}

/// That temporary tables may be made, which rows of this table go through.
pub(super) fn check_temporary(client: &mut impl GenericClient, table: &str) -> Result<(), PortError> {
    let row = client
        .query_one(
            "SELECT has_database_privilege(current_database(), 'TEMPORARY'), current_user::text, current_database()::text",
            &[],
        )
        .map_err(|error| port_error("looking up rights", error))?;
    if row.get(0) {
        return Ok(());
    }
    let message = format!("no right to make temporary tables, through which rows of {table} are loaded");
    let (user, database) = (POSTGRES.quote(row.get(1)), POSTGRES.quote(row.get(2)));
    let hint = format!(
        "GRANT TEMPORARY ON DATABASE {database} TO {user}; docs/databases.md lists all rights that a run needs"
    );
    Err(PortError::new(Fault::AccessDenied, message).with_hint(hint))
}

/// That the source can be read, before it is said that it is not there: a table in a schema that may not be used looks so.
pub(super) fn check_right_to_read(client: &mut Client, spec: &SourceSpec) -> Result<(), PortError> {
    let SourceSpec { schema, table, key, xml, version, columns, .. } = spec;
    let read: Vec<&str> = [key, xml].into_iter().chain(version).chain(columns).map(String::as_str).collect();
    let sql = "SELECT current_user::text, n.nspname::text, has_schema_privilege(n.oid, 'USAGE'), \
               coalesce(bool_and(has_column_privilege(c.oid, a.attnum, 'SELECT')), true), \
               coalesce(n.nspname = $2, c.oid = to_regclass(quote_ident($1)), false) AS is_it \
               FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = ANY ($3) \
               WHERE c.relname = $1 AND c.relkind IN ('r', 'v', 'm', 'f', 'p') \
               AND ($2::text IS NULL OR n.nspname = $2) GROUP BY c.oid, n.oid, n.nspname ORDER BY is_it DESC, n.nspname";
    let types = [Type::TEXT, Type::TEXT, Type::TEXT_ARRAY];
    let rows = client
        .prepare_typed(sql, &types)
        .and_then(|statement| client.query(&statement, &[table, schema, &read]))
        .map_err(|error| port_error("looking up rights", error))?;
    let Some(row) = rows.first() else { return Ok(()) };
    let (user, found_in): (&str, &str) = (row.get(0), row.get(1));
    let (has_schema, has_columns, is_it): (bool, bool, bool) = (row.get(2), row.get(3), row.get(4));
    // One that cannot be named without its schema is meant only if that schema is closed.
    if has_schema && (has_columns || !is_it) {
        return Ok(());
    }
    let (user, found_in) = (POSTGRES.quote(user), POSTGRES.quote(found_in));
    let usage = format!("GRANT USAGE ON SCHEMA {found_in} TO {user}; ");
    let select = format!("GRANT SELECT ON {found_in}.{} TO {user}", POSTGRES.quote(table));
    let usage = if has_schema { "" } else { &*usage };
    Err(no_right_to_read(spec, &format!("{usage}{select}")))
}
