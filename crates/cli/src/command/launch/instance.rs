//! One `run` process: started, shown, stopped.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use anstyle::{AnsiColor, Style};
use crossbeam_channel::Sender;

use crate::console;
use crate::error::CommandError;
use crate::exit::Exit;

use super::secrets::Secrets;

/// What `launch` waits for.
pub(super) enum Message {
    /// An instance said something.
    Line {
        /// Which, from 0.
        index: u32,
        /// A line without its end.
        text: String,
    },
    /// An instance will say no more.
    Closed {
        /// Which, from 0.
        index: u32,
    },
    /// Ctrl-C, or whoever started this process is gone.
    Stop {
        /// In which way.
        how: Stop,
    },
}

/// How instances end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// As by Ctrl-C.
    InOrder,
    /// Killed.
    AtOnce,
}

/// How an instance ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// What it counts as.
    pub(super) exit: Exit,
    /// By a signal, without a word.
    pub(super) is_killed: bool,
}

/// A running instance.
pub(super) struct Instance {
    prefix: String,
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
}

const COLOURS: [AnsiColor; 6] = [
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::Green,
    AnsiColor::Yellow,
    AnsiColor::BrightBlue,
];

impl Instance {
    /// Starts instance `index` of `count`; its lines go to `messages`.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub(super) fn start(
        index: u32,
        count: u32,
        arguments: &[OsString],
        secrets: &Secrets<'_>,
        messages: &Sender<Message>,
    ) -> std::io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        // Its summary goes to standard output: there is one summary here, of all instances.
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        secrets.give_to(&mut command);
        if console::has_colours() {
            command.env("CLICOLOR_FORCE", "1");
        }
        in_own_group(&mut command);
        let mut child = command.spawn()?;
        let stdin = child.stdin.take();
        let stderr = child.stderr.take().expect("standard error was asked for");
        let sender = messages.clone();
        let reader = std::thread::Builder::new().name(format!("instance {index}"));
        if let Err(error) = reader.spawn(move || forward(index, stderr, &sender)) {
            let _ = child.kill();
            let _ = child.wait();
            return Err(error);
        }
        let name = format!("{}/{count}", u64::from(index) + 1);
        let colour = COLOURS[index as usize % COLOURS.len()].on_default();
        let style = if console::has_colours() { colour } else { Style::new() };
        Ok(Self { prefix: format!("{style}[{name}]{style:#} "), name, child, stdin })
    }

    /// Shows a line of it.
    pub(super) fn show(&self, text: &str) {
        // Nobody may read any more; the instances work on.
        let _ = writeln!(std::io::stderr().lock(), "{}{text}", self.prefix);
    }

    /// Asks it to stop as by Ctrl-C.
    pub(super) fn stop(&mut self) {
        self.stdin = None;
    }

    /// Ends it at once.
    pub(super) fn kill(&mut self) {
        let _ = self.child.kill();
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When the system does not tell.
    pub(super) fn end(&mut self) -> Result<End, CommandError> {
        let status = self.child.wait()?;
        if status.code().is_none() {
            console::warn(format_args!("instance {} was killed ({status}); run it again", self.name));
        }
        Ok(End { exit: Exit::from_code(status.code()), is_killed: status.code().is_none() })
    }

    /// Waits for the end of one that was killed here, unless it had ended by itself.
    ///
    /// # Errors
    /// When the system does not tell.
    pub(super) fn end_killed(&mut self) -> Result<End, CommandError> {
        let code = self.child.wait()?.code();
        let exit = code.map_or(Exit::Interrupted, |code| Exit::from_code(Some(code)));
        Ok(End { exit, is_killed: code.is_none() })
    }
}

fn forward(index: u32, stderr: impl Read, messages: &Sender<Message>) {
    let mut lines = BufReader::new(stderr);
    let mut line = Vec::new();
    while matches!(lines.read_until(b'\n', &mut line), Ok(1..)) {
        let text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
        line.clear();
        if messages.send(Message::Line { index, text }).is_err() {
            return;
        }
    }
    let _ = messages.send(Message::Closed { index });
}

#[cfg(unix)]
fn in_own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(windows)]
fn in_own_group(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

#[cfg(not(any(unix, windows)))]
fn in_own_group(_: &mut Command) {}
