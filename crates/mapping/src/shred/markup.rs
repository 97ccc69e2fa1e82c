//! Nodes as the document has them: markup, and where it stands.

use std::collections::HashSet;
use std::ops::Range;

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;
use xmlshred_model::WorkEnd;

use super::tree::{DOCUMENT, Declaration, NodeId, TEXT};
use super::view::{Item, View};

/// A range of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The value of an attribute, without quotes.
    Attribute(Range<u32>),
    /// Text between two tags; comments may stand in it.
    Text(Range<u32>),
    /// An element with its tags.
    Element(Range<u32>),
}

impl<'a> View<'a> {
    /// The markup of an element as the document has it, with the namespace declarations that it depends on; the text of anything else.
    pub(super) fn markup<'r>(&self, item: Item, arena: &'r Bump) -> Result<&'r str, WorkEnd>
    where
        'a: 'r,
    {
        let node = self.tree.node(item.node);
        if item.attribute > 0 || node.symbol == TEXT {
            return self.value_text(item, arena);
        }
        let markup = &self.text[node.start as usize..node.stop as usize];
        let inherited = self.inherited(item.node)?;
        if inherited.is_empty() {
            return Ok(markup);
        }
        let length = |part: Range<u32>| part.len();
        let added = inherited.iter().map(|known| length(known.prefix()) + length(known.uri()) + 10);
        let room = added.sum::<usize>() + markup.len();
        self.work.value_bytes(room)?;
        let name_end =
            markup.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').unwrap_or(markup.len());
        let mut text = BumpString::with_capacity_in(room, arena);
        text.push_str(&markup[..name_end]);
        for declaration in inherited {
            let (prefix, uri) = (self.part(declaration.prefix()), self.part(declaration.uri()));
            let quote = if uri.contains('"') { "'" } else { "\"" };
            let colon = if prefix.is_empty() { "" } else { ":" };
            for part in [" xmlns", colon, prefix, "=", quote, uri, quote] {
                text.push_str(part);
            }
        }
        text.push_str(&markup[name_end..]);
        Ok(text.into_bump_str())
    }

    /// The declarations that an element inherits, outermost first; of those of one prefix the innermost, when there is not one on the
    /// element itself.
    fn inherited(&self, element: NodeId) -> Result<Vec<Declaration>, WorkEnd> {
        let (inherited, own) = self.tree.scopes_of(element);
        let mut seen = HashSet::<&str, foldhash::fast::RandomState>::default();
        let mut found = Vec::new();
        let mut is_own = own != inherited;
        for (at, declaration) in self.tree.declarations(own) {
            self.work.steps(1)?;
            is_own &= at != inherited;
            let prefix = self.part(declaration.prefix());
            let undeclares = prefix.is_empty() && declaration.uri().is_empty();
            if seen.insert(prefix) && !is_own && !undeclares {
                found.push(declaration);
            }
        }
        found.reverse();
        Ok(found)
    }

    /// The namespace of a prefix at an element whose declarations are kept, as the document writes it; empty where there is none.
    pub(super) fn namespace(&self, element: NodeId, prefix: &str) -> Result<&'a str, WorkEnd> {
        let (_, own) = self.tree.scopes_of(element);
        for (_, declaration) in self.tree.declarations(own) {
            self.work.steps(1)?;
            if self.part(declaration.prefix()) == prefix {
                return Ok(self.part(declaration.uri()));
            }
        }
        Ok("")
    }

    /// The name of an element or attribute as the document has it; the document node has none.
    pub(super) fn name(&self, item: Item) -> &'a str {
        if item.node == DOCUMENT {
            return "";
        }
        let blank = |c: char| c.is_ascii_whitespace();
        if item.attribute > 0 {
            let value = self.tree.attribute_at(item.node, item.attribute);
            // Before the value stand a quote, the sign and the name.
            let before = &self.text[..value.start as usize - 1];
            let before = before.trim_end_matches(blank).trim_end_matches('=').trim_end_matches(blank);
            return &before[before.rfind(blank).map_or(0, |at| at + 1)..];
        }
        let tag = &self.text[self.tree.node(item.node).start as usize + 1..];
        &tag[..tag.find(|c: char| blank(c) || c == '>' || c == '/').unwrap_or(tag.len())]
    }

    fn part(&self, range: Range<u32>) -> &'a str {
        &self.text[range.start as usize..range.end as usize]
    }

    /// Where a node stands in the document.
    pub(crate) fn extent(&self, item: Item) -> Extent {
        let node = self.tree.node(item.node);
        if let Some((_, named)) = item.naming() {
            let start = match named.attribute {
                0 => node.start,
                position => self.tree.attribute_at(item.node, position).start,
            };
            return Extent::Attribute(start..start);
        }
        if item.attribute > 0 {
            let value = self.tree.attribute_at(item.node, item.attribute);
            return Extent::Attribute(value.start..value.stop);
        }
        match (self.is_text(item), self.tree.pieces(item.node)) {
            (true, [first, .., last] | [first @ last]) => Extent::Text(first.start..last.stop),
            _ => Extent::Element(node.start..node.stop),
        }
    }

    /// Where a node begins in the document.
    pub(crate) fn start_of(&self, item: Item) -> u32 {
        let (Extent::Attribute(range) | Extent::Text(range) | Extent::Element(range)) = self.extent(item);
        range.start
    }

    /// Offset in the document, for messages.
    pub(super) fn offset(&self, item: Item) -> usize {
        self.start_of(item) as usize
    }
}
