//! Texts of a document, each of them once.

use std::collections::HashMap;

/// What a value is in place of an index.
pub(super) const NONE: i64 = -1;
pub(super) const MASKED: i64 = -2;

/// Texts by index.
#[derive(Default)]
pub(super) struct Strings {
    known: HashMap<String, i64>,
    next: i64,
}

impl Strings {
    /// The index of a text.
    pub(super) fn index(&mut self, text: &str) -> i64 {
        if let Some(&at) = self.known.get(text) {
            return at;
        }
        let at = self.next;
        self.next += 1;
        self.known.insert(text.to_owned(), at);
        at
    }

    /// All of them, by index.
    pub(super) fn into_list(self) -> Vec<String> {
        let mut list = self.known.into_iter().collect::<Vec<_>>();
        list.sort_unstable_by_key(|&(_, at)| at);
        list.into_iter().map(|(text, _)| text).collect()
    }
}
