//! `xmlshred launch`: several `run` processes on this machine, shown together.
//!
//! Every instance is a process of its own group whose standard input is a pipe held here. Ctrl-C reaches `launch` only,
//! which passes it on by closing the pipes: so nobody gets it twice, and the instances stop in order even when `launch`
//! itself is killed.

mod arguments;
mod instance;
mod summary;

use crossbeam_channel::{Receiver, unbounded};

use self::arguments::arguments;
use self::instance::{Instance, Message};
use crate::args::LaunchArgs;
use crate::database;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::{self, ContractFile, Reporting};

/// Starts the instances, shows what they say, and sums up.
pub(crate) fn launch(args: &LaunchArgs) -> Result<Exit, CommandError> {
    let LaunchArgs { instances: count, contract, database, work, report } = args;
    // What is wrong is told here, once, and not by every instance.
    settings::run_settings(work)?;
    let reporting = Reporting::new(report)?;
    let connection = database::resolve(database)?;
    let password = connection.asked_password.as_ref().or(database.password.as_ref());
    ContractFile::read(contract)?.checked()?;
    let (sender, messages) = unbounded();
    let stop = sender.clone();
    ctrlc::set_handler(move || {
        // Nobody listens any more when all instances have ended.
        let _ = stop.send(Message::Stop);
    })?;
    let mut instances = Vec::new();
    for index in 0..*count {
        let arguments = arguments(args, &reporting, index);
        match Instance::start(index, *count, &arguments, password, &sender) {
            Ok(instance) => instances.push(instance),
            Err(source) => {
                instances.iter_mut().for_each(Instance::stop);
                return Err(CommandError::Launch { instance: index + 1, count: *count, source });
            }
        }
    }
    let ends = follow(&mut instances, &messages)?;
    summary::tell(&reporting, &ends);
    Ok(worst(&ends))
}

/// Shows lines until every instance has ended; says how they ended, in order.
fn follow(instances: &mut [Instance], messages: &Receiver<Message>) -> Result<Vec<Exit>, CommandError> {
    let mut ends = vec![None; instances.len()];
    let mut is_stopping = false;
    while ends.iter().any(Option::is_none) {
        match messages.recv().expect("this function's caller holds a sender") {
            Message::Line { index, text } => instances[index as usize].show(&text),
            Message::Closed { index } => ends[index as usize] = Some(instances[index as usize].end()?),
            Message::Stop if is_stopping => {
                // Whatever was begun is rolled back by the database, and done by the next run.
                instances.iter_mut().for_each(Instance::kill);
            }
            Message::Stop => {
                is_stopping = true;
                instances.iter_mut().for_each(Instance::stop);
            }
        }
    }
    Ok(ends.into_iter().flatten().collect())
}

fn worst(ends: &[Exit]) -> Exit {
    Exit::BY_SEVERITY.into_iter().find(|exit| ends.contains(exit)).unwrap_or(Exit::Done)
}
