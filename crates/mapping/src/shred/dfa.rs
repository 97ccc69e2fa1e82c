//! The plan's automaton made deterministic, state by state as documents ask for them.

use std::collections::HashMap;

use crate::plan::{Plan, Symbol};

/// State of an element that no path reaches, nor anything below it.
pub(super) const DEAD: StateId = 0;
/// State of the document node.
pub(super) const START: StateId = 1;

/// Documents could make more states than this only on purpose; then they are forgotten between documents.
const MAX_STATES: usize = 4096;

const UNKNOWN: StateId = StateId::MAX;

pub(super) type StateId = u32;

#[derive(Debug)]
pub(super) struct Dfa {
    states: Vec<State>,
    by_set: HashMap<Box<[u32]>, StateId>,
}

#[derive(Debug)]
pub(super) struct State {
    set: Box<[u32]>,
    next: Box<[StateId]>,
    /// Elements in this state may count by themselves, not only for what is below them.
    pub(super) is_step: bool,
    pub(super) reads_text: bool,
    pub(super) reads_markup: bool,
    pub(super) attributes: AttributeSet,
}

/// Which attributes of an element are kept.
#[derive(Debug)]
pub(super) enum AttributeSet {
    None,
    All,
    /// By symbol.
    Some(Box<[bool]>),
}

impl Dfa {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut dfa = Self { states: Vec::new(), by_set: HashMap::new() };
        dfa.reset(plan);
        dfa
    }

    /// To be called between documents.
    pub(super) fn trim(&mut self, plan: &Plan) {
        if self.states.len() > MAX_STATES {
            self.reset(plan);
        }
    }

    fn reset(&mut self, plan: &Plan) {
        self.states.clear();
        self.by_set.clear();
        self.intern(Vec::new(), plan);
        let mut start = Vec::new();
        plan.automaton().activate(0, &mut start);
        self.intern(start, plan);
    }

    pub(super) fn state(&self, id: StateId) -> &State {
        &self.states[id as usize]
    }

    /// The state of a child with this name.
    pub(super) fn step(&mut self, from: StateId, symbol: Symbol, plan: &Plan) -> StateId {
        match self.states[from as usize].next[symbol as usize] {
            UNKNOWN => self.discover(from, symbol, plan),
            known => known,
        }
    }

    #[cold]
    fn discover(&mut self, from: StateId, symbol: Symbol, plan: &Plan) -> StateId {
        let set = plan.automaton().step(&self.states[from as usize].set, symbol);
        let to = self.intern(set, plan);
        self.states[from as usize].next[symbol as usize] = to;
        to
    }

    fn intern(&mut self, set: Vec<u32>, plan: &Plan) -> StateId {
        let set = set.into_boxed_slice();
        if let Some(&id) = self.by_set.get(&set) {
            return id;
        }
        let id = self.states.len() as StateId;
        let parts = set.iter().map(|&state| plan.automaton().state(state)).collect::<Vec<_>>();
        let attributes = if parts.iter().any(|part| part.reads_all_attributes) {
            AttributeSet::All
        } else if parts.iter().all(|part| part.attributes.is_empty()) {
            AttributeSet::None
        } else {
            let mut kept = vec![false; plan.symbols().count()];
            for &symbol in parts.iter().flat_map(|part| &part.attributes) {
                kept[symbol as usize] = true;
            }
            AttributeSet::Some(kept.into())
        };
        self.states.push(State {
            next: vec![UNKNOWN; plan.symbols().count()].into(),
            is_step: parts.iter().any(|part| part.is_step),
            reads_text: parts.iter().any(|part| part.reads_text),
            reads_markup: parts.iter().any(|part| part.reads_markup),
            attributes,
            set: set.clone(),
        });
        self.by_set.insert(set, id);
        id
    }
}
