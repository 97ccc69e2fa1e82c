//! A draft as the text of a contract: one line per column, code lists and small things in flow style.

use std::fmt::Write as _;

use super::draft::{CodeList, Draft, DraftRow, DraftTable, Keys, Line, OnePer, Unpivot};
use super::translate::dates::PATTERNS;
use super::yaml::{SECONDS, SECONDS_ALIAS, comment, quoted, scalar};

/// Lists and short maps are broken behind so many characters.
const WIDTH: usize = 130;
/// Names are padded to at most so many.
const MAX_PADDING: usize = 32;

/// The contract: with an empty line between tables where that keeps it short.
pub(crate) fn contract(draft: &Draft, origin: &str, mapping_count: usize) -> String {
    let text = text(draft, origin, "\n");
    let is_short = text.lines().count() * 10 <= mapping_count * 14;
    // Small contracts are read at a glance anyway.
    if is_short || mapping_count < 100 { text } else { self::text(draft, origin, "") }
}

fn text(draft: &Draft, origin: &str, between: &str) -> String {
    let mut out = String::new();
    head(draft, origin, &mut out);
    if !draft.codes.is_empty() {
        out.push_str("\ncodes:\n");
        for list in &draft.codes {
            codes(list, &mut out);
        }
    }
    out.push_str("\ntables:\n");
    for (at, table) in draft.tables.iter().enumerate() {
        if at > 0 {
            out.push_str(between);
        }
        write_table(table, &mut out);
    }
    let alias = format!("expr: {SECONDS_ALIAS}");
    out.replacen(&alias, &format!("expr: &seconds {}", quoted(SECONDS)), 1)
}

fn head(draft: &Draft, origin: &str, out: &mut String) {
    let Draft { name, source_table, source_column, condition, schema, root, key, require, has_dates, .. } =
        draft;
    let _ = writeln!(out, "# Made of {} by `xmlshred import-legacy`.", comment(origin));
    if has_seconds(draft) {
        out.push_str("# The expression `seconds` makes 59 of larger seconds, as the old program did: remove it where documents have no such times.\n");
    }
    let condition = condition.as_ref().map_or_else(String::new, |condition| format!(", where: {condition}"));
    let _ = writeln!(out, "xmlshred: 1\nname: {}\n", scalar(name));
    let _ =
        writeln!(out, "source: {{ table: {source_table}, key: app_id, xml: {source_column}{condition} }}");
    if let Some(schema) = schema {
        let _ = writeln!(out, "target: {{ schema: {schema} }}");
    }
    let key = key.as_ref().map_or_else(String::new, |key| format!(", key: {key}"));
    let require =
        if require.is_empty() { String::new() } else { format!(", require: [{}]", require.join(", ")) };
    let _ = writeln!(out, "document: {{ root: {root}{key}{require}, case: insensitive }}");
    out.push_str("defaults:\n  { clean: trim, on_invalid: null, on_too_long: truncate, on_unmapped_code: null, on_inexact: round, on_zone: ignore");
    if *has_dates {
        let patterns = PATTERNS.map(quoted).join(", ");
        let _ = write!(out, ",\n    formats: {{ date: &dates [{patterns}, iso8601], timestamp: *dates }}");
    }
    out.push_str(" }\n");
}

fn has_seconds(draft: &Draft) -> bool {
    let mut lines = draft.tables.iter().flat_map(|table| table.columns.iter().chain(&table.lets));
    lines.any(|line| line.keys.get("expr") == Some(SECONDS_ALIAS))
}

fn codes(list: &CodeList, out: &mut String) {
    let CodeList { name, entries } = list;
    let entries = entries.iter().map(|(text, code)| format!("{}: {code}", scalar(text)));
    flow(&format!("  {}: {{ ", scalar(name)), entries, " }", out);
}

/// Items between brackets, over as many lines as they need.
fn flow(start: &str, items: impl Iterator<Item = String>, end: &str, out: &mut String) {
    let indent = " ".repeat(start.len() - start.trim_start().len() + 4);
    let mut line = start.to_owned();
    for (at, item) in items.enumerate() {
        if at > 0 {
            line.push(',');
            if line.chars().count() + item.chars().count() + end.len() >= WIDTH {
                let _ = writeln!(out, "{}", line.trim_end());
                line.clone_from(&indent);
            } else {
                line.push(' ');
            }
        }
        line.push_str(&item);
    }
    let _ = writeln!(out, "{line}{end}");
}

fn write_table(table: &DraftTable, out: &mut String) {
    let DraftTable {
        name,
        comment,
        within,
        each,
        one_per,
        condition,
        skips_blank,
        lets,
        unpivot,
        rows,
        columns,
    } = table;
    let _ = write!(out, "  {}:", scalar(name));
    end(comment.as_deref(), out);
    for (key, value) in [("within", within), ("each", each), ("where", condition)] {
        if let Some(value) = value {
            let _ = writeln!(out, "    {key}: {}", scalar(value));
        }
    }
    if let Some(OnePer { key, prefer }) = one_per {
        let prefer = prefer.as_ref().map_or_else(String::new, |(path, order)| {
            let order = order.iter().map(|value| scalar(value)).collect::<Vec<_>>().join(", ");
            format!(", prefer: {{ path: {}, order: [{order}] }}", scalar(path))
        });
        let _ = writeln!(out, "    one_per: {{ key: {}{prefer}, keep: last }}", scalar(key));
    }
    if *skips_blank {
        out.push_str("    skip_row_when: blank\n");
    }
    if !lets.is_empty() {
        section("let", lets, Layout::Dense, out);
    }
    match unpivot {
        Some(Unpivot { names, value, data_type, name_type }) => {
            let name = match &names[..] {
                [name] => scalar(name),
                names => {
                    format!("[{}]", names.iter().map(|name| scalar(name)).collect::<Vec<_>>().join(", "))
                }
            };
            let name_type =
                name_type.as_ref().map_or_else(String::new, |found| format!(", name_type: {found}"));
            let value = scalar(value);
            let _ = writeln!(
                out,
                "    unpivot: {{ name: {name}, value: {value}, type: {data_type}{name_type} }}"
            );
            pairs(rows, out);
        }
        None if !rows.is_empty() => {
            out.push_str("    rows:\n");
            for row in rows {
                template(row, out);
            }
        }
        None => {}
    }
    // Columns of row templates say little: their rows say it.
    let layout = if rows.is_empty() && columns.len() > 2 { Layout::OneLineEach } else { Layout::Dense };
    section("columns", columns, layout, out);
}

/// Columns or `let`s: one line each where one has a remark or they are the table's own, else as few lines as they need.
fn section(key: &str, lines: &[Line], layout: Layout, out: &mut String) {
    let text = |line: &Line| format!("{}: {}", scalar(&line.name), keys(&line.keys));
    if layout == Layout::Dense && lines.iter().all(|line| line.comment.is_none()) {
        flow(&format!("    {key}: {{ "), lines.iter().map(text), " }", out);
        return;
    }
    let _ = writeln!(out, "    {key}:");
    block(lines, "      ", out);
}

/// How columns are laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    OneLineEach,
    Dense,
}

fn block(lines: &[Line], indent: &str, out: &mut String) {
    let names = lines.iter().map(|line| scalar(&line.name)).collect::<Vec<_>>();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).min(MAX_PADDING) + 1;
    for (name, line) in names.into_iter().zip(lines) {
        let _ = write!(out, "{indent}{:width$} {}", format!("{name}:"), keys(&line.keys));
        end(line.comment.as_deref(), out);
    }
}

/// The rows of an `unpivot`: by name, or as a list where they have several names, or one twice.
fn pairs(rows: &[DraftRow], out: &mut String) {
    out.push_str("    rows:\n");
    let name = |row: &DraftRow| row.set.first().map_or("", |(_, value)| value).to_owned();
    let mut seen = std::collections::HashSet::new();
    let is_map = rows.iter().all(|row| row.set.len() == 1 && seen.insert(name(row)));
    let width = rows.iter().map(|row| name(row).chars().count()).max().unwrap_or(0).min(MAX_PADDING) + 1;
    for row in rows {
        let cell = row.cells.first();
        if is_map {
            let value = row.only_path().map(str::to_owned).or_else(|| cell.map(|cell| keys(&cell.keys)));
            let _ = write!(out, "      {:width$} {}", format!("{}:", name(row)), value.unwrap_or_default());
        } else {
            let said = cell.map_or_else(String::new, |cell| listed(&cell.keys));
            let _ = write!(out, "      - {{ set: {{ {} }}, {said} }}", set(row));
        }
        end(cell.and_then(|cell| cell.comment.as_deref()), out);
    }
}

fn set(row: &DraftRow) -> String {
    row.set.iter().map(|(name, value)| format!("{}: {value}", scalar(name))).collect::<Vec<_>>().join(", ")
}

fn template(row: &DraftRow, out: &mut String) {
    let cell = |line: &Line| format!("{}: {}", scalar(&line.name), keys(&line.keys));
    let set = set(row);
    if let [only] = &row.cells[..] {
        let _ = write!(out, "      - {{ set: {{ {set} }}, columns: {{ {} }} }}", cell(only));
        end(only.comment.as_deref(), out);
    } else if row.cells.iter().all(|line| line.comment.is_none()) {
        flow(&format!("      - {{ set: {{ {set} }}, columns: {{ "), row.cells.iter().map(cell), " } }", out);
    } else {
        let _ = writeln!(out, "      - set: {{ {set} }}\n        columns:");
        block(&row.cells, "          ", out);
    }
}

fn keys(keys: &Keys) -> String {
    format!("{{ {} }}", listed(keys))
}

fn listed(keys: &Keys) -> String {
    keys.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ")
}

/// The end of a line, with the old description.
fn end(text: Option<&str>, out: &mut String) {
    match text.map(comment).filter(|text| !text.is_empty()) {
        Some(text) => {
            let _ = writeln!(out, "  # {text}");
        }
        None => out.push('\n'),
    }
}
