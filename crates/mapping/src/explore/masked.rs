//! Which values of a document are sensitive: all that paths of sensitive columns lead to, whatever their conditions say. So a value that a
//! condition, or another match, kept out of its column is not shown either.

use std::collections::HashSet;

use xmlshred_model::Work;

use crate::explain::LetSet;
use crate::plan::{Automaton, PathOf, Paths, Plan, some_columns};
use crate::shred::{DEAD, Dfa, Reading, START, StateId};
use crate::xml::{Handler, Names, Nobody, RawText, ScanLimits, StartTag, TextKind};

/// Finds what is sensitive, in one document after the other.
pub(super) struct Masker {
    automaton: Automaton,
    dfa: Dfa,
}

/// Sensitive values of a document, by the offsets where they begin.
#[derive(Debug, Default)]
pub(super) struct Masked {
    offsets: HashSet<u32, foldhash::fast::FixedState>,
}

impl Masker {
    /// `None` where the contract calls nothing sensitive.
    pub(super) fn of(plan: &Plan) -> Option<Self> {
        let lets = LetSet::of_sensitive(plan.contract());
        let columns = plan.contract().tables.iter().flat_map(|table| &table.templates);
        let has_columns = columns.flat_map(|template| &template.columns).any(|column| column.sensitive);
        if !has_columns && lets.is_empty() {
            return None;
        }
        let automaton = some_columns(plan, &|value| match value {
            PathOf::Column(column) => column.sensitive,
            PathOf::Let(table, index) => lets.has(table, index),
        });
        let dfa = Dfa::new(Paths { symbols: plan.symbols(), automaton: &automaton });
        Some(Self { automaton, dfa })
    }

    /// Goes over a well-formed document.
    pub(super) fn masked(&mut self, plan: &Plan, reading: &Reading<'_>) -> Masked {
        let paths = Paths { symbols: plan.symbols(), automaton: &self.automaton };
        self.dfa.trim(paths);
        let (masked, open) = (Masked::default(), vec![(START, false)]);
        let mut walk = Walk { text: &reading.text, paths, dfa: &mut self.dfa, open, masked };
        let limits = ScanLimits { max_depth: u32::MAX, max_attributes: u32::MAX };
        let scanned = reading.scan(limits, &mut Names::default(), &mut walk);
        scanned.expect("the shredder has scanned it");
        walk.masked
    }
}

impl Masked {
    /// Whether the value that begins here is sensitive.
    pub(super) fn has(&self, offset: u32) -> bool {
        self.offsets.contains(&offset)
    }
}

struct Walk<'w> {
    text: &'w str,
    paths: Paths<'w>,
    dfa: &'w mut Dfa,
    /// Open elements; whether all that is in one is sensitive, as its markup is.
    open: Vec<(StateId, bool)>,
    masked: Masked,
}

impl Walk<'_> {
    fn offset(&self, part: &str) -> u32 {
        (part.as_ptr() as usize - self.text.as_ptr() as usize) as u32
    }
}

impl<'d> Handler<'d> for Walk<'_> {
    type Taker<'t>
        = Nobody
    where
        Self: 't;

    fn start(&mut self, tag: &StartTag<'_, 'd>) {
        let (above, is_all) = *self.open.last().expect("the document node is never closed");
        let symbols = self.paths.symbols;
        let symbol = symbols.lookup(tag.local(), || tag.namespace());
        let at = self.dfa.step(above, symbol, self.paths, &Work::unlimited()).unwrap_or(DEAD);
        let state = self.dfa.state(at);
        let is_all = is_all || state.reads_markup;
        for attribute in tag.attributes {
            let symbol = symbols.lookup(attribute.local(), || tag.attribute_namespace(attribute));
            if is_all || state.keeps(symbol) {
                self.masked.offsets.insert(self.offset(attribute.value.raw));
            }
        }
        self.open.push((at, is_all));
    }

    fn end(&mut self, _: usize) {
        self.open.pop();
    }

    fn text(&mut self, text: RawText<'d>, _: TextKind) {
        let (at, is_all) = *self.open.last().expect("text is inside an element");
        if is_all || self.dfa.state(at).reads_text {
            self.masked.offsets.insert(self.offset(text.raw));
        }
    }
}
