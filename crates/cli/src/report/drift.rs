//! What a run saw that nobody reads, ignores or has accepted.

use serde::{Deserialize, Serialize};
use xmlshred_mapping::drift::{Drift, DriftPath};

use crate::console::count;
use crate::database::key_json;
use crate::settings::DriftSample;

/// Paths of the sum over instances that are told.
const MAX_PATHS: usize = 100;
/// Paths that the summary names.
const SHOWN: usize = 10;

/// In the metrics file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DriftFields {
    /// One document in so many was looked at.
    pub(crate) sample: u32,
    /// Documents that were.
    pub(crate) documents: u64,
    /// Where a run looks for what is known, and how many paths are.
    pub(crate) known_file: String,
    pub(crate) known: u64,
    /// Of these, how many were met.
    pub(crate) accepted: u64,
    /// Paths that are not known; of several instances at least.
    pub(crate) path_count: u64,
    pub(crate) paths: Vec<DriftPathFields>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DriftPathFields {
    pub(crate) path: String,
    pub(crate) documents: u64,
    pub(crate) occurrences: u64,
    pub(crate) example: serde_json::Value,
}

impl DriftFields {
    pub(crate) fn new(drift: Drift, sample: &DriftSample) -> Self {
        let Drift { document_count, accepted_count, path_count, paths } = drift;
        let told = |path: DriftPath| {
            let DriftPath { path, document_count, occurrences, example } = path;
            let example = example.as_ref().map_or(serde_json::Value::Null, key_json);
            DriftPathFields { path, documents: document_count, occurrences, example }
        };
        Self {
            sample: sample.every.get(),
            documents: document_count,
            known_file: sample.known.path.display().to_string(),
            known: sample.known.known.len() as u64,
            accepted: accepted_count,
            path_count,
            paths: paths.into_iter().map(told).collect(),
        }
    }

    /// Adds what another instance saw, where it looked.
    pub(crate) fn merge(mine: &mut Option<Self>, others: Option<&Self>) {
        let Some(others) = others else { return };
        match mine {
            Some(mine) => mine.add(others),
            None => *mine = Some(others.clone()),
        }
    }

    fn add(&mut self, other: &Self) {
        self.sample = self.sample.max(other.sample);
        self.documents += other.documents;
        self.known = self.known.max(other.known);
        self.accepted = self.accepted.max(other.accepted);
        for path in &other.paths {
            match self.paths.iter_mut().find(|mine| mine.path == path.path) {
                Some(mine) => {
                    mine.documents += path.documents;
                    mine.occurrences += path.occurrences;
                }
                None => self.paths.push(path.clone()),
            }
        }
        self.path_count = self.path_count.max(other.path_count).max(self.paths.len() as u64);
        self.paths.sort_by(|one, other| {
            other.documents.cmp(&one.documents).then_with(|| one.path.cmp(&other.path))
        });
        self.paths.truncate(MAX_PATHS);
    }

    /// For people. Where nobody has accepted anything, a number will do: all that no column reads would be named after every run.
    pub(crate) fn lines(&self) -> Vec<String> {
        let Self { sample: _, documents, known_file: _, known, accepted: _, path_count, paths } = self;
        if *path_count == 0 {
            return Vec::new();
        }
        let plural = if *path_count == 1 { "" } else { "s" };
        let what = format!(
            "Drift: {} path{plural} that no column reads and nobody has accepted, in {} sampled documents",
            count(*path_count),
            count(*documents)
        );
        if *known == 0 {
            return vec![format!("{what}; `{}` takes down what is known", self.accepting())];
        }
        let mut lines = vec![what];
        for path in paths.iter().take(SHOWN) {
            let DriftPathFields { path, documents, occurrences: _, example } = path;
            let plural = if *documents == 1 { "" } else { "s" };
            lines.push(format!(
                "  {path}: {} document{plural}, e.g. {}",
                count(*documents),
                key_text(example)
            ));
        }
        let more = path_count.saturating_sub(SHOWN as u64);
        if more > 0 {
            lines.push(format!("  and {} more", count(more)));
        }
        lines.push(format!("  to see them: `{}`; to accept them: `{}`", self.showing(), self.accepting()));
        lines
    }

    /// The command that shows them.
    pub(crate) fn showing(&self) -> String {
        format!("xmlshred coverage --key {} --all", self.keys())
    }

    /// The command that makes them known.
    pub(crate) fn accepting(&self) -> String {
        format!("xmlshred coverage --key {} --accept {}", self.keys(), self.known_file)
    }

    /// Documents that have them, a few.
    fn keys(&self) -> String {
        let mut keys: Vec<String> = Vec::new();
        for path in &self.paths {
            let key = key_text(&path.example);
            if !key.is_empty() && keys.len() < 5 && !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys.join(",")
    }
}

fn key_text(key: &serde_json::Value) -> String {
    match key {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        key => key.to_string(),
    }
}
