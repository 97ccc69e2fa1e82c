//! An automaton of paths made deterministic, state by state as documents ask for them.

use std::collections::HashMap;

use xmlshred_model::{Work, WorkEnd};

use crate::plan::{Paths, Symbol};

/// State of an element that no path reaches, nor anything below it.
pub(crate) const DEAD: StateId = 0;
/// State of the document node.
pub(crate) const START: StateId = 1;

/// Documents could make more states than this only on purpose; then they are forgotten between documents.
const MAX_STATES: usize = 4096;

const UNKNOWN: StateId = StateId::MAX;

pub(crate) type StateId = u32;

#[derive(Debug)]
pub(crate) struct Dfa {
    states: Vec<State>,
    by_set: HashMap<Box<[u32]>, StateId>,
}

#[derive(Debug)]
pub(crate) struct State {
    set: Box<[u32]>,
    next: Box<[StateId]>,
    /// Elements in this state may count by themselves, not only for what is below them.
    pub(crate) is_step: bool,
    pub(crate) reads_text: bool,
    pub(crate) reads_markup: bool,
    pub(crate) attributes: AttributeSet,
    /// Which slot of an element an attribute with this name gets, plus one; 0 is none.
    slots: Box<[u16]>,
    pub(crate) slot_count: u32,
    /// Lists that elements in this state are written down in.
    pub(crate) anchors: Box<[u32]>,
}

/// Which attributes of an element are kept.
#[derive(Debug)]
pub(crate) enum AttributeSet {
    None,
    All,
    /// Those with slots.
    Some,
}

impl State {
    /// Whether an attribute with this name is kept.
    pub(crate) fn keeps(&self, attribute: Symbol) -> bool {
        match &self.attributes {
            AttributeSet::None => false,
            AttributeSet::All => true,
            AttributeSet::Some => self.slot(attribute) != 0,
        }
    }

    pub(crate) fn slot(&self, attribute: Symbol) -> u32 {
        u32::from(self.slots[attribute as usize])
    }
}

impl Dfa {
    pub(crate) fn new(paths: Paths<'_>) -> Self {
        let mut dfa = Self { states: Vec::new(), by_set: HashMap::new() };
        dfa.reset(paths);
        dfa
    }

    /// To be called between documents.
    pub(crate) fn trim(&mut self, paths: Paths<'_>) {
        if self.states.len() > MAX_STATES {
            self.reset(paths);
        }
    }

    fn reset(&mut self, paths: Paths<'_>) {
        self.states.clear();
        self.by_set.clear();
        self.intern(Vec::new(), paths);
        let mut start = Vec::new();
        paths.automaton.activate(0, &mut start);
        self.intern(start, paths);
    }

    pub(crate) fn state(&self, id: StateId) -> &State {
        &self.states[id as usize]
    }

    /// The state of a child with this name.
    ///
    /// # Errors
    /// When a document discovers more states than it may cost.
    #[inline]
    pub(crate) fn step(
        &mut self,
        from: StateId,
        symbol: Symbol,
        paths: Paths<'_>,
        work: &Work<'_>,
    ) -> Result<StateId, WorkEnd> {
        match self.states[from as usize].next[symbol as usize] {
            UNKNOWN => self.discover(from, symbol, paths, work),
            known => Ok(known),
        }
    }

    #[cold]
    fn discover(
        &mut self,
        from: StateId,
        symbol: Symbol,
        paths: Paths<'_>,
        work: &Work<'_>,
    ) -> Result<StateId, WorkEnd> {
        let set = paths.automaton.step(&self.states[from as usize].set, symbol);
        if self.states.len() > MAX_STATES {
            // What all documents need is theirs; this one goes far beyond.
            work.steps(set.len() as u64)?;
            work.value_bytes(size_of::<State>() + set.len() * 8 + paths.symbols.count() * 6)?;
        }
        let to = self.intern(set, paths);
        self.states[from as usize].next[symbol as usize] = to;
        Ok(to)
    }

    fn intern(&mut self, set: Vec<u32>, paths: Paths<'_>) -> StateId {
        let set = set.into_boxed_slice();
        if let Some(&id) = self.by_set.get(&set) {
            return id;
        }
        let id = self.states.len() as StateId;
        let parts = set.iter().map(|&state| paths.automaton.state(state)).collect::<Vec<_>>();
        let attributes = if parts.iter().any(|part| part.reads_all_attributes) {
            AttributeSet::All
        } else if parts.iter().all(|part| part.attributes.is_empty()) {
            AttributeSet::None
        } else {
            AttributeSet::Some
        };
        let mut slots = vec![0; paths.symbols.count()];
        let mut slot_count = 0;
        for &symbol in parts.iter().flat_map(|part| &part.attributes) {
            if slots[symbol as usize] == 0 && slot_count < u32::from(u16::MAX) {
                slot_count += 1;
                slots[symbol as usize] = slot_count as u16;
            }
        }
        self.states.push(State {
            next: vec![UNKNOWN; paths.symbols.count()].into(),
            is_step: parts.iter().any(|part| part.is_step),
            reads_text: parts.iter().any(|part| part.reads_text),
            reads_markup: parts.iter().any(|part| part.reads_markup),
            attributes,
            slots: slots.into(),
            slot_count,
            anchors: parts.iter().filter_map(|part| part.anchor).collect(),
            set: set.clone(),
        });
        self.by_set.insert(set, id);
        id
    }
}
