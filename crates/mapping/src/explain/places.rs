//! Offsets of a document to places that people find: path with positions, line and column.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::lines::Lines;
use crate::shred::Reading;
use crate::xml::{Handler, Names, Nobody, RawText, ScanLimits, StartTag, TextKind};

use super::explanation::NodePlace;

/// Bytes of a path that is told.
const MAX_PATH_BYTES: usize = 1024;

/// Places by offset: of an element's `<`, of an attribute's value, of the beginning of text.
#[derive(Debug, Default)]
pub(super) struct Places {
    by_offset: BTreeMap<u32, NodePlace>,
}

impl Places {
    /// Finds all these offsets in one walk over a well-formed document. What is in a document within it has the line of its element.
    pub(super) fn find(reading: &Reading<'_>, offsets: impl IntoIterator<Item = u32>) -> Self {
        let nowhere = NodePlace { path: "/".to_owned(), line: 1, column: 1 };
        let mut by_offset: BTreeMap<_, _> =
            offsets.into_iter().map(|offset| (offset, nowhere.clone())).collect();
        let mut lines = Lines::of(&reading.text);
        for (&offset, place) in &mut by_offset {
            (place.line, place.column) = lines.place(reading.outer(offset as usize));
        }
        let mut finder =
            Finder { text: &reading.text, by_offset, open: vec![Level::default()], path: String::new() };
        let limits = ScanLimits { max_depth: u32::MAX, max_attributes: u32::MAX };
        let scanned = reading.scan(limits, &mut Names::default(), &mut finder);
        scanned.expect("the shredder has scanned it");
        Self { by_offset: finder.by_offset }
    }

    pub(super) fn at(&self, offset: u32) -> NodePlace {
        self.by_offset.get(&offset).cloned().expect("every offset was looked for")
    }
}

struct Finder<'d> {
    text: &'d str,
    by_offset: BTreeMap<u32, NodePlace>,
    open: Vec<Level<'d>>,
    path: String,
}

/// An open element.
#[derive(Default)]
struct Level<'d> {
    /// How many children of each name there were.
    children: HashMap<&'d str, u32>,
    texts: u32,
    in_text: Text,
    /// Length of the path without it.
    path_len: usize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Text {
    #[default]
    Ended,
    Begun,
}

impl Finder<'_> {
    fn offset(&self, part: &str) -> u32 {
        (part.as_ptr() as usize - self.text.as_ptr() as usize) as u32
    }

    fn tell(&mut self, offset: u32, last_step: impl FnOnce() -> String) {
        if let Some(place) = self.by_offset.get_mut(&offset) {
            place.path = format!("{}{}", end_of(&self.path), last_step());
        }
    }
}

/// The path, or the last steps of a very long one: as many of them as there are places would fill the memory.
fn end_of(path: &str) -> Cow<'_, str> {
    let Some(start) = path.len().checked_sub(MAX_PATH_BYTES) else { return Cow::Borrowed(path) };
    let start = path.floor_char_boundary(start);
    let step = path[start..].find('/').map_or(start, |at| start + at);
    Cow::Owned(format!("…{}", &path[step..]))
}

impl<'d> Handler<'d> for Finder<'d> {
    type Taker<'t>
        = Nobody
    where
        Self: 't;

    fn start(&mut self, tag: &StartTag<'_, 'd>) {
        let parent = self.open.last_mut().expect("the document node is never closed");
        parent.in_text = Text::Ended;
        let position = parent.children.entry(tag.name()).or_default();
        *position += 1;
        let path_len = self.path.len();
        self.path.push_str(&format!("/{}[{position}]", tag.name()));
        self.open.push(Level { path_len, ..Level::default() });
        self.tell(tag.offset as u32, String::new);
        for attribute in tag.attributes {
            self.tell(self.offset(attribute.value.raw), || format!("/@{}", attribute.name));
        }
    }

    fn end(&mut self, _: usize) {
        let level = self.open.pop().expect("the scanner matches end tags with start tags");
        self.path.truncate(level.path_len);
        self.open.last_mut().expect("the document node is never closed").in_text = Text::Ended;
    }

    fn text(&mut self, text: RawText<'d>, _: TextKind) {
        let level = self.open.last_mut().expect("text is inside an element");
        if level.in_text == Text::Ended {
            level.in_text = Text::Begun;
            level.texts += 1;
        }
        let position = level.texts;
        self.tell(self.offset(text.raw), || format!("/text()[{position}]"));
    }
}
