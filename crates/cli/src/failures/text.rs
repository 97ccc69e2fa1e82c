//! Failed documents for people.

use std::fmt::Write as _;

use xmlshred_model::{TargetSchema, shown};

use super::Group;
use crate::console::{count, wrapped};

/// Blanks before what belongs to a group.
const INDENT: usize = 2;

/// The groups, one below the other; `contract` is its file's name, `commands` whether the commands that go on are told.
pub(crate) fn text(groups: &[Group], contract: &str, schema: &TargetSchema, columns: usize) -> String {
    let mut text = String::new();
    for group in groups {
        let Group { cause, count: document_count, examples, line } = group;
        let mut title = format!("{}  {}", count(*document_count), shown(&cause.code));
        let place = cause.place().map(|place| shown(&place).into_owned());
        if let Some(place) = &place {
            let _ = write!(title, "  {place}");
        }
        if let Some(line) = line {
            let _ = write!(title, "  {contract}:{line}");
        }
        text.push('\n');
        text += &wrapped_title(&title, columns);
        let indent = " ".repeat(INDENT);
        let known = cause.known();
        if let Some(code) = known {
            text += &wrapped(code.explanation(), &indent, INDENT, columns);
        }
        let width = examples.iter().map(|(key, _)| key.to_string().chars().count()).max().unwrap_or(0);
        for (at, (key, message)) in examples.iter().enumerate() {
            let label = if at == 0 { "e.g." } else { "" };
            let first = format!("{indent}{label:<4} {:<width$}  ", key.to_string());
            let rest = first.chars().count().min(columns / 2);
            text += &wrapped(message, &first, rest, columns);
        }
        if let Some(code) = known {
            let help = code.help();
            text +=
                &wrapped(&help.reasons.join("; "), &format!("{indent}usual reasons: "), INDENT + 2, columns);
            text += &wrapped(help.remedy, &format!("{indent}what to do: "), INDENT + 2, columns);
        }
        for command in commands(group, schema) {
            let _ = writeln!(text, "{indent}→ {command}");
        }
    }
    text
}

/// A title stays one line where it can: its parts are two blanks apart.
fn wrapped_title(title: &str, columns: usize) -> String {
    if title.chars().count() <= columns { format!("{title}\n") } else { wrapped(title, "", INDENT, columns) }
}

/// What to type next: to see why, and to try again.
pub(crate) fn commands(group: &Group, schema: &TargetSchema) -> Vec<String> {
    let Group { cause, examples, .. } = group;
    let mut commands = Vec::new();
    let is_of_contract = |name: &String| schema.tables.iter().any(|table| table.name == *name);
    let table = cause.table.as_ref().filter(|name| is_of_contract(name));
    if let Some((key, _)) = examples.first() {
        let key = quoted(&key.to_string());
        commands.push(match (cause.stage.as_str(), table) {
            ("shred" | "load", Some(table)) => {
                let column = cause.column.as_ref().map_or_else(String::new, |column| format!(".{column}"));
                format!("xmlshred explain --key {key} {}", quoted(&format!("{table}{column}")))
            }
            ("shred" | "load", None) => format!("xmlshred preview --key {key}"),
            _ => format!("xmlshred failures --key {key} --export failed"),
        });
    }
    if cause.known().is_some() {
        let place = table.and(cause.place());
        let column = place.map_or_else(String::new, |place| format!(" --column {}", quoted(&place)));
        commands.push(format!("xmlshred retry --cause {}{column}", cause.code));
    }
    commands
}

/// A word as shells take it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/' | '@');
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
