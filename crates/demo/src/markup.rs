//! Writes elements and attributes as strings, without a tree in between.

use std::fmt::{Display, Write as _};

/// White space between elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// None.
    Compact,
    /// A line and two blanks a level for each element.
    Indented,
}

/// How characters beyond ASCII are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As themselves.
    Literal,
    /// As character references.
    References,
}

/// Appends markup to a document.
#[derive(Debug)]
pub(super) struct Markup<'a> {
    out: &'a mut String,
    layout: Layout,
    spelling: Spelling,
    depth: usize,
}

impl<'a> Markup<'a> {
    /// A writer that begins `depth` levels deep.
    pub(super) fn new(out: &'a mut String, layout: Layout, spelling: Spelling, depth: usize) -> Self {
        Self { out, layout, spelling, depth }
    }

    /// Bytes written so far, all of the document's.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// `<name`, to be followed by attributes and one of `open`, `close_empty`, `text_and_end`.
    pub(super) fn start(&mut self, name: &str) -> &mut Self {
        self.line();
        self.out.push('<');
        self.out.push_str(name);
        self
    }

    /// An attribute whose value needs no escaping.
    pub(super) fn attribute(&mut self, name: &str, value: impl Display) -> &mut Self {
        write!(self.out, " {name}=\"{value}\"").expect("writing to a string cannot fail");
        self
    }

    /// The same without formatting.
    pub(super) fn plain(&mut self, name: &str, value: &str) -> &mut Self {
        for part in [" ", name, "=\"", value, "\""] {
            self.out.push_str(part);
        }
        self
    }

    /// An attribute with any value.
    pub(super) fn escaped(&mut self, name: &str, value: &str) -> &mut Self {
        for part in [" ", name, "=\""] {
            self.out.push_str(part);
        }
        escape(value, self.spelling, self.out);
        self.out.push('"');
        self
    }

    /// `/>`
    pub(super) fn close_empty(&mut self) {
        self.out.push_str("/>");
    }

    /// `>`; children follow.
    pub(super) fn open(&mut self) {
        self.out.push('>');
        self.depth += 1;
    }

    /// `>text</name>`
    pub(super) fn text_and_end(&mut self, text: &str, name: &str) {
        self.out.push('>');
        escape(text, self.spelling, self.out);
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// `</name>` of an element whose children are written.
    pub(super) fn end(&mut self, name: &str) {
        self.depth -= 1;
        self.line();
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Text as it stands: comments, CDATA, prepared blocks.
    pub(super) fn verbatim(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// The document so far, for what no method here does.
    pub(super) fn out(&mut self) -> &mut String {
        self.out
    }

    /// A new line at the current depth, where the layout has lines.
    pub(super) fn line(&mut self) {
        if self.layout == Layout::Indented {
            self.out.push('\n');
            for _ in 0..self.depth {
                self.out.push_str("  ");
            }
        }
    }
}

fn escape(text: &str, spelling: Spelling, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' if spelling == Spelling::References => out.push_str("&apos;"),
            _ if !character.is_ascii() && spelling == Spelling::References => {
                write!(out, "&#x{:X};", u32::from(character)).expect("writing to a string cannot fail");
            }
            _ => out.push(character),
        }
    }
}
