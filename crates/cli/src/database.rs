//! Opens what a [`Connection`] names.

use std::sync::Arc;

use xmlshred_engine::ports::{Fault, PortError, Ports};
use xmlshred_mapping::Plan;

use crate::error::CommandError;
use crate::settings::Connection;

/// Ports to source, target and log.
///
/// # Errors
/// When the files of the source cannot be listed. Databases are reached later, by the ports.
pub(crate) fn open(connection: &Connection, plan: &Arc<Plan>) -> Result<Box<dyn Ports>, CommandError> {
    let _ = plan;
    Err(CommandError::Port {
        during: connection.target_text(),
        error: PortError::new(Fault::CannotConnect, "later"),
    })
}
