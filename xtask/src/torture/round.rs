//! The life of a round: documents, a clean run, acts with faults, runs without, and the comparison.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use xmlshred_mapping::{Plan, contract::load};

use super::compare::Contents;
use super::content::SENTINEL;
use super::contract;
use super::faults::Stage;
use super::place::{Kind, Place, Servers};
use super::scenario::{Act, Program, Run, Scenario};
use super::summary::Counts;
use crate::workspace::Error;

/// How a round ended.
pub(super) struct Outcome {
    pub(super) counts: Counts,
    /// What should not be; the folder is kept then.
    pub(super) difference: Option<String>,
}

/// A round in its folder.
pub(super) struct Round<'a> {
    pub(super) program: &'a Path,
    pub(super) servers: &'a Servers,
    pub(super) scenario: &'a Scenario,
    pub(super) seed: u64,
    pub(super) folder: PathBuf,
}

/// Databases and contracts of a round.
struct Set {
    source: Place,
    target: Place,
    clean: Place,
    plan: Arc<Plan>,
}

impl Round<'_> {
    /// Performs the round.
    ///
    /// # Errors
    /// When something fails that is not under test.
    pub(super) fn perform(&self) -> Result<Outcome, Error> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)?;
        }
        fs::create_dir_all(&self.folder)?;
        let mut counts =
            Counts { rounds: 1, documents: self.scenario.documents.len() as u64, ..Counts::default() };
        let set = self.prepare()?;
        let difference = self.differing(&set, &mut counts)?;
        match &difference {
            Some(difference) => self.keep(difference)?,
            None => {
                [&set.source, &set.target, &set.clean].into_iter().try_for_each(|place| {
                    // The source's schema may be the target's.
                    place
                        .remove()
                        .or_else(|error| if self.scenario.is_one_database { Ok(()) } else { Err(error) })
                })?;
                remove(&self.folder)?;
            }
        }
        counts.differences = u64::from(difference.is_some());
        Ok(Outcome { counts, difference })
    }

    fn prepare(&self) -> Result<Set, Error> {
        let Scenario { source, target, is_one_database, column, documents, shape, stricter, .. } =
            self.scenario;
        let place =
            |kind, what: &str| self.servers.place(kind, &self.folder, &format!("t{}_{what}", self.seed));
        let source = place(*source, "source")?;
        let target = if *is_one_database { source.clone() } else { place(*target, "target")? };
        let clean = place(target.kind, "clean")?;
        source.fill(*column, documents)?;
        let text = |stricter, target: &Place| {
            contract::text(shape, stricter, source.schema.as_deref(), target.schema.as_deref())
        };
        fs::write(self.folder.join("early.yaml"), text(*stricter, &target))?;
        fs::write(self.folder.join("contract.yaml"), text(None, &target))?;
        fs::write(self.folder.join("clean.yaml"), text(None, &clean))?;
        let loaded = load(&text(None, &target));
        let plan = Arc::new(Plan::new(loaded.contract.ok_or("the contract of the round does not load")?));
        Ok(Set { source, target, clean, plan })
    }

    fn stage<'a>(&'a self, set: &'a Set, contract: &str, target: &'a Place, pace: Duration) -> Stage<'a> {
        Stage {
            program: self.program,
            folder: &self.folder,
            contract: self.folder.join(contract),
            source: &set.source,
            target,
            servers: self.servers,
            pace,
        }
    }

    /// Everything up to the comparison; what should not be, if there is anything.
    fn differing(&self, set: &Set, counts: &mut Counts) -> Result<Option<String>, Error> {
        let clean = self.stage(set, "clean.yaml", &set.clean, Duration::ZERO);
        let alone = Run {
            program: Program::Instance { index: 0, count: 1 },
            workers: 2,
            batch_size: 100,
            retry_failed: false,
            limit: None,
        };
        let nothing = Run { limit: Some(0), ..alone.clone() };
        let set_up = self.stage(set, "contract.yaml", &set.target, Duration::ZERO);
        for (stage, name) in [(&clean, "clean-tables"), (&set_up, "tables")] {
            let code = stage.run_alone(&nothing, &["--create-tables"], name)?;
            if code != Some(0) {
                return Ok(Some(format!("making the tables ended with {code:?}")));
            }
        }
        if self.scenario.is_obstructed {
            let keys: Vec<_> = self.scenario.documents.iter().step_by(29).map(|(key, _)| *key).collect();
            set.clean.obstruct(&keys)?;
            set.target.obstruct(&keys)?;
        }
        let started = Instant::now();
        let code = clean.run_alone(&alone, &[], "clean")?;
        let pace = started.elapsed();
        if !matches!(code, Some(0 | 3)) {
            return Ok(Some(format!("the clean run ended with {code:?}")));
        }
        for (number, act) in self.scenario.acts.iter().enumerate() {
            let contract = if act.is_early { "early.yaml" } else { "contract.yaml" };
            let stage = self.stage(set, contract, &set.target, pace);
            if let Some(end) = stage.perform(act, &format!("act{}", number + 1), counts)? {
                return Ok(Some(format!("act {}: {end}", number + 1)));
            }
            if let Some(rows) = self.half_done(set, act)? {
                return Ok(Some(format!("after act {}:\n{rows}", number + 1)));
            }
        }
        let stage = self.stage(set, "contract.yaml", &set.target, pace);
        if let Some(end) = stage.perform(&self.scenario.last, "last", counts)? {
            return Ok(Some(format!("the last act: {end}")));
        }
        let code = stage.run_alone(&alone, &[], "nothing-left")?;
        if code != Some(0) {
            return Ok(Some(format!("a run with nothing left to do ended with {code:?}")));
        }
        self.compare(set, counts)
    }

    /// What an act left half-done. A server may still be doing what a killed process asked for, and instances of a killed `launch`
    /// live a little longer; rows that were there before belong to no document.
    fn half_done(&self, set: &Set, act: &Act) -> Result<Option<String>, Error> {
        let is_quiet = act.runs.iter().all(|run| matches!(run.program, Program::Instance { .. }));
        if set.target.kind != Kind::Sqlite || !is_quiet || self.scenario.is_obstructed {
            return Ok(None);
        }
        let schema = set.plan.schema();
        let clean = Contents::read(&mut *set.clean.rows()?, schema)?;
        let rows = Contents::read(&mut *set.target.rows()?, schema)?.half_done(&clean);
        Ok((!rows.is_empty()).then_some(rows))
    }

    fn compare(&self, set: &Set, counts: &mut Counts) -> Result<Option<String>, Error> {
        let schema = set.plan.schema();
        let clean = Contents::read(&mut *set.clean.rows()?, schema)?;
        let target = Contents::read(&mut *set.target.rows()?, schema)?;
        counts.rows = clean.row_count();
        let difference = target.difference(&clean);
        if !difference.is_empty() {
            return Ok(Some(difference));
        }
        let in_log = target.log().find(|row| says_a_foreign_word(row)).map(|row| format!("the log: {row}"));
        Ok(match in_log {
            None => self.foreign_word()?,
            found => found,
        }
        .map(|place| format!("a word of a document is in {place}")))
    }

    /// A file of logs, metrics or messages that has the sentinel.
    fn foreign_word(&self) -> Result<Option<String>, Error> {
        let own = fs::read_dir(&self.folder)?.filter_map(Result::ok).map(|entry| entry.path());
        let mut files: Vec<_> = own
            .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("said-")))
            .collect();
        for folder in ["logs", "metrics"].map(|name| self.folder.join(name)) {
            files.extend(fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path()));
        }
        for file in files {
            let text = String::from_utf8_lossy(&fs::read(&file)?).into_owned();
            if let Some(line) = text.lines().find(|line| says_a_foreign_word(line)) {
                return Ok(Some(format!("{}: {line}", file.display())));
            }
        }
        Ok(None)
    }

    /// Writes down what the round was, for whoever looks for the reason.
    fn keep(&self, difference: &str) -> Result<(), Error> {
        fs::write(self.folder.join("difference.txt"), difference)?;
        let Scenario { documents, acts, last, .. } = self.scenario;
        let mut told = format!("{}\n", self.scenario);
        for (number, Act { is_early, runs, faults }) in acts.iter().chain([last]).enumerate() {
            told.push_str(&format!(
                "\nact {}{}\n",
                number + 1,
                if *is_early { ", early contract" } else { "" }
            ));
            runs.iter().for_each(|run| told.push_str(&format!("  {}\n", run.arguments().join(" "))));
            faults
                .iter()
                .for_each(|fault| told.push_str(&format!("  {:?}: {:?}\n", fault.moment, fault.kind)));
        }
        fs::write(self.folder.join("acts.txt"), told)?;
        let folder = self.folder.join("documents");
        fs::create_dir_all(&folder)?;
        for (key, content) in documents {
            fs::write(folder.join(format!("{key}.xml")), content.bytes())?;
        }
        Ok(())
    }
}

/// Removes the folder of a round that went well. A process whose parent was killed may still write a last line into it.
fn remove(folder: &Path) -> std::io::Result<()> {
    for _ in 0..50 {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::DirectoryNotEmpty => {
                std::thread::sleep(Duration::from_millis(100));
            }
            removed => return removed,
        }
    }
    fs::remove_dir_all(folder)
}

fn says_a_foreign_word(text: &str) -> bool {
    // The word, and the number in it.
    text.contains(SENTINEL) || text.contains(&SENTINEL[1..])
}
