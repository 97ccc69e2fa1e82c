//! What a session's settings are when it is set up must hold until each commit: a trigger that changes one changes what all later rows of
//! the session become (`SET TimeZone`), or which table they go to (`SET search_path`), and nobody would be told.

use postgres::{Client, GenericClient, Transaction};
use xmlshred_engine::ports::{Fault, PortError};

use super::connect::FIXED_SETTINGS;
use super::fault::port_error;

/// Settings on which values depend, beside those that are fixed.
const OF_VALUES: &str = "client_encoding";

/// Settings on which depends where rows go, and whether they may.
const OF_WAYS: [&str; 3] = ["search_path", "session_replication_role", "role"];

/// The settings on which rows depend, as they were when the session began.
#[derive(Debug)]
pub(super) struct SessionSettings {
    sql: String,
    at_first: Vec<String>,
}

/// Their names, in the order of their values.
fn names() -> impl Iterator<Item = &'static str> {
    FIXED_SETTINGS.iter().map(|(name, _)| *name).chain([OF_VALUES]).chain(OF_WAYS)
}

impl SessionSettings {
    /// Takes note of them.
    ///
    /// # Errors
    /// When the connection is lost.
    pub(super) fn of(client: &mut Client) -> Result<Self, PortError> {
        let values = names().map(|name| format!("pg_catalog.current_setting('{name}')")).collect::<Vec<_>>();
        let sql = format!("SELECT ARRAY[{}]::text[]", values.join(", "));
        let at_first = values_of(client, &sql)?;
        Ok(Self { sql, at_first })
    }

    /// Sees that they are what they were, behind rows of several documents, or of one that is `alone`: then those that say where rows go are
    /// put back.
    ///
    /// # Errors
    /// When one of them is another now: what made it so is a trigger or a function that the transaction's rows called. Rolling back puts it
    /// back.
    pub(super) fn check(&self, transaction: &mut Transaction<'_>, alone: bool) -> Result<(), PortError> {
        let now = values_of(transaction, &self.sql)?;
        for (name, (first, now)) in names().zip(self.at_first.iter().zip(&now)) {
            if first == now {
                continue;
            }
            if !alone || !OF_WAYS.contains(&name) {
                return Err(changed(name));
            }
            transaction
                .execute("SELECT pg_catalog.set_config($1, $2, false)", &[&name, first])
                .map_err(|error| port_error("putting a setting of the session back", error))?;
        }
        Ok(())
    }
}

fn changed(name: &str) -> PortError {
    let code = format!("a change of the session's {name}");
    let fault = Fault::Refused { code, table: None, column: None };
    let message = format!("a trigger or a function of the target changes the session's {name}");
    PortError::new(fault, message).with_hint(
        "values that come later would be read by the changed setting: let the function keep it to itself, as by \
         CREATE FUNCTION … SET setting = value",
    )
}

fn values_of(client: &mut impl GenericClient, sql: &str) -> Result<Vec<String>, PortError> {
    let row = client.query_one(sql, &[]);
    Ok(row.map_err(|error| port_error("reading the session's settings", error))?.get(0))
}
