//! YAML or JSON text as a tree with places.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::{Deref, Range};

use granit_parser::{Event, Parser, ScalarStyle};

use super::diagnostic::{Code, Problems};
use super::yaml_mistakes::{Mistake, RunTogether, cut_by_comma, mistake, run_together};

/// A contract with more nodes than this is no contract.
const MAX_NODES: usize = 1_000_000;
/// Bytes that aliases may repeat: a few lines could stand for any number of them.
const MAX_REPEATED_BYTES: usize = 16 << 20;
/// What a node takes besides its text.
const NODE_BYTES: usize = 128;
const MAX_DEPTH: usize = 64;

/// A scalar, list or map, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum NodeKind {
    /// Text as written, escapes resolved: `1900-01-01` and `true` are text until somebody knows better.
    Scalar {
        text: String,
        is_plain: bool,
    },
    List(Vec<Node>),
    Map(Entries),
}

/// The entries of a map in their order, which are found by key in one step however many they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    list: Vec<Entry>,
    /// By key, as soon as there are too many to walk.
    places: HashMap<String, usize>,
}

/// Smaller maps are walked: nearly all are smaller.
const MAX_WALKED: usize = 16;

impl Entries {
    /// The entry of this key.
    pub(super) fn find(&self, key: &str) -> Option<&Entry> {
        if self.places.is_empty() {
            return self.list.iter().find(|entry| entry.key == key);
        }
        self.places.get(key).map(|&at| &self.list[at])
    }

    fn push(&mut self, entry: Entry) {
        self.list.push(entry);
        if self.list.len() == MAX_WALKED {
            self.places = self.list.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at)).collect();
        } else if self.list.len() > MAX_WALKED {
            let at = self.list.len() - 1;
            self.places.insert(self.list[at].key.clone(), at);
        }
    }
}

impl Deref for Entries {
    type Target = [Entry];

    fn deref(&self) -> &[Entry] {
        &self.list
    }
}

/// An entry of a map.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) value: Node,
}

impl Node {
    /// A plain `null`, `~` or nothing at all.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, NodeKind::Scalar { text, is_plain: true } if matches!(&**text, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// What stands here, in words.
    pub(super) fn describe(&self) -> &'static str {
        match &self.kind {
            _ if self.is_null() => "nothing",
            NodeKind::Scalar { .. } => "text",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map",
        }
    }
}

/// Reads a text that holds one document. `None` when it cannot be read at all; the reason is reported.
pub(super) fn parse(text: &str, problems: &mut Problems) -> Option<Node> {
    let offset = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let mut reader = Reader {
        parser: Parser::new_from_str(&text[offset..]),
        offset,
        text,
        anchors: HashMap::new(),
        node_count: 0,
        repeated_bytes: 0,
        problems,
    };
    reader.document()
}

struct Reader<'t, 'p> {
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    offset: usize,
    text: &'t str,
    /// With the bytes that each takes.
    anchors: HashMap<usize, (Node, usize)>,
    node_count: usize,
    /// Of nodes that are kept for aliases, and of those that aliases stand for.
    repeated_bytes: usize,
    problems: &'p mut Problems,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Option<Node> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd | Event::Comment(..) => {}
                Event::StreamEnd => break,
                _ if root.is_some() => {
                    self.problems.report(
                        Code::YamlSyntax,
                        span,
                        "a second YAML document in the file",
                        "a file has one contract: remove the line `---`",
                    );
                    return None;
                }
                event => root = Some(self.node(event, span, 0)?),
            }
        }
        if root.is_none() {
            let hint = "`xmlshred infer` writes a contract from sample documents";
            self.problems.report(Code::YamlSyntax, self.offset..self.offset, "the file is empty", hint);
        }
        root
    }

    fn next(&mut self) -> Option<(Event<'t>, Range<usize>)> {
        match self.parser.next() {
            Some(Ok((event, span))) => {
                let range = span.byte_range().unwrap_or(0..0);
                Some((event, range.start + self.offset..range.end + self.offset))
            }
            Some(Err(error)) => {
                let at = (error.marker().byte_offset().unwrap_or(0) + self.offset).min(self.text.len());
                let Mistake { at, message, hint } = mistake(self.text, at, &error.info());
                self.problems.report(Code::YamlSyntax, at..at, message, hint);
                None
            }
            None => None,
        }
    }

    fn node(&mut self, event: Event<'t>, span: Range<usize>, depth: usize) -> Option<Node> {
        self.node_count += 1;
        if self.node_count > MAX_NODES || depth > MAX_DEPTH {
            return self.too_large(span);
        }
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_plain = style == ScalarStyle::Plain;
                let kind =
                    NodeKind::Scalar { text: self.without_nul(Cow::into_owned(text), &span), is_plain };
                self.anchored(anchor, Node { kind, span })
            }
            Event::SequenceStart(_, anchor, _) => {
                let mut items = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::SequenceEnd, end) => break end.end,
                        (Event::Comment(..), _) => {}
                        (event, span) => items.push(self.node(event, span, depth + 1)?),
                    }
                };
                let end =
                    items.last().map_or(end, |last: &Node| last.span.end.max(end.min(last.span.end + 1)));
                self.anchored(anchor, Node { kind: NodeKind::List(items), span: span.start..end })
            }
            Event::MappingStart(_, anchor, _) => self.map(span, anchor, depth),
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some((node, bytes)) => {
                    self.repeated_bytes += bytes;
                    if self.repeated_bytes > MAX_REPEATED_BYTES {
                        return self.too_large(span);
                    }
                    Some(node.clone())
                }
                None => {
                    let hint = "text that begins with `*` belongs in quotes, as in `\"*/@id\"`";
                    self.problems.report(Code::YamlSyntax, span, "an alias of nothing", hint);
                    None
                }
            },
            _ => {
                self.problems.report(
                    Code::YamlSyntax,
                    span,
                    "not expected here",
                    "a contract is made of maps, lists and text",
                );
                None
            }
        }
    }

    /// Whatever the text is for, a value, a name or a separator: with this character no database takes it.
    fn without_nul(&mut self, text: String, span: &Range<usize>) -> String {
        if !text.contains('\0') {
            return text;
        }
        let message = "text cannot have the character U+0000";
        let hint = "leave it out: no XML has it, and databases refuse it";
        self.problems.report(Code::InvalidConstant, span.clone(), message, hint);
        // What is made of it has no second mistake.
        text.replace('\0', "\u{FFFD}")
    }

    fn map(&mut self, span: Range<usize>, anchor: usize, depth: usize) -> Option<Node> {
        let mut entries = Entries::default();
        loop {
            let (event, key_span) = self.next()?;
            let key = match event {
                Event::MappingEnd => break,
                Event::Comment(..) => continue,
                event => self.node(event, key_span, depth + 1)?,
            };
            let (event, value_span) = loop {
                match self.next()? {
                    (Event::Comment(..), _) => {}
                    next => break next,
                }
            };
            let value = self.node(event, value_span, depth + 1)?;
            let NodeKind::Scalar { text, is_plain } = key.kind else {
                let hint = "put it in quotes when it is meant as text";
                self.problems.report(Code::YamlSyntax, key.span, "a key must be text", hint);
                continue;
            };
            if let Some(last) = entries.list.last_mut()
                && value.is_null()
                && let NodeKind::Scalar { text: before, is_plain: true } = &last.value.kind
                && let Some(whole) = cut_by_comma(before, &text)
            {
                let span = last.value.span.start..key.span.end;
                let message = format!("a comma ends text within `{{ }}`: `{whole}` is read as two parts");
                self.problems.report(Code::YamlSyntax, span, message, format!("quote it: `\"{whole}\"`"));
                // What is made of it has no second mistake.
                last.value.kind = NodeKind::Scalar { text: whole, is_plain: false };
                continue;
            }
            let (text, value) = match run_together(&text).filter(|_| is_plain && value.is_null()) {
                Some(RunTogether { name, value: behind, message, hint }) => {
                    self.problems.report(Code::YamlSyntax, key.span.clone(), message, hint);
                    // What is made of it has no second mistake.
                    let kind = NodeKind::Scalar { text: behind, is_plain: false };
                    (name, Node { kind, span: key.span.clone() })
                }
                None => (text, value),
            };
            if entries.find(&text).is_some() {
                let message = format!("`{text}` stands here a second time");
                self.problems.report(Code::DuplicateKey, key.span, message, "keep one of them");
                continue;
            }
            entries.push(Entry { key: text, key_span: key.span, value });
        }
        let end = entries.last().map_or(span.end, |last| last.value.span.end.max(last.key_span.end));
        self.anchored(anchor, Node { kind: NodeKind::Map(entries), span: span.start..end })
    }

    /// Keeps a node that aliases may stand for.
    fn anchored(&mut self, anchor: usize, node: Node) -> Option<Node> {
        if anchor > 0 {
            let bytes = bytes(&node);
            self.repeated_bytes += bytes;
            if self.repeated_bytes > MAX_REPEATED_BYTES {
                return self.too_large(node.span);
            }
            self.anchors.insert(anchor, (node.clone(), bytes));
        }
        Some(node)
    }

    fn too_large(&mut self, span: Range<usize>) -> Option<Node> {
        self.problems.report(
            Code::YamlSyntax,
            span,
            "the file is too large or nested too deeply for a contract",
            "is it the right file? Aliases (`*name`) may also repeat too much",
        );
        None
    }
}

/// The memory that a node takes, roughly. As deep as nodes nest.
fn bytes(node: &Node) -> usize {
    NODE_BYTES
        + match &node.kind {
            NodeKind::Scalar { text, .. } => text.len(),
            NodeKind::List(items) => items.iter().map(bytes).sum::<usize>(),
            NodeKind::Map(entries) => {
                entries.iter().map(|entry| 2 * entry.key.len() + bytes(&entry.value)).sum::<usize>()
            }
        }
}
