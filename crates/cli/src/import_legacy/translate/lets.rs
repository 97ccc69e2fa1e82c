//! Names for expressions: attributes as `let`s of a table, each once.

use crate::import_legacy::draft::{Keys, Line};

/// Words that SQL keeps for itself, or begins something with.
const RESERVED: [&str; 64] = [
    "all",
    "and",
    "any",
    "array",
    "as",
    "between",
    "by",
    "case",
    "cast",
    "ceil",
    "check",
    "collate",
    "convert",
    "current",
    "date",
    "day",
    "default",
    "distinct",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "floor",
    "from",
    "group",
    "having",
    "in",
    "intersect",
    "interval",
    "into",
    "is",
    "join",
    "left",
    "like",
    "limit",
    "map",
    "match",
    "month",
    "not",
    "null",
    "on",
    "or",
    "order",
    "overlay",
    "position",
    "prior",
    "right",
    "select",
    "set",
    "struct",
    "substr",
    "substring",
    "table",
    "then",
    "time",
    "timestamp",
    "trim",
    "true",
    "union",
    "when",
    "year",
];

/// The `let`s of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Lets {
    lines: Vec<Line>,
    /// Names that mean something else, in lower case.
    taken: Vec<String>,
}

impl Lets {
    /// Of a table with these columns.
    pub(super) fn beside<'c>(columns: impl Iterator<Item = &'c str>) -> Self {
        Self { lines: Vec::new(), taken: columns.map(str::to_ascii_lowercase).collect() }
    }

    /// The name of the `let` that says this; a new one is called like the attribute, with `suffix` where that name means something else.
    pub(super) fn name(&mut self, wanted: &str, suffix: &str, keys: Keys) -> String {
        if let Some(known) = self.lines.iter().find(|known| known.keys == keys) {
            return known.name.clone();
        }
        let wanted = identifier(wanted);
        let names = [wanted.clone(), format!("{wanted}_{suffix}")].into_iter();
        let mut names = names.chain((2..).map(|number| format!("{wanted}_{suffix}_{number}")));
        let is_free = |name: &String| {
            !self.taken.contains(name)
                && !RESERVED.contains(&&**name)
                && !self.lines.iter().any(|known| known.name == *name)
        };
        let name = names.find(is_free).unwrap_or(wanted);
        self.lines.push(Line { name: name.clone(), keys, comment: None });
        name
    }

    pub(super) fn into_lines(self) -> Vec<Line> {
        self.lines
    }
}

fn identifier(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name = name.chars().map(plain).collect::<String>();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// A column's name in SQL.
pub(super) fn sql_name(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&&*name.to_ascii_lowercase());
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Text in SQL.
pub(super) fn sql_text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
