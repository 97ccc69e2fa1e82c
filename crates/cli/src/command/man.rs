//! `xmlshred man`: manual pages of the commands, for `man`.

use clap::CommandFactory as _;

use crate::args::{Cli, ManArgs};
use crate::console;
use crate::error::CommandError;
use crate::exit::Exit;

/// Writes a page for the program and one for each of its commands. Pages of before are replaced.
pub(crate) fn man(args: &ManArgs) -> Result<Exit, CommandError> {
    let ManArgs { dir } = args;
    let failed = |source| CommandError::File { doing: "write manual pages to", path: dir.clone(), source };
    std::fs::create_dir_all(dir).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), dir).map_err(failed)?;
    let dir = dir.display();
    console::note(format_args!("manual pages are in {dir}: `man {dir}/xmlshred-run.1` shows one"));
    console::note(format_args!(
        "for all users: install -m 644 {dir}/*.1 /usr/local/share/man/man1/; for you: ~/.local/share/man/man1/"
    ));
    Ok(Exit::Done)
}
