//! What a standard's trials came to, for people and for programs.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::trial::Outcome;

/// Causes that are named below a line.
const MAX_CAUSES: usize = 5;

/// All trials of one standard with as many samples.
#[derive(Debug)]
pub(super) struct Score {
    standard: String,
    k: usize,
    unreadable: usize,
    trials: u64,
    sum: Outcome,
}

impl Score {
    pub(super) const HEADER: &str =
        "standard                   k  unseen   loaded    whole     read  issues  tables  columns";

    pub(super) fn new(standard: &str, k: usize, unreadable: usize) -> Self {
        Self { standard: standard.to_owned(), k, unreadable, trials: 0, sum: Outcome::default() }
    }

    pub(super) fn add(&mut self, outcome: Outcome) {
        let Outcome {
            unseen,
            loaded,
            whole,
            failures,
            issues,
            lost,
            occurrences,
            read_occurrences,
            tables,
            columns,
        } = outcome;
        self.trials += 1;
        self.sum.unseen += unseen;
        self.sum.loaded += loaded;
        self.sum.whole += whole;
        self.sum.occurrences += occurrences;
        self.sum.read_occurrences += read_occurrences;
        self.sum.tables += tables;
        self.sum.columns += columns;
        for (sum, counts) in
            [(&mut self.sum.failures, failures), (&mut self.sum.issues, issues), (&mut self.sum.lost, lost)]
        {
            counts.into_iter().for_each(|(name, count)| *sum.entry(name).or_default() += count);
        }
    }

    /// The most frequent reasons of failures and losses, in words.
    pub(super) fn causes(&self) -> impl Iterator<Item = String> {
        let failed = most(&self.sum.failures).map(|(reason, count)| format!("{count} failed: {reason}"));
        let lost =
            most(&self.sum.lost).map(|(path, count)| format!("{count} have {path}, which no column reads"));
        failed.chain(lost)
    }

    fn to_json(&self) -> Value {
        let Self { standard, k, unreadable, trials, sum } = self;
        json!({
            "standard": standard, "samples": k, "trials": trials, "unreadable": unreadable,
            "unseen": sum.unseen, "loaded": sum.loaded, "whole": sum.whole,
            "loaded_percent": percent(sum.loaded, sum.unseen), "whole_percent": percent(sum.whole, sum.unseen),
            "read_percent": percent(sum.read_occurrences, sum.occurrences),
            "failures": sum.failures, "issues": sum.issues, "lost": sum.lost,
            "tables": sum.tables / trials, "columns": sum.columns / trials,
        })
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { standard, k, unreadable: _, trials, sum } = self;
        write!(
            f,
            "{standard:25} {k:>2} {:>7} {:>7.1}% {:>7.1}% {:>7.1}% {:>7} {:>7} {:>8}",
            sum.unseen,
            percent(sum.loaded, sum.unseen),
            percent(sum.whole, sum.unseen),
            percent(sum.read_occurrences, sum.occurrences),
            sum.issues.values().sum::<u64>(),
            sum.tables / trials,
            sum.columns / trials,
        )
    }
}

/// One line over all standards: every document counts the same, and then every standard.
pub(super) fn summary(k: usize, scores: &[Score]) -> String {
    let of_k = scores.iter().filter(|score| score.k == k).collect::<Vec<_>>();
    let all = |count: fn(&Outcome) -> u64| of_k.iter().map(|score| count(&score.sum)).sum::<u64>();
    let share = |score: &&Score| percent(score.sum.loaded, score.sum.unseen);
    let mean = of_k.iter().map(share).sum::<f64>() / of_k.len().max(1) as f64;
    format!(
        "{k} samples: {} standards, {} unseen documents, {:.1} % loaded ({mean:.1} % as a mean of standards), {:.1} % whole, {:.2} % of the loaded ones' data read",
        of_k.len(),
        all(|sum| sum.unseen),
        percent(all(|sum| sum.loaded), all(|sum| sum.unseen)),
        percent(all(|sum| sum.whole), all(|sum| sum.unseen)),
        percent(all(|sum| sum.read_occurrences), all(|sum| sum.occurrences)),
    )
}

/// One object.
pub(super) fn to_json(seed: u64, scores: &[Score]) -> Value {
    json!({ "version": 1, "seed": seed, "scores": scores.iter().map(Score::to_json).collect::<Vec<_>>() })
}

/// Nothing of nothing is everything.
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 100.0 } else { part as f64 / whole as f64 * 100.0 }
}

fn most(counts: &BTreeMap<String, u64>) -> impl Iterator<Item = (&String, u64)> {
    let mut counts = counts.iter().map(|(name, &count)| (name, count)).collect::<Vec<_>>();
    counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    counts.into_iter().take(MAX_CAUSES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_add_up_to_shares_of_documents_and_of_standards() {
        let outcome = |unseen, loaded| Outcome { unseen, loaded, ..Outcome::default() };
        let mut first = Score::new("a", 6, 0);
        first.add(outcome(10, 10));
        first.add(outcome(10, 5));
        let mut second = Score::new("b", 6, 0);
        second.add(Outcome { failures: [("why".to_owned(), 5)].into(), ..outcome(5, 0) });
        assert_eq!(first.to_json()["loaded_percent"], 75.0);
        assert_eq!(second.causes().collect::<Vec<_>>(), ["5 failed: why"]);
        let summary = summary(6, &[first, second]);
        assert!(
            summary.starts_with("6 samples: 2 standards, 25 unseen documents, 60.0 % loaded (37.5 %"),
            "{summary}"
        );
    }
}
