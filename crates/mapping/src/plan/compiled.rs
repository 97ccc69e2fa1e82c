//! Paths with names as symbols.

use std::ops::Range;

use crate::path::{Axis, Comparison, Condition, Naming, NodeTest, Operand, Path, Predicate, Step};

use super::symbols::{Symbol, Symbols};

/// A path ready to be followed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CompiledPath {
    pub(crate) absolute: bool,
    pub(crate) steps: Box<[CompiledStep]>,
    /// Following the steps depth first could meet nodes twice or out of document order.
    pub(crate) needs_sorting: bool,
    /// What few paths have.
    pub(crate) whole: Option<Box<Whole>>,
}

/// What holds of all matches of a path together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Whole {
    /// The steps start at this match (from 1; `None`: the last) of another path.
    pub(crate) group: Option<(CompiledPath, Option<u32>)>,
    /// Names of the matches are taken and not their text.
    pub(crate) naming: Option<Naming>,
    /// Values that its conditions compare with, those of paths in them included.
    pub(crate) variables: Box<[u32]>,
    /// A step whose nodes are found by the value of a variable.
    pub(crate) lookup: Option<Lookup>,
}

/// A step of a path whose nodes are those with a text that is equal to a variable: `/a/b[@id = $x]`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lookup {
    /// Which step.
    pub(crate) place: usize,
    pub(crate) variable: u32,
    /// The path up to that step, without its predicates.
    pub(crate) all: CompiledPath,
    /// From a node to its texts.
    pub(crate) key: CompiledPath,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CompiledStep {
    pub(crate) axis: Axis,
    pub(crate) test: Test,
    pub(crate) predicates: Box<[CompiledPredicate]>,
}

impl CompiledStep {
    /// Whether a predicate asks for a position, so that it matters what else the step comes by.
    pub(crate) fn counts(&self) -> bool {
        self.predicates.iter().any(|predicate| !matches!(predicate, CompiledPredicate::Condition(_)))
    }
}

/// What a step accepts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Test {
    /// One name.
    Symbol(Symbol),
    /// Several symbols of one name in different namespaces, or none when no document can have the name.
    Symbols(Box<[Symbol]>),
    /// The same of an attribute that is compared without case and spelled otherwise by a path before: with its spelling.
    Spelled(Box<[Symbol]>, Box<str>),
    /// All symbols from this one to before that one: the names in a namespace.
    Between(Symbol, Symbol),
    Any,
    Text,
    /// `..`
    Node,
}

impl Test {
    /// Whether an element or attribute with this name passes.
    pub(crate) fn accepts_name(&self, symbol: Symbol) -> bool {
        match self {
            Self::Symbol(wanted) => *wanted == symbol,
            Self::Symbols(symbols) | Self::Spelled(symbols, _) => symbols.contains(&symbol),
            Self::Between(start, end) => (*start..*end).contains(&symbol),
            Self::Any | Self::Node => true,
            Self::Text => false,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CompiledPredicate {
    Position(u32),
    Last,
    Condition(CompiledCondition),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CompiledCondition {
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Exists(CompiledPath),
    Compare {
        left: CompiledOperand,
        operator: Comparison,
        right: CompiledOperand,
    },
    In(CompiledOperand, Box<[String]>),
    StartsWith(CompiledOperand, CompiledOperand),
    EndsWith(CompiledOperand, CompiledOperand),
    Contains(CompiledOperand, CompiledOperand),
    /// A condition all whose paths begin so many levels above the node or higher; `u32::MAX` stands for the document.
    Above(u32, Box<Self>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CompiledOperand {
    Path(CompiledPath),
    Text(String),
    Number(f64),
    Normalized(Box<Self>),
    Length(Box<Self>),
    Count(CompiledPath),
    /// A value of the row, by its number among all variables.
    Variable(u32),
}

/// Makes all names of a path known, those of its conditions too.
pub(super) fn add_names(path: &Path, symbols: &mut Symbols) {
    path.for_each_step(&mut |step| match &step.test {
        NodeTest::Name { namespace, local } => {
            let is_attribute = matches!(step.axis, Axis::Attribute | Axis::DescendantAttribute);
            symbols.add(local, namespace.as_deref(), is_attribute);
        }
        NodeTest::AnyIn { namespace } => symbols.add_whole(namespace),
        NodeTest::Any | NodeTest::Text | NodeTest::Node => {}
    });
}

/// Compiles a path whose names are all known.
pub(super) fn compile(path: &Path, symbols: &Symbols) -> CompiledPath {
    let steps = path
        .steps
        .iter()
        .map(|step| CompiledStep {
            axis: step.axis,
            test: match &step.test {
                NodeTest::Name { namespace, local } => match symbols.accepted(local, namespace.as_deref()) {
                    accepted if is_spelled_otherwise(step, local, &accepted, symbols) => {
                        Test::Spelled(accepted, local.as_str().into())
                    }
                    accepted if accepted.len() == 1 => Test::Symbol(accepted[0]),
                    accepted => Test::Symbols(accepted),
                },
                NodeTest::AnyIn { namespace } => {
                    let Range { start, end } = symbols.whole(namespace);
                    Test::Between(start, end)
                }
                NodeTest::Any => Test::Any,
                NodeTest::Text => Test::Text,
                NodeTest::Node => Test::Node,
            },
            predicates: step
                .predicates
                .iter()
                .map(|predicate| compile_predicate(predicate, symbols))
                .collect(),
        })
        .collect::<Box<[_]>>();
    let group = path.group.as_ref().map(|group| (compile(&group.path, symbols), group.position));
    let mut variables = Vec::new();
    path.for_each_variable(&mut |variable| variables.push(variable.number));
    let is_whole = group.is_some() || path.naming.is_some() || !variables.is_empty();
    let mut compiled =
        CompiledPath { absolute: path.absolute, needs_sorting: needs_sorting(&steps), steps, whole: None };
    if is_whole {
        let lookup = if group.is_none() { Lookup::of(&compiled) } else { None };
        let variables = variables.into();
        compiled.whole = Some(Box::new(Whole { group, naming: path.naming, variables, lookup }));
    }
    compiled
}

/// Whether a step leads to attributes whose name, compared without case, another path has spelled first.
fn is_spelled_otherwise(step: &Step, local: &str, accepted: &[Symbol], symbols: &Symbols) -> bool {
    let is_attribute = matches!(step.axis, Axis::Attribute | Axis::DescendantAttribute);
    let spelling = accepted.first().and_then(|&symbol| symbols.spelling(symbol));
    is_attribute && spelling.is_some_and(|spelling| spelling != local)
}

/// Steps that lead from one node to one node do not count: what is behind them starts at one node, too.
fn needs_sorting(steps: &[CompiledStep]) -> bool {
    let is_attribute = |step: &CompiledStep| matches!(step.axis, Axis::Attribute);
    let leads_to_one = |step: &&CompiledStep| matches!(step.axis, Axis::Parent | Axis::SelfNode);
    let from = steps.iter().take_while(leads_to_one).count();
    steps.iter().enumerate().skip(from).any(|(at, step)| match step.axis {
        Axis::Parent => true,
        Axis::Descendant => !step.predicates.is_empty() || !steps[at + 1..].iter().all(is_attribute),
        Axis::FollowingSibling | Axis::PrecedingSibling => at > from,
        Axis::Ancestor => at > from || !steps[at + 1..].iter().all(is_attribute),
        Axis::Child | Axis::Attribute | Axis::DescendantAttribute | Axis::SelfNode => false,
    })
}

fn compile_predicate(predicate: &Predicate, symbols: &Symbols) -> CompiledPredicate {
    match predicate {
        Predicate::Position(position) => CompiledPredicate::Position(*position),
        Predicate::Last => CompiledPredicate::Last,
        Predicate::Condition(condition) => {
            CompiledPredicate::Condition(compile_condition(condition, symbols))
        }
    }
}

fn compile_condition(condition: &Condition, symbols: &Symbols) -> CompiledCondition {
    let inner = |condition: &Condition| Box::new(compile_condition(condition, symbols));
    let operand = |operand: &Operand| compile_operand(operand, symbols);
    let compiled = match condition {
        Condition::And(left, right) => CompiledCondition::And(inner(left), inner(right)),
        Condition::Or(left, right) => CompiledCondition::Or(inner(left), inner(right)),
        Condition::Not(condition) => CompiledCondition::Not(inner(condition)),
        Condition::Exists(path) => CompiledCondition::Exists(compile(path, symbols)),
        Condition::Compare { left, operator, right } => {
            CompiledCondition::Compare { left: operand(left), operator: *operator, right: operand(right) }
        }
        Condition::In(left, texts) => CompiledCondition::In(operand(left), texts.clone().into()),
        Condition::StartsWith(left, right) => CompiledCondition::StartsWith(operand(left), operand(right)),
        Condition::EndsWith(left, right) => CompiledCondition::EndsWith(operand(left), operand(right)),
        Condition::Contains(left, right) => CompiledCondition::Contains(operand(left), operand(right)),
    };
    match compiled.levels_above() {
        Some(levels) => CompiledCondition::Above(levels, Box::new(compiled)),
        None => compiled,
    }
}

fn compile_operand(operand: &Operand, symbols: &Symbols) -> CompiledOperand {
    let inner = |operand: &Operand| Box::new(compile_operand(operand, symbols));
    match operand {
        Operand::Path(path) => CompiledOperand::Path(compile(path, symbols)),
        Operand::Text(text) => CompiledOperand::Text(text.clone()),
        Operand::Number(number) => CompiledOperand::Number(*number),
        Operand::Normalized(operand) => CompiledOperand::Normalized(inner(operand)),
        Operand::Length(operand) => CompiledOperand::Length(inner(operand)),
        Operand::Count(path) => CompiledOperand::Count(compile(path, symbols)),
        Operand::Variable(variable) => CompiledOperand::Variable(variable.number),
    }
}

impl Lookup {
    /// The first step that compares with a variable, where all rows begin at few places: at the document or an element around them.
    fn of(path: &CompiledPath) -> Option<Self> {
        if !path.absolute && path.steps.first()?.axis != Axis::Parent {
            return None;
        }
        let has_variables =
            |step: &CompiledStep| step.predicates.iter().any(CompiledPredicate::has_variables);
        let place = path.steps.iter().position(has_variables)?;
        let (before, step) = (&path.steps[..place], &path.steps[place]);
        // Conditions may be asked in any order, up to the first position.
        let conditions = step.predicates.iter().map_while(|predicate| match predicate {
            CompiledPredicate::Condition(condition) => Some(condition),
            CompiledPredicate::Position(_) | CompiledPredicate::Last => None,
        });
        let (key, variable) = conditions.into_iter().find_map(CompiledCondition::equality)?;
        let all = before.iter().cloned().chain([CompiledStep { predicates: Box::default(), ..step.clone() }]);
        let steps = all.collect::<Box<[_]>>();
        let is_downward = matches!(step.axis, Axis::Child | Axis::Descendant) && step.test != Test::Text;
        is_downward.then(|| Self {
            place,
            variable,
            all: CompiledPath {
                absolute: path.absolute,
                needs_sorting: needs_sorting(&steps),
                steps,
                whole: None,
            },
            key: key.clone(),
        })
    }
}

impl CompiledPredicate {
    fn has_variables(&self) -> bool {
        match self {
            Self::Condition(condition) => condition.has_variables(),
            Self::Position(_) | Self::Last => false,
        }
    }
}

impl CompiledPath {
    /// The name, when the path leads to an attribute of the node itself that has one name.
    #[inline]
    pub(crate) fn own_attribute(&self) -> Option<Symbol> {
        match &*self.steps {
            [CompiledStep { axis: Axis::Attribute, test: Test::Symbol(symbol), predicates }]
                if predicates.is_empty() && !self.absolute && self.whole.is_none() =>
            {
                Some(*symbol)
            }
            _ => None,
        }
    }

    /// The path of which one match is the start of this one.
    pub(crate) fn group(&self) -> Option<&Self> {
        self.whole.as_ref()?.group.as_ref().map(|(path, _)| path)
    }

    pub(super) fn naming(&self) -> Option<Naming> {
        self.whole.as_ref()?.naming
    }

    /// The values that its conditions compare with.
    pub(crate) fn variables(&self) -> &[u32] {
        self.whole.as_ref().map_or(&[], |whole| &whole.variables)
    }

    /// The part of the path that is followed first: of `(../a)[last()]/b` what is in parentheses.
    pub(super) fn first(&self) -> &Self {
        self.group().map_or(self, Self::first)
    }

    /// Whether a condition, of any part, compares with a value of the row.
    pub(super) fn has_variables(&self) -> bool {
        !self.variables().is_empty() || self.group().is_some_and(Self::has_variables)
    }

    /// Whether the path begins with `..`, or is one of the matches of a path that begins there or at the document.
    #[inline]
    pub(crate) fn begins_above(&self) -> bool {
        let first = self.first();
        match first.absolute {
            true => self.group().is_some(),
            false => first.steps.first().is_some_and(|step| step.axis == Axis::Parent),
        }
    }

    /// How far above a node the path begins (`u32::MAX`: at the document); `None`: at the node, or where nothing is to be looked for.
    pub(crate) fn levels_above(&self) -> Option<u32> {
        if self.has_variables() {
            return None;
        }
        let is_found_at_once = self.group().is_none()
            && self.steps.iter().all(|step| {
                matches!(step.axis, Axis::Parent | Axis::SelfNode | Axis::Attribute)
                    && step.predicates.is_empty()
            });
        let first = self.first();
        let levels = first.steps.iter().take_while(|step| step.axis == Axis::Parent).count();
        match (first.absolute, levels) {
            _ if is_found_at_once => None,
            (true, _) => Some(u32::MAX),
            (false, 0) => None,
            (false, levels) => Some(levels as u32),
        }
    }
}

impl CompiledCondition {
    /// Of a condition that is no combination of others: how far above a node all its paths begin.
    fn levels_above(&self) -> Option<u32> {
        let is_combined = matches!(self, Self::And(..) | Self::Or(..) | Self::Not(_) | Self::Above(..));
        if is_combined || self.has_variables() {
            return None;
        }
        let mut levels = None;
        let mut is_above = true;
        self.for_each_path(&mut |path| match path.levels_above() {
            Some(above) => levels = Some(levels.map_or(above, |levels: u32| levels.min(above))),
            None => is_above = false,
        });
        levels.filter(|_| is_above)
    }

    /// Whether it compares with the value of a row, itself or in a path.
    fn has_variables(&self) -> bool {
        match self {
            Self::And(left, right) | Self::Or(left, right) => left.has_variables() || right.has_variables(),
            Self::Not(inner) | Self::Above(_, inner) => inner.has_variables(),
            Self::Exists(path) => !path.variables().is_empty(),
            Self::In(operand, _) => operand.has_variables(),
            Self::Compare { left, operator: _, right }
            | Self::StartsWith(left, right)
            | Self::EndsWith(left, right)
            | Self::Contains(left, right) => left.has_variables() || right.has_variables(),
        }
    }

    /// Which text of a node must be equal to which variable for this to hold.
    fn equality(&self) -> Option<(&CompiledPath, u32)> {
        match self {
            Self::And(left, right) => left.equality().or_else(|| right.equality()),
            Self::Compare { left, operator: Comparison::Equal, right } => match (left, right) {
                (CompiledOperand::Path(key), CompiledOperand::Variable(variable))
                | (CompiledOperand::Variable(variable), CompiledOperand::Path(key))
                    if !key.absolute && key.group().is_none() && key.variables().is_empty() =>
                {
                    Some((key, *variable))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Visits the paths of this condition.
    pub(super) fn for_each_path(&self, visit: &mut dyn FnMut(&CompiledPath)) {
        let mut operand = |operand: &CompiledOperand| {
            if let Some(path) = operand.path() {
                visit(path);
            }
        };
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.for_each_path(visit);
                right.for_each_path(visit);
            }
            Self::Not(inner) | Self::Above(_, inner) => inner.for_each_path(visit),
            Self::Exists(path) => visit(path),
            Self::In(left, _) => operand(left),
            Self::Compare { left, operator: _, right }
            | Self::StartsWith(left, right)
            | Self::EndsWith(left, right)
            | Self::Contains(left, right) => {
                operand(left);
                operand(right);
            }
        }
    }
}

impl CompiledOperand {
    fn path(&self) -> Option<&CompiledPath> {
        match self {
            Self::Path(path) | Self::Count(path) => Some(path),
            Self::Text(_) | Self::Number(_) | Self::Variable(_) => None,
            Self::Normalized(inner) | Self::Length(inner) => inner.path(),
        }
    }

    fn has_variables(&self) -> bool {
        match self {
            Self::Variable(_) => true,
            Self::Path(path) | Self::Count(path) => !path.variables().is_empty(),
            Self::Text(_) | Self::Number(_) => false,
            Self::Normalized(inner) | Self::Length(inner) => inner.has_variables(),
        }
    }
}
