//! `xmlshred status`: how far the work is, and who is at it, from the log and the server's own list of sessions.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, bounded};
use xmlshred_mapping::Plan;
use xmlshred_model::shown;

use crate::args::StatusArgs;
use crate::console::{self, Room};
use crate::database;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::{Connection, ContractFile};
use crate::status::{Looker, Picture, Rates, Shown, json, text};

/// A look may take no larger part of the time: a log of millions of rows is looked at less often.
const PAUSE_PER_LOOK: u32 = 4;

/// Looks once, or again and again, and tells what it sees.
pub(crate) fn status(args: &StatusArgs) -> Result<Exit, CommandError> {
    let StatusArgs { contract, database, watch, sessions: _, wide: _, json: _ } = args;
    let connection = database::resolve(database)?;
    let (contract, _) = ContractFile::read(contract)?.checked()?;
    let plan = Plan::new(contract);
    let mut watched = Watched {
        args,
        connection: &connection,
        plan: &plan,
        looker: Looker::new(&connection, &plan)?,
        rates: Rates::default(),
        drawn: 0,
    };
    let mut picture = watched.look()?;
    watched.tell(&picture)?;
    let Some(seconds) = *watch else { return Ok(picture.exit) };
    // Kept: one that nobody can send to would be heard at once.
    let (sender, quit) = bounded(1);
    listen_for_q(&sender);
    let mut took = Duration::ZERO;
    loop {
        let pause = Duration::from_secs(seconds.into()).max(took * PAUSE_PER_LOOK);
        if quit.recv_timeout(pause).is_ok() {
            return Ok(picture.exit);
        }
        let started = Instant::now();
        match watched.look() {
            Ok(found) => {
                picture = found;
                watched.tell(&picture)?;
            }
            // A server that is started again is looked at again.
            Err(error @ CommandError::Port { .. }) => watched.tell_error(&error)?,
            Err(error) => return Err(error),
        }
        took = started.elapsed();
    }
}

struct Watched<'a> {
    args: &'a StatusArgs,
    connection: &'a Connection,
    plan: &'a Plan,
    looker: Looker<'a>,
    rates: Rates,
    /// Lines of the last picture, where it is drawn over.
    drawn: usize,
}

impl Watched<'_> {
    fn look(&mut self) -> Result<Picture, CommandError> {
        let facts = self.looker.look()?;
        self.rates.note(&facts);
        let contract = &self.plan.schema().contract_name;
        Ok(Picture::new(facts, &self.rates, contract, &self.connection.target_text()))
    }

    fn tell(&mut self, picture: &Picture) -> Result<(), CommandError> {
        let (contract, target) = (&self.plan.schema().contract_name, self.connection.target_text());
        let schema = match database::ignored_schema(self.connection, self.plan) {
            None => self.plan.schema().namespace.as_deref(),
            Some(_) => None,
        };
        if self.args.json {
            let line = json(picture, contract, &target, schema).map_err(std::io::Error::from)?;
            let mut out = std::io::stdout().lock();
            writeln!(out, "{line}")?;
            return Ok(out.flush()?);
        }
        let schema = schema.map_or_else(String::new, |schema| format!(" · {schema}"));
        let title = format!("{contract} · {target}{schema}");
        let StatusArgs { watch, sessions, wide, .. } = self.args;
        let room = Room::of_terminal(*wide);
        let told = Shown { title: &title, every: *watch, sessions: *sessions, room };
        self.draw(&text(picture, &told))
    }

    /// Draws over the last picture on a terminal, and below it elsewhere.
    fn draw(&mut self, text: &str) -> Result<(), CommandError> {
        let mut out = std::io::stdout().lock();
        let redraws = self.args.watch.is_some() && std::io::stdout().is_terminal();
        if !redraws {
            if std::mem::replace(&mut self.drawn, 1) > 0 {
                writeln!(out)?;
            }
            write!(out, "{text}")?;
            return Ok(out.flush()?);
        }
        let mut frame = String::new();
        if self.drawn > 0 {
            frame += &format!("\x1b[{}A", self.drawn);
        }
        for line in text.lines() {
            frame += &format!("{line}\x1b[K\r\n");
        }
        // What was longer before is wiped.
        frame += "\x1b[J";
        self.drawn = text.lines().count();
        write!(out, "{frame}")?;
        Ok(out.flush()?)
    }

    fn tell_error(&mut self, error: &CommandError) -> Result<(), CommandError> {
        let message = console::with_causes(error);
        if self.args.json {
            console::warn(message);
            return Ok(());
        }
        let line = format!("{}; looks again\n", shown(&xmlshred_databases::without_passwords(&message)));
        let columns = match Room::of_terminal(self.args.wide) {
            Room::Columns(columns) => columns,
            Room::Endless => usize::MAX,
        };
        self.draw(&console::wrapped(&line, "", 2, columns))
    }
}

/// Sends a message when somebody types q, where a terminal is at both ends.
fn listen_for_q(pressed: &Sender<()>) {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return;
    }
    let pressed = pressed.clone();
    let listen = move || {
        let terminal = ::console::Term::stdout();
        while let Ok(key) = terminal.read_key() {
            if matches!(key, ::console::Key::Char('q' | 'Q') | ::console::Key::Escape) {
                let _ = pressed.send(());
                return;
            }
        }
    };
    // Without a thread Ctrl-C ends it.
    let _ = std::thread::Builder::new().name("keys".to_owned()).spawn(listen);
}
