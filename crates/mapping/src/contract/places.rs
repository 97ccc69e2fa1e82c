//! Where a contract says what: for problems that are found only when it meets documents or tables.

use std::ops::Range;

use super::diagnostic::Problems;
use super::node::{self, Node, NodeKind};

/// The text of a contract, to be asked for places.
#[derive(Debug)]
pub struct Places {
    root: Option<Node>,
}

/// One step into a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'k> {
    /// The value of this key.
    Key(&'k str),
    /// The item of a list, or the value of a map's entry, from 0.
    Index(usize),
}

impl Places {
    /// Of a text that loads.
    pub fn of(text: &str) -> Self {
        Self { root: node::parse(text, &mut Problems::default()) }
    }

    /// The byte range of what the longest of these ways leads to that can be followed to its end: of a scalar itself, of the key of
    /// anything larger. Nothing found is the beginning of the text.
    pub fn first_of(&self, ways: &[&[Step<'_>]]) -> Range<usize> {
        ways.iter().find_map(|way| self.find(way)).unwrap_or(0..0)
    }

    /// The byte range of the name at the end of this way; nothing found is the beginning of the text.
    pub fn key_of(&self, way: &[Step<'_>]) -> Range<usize> {
        self.if_any_key_of(way).unwrap_or(0..0)
    }

    /// The byte range of the name at the end of this way.
    pub fn if_any_key_of(&self, way: &[Step<'_>]) -> Option<Range<usize>> {
        self.walk(way).map(|(key_span, _)| key_span)
    }

    fn find(&self, way: &[Step<'_>]) -> Option<Range<usize>> {
        let (key_span, node) = self.walk(way)?;
        Some(if matches!(node.kind, NodeKind::Scalar { .. }) { node.span.clone() } else { key_span })
    }

    fn walk(&self, way: &[Step<'_>]) -> Option<(Range<usize>, &Node)> {
        let mut node = self.root.as_ref()?;
        let mut key_span = node.span.clone();
        for step in way {
            (key_span, node) = match (&node.kind, step) {
                (NodeKind::Map(entries), Step::Key(key)) => {
                    let entry = entries.find(key)?;
                    (entry.key_span.clone(), &entry.value)
                }
                (NodeKind::Map(entries), Step::Index(index)) => {
                    let entry = entries.get(*index)?;
                    (entry.key_span.clone(), &entry.value)
                }
                (NodeKind::List(items), Step::Index(index)) => {
                    let item = items.get(*index)?;
                    (item.span.clone(), item)
                }
                _ => return None,
            };
        }
        Some((key_span, node))
    }
}
