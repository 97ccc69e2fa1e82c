//! `xmlshred ddl`: CREATE TABLE for the target and the log.

use std::io::Write;

use xmlshred_mapping::Plan;

use crate::args::DdlArgs;
use crate::console;
use crate::database;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::ContractFile;

/// Prints the statements.
pub(crate) fn ddl(args: &DdlArgs) -> Result<Exit, CommandError> {
    let DdlArgs { contract, dialect, if_not_exists } = args;
    let file = ContractFile::read(contract)?;
    let (contract, warnings) = file.checked()?;
    if !warnings.is_empty() {
        console::note(file.render(&warnings, console::render_style()).trim_end());
    }
    let existing = if *if_not_exists { database::Existing::LeaveAlone } else { database::Existing::Refuse };
    let statements = database::ddl(Plan::new(contract).schema(), *dialect, existing)?;
    let mut out = std::io::stdout().lock();
    for statement in statements {
        writeln!(out, "{};\n", statement.trim_end().trim_end_matches(';'))?;
    }
    Ok(Exit::Done)
}
