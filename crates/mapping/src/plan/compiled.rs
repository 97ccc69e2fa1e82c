//! Paths with names as symbols.

use crate::path::{Axis, Comparison, Condition, Naming, NodeTest, Operand, Path, Predicate};

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
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CompiledStep {
    pub(crate) axis: Axis,
    pub(crate) test: Test,
    pub(crate) predicates: Box<[CompiledPredicate]>,
}

/// What a step accepts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Test {
    /// One name.
    Symbol(Symbol),
    /// Several symbols of one name in different namespaces, or none when no document can have the name.
    Symbols(Box<[Symbol]>),
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
            Self::Symbols(symbols) => symbols.contains(&symbol),
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
    Contains(CompiledOperand, CompiledOperand),
    /// A condition all whose paths begin so many levels above the node or higher; `u32::MAX` stands for the document.
    Above(u32, Box<Self>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CompiledOperand {
    Path(CompiledPath),
    Text(String),
    Number(f64),
}

/// Makes all names of a path known, those of its conditions too.
pub(super) fn add_names(path: &Path, symbols: &mut Symbols) {
    if let Some(group) = &path.group {
        add_names(&group.path, symbols);
    }
    for step in &path.steps {
        if let NodeTest::Name { namespace, local } = &step.test {
            symbols.add(local, namespace.as_deref());
        }
        for predicate in &step.predicates {
            if let Predicate::Condition(condition) = predicate {
                for_each_path(condition, &mut |path| add_names(path, symbols));
            }
        }
    }
}

fn for_each_path(condition: &Condition, visit: &mut dyn FnMut(&Path)) {
    let mut operand = |operand: &Operand| {
        if let Operand::Path(path) = operand {
            visit(path);
        }
    };
    match condition {
        Condition::And(left, right) | Condition::Or(left, right) => {
            for_each_path(left, visit);
            for_each_path(right, visit);
        }
        Condition::Not(inner) => for_each_path(inner, visit),
        Condition::Exists(path) => visit(path),
        Condition::In(left, _) => operand(left),
        Condition::Compare { left, operator: _, right }
        | Condition::StartsWith(left, right)
        | Condition::Contains(left, right) => {
            operand(left);
            operand(right);
        }
    }
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
                    accepted if accepted.len() == 1 => Test::Symbol(accepted[0]),
                    accepted => Test::Symbols(accepted),
                },
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
    let whole =
        (group.is_some() || path.naming.is_some()).then(|| Box::new(Whole { group, naming: path.naming }));
    CompiledPath { absolute: path.absolute, needs_sorting: needs_sorting(&steps), steps, whole }
}

fn needs_sorting(steps: &[CompiledStep]) -> bool {
    let is_attribute = |step: &CompiledStep| matches!(step.axis, Axis::Attribute);
    let goes_up_again =
        steps.iter().skip_while(|step| step.axis == Axis::Parent).any(|step| step.axis == Axis::Parent);
    let leaves_descendants = steps.iter().enumerate().any(|(at, step)| match step.axis {
        Axis::Descendant => !step.predicates.is_empty() || !steps[at + 1..].iter().all(is_attribute),
        _ => false,
    });
    goes_up_again || leaves_descendants
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
    let operand = |operand: &Operand| match operand {
        Operand::Path(path) => CompiledOperand::Path(compile(path, symbols)),
        Operand::Text(text) => CompiledOperand::Text(text.clone()),
        Operand::Number(number) => CompiledOperand::Number(*number),
    };
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
        Condition::Contains(left, right) => CompiledCondition::Contains(operand(left), operand(right)),
    };
    match compiled.levels_above() {
        Some(levels) => CompiledCondition::Above(levels, Box::new(compiled)),
        None => compiled,
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

    /// How far above a node the path begins (`u32::MAX`: at the document); `None`: at the node, or where nothing is to be looked for.
    pub(crate) fn levels_above(&self) -> Option<u32> {
        if self.group().is_some() {
            return None;
        }
        let is_found_at_once = self.steps.iter().all(|step| {
            matches!(step.axis, Axis::Parent | Axis::SelfNode | Axis::Attribute) && step.predicates.is_empty()
        });
        let levels = self.steps.iter().take_while(|step| step.axis == Axis::Parent).count();
        match (self.absolute, levels) {
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
        if matches!(self, Self::And(..) | Self::Or(..) | Self::Not(_) | Self::Above(..)) {
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

    /// Visits the paths of this condition.
    pub(super) fn for_each_path(&self, visit: &mut dyn FnMut(&CompiledPath)) {
        let mut operand = |operand: &CompiledOperand| {
            if let CompiledOperand::Path(path) = operand {
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
            | Self::Contains(left, right) => {
                operand(left);
                operand(right);
            }
        }
    }
}
