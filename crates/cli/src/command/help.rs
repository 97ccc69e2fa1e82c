//! `xmlshred help`: of a command what `--help` says, of a topic a part of the manual, of a code what it means.

use std::io::Write;

use clap::{CommandFactory, Parser};

use crate::args::{Cli, HelpArgs};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::manual;

/// Prints it. A command that has a page of its own (`infer`) gets both.
pub(crate) fn help(args: &HelpArgs) -> Result<Exit, CommandError> {
    let HelpArgs { about } = args;
    let Some(about) = about else {
        of_command(None)?;
        return Ok(Exit::Done);
    };
    let is_command = Cli::command().find_subcommand(about).is_some();
    let page = manual::of_topic(about).map(str::to_owned).or_else(|| manual::of_code(about));
    if is_command {
        of_command(Some(about))?;
    }
    match page {
        Some(page) if is_command => write!(std::io::stdout().lock(), "\n{page}")?,
        Some(page) => write!(std::io::stdout().lock(), "{page}")?,
        None if is_command => {}
        None => return Err(CommandError::NoSuchTopic { about: about.clone() }),
    }
    Ok(Exit::Done)
}

/// What clap says, with its colours.
fn of_command(name: Option<&str>) -> Result<(), CommandError> {
    let line = ["xmlshred"].into_iter().chain(name).chain(["--help"]);
    if let Err(help) = Cli::try_parse_from(line) {
        help.print()?;
    }
    Ok(())
}
