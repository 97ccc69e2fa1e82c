//! Reading nodes as what a key expects; everything unexpected is reported, nothing stops the reading.

use std::ops::Range;
use std::str::FromStr;

use super::diagnostic::{Code, Problems, listed};
use super::language::{Section, Shape};
use super::node::{Entries, Entry, Node, NodeKind};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Spanned<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

/// The entries of a map of which every key is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'n> {
    entries: &'n Entries,
}

impl<'n> Fields<'n> {
    /// Reads a map; keys that the section does not have are reported.
    pub(super) fn read(node: &'n Node, section: &Section, problems: &mut Problems) -> Option<Self> {
        let what = section.name;
        let entries = entries(node, what, problems)?;
        for entry in entries.iter().filter(|entry| section.key(&entry.key).is_none()) {
            let message = format!("{what} has no key `{}`", entry.key);
            let known = section.key_names();
            let hint = problems
                .suggestion(&entry.key, known.clone())
                .unwrap_or_else(|| format!("the keys of {what} are {}", listed(&known.collect::<Vec<_>>())));
            problems.report(Code::UnknownKey, entry.key_span.clone(), message, hint);
        }
        Some(Self { entries })
    }

    pub(super) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.find(key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The text of a key, if it is there.
    pub(super) fn text(&self, key: &str, problems: &mut Problems) -> Option<Spanned<&'n str>> {
        self.entry(key).and_then(|entry| text(&entry.value, key, problems))
    }

    /// The text of a key that must be there; `whole` is where its absence is reported.
    pub(super) fn required_text(
        &self,
        key: &str,
        what: &str,
        whole: &Range<usize>,
        problems: &mut Problems,
    ) -> Option<Spanned<&'n str>> {
        if self.entry(key).is_none() {
            missing_key(key, what, whole, problems);
        }
        self.text(key, problems)
    }

    /// A word out of a list.
    pub(super) fn word<T: Clone>(
        &self,
        key: &str,
        words: &[(&str, T)],
        problems: &mut Problems,
    ) -> Option<T> {
        let found = self.text(key, problems)?;
        word(&found, key, words, problems)
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, key: &str, problems: &mut Problems) -> Option<bool> {
        self.word(key, &[("true", true), ("false", false)], problems)
    }

    /// A number.
    pub(super) fn number<T: FromStr>(&self, key: &str, problems: &mut Problems) -> Option<T> {
        let found = self.text(key, problems)?;
        match found.value.parse() {
            Ok(number) => Some(number),
            Err(_) => {
                let message = format!("`{key}` must be a whole number");
                let hint = "write digits only, from 0 up";
                problems.report(Code::WrongShape, found.span, message, hint);
                None
            }
        }
    }

    /// A number from 1 to what the language says.
    pub(super) fn limit(&self, key: &str, section: &Section, problems: &mut Problems) -> Option<u64> {
        let found = self.text(key, problems)?;
        let most = match section.key(key).map(|key| key.shape) {
            Some(Shape::Limit(most)) => most,
            _ => u64::MAX,
        };
        let is_plain = found.value.bytes().all(|byte| byte.is_ascii_digit());
        let limit = found.value.parse().ok().filter(|limit| is_plain && (1..=most).contains(limit));
        if limit.is_none() {
            let message = format!("`{key}` cannot be `{}`", found.value);
            let hint = format!("write a whole number from 1 to {most}, digits only");
            problems.report(Code::UnknownValue, found.span, message, hint);
        }
        limit
    }
}

pub(super) fn missing_key(key: &str, what: &str, whole: &Range<usize>, problems: &mut Problems) {
    // Shown as one character.
    let span = whole.start..whole.start;
    problems.report(
        Code::MissingKey,
        span,
        format!("{what} needs `{key}`"),
        format!("add `{key}:` with its value"),
    );
}

pub(super) fn word<T: Clone>(
    found: &Spanned<&str>,
    key: &str,
    words: &[(&str, T)],
    problems: &mut Problems,
) -> Option<T> {
    let known = words.iter().find(|(word, _)| *word == found.value);
    if known.is_none() {
        let names = words.iter().map(|(word, _)| *word).collect::<Vec<_>>();
        let message = format!("`{key}` cannot be `{}`", found.value);
        let hint = problems
            .suggestion(found.value, names.iter().copied())
            .unwrap_or_else(|| format!("it can be {}", listed(&names)));
        problems.report(Code::UnknownValue, found.span.clone(), message, hint);
    }
    known.map(|(_, value)| value.clone())
}

pub(super) fn text<'n>(node: &'n Node, what: &str, problems: &mut Problems) -> Option<Spanned<&'n str>> {
    match &node.kind {
        NodeKind::Scalar { text, .. } if !node.is_null() => {
            Some(Spanned { value: text, span: node.span.clone() })
        }
        // A blank policy is written as the word null.
        NodeKind::Scalar { text, .. } if !text.is_empty() => {
            Some(Spanned { value: text, span: node.span.clone() })
        }
        _ => {
            wrong_shape(node, what, "text", problems);
            None
        }
    }
}

pub(super) fn map<'n>(node: &'n Node, what: &str, problems: &mut Problems) -> Option<&'n [Entry]> {
    entries(node, what, problems).map(|entries| &**entries)
}

fn entries<'n>(node: &'n Node, what: &str, problems: &mut Problems) -> Option<&'n Entries> {
    match &node.kind {
        NodeKind::Map(entries) => Some(entries),
        _ => {
            wrong_shape(node, what, "a map", problems);
            None
        }
    }
}

pub(super) fn list<'n>(node: &'n Node, what: &str, problems: &mut Problems) -> Option<&'n [Node]> {
    match &node.kind {
        NodeKind::List(items) => Some(items),
        _ => {
            wrong_shape(node, what, "a list", problems);
            None
        }
    }
}

/// A list, or one item that stands for a list of one.
pub(super) fn one_or_list(node: &Node) -> &[Node] {
    match &node.kind {
        NodeKind::List(items) => items,
        _ => std::slice::from_ref(node),
    }
}

fn wrong_shape(node: &Node, what: &str, expected: &str, problems: &mut Problems) {
    let message = format!("{what}: expected {expected}, found {}", node.describe());
    let first_line = node.span.start..node.span.end.max(node.span.start);
    let hint = match expected {
        "a map" => "write `name: value` lines under it, or `{ name: value }`",
        "a list" => "write `- item` lines under it, or `[item, item]`",
        _ => "write one text behind the colon, in quotes when it has `: `, ` #` or begins with a sign",
    };
    problems.report(Code::WrongShape, first_line, message, hint);
}
