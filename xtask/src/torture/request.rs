//! What is asked for: `cargo xtask torture [--rounds N] [--minutes M] [--seed S] …`

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::place::Kind;

/// Rounds, when neither their number nor a time is given.
const DEFAULT_ROUNDS: u64 = 50;
/// Rounds at the same time, when nothing else is said.
const DEFAULT_PARALLEL: usize = 2;

/// The arguments, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// No round begins after so many.
    pub(super) rounds: Option<u64>,
    /// No round begins after this time.
    pub(super) time: Option<Duration>,
    /// The first round's seed; the others count up from there.
    pub(super) seed: u64,
    /// Kinds of database to choose from; empty for those that can be had here.
    pub(super) databases: Vec<Kind>,
    /// `--workers` of every instance, instead of a number by chance.
    pub(super) workers: Option<usize>,
    /// Rounds at the same time.
    pub(super) parallel: usize,
    /// The summary as JSON on standard output.
    pub(super) is_json: bool,
    /// Whether the program is built and run as released.
    pub(super) is_release: bool,
    /// A program that is there already, instead of one that is built.
    pub(super) program: Option<PathBuf>,
}

impl Request {
    /// `None` for words that are no arguments.
    pub(crate) fn parse(words: &[&str]) -> Option<Self> {
        let mut request = Self {
            rounds: None,
            time: None,
            seed: seed_of_the_clock(),
            databases: Vec::new(),
            workers: None,
            parallel: DEFAULT_PARALLEL,
            is_json: false,
            is_release: false,
            program: None,
        };
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            match word {
                "--json" => request.is_json = true,
                "--release" => request.is_release = true,
                "--rounds" => request.rounds = Some(words.next()?.parse().ok()?),
                "--minutes" => {
                    let minutes: f64 = words.next()?.parse().ok()?;
                    request.time = Some(Duration::try_from_secs_f64(minutes * 60.0).ok()?);
                }
                "--program" => request.program = Some(PathBuf::from(words.next()?)),
                "--seed" => request.seed = words.next()?.parse().ok()?,
                "--database" => request.databases.push(Kind::named(words.next()?)?),
                "--workers" => request.workers = Some(positive(words.next()?)?),
                "--parallel" => request.parallel = positive(words.next()?)?,
                _ => return None,
            }
        }
        if request.rounds.is_none() && request.time.is_none() {
            request.rounds = Some(DEFAULT_ROUNDS);
        }
        Some(request)
    }

    /// The command that does one round again.
    pub(super) fn command_for(&self, seed: u64, kinds: &[Kind]) -> String {
        let Self {
            rounds: _,
            time: _,
            seed: _,
            databases: _,
            workers,
            parallel: _,
            is_json: _,
            is_release,
            program,
        } = self;
        let mut command = format!("cargo xtask torture --rounds 1 --seed {seed}");
        kinds.iter().for_each(|kind| command.push_str(&format!(" --database {}", kind.name())));
        workers.iter().for_each(|workers| command.push_str(&format!(" --workers {workers}")));
        if *is_release {
            command.push_str(" --release");
        }
        program.iter().for_each(|program| command.push_str(&format!(" --program {}", program.display())));
        command
    }
}

fn positive(word: &str) -> Option<usize> {
    word.parse().ok().filter(|&number| number > 0)
}

/// Another one in every second, small enough to be typed.
fn seed_of_the_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() % 1_000_000 * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_understood_and_a_round_can_be_asked_for_again() {
        let parse = Request::parse;
        let request = parse(&["--seed", "7", "--minutes", "0.5", "--database", "sqlite", "--workers", "3"]);
        let request = request.expect("all of these are arguments");
        assert_eq!((request.rounds, request.time), (None, Some(Duration::from_secs(30))));
        let command = request.command_for(9, &[Kind::Sqlite]);
        assert_eq!(command, "cargo xtask torture --rounds 1 --seed 9 --database sqlite --workers 3");
        assert_eq!(parse(&[]).and_then(|request| request.rounds), Some(DEFAULT_ROUNDS));
        for wrong in [["--rounds", "many"], ["--database", "oracle"], ["--parallel", "0"], ["--json", "yes"]]
        {
            assert_eq!(parse(&wrong), None, "{wrong:?}");
        }
    }
}
