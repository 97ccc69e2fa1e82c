//! An automaton of paths made deterministic, state by state as documents ask for them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use xmlshred_model::{Work, WorkEnd};

use crate::plan::{Paths, Symbol};

/// State of an element that no path reaches, nor anything below it.
pub(crate) const DEAD: StateId = 0;
/// State of the document node.
pub(crate) const START: StateId = 1;

/// Symbols up to here are found by index in every state; others, which only large contracts have, by look-up. Or states times symbols
/// would be the square of a large contract.
const MAX_BY_INDEX: usize = 256;

/// Elements have up to so many slots, one byte each.
const MAX_SLOTS: u32 = 64;

/// Bytes of states that belong to all documents, and as much again for every state of the paths. Documents could make more only on
/// purpose: that is counted as theirs, and forgotten before the next one.
const FREE_BYTES: usize = 4 << 20;

/// Making larger sets is counted always.
const MAX_FREE_SET: usize = 64;

const UNKNOWN: StateId = StateId::MAX;

pub(crate) type StateId = u32;

#[derive(Debug)]
pub(crate) struct Dfa {
    states: Vec<State>,
    by_set: HashMap<Arc<[u32]>, StateId, foldhash::fast::FixedState>,
    /// From which state a symbol beyond those with an index leads where.
    next: HashMap<(StateId, Symbol), StateId, foldhash::fast::FixedState>,
    /// What the states take, about.
    bytes: usize,
}

#[derive(Debug)]
pub(crate) struct State {
    set: Arc<[u32]>,
    next: Box<[StateId]>,
    /// Elements in this state may count by themselves, not only for what is below them.
    pub(crate) is_step: bool,
    pub(crate) reads_text: bool,
    pub(crate) reads_markup: bool,
    pub(crate) attributes: AttributeSet,
    /// Which slot of an element an attribute with this name gets, plus one; 0 is none.
    slots: Box<[u16]>,
    /// The slots of symbols without an index, sorted.
    other_slots: Box<[(Symbol, u16)]>,
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

    #[cold]
    pub(crate) fn keeps_all(&self) -> bool {
        matches!(self.attributes, AttributeSet::All)
    }

    #[inline(always)]
    pub(crate) fn slot(&self, attribute: Symbol) -> u32 {
        match self.slots.get(attribute as usize) {
            Some(&slot) => u32::from(slot),
            None => self.other_slot(attribute),
        }
    }

    #[cold]
    fn other_slot(&self, attribute: Symbol) -> u32 {
        let found = self.other_slots.binary_search_by_key(&attribute, |(symbol, _)| *symbol);
        found.map_or(0, |at| u32::from(self.other_slots[at].1))
    }

    /// Whether there are so many slots that elements with few attributes would be mostly slots.
    #[inline]
    pub(crate) fn has_many_slots(&self) -> bool {
        self.slot_count > MAX_SLOTS
    }

    /// What it takes, about.
    fn byte_count(&self) -> usize {
        let Self { set, next, slots, other_slots, anchors, .. } = self;
        let parts = size_of_val(&**set) + size_of_val(&**next) + size_of_val(&**slots);
        2 * size_of::<Self>() + parts + size_of_val(&**other_slots) + size_of_val(&**anchors)
    }
}

/// What a transition by look-up takes, about.
const NEXT_BYTES: usize = 32;

fn free_bytes(paths: Paths<'_>) -> usize {
    let by_index = paths.symbols.count().min(MAX_BY_INDEX) * (size_of::<StateId>() + size_of::<u16>());
    FREE_BYTES + paths.automaton.state_count() * (4 * size_of::<State>() + by_index + NEXT_BYTES)
}

impl Dfa {
    pub(crate) fn new(paths: Paths<'_>) -> Self {
        let (by_set, next) = (HashMap::default(), HashMap::default());
        let mut dfa = Self { states: Vec::new(), by_set, next, bytes: 0 };
        dfa.reset(paths);
        dfa
    }

    /// To be called between documents.
    pub(crate) fn trim(&mut self, paths: Paths<'_>) {
        if self.bytes > free_bytes(paths) {
            self.reset(paths);
        }
    }

    fn reset(&mut self, paths: Paths<'_>) {
        let Self { states, by_set, next, bytes } = self;
        *states = Vec::new();
        *by_set = HashMap::default();
        *next = HashMap::default();
        *bytes = 0;
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
        match self.states[from as usize].next.get(symbol as usize) {
            Some(&known) if known != UNKNOWN => Ok(known),
            _ => self.look_up(from, symbol, paths, work),
        }
    }

    /// The same, where it is known.
    #[inline(always)]
    pub(crate) fn known_step(&self, from: StateId, symbol: Symbol) -> Option<StateId> {
        match self.state(from).next.get(symbol as usize) {
            Some(&known) => (known != UNKNOWN).then_some(known),
            None => self.known_step_without_index(from, symbol),
        }
    }

    #[cold]
    fn known_step_without_index(&self, from: StateId, symbol: Symbol) -> Option<StateId> {
        self.next.get(&(from, symbol)).copied()
    }

    #[cold]
    fn look_up(
        &mut self,
        from: StateId,
        symbol: Symbol,
        paths: Paths<'_>,
        work: &Work<'_>,
    ) -> Result<StateId, WorkEnd> {
        match self.next.get(&(from, symbol)) {
            Some(&known) => Ok(known),
            None => self.discover(from, symbol, paths, work),
        }
    }

    fn discover(
        &mut self,
        from: StateId,
        symbol: Symbol,
        paths: Paths<'_>,
        work: &Work<'_>,
    ) -> Result<StateId, WorkEnd> {
        let set = paths.automaton.step(&self.states[from as usize].set, symbol);
        let (set_len, before) = (set.len(), self.bytes);
        let to = self.intern(set, paths);
        match self.states[from as usize].next.get_mut(symbol as usize) {
            Some(next) => *next = to,
            None => {
                self.next.insert((from, symbol), to);
                self.bytes += NEXT_BYTES;
            }
        }
        let is_free = self.bytes <= free_bytes(paths);
        if !is_free || set_len > MAX_FREE_SET {
            work.steps(set_len as u64)?;
        }
        if !is_free {
            work.value_bytes(self.bytes - before)?;
        }
        Ok(to)
    }

    fn intern(&mut self, set: Vec<u32>, paths: Paths<'_>) -> StateId {
        let set: Arc<[u32]> = set.into();
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
        let by_index = paths.symbols.count().min(MAX_BY_INDEX);
        let mut slots = vec![0; by_index];
        let mut other_slots = BTreeMap::new();
        let mut slot_count = 0;
        for &symbol in parts.iter().flat_map(|part| &part.attributes) {
            let slot = match slots.get_mut(symbol as usize) {
                Some(slot) => slot,
                None => other_slots.entry(symbol).or_default(),
            };
            if *slot == 0 && slot_count < u32::from(u16::MAX) {
                slot_count += 1;
                *slot = slot_count as u16;
            }
        }
        let state = State {
            next: vec![UNKNOWN; by_index].into(),
            is_step: parts.iter().any(|part| part.is_step),
            reads_text: parts.iter().any(|part| part.reads_text),
            reads_markup: parts.iter().any(|part| part.reads_markup),
            attributes,
            slots: slots.into(),
            other_slots: other_slots.into_iter().collect(),
            slot_count,
            anchors: parts.iter().filter_map(|part| part.anchor).collect(),
            set: Arc::clone(&set),
        };
        self.bytes += state.byte_count();
        self.states.push(state);
        self.by_set.insert(set, id);
        id
    }
}
