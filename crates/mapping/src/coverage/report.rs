//! What is told about the coverage of documents: shares, and what is lost, the most of it first.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::path::{NodeTest, Path};

use super::amount::{Amount, Example, Fate};
use super::outline::{NameId, NameKind, Outline, TOP, Tally};

/// The coverage of documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Documents measured.
    pub document_count: u64,
    /// Attributes and texts that hold something, ignored ones included.
    pub total: Amount,
    /// Of these: read by a column of a row.
    pub read: Amount,
    /// Of these: left out by `ignore`, and not read.
    pub ignored: Amount,
    /// What neither is read nor ignored, the most bytes first.
    pub lost: Vec<Lost>,
}

/// Data at one path that is in no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// From the main element, as contracts write it. Names without prefix, which match any namespace.
    pub path: String,
    /// Why.
    pub why: Why,
    /// Documents in which it is.
    pub document_count: u64,
    /// How much.
    pub amount: Amount,
    /// Where it was met first.
    pub example: Example,
    /// How many attributes and texts the line stands for: more than 1 for a section that is left out as a whole.
    pub name_count: u64,
}

/// Why data is in no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// No path of the contract leads there.
    NoPath,
    /// A condition looks at it (a predicate, `where`, `one_per`, `require`), and no column.
    ConditionOnly,
    /// The path of a column leads there, but its element gives no row (predicate, `where`, `one_per`, `skip_row_when`), or another match
    /// of the path was taken.
    InNoRow,
}

impl Why {
    /// The word of it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoPath => "no-path",
            Self::ConditionOnly => "condition-only",
            Self::InNoRow => "in-no-row",
        }
    }
}

/// How far what is lost is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// An element of which no path reads anything is told as one.
    Sections,
    /// Every attribute and text by itself.
    Names,
}

impl Report {
    pub(crate) fn new(outline: &Outline, roots: &[Path], document_count: u64, detail: Detail) -> Self {
        let mut report = Self {
            document_count,
            total: Amount::default(),
            read: Amount::default(),
            ignored: Amount::default(),
            lost: Vec::new(),
        };
        for id in outline.ids() {
            for tally in &outline.name(id).tallies {
                report.total += tally.amount;
            }
            report.read += outline.name(id).tallies[Fate::Read as usize].amount;
            report.ignored += outline.name(id).tallies[Fate::Ignored as usize].amount;
        }
        let mains = roots.iter().map(|root| main_name(outline, root)).collect::<Vec<_>>();
        let listing = Listing { outline, mains: &mains, unread: unread(outline), detail };
        listing.collect(TOP, &mut report.lost);
        if roots.len() > 1 {
            report.lost = put_together(report.lost);
        }
        report.lost.sort_by(|a, b| {
            let key = |lost: &Lost| (std::cmp::Reverse(lost.amount.bytes), lost.why);
            key(a).cmp(&key(b)).then_with(|| a.path.cmp(&b.path))
        });
        report
    }

    /// Attributes and texts that are read, in percent of those that are not ignored; 100 when there are none.
    pub fn percent_of_occurrences(&self) -> f64 {
        percent(self.read.occurrences, self.total.occurrences - self.ignored.occurrences)
    }

    /// The same by bytes.
    pub fn percent_of_bytes(&self) -> f64 {
        percent(self.read.bytes, self.total.bytes - self.ignored.bytes)
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 100.0 } else { part as f64 * 100.0 / whole as f64 }
}

/// What is lost at one path, below whichever root. A document has one root, so that their numbers add up.
fn put_together(lost: Vec<Lost>) -> Vec<Lost> {
    let mut by_path = BTreeMap::<(String, Why), Lost>::new();
    for lost in lost {
        match by_path.entry((lost.path.clone(), lost.why)) {
            Entry::Vacant(entry) => {
                entry.insert(lost);
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                if lost.example.document < known.example.document {
                    known.example = lost.example;
                }
                known.document_count += lost.document_count;
                known.amount += lost.amount;
                known.name_count = known.name_count.max(lost.name_count);
            }
        }
    }
    by_path.into_values().collect()
}

/// The names that one of `document.root` goes through, as far as documents have them.
fn main_name(outline: &Outline, root: &Path) -> Vec<NameId> {
    let mut way = Vec::new();
    let mut at = TOP;
    for step in &root.steps {
        let NodeTest::Name { local, .. } = &step.test else { break };
        let mut children = outline.name(at).children();
        let found = children.find(|&child| {
            let name = outline.name(child);
            name.kind == NameKind::Element && name.text.eq_ignore_ascii_case(local)
        });
        let Some(found) = found else { break };
        way.push(found);
        at = found;
    }
    way
}

struct Listing<'o> {
    outline: &'o Outline,
    /// The way to the main element, for each root.
    mains: &'o [Vec<NameId>],
    /// By name: whether nothing here or below is reached by a path, or ignored.
    unread: Vec<bool>,
    detail: Detail,
}

/// Bytes of a path that is told. Of a longer one the beginning is left out: as many long paths as there are names would fill the memory.
const MAX_PATH_BYTES: usize = 1024;

/// Of every name, whether nothing here or below is reached by a path, or ignored.
fn unread(outline: &Outline) -> Vec<bool> {
    let is_reached = |id: NameId| {
        [Fate::Read, Fate::Ignored, Fate::InNoRow, Fate::ConditionOnly]
            .iter()
            .any(|&fate| outline.name(id).tallies[fate as usize].amount.occurrences > 0)
    };
    let mut unread = outline.ids().map(|id| !is_reached(id)).collect::<Vec<_>>();
    // Names are made behind their parents: each has all of its children when it is its turn.
    for id in outline.ids().rev() {
        if !unread[id as usize] {
            unread[outline.name(id).parent as usize] = false;
        }
    }
    unread
}

const LOST: [(Fate, Why); 3] =
    [(Fate::NoPath, Why::NoPath), (Fate::ConditionOnly, Why::ConditionOnly), (Fate::InNoRow, Why::InNoRow)];

impl Listing<'_> {
    fn collect(&self, id: NameId, lost: &mut Vec<Lost>) {
        let name = self.outline.name(id);
        let is_unread = self.unread[id as usize];
        let is_section = || name.kind == NameKind::Element && id != TOP && self.main_place(id).is_none();
        if self.detail == Detail::Sections && is_unread && is_section() {
            lost.extend(self.section(id));
            return;
        }
        for (fate, why) in LOST {
            let Tally { documents, amount, example } = &name.tallies[fate as usize];
            if let Some(example) = *example {
                let path = self.path(id);
                let amount = *amount;
                let document_count = documents.count;
                lost.push(Lost { path, why, document_count, amount, example, name_count: 1 });
            }
        }
        for child in name.children() {
            self.collect(child, lost);
        }
    }

    /// One line for an element with everything in it; none when it holds nothing.
    fn section(&self, id: NameId) -> Option<Lost> {
        let (mut amount, mut name_count, mut example) = (Amount::default(), 0, None::<Example>);
        let mut left = vec![id];
        while let Some(at) = left.pop() {
            let name = self.outline.name(at);
            let tally = &name.tallies[Fate::NoPath as usize];
            amount += tally.amount;
            name_count += u64::from(tally.amount.occurrences > 0);
            let place = |example: &Example| (example.document, example.place.line, example.place.column);
            example = example.into_iter().chain(tally.example).min_by_key(place);
            left.extend(name.children());
        }
        let document_count = self.outline.name(id).unread.count;
        let path = if name_count == 1 { self.path_of_only(id) } else { self.way(id) };
        example.map(|example| Lost { path, why: Why::NoPath, document_count, amount, example, name_count })
    }

    /// The path of the one value in a section.
    fn path_of_only(&self, id: NameId) -> String {
        let name = self.outline.name(id);
        if name.tallies[Fate::NoPath as usize].amount.occurrences > 0 {
            return self.path(id);
        }
        let holds = |child: &NameId| self.outline.name(*child).unread.count > 0;
        name.children().find(holds).map_or_else(|| self.path(id), |child| self.path_of_only(child))
    }

    /// The path of an attribute, or of an element's own text.
    fn path(&self, id: NameId) -> String {
        let way = self.way(id);
        match (self.outline.name(id).kind, self.outline.name(id).has_elements()) {
            (NameKind::Element, true) if way == "." => "text()".to_owned(),
            (NameKind::Element, true) => format!("{way}/text()"),
            _ => way,
        }
    }

    /// From the main element to a name; the last steps of it when it is long.
    fn way(&self, id: NameId) -> String {
        let mut steps = Vec::new();
        let mut bytes = 0;
        let mut at = id;
        // Up to the first name that is also on the way to the main element.
        let levels = loop {
            if let Some(levels) = self.main_place(at) {
                break levels;
            }
            let name = self.outline.name(at);
            bytes += name.text.len() + 2;
            if bytes > MAX_PATH_BYTES && !steps.is_empty() {
                steps.push("…".to_owned());
                break 0;
            }
            steps.push(match name.kind {
                NameKind::Element => shortened(&name.text).into_owned(),
                NameKind::Attribute => format!("@{}", shortened(&name.text)),
            });
            at = name.parent;
        };
        steps.extend(std::iter::repeat_n("..".to_owned(), levels));
        steps.reverse();
        if steps.is_empty() { ".".to_owned() } else { steps.join("/") }
    }

    /// How many levels the main element is below this name; `None` when it is not on the way to one.
    fn main_place(&self, id: NameId) -> Option<usize> {
        let levels = |main: &Vec<NameId>| match id {
            TOP => Some(main.len()),
            // Names are made behind their parents.
            id => main.binary_search(&id).ok().map(|at| main.len() - at - 1),
        };
        self.mains.iter().find_map(levels)
    }
}

/// A name, or the beginning of a very long one.
fn shortened(name: &str) -> Cow<'_, str> {
    if name.len() <= MAX_PATH_BYTES {
        return Cow::Borrowed(name);
    }
    Cow::Owned(format!("{}…", &name[..name.floor_char_boundary(MAX_PATH_BYTES)]))
}
