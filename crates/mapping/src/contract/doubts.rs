//! What is hardly meant, though it could be: told as warnings when the whole contract is known, so that it is mended before the first
//! document, which would say nothing.

use std::ops::Range;

use xmlshred_model::OwnedValue;

use crate::path::{Axis, NodeTest, Path, Step};

use super::checked::{Blank, Column, ColumnDefault, ColumnSource, Contract, Generate, Input, Let, Table};
use super::diagnostic::Code;
use super::doubted::Doubts;
use super::fields::Fields;
use super::node::{Entry, Node, NodeKind};
use super::resolve::Checker;

impl<'n> Checker<'n> {
    /// Warns of what is hardly meant in a contract without errors.
    pub(super) fn warn_of_doubts(&mut self, contract: &Contract, fields: &Fields<'n>) {
        if self.problems.has_errors() {
            return;
        }
        let Doubts { absolute, compared_with_blank } = std::mem::take(&mut self.doubts);
        // These begin at the document.
        let others = match fields.get("document").map(|node| &node.kind) {
            Some(NodeKind::Map(entries)) => ["root", "embedded"]
                .iter()
                .filter_map(|key| entries.find(key).map(|entry| entry.value.span.clone()))
                .collect(),
            _ => Vec::new(),
        };
        let is_other = |span: &Range<usize>| {
            others.iter().any(|other| other.start <= span.start && span.end <= other.end)
        };
        for (path, span) in absolute.into_iter().filter(|(_, span)| !is_other(span)) {
            self.doubt_root(contract, &path, span);
        }
        for (table, input, span) in compared_with_blank {
            self.doubt_comparison(contract, table, input, span);
        }
        let Some(Node { kind: NodeKind::Map(entries), .. }) = fields.get("tables") else { return };
        for (table, entry) in entries.iter().enumerate() {
            self.doubt_key(contract, table, entry);
            self.doubt_one_row(contract, table, entry);
        }
    }

    /// Who knows XPath begins with the root, below which paths start here.
    fn doubt_root(&mut self, contract: &Contract, path: &Path, span: Range<usize>) {
        let Some((root, hint)) = repeated_root(contract, path) else { return };
        let message = format!("`{}` looks for {} below `{}`", path.text, named(&path.steps[0]), root.text);
        self.problems.report(Code::PathRepeatsRoot, span, message, hint);
    }

    fn doubt_comparison(&mut self, contract: &Contract, table: usize, input: Input, span: Range<usize>) {
        let Some(name) = never_blank(contract, table, input) else { return };
        let message = format!("`{name}` is never blank: what is blank is null, and nothing equals null");
        let hint =
            format!("write `{name} IS NULL`, or say `blank: keep` where `{name}` is read to have blank text");
        self.problems.report(Code::NeverBlank, span, message, hint);
    }

    /// Rows of two parents are told apart by the key of their parent.
    fn doubt_key(&mut self, contract: &Contract, table: usize, entry: &Entry) {
        let own = &contract.tables[table];
        let Some(within) = own.within else { return };
        let parent = &contract.tables[within];
        let keys = own.templates[0].columns.iter().filter(|column| column.key);
        let keys = keys.map(|column| &*column.name).collect::<Vec<_>>();
        let parent_keys = || (0..columns(parent).len()).filter(|&column| columns(parent)[column].key);
        let is_own = |column: &Column| {
            column.key
                && (matches!(column.source, ColumnSource::Generate(Generate::Uuid)) || leaves_row(column))
        };
        if keys.is_empty() || columns(own).iter().any(is_own) {
            return;
        }
        let is_key =
            |column: usize, parent_key: usize| is_same_value(contract, (table, column), (within, parent_key));
        let leads = |parent_key: usize| {
            (0..columns(own).len()).any(|column| columns(own)[column].key && is_key(column, parent_key))
        };
        let Some(missing) = parent_keys().find(|&key| !leads(key)) else { return };
        let missing_name = &columns(parent)[missing].name;
        let message = format!(
            "the key of `{}` has no `{missing_name}` of `{}`: rows of two `{}` with one `{}` would have one key",
            own.name,
            parent.name,
            parent.name,
            keys.join("`, `")
        );
        let hint = match (0..columns(own).len()).find(|&column| is_key(column, missing)) {
            Some(column) => format!("say `key: true` on `{}`", columns(own)[column].name),
            None => format!(
                "add `{}: {{ parent: {}.{missing_name}, key: true }}`",
                free_name(own, missing_name, &parent.name),
                parent.name
            ),
        };
        let hint = format!("{hint}; nothing to do where `{}` differs in all documents", keys.join("`, `"));
        self.problems.report(Code::KeyLacksParent, entry.key_span.clone(), message, hint);
    }

    /// A table without `each` has one row, whatever there is several times.
    fn doubt_one_row(&mut self, contract: &Contract, table: usize, entry: &Entry) {
        let own = &contract.tables[table];
        if own.each.is_some() {
            return;
        }
        let others = contract.tables.iter().enumerate();
        let others = others.filter(|&(at, other)| at != table && other.within == own.within);
        for (_, other) in others {
            let Some(each) = other.each.as_ref().filter(|each| is_plain(each)) else { continue };
            let reads = |column: &&Column| match &column.source {
                ColumnSource::Path(path) => column.pick.is_none() && begins_with(path, each),
                _ => false,
            };
            let found: Vec<_> = columns(own).iter().filter(reads).collect();
            let Some(first) = found.first() else { continue };
            let message = format!(
                "`{}` has no `each`: of several `{}`, which `{}` makes rows of, `{}` would be that of the first",
                own.name, each.text, other.name, first.name
            );
            let hint = format!(
                "add `each: {}`, with paths from there; or say `pick: first` where the first is meant",
                each.text
            );
            self.problems.report(Code::MissingEach, entry.key_span.clone(), message, hint);
            return;
        }
    }
}

fn columns(table: &Table) -> &[Column] {
    &table.templates[0].columns
}

/// The root whose name a path begins with, and how the path is meant to be written.
pub(crate) fn repeated_root<'c>(contract: &'c Contract, path: &Path) -> Option<(&'c Path, String)> {
    let roots = &contract.document.roots;
    let (root, repeated) = roots.iter().find_map(|root| Some((root, repeated_steps(path, root)?)))?;
    let below = match below(path, repeated) {
        Some(rest) => format!("write `{rest}` or `/{rest}`"),
        None if path.steps.len() == repeated => "write `.` for the main element itself".to_owned(),
        None => "leave its name out".to_owned(),
    };
    let hint = match &roots[..] {
        [_] => format!("paths start below `{}`: {below}", root.text),
        _ => format!("paths start below the root that a document has, whichever it is: {below}"),
    };
    Some((root, hint))
}

/// How many steps at the beginning of a path are those of the root, or the main element alone.
fn repeated_steps(path: &Path, root: &Path) -> Option<usize> {
    let is_same = |one: &Step, other: &Step| one.axis == Axis::Child && one.test == other.test;
    let all = root.steps.len();
    if path.steps.len() >= all && path.steps.iter().zip(&root.steps).all(|(one, other)| is_same(one, other)) {
        return Some(all);
    }
    let main = root.steps.last()?;
    path.steps.first().is_some_and(|first| is_same(first, main)).then_some(1)
}

/// The text of a path behind its first steps, where these are names alone.
fn below(path: &Path, steps: usize) -> Option<&str> {
    if path.steps[..steps].iter().any(|step| !step.predicates.is_empty()) {
        return None;
    }
    let text = path.text.trim();
    let rest = text.strip_prefix('/').unwrap_or(text);
    let (at, _) = rest.match_indices('/').nth(steps - 1)?;
    // `//` looks further down, and stays so.
    Some(&rest[at + 1..]).filter(|rest| !rest.starts_with('/'))
}

fn named(step: &Step) -> String {
    match &step.test {
        NodeTest::Name { local, .. } => format!("another `{local}`"),
        _ => "it".to_owned(),
    }
}

/// The name of an input that is null wherever it would be blank.
fn never_blank(contract: &Contract, table: usize, input: Input) -> Option<&str> {
    let column = |table: usize, column: usize| {
        is_never_blank(contract, table, column).then(|| &*columns(&contract.tables[table])[column].name)
    };
    let item = |item: &'_ Let| has_no_blank(contract, &item.column);
    let lets = |table: usize| &contract.tables[table].lets;
    match input {
        Input::Column(at) => column(table, at),
        Input::ParentColumn { table, column: at } => column(table, at),
        Input::RowLet(index) => {
            Some(&lets(table)[index]).filter(|found| item(found)).map(|found| &*found.name)
        }
        Input::ParentLet { table, index } => {
            Some(&lets(table)[index]).filter(|found| item(found)).map(|found| &*found.name)
        }
        Input::DocumentLet(index) => {
            Some(&contract.lets[index]).filter(|found| item(found)).map(|found| &*found.name)
        }
        Input::PathText => None,
    }
}

fn is_never_blank(contract: &Contract, table: usize, column: usize) -> bool {
    contract.tables[table].templates.iter().all(|row| has_no_blank(contract, &row.columns[column]))
}

/// Whether nothing makes a blank text of a value. Parents stand before their children, so that this ends.
fn has_no_blank(contract: &Contract, column: &Column) -> bool {
    let is_blank = |value: &OwnedValue| matches!(value, OwnedValue::Text(text) if text.trim().is_empty());
    let of_codes = column
        .codes
        .as_ref()
        .is_some_and(|codes| codes.entries.values().chain(&codes.blank).chain(&codes.other).any(is_blank));
    let is_default_blank = matches!(&column.default, Some(ColumnDefault::Value(value)) if is_blank(value));
    let is_blanked = !of_codes && !is_default_blank;
    match &column.source {
        ColumnSource::Path(_) | ColumnSource::Expression(_) | ColumnSource::Source(_) => {
            is_blanked && column.blank == Blank::Null
        }
        ColumnSource::Parent { table, column: at } => is_blanked && is_never_blank(contract, *table, *at),
        ColumnSource::Constant(_) | ColumnSource::Generate(_) => false,
    }
}

/// Whether a value may come from outside the row: nothing is known of what tells it apart.
fn leaves_row(column: &Column) -> bool {
    match &column.source {
        ColumnSource::Path(_) if column.via.is_some() => true,
        ColumnSource::Path(_) => column.paths().any(|path| {
            let leaves = |step: &Step| !matches!(step.axis, Axis::Child | Axis::Attribute | Axis::SelfNode);
            path.absolute || path.group.is_some() || path.steps.iter().any(leaves)
        }),
        ColumnSource::Expression(_) => true,
        ColumnSource::Parent { .. }
        | ColumnSource::Constant(_)
        | ColumnSource::Source(_)
        | ColumnSource::Generate(_) => false,
    }
}

/// Whether a column of a row has the value of a column of a row around it.
fn is_same_value(contract: &Contract, one: (usize, usize), other: (usize, usize)) -> bool {
    let (one, other) = (origin(contract, one), origin(contract, other));
    let is_document_key = |(table, column): (usize, usize)| {
        let source = &columns(&contract.tables[table])[column].source;
        matches!(source, ColumnSource::Generate(Generate::DocumentKey))
    };
    one == other || is_document_key(one) && is_document_key(other)
}

/// The column that a value is taken from, parent by parent. Parents stand before their children, so that this ends.
fn origin(contract: &Contract, (table, column): (usize, usize)) -> (usize, usize) {
    match columns(&contract.tables[table])[column].source {
        ColumnSource::Parent { table, column } => origin(contract, (table, column)),
        _ => (table, column),
    }
}

/// A name for a parent's column that the table does not have yet.
fn free_name(table: &Table, column: &str, parent: &str) -> String {
    let is_taken = |name: &str| columns(table).iter().any(|known| known.name.eq_ignore_ascii_case(name));
    if is_taken(column) { format!("{parent}_{column}") } else { column.to_owned() }
}

/// Names alone, one below the other: nothing but the first of several is left out by it.
fn is_plain(path: &Path) -> bool {
    let is_name = |step: &Step| {
        step.axis == Axis::Child && matches!(step.test, NodeTest::Name { .. }) && step.predicates.is_empty()
    };
    !path.steps.is_empty() && path.group.is_none() && path.naming.is_none() && path.steps.iter().all(is_name)
}

fn begins_with(path: &Path, each: &Path) -> bool {
    path.group.is_none()
        && path.steps.len() >= each.steps.len()
        && path.steps.iter().zip(&each.steps).all(|(one, other)| one == other)
}
