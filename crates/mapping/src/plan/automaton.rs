//! All paths of a contract as one nondeterministic automaton over element names: which elements, attributes and text a
//! document's projection must keep. Conditions and positions are left out: what is kept is enough to decide them.
//!
//! `shred::project` makes it deterministic while it reads, state by state as documents need them.

use std::collections::HashMap;

use crate::path::{Axis, Naming};

use super::compiled::{CompiledPath, CompiledPredicate, CompiledStep, Test};
use super::location::{Location, Move, above, ancestors, anywhere, beside, distinct, narrow};
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

/// The automaton. State 0 is the document node.
#[derive(Debug)]
pub(crate) struct Automaton {
    states: Vec<State>,
    /// The state of the main element, where several roots lead to it.
    main: Option<u32>,
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
    /// The same of tests for all symbols from one to before another.
    by_range: Vec<(Symbol, Symbol, u32)>,
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
        Self { states: vec![State::default()], main: None, anchor_count: 0 }
    }

    /// Where absolute paths start: the element that one of these paths of names leads to. Several roots share one state, so that every path
    /// below them is there once.
    pub(super) fn main(&mut self, roots: &[CompiledPath]) -> Location {
        let location = |root: &CompiledPath| -> Location {
            root.steps.iter().map(|step| Move::Child(step.test.clone())).collect()
        };
        let main = match roots {
            [root] => location(root),
            roots => vec![Move::Main(roots.iter().map(location).collect())],
        };
        self.keep(&main);
        main
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
            for &(_, _, to) in from.by_range.iter().filter(|(start, end, _)| (*start..*end).contains(&symbol))
            {
                self.activate(to, &mut next);
            }
        }
        next
    }

    /// Adds a path that starts at `base` (or at `main`, when it is absolute), with everything its conditions read; answers
    /// where it ends. Where that is in several places, the answer has more elements than those.
    pub(super) fn add(
        &mut self,
        main: &Location,
        base: &Location,
        path: &CompiledPath,
        reading: Reading,
    ) -> Location {
        let (mut locations, _) = self.add_all(main, base, path, reading);
        match (locations.len(), path.steps.last()) {
            (1, _) => locations.remove(0),
            (_, Some(step)) if !matches!(step.axis, Axis::Attribute | Axis::DescendantAttribute) => {
                anywhere(&step.test)
            }
            // The element of an attribute may be any.
            (_, Some(_)) => anywhere(&Test::Any),
            (_, None) => vec![Move::DescendantOrSelf],
        }
    }

    /// [`Automaton::add`] that answers all places, and whether elements are meant and not their attributes or text.
    fn add_all(
        &mut self,
        main: &Location,
        base: &Location,
        path: &CompiledPath,
        reading: Reading,
    ) -> (Vec<Location>, bool) {
        let mut locations = match path.group() {
            Some(group) => {
                let (mut locations, are_elements) = self.add_all(main, base, group, Reading::Presence);
                if !are_elements {
                    locations.iter_mut().for_each(|location| location.push(Move::Child(Test::Text)));
                }
                locations
            }
            None if path.absolute => vec![main.clone()],
            None => vec![base.clone()],
        };
        let reading = match path.naming() {
            None => reading,
            Some(Naming::Local | Naming::Qualified) => Reading::Presence,
            // With the markup of an element come the declarations in its scope.
            Some(Naming::Namespace) => Reading::Markup,
        };
        let mut ends_at_element = true;
        for step in &path.steps {
            ends_at_element = self.add_step(&mut locations, step);
            // Conditions on attributes and text start below the element, so that `..` leads to it.
            for predicate in &step.predicates {
                if let CompiledPredicate::Condition(condition) = predicate {
                    for location in &locations {
                        let mut start = location.clone();
                        if !ends_at_element {
                            start.push(Move::Child(Test::Text));
                        }
                        condition.for_each_path(&mut |path| {
                            self.add(main, &start, path, Reading::Text);
                        });
                    }
                }
            }
        }
        if ends_at_element || path.naming() == Some(Naming::Namespace) {
            locations.iter().for_each(|location| self.read(location, reading));
        }
        (locations, ends_at_element)
    }

    /// Adds a step from each of these places, which are then those it leads to; whether it leads to elements. There are never more places
    /// than moves of the path, and above several roots of those to each.
    fn add_step(&mut self, locations: &mut Vec<Location>, step: &CompiledStep) -> bool {
        let CompiledStep { axis, test, predicates: _ } = step;
        match axis {
            // Elements that a path comes by count by themselves.
            Axis::Parent
            | Axis::SelfNode
            | Axis::FollowingSibling
            | Axis::PrecedingSibling
            | Axis::Ancestor => {
                for location in &*locations {
                    self.state_at(location);
                }
            }
            Axis::Descendant | Axis::DescendantAttribute => {
                locations.iter_mut().for_each(|location| location.push(Move::DescendantOrSelf));
            }
            Axis::Child | Axis::Attribute => {}
        }
        match axis {
            Axis::SelfNode => locations.iter_mut().for_each(|location| narrow(location, test)),
            Axis::Parent => *locations = distinct(locations.iter().flat_map(above)),
            Axis::FollowingSibling | Axis::PrecedingSibling => {
                *locations = distinct(locations.iter().flat_map(|location| beside(location, test)));
            }
            Axis::Ancestor => {
                *locations = distinct(locations.iter().flat_map(|location| ancestors(location, test)));
            }
            Axis::Child | Axis::Descendant if *test == Test::Text => {
                for location in &*locations {
                    let state = self.state_at(location);
                    self.states[state].reads_text = true;
                }
                return false;
            }
            Axis::Child | Axis::Descendant => {
                locations.iter_mut().for_each(|location| location.push(Move::Child(test.clone())));
            }
            Axis::Attribute | Axis::DescendantAttribute => {
                for location in &*locations {
                    let state = self.state_at(location);
                    self.states[state].keep_attributes(test);
                }
                return false;
            }
        }
        true
    }

    /// Keeps the elements at a location.
    pub(super) fn keep(&mut self, location: &Location) {
        self.state_at(location);
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
                Move::Main(roots) => self.main_state(roots),
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

    /// The state that every one of these roots leads to.
    fn main_state(&mut self, roots: &[Location]) -> usize {
        if let Some(main) = self.main {
            return main as usize;
        }
        let main = self.state_at(&roots[0]);
        self.main = Some(main as u32);
        for root in &roots[1..] {
            if let Some((Move::Child(test), around)) = root.split_last() {
                let around = self.state_at(&around.to_vec());
                self.states[around].add_child(test, main as u32);
            }
        }
        main
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
    fn keep_attributes(&mut self, test: &Test) {
        match test {
            Test::Symbol(symbol) => self.attributes.push(*symbol),
            Test::Symbols(symbols) | Test::Spelled(symbols, _) => self.attributes.extend(symbols),
            Test::Between(..) | Test::Any | Test::Node | Test::Text => self.reads_all_attributes = true,
        }
    }

    fn add_child(&mut self, test: &Test, to: u32) {
        match test {
            Test::Symbol(symbol) => self.by_name.entry(*symbol).or_default().push(to),
            Test::Symbols(symbols) | Test::Spelled(symbols, _) => {
                for &symbol in symbols {
                    self.by_name.entry(symbol).or_default().push(to);
                }
            }
            Test::Between(start, end) => self.by_range.push((*start, *end, to)),
            Test::Any | Test::Node => self.by_any_name.push(to),
            Test::Text => {}
        }
        self.children.insert(test.clone(), to);
    }
}
