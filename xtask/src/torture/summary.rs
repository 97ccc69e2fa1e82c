//! What happened in all rounds, counted.

use std::fmt;
use std::ops::AddAssign;
use std::time::Duration;

use serde_json::{Value, json};

/// Counts of one round or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) rounds: u64,
    pub(super) documents: u64,
    /// Rows that were compared.
    pub(super) rows: u64,
    /// Processes that things happened to, or not.
    pub(super) runs: u64,
    pub(super) kills: u64,
    pub(super) terminations: u64,
    pub(super) cuts: u64,
    pub(super) crashes: u64,
    pub(super) locks: u64,
    /// Acts in which instances could meet at a document.
    pub(super) overlaps: u64,
    pub(super) contract_changes: u64,
    pub(super) differences: u64,
}

impl Counts {
    fn named(&self) -> [(&'static str, u64); 12] {
        let Self {
            rounds,
            documents,
            rows,
            runs,
            kills,
            terminations,
            cuts,
            crashes,
            locks,
            overlaps,
            contract_changes,
            differences,
        } = *self;
        [
            ("rounds", rounds),
            ("documents", documents),
            ("rows", rows),
            ("runs", runs),
            ("kills", kills),
            ("terminations", terminations),
            ("cuts", cuts),
            ("crashes", crashes),
            ("locks", locks),
            ("overlaps", overlaps),
            ("contract changes", contract_changes),
            ("differences", differences),
        ]
    }

    /// For other programs.
    pub(super) fn to_json(self, seed: u64, time: Duration) -> Value {
        let named = self.named();
        let mut json: serde_json::Map<_, _> =
            named.iter().map(|(name, count)| (name.replace(' ', "_"), json!(count))).collect();
        json.insert("version".to_owned(), json!(1));
        json.insert("seed".to_owned(), json!(seed));
        json.insert("seconds".to_owned(), json!(time.as_secs_f64()));
        Value::Object(json)
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        let Self {
            rounds,
            documents,
            rows,
            runs,
            kills,
            terminations,
            cuts,
            crashes,
            locks,
            overlaps,
            contract_changes,
            differences,
        } = other;
        self.rounds += rounds;
        self.documents += documents;
        self.rows += rows;
        self.runs += runs;
        self.kills += kills;
        self.terminations += terminations;
        self.cuts += cuts;
        self.crashes += crashes;
        self.locks += locks;
        self.overlaps += overlaps;
        self.contract_changes += contract_changes;
        self.differences += differences;
    }
}

impl fmt::Display for Counts {
    /// What there was, and the differences always.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.named();
        let told = named.iter().filter(|(name, count)| *count > 0 || *name == "differences");
        for (at, (name, count)) in told.enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            write!(f, "{separator}{count} {name}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_and_are_told_by_name() {
        let mut all = Counts::default();
        for _ in 0..2 {
            all += Counts { rounds: 1, kills: 3, ..Counts::default() };
        }
        assert_eq!(all.to_string(), "2 rounds, 6 kills, 0 differences");
        assert_eq!(all.to_json(7, Duration::ZERO)["kills"], 6);
    }
}
