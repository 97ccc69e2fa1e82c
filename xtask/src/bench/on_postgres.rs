//! The part on PostgreSQL.
//!
//! [`loading`]: rows into tables, against `psql`. [`end_to_end`]: documents into rows, against the server's own `XMLTABLE`
//! and xml2db.

use super::extent::Extent;
use super::postgres::{SETTINGS, Server};
use super::results::{Figures, Measured};
use super::{end_to_end, loading};
use crate::workspace::Error;

/// Measures.
///
/// # Errors
/// When something cannot be built or a run fails.
pub(super) fn measure(extent: &Extent) -> Result<Measured, Error> {
    let server = match Server::start() {
        Ok(server) => server,
        Err(why) => return Ok(Measured::Skipped { what: "postgres", why }),
    };
    let mut figures = Figures::default();
    for measured in [loading::measure(&server, extent)?, end_to_end::measure(&server, extent)?] {
        match measured {
            Measured::Done(more) => figures.extend(more),
            skipped @ Measured::Skipped { .. } => {
                figures.notes.push(skipped.to_string().trim_end().to_owned());
            }
        }
    }
    let settings = SETTINGS.join(", ");
    figures.notes.push(format!("server: private, on the same cores, {settings}"));
    figures.json.insert("server_settings".to_owned(), SETTINGS.into());
    Ok(Measured::Done(figures))
}
