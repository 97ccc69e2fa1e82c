//! Random expressions that are well-typed.

use super::Choices;

/// What kind of value a name has, as far as expressions here tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Whole,
    Text,
    /// Of a type that no expression here reads.
    Other,
}

/// A name that an expression may use.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) class: Class,
}

fn name_of(choices: &mut Choices<'_>, names: &[Named], class: Class, literal: &str) -> String {
    let fitting = names.iter().filter(|named| named.class == class).collect::<Vec<_>>();
    if fitting.is_empty() { literal.to_owned() } else { fitting[choices.below(fitting.len())].name.clone() }
}

pub(super) fn whole(choices: &mut Choices<'_>, names: &[Named]) -> String {
    let name = name_of(choices, names, Class::Whole, "5");
    match choices.below(8) {
        0 => name,
        1 => format!("{name} + 1"),
        2 => format!("{name} * {}", name_of(choices, names, Class::Whole, "3")),
        3 => format!("10 / {name}"),
        4 => format!("CASE WHEN {} THEN {name} ELSE 0 END", condition(choices, names)),
        5 => format!("LENGTH({})", name_of(choices, names, Class::Text, "'abc'")),
        6 => format!("COALESCE({name}, 7)"),
        _ => format!("-{name} % 2"),
    }
}

pub(super) fn text(choices: &mut Choices<'_>, names: &[Named]) -> String {
    let name = name_of(choices, names, Class::Text, "'v'");
    match choices.below(7) {
        0 => name,
        1 => format!("{name} || 'x'"),
        2 => format!("UPPER({name})"),
        3 => format!("CAST({} AS text)", name_of(choices, names, Class::Whole, "5")),
        4 => format!("SUBSTRING({name}, 1, 2)"),
        5 => format!("NULLIF({name}, 'v')"),
        _ => format!("CASE WHEN {} THEN {name} END", condition(choices, names)),
    }
}

pub(super) fn condition(choices: &mut Choices<'_>, names: &[Named]) -> String {
    let whole = name_of(choices, names, Class::Whole, "1");
    let text = name_of(choices, names, Class::Text, "'v'");
    match choices.below(9) {
        0 => format!("{whole} <= 2"),
        1 => format!("{text} = 'v'"),
        2 => format!("{text} IS NOT NULL"),
        3 => format!("NOT IS_BLANK({text})"),
        4 => format!("{text} LIKE 'v%'"),
        5 => format!("{text} IN ('v', '1')"),
        6 => format!("{whole} > 1 OR {text} = 'v'"),
        7 => format!("{whole} IS NULL AND NOT ({text} = 'v')"),
        _ => format!("10 / {whole} > 1"),
    }
}
