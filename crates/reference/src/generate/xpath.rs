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
        Axis::SelfNode => "/self::".to_owned(),
        Axis::FollowingSibling => "/following-sibling::".to_owned(),
        Axis::PrecedingSibling => "/preceding-sibling::".to_owned(),
        Axis::Ancestor => "/ancestor::".to_owned(),
        Axis::Child => "/".to_owned(),
        Axis::Descendant => "//".to_owned(),
        Axis::Attribute => "/@".to_owned(),
        Axis::DescendantAttribute => "//@".to_owned(),
    };
    match &step.test {
        NodeTest::Text => out.push_str("text()"),
        NodeTest::Any | NodeTest::Node => out.push('*'),
        NodeTest::AnyIn { namespace } => {
            write!(out, "*[namespace-uri() = '{namespace}']").expect("writing to a string succeeds");
        }
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
            let of_namespace = match namespace {
                Some(uri) => format!("[namespace-uri() = '{uri}']"),
                None => String::new(),
            };
            write!(out, "*[{name}]{of_namespace}").expect("writing to a string succeeds");
            let is_attribute = matches!(step.axis, Axis::Attribute | Axis::DescendantAttribute);
            if is_attribute && case == Case::Insensitive {
                let is_exact = format!("local-name() = '{local}'");
                write!(out, "[{is_exact} or not(../@*[{is_exact}]{of_namespace})]")
                    .expect("writing to a string succeeds");
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
    let operand = |operand: &Operand| to_operand(operand, case);
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
        // XPath 1.0 has no name for it. The text before the end is not longer than the text, as XPath takes a negative start for its own.
        Condition::EndsWith(of, end) => {
            let (of, end) = (operand(of), operand(end));
            format!(
                "(string-length({of}) >= string-length({end}) and substring({of}, string-length({of}) - string-length({end}) + 1) = string({end}))"
            )
        }
        Condition::Contains(of, part) => format!("contains({}, {})", operand(of), operand(part)),
        Condition::Compare { left, operator, right } => {
            format!("({} {operator} {})", operand(left), operand(right))
        }
    }
}

fn to_operand(operand: &Operand, case: Case) -> String {
    match operand {
        Operand::Path(path) => to_xpath(path, case),
        Operand::Text(text) => format!("'{text}'"),
        Operand::Number(number) => number.to_string(),
        Operand::Normalized(inner) => format!("normalize-space({})", to_operand(inner, case)),
        Operand::Length(inner) => format!("string-length({})", to_operand(inner, case)),
        Operand::Count(path) => format!("count({})", to_xpath(path, case)),
        // Paths that are compared with libxml2 have none: it stands for a value of a row.
        Operand::Variable(variable) => format!("${}", variable.name),
    }
}
