//! Failed documents by cause and column.

use std::collections::HashMap;

use xmlshred_mapping::contract::{Places, Step};
use xmlshred_model::{DocumentKey, shown};

use super::Cause;
use crate::settings::ContractFile;

/// Documents that are named of each group.
const EXAMPLES: usize = 3;
/// Groups that are kept apart: who writes the log by hand must not fill memory.
const MAX_GROUPS: usize = 10_000;
/// Characters of a message that are shown.
const MAX_MESSAGE: usize = 300;

/// All groups.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    found: HashMap<Cause, Group>,
    /// Of documents beyond the most groups.
    pub(crate) others: u64,
}

/// Documents that failed for one reason.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) cause: Cause,
    pub(crate) count: u64,
    /// The first, with the particulars of each.
    pub(crate) examples: Vec<(DocumentKey, String)>,
    /// Where the contract has the column or the table, from 1.
    pub(crate) line: Option<usize>,
}

impl Groups {
    /// Takes note of a document.
    pub(crate) fn add(&mut self, key: &DocumentKey, cause: &Cause, message: &str) {
        if self.found.len() >= MAX_GROUPS && !self.found.contains_key(cause) {
            self.others += 1;
            return;
        }
        let new = || Group { cause: cause.clone(), count: 0, examples: Vec::new(), line: None };
        let group = self.found.entry(cause.clone()).or_insert_with(new);
        group.count += 1;
        if group.examples.len() < EXAMPLES {
            let message = shown(message).chars().take(MAX_MESSAGE).collect();
            group.examples.push((key.clone(), message));
        }
    }

    /// The groups with their lines of the contract, the largest first.
    pub(crate) fn sorted(self, contract: &ContractFile) -> Vec<Group> {
        let places = Places::of(&contract.text);
        let mut groups: Vec<_> = self.found.into_values().collect();
        for group in &mut groups {
            group.line = line(&group.cause, &places, &contract.text);
        }
        groups.sort_by(|one, other| (other.count, &one.cause).cmp(&(one.count, &other.cause)));
        groups
    }
}

fn line(cause: &Cause, places: &Places, text: &str) -> Option<usize> {
    let table = [Step::Key("tables"), Step::Key(cause.table.as_ref()?)];
    let column = cause.column.as_ref().map(|column| Step::Key(column));
    let below = |key: &'static str| {
        let way = [&table[..], &[Step::Key(key)], &column.into_iter().collect::<Vec<_>>()].concat();
        places.if_any_key_of(&way)
    };
    let of_column = cause.column.as_ref().and_then(|_| below("columns").or_else(|| below("let")));
    let span = of_column.or_else(|| places.if_any_key_of(&table))?;
    Some(text[..span.start].matches('\n').count() + 1)
}
