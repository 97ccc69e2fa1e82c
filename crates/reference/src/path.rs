//! Paths followed step by step over sets of nodes, as XPath 1.0 defines them.

use xmlshred_mapping::contract::Case;
use xmlshred_mapping::path::{Axis, Comparison, Condition, NodeTest, Operand, Path, Predicate, Step};
use xmlshred_model::{OwnedValue, Value, lexical};

use crate::document::{DOCUMENT, Document, Kind, NodeId};

/// A document, and what paths in it depend on.
#[derive(Clone, Copy, Debug)]
pub struct View<'d> {
    /// The document.
    pub document: &'d Document,
    /// Where absolute paths start.
    pub main: NodeId,
    /// How names compare.
    pub case: Case,
    /// What variables of paths stand for, by their number.
    pub variables: &'d [OwnedValue],
}

impl View<'_> {
    /// All matches of a path, in document order.
    pub fn select(&self, path: &Path, start: NodeId) -> Vec<NodeId> {
        let mut nodes = match &path.group {
            Some(group) => {
                let all = self.select(&group.path, start);
                let one = group.position.map_or(all.last(), |position| all.get(position as usize - 1));
                one.copied().into_iter().collect()
            }
            None => vec![if path.absolute { self.main } else { start }],
        };
        for step in &path.steps {
            let mut next = Vec::new();
            for node in nodes {
                next.extend(self.step(step, node));
            }
            next.sort_unstable();
            next.dedup();
            nodes = next;
        }
        if path.naming.is_some() {
            nodes.retain(|&node| !matches!(self.document.node(node).kind, Kind::Text(_)));
        }
        nodes
    }

    /// The text or name that a path takes of one of its matches.
    pub fn text_of(&self, path: &Path, node: NodeId) -> String {
        match path.naming {
            None => self.document.string_value(node),
            Some(naming) => self.document.name(node, naming),
        }
    }

    /// The string-value of the first match.
    pub fn first_text(&self, path: &Path, start: NodeId) -> Option<String> {
        self.select(path, start).first().map(|&node| self.text_of(path, node))
    }

    fn step(&self, step: &Step, node: NodeId) -> Vec<NodeId> {
        match step.axis {
            // Only elements are meant.
            Axis::SelfNode if matches!(self.document.node(node).kind, Kind::Attribute { .. }) => Vec::new(),
            Axis::SelfNode => self.filtered(step, &[node]),
            // From the node: positions count that way.
            Axis::FollowingSibling => self.filtered(step, &self.siblings(node).1),
            Axis::PrecedingSibling => self.filtered(step, &self.siblings(node).0),
            Axis::Ancestor => {
                let mut around = vec![self.document.node(node).parent];
                while around[around.len() - 1] != DOCUMENT {
                    around.push(self.document.node(around[around.len() - 1]).parent);
                }
                self.filtered(step, &around)
            }
            Axis::Parent if node == DOCUMENT => Vec::new(),
            Axis::Parent => vec![self.document.node(node).parent],
            Axis::Child => self.filtered(step, &self.document.node(node).children),
            Axis::Attribute => self.filtered(step, &self.document.node(node).attributes),
            // `//` is short for `/descendant-or-self::node()/`.
            Axis::Descendant => {
                let starts = self.document.descendants_or_self(node);
                starts
                    .iter()
                    .flat_map(|&start| self.filtered(step, &self.document.node(start).children))
                    .collect()
            }
            Axis::DescendantAttribute => {
                let starts = self.document.descendants_or_self(node);
                starts
                    .iter()
                    .flat_map(|&start| self.filtered(step, &self.document.node(start).attributes))
                    .collect()
            }
        }
    }

    /// What stands before a node, the nearest first, and behind it. Beside attributes and the document nothing stands.
    fn siblings(&self, node: NodeId) -> (Vec<NodeId>, Vec<NodeId>) {
        let all = &self.document.node(self.document.node(node).parent).children;
        let Some(at) = all.iter().position(|&sibling| sibling == node) else {
            return (Vec::new(), Vec::new());
        };
        (all[..at].iter().rev().copied().collect(), all[at + 1..].to_vec())
    }

    fn filtered(&self, step: &Step, nodes: &[NodeId]) -> Vec<NodeId> {
        let mut nodes =
            nodes.iter().copied().filter(|&node| self.accepts(&step.test, node)).collect::<Vec<_>>();
        // Of the attributes of an element that differ by case only, the one that is spelled as the path has it.
        let is_exact = |node: &NodeId| match (&self.document.node(*node).kind, &step.test) {
            (Kind::Attribute { name, .. }, NodeTest::Name { local, .. }) => {
                name.is(None, local, Case::Sensitive)
            }
            _ => false,
        };
        if nodes.iter().any(is_exact) {
            nodes.retain(is_exact);
        }
        for predicate in &step.predicates {
            nodes = match predicate {
                Predicate::Position(position) => {
                    nodes.get(*position as usize - 1).copied().into_iter().collect()
                }
                Predicate::Last => nodes.last().copied().into_iter().collect(),
                Predicate::Condition(condition) => {
                    nodes.into_iter().filter(|&node| self.holds(condition, node)).collect()
                }
            };
        }
        nodes
    }

    fn accepts(&self, test: &NodeTest, node: NodeId) -> bool {
        match (&self.document.node(node).kind, test) {
            (
                Kind::Element { name, .. } | Kind::Attribute { name, .. },
                NodeTest::Name { namespace, local },
            ) => name.is(namespace.as_deref(), local, self.case),
            (Kind::Element { name, .. } | Kind::Attribute { name, .. }, NodeTest::AnyIn { namespace }) => {
                name.is_in(namespace)
            }
            (Kind::Element { .. } | Kind::Attribute { .. }, NodeTest::Any)
            | (Kind::Text(_), NodeTest::Text)
            | (_, NodeTest::Node) => true,
            _ => false,
        }
    }

    fn holds(&self, condition: &Condition, node: NodeId) -> bool {
        match condition {
            Condition::And(left, right) => self.holds(left, node) && self.holds(right, node),
            Condition::Or(left, right) => self.holds(left, node) || self.holds(right, node),
            Condition::Not(inner) => !self.holds(inner, node),
            Condition::Exists(path) => !self.select(path, node).is_empty(),
            Condition::In(operand, texts) => match self.operand(operand, node) {
                Operands::Nodes(found) => found.iter().any(|text| texts.contains(text)),
                Operands::Text(text) | Operands::Exact(text) => texts.contains(&text),
                Operands::Number(number) => texts.contains(&number_text(number)),
            },
            Condition::StartsWith(of, start) => self.text(of, node).starts_with(&self.text(start, node)),
            Condition::EndsWith(of, end) => self.text(of, node).ends_with(&self.text(end, node)),
            Condition::Contains(of, part) => self.text(of, node).contains(&self.text(part, node)),
            Condition::Compare { left, operator, right } => {
                compares(&self.operand(left, node), *operator, &self.operand(right, node))
            }
        }
    }

    fn operand(&self, operand: &Operand, node: NodeId) -> Operands {
        match operand {
            Operand::Text(text) => Operands::Text(text.clone()),
            Operand::Number(number) => Operands::Number(*number),
            Operand::Path(path) => {
                let found = self.select(path, node);
                Operands::Nodes(found.iter().map(|&node| self.text_of(path, node)).collect())
            }
            Operand::Normalized(inner) => {
                let text = self.text(inner, node);
                let words = text.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
                Operands::Text(words.collect::<Vec<_>>().join(" "))
            }
            Operand::Variable(variable) => match &self.variables[variable.number as usize] {
                OwnedValue::Inline(Value::Null) => Operands::Nodes(Vec::new()),
                OwnedValue::Inline(Value::Double(number)) => Operands::Number(*number),
                value @ OwnedValue::Inline(Value::Int(_) | Value::Decimal(_)) => {
                    Operands::Exact(written(value))
                }
                value => Operands::Text(written(value)),
            },
            Operand::Length(inner) => Operands::Number(self.text(inner, node).chars().count() as f64),
            Operand::Count(path) => Operands::Number(self.select(path, node).len() as f64),
        }
    }

    /// XPath's `string()`.
    fn text(&self, operand: &Operand, node: NodeId) -> String {
        match self.operand(operand, node) {
            Operands::Nodes(found) => found.first().cloned().unwrap_or_default(),
            Operands::Text(text) => text,
            Operands::Exact(number) => number,
            Operands::Number(number) => number_text(number),
        }
    }
}

fn written(value: &OwnedValue) -> String {
    let mut text = String::new();
    lexical::format(&value.as_value(), &mut text);
    text
}

/// A number without the zeros that say nothing; `None` for other text.
fn without_zeros(text: &str) -> Option<String> {
    if to_number(text).is_nan() {
        return None;
    }
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let (whole, fraction) =
        text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let sign = if text.starts_with('-') { "-" } else { "" };
    Some(match (whole, fraction) {
        ("", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    })
}

/// A side of a comparison with its values; those of nodes are their string-values.
enum Operands {
    Nodes(Vec<String>),
    Text(String),
    Number(f64),
    /// An integer or decimal, as it is written: equal to what has all the same digits.
    Exact(String),
}

/// XPath 1.0, section 3.4: true when some pair of values compares true.
fn compares(left: &Operands, operator: Comparison, right: &Operands) -> bool {
    let is_number = |side: &Operands| matches!(side, Operands::Number(_));
    let is_equality = matches!(operator, Comparison::Equal | Comparison::NotEqual);
    let is_exact = |side: &Operands| matches!(side, Operands::Exact(_));
    if is_equality && (is_exact(left) || is_exact(right)) && !is_number(left) && !is_number(right) {
        let wanted = operator == Comparison::Equal;
        let same = |left: &str, right: &str| {
            without_zeros(left).is_some() && without_zeros(left) == without_zeros(right)
        };
        return texts(left).iter().any(|left| texts(right).iter().any(|right| same(left, right) == wanted));
    }
    if is_equality && !is_number(left) && !is_number(right) {
        let wanted = operator == Comparison::Equal;
        return texts(left).iter().any(|left| texts(right).iter().any(|right| (left == right) == wanted));
    }
    let holds = |left: f64, right: f64| match operator {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    };
    numbers(left).iter().any(|&left| numbers(right).iter().any(|&right| holds(left, right)))
}

fn texts(side: &Operands) -> Vec<String> {
    match side {
        Operands::Nodes(texts) => texts.clone(),
        Operands::Text(text) | Operands::Exact(text) => vec![text.clone()],
        Operands::Number(number) => vec![number_text(*number)],
    }
}

fn numbers(side: &Operands) -> Vec<f64> {
    match side {
        Operands::Nodes(texts) => texts.iter().map(|text| to_number(text)).collect(),
        Operands::Text(text) | Operands::Exact(text) => vec![to_number(text)],
        Operands::Number(number) => vec![*number],
    }
}

/// XPath's `number()`: white space, a minus, digits with at most one point, white space. Anything else is no number.
fn to_number(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let only_digits = digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    let has_digit = digits.chars().any(|c| c.is_ascii_digit());
    if only_digits && has_digit { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// XPath's `string()` of a number: no exponent, and zero has no sign.
fn number_text(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}
