//! Loading rows into SQL Server by the product's bulk load, against `freebcp` on the same table.

use super::Extent;
use super::results::Measured;
use crate::Error;

/// Measures.
///
/// # Errors
/// When the server or a program fails.
pub(super) fn measure(_: &Extent) -> Result<Measured, Error> {
    let why = "this version of xmlshred does not load into SQL Server yet".to_owned();
    Ok(Measured::Skipped { what: "sqlserver", why })
}
