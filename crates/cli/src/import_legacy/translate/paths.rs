//! Absolute paths of the old format as paths from where a row stands.

use crate::import_legacy::old::Rule;

/// A path from one element to another, of which several on the way mean the last one.
pub(super) fn relative(from: &[String], to: &[String]) -> String {
    let common = from.iter().zip(to).take_while(|(from, to)| from == to).count();
    let ups = std::iter::repeat_n("..", from.len() - common).collect::<Vec<_>>().join("/");
    let rest = &to[common..];
    match (&*ups, rest) {
        ("", []) => String::new(),
        (ups, []) => ups.to_owned(),
        ("", [step]) => format!("{step}[last()]"),
        (ups, [step]) => format!("{ups}/{step}[last()]"),
        ("", rest) => format!("({})[last()]", rest.join("/")),
        (ups, rest) => format!("({ups}/{})[last()]", rest.join("/")),
    }
}

/// The same from the main element, wherever the row stands.
pub(super) fn absolute(main: &[String], to: &[String]) -> String {
    match relative(main, to) {
        path if path.is_empty() => "/".to_owned(),
        path => match path.strip_prefix('(') {
            Some(rest) => format!("(/{rest}"),
            None => format!("/{path}"),
        },
    }
}

/// An attribute of the element at the end of a path, or its text.
pub(super) fn attribute(path: &str, attribute: Option<&str>) -> String {
    match (path, attribute) {
        ("", None) => ".".to_owned(),
        ("" | "/", Some(attribute)) => format!("{path}@{attribute}"),
        (path, None) => path.to_owned(),
        (path, Some(attribute)) => format!("{path}/@{attribute}"),
    }
}

/// Text in a condition.
pub(super) fn literal(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}

/// Which values of the type attribute a condition takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kinds {
    All,
    /// The one at this place of the list.
    Only(usize),
}

/// What a rule asks of its elements.
pub(super) fn conditions(rule: &Rule, kinds: Kinds) -> Vec<String> {
    let mut conditions = rule.present.iter().map(|name| format!("@{name} != ''")).collect::<Vec<_>>();
    conditions.extend(rule.one_of.iter().enumerate().map(|(at, (name, values))| {
        let wanted = match kinds {
            Kinds::Only(place) if at == 0 => values.get(place).map(std::slice::from_ref).unwrap_or_default(),
            _ => values,
        };
        match wanted {
            [value] => format!("@{name} = {}", literal(value)),
            values => {
                let values = values.iter().map(|value| literal(value)).collect::<Vec<_>>();
                format!("@{name} in ({})", values.join(", "))
            }
        }
    }));
    conditions
}

/// An element with conditions.
pub(super) fn step(name: &str, conditions: &[String]) -> String {
    if conditions.is_empty() { name.to_owned() } else { format!("{name}[{}]", conditions.join(" and ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(path: &str) -> Vec<String> {
        path.split('/').filter(|step| !step.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn paths_go_up_to_what_they_share_and_take_the_last_element() {
        for (from, to, expected) in [
            ("/a/b/c", "/a/b/c", "@x"),
            ("/a/b/c", "/a", "../../@x"),
            ("/a/b/c", "/a/b/c/d", "d[last()]/@x"),
            ("/a/b/c", "/a/b/c/d/e", "(d/e)[last()]/@x"),
            ("/a/b/c", "/a/r/s", "(../../r/s)[last()]/@x"),
            ("/a/b/c", "/a/b/d", "../d[last()]/@x"),
        ] {
            assert_eq!(attribute(&relative(&steps(from), &steps(to)), Some("x")), expected);
        }
        for (to, expected) in [
            ("/a/b/c", "/@x"),
            ("/a/b/c/d", "/d[last()]/@x"),
            ("/a/b/c/d/e", "(/d/e)[last()]/@x"),
            ("/a", "/../../@x"),
        ] {
            assert_eq!(attribute(&absolute(&steps("/a/b/c"), &steps(to)), Some("x")), expected);
        }
    }

    #[test]
    fn rules_are_conditions() {
        let rule = Rule {
            path: steps("/a/contact"),
            present: vec!["con_id".to_owned()],
            one_of: vec![("role".to_owned(), vec!["PR".to_owned(), "it's".to_owned()])],
        };
        let all = step("contact", &conditions(&rule, Kinds::All));
        assert_eq!(all, "contact[@con_id != '' and @role in ('PR', \"it's\")]");
        let second = step("contact", &conditions(&rule, Kinds::Only(1)));
        assert_eq!(second, "contact[@con_id != '' and @role = \"it's\"]");
    }
}
