//! `source`: where documents come from, and what columns take of their rows.

use xmlshred_model::KeyType;
use xmlshred_model::log_table::{
    FILE, ISSUE, LOG, LOG_ID, LogColumn, file_columns, issue_columns, log_columns,
};

use super::checked::SourceSpec;
use super::diagnostic::{Code, Problems, listed};
use super::fields::{Fields, Spanned, missing_key, one_or_list, text};
use super::language;
use super::node::{Node, NodeKind};
use super::resolve::Checker;
use super::words::KEY_TYPES;

impl<'n> Checker<'n> {
    pub(super) fn source_section(&mut self, fields: &Fields<'n>, root: &Node) -> Option<SourceSpec> {
        let Some(entry) = fields.entry("source") else {
            missing_key("source", "a contract", &root.span, &mut self.problems);
            return None;
        };
        let problems = &mut self.problems;
        let fields = Fields::read(&entry.value, &language::SOURCE, problems)?;
        self.source_columns = source_columns(&fields, problems);
        let table = fields.required_text("table", "source", &entry.key_span, problems);
        let key = fields.required_text("key", "source", &entry.key_span, problems);
        let xml = fields.required_text("xml", "source", &entry.key_span, problems);
        let key_type = fields.word("key_type", &KEY_TYPES, problems);
        [&table, &key, &xml].into_iter().flatten().for_each(|found| check_name(found, problems));
        let min_bytes = fields.number("min_bytes", problems).unwrap_or(0);
        if let Some(key) = &key
            && let Some(log) = clashes_with_log(key.value)
        {
            let message =
                format!("`{}` is also the name of a column of `{log}`, which is keyed by it", key.value);
            let hint = "name a view of the table as the source, with another name for this column";
            problems.report(Code::InvalidName, key.span.clone(), message, hint);
        }
        let version = fields.text("version", problems);
        version.iter().for_each(|found| check_name(found, problems));
        let version = version.map(|found| found.value.to_owned());
        let where_sql = fields.text("where", problems).map(|found| found.value.to_owned());
        let (schema, table) = match table?.value.rsplit_once('.') {
            Some((schema, table)) => (Some(schema.to_owned()), table.to_owned()),
            None => (None, fields.get("table").and_then(scalar)?.to_owned()),
        };
        Some(SourceSpec {
            schema,
            table,
            key: key?.value.to_owned(),
            key_type,
            xml: xml?.value.to_owned(),
            min_bytes,
            where_sql,
            version,
            columns: self.source_columns.iter().map(|(name, _)| name.value.to_owned()).collect(),
        })
    }

    /// The place of a column in `source.columns`; from now on something takes it.
    pub(super) fn source_column(&mut self, found: &Spanned<&'n str>) -> Option<usize> {
        let at = self.source_columns.iter().position(|(name, _)| name.value == found.value);
        if let Some(at) = at {
            self.source_columns[at].1 = true;
            return Some(at);
        }
        let names: Vec<_> = self.source_columns.iter().map(|(name, _)| name.value).collect();
        let message = format!("`source.columns` has no `{}`", found.value);
        let hint = match (self.problems.suggestion(found.value, names.iter().copied()), &names[..]) {
            (Some(suggestion), _) => format!("{suggestion} (or add the column there)"),
            (None, []) => format!("name the column of the source there: `columns: [{}]`", found.value),
            (None, names) => format!("it has {}; add the column there", listed(names)),
        };
        self.problems.report(Code::UnknownColumn, found.span.clone(), message, hint);
        None
    }

    /// Reading them costs something.
    pub(super) fn warn_unused_source_columns(&mut self) {
        for (name, _) in self.source_columns.iter().filter(|(_, is_taken)| !is_taken) {
            let message = format!("no column takes `{}` of the source", name.value);
            let hint = format!("leave it out, or take it: `{{ source: {}, type: … }}`", name.value);
            self.problems.report(Code::UselessSetting, name.span.clone(), message, hint);
        }
    }
}

/// `columns`, of which nothing is taken yet.
fn source_columns<'n>(fields: &Fields<'n>, problems: &mut Problems) -> Vec<(Spanned<&'n str>, bool)> {
    let items = fields.get("columns").map(one_or_list).unwrap_or_default();
    let xml = fields.get("xml").and_then(scalar);
    let mut columns: Vec<(Spanned<&str>, bool)> = Vec::new();
    for item in items {
        let Some(found) = text(item, "columns", problems) else { continue };
        check_name(&found, problems);
        let is_known = columns.iter().any(|(name, _)| name.value == found.value);
        if is_known || xml == Some(found.value) {
            let (message, hint) = match is_known {
                true => (format!("`columns` names `{}` twice", found.value), "name it once"),
                false => (format!("`{}` is the document itself", found.value), "paths read it"),
            };
            problems.report(Code::InvalidName, found.span, message, hint);
            continue;
        }
        columns.push((found, false));
    }
    columns
}

/// A name of the source or the target, which goes into statements and messages.
pub(super) fn check_name(found: &Spanned<&str>, problems: &mut Problems) {
    if found.value.chars().any(char::is_control) {
        let (message, hint) =
            ("a control character in a name", "in YAML a name in plain text or single quotes has none");
        problems.report(Code::InvalidName, found.span.clone(), message, hint);
    }
}

fn scalar(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Scalar { text, .. } => Some(text),
        NodeKind::List(_) | NodeKind::Map(_) => None,
    }
}

/// The table of the log that has a column of this name beside its key.
fn clashes_with_log(key: &str) -> Option<&'static str> {
    // The names are the same whatever the key is.
    let key_type = KeyType::default();
    let has =
        |columns: Vec<LogColumn>| columns[1..].iter().any(|column| column.name.eq_ignore_ascii_case(key));
    if key.eq_ignore_ascii_case(LOG_ID) || has(log_columns(key, key_type)) {
        return Some(LOG);
    }
    if has(issue_columns(key, key_type)) {
        return Some(ISSUE);
    }
    has(file_columns(key, key_type)).then_some(FILE)
}
