//! Random paths of every form.

use super::Choices;

/// Where a path may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// At elements: for rows.
    Element,
    /// At attributes: for rows, too.
    Attribute,
    /// Anywhere.
    Anything,
}

/// Predicates within predicates, each with `//` and `..`, take time that grows with the power of their depth, in XPath as such.
const MAX_DEPTH: usize = 3;

/// A path as contracts write it. It has no double quotes.
pub fn path(choices: &mut Choices<'_>, end: End) -> String {
    let path = path_at(choices, end, 0);
    if end == End::Attribute {
        return path;
    }
    match choices.below(24) {
        22 => {
            let position = choices.one_of(&["1", "2", "last()"]);
            let behind =
                if end == End::Anything { choices.one_of(&["", "/@x", "/a", "//b", "/.."]) } else { "" };
            format!("({path})[{position}]{behind}")
        }
        _ => path,
    }
}

/// A path whose matches give their names, or an ordinary one.
pub(super) fn named_path(choices: &mut Choices<'_>) -> String {
    let path = path(choices, End::Anything);
    if path.ends_with("text()") || path.ends_with(']') && path.contains("text()") || !choices.once_in(10) {
        return path;
    }
    let naming = choices.one_of(&["name()", "qname()", "namespace-uri()"]);
    match &*path {
        "." => naming.to_owned(),
        path => format!("{}/{naming}", path.trim_end_matches('/')),
    }
}

/// A path with a condition on a value, as look-ups have it and otherwise. It ends at elements or an attribute.
pub(super) fn path_with_value(choices: &mut Choices<'_>, name: &str, end: End) -> String {
    let start = choices.one_of(&["/", "/", "//", "//", "../", "../../", "../*/", "", "ancestor::*/", "/*/"]);
    let element = choices.one_of(&["a", "b", "*", "a[@x]", "p:*"]);
    let key = choices.one_of(&["@x", "@y", "b", ".", "@*", "a/@x", "b//@z", "name()", "../@x", "text()"]);
    let condition = match choices.below(9) {
        0..=3 => format!("{key} = ${name}"),
        4 => format!("${name} = {key} and {}", choices.one_of(&["@y", "b", "not(c)", "name() != 'c'"])),
        5 => format!("@z or {key} = ${name}"),
        6 => {
            let operator = choices.one_of(&["<", ">=", "!=", "<="]);
            format!("{key} {operator} ${name}")
        }
        7 => format!("contains({key}, ${name}) or ${name} in ('v', '1', '2024-02-29')"),
        _ => format!("not(b[{key} = ${name}]) and count(*) >= string-length(${name})"),
    };
    let position = choices.one_of(&["", "", "", "[1]", "[last()]", "[2]"]);
    let behind = if end == End::Anything {
        choices.one_of(&["/@x", "/@y", "", "/b/@x", "//@x", "/../@y"])
    } else {
        choices.one_of(&["", "", "/b", "/*"])
    };
    format!("{start}{element}[{condition}]{position}{behind}")
}

fn path_at(choices: &mut Choices<'_>, end: End, depth: usize) -> String {
    let mut path = String::new();
    if choices.once_in(10) {
        path.push_str(choices.one_of(&["/", "//"]));
    }
    let count = match end {
        End::Element => 1 + choices.below(3),
        End::Attribute => choices.below(3),
        End::Anything => choices.one_of(&[0, 0, 1, 1, 2, 3]),
    };
    for at in 0..count {
        if at > 0 {
            path.push_str(choices.one_of(&["/", "/", "/", "//"]));
        }
        let after_descendants = path.ends_with("//");
        path.push_str(&element_step(choices, after_descendants, depth));
    }
    match end {
        End::Element => {}
        End::Attribute => {
            path.push_str(if count > 0 { "/" } else { "" });
            path.push_str(choices.one_of(&["@*", "@x", "@X", "@*[. = 'v']", "@*[name() != 'x']"]));
        }
        End::Anything => last_step(choices, count, &mut path, depth),
    }
    if path.is_empty() { ".".to_owned() } else { path }
}

/// An attribute, text or nothing behind the elements.
fn last_step(choices: &mut Choices<'_>, count: usize, path: &mut String, depth: usize) {
    let kind = choices.below(10);
    if kind == 8 && !path.ends_with('/') {
        return;
    }
    if count > 0 {
        path.push_str(choices.one_of(&["/", "/", "/", "/", "//"]));
    }
    match kind {
        0..=6 => path.push_str(choices.one_of(&["@x", "@y", "@z", "@x", "@*", "@X", "@p:x", "@q:y", "@p:*"])),
        7 => path.push_str(&element_step(choices, path.ends_with("//"), depth)),
        _ => path.push_str("text()"),
    }
    if depth <= MAX_DEPTH && matches!(kind, 0..=6 | 9) && choices.once_in(6) {
        path.push_str(&predicate(choices, depth));
    }
}

fn element_step(choices: &mut Choices<'_>, after_descendants: bool, depth: usize) -> String {
    let kind = choices.below(16);
    let name = match kind {
        0..=9 => choices.one_of(&["a", "b", "c", "a", "b", "A"]),
        10 => choices.one_of(&["p:a", "p:b", "q:a", "p:*"]),
        11 if !after_descendants && choices.once_in(3) => return beside(choices, depth),
        12 => choices.one_of(&["*", "d", "d/R", "d/*"]),
        13 | 14 if !after_descendants => return "..".to_owned(),
        15 if !after_descendants => return ".".to_owned(),
        _ => "*",
    };
    let count = if depth > MAX_DEPTH { 0 } else { choices.one_of(&[0, 0, 0, 0, 1, 2]) };
    let predicates = (0..count).map(|_| predicate(choices, depth)).collect::<String>();
    format!("{name}{predicates}")
}

/// A step beside, around or to the element itself.
fn beside(choices: &mut Choices<'_>, depth: usize) -> String {
    let axis = choices.one_of(&["following-sibling", "preceding-sibling", "ancestor", "parent", "self"]);
    let name = choices.one_of(&["*", "*", "*", "*", "a", "b", "R", "p:*", "A"]);
    let count = if depth > MAX_DEPTH { 0 } else { choices.one_of(&[0, 0, 1, 1, 2]) };
    let predicates = (0..count).map(|_| predicate(choices, depth)).collect::<String>();
    format!("{axis}::{name}{predicates}")
}

fn predicate(choices: &mut Choices<'_>, depth: usize) -> String {
    match choices.below(5) {
        0 => format!("[{}]", 1 + choices.below(3)),
        1 => "[last()]".to_owned(),
        _ => format!("[{}]", condition(choices, depth + 1)),
    }
}

fn condition(choices: &mut Choices<'_>, depth: usize) -> String {
    // Deep ones are simple, so that there is an end.
    let kind = if depth > 2 { 0 } else { choices.below(12) };
    match kind {
        0 | 1 => path_at(choices, End::Anything, depth),
        2..=5 => {
            let left = operand(choices, depth);
            let operator = choices.one_of(&["=", "!=", "<", "<=", ">", ">="]);
            format!("{left} {operator} {}", operand(choices, depth))
        }
        10 if depth > 1 => {
            format!("{} = {}", choices.one_of(&["name()", "../name()"]), choices.one_of(&["'a'", "'x'"]))
        }
        6 => format!("{} in ('v', '1', '')", path_at(choices, End::Anything, depth)),
        7 => format!("starts-with({}, {})", operand(choices, depth), operand(choices, depth)),
        8 => {
            let function = choices.one_of(&["contains", "ends-with"]);
            format!("{function}({}, {})", operand(choices, depth), operand(choices, depth))
        }
        9 => format!("not({})", condition(choices, depth + 1)),
        _ => {
            let (left, right) = (condition(choices, depth + 1), condition(choices, depth + 1));
            let word = choices.one_of(&["and", "or"]);
            let (open, close) = choices.one_of(&[("", ""), ("(", ")")]);
            format!("{open}{left} {word} {right}{close}")
        }
    }
}

fn operand(choices: &mut Choices<'_>, depth: usize) -> String {
    match choices.below(10) {
        0..=3 => path_at(choices, End::Anything, depth),
        8 if depth <= 2 => {
            let function = choices.one_of(&["normalize-space", "string-length"]);
            format!("{function}({})", operand(choices, depth + 1))
        }
        9 => format!("count({})", path_at(choices, End::Anything, depth)),
        4 | 5 => choices.one_of(&["'v'", "'1'", "''", "'w'", "' 7 '"]).to_owned(),
        _ => choices.one_of(&["1", "2", "0", "-3", "1.5", "-0", ".5", "70000"]).to_owned(),
    }
}
