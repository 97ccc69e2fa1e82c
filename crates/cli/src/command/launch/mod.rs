//! `xmlshred launch`: several `run` processes on this machine, shown together.
//!
//! Every instance is a process of its own group whose standard input is a pipe held here. Ctrl-C reaches `launch` only,
//! which passes it on by closing the pipes: so nobody gets it twice, and the instances stop in order even when `launch`
//! itself is killed.

mod arguments;
mod instance;
mod secrets;
mod summary;

use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, unbounded};

use self::arguments::arguments;
use self::instance::{End, Instance, Message, Stop};
use self::secrets::Secrets;
use crate::args::LaunchArgs;
use crate::database;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::{self, ContractFile, Reporting};
use crate::signals;

/// Starts the instances, shows what they say, and sums up.
pub(crate) fn launch(args: &LaunchArgs) -> Result<Exit, CommandError> {
    let LaunchArgs { instances: count, contract, database, work, report, stop_with_stdin } = args;
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
    let mut instances = Vec::new();
    for index in 0..*count {
        let arguments = arguments(args, &reporting, index);
        match Instance::start(index, *count, &arguments, &secrets, &sender) {
            Ok(instance) => instances.push(instance),
            Err(source) => {
                instances.iter_mut().for_each(Instance::stop);
                return Err(CommandError::Launch { instance: index + 1, count: *count, source });
            }
        }
    }
    let ends = follow(&mut instances, &messages)?;
    let processed = summary::tell(&reporting, &ends);
    let exits: Vec<_> = ends.iter().map(|end| end.exit).collect();
    Ok(match Exit::worst(&exits) {
        // One instance had nothing wrong to complain of.
        Exit::Usage if processed > 0 => Exit::Stopped,
        exit => exit,
    })
}

/// Shows lines until every instance has ended; says how they ended, in order.
fn follow(instances: &mut [Instance], messages: &Receiver<Message>) -> Result<Vec<End>, CommandError> {
    let mut ends = vec![None; instances.len()];
    let mut is_killed = false;
    while ends.iter().any(Option::is_none) {
        match messages.recv().expect("this function's caller holds a sender") {
            Message::Line { index, text } => instances[index as usize].show(&text),
            Message::Closed { index } => {
                let instance = &mut instances[index as usize];
                ends[index as usize] =
                    Some(if is_killed { instance.end_killed()? } else { instance.end()? });
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
