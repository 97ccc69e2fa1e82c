//! `xmlshred`: shreds millions of XML documents in a database column into rows of normalized tables, exactly once.
//!
//! Life of a command: [`args`] (as typed) → [`settings`] (as meant) → [`command`] (does it, by way of `engine` and
//! `databases`) → [`exit`] code. Only this crate prints, reads the environment and exits. Everything that can go wrong
//! is a [`error::CommandError`], and it is told here and nowhere else.

mod args;
mod command;
mod console;
mod coverage;
mod database;
mod demo;
mod documents;
mod entries;
mod error;
mod exit;
mod explain;
mod explore;
mod failed_samples;
mod failures;
mod import_legacy;
mod manual;
mod offered;
mod page;
mod preview;
mod report;
mod report_page;
mod retry;
mod rows;
mod sessions;
mod settings;
mod signals;
mod status;
mod target_findings;
mod unreadable;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser};
use clap_complete::CompleteEnv;

use crate::args::{Cli, Command};
use crate::error::CommandError;
use crate::exit::Exit;

fn main() -> ExitCode {
    // Ends the process where a shell asks what it may offer; takes the variable away before there are threads.
    CompleteEnv::with_factory(Cli::command).var(offered::VARIABLE).complete();
    console::tell_panics_without_their_message();
    if let Err(error) = settings::check_environment(std::env::vars_os()) {
        let error = CommandError::from(error);
        console::tell(&error);
        return error.exit().into();
    }
    let Cli { command, show_database_messages } = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return console::tell_usage(&error).into(),
    };
    if show_database_messages {
        console::show_database_words();
    }
    match execute(command) {
        Ok(exit) => exit.into(),
        Err(error) if console::is_closed_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            console::tell(&error);
            error.exit().into()
        }
    }
}

/// What the program can do.
fn execute(command: Command) -> Result<Exit, CommandError> {
    signals::heed()?;
    match command {
        Command::Run(args) => command::run(&args),
        Command::Launch(args) => command::launch(&args),
        Command::Demo(args) => command::demo(&args),
        Command::Status(args) => command::status(&args),
        Command::Retry(args) => command::retry(&args),
        Command::Verify(args) => command::verify(&args),
        Command::Failures(args) => command::failures(&args),
        Command::Report(args) => command::report(&args),
        Command::Check(args) => command::check(&args),
        Command::Preview(args) => command::preview(&args),
        Command::Explain(args) => command::explain(&args),
        Command::Explore(args) => command::explore(&args),
        Command::Coverage(args) => command::coverage(&args),
        Command::Infer(args) => command::infer(&args),
        Command::ImportLegacy(args) => command::import_legacy(&args),
        Command::Ddl(args) => command::ddl(&args),
        Command::Help(args) => command::help(&args),
        Command::Schema => command::schema(),
        Command::Completions(args) => command::completions(&args),
        Command::Man(args) => command::man(&args),
    }
}
