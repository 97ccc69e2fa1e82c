//! `xmlshred launch`: several `run` processes on this machine, shown together.
//!
//! Every instance is a process of its own group whose standard input is a pipe held here. Ctrl-C reaches `launch` only,
//! which passes it on by closing the pipes: so nobody gets it twice, and the instances stop in order even when `launch`
//! itself is killed.

mod arguments;
mod board;
mod instance;
mod messages;
mod secrets;
mod summary;

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, unbounded};

use self::arguments::arguments;
use self::board::Screen;
use self::instance::{End, Instance, Message, Stop};
use self::messages::Messages;
use self::secrets::Secrets;
use crate::args::{LaunchArgs, ProgressMode};
use crate::console::{self, Beat};
use crate::database;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::{self, ContractFile, Reporting};
use crate::signals;

/// Starts the instances, shows what they say, and sums up.
pub(crate) fn launch(args: &LaunchArgs) -> Result<Exit, CommandError> {
    let LaunchArgs { instances: count, contract, database, work, report, json, stop_with_stdin } = args;
    // What is wrong is told here, once, and not by every instance.
    settings::run_settings(work)?;
    let reporting = Reporting::new(report)?;
    let connection = database::resolve(database)?;
    let secrets = Secrets::new(database, connection.asked_password.as_ref());
    ContractFile::read(contract)?.checked()?;
    let (sender, messages) = unbounded();
    let stop = sender.clone();
    if *stop_with_stdin {
        let ended = sender.clone();
        signals::when_stdin_ends(move || {
            let _ = ended.send(Message::Stop { how: Stop::InOrder });
        })?;
    }
    let is_first = AtomicBool::new(true);
    signals::on_ctrl_c(move || {
        let how = if is_first.swap(false, Ordering::AcqRel) { Stop::InOrder } else { Stop::AtOnce };
        // Nobody listens any more when all instances have ended.
        let _ = stop.send(Message::Stop { how });
        // The console may take no lines; the instances stop when this process is gone.
        signals::end_at_last();
    });
    let draws = reporting.progress == ProgressMode::Auto && std::io::stderr().is_terminal();
    let mut instances = Vec::new();
    for index in 0..*count {
        let arguments =
            arguments(args, &reporting, index, if draws { ProgressMode::Beats } else { reporting.progress });
        match Instance::start(index, *count, &arguments, &secrets, &sender) {
            Ok(instance) => instances.push(instance),
            Err(source) => {
                instances.iter_mut().for_each(Instance::stop);
                return Err(CommandError::Launch { instance: index + 1, count: *count, source });
            }
        }
    }
    let mut show = Show { screen: draws.then(|| Screen::new(*count)), messages: Messages::new(draws) };
    let ends = follow(&mut instances, &messages, &mut show);
    show.end();
    let ends = ends?;
    let processed = summary::tell(&reporting, &ends, *json)?;
    let exits: Vec<_> = ends.iter().map(|end| end.exit).collect();
    Ok(match Exit::worst(&exits) {
        // One instance had nothing wrong to complain of.
        Exit::Usage if processed > 0 => Exit::Stopped,
        exit => exit,
    })
}

/// What is shown of the instances.
struct Show {
    /// A line for each, on a terminal.
    screen: Option<Screen>,
    messages: Messages,
}

impl Show {
    fn line(&mut self, instance: &Instance, index: u32, text: &str) {
        if let Some(beat) = Beat::parse(text) {
            if let Some(screen) = &self.screen {
                screen.beat(index, beat);
            }
        } else if self.messages.shows(index, text) {
            self.above(|| instance.show(text));
        }
    }

    fn above<T>(&self, body: impl FnOnce() -> T) -> T {
        match &self.screen {
            Some(screen) => screen.above(body),
            None => body(),
        }
    }

    /// Takes the lines away, and tells who said what others had said before.
    fn end(&self) {
        if let Some(screen) = &self.screen {
            screen.clear();
        }
        self.messages.repeated().iter().for_each(console::note);
    }
}

/// Shows lines until every instance has ended; says how they ended, in order.
fn follow(
    instances: &mut [Instance],
    messages: &Receiver<Message>,
    show: &mut Show,
) -> Result<Vec<End>, CommandError> {
    let mut ends = vec![None; instances.len()];
    let mut is_killed = false;
    while ends.iter().any(Option::is_none) {
        match messages.recv().expect("this function's caller holds a sender") {
            Message::Line { index, text } => show.line(&instances[index as usize], index, &text),
            Message::Closed { index } => {
                let instance = &mut instances[index as usize];
                let end = show.above(|| if is_killed { instance.end_killed() } else { instance.end() })?;
                if let Some(screen) = &show.screen {
                    screen.end(index, end.exit, end.is_killed);
                }
                ends[index as usize] = Some(end);
            }
            Message::Stop { how: Stop::InOrder } => instances.iter_mut().for_each(Instance::stop),
            Message::Stop { how: Stop::AtOnce } => {
                is_killed = true;
                // Whatever was begun is rolled back by the database, and done by the next run.
                instances.iter_mut().for_each(Instance::kill);
            }
        }
    }
    Ok(ends.into_iter().flatten().collect())
}
