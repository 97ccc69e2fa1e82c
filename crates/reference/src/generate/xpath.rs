//! Paths of contracts as XPath 1.0 writes the same: names in any namespace, absolute paths below the root element, `in`.

use std::fmt::Write as _;

use xmlshred_mapping::contract::Case;
use xmlshred_mapping::path::{Axis, Condition, NodeTest, Operand, Path, Predicate, Step};

/// The path as XPath, for a document whose main element is its root element. Relative paths start at the context node.
fn to_xpath(path: &Path, case: Case) -> String {
    from(".", path, case)
}

/// The same with relative paths that start at the root element.
pub fn to_xpath_from_root(path: &Path, case: Case) -> String {
    from("/*", path, case)
}

fn from(start: &str, path: &Path, case: Case) -> String {
    let mut out = match &path.group {
        Some(group) => {
            let position =
                group.position.map_or_else(|| "last()".to_owned(), |position| position.to_string());
            format!("({})[{position}]", from(start, &group.path, case))
        }
        None if path.absolute => "/*".to_owned(),
        None => start.to_owned(),
    };
    for step in &path.steps {
        out.push_str(&to_step(step, case));
    }
    // Only of one node, as random conditions have it.
    if path.naming.is_some() { format!("local-name({out})") } else { out }
}

fn to_step(step: &Step, case: Case) -> String {
    let mut out = match step.axis {
        Axis::Parent => return "/..".to_owned(),
        Axis::SelfNode => return String::new(),
        Axis::Child => "/".to_owned(),
        Axis::Descendant => "//".to_owned(),
        Axis::Attribute => "/@".to_owned(),
        Axis::DescendantAttribute => "//@".to_owned(),
    };
    match &step.test {
        NodeTest::Text => out.push_str("text()"),
        NodeTest::Any | NodeTest::Node => out.push('*'),
        NodeTest::Name { namespace, local } => {
            let name = match case {
                Case::Sensitive => format!("local-name() = '{local}'"),
                Case::Insensitive => {
                    format!(
                        "translate(local-name(), 'ABCRXYZ', 'abcrxyz') = '{}'",
                        local.to_ascii_lowercase()
                    )
                }
            };
            write!(out, "*[{name}]").expect("writing to a string succeeds");
            if let Some(uri) = namespace {
                write!(out, "[namespace-uri() = '{uri}']").expect("writing to a string succeeds");
            }
        }
    }
    for predicate in &step.predicates {
        let predicate = match predicate {
            Predicate::Position(position) => position.to_string(),
            Predicate::Last => "last()".to_owned(),
            // A number alone would be a position.
            Predicate::Condition(condition) => to_condition(condition, case),
        };
        write!(out, "[{predicate}]").expect("writing to a string succeeds");
    }
    out
}

fn to_condition(condition: &Condition, case: Case) -> String {
    let inner = |condition: &Condition| to_condition(condition, case);
    let operand = |operand: &Operand| match operand {
        Operand::Path(path) => to_xpath(path, case),
        Operand::Text(text) => format!("'{text}'"),
        Operand::Number(number) => number.to_string(),
    };
    match condition {
        Condition::And(left, right) => format!("({} and {})", inner(left), inner(right)),
        Condition::Or(left, right) => format!("({} or {})", inner(left), inner(right)),
        Condition::Not(condition) => format!("not({})", inner(condition)),
        Condition::Exists(path) => to_xpath(path, case),
        Condition::In(left, texts) => {
            let equal = texts.iter().map(|text| format!("{} = '{text}'", operand(left))).collect::<Vec<_>>();
            format!("({})", equal.join(" or "))
        }
        Condition::StartsWith(of, start) => format!("starts-with({}, {})", operand(of), operand(start)),
        Condition::Contains(of, part) => format!("contains({}, {})", operand(of), operand(part)),
        Condition::Compare { left, operator, right } => {
            format!("({} {operator} {})", operand(left), operand(right))
        }
    }
}
