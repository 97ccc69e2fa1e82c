//! `xmlshred report`: a page about a run, or about all that the log has.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use xmlshred_mapping::Plan;
use xmlshred_model::shown;

use super::output_file::OutputFile;
use crate::args::ReportPageArgs;
use crate::console;
use crate::database::{self, NoFiles};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::report_page;
use crate::sessions::{self, Asked};
use crate::settings::ContractFile;

/// Writes the page. It reads, and writes nothing else.
pub(crate) fn report(args: &ReportPageArgs) -> Result<Exit, CommandError> {
    let ReportPageArgs { session, out, force, open, json, log_dir, metrics_dir, contract, database: address } =
        args;
    let connection = database::resolve(address)?;
    // Before the work, not behind it.
    let target = if *json { None } else { Some(OutputFile::of_page(out, "report", *force)?) };
    let file = ContractFile::read(contract)?;
    let plan = Plan::new(file.checked()?.0);
    let ports = database::open_to_read(&connection, &plan, NoFiles::Wait)?;
    let asked = Asked {
        session: session.as_deref(),
        plan: &plan,
        file: &file,
        log_dir,
        metrics_dir,
        now: jiff::Timestamp::now().as_microsecond(),
    };
    let found = sessions::gather(&asked, &*ports)?;
    let Some(target) = target else {
        let line = serde_json::to_string(&found).map_err(std::io::Error::from)?;
        writeln!(std::io::stdout().lock(), "{line}")?;
        return Ok(Exit::Done);
    };
    target.write(&report_page::page(&found))?;
    let path = out.display().to_string();
    console::note(format_args!("{}", shown(&found.verdict)));
    console::note(format_args!("{}: open it in a browser; no value of a document is in it", shown(&path)));
    if *open && !opened(out) {
        console::warn("no program here opens pages: open the file by hand");
    }
    Ok(Exit::Done)
}

/// Asks the system to show a file; whether a program for it was started.
fn opened(path: &Path) -> bool {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let mut command = Command::new(program);
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}
