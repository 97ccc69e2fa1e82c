//! What happens in a round: everything that is decided by its seed, before anything happens.

use std::fmt;
use std::time::Duration;

use fastrand::Rng;

use super::content::{Column, Content};
use super::contract::{Shape, Stricter};
use super::documents::invent;
use super::place::Kind;

/// A round.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) source: Kind,
    pub(super) target: Kind,
    /// Whether both are one database.
    pub(super) is_one_database: bool,
    pub(super) column: Column,
    pub(super) documents: Vec<(i64, Content)>,
    pub(super) shape: Shape,
    /// What the contract was like in the first acts.
    pub(super) stricter: Option<Stricter>,
    /// Whether the target has rows and rules of its own.
    pub(super) is_obstructed: bool,
    pub(super) acts: Vec<Act>,
    /// The runs that nothing happens to.
    pub(super) last: Act,
}

/// Runs that begin at the same time, and what happens to them.
#[derive(Clone, Debug)]
pub(super) struct Act {
    /// Whether the stricter contract still holds.
    pub(super) is_early: bool,
    pub(super) runs: Vec<Run>,
    pub(super) faults: Vec<Fault>,
}

/// Arguments of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Several instances with their parent, or one.
    pub(super) program: Program,
    pub(super) workers: usize,
    pub(super) batch_size: u32,
    pub(super) retry_failed: bool,
    pub(super) limit: Option<u32>,
}

/// What is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// `run` as one of some instances.
    Instance { index: u32, count: u32 },
    /// `launch`
    Launch { count: u32 },
}

/// Something bad, and when.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) moment: Moment,
    pub(super) kind: FaultKind,
}

/// When a fault happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Moment {
    /// After this share of the time that the clean run took.
    Time(f64),
    /// When this run has said these words so often.
    Line { run: usize, words: &'static str, count: u32 },
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum FaultKind {
    /// `kill -9` of one process.
    Kill(usize),
    /// `kill -9` of all.
    KillAll,
    /// SIGTERM to one process.
    Terminate(usize),
    /// The line to the server is cut before so many messages more.
    Cut(usize),
    /// The line is cut when the server was told to commit, before its answer.
    CutCommit,
    /// The server crashes, and is there again after this time.
    Crash(Duration),
    /// Somebody else writes to the SQLite file for this time.
    Lock(Duration),
}

impl Scenario {
    /// The scenario of this seed, with databases of these kinds.
    pub(super) fn by_chance(seed: u64, kinds: &[Kind], workers: Option<usize>) -> Self {
        let mut random = Rng::with_seed(seed);
        let random = &mut random;
        let source = kinds[random.usize(..kinds.len())];
        let target = if random.u8(..4) == 0 { kinds[random.usize(..kinds.len())] } else { source };
        let column =
            if random.bool() && source.takes(Column::Binary) { Column::Binary } else { Column::Text };
        let stricter = (random.u8(..3) == 0).then(|| Stricter::by_chance(random));
        let act_count = random.usize(1..=5);
        let early_count = if stricter.is_some() { random.usize(1..=act_count) } else { 0 };
        let databases = [source, target];
        let mut acts: Vec<_> =
            (0..act_count).map(|at| Act::by_chance(random, databases, workers, at < early_count)).collect();
        let count = random.u32(1..=4);
        let mut last = Act { is_early: false, runs: Vec::new(), faults: Vec::new() };
        let retry_failed = stricter.is_some();
        for index in 0..count {
            let program = Program::Instance { index, count };
            last.runs.push(Run { retry_failed, ..Run::by_chance(random, program, workers) });
        }
        last.runs.iter_mut().for_each(|run| run.limit = None);
        acts.iter_mut().flat_map(|act| &mut act.runs).for_each(|run| run.retry_failed |= random.u8(..8) == 0);
        let is_one_database = source == target && random.u8(..4) != 0;
        // A schema in the contract makes that of the clean run another.
        let has_token = target == Kind::Sqlite && stricter.is_none();
        let (shape, is_obstructed) = (Shape::by_chance(random, has_token), random.u8(..3) == 0);
        let documents = invent(random, column);
        Self {
            source,
            target,
            is_one_database,
            column,
            documents,
            shape,
            stricter,
            is_obstructed,
            acts,
            last,
        }
    }
}

impl Act {
    fn by_chance(random: &mut Rng, databases: [Kind; 2], workers: Option<usize>, is_early: bool) -> Self {
        let mut runs = Vec::new();
        if random.u8(..6) == 0 {
            let program = Program::Launch { count: random.u32(1..=3) };
            runs.push(Run::by_chance(random, program, workers));
        }
        // A second group overlaps with the first, with the same numbers or with others.
        for _ in 0..[1, 1, 1, 2][random.usize(..4)] {
            let count = random.u32(1..=4);
            for index in (0..count).filter(|_| random.u8(..5) != 0).collect::<Vec<_>>() {
                runs.push(Run::by_chance(random, Program::Instance { index, count }, workers));
            }
        }
        if runs.is_empty() {
            runs.push(Run::by_chance(random, Program::Instance { index: 0, count: 1 }, workers));
        }
        let fault_count = random.usize(..=7);
        let faults = (0..fault_count).map(|_| Fault::by_chance(random, databases, runs.len())).collect();
        Self { is_early, runs, faults }
    }

    /// Whether two runs may come upon the same document.
    pub(super) fn overlaps(&self) -> bool {
        let programs: Vec<_> = self.runs.iter().map(|run| run.program).collect();
        let count = |program: &Program| match *program {
            Program::Instance { count, .. } | Program::Launch { count } => count,
        };
        let is_launch = |program: &Program| matches!(program, Program::Launch { .. });
        programs.iter().enumerate().any(|(at, program)| {
            programs[..at].iter().any(|earlier| {
                earlier == program
                    || is_launch(earlier)
                    || is_launch(program)
                    || count(earlier) != count(program)
            })
        })
    }
}

impl Run {
    fn by_chance(random: &mut Rng, program: Program, workers: Option<usize>) -> Self {
        Self {
            program,
            workers: workers.unwrap_or_else(|| random.usize(1..=3)),
            batch_size: [1, 3, 10, 50, 500][random.usize(..5)],
            retry_failed: false,
            limit: (random.u8(..6) == 0).then(|| random.u32(1..100)),
        }
    }

    /// The process's arguments, without those that say where things are.
    pub(super) fn arguments(&self) -> Vec<String> {
        let Self { program, workers, batch_size, retry_failed, limit } = self;
        let mut line = match program {
            Program::Instance { index, count } => {
                format!("run --instance-id {index} --instance-count {count}")
            }
            Program::Launch { count } => format!("launch --instances {count}"),
        };
        line.push_str(&format!(" --workers {workers} --batch-size {batch_size}"));
        if *retry_failed {
            line.push_str(" --retry-failed");
        }
        limit.iter().for_each(|limit| line.push_str(&format!(" --limit {limit}")));
        line.split(' ').map(str::to_owned).collect()
    }
}

impl Fault {
    fn by_chance(random: &mut Rng, databases: [Kind; 2], run_count: usize) -> Self {
        let run = random.usize(..run_count);
        let moment = match random.u8(..3) {
            0 => Moment::Line {
                run,
                words: ["Extracted", "Committed"][random.usize(..2)],
                count: random.u32(1..40),
            },
            _ => Moment::Time(random.f64() * 1.2),
        };
        let millis = |random: &mut Rng, most| Duration::from_millis(random.u64(..most));
        let kind = match random.u8(..10) {
            3 => FaultKind::KillAll,
            4 => FaultKind::Terminate(run),
            5 | 6 if databases.contains(&Kind::Postgres) => FaultKind::Cut(random.usize(..120)),
            7 if databases.contains(&Kind::Postgres) => FaultKind::CutCommit,
            8 if databases.contains(&Kind::Postgres) => FaultKind::Crash(millis(random, 300)),
            5.. if databases.contains(&Kind::Sqlite) => FaultKind::Lock(millis(random, 1_500)),
            // Most of all, and where there is nothing to cut or lock.
            _ => FaultKind::Kill(run),
        };
        Self { moment, kind }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, target, is_one_database, column, documents, stricter, acts, .. } = self;
        let at = if *is_one_database { "in" } else { "from" };
        write!(f, "{} documents as {column:?} {at} {}", documents.len(), source.name())?;
        if !is_one_database {
            write!(f, " to {}", target.name())?;
        }
        write!(f, ", {} acts", acts.len())?;
        stricter.map_or(Ok(()), |stricter| write!(f, ", contract changed ({stricter:?})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_scenario() {
        let said = |seed| {
            let scenario = Scenario::by_chance(seed, &[Kind::Sqlite, Kind::Postgres], None);
            format!("{scenario} {:?} {:?}", scenario.acts, scenario.last)
        };
        assert_eq!(said(11), said(11));
        assert_ne!(said(11), said(12));
    }

    #[test]
    fn the_last_act_takes_every_document_and_nothing_happens_in_it() {
        for seed in 0..8 {
            let scenario = Scenario::by_chance(seed, &[Kind::Sqlite], Some(2));
            let Act { is_early, runs, faults } = scenario.last;
            assert!(!is_early && faults.is_empty());
            assert!(runs.iter().all(|run| run.limit.is_none() && run.workers == 2));
            let indices: Vec<_> = (0..).take(runs.len()).collect();
            let count = runs.len() as u32;
            let programs = indices.iter().map(|&index| Program::Instance { index, count });
            assert!(runs.iter().map(|run| run.program).eq(programs));
        }
    }
}
