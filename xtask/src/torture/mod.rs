//! `cargo xtask torture`: the program is killed, cut off, crashed under, locked out and overlapped at random, over documents that mean
//! harm; and after a last run without faults its target must be what a clean run makes of the same documents.
//!
//! Life of a round: a seed decides everything ([`scenario`]: [`documents`], [`contract`], acts) → a database for it ([`place`]) → a clean
//! run into a target of its own → acts: processes and what happens to them ([`faults`]) → a last act in peace → tables and log are
//! compared cell by cell ([`compare`]), and no word of a document is in what the program wrote ([`round`]) → [`summary`].
//!
//! What a seed decides happens again with it; how the processes' steps fall between each other does not. A difference keeps its folder,
//! `target/torture/<seed>`.

mod compare;
mod content;
mod contract;
mod documents;
mod faults;
mod hostile;
mod ordinary;
mod place;
mod request;
mod round;
mod scenario;
mod summary;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

pub(crate) use request::Request;

use crate::workspace::{BuildProfile, Error, built_program, root};
use place::{Kind, Servers};
use round::{Outcome, Round};
use scenario::Scenario;
use summary::Counts;

/// Builds the program, performs the rounds, prints what they were and their sum.
///
/// # Errors
/// When there is a difference, or when something fails that is not under test.
pub(crate) fn run(request: &Request) -> Result<(), Error> {
    let program = program(request)?;
    let kinds = kinds(request)?;
    println!("torture: seed {}, databases: {}", request.seed, names(&kinds));
    let started = Instant::now();
    let next = AtomicU64::new(0);
    let sum = Mutex::new(Counts::default());
    let row = || rounds(request, &program, &kinds, started, &next, &sum);
    let results: Vec<Result<(), Error>> = std::thread::scope(|scope| {
        let rows: Vec<_> =
            (0..request.parallel).map(|_| scope.spawn(|| row().map_err(|error| error.to_string()))).collect();
        rows.into_iter()
            .map(|row| row.join().map_err(|_| "a round panicked".to_owned()).and_then(|result| result))
            .map(|result| result.map_err(Error::from))
            .collect()
    });
    let sum = *sum.lock().map_err(|_| "a round panicked")?;
    println!("torture: {sum}; {:.0} s", started.elapsed().as_secs_f64());
    if request.is_json {
        println!("{}", sum.to_json(request.seed, started.elapsed()));
    }
    results.into_iter().collect::<Result<(), _>>()?;
    if sum.differences == 0 { Ok(()) } else { Err("there are differences".into()) }
}

/// Round after round, until there were enough.
fn rounds(
    request: &Request,
    program: &Path,
    kinds: &[Kind],
    started: Instant,
    next: &AtomicU64,
    sum: &Mutex<Counts>,
) -> Result<(), Error> {
    let servers = Servers::start(kinds)?;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let is_over = request.rounds.is_some_and(|rounds| number >= rounds)
            || request.time.is_some_and(|time| started.elapsed() >= time);
        if is_over {
            return Ok(());
        }
        let seed = request.seed.wrapping_add(number);
        let scenario = Scenario::by_chance(seed, kinds, request.workers);
        let folder = root().join(format!("target/torture/{seed}"));
        let round = Round { program, servers: &servers, scenario: &scenario, seed, folder };
        let began = Instant::now();
        let Outcome { mut counts, difference } =
            round.perform().map_err(|error| format!("seed {seed}: {error}"))?;
        counts.contract_changes = u64::from(scenario.stricter.is_some());
        let seconds = began.elapsed().as_secs_f64();
        println!("round {}, seed {seed}: {scenario}: {counts}; {seconds:.1} s", number + 1);
        if let Some(difference) = difference {
            println!("DIFFERENCE with seed {seed}, kept in {}\n{difference}", round.folder.display());
            println!("again: {}", request.command_for(seed, kinds));
        }
        *sum.lock().map_err(|_| "a round panicked")? += counts;
    }
}

/// The kinds that are asked for, or all that can be had; what cannot is printed as skipped.
fn kinds(request: &Request) -> Result<Vec<Kind>, Error> {
    let is_asked = !request.databases.is_empty();
    let mut kinds = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| !is_asked || request.databases.contains(kind)) {
        match Servers::start(&[kind]) {
            Ok(_) => kinds.push(kind),
            Err(why) if is_asked => return Err(why.into()),
            Err(why) => println!("skipped: torture on {}: {why}", kind.name()),
        }
    }
    Ok(kinds)
}

fn names(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
}

/// The program that is tortured.
fn program(request: &Request) -> Result<PathBuf, Error> {
    match &request.program {
        Some(program) => Ok(program.canonicalize()?),
        None => built_program(if request.is_release { BuildProfile::Release } else { BuildProfile::Debug }),
    }
}
