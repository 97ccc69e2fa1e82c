//! Opens what a [`Connection`] names.

use std::sync::Arc;

use xmlshred_databases::{Dialect, POSTGRES, SQL_SERVER, SQLITE};
use xmlshred_engine::ports::{Fault, Fetched, PortError, Ports, Source};
use xmlshred_mapping::Plan;
use xmlshred_mapping::contract::Contract;
use xmlshred_model::DocumentKey;

use crate::args::{DatabaseArgs, DialectArg};
use crate::console;
use crate::error::CommandError;
use crate::settings::{Connection, SettingsError};

/// What the arguments name; warns of a password that others can see.
///
/// # Errors
/// When they name nothing, half of it, or a database that this version does not speak to.
pub(crate) fn resolve(args: &DatabaseArgs) -> Result<Connection, SettingsError> {
    resolve_if_any(args)?.ok_or(SettingsError::NoDatabase)
}

/// [`resolve`] for commands that can do without a database.
///
/// # Errors
/// When the arguments name half of a database, or one that this version does not speak to.
pub(crate) fn resolve_if_any(args: &DatabaseArgs) -> Result<Option<Connection>, SettingsError> {
    if args.password.is_some() {
        console::warn(
            "a password on the command line can be seen by other users of this machine and stays in the shell's \
             history: use XMLSHRED_PASSWORD or --password-file",
        );
    }
    Connection::if_any(args)
}

/// The SQL of a database.
pub(crate) fn dialect(arg: DialectArg) -> &'static Dialect {
    match arg {
        DialectArg::Sqlite => &SQLITE,
        DialectArg::Postgres => &POSTGRES,
        DialectArg::Sqlserver => &SQL_SERVER,
    }
}

fn later(connection: &Connection) -> CommandError {
    CommandError::Port {
        during: connection.target_text(),
        error: PortError::new(Fault::CannotConnect, "later"),
    }
}

/// Ports to source, target and log.
///
/// # Errors
/// When the files of the source cannot be listed. Databases are reached later, by the ports.
pub(crate) fn open(connection: &Connection, plan: &Arc<Plan>) -> Result<Box<dyn Ports>, CommandError> {
    let _ = plan;
    Err(later(connection))
}

/// The source alone.
pub(crate) fn source(connection: &Connection, plan: &Arc<Plan>) -> Result<Box<dyn Source>, CommandError> {
    let _ = plan;
    Err(later(connection))
}

/// One document of the source, or `None` when it has no such key.
pub(crate) fn fetch(
    source: &mut dyn Source,
    key: DocumentKey,
    max_bytes: u64,
) -> Result<Option<Fetched>, CommandError> {
    let mut found = None;
    source
        .fetch(&[key], max_bytes, &mut |_, fetched| {
            found = Some(fetched);
            std::ops::ControlFlow::Break(())
        })
        .map_err(|error| CommandError::Port { during: "cannot read the document".to_owned(), error })?;
    Ok(found)
}

/// Compares the target with the contract.
pub(crate) fn check(connection: &Connection, contract: Contract) -> Result<(), CommandError> {
    let _ = contract;
    Err(later(connection))
}
