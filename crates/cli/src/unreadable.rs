//! Documents that the source does not hand over, told without ending the command.

use xmlshred_engine::ports::PortError;
use xmlshred_model::DocumentKey;

use crate::console;

/// Documents that are told one by one.
const MAX_TOLD: u64 = 10;

/// Tells of the first, and counts all.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// What becomes of such a document: `is not compared`.
    consequence: &'static str,
    count: u64,
}

impl Unreadable {
    /// None yet; `consequence` is what becomes of one.
    pub(crate) fn new(consequence: &'static str) -> Self {
        Self { consequence, count: 0 }
    }

    /// One more.
    pub(crate) fn tell(&mut self, key: &DocumentKey, error: &PortError) {
        self.count += 1;
        if self.count <= MAX_TOLD {
            console::warn(format_args!("document {key} {}: {error}", self.consequence));
            if let Some(words) = &error.words {
                console::quote(words);
            }
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Tells how many more there were.
    pub(crate) fn tell_the_rest(&self) {
        let more = self.count.saturating_sub(MAX_TOLD);
        if more > 0 {
            console::warn(format_args!("{} more documents cannot be read, either", console::count(more)));
        }
    }
}
