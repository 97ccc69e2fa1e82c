//! All paths of a contract as one nondeterministic automaton over element names: which elements, attributes and text a
//! document's projection must keep. Conditions and positions are left out: what is kept is enough to decide them.
//!
//! `shred::project` makes it deterministic while it reads, state by state as documents need them.

use std::collections::HashMap;

use crate::path::{Axis, Naming};

use super::compiled::{CompiledPath, CompiledPredicate, Test};
use super::symbols::Symbol;

/// What is read of the elements that a path ends at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// That they are there.
    Presence,
    /// Their text, that of descendants included.
    Text,
    /// Their markup.
    Markup,
}

/// A set of elements: where steps from the document lead, without conditions.
pub(super) type Location = Vec<Move>;

/// One move of a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Child(Test),
    DescendantOrSelf,
}

/// The automaton. State 0 is the document node.
#[derive(Debug)]
pub(crate) struct Automaton {
    states: Vec<State>,
    anchor_count: u32,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    /// To children.
    children: HashMap<Test, u32, foldhash::fast::FixedState>,
    /// The same by name: of tests for some names.
    by_name: HashMap<Symbol, Vec<u32>, foldhash::fast::FixedState>,
    /// The same of tests for any name.
    by_any_name: Vec<u32>,
    /// To the state that this one is also in, and stays in below.
    descendant_or_self: Option<u32>,
    /// Stays active in every child.
    loops: bool,
    /// Some step ends here, so that elements in this state count.
    pub(crate) is_step: bool,
    pub(crate) reads_text: bool,
    pub(crate) reads_markup: bool,
    pub(crate) reads_all_attributes: bool,
    pub(crate) attributes: Vec<Symbol>,
    /// The list that elements in this state are written down in.
    pub(crate) anchor: Option<u32>,
}

impl Automaton {
    pub(super) fn new() -> Self {
        Self { states: vec![State::default()], anchor_count: 0 }
    }

    /// How many lists of elements there are.
    pub(crate) fn anchor_count(&self) -> u32 {
        self.anchor_count
    }

    /// Whether some path reads markup.
    pub(crate) fn reads_markup(&self) -> bool {
        self.states.iter().any(|state| state.reads_markup)
    }

    /// The list of the elements at a location.
    pub(super) fn anchor(&mut self, location: &Location) -> u32 {
        let state = self.state_at(location);
        let count = &mut self.anchor_count;
        *self.states[state].anchor.get_or_insert_with(|| {
            *count += 1;
            *count - 1
        })
    }

    pub(crate) fn state(&self, state: u32) -> &State {
        &self.states[state as usize]
    }

    /// Adds `state` and all that come with it to a sorted set.
    pub(crate) fn activate(&self, state: u32, set: &mut Vec<u32>) {
        if let Err(at) = set.binary_search(&state) {
            set.insert(at, state);
            if let Some(also) = self.state(state).descendant_or_self {
                self.activate(also, set);
            }
        }
    }

    /// The states of a child with this name, given those of its parent.
    pub(crate) fn step(&self, states: &[u32], symbol: Symbol) -> Vec<u32> {
        let mut next = Vec::new();
        for &state in states {
            let from = self.state(state);
            if from.loops {
                self.activate(state, &mut next);
            }
            for &to in from.by_name.get(&symbol).into_iter().flatten().chain(&from.by_any_name) {
                self.activate(to, &mut next);
            }
        }
        next
    }

    /// Adds a path that starts at `base` (or at `main`, when it is absolute), with everything its conditions read; answers
    /// where it ends.
    pub(super) fn add(
        &mut self,
        main: &Location,
        base: &Location,
        path: &CompiledPath,
        reading: Reading,
    ) -> Location {
        let mut location = match path.group() {
            Some(group) => self.add(main, base, group, Reading::Presence),
            None if path.absolute => main.clone(),
            None => base.clone(),
        };
        let reading = match path.naming() {
            None => reading,
            Some(Naming::Local | Naming::Qualified) => Reading::Presence,
            // With the markup of an element come the declarations in its scope.
            Some(Naming::Namespace) => Reading::Markup,
        };
        let mut ends_at_element = true;
        for step in &path.steps {
            match step.axis {
                Axis::SelfNode => {}
                Axis::Parent => {
                    self.state_at(&location);
                    go_up(&mut location);
                }
                Axis::Child | Axis::Descendant => {
                    if step.axis == Axis::Descendant {
                        location.push(Move::DescendantOrSelf);
                    }
                    if step.test == Test::Text {
                        let state = self.state_at(&location);
                        self.states[state].reads_text = true;
                        ends_at_element = false;
                    } else {
                        location.push(Move::Child(step.test.clone()));
                    }
                }
                Axis::Attribute | Axis::DescendantAttribute => {
                    if step.axis == Axis::DescendantAttribute {
                        location.push(Move::DescendantOrSelf);
                    }
                    let state = self.state_at(&location);
                    let state = &mut self.states[state];
                    match &step.test {
                        Test::Symbol(symbol) => state.attributes.push(*symbol),
                        Test::Symbols(symbols) => state.attributes.extend(symbols),
                        Test::Any | Test::Node | Test::Text => state.reads_all_attributes = true,
                    }
                    ends_at_element = false;
                }
            }
            // Conditions on attributes and text start below the element, so that `..` leads to it.
            let mut start = location.clone();
            if !ends_at_element {
                start.push(Move::Child(Test::Text));
            }
            for predicate in &step.predicates {
                if let CompiledPredicate::Condition(condition) = predicate {
                    condition.for_each_path(&mut |path| {
                        self.add(main, &start, path, Reading::Text);
                    });
                }
            }
        }
        if ends_at_element || path.naming() == Some(Naming::Namespace) {
            self.read(&location, reading);
        }
        location
    }

    fn read(&mut self, location: &Location, reading: Reading) {
        let state = self.state_at(location);
        match reading {
            Reading::Presence => {}
            Reading::Markup => self.states[state].reads_markup = true,
            Reading::Text => {
                let mut below = location.clone();
                below.push(Move::DescendantOrSelf);
                let below = self.state_at(&below);
                self.states[below].reads_text = true;
            }
        }
    }

    /// The state of a location, made where it is not there yet.
    fn state_at(&mut self, location: &Location) -> usize {
        let mut at = 0;
        for step in location {
            at = match step {
                Move::DescendantOrSelf if self.states[at].loops => at,
                Move::DescendantOrSelf => match self.states[at].descendant_or_self {
                    Some(to) => to as usize,
                    None => {
                        let to = self.push(State { loops: true, ..State::default() });
                        self.states[at].descendant_or_self = Some(to as u32);
                        to
                    }
                },
                Move::Child(test) => match self.states[at].children.get(test) {
                    Some(&to) => to as usize,
                    None => {
                        let to = self.push(State { is_step: true, ..State::default() });
                        self.states[at].add_child(test, to as u32);
                        to
                    }
                },
            };
        }
        at
    }

    /// How many states there are.
    pub(crate) fn state_count(&self) -> usize {
        self.states.len()
    }

    fn push(&mut self, state: State) -> usize {
        self.states.push(state);
        self.states.len() - 1
    }
}

impl State {
    fn add_child(&mut self, test: &Test, to: u32) {
        match test {
            Test::Symbol(symbol) => self.by_name.entry(*symbol).or_default().push(to),
            Test::Symbols(symbols) => {
                for &symbol in symbols {
                    self.by_name.entry(symbol).or_default().push(to);
                }
            }
            Test::Any | Test::Node => self.by_any_name.push(to),
            Test::Text => {}
        }
        self.children.insert(test.clone(), to);
    }
}

/// The parents of a location. Of a location that any number of levels lead to, the parents are above by one level or lie on
/// the way.
fn go_up(location: &mut Location) {
    match location.pop() {
        None | Some(Move::Child(_)) => {}
        Some(Move::DescendantOrSelf) => {
            while let Some(Move::DescendantOrSelf) = location.last() {
                location.pop();
            }
            location.pop();
            location.push(Move::DescendantOrSelf);
        }
    }
}
