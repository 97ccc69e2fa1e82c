//! The text of a contract, with comments that count and never quote.

use std::fmt::Write as _;

use xmlshred_model::{DataType, KeyType};

use super::codes;
use super::draft::{Content, DraftColumn, Extra, values_of};
use super::evidence::Evidence;
use super::meaning::meaning;
use super::names::{Named, NamedTable};
use super::options::{InferOptions, Values};
use super::profile::{DOCUMENT, Element, ElementId, Origin, Profile, ValueProfile};
use super::reason::Reason;
use super::types::{self, Chosen, Samples};
use super::xsd::SimpleType;

/// Rows that a table must have, and documents that there must be, before a column that is always there is called required.
const MIN_REQUIRED_ROWS: u64 = 100;
const MIN_REQUIRED_DOCUMENTS: u64 = 100;
/// Below so many, that an element never stands twice in its parent is said to be so by what was seen.
const FEW_ELEMENTS: u64 = 20;

/// What is behind the date and time of a value: `Z`, an offset, or nothing.
const ZONE: &str = r#", clean: trim, expr: "CASE WHEN value LIKE '%Z' THEN 'Z' WHEN value LIKE '%+__:__' OR value LIKE '%-__:__' THEN RIGHT(value, 6) END", type: varchar(6)"#;

/// The contract.
pub(super) fn contract(profile: &Profile, named: &Named, options: &InferOptions) -> String {
    let mut out = String::new();
    head(profile, named, options, &mut out);
    let mut codes = String::new();
    let mut tables = String::new();
    let evidence = Evidence::new(profile);
    let (key_type, values) = (options.source_key_type, options.values);
    let renderer = Renderer { profile, evidence: &evidence, named, key_type, values };
    for table in &named.tables {
        render_table(&renderer, table, &mut tables, &mut codes);
    }
    if !codes.is_empty() {
        let source = match profile.origin {
            Origin::Documents => "the samples hold",
            Origin::Schema => "the schema lists",
        };
        let _ = writeln!(
            out,
            "codes:                                 # what {source}; other codes fail the document\n{codes}"
        );
    }
    let _ = write!(out, "tables:\n{}", tables.trim_end());
    out.push('\n');
    out
}

fn head(profile: &Profile, named: &Named, options: &InferOptions, out: &mut String) {
    let InferOptions { source_table, source_key, source_key_type, source_xml, .. } = options;
    let root = profile.elements.get(named.root);
    let (source, comments) = match profile.origin {
        Origin::Documents => {
            let documents = counted(root.instance_count, "document");
            (format!("{documents}, {}", bytes(profile.byte_count())), "count what the samples hold")
        }
        Origin::Schema => ("a schema, without documents".to_owned(), "name the types of the schema"),
    };
    let _ = write!(
        out,
        "# Inferred by xmlshred from {source}: a first draft to read, rename and narrow.\n\
         # Comments {comments}. `xmlshred check` and `xmlshred preview DOC` try what you change.\n\
         xmlshred: 1\nname: {}\n\nsource:\n  table: {}\n  key: {}\n{}  xml: {}\n\ndocument:\n  root: {}\n",
        scalar(&named.name),
        scalar(source_table),
        scalar(source_key),
        key_type_line(*source_key_type),
        scalar(source_xml),
        root_paths(profile, named.root),
    );
    if let Some(key) = &named.key_path {
        let _ = writeln!(out, "  key: {}", scalar(key));
    }
    if !named.namespaces.is_empty() {
        out.push_str("  namespaces:\n");
        for (prefix, uri) in &named.namespaces {
            let _ = writeln!(out, "    {}: {}", scalar(prefix), quoted(uri));
        }
    }
    if profile.origin == Origin::Documents {
        out.push_str(
            "\ndefaults:\n  pick: only                           # several, where the samples have one, fail the document: none is lost\n",
        );
    }
    out.push('\n');
}

/// What the keys are, where they are no integers: `ddl`, `check` and files need not ask.
fn key_type_line(key_type: KeyType) -> &'static str {
    match key_type {
        KeyType::Integer => "",
        KeyType::Decimal => "  key_type: decimal\n",
        KeyType::Uuid => "  key_type: uuid\n",
        KeyType::Text => "  key_type: text\n",
    }
}

/// The path of the main element, or those of all roots: `[/Invoice, /CreditNote]`
fn root_paths(profile: &Profile, main: ElementId) -> String {
    let roots = profile.elements.roots();
    if !roots.are_several() {
        return scalar(&path_from_document(profile, main));
    }
    let paths = roots.names().map(|name| scalar(&format!("/{name}"))).collect::<Vec<_>>();
    format!("[{}]", paths.join(", "))
}

/// `/Orders/Order`
fn path_from_document(profile: &Profile, mut at: ElementId) -> String {
    let mut path = String::new();
    while at != DOCUMENT {
        let element = profile.elements.get(at);
        path.insert_str(0, &format!("/{}", element.name.local));
        at = element.parent;
    }
    path
}

/// Writes tables and columns.
pub(super) struct Renderer<'a> {
    pub(super) profile: &'a Profile,
    pub(super) evidence: &'a Evidence<'a>,
    pub(super) named: &'a Named,
    /// Of the source.
    pub(super) key_type: KeyType,
    pub(super) values: Values,
}

impl Renderer<'_> {
    /// A table of contracts, without codes.
    pub(super) fn table(&self, table: &NamedTable) -> String {
        let mut out = String::new();
        render_table(self, table, &mut out, &mut String::new());
        out.truncate(out.trim_end().len());
        out
    }

    /// A column of a table, without codes.
    pub(super) fn column(&self, table: &NamedTable, name: &str, column: &DraftColumn) -> String {
        let Line { name, keys, comment } = render_column(self, table, name, column, &mut String::new());
        let comment = if comment.is_empty() { comment } else { format!("  # {comment}") };
        format!("{name}: {{ {keys} }}{comment}")
    }

    fn document_count(&self) -> u64 {
        self.profile.elements.get(self.named.root).document_count
    }

    /// The type of a column by its values, those that mean the same elsewhere, and its name.
    fn chosen(&self, table: &NamedTable, column: &DraftColumn, values: &ValueProfile) -> Chosen {
        let own = &*self.profile.elements.get(table.element).name.local;
        let names = [own].into_iter().chain(column.names.iter().map(String::as_str)).collect::<Vec<_>>();
        let declared = column.declared.as_ref();
        let alike = self.evidence.of(column).unwrap_or(values);
        let document_count = self.profile.elements.get(column.element).document_count;
        let fraction_digits = self.evidence.fraction_digits(column);
        let samples = Samples { values, alike, meaning: meaning(&names), fraction_digits, document_count };
        types::choose(&samples, declared)
    }

    /// That the elements from the row's to the column's stand once in their parents, where few say so.
    fn once_so_far(&self, table: &NamedTable, column: &DraftColumn) -> String {
        let mut fewest = u64::MAX;
        let mut at = column.element;
        while at != table.element && at != DOCUMENT {
            let element = self.profile.elements.get(at);
            fewest = fewest.min(element.instance_count);
            at = element.parent;
        }
        if fewest < FEW_ELEMENTS {
            format!(", never twice in {}", counted(fewest, "parent"))
        } else {
            String::new()
        }
    }
}

fn render_table(renderer: &Renderer<'_>, table: &NamedTable, out: &mut String, codes: &mut String) {
    let NamedTable { name, element, parent, each, continues, except, key, columns } = table;
    let element = renderer.profile.elements.get(*element);
    let origin = renderer.profile.origin;
    let are_kinds =
        |(_, column): &(String, DraftColumn)| matches!(column.content, Content::Markup(Reason::OtherKinds));
    let about = match (is_of_others(table), columns.iter().any(are_kinds)) {
        (true, true) => "whatever else stands there; in the samples nothing does".to_owned(),
        (true, _) => "what the schema does not name, any number in one parent".to_owned(),
        (false, _) => about_rows(element, origin, each.is_some(), continues.as_deref()),
    };
    let _ = writeln!(out, "  {}:  # {about}", scalar(name));
    let parent = parent.map(|at| &renderer.named.tables[at]);
    // The root's row is every row's parent: only deeper tables start from rows of another.
    if let Some(parent) = parent.filter(|parent| parent.each.is_some()) {
        let _ = writeln!(out, "    within: {}", scalar(&parent.name));
    }
    if let Some(each) = each {
        let _ = writeln!(out, "    each: {}", scalar(each));
    }
    if let ([_, ..], Some((name, _))) = (&except[..], columns.first()) {
        let known = except.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "    where: {}", quoted(&format!("{name} NOT IN ({known})")));
    }
    out.push_str("    columns:\n");
    let lines = key_columns(key, renderer.key_type, parent, each.is_some())
        .into_iter()
        .chain(columns.iter().map(|(name, column)| render_column(renderer, table, name, column, codes)))
        .collect::<Vec<_>>();
    let width = lines.iter().map(|line| line.name.chars().count()).max().unwrap_or(0).min(40) + 1;
    for Line { name, keys, comment } in lines {
        let name = format!("{name}:");
        let _ = write!(out, "      {name:width$} {{ {keys} }}");
        let _ = if comment.is_empty() { writeln!(out) } else { writeln!(out, "  # {comment}") };
    }
    out.push('\n');
}

struct Line {
    name: String,
    keys: String,
    comment: String,
}

fn key_columns(
    key: &[String],
    key_type: KeyType,
    parent: Option<&NamedTable>,
    has_number: bool,
) -> Vec<Line> {
    let line = |name: &String, keys: String| Line { name: scalar(name), keys, comment: String::new() };
    let Some(parent) = parent else {
        let data_type = scalar(&key_type.data_type().to_string());
        return vec![line(&key[0], format!("generate: document_key, type: {data_type}, key: true"))];
    };
    let inherited = parent
        .key
        .iter()
        .map(|name| line(name, format!("parent: {}, key: true", scalar(&format!("{}.{name}", parent.name)))));
    let number = key.last().filter(|_| has_number);
    let number = number.map(|name| line(name, "generate: row_number, type: int, key: true".to_owned()));
    inherited.chain(number).collect()
}

/// Whether a table takes what has no table of its own, under its name.
fn is_of_others(table: &NamedTable) -> bool {
    table.columns.iter().any(|(_, column)| matches!(column.content, Content::Extra(Extra::Name)))
}

fn render_column(
    renderer: &Renderer<'_>,
    table: &NamedTable,
    name: &str,
    column: &DraftColumn,
    codes: &mut String,
) -> Line {
    // Of what no document has, nothing is counted.
    if renderer.profile.origin == Origin::Schema || is_of_others(table) {
        return declared_column(renderer, table, name, column, codes);
    }
    let mut keys = format!("path: {}", scalar(&column.path));
    let row_count = renderer.profile.elements.get(table.element).instance_count;
    // The documents are believed first; what a schema calls optional may be missing in others.
    let are_many = row_count >= MIN_REQUIRED_ROWS && renderer.document_count() >= MIN_REQUIRED_DOCUMENTS;
    let is_required = |count: u64| count == row_count && column.is_required.unwrap_or(are_many);
    let line = |keys, comment| Line { name: scalar(name), keys, comment };
    if let Content::Markup(reason) = column.content {
        let count = renderer.profile.elements.get(column.element).instance_count;
        keys.push_str(", type: xml");
        if is_required(count) {
            keys.push_str(", required: true");
        }
        let once = renderer.once_so_far(table, column);
        return line(keys, format!("{}: {}{once}", in_rows(count, row_count), reason.text()));
    }
    let values = values_of(renderer.profile, column);
    let Chosen { data_type, format, note } = renderer.chosen(table, column, values);
    if matches!(column.content, Content::OwnText) {
        keys.push_str(", pick: \"join('')\"");
    }
    let _ = write!(keys, ", type: {}", scalar(&data_type.to_string()));
    if let Some(format) = format {
        let _ = write!(keys, ", format: {}", quoted(format));
    }
    let is_required = is_required(values.filled_count());
    let may_be_blank = column.declared.as_ref().is_some_and(|declared| !declared.is_never_blank);
    if data_type.is_text() && (values.blank_count > 0 || (is_required && may_be_blank)) {
        keys.push_str(", blank: keep");
    }
    if is_required {
        keys.push_str(", required: true");
    }
    let codes_of = codes::codes(values).filter(|_| matches!(data_type, DataType::VarChar(_)));
    if let (Some(texts), Values::Shown) = (codes_of, renderer.values) {
        add_codes(table, name, texts.into_iter(), &mut keys, codes);
    }
    let mut comment = in_rows(values.count, row_count);
    if values.blank_count == values.count {
        comment.push_str(", always empty");
    } else {
        if values.blank_count > 0 {
            let _ = write!(comment, ", {} empty", grouped(values.blank_count));
        }
        match values.distinct.texts() {
            Some(texts) => {
                let _ = write!(comment, ", {}", counted(texts.len() as u64, "distinct value"));
            }
            None if !data_type.is_text() => comment.push_str(", many distinct values"),
            None => {}
        }
        if data_type.is_text() {
            let _ = write!(comment, ", up to {}", counted(u64::from(values.max_chars), "character"));
        }
    }
    comment.push_str(&renderer.once_so_far(table, column));
    if let Some(note) = note {
        let _ = write!(comment, "; {note}");
    }
    line(keys, comment)
}

/// A list of codes that stand for themselves.
fn add_codes<'t>(
    table: &NamedTable,
    name: &str,
    texts: impl Iterator<Item = &'t str>,
    keys: &mut String,
    codes: &mut String,
) {
    let list = format!("{}_{name}", table.name);
    let entries = texts.map(|text| format!("{0}: {0}", quoted(text))).collect::<Vec<_>>();
    let _ = writeln!(codes, "  {}: {{ {} }}", scalar(&list), entries.join(", "));
    let _ = write!(keys, ", codes: {}", scalar(&list));
}

/// A column of which only the schema says something.
fn declared_column(
    renderer: &Renderer<'_>,
    table: &NamedTable,
    name: &str,
    column: &DraftColumn,
    codes: &mut String,
) -> Line {
    let mut keys = format!("path: {}", scalar(&column.path));
    let line = |keys, comment| Line { name: scalar(name), keys, comment };
    let is_required = column.is_required == Some(true);
    match &column.content {
        Content::Markup(reason) => {
            let required = if is_required { ", required: true" } else { "" };
            return line(keys + ", type: xml" + required, reason.text().to_owned());
        }
        Content::Extra(extra) => {
            let (rest, comment) = match extra {
                Extra::Zone => (ZONE, "its zone, where it has one"),
                Extra::Name => (", type: text, required: true", ""),
                Extra::Namespace => (", type: text", ""),
                Extra::Value => (", type: text, blank: keep", "an attribute that the schema does not name"),
            };
            return line(keys + rest, comment.to_owned());
        }
        Content::Presence => {
            return line(keys + ", type: varchar(50), blank: keep", "always empty".to_owned());
        }
        Content::OwnText => keys.push_str(", pick: \"join('')\""),
        Content::Attribute(_) | Content::Text => {}
    }
    let declared = column.declared.as_ref();
    let data_type = declared.map_or(DataType::Text, SimpleType::data_type);
    if declared.is_some_and(|declared| declared.is_collapsed && matches!(data_type, DataType::VarChar(_))) {
        keys.push_str(", clean: collapse_spaces");
    }
    let _ = write!(keys, ", type: {}", scalar(&data_type.to_string()));
    if declared.is_some_and(|declared| declared.may_have_zone) {
        keys.push_str(", on_zone: ignore");
    }
    if data_type.is_text() && declared.is_none_or(|declared| !declared.is_never_blank) {
        keys.push_str(", blank: keep");
    }
    if is_required && !matches!(column.content, Content::OwnText) {
        keys.push_str(", required: true");
    }
    let texts = declared.and_then(|declared| declared.codes.as_deref());
    let mut comment = declared.map_or_else(String::new, |declared| declared.label.to_string());
    if let Some(texts) = texts {
        let _ = write!(comment, ", one of {}", grouped(texts.len() as u64));
        if renderer.values == Values::Shown && texts.iter().all(|text| !text.trim().is_empty()) {
            add_codes(table, name, texts.iter().map(String::as_str), &mut keys, codes);
        }
    }
    line(keys, comment)
}

fn about_rows(element: &Element, origin: Origin, is_repeated: bool, continues: Option<&str>) -> String {
    if let Some(first) = continues {
        return format!("more columns of {first}, which has no room for them");
    }
    if !is_repeated {
        return "one row per document".to_owned();
    }
    if origin == Origin::Schema {
        let number = if element.max_per_parent > 1 { "any number" } else { "at most one" };
        return format!("{number} in one parent");
    }
    let rows = counted(element.instance_count, "row");
    let documents = counted(element.document_count, "document");
    match element.max_per_parent {
        1 => format!("{rows} in {documents}, one in each parent so far"),
        most => format!("{rows} in {documents}, at most {} in one parent", grouped(most)),
    }
}

fn in_rows(count: u64, row_count: u64) -> String {
    if count == row_count {
        "in all rows".to_owned()
    } else {
        format!("in {} of {} rows", grouped(count), grouped(row_count))
    }
}

fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// `12.3 kB`, `4.5 MB`
fn bytes(count: u64) -> String {
    let count = count as f64;
    if count < 1e6 { format!("{:.1} kB", count / 1e3) } else { format!("{:.1} MB", count / 1e6) }
}

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Text as YAML: plain where no reader could take it for something else.
fn scalar(text: &str) -> String {
    const WORDS: [&str; 11] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"];
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/'))
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '.' | '(' | ')' | '@'))
        && !WORDS.contains(&&*text.to_ascii_lowercase());
    if is_plain { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_where_yaml_would_read_something_else() {
        for (text, expected) in [
            ("a/b/@c", "a/b/@c"),
            ("/Root", "/Root"),
            ("@id", "\"@id\""),
            (".", "\".\""),
            ("no", "\"no\""),
            ("p:a", "\"p:a\""),
            ("a \"b\"\\\n", "\"a \\\"b\\\"\\\\\\u000A\""),
            ("decimal(9,2)", "\"decimal(9,2)\""),
            ("straße", "\"straße\""),
        ] {
            assert_eq!(scalar(text), expected);
        }
    }

    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
