//! Random columns: a source, a type, and what is done with values.

use super::Choices;
use super::expression::{Class, Named, text, whole};
use super::path::{End, named_path, path_with_value};

/// A type with a constant of it.
pub(super) struct Type {
    pub(super) name: &'static str,
    pub(super) class: Class,
    pub(super) constant: &'static str,
}

const TYPES: [Type; 19] = [
    Type { name: "text", class: Class::Text, constant: "d" },
    Type { name: "int", class: Class::Whole, constant: "7" },
    Type { name: "varchar(3)", class: Class::Text, constant: "dd" },
    Type { name: "text", class: Class::Text, constant: "v" },
    Type { name: "smallint", class: Class::Whole, constant: "-1" },
    Type { name: "tinyint", class: Class::Whole, constant: "200" },
    Type { name: "bigint", class: Class::Whole, constant: "70000" },
    Type { name: "decimal(5,2)", class: Class::Other, constant: "1.5" },
    Type { name: "bool", class: Class::Other, constant: "true" },
    Type { name: "char(2)", class: Class::Text, constant: "d" },
    Type { name: "xml", class: Class::Other, constant: "<d/>" },
    Type { name: "date", class: Class::Other, constant: "2024-01-31" },
    Type { name: "timestamp", class: Class::Other, constant: "2024-01-31T10:00:00" },
    Type { name: "double", class: Class::Other, constant: "0.5" },
    Type { name: "json", class: Class::Other, constant: "1" },
    Type { name: "xml", class: Class::Other, constant: "v" },
    Type { name: "time", class: Class::Other, constant: "10:00" },
    Type { name: "binary", class: Class::Other, constant: "aGVsbG8=" },
    Type { name: "timestamptz", class: Class::Other, constant: "2024-01-31T10:00:00Z" },
];

/// A type.
pub(super) fn any_type(choices: &mut Choices<'_>) -> &'static Type {
    &TYPES[choices.below(TYPES.len())]
}

/// Columns of the source.
pub(super) const SOURCE_COLUMNS: [&str; 6] = ["batch_id", "received_at", "nothing", "v", "1.234,5 €", "&"];

/// The entries of a column from a path or the source's row, without braces.
pub(super) fn from_path(choices: &mut Choices<'_>, data_type: &Type, names: &[Named]) -> String {
    if choices.once_in(16) {
        return format!("source: \"{}\"{}", choices.one_of(&SOURCE_COLUMNS), steps(choices, data_type));
    }
    let mut path = format!("\"{}\"", any_path(choices, names));
    if choices.once_in(8) {
        let others = (0..=choices.below(2)).map(|_| format!(", \"{}\"", any_path(choices, names)));
        path = format!("[{path}{}]", others.collect::<String>());
    }
    let via = if choices.once_in(10) { choices.one_of(&VIA) } else { "" };
    format!("path: {path}{via}{}", steps(choices, data_type))
}

fn any_path(choices: &mut Choices<'_>, names: &[Named]) -> String {
    if !names.is_empty() && choices.once_in(5) {
        let name = &names[choices.below(names.len())].name;
        path_with_value(choices, name, End::Anything)
    } else {
        named_path(choices)
    }
}

/// What stands beside a path.
const VIA: [&str; 5] = [
    ", expr: \"UPPER(value)\"",
    ", expr: \"value || '0'\"",
    ", expr: \"COALESCE(value, 'v')\"",
    ", expr: \"NULLIF(value, 'v')\"",
    ", expr: \"CASE WHEN value = '1' THEN '2' WHEN LENGTH(value) > 3 THEN SUBSTRING(value, 1, 1) END\"",
];

/// The entries of a column or `let` from an expression, without braces, and the class of its value.
pub(super) fn from_expression(choices: &mut Choices<'_>, names: &[Named]) -> (String, Class) {
    let (expression, class, types) = if choices.once_in(2) {
        (text(choices, names), Class::Text, ["", ", type: text", ", type: varchar(3)", ", type: int"])
    } else {
        (whole(choices, names), Class::Whole, ["", ", type: int", ", type: smallint", ", type: text"])
    };
    let at = choices.below(4);
    let class = match (at, class) {
        (3, Class::Whole) => Class::Text,
        (3, _) => Class::Whole,
        (_, class) => class,
    };
    (format!("expr: \"{expression}\"{}", types[at]), class)
}

/// What is done with a value on its way.
pub(super) fn steps(choices: &mut Choices<'_>, data_type: &Type) -> String {
    let mut steps = String::new();
    let mut step = |text: &str| steps.push_str(&format!(", {text}"));
    match choices.below(8) {
        3 => step("pick: first"),
        4 => step("pick: last"),
        5 => step("pick: only"),
        6 | 7 => step("pick: \"join('+')\""),
        _ => {}
    }
    if choices.once_in(4) {
        step(&format!(
            "clean: {}",
            choices.one_of(&[
                "trim",
                "[upper, trim]",
                "digits",
                "number",
                "collapse_spaces",
                "lower",
                "[\"number(',')\"]",
                "first_number",
                "[\"first_number(',')\", trim]",
            ])
        ));
    }
    if choices.once_in(8) {
        step("null_values: [V, \"1\", \"2024-02-29\"]");
    }
    if choices.once_in(6) {
        step("blank: keep");
    }
    let has_default = choices.once_in(4);
    if has_default {
        let generated = match data_type.name {
            "date" | "time" | "timestamp" | "timestamptz" => "now",
            "int" | "bigint" => "document_key",
            "text" => "session",
            _ => "",
        };
        if !generated.is_empty() && choices.once_in(3) {
            step(&format!("default: {{ generate: {generated} }}"));
        } else {
            step(&format!("default: \"{}\"", data_type.constant));
        }
    }
    if choices.once_in(8) {
        step(&codes(choices, data_type));
        if choices.once_in(2) {
            step("codes_case: insensitive");
        }
    }
    let is_temporal = matches!(data_type.name, "date" | "time" | "timestamp");
    if is_temporal && choices.once_in(2) {
        step(&format!("on_zone: {}", choices.one_of(&["ignore", "utc"])));
    }
    if choices.once_in(6) {
        step(&format!("on_inexact: {}", choices.one_of(&["round", "truncate"])));
    }
    match data_type.name {
        "binary" if choices.once_in(2) => step("format: hex"),
        "date" | "timestamp" if choices.once_in(3) => step(&format!(
            "format: {}",
            choices.one_of(&["epoch", "[iso8601, epoch_ms]", "[rfc2822, \"%Y-%m-%d%z\", \"%Y-%m-%d\"]"])
        )),
        _ => {}
    }
    let policies: &[&str] =
        if has_default { &["", "fail", "null", "default"] } else { &["", "fail", "null"] };
    match choices.one_of(policies) {
        "" => {}
        policy => step(&format!("on_invalid: {policy}")),
    }
    if choices.once_in(24) {
        step("required: true");
    }
    steps
}

fn codes(choices: &mut Choices<'_>, data_type: &Type) -> String {
    let constant = data_type.constant;
    let mut codes = format!("codes: {{ v: \"{constant}\"");
    if choices.once_in(2) {
        codes.push_str(&format!(", \"\": \"{constant}\""));
    }
    if choices.once_in(2) {
        codes.push_str(&format!(", \"*\": \"{constant}\""));
    }
    if choices.once_in(3) {
        codes.push_str(", \"1\": null");
    }
    codes + " }"
}
