//! What the environment says, as text.

use std::ffi::OsString;

use super::SettingsError;

/// What the names of variables begin with that are meant for this program, or for it as for every client of PostgreSQL.
const PREFIXES: [&str; 2] = ["XMLSHRED_", "PG"];

/// Sees that no variable is left out in silence because it is no text: everything that looks one up takes such a one for not set.
///
/// # Errors
/// Names the first that is none.
pub(crate) fn check_environment(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<(), SettingsError> {
    for (name, value) in variables {
        let name = name.to_string_lossy();
        if value.to_str().is_none() && PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            return Err(SettingsError::VariableNotText { name: name.into_owned() });
        }
    }
    Ok(())
}
