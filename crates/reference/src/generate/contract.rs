//! Random contracts. Nearly all of them pass `check`.

use super::Choices;
use super::columns::{SOURCE_COLUMNS, Type, any_type, from_expression, from_path};
use super::expression::{Class, Named, condition};
use super::path::{End, path, path_with_value};

/// A table that later ones may refer to.
struct Known {
    within: Option<usize>,
    has_one_row: bool,
    of_attributes: bool,
    columns: Vec<Named>,
    lets: Vec<Named>,
}

/// A contract, as YAML.
pub fn contract(choices: &mut Choices<'_>) -> String {
    let columns = SOURCE_COLUMNS.join("\", \"");
    let mut out = format!(
        "xmlshred: 1\nname: random\nsource: {{ table: t, key: k, xml: x, columns: [\"{columns}\"] }}\n"
    );
    out.push_str(&document_section(choices));
    out.push_str(choices.one_of(&[LENIENT, LENIENT, LENIENT, LENIENT_KEEPING, "", CLEANING]));
    let mut document_lets = Vec::new();
    if choices.once_in(4) {
        out.push_str("let:\n");
        document_lets = lets(choices, "d", &[], "  ", &mut out);
    }
    out.push_str("tables:\n");
    let mut known = Vec::new();
    for at in 0..=choices.below(4) {
        let table = table(choices, at, &known, &document_lets, &mut out);
        known.push(table);
    }
    out
}

const LENIENT: &str = "defaults: { on_invalid: null, on_too_long: truncate, on_unmapped_code: null }\n";
const CLEANING: &str = "defaults: { on_invalid: null, on_too_long: truncate, on_unmapped_code: null, clean: trim, null_values: [w], \
    codes_case: insensitive, pick: last, on_inexact: round, on_zone: utc, formats: { date: [iso8601, epoch] } }\n";
const LENIENT_KEEPING: &str = "defaults: { blank: keep, on_invalid: null, on_too_long: truncate, on_unmapped_code: default, pick: only }\n";

fn document_section(choices: &mut Choices<'_>) -> String {
    let mut section = String::from("document:\n  namespaces: { p: \"urn:p\", q: \"urn:q&r\" }\n");
    let root = match choices.below(24) {
        22..=23 => choices.one_of(&["/R/a", "/R/a/b", "/a"]),
        19..=21 => choices.one_of(&["[/Q, /R]", "[/R/a, /R/b/c]", "[/R/c, /Q/a, /R/p:b]", "[/R/a/b, /R/b]"]),
        _ => "/R",
    };
    section.push_str(&format!("  root: {root}\n"));
    if choices.once_in(16) {
        section.push_str("  on_wrong_root: skip\n");
    }
    if choices.once_in(16) {
        section.push_str("  key: \"@x\"\n");
    }
    if choices.once_in(16) {
        section.push_str(&format!("  require: [\"{}\"]\n", path(choices, End::Anything)));
    }
    if choices.once_in(4) {
        section.push_str("  case: insensitive\n");
    }
    if choices.once_in(4) {
        section
            .push_str(&format!("  embedded: {}\n", choices.one_of(&["d", "[a/d, d]", "[d, d/R/d, d/a/d]"])));
    }
    if choices.once_in(3) {
        section.push_str("  entities: { e: \"v\", f: \"1<2 & 'x'\" }\n");
    }
    if choices.once_in(6) {
        section
            .push_str(choices.one_of(&["  invalid_characters: replace\n", "  invalid_characters: drop\n"]));
    }
    section
}

/// Some `let`s, each on a line of its own; answers their names.
fn lets(
    choices: &mut Choices<'_>,
    prefix: &str,
    around: &[Named],
    indent: &str,
    out: &mut String,
) -> Vec<Named> {
    let mut lets: Vec<Named> = Vec::new();
    for at in 0..=choices.below(2) {
        let name = format!("{prefix}{at}");
        let names = [around, &lets].concat();
        let (entries, class) = if choices.once_in(3) {
            from_expression(choices, &names)
        } else {
            let data_type = any_type(choices);
            (
                format!(
                    "{}, type: \"{}\"",
                    from_path(choices, data_type, &names).replace(", required: true", ""),
                    data_type.name
                ),
                data_type.class,
            )
        };
        out.push_str(&format!("{indent}{name}: {{ {entries} }}\n"));
        lets.push(Named { name, class });
    }
    lets
}

fn table(
    choices: &mut Choices<'_>,
    at: usize,
    known: &[Known],
    document_lets: &[Named],
    out: &mut String,
) -> Known {
    out.push_str(&format!("  t{at}:\n"));
    let within = (at > 0 && choices.once_in(2)).then(|| choices.below(at));
    let within = within.filter(|&within| !known[within].of_attributes);
    if let Some(within) = within {
        out.push_str(&format!("    within: t{within}\n"));
    }
    let reachable = reachable(within, known);
    let mut names = document_lets.to_vec();
    for &table in &reachable {
        let named = known[table].columns.iter().chain(&known[table].lets);
        names.extend(
            named.map(|named| Named { name: format!("t{table}.{}", named.name), class: named.class }),
        );
    }
    let has_each = choices.below(5) > 0;
    // Nothing lies within an attribute.
    let of_attributes = has_each && choices.once_in(8);
    if has_each {
        let each = match choices.below(6) {
            _ if of_attributes => path(choices, End::Attribute),
            5 if !names.is_empty() => {
                let name = names[choices.below(names.len())].name.clone();
                path_with_value(choices, &name, End::Element)
            }
            _ => path(choices, End::Element),
        };
        out.push_str(&format!("    each: \"{each}\"\n"));
    }
    let mut own_lets = Vec::new();
    if choices.once_in(4) {
        out.push_str("    let:\n");
        own_lets = lets(choices, "l", &names, "      ", out);
        names.extend(own_lets.iter().cloned());
    }
    let templates = choices.one_of(&[
        Templates::None,
        Templates::None,
        Templates::None,
        Templates::Rows,
        Templates::Unpivot,
    ]);
    let mut columns = Vec::new();
    let written = self::columns(choices, known, &reachable, &mut names, &mut columns);
    out.push_str(&format!("    columns:\n{written}"));
    rows(choices, templates, &mut names, &mut columns, out);
    if choices.once_in(4) {
        out.push_str(&format!("    where: \"{}\"\n", condition(choices, &names)));
    }
    if has_each && choices.once_in(4) {
        out.push_str(&one_per(choices));
    }
    if choices.once_in(4) {
        out.push_str("    skip_row_when: blank\n");
    } else if choices.once_in(3) {
        out.push_str("    skip_row_when: never\n");
    }
    let has_one_row = within.is_none() && !has_each && templates == Templates::None;
    Known { within, has_one_row, of_attributes, columns, lets: own_lets }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Templates {
    None,
    Rows,
    Unpivot,
}

/// The tables whose rows a row can refer to.
fn reachable(within: Option<usize>, known: &[Known]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut next = within;
    while let Some(at) = next {
        found.push(at);
        next = known[at].within;
    }
    found.extend((0..known.len()).filter(|&at| known[at].has_one_row));
    found
}

fn columns(
    choices: &mut Choices<'_>,
    known: &[Known],
    reachable: &[usize],
    names: &mut Vec<Named>,
    columns: &mut Vec<Named>,
) -> String {
    let mut written = String::new();
    for at in 0..=choices.below(4) {
        let name = format!("c{at}");
        let (entries, class) = column(choices, known, reachable, names);
        let key = match choices.below(12) {
            11 => ", key: true",
            10 => ", counts: false",
            _ => "",
        };
        written.push_str(&format!("      {name}: {{ {entries}{key} }}\n"));
        names.push(Named { name: name.clone(), class });
        columns.push(Named { name, class });
    }
    written
}

fn column(
    choices: &mut Choices<'_>,
    known: &[Known],
    reachable: &[usize],
    names: &[Named],
) -> (String, Class) {
    match choices.below(14) {
        9 | 10 => from_expression(choices, names),
        11 if !reachable.is_empty() => {
            let table = choices.one_of(reachable);
            let column = &known[table].columns[choices.below(known[table].columns.len())];
            (format!("parent: t{table}.{}", column.name), column.class)
        }
        12 => {
            let (kind, class) = choices.one_of(&[
                ("row_number", Class::Whole),
                ("document_key", Class::Whole),
                ("session", Class::Text),
                ("now", Class::Other),
            ]);
            (format!("generate: {kind}"), class)
        }
        13 => {
            let Type { name, class, constant } = any_type(choices);
            (format!("value: \"{constant}\", type: \"{name}\""), *class)
        }
        _ => {
            let data_type = any_type(choices);
            let entries = from_path(choices, data_type, names);
            (format!("{entries}, type: \"{}\"", data_type.name), data_type.class)
        }
    }
}

fn rows(
    choices: &mut Choices<'_>,
    templates: Templates,
    names: &mut Vec<Named>,
    columns: &mut Vec<Named>,
    out: &mut String,
) {
    let (first, second) = match templates {
        Templates::None => return,
        Templates::Rows => {
            out.push_str("      slot: { type: int }\n      more: { type: text }\n    rows:\n");
            for slot in 1..=1 + choices.below(3) {
                let path = path(choices, End::Anything);
                let (own, more) = if choices.once_in(4) {
                    let own = format!(" let: {{ m{slot}: {{ path: \"{path}\", pick: first }} }},");
                    (own, format!("expr: \"m{slot} || 'm'\""))
                } else {
                    (String::new(), format!("path: \"{path}\""))
                };
                out.push_str(&format!(
                    "      - {{{own} set: {{ slot: {slot} }}, columns: {{ more: {{ {more} }} }} }}\n"
                ));
            }
            (("slot", Class::Whole), ("more", Class::Text))
        }
        Templates::Unpivot => {
            let is_list = choices.once_in(3);
            let name = if is_list { "[word, kind]" } else { "word" };
            out.push_str(&format!("    unpivot: {{ name: {name}, value: number, type: int }}\n    rows:\n"));
            for row in 0..=choices.below(2) {
                let path = path(choices, End::Anything);
                if is_list {
                    let set = format!("set: {{ word: N{row}, kind: K }}");
                    out.push_str(&format!("      - {{ {set}, path: \"{path}\", clean: number }}\n"));
                } else {
                    out.push_str(&format!("      N{row}: \"{path}\"\n"));
                }
            }
            (("word", Class::Text), ("number", Class::Whole))
        }
    };
    for (name, class) in [first, second] {
        names.push(Named { name: name.to_owned(), class });
        columns.push(Named { name: name.to_owned(), class });
    }
}

fn one_per(choices: &mut Choices<'_>) -> String {
    let key = path(choices, End::Anything);
    let prefer = if choices.once_in(2) {
        format!(", prefer: {{ path: \"{}\", order: [v, \"1\", w] }}", path(choices, End::Anything))
    } else {
        String::new()
    };
    let keep = choices.one_of(&["", ", keep: first", ", keep: last"]);
    format!("    one_per: {{ key: \"{key}\"{prefer}{keep} }}\n")
}
