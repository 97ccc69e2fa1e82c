//! The syntax tree of a path.

use std::collections::BTreeMap;
use std::ops::Range;

/// A parsed path.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// As the contract wrote it.
    pub text: String,
    /// Starts at the main element (`document.root`) and not at the row's element.
    pub absolute: bool,
    /// `(PATH)[n]` at the beginning: the steps start at that match. Then `absolute` is of that path and not of this one.
    pub group: Option<Box<Group>>,
    /// In order. An empty list is the starting node itself (`.`).
    pub steps: Vec<Step>,
    /// `/name()` and the like at the end: names are taken and not text.
    pub naming: Option<Naming>,
}

impl Path {
    /// The path `.`
    pub fn itself() -> Self {
        Self { text: ".".to_owned(), absolute: false, group: None, steps: Vec::new(), naming: None }
    }

    /// The step that its matches come from; none of the starting node itself.
    pub fn last_step(&self) -> Option<&Step> {
        let own = self.steps.iter().rfind(|step| step.axis != Axis::SelfNode);
        own.or_else(|| self.group.as_ref()?.path.last_step())
    }

    /// Whether its matches are attributes.
    pub fn ends_at_attribute(&self) -> bool {
        let is_attribute = |step: &Step| matches!(step.axis, Axis::Attribute | Axis::DescendantAttribute);
        self.naming.is_none() && self.last_step().is_some_and(is_attribute)
    }
}

/// `(PATH)[n]`: one match of all.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The path in parentheses.
    pub path: Path,
    /// From 1; `None` is the last.
    pub position: Option<u32>,
}

/// What is taken of the name of an element or attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// `name()`: the local name.
    Local,
    /// `qname()`: with its prefix, as the document has it.
    Qualified,
    /// `namespace-uri()`: empty where there is none.
    Namespace,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where it goes.
    pub axis: Axis,
    /// What it accepts there.
    pub test: NodeTest,
    /// What remains of it, applied left to right.
    pub predicates: Vec<Predicate>,
}

/// Where a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// `name`
    Child,
    /// `//name`: descendants (`descendant-or-self::node()/child::name`)
    Descendant,
    /// `@name`
    Attribute,
    /// `//@name`: attributes of the node and of all its descendants
    DescendantAttribute,
    /// `self::name`; also behind `..`, for `parent::name`
    SelfNode,
    /// `..`
    Parent,
    /// `following-sibling::name`
    FollowingSibling,
    /// `preceding-sibling::name`: positions count from the nearest
    PrecedingSibling,
    /// `ancestor::name`: positions count from the innermost
    Ancestor,
}

/// What a step accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeTest {
    /// A name: of any namespace when `namespace` is `None`.
    Name {
        /// Namespace URI that the name must be in.
        namespace: Option<String>,
        /// Local name.
        local: String,
    },
    /// `*`
    Any,
    /// `p:*`: any name in a namespace.
    AnyIn {
        /// Its URI.
        namespace: String,
    },
    /// `text()`
    Text,
    /// Any node: `.` and `..`
    Node,
}

/// `[…]`
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// `[3]`, from 1
    Position(u32),
    /// `[last()]`
    Last,
    /// Any other condition.
    Condition(Condition),
}

/// A condition of a predicate.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// `a and b`
    And(Box<Self>, Box<Self>),
    /// `a or b`
    Or(Box<Self>, Box<Self>),
    /// `not(a)`
    Not(Box<Self>),
    /// The path has a match.
    Exists(Path),
    /// `a = b` and the like
    Compare {
        /// Left side.
        left: Operand,
        /// How they compare.
        operator: Comparison,
        /// Right side.
        right: Operand,
    },
    /// `a in ('x', 'y')`
    In(Operand, Vec<String>),
    /// `starts-with(a, b)`
    StartsWith(Operand, Operand),
    /// `ends-with(a, b)`
    EndsWith(Operand, Operand),
    /// `contains(a, b)`
    Contains(Operand, Operand),
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// Nodes of the document.
    Path(Path),
    /// `'text'`
    Text(String),
    /// `12.5`
    Number(f64),
    /// `normalize-space(a)`: the text of the first node, trimmed, with single blanks
    Normalized(Box<Self>),
    /// `string-length(a)`: characters of the text of the first node
    Length(Box<Self>),
    /// `count(a)`: how many nodes there are
    Count(Path),
    /// `$name`
    Variable(Variable),
}

/// `$name`: a value of the row, of a row around it or of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// Byte range in the path's text.
    pub span: Range<usize>,
    /// Its number among all variables of a contract; whoever knows what the name stands for sets it.
    pub number: u32,
}

impl Operand {
    /// The path of nodes that this looks at, if it looks at some.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) | Self::Count(path) => Some(path),
            Self::Text(_) | Self::Number(_) | Self::Variable(_) => None,
            Self::Normalized(inner) | Self::Length(inner) => inner.path(),
        }
    }
}

/// Comparison operators with the meaning of XPath 1.0 on node sets: true when some node compares true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A mistake in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathProblem {
    /// Byte range in the path's text.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Namespace prefixes that paths may use: prefix to URI.
pub type Namespaces = BTreeMap<String, String>;
