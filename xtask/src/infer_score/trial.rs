//! One contract from some documents, and what becomes of the others under it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use rusqlite::Connection;
use xmlshred_mapping::coverage::{Coverage, Detail};
use xmlshred_mapping::{Content, DocumentContext, Plan, contract};

use crate::workspace::Error;

/// Exit code of `infer` when it makes no contract of the documents.
const NO_CONTRACT: i32 = 2;
/// Exit code of `run` when some documents failed.
const SOME_FAILED: i32 = 3;

/// What is tried.
pub(super) struct Trial<'t> {
    pub(super) program: &'t Path,
    /// Contract, documents and rows; made anew, and kept for whoever wants to look.
    pub(super) folder: &'t Path,
    pub(super) seen: &'t [&'t Path],
    pub(super) unseen: &'t [&'t Path],
}

/// What became of the documents that were not seen.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) unseen: u64,
    pub(super) loaded: u64,
    /// Of the loaded ones, those without issues of which every attribute and text is read.
    pub(super) whole: u64,
    /// Why the others failed, by reason as the log says it, which names no value.
    pub(super) failures: BTreeMap<String, u64>,
    /// Issues by code.
    pub(super) issues: BTreeMap<String, u64>,
    /// Paths of loaded documents that no column reads, with the number of documents.
    pub(super) lost: BTreeMap<String, u64>,
    /// Attributes and texts of loaded documents, and how many of them are read.
    pub(super) occurrences: u64,
    pub(super) read_occurrences: u64,
    pub(super) tables: u64,
    pub(super) columns: u64,
}

impl Trial<'_> {
    /// # Errors
    /// When the program ends in another way than it may.
    pub(super) fn perform(&self) -> Result<Outcome, Error> {
        if self.folder.exists() {
            fs::remove_dir_all(self.folder)?;
        }
        self.copy(self.seen, "seen")?;
        let unseen = self.copy(self.unseen, "unseen")?;
        let inferred = self.run(&["infer", "seen/*", "--out", "contract.yaml"], &[0, NO_CONTRACT])?;
        if inferred.status.code() == Some(NO_CONTRACT) {
            let words = String::from_utf8_lossy(&inferred.stderr);
            let reason = format!("infer: {}", words.lines().next().unwrap_or_default());
            let unseen = unseen.len() as u64;
            return Ok(Outcome { unseen, failures: [(reason, unseen)].into(), ..Outcome::default() });
        }
        let run = ["run", "--files", "unseen/*", "--url", "sqlite:rows.db", "--create-tables"];
        let quietly = ["--progress", "off", "--max-failures", "100%", "--session-id", "score"];
        self.run(&[&run[..], &quietly].concat(), &[0, SOME_FAILED])?;
        let text = fs::read_to_string(self.folder.join("contract.yaml"))?;
        let mut outcome = Outcome { unseen: unseen.len() as u64, ..Outcome::default() };
        let issues = self.read_log(&mut outcome)?;
        measure(&text, &unseen, &issues, &mut outcome)?;
        Ok(outcome)
    }

    /// Copies documents under names that are no numbers, so that no value in them is taken for their key.
    fn copy(&self, documents: &[&Path], folder: &str) -> Result<Vec<PathBuf>, Error> {
        let folder = self.folder.join(folder);
        fs::create_dir_all(&folder)?;
        let copy = |(at, path): (usize, &&Path)| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let copy = folder.join(format!("d{at:05}_{name}"));
            fs::copy(path, &copy)?;
            Ok(copy)
        };
        documents.iter().enumerate().map(copy).collect()
    }

    fn run(&self, arguments: &[&str], codes: &[i32]) -> Result<Output, Error> {
        let mut command = Command::new(self.program);
        for name in ["XMLSHRED_CONTRACT", "XMLSHRED_URL", "XMLSHRED_SOURCE_URL", "XMLSHRED_TARGET_URL"] {
            command.env_remove(name);
        }
        let output = command.current_dir(self.folder).args(arguments).output()?;
        if output.status.code().is_some_and(|code| codes.contains(&code)) {
            return Ok(output);
        }
        let words = String::from_utf8_lossy(&output.stderr);
        Err(format!("{} ended with {}\n{words}", arguments[0], output.status).into())
    }

    /// Counts what the log says; answers the names of files with issues.
    fn read_log(&self, outcome: &mut Outcome) -> Result<Vec<String>, Error> {
        let rows = Connection::open(self.folder.join("rows.db"))?;
        let mut reasons = rows.prepare("SELECT status, failure_reason FROM processing_log")?;
        let mut reasons = reasons.query([])?;
        while let Some(row) = reasons.next()? {
            match row.get::<_, Option<String>>(1)? {
                None => outcome.loaded += 1,
                Some(reason) => *outcome.failures.entry(without_place(&reason)).or_default() += 1,
            }
        }
        let issues = "SELECT code, sum(count) FROM processing_issue GROUP BY 1";
        let mut issues = rows.prepare(issues)?;
        let issues = issues.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?;
        outcome.issues = issues.collect::<Result<_, _>>()?;
        let names = "SELECT DISTINCT file_name FROM processing_issue JOIN processing_file USING (contract_name, app_id)";
        let mut names = rows.prepare(names)?;
        Ok(names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }
}

/// A reason without the line and column of a document.
fn without_place(reason: &str) -> String {
    reason.split(" at line ").next().unwrap_or_default().trim_end_matches([',', ':']).to_owned()
}

/// Adds how much of the loaded documents is read.
fn measure(text: &str, documents: &[PathBuf], issues: &[String], outcome: &mut Outcome) -> Result<(), Error> {
    let contract = contract::load(text).contract.ok_or("the contract that infer wrote is not valid")?;
    outcome.tables = contract.tables.len() as u64;
    let templates = contract.tables.iter().flat_map(|table| &table.templates);
    outcome.columns = templates.map(|template| template.columns.len() as u64).sum();
    let plan = Arc::new(Plan::new(contract));
    let limits = plan.contract().document.limits;
    for (key, path) in (1..).zip(documents) {
        let mut coverage = Coverage::new(Arc::clone(&plan), limits);
        let key = xmlshred_model::DocumentKey::Int(key);
        let context = DocumentContext {
            key: Some(&key),
            session: "score",
            now: 0,
            must_end: None,
            source_columns: &[],
        };
        // Those that failed are not measured.
        if coverage.add(Content::Bytes(&fs::read(path)?), &context).is_err() {
            continue;
        }
        let report = coverage.report(Detail::Names);
        outcome.occurrences += report.total.occurrences;
        outcome.read_occurrences += report.read.occurrences;
        for lost in &report.lost {
            *outcome.lost.entry(lost.path.clone()).or_default() += 1;
        }
        let has_issues = issues.iter().any(|name| Path::new(name) == path);
        outcome.whole += u64::from(report.lost.is_empty() && !has_issues);
    }
    Ok(())
}
