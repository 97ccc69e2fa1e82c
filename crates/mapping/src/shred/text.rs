//! The text of nodes (XPath 1.0, section 5).
//!
//! Text that stands in the document as it is is pointed at. An attribute or a short text with references or in few pieces is made anew for who asks. All
//! other text is made once per document, in one piece: the text of every element is a part of it, so that the text of nested elements
//! takes no more room than that of the outermost, however often it is read.

use std::borrow::Cow;

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;
use xmlshred_model::WorkEnd;

use crate::path::Naming;
use crate::xml::{
    XML_NAMESPACE, each_part_of_text, push_attribute, push_text, unescape_attribute, unescape_text,
};

use super::texts::Joined;
use super::tree::{Slice, TEXT};
use super::view::{Item, View};

/// Text up to this length, in up to so many pieces, is made where it is asked for.
const MAX_SHORT: usize = 256;
const MAX_PIECES: usize = 8;

/// The text of a node, or what it is made from.
enum Found<'a> {
    Ready(&'a str),
    /// An attribute with something to replace.
    Attribute(&'a str),
    /// Text with something to replace.
    Content(&'a str),
    /// Few short pieces.
    Pieces(&'a [Slice]),
}

impl<'a> View<'a> {
    /// The string-value of a node, for a look.
    pub(super) fn string_value(&self, item: Item) -> Result<Cow<'a, str>, WorkEnd> {
        Ok(match self.find_text(item)? {
            Found::Ready(text) => Cow::Borrowed(text),
            Found::Attribute(raw) => {
                self.work.value_bytes(raw.len())?;
                let mut text = String::with_capacity(raw.len());
                push_attribute(raw, &mut text);
                Cow::Owned(text)
            }
            Found::Content(raw) => {
                self.work.value_bytes(raw.len())?;
                let mut text = String::with_capacity(raw.len());
                push_text(raw, &mut text);
                Cow::Owned(text)
            }
            Found::Pieces(pieces) => Cow::Owned(self.piece_by_piece(pieces)?),
        })
    }

    fn piece_by_piece(&self, pieces: &[Slice]) -> Result<String, WorkEnd> {
        let length = length_of(pieces);
        self.work.value_bytes(length)?;
        let mut text = String::with_capacity(length);
        pieces.iter().for_each(|&piece| self.push_piece(piece, &mut |part| text.push_str(part)));
        Ok(text)
    }

    /// The string-value of a node, for a value: made in `arena` where it must be made.
    #[inline]
    pub(super) fn value_text<'r>(&self, item: Item, arena: &'r Bump) -> Result<&'r str, WorkEnd>
    where
        'a: 'r,
    {
        match self.find_text(item)? {
            Found::Ready(text) => Ok(text),
            Found::Attribute(raw) => {
                self.work.value_bytes(raw.len())?;
                Ok(unescape_attribute(raw, arena))
            }
            Found::Content(raw) => {
                self.work.value_bytes(raw.len())?;
                Ok(unescape_text(raw, arena))
            }
            Found::Pieces(pieces) => {
                let length = length_of(pieces);
                self.work.value_bytes(length)?;
                let mut text = BumpString::with_capacity_in(length, arena);
                pieces.iter().for_each(|&piece| self.push_piece(piece, &mut |part| text.push_str(part)));
                Ok(text.into_bump_str())
            }
        }
    }

    /// The string-value of a node where it stands in one piece and as it is in the document.
    #[inline(always)]
    pub(super) fn plain_text(&self, item: Item) -> Option<&'a str> {
        let slice = if item.attribute > 0 {
            self.tree.attribute_at(item.node, item.attribute)
        } else {
            match self.tree.pieces(item.node) {
                [piece] => *piece,
                _ => return None,
            }
        };
        slice.is_plain.then(|| self.raw(slice))
    }

    #[inline]
    fn find_text(&self, item: Item) -> Result<Found<'a>, WorkEnd> {
        if item.attribute > 0 {
            if let Some((naming, item)) = item.naming() {
                return self.find_name(naming, item);
            }
            let slice = self.tree.attribute_at(item.node, item.attribute);
            let raw = self.raw(slice);
            return Ok(if slice.is_plain { Found::Ready(raw) } else { Found::Attribute(raw) });
        }
        self.find_text_below(item)
    }

    #[cold]
    fn find_name(&self, naming: Naming, item: Item) -> Result<Found<'a>, WorkEnd> {
        self.work.steps(1)?;
        let name = self.name(item);
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        Ok(match naming {
            Naming::Local => Found::Ready(local),
            Naming::Qualified => Found::Ready(name),
            Naming::Namespace if prefix.is_empty() && item.attribute > 0 => Found::Ready(""),
            Naming::Namespace if prefix == "xml" => Found::Ready(XML_NAMESPACE),
            Naming::Namespace => Found::Attribute(self.namespace(item.node, prefix)?),
        })
    }

    fn find_text_below(&self, item: Item) -> Result<Found<'a>, WorkEnd> {
        let range = self.tree.piece_range(item.node);
        match &self.tree.all_pieces()[range.clone()] {
            [] => Ok(Found::Ready("")),
            [piece] if piece.is_plain => Ok(Found::Ready(self.raw(*piece))),
            [piece] if !is_cdata(*piece) && ((piece.stop - piece.start) as usize) <= MAX_SHORT => {
                Ok(Found::Content(self.raw(*piece)))
            }
            pieces if pieces.len() <= MAX_PIECES && length_of(pieces) <= MAX_SHORT => {
                Ok(Found::Pieces(pieces))
            }
            _ => {
                let Joined { text, starts } = self.joined()?;
                Ok(Found::Ready(&text[starts[range.start] as usize..starts[range.end] as usize]))
            }
        }
    }

    fn joined(&self) -> Result<&'a Joined, WorkEnd> {
        if let Some(joined) = self.texts.joined.get() {
            return Ok(joined);
        }
        let pieces = self.tree.all_pieces();
        let length = length_of(pieces);
        self.work.steps(pieces.len() as u64)?;
        self.work.value_bytes(length)?;
        Ok(self.texts.joined.get_or_init(|| {
            let mut joined =
                Joined { text: String::with_capacity(length), starts: Vec::with_capacity(pieces.len() + 1) };
            for &piece in pieces {
                joined.starts.push(joined.text.len() as u32);
                self.push_piece(piece, &mut |part| joined.text.push_str(part));
            }
            joined.starts.push(joined.text.len() as u32);
            joined
        }))
    }

    fn push_piece(&self, piece: Slice, push: &mut impl FnMut(&str)) {
        let raw = self.raw(piece);
        match (piece.is_plain, is_cdata(piece)) {
            (true, _) => push(raw),
            (false, false) => each_part_of_text(raw, push),
            (false, true) => {
                let mut lines = raw.split('\r');
                push(lines.next().unwrap_or_default());
                for line in lines {
                    push("\n");
                    push(line.strip_prefix('\n').unwrap_or(line));
                }
            }
        }
    }

    /// Whether a node is an element with `xsi:nil`, or text of one.
    #[inline]
    pub(super) fn is_nil(&self, item: Item) -> bool {
        item.attribute == 0
            && (self.tree.is_nil(item.node)
                || self.is_text(item) && self.tree.is_nil(self.tree.node(item.node).parent))
    }

    /// The document itself in this range.
    #[inline]
    pub(super) fn raw(&self, slice: Slice) -> &'a str {
        &self.text[slice.start as usize..slice.stop as usize]
    }

    /// The same text with the life of the document, where it is part of it.
    pub(super) fn in_document(&self, text: &str) -> Option<&'a str> {
        let start = (text.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        self.text.get(start..start.checked_add(text.len())?)
    }

    /// Whether a node is text between tags.
    pub(super) fn is_text(&self, item: Item) -> bool {
        item.attribute == 0 && self.tree.node(item.node).symbol == TEXT
    }
}

/// Bytes of pieces as they stand in the document.
fn length_of(pieces: &[Slice]) -> usize {
    pieces.iter().map(|piece| (piece.stop - piece.start) as usize).sum()
}

/// In CDATA an ampersand is itself.
fn is_cdata(piece: Slice) -> bool {
    piece.symbol == 1
}
