//! Reads values as what they should be, and collects everything that is wrong.

use super::fault::{Fault, FaultKind, Problem};
use crate::import_legacy::json::{Kind, Place, Spot};

/// Collects problems and faults while the file is read.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<Problem>,
    pub(super) faults: Vec<Fault>,
}

impl Reader {
    pub(super) fn problem(&mut self, place: Place, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Problem { place, message: message.into(), hint: hint.into() });
    }

    pub(super) fn fault(&mut self, kind: FaultKind, place: Place, message: impl Into<String>) {
        self.faults.push(Fault { kind, place, message: message.into() });
    }

    /// Whether this is an object; tells members that stand twice or are not known.
    pub(super) fn object(&mut self, spot: &Spot<'_>, what: &str, known: &[&str]) -> bool {
        if !matches!(spot.node.kind, Kind::Object(_)) {
            let message = format!("{what} is an object, found {}", spot.node.describe());
            self.problem(spot.place(), message, "write { … }");
            return false;
        }
        self.duplicates(spot);
        for (key, value) in spot.entries() {
            if !known.is_empty() && !known.contains(&key) && !is_comment(key) {
                self.fault(
                    FaultKind::UnknownKey,
                    value.place(),
                    format!("{what} has a key `{key}` that nothing reads"),
                );
            }
        }
        true
    }

    /// Members that stand twice in an object.
    pub(super) fn duplicates(&mut self, spot: &Spot<'_>) {
        let mut seen = std::collections::HashSet::new();
        for (key, value) in spot.entries() {
            if !seen.insert(key) {
                self.fault(
                    FaultKind::DuplicateKey,
                    value.place(),
                    format!("`{key}` stands here a second time: the last one counts"),
                );
            }
        }
    }

    /// Text, or another constant as text. Blanks at its ends do not count, and empty text is none.
    pub(super) fn text(&mut self, spot: &Spot<'_>, key: &str) -> Option<String> {
        let found = spot.get(key)?;
        match found.node.scalar() {
            Some(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            None => {
                self.wrong(&found, key, "text");
                None
            }
        }
    }

    /// `true` or `false`, also as text or 1 and 0.
    pub(super) fn flag(&mut self, spot: &Spot<'_>, key: &str) -> Option<bool> {
        let found = spot.get(key)?;
        let text = found.node.scalar().map(|text| text.trim().to_ascii_lowercase());
        match text.as_deref() {
            Some("true" | "1" | "yes") => Some(true),
            Some("false" | "0" | "no") => Some(false),
            Some("") => None,
            _ => {
                self.wrong(&found, key, "true or false");
                None
            }
        }
    }

    /// A whole number, also as text.
    pub(super) fn number(&mut self, spot: &Spot<'_>, key: &str) -> Option<i64> {
        let found = spot.get(key)?;
        let text = found.node.scalar().map(|text| text.trim().to_owned());
        match text.as_deref().map(|text| (text, text.parse::<i64>())) {
            Some((_, Ok(number))) => Some(number),
            Some(("", _)) => None,
            _ => {
                self.wrong(&found, key, "a whole number");
                None
            }
        }
    }

    /// The items of a list; one item may stand without brackets.
    pub(super) fn list<'j>(&mut self, spot: &Spot<'j>, key: &str) -> Vec<Spot<'j>> {
        match spot.get(key) {
            None => Vec::new(),
            Some(found) => match &found.node.kind {
                Kind::List(_) => found.items().collect(),
                Kind::Text(text) if text.trim().is_empty() => Vec::new(),
                Kind::Text(_) => vec![found],
                _ => {
                    self.wrong(&found, key, "a list");
                    Vec::new()
                }
            },
        }
    }

    pub(super) fn wrong(&mut self, found: &Spot<'_>, key: &str, expected: &str) {
        let message = format!("`{key}` is {expected}, found {}", found.node.describe());
        self.problem(found.place(), message, "correct the file, or leave the key out");
    }
}

/// Keys that people use for remarks, JSON having no comments.
fn is_comment(key: &str) -> bool {
    key.starts_with(['_', '$', '#', '/'])
        || matches!(key, "comment" | "comments" | "notes" | "description" | "version")
}

/// The names of an absolute path.
pub(super) fn steps(path: &str) -> Vec<String> {
    path.split('/').map(str::trim).filter(|step| !step.is_empty()).map(str::to_owned).collect()
}
