//! `xmlshred ddl`: CREATE TABLE for the target and the log.

use std::io::Write;

use xmlshred_databases::ddl::{self, Existing};
use xmlshred_databases::log_upgrade;
use xmlshred_mapping::contract;

use crate::args::DdlArgs;
use crate::console;
use crate::database;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::ContractFile;

/// Prints the statements.
pub(crate) fn ddl(args: &DdlArgs) -> Result<Exit, CommandError> {
    let DdlArgs { contract, dialect, if_not_exists, upgrade } = args;
    let file = ContractFile::read(contract)?;
    let (contract, warnings) = file.checked()?;
    if !warnings.is_empty() {
        console::note(file.render(&warnings, console::render_style()).trim_end());
    }
    let existing = if *if_not_exists { Existing::Keep } else { Existing::Fail };
    let (dialect, schema) = (database::dialect(*dialect), contract::target_schema(&contract));
    let script = match upgrade {
        true => log_upgrade::script(dialect, &schema),
        false => ddl::script(dialect, &schema, existing),
    };
    std::io::stdout().lock().write_all(script.as_bytes())?;
    Ok(Exit::Done)
}
