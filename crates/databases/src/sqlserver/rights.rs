//! What this login's user may do on the server, asked before it is needed.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{OwnedValue, TargetSchema, Value};

use crate::catalog::rights::{Lacking, Needed, none_lacking};
use crate::catalog::source_names::no_right_to_read;
use crate::sql::dialect::SQL_SERVER;

use super::driver::{Driver, DriverError};
use super::fault::{port_error, source_error};

/// That these rights are there, on tables that are.
///
/// # Errors
/// Names every right that is missing, and the statements that give them.
pub(super) fn check(
    driver: &mut dyn Driver,
    schema: &TargetSchema,
    needed: &[Needed<'_>],
) -> Result<(), PortError> {
    let failed = |error| port_error("looking up rights", error);
    let mut lacking = Vec::new();
    for &Needed { table, right, why } in needed {
        let table = SQL_SERVER.table(schema.namespace.as_deref(), table);
        if lacks_right(driver, &table, right.word()).map_err(failed)? {
            lacking.push(Lacking { table, right, why });
        }
    }
    if lacking.is_empty() {
        return Ok(());
    }
    let user = user(driver).map_err(failed)?;
    none_lacking(lacking, &user, "OBJECT::")
}

fn lacks_right(driver: &mut dyn Driver, table: &str, right: &str) -> Result<bool, DriverError> {
    let mut answer = None;
    let sql = "SELECT HAS_PERMS_BY_NAME(@P1, 'OBJECT', @P2)";
    driver
        .query(sql, &[Value::Text(table), Value::Text(right)], &mut |row| answer = row.into_iter().next())?;
    Ok(answer == Some(OwnedValue::Inline(Value::Int(0))))
}

/// The user of this login, as `GRANT` takes it.
fn user(driver: &mut dyn Driver) -> Result<String, DriverError> {
    let mut user = None;
    driver.query("SELECT USER_NAME()", &[], &mut |row| user = row.into_iter().next())?;
    Ok(match user {
        Some(OwnedValue::Text(user)) => SQL_SERVER.quote(&user),
        _ => "…".to_owned(),
    })
}

/// That the table can be read, before it is said that it is not there: the catalog does not show what may not be read. Whatever else is
/// wrong is told by what follows.
pub(super) fn check_right_to_read(
    driver: &mut dyn Driver,
    spec: &SourceSpec,
    table: &str,
) -> Result<(), PortError> {
    let [key, xml] = [&spec.key, &spec.xml].map(|name| SQL_SERVER.quote(name));
    let Err(error) = driver.query(&format!("SELECT TOP (0) {key}, {xml} FROM {table}"), &[], &mut |_| {})
    else {
        return Ok(());
    };
    if !matches!(error, DriverError::Server { .. }) {
        return Err(source_error("looking up rights", spec, error));
    }
    if source_error("looking up rights", spec, error).fault != Fault::AccessDenied {
        return Ok(());
    }
    let user = user(driver).map_err(|error| source_error("looking up rights", spec, error))?;
    Err(no_right_to_read(spec, &format!("GRANT SELECT ON OBJECT::{table} TO {user}")))
}
