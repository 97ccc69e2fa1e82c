//! Tables: what makes their rows, and their columns.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use xmlshred_model::DataType;
use xmlshred_model::log_table::{FILE, ISSUE, LOG};

use crate::path::Path;

use super::checked::{Input, Let, OnePer, SkipRow, Table, Template};
use super::diagnostic::Code;
use super::fields::{Fields, Spanned, list, map, one_or_list, text};
use super::language;
use super::node::{Entry, Node, NodeKind};
use super::raw::{RawColumn, RawSource};
use super::resolve::{Checker, Place, Role};
use super::scope::{Layer, Scope};
use super::words::{KEEPS, SKIPS};

/// SQL Server's limit, the largest that all databases share after quoting.
const MAX_NAME_CHARS: usize = 128;
/// Row templates times columns of a table.
const MAX_CELLS: usize = 1_000_000;
/// How deep tables may lie within each other; no deeper than elements.
const MAX_LEVELS: usize = 256;

impl<'n> Checker<'n> {
    pub(super) fn table(&mut self, entry: &'n Entry) {
        let name = Spanned { value: &*entry.key, span: entry.key_span.clone() };
        self.table_name(&name);
        let problems = &mut self.problems;
        let Some(fields) = Fields::read(&entry.value, &language::TABLE, problems) else {
            self.push_table(name.value, TableParts::default());
            return;
        };
        let within = fields.text("within", problems).and_then(|found| self.within(&found));
        let index = self.tables.len();
        let mut scope = Scope { within, ..Scope::default() };
        let around = Place { table: index, within, role: Role::Column };
        let each = fields.text("each", &mut self.problems);
        let each = each.map(|found| self.row_path(&found, &scope, around));
        let mut lets = Vec::new();
        self.lets(fields.get("let"), &mut scope, index, &mut lets);
        let shared_lets = lets.len();
        let (shared, mut templates) = self.raw_columns(&fields, &name);
        let own_lets = templates.iter().map(RawTemplate::let_count).sum::<usize>();
        if templates.len().saturating_mul(shared.len() + own_lets) > MAX_CELLS {
            let message = format!("{} rows of {} columns for each element", templates.len(), shared.len());
            let hint = format!("rows × columns are {MAX_CELLS} at most: split the table");
            self.problems.report(Code::ConflictingRows, name.span.clone(), message, hint);
            templates.truncate(1);
        }
        let has_templates = fields.get("rows").is_some();
        let role = if has_templates { Role::TemplateColumn } else { Role::Column };
        let place = Place { table: index, within, role };
        let mut of_first = None;
        let names_of_all = Rc::clone(&scope.lets);
        let templates = templates
            .iter()
            .map(|RawTemplate { lets: own, columns: overrides }| {
                scope.columns = Layer::default();
                scope.lets = Rc::clone(&names_of_all);
                let first = lets.len();
                self.lets(*own, &mut scope, index, &mut lets);
                // Of two that say the same column again, the first.
                let overrides =
                    overrides.iter().rev().map(|over| (over.name.value.to_ascii_lowercase(), over));
                let overrides = overrides.collect::<HashMap<_, _>>();
                let columns = shared.iter().enumerate().map(|(index, column)| {
                    let over = overrides.get(&column.name.value.to_ascii_lowercase());
                    let raw = over.map_or_else(|| column.clone(), |over| column.overlaid(over));
                    let resolved = self.column(&raw, &scope, place);
                    scope.columns.add_own(&resolved.name, resolved.data_type, Input::Column(index));
                    resolved
                });
                let columns = columns.collect();
                of_first.get_or_insert_with(|| std::mem::take(&mut scope.columns));
                Template { lets: first..lets.len(), columns }
            })
            .collect::<Vec<_>>();
        scope.columns = of_first.unwrap_or_default();
        scope.lets = names_of_all;
        let where_ = fields.text("where", &mut self.problems).and_then(|found| {
            let bound = self.expression(&found, &scope, place)?;
            if !matches!(bound.expression.data_type(), Some(DataType::Bool) | None) {
                let message = "`where` must be a condition, true or false";
                let hint = "compare something, as in `amount > 0`";
                self.problems.report(Code::ExpressionType, found.span, message, hint);
            }
            Some(bound)
        });
        // Which rows there are is known before they have values.
        let scope = Scope { within, ..Scope::default() };
        let one_per = fields.get("one_per").and_then(|node| self.one_per(node, &scope, around));
        let skip_row_when = fields.word("skip_row_when", &SKIPS, &mut self.problems);
        // As SQL's UNPIVOT leaves nulls out.
        let usually = if fields.get("unpivot").is_some() { SkipRow::Blank } else { SkipRow::Never };
        let skip_row_when = skip_row_when.unwrap_or(usually);
        self.push_table(
            name.value,
            TableParts { within, each, templates, one_per, where_, skip_row_when, lets, shared_lets },
        );
    }

    fn push_table(&mut self, name: &str, parts: TableParts) {
        let TableParts { within, each, mut templates, one_per, where_, skip_row_when, lets, shared_lets } =
            parts;
        if templates.is_empty() {
            templates.push(Template::default());
        }
        let name = name.to_owned();
        let table =
            Table { name, within, each, templates, one_per, where_, skip_row_when, lets, shared_lets };
        self.surroundings.add_table(&table);
        self.tables.push(table);
    }

    fn table_name(&mut self, name: &Spanned<&'n str>) {
        self.identifier(name, "table");
        if [LOG, ISSUE, FILE].iter().any(|reserved| reserved.eq_ignore_ascii_case(name.value)) {
            let message = format!("`{}` is the name of a table that xmlshred itself writes", name.value);
            self.problems.report(Code::InvalidName, name.span.clone(), message, "choose another name");
        }
        if self.surroundings.has_table(name.value) {
            let message = format!("a second table `{}`: databases do not tell case apart", name.value);
            self.problems.report(Code::DuplicateName, name.span.clone(), message, "rename one of them");
        }
    }

    /// A name of a table, column or `let`.
    fn identifier(&mut self, name: &Spanned<&'n str>, what: &str) {
        let length = name.value.chars().count();
        let message = if name.value.trim().is_empty() {
            format!("a {what} needs a name")
        } else if length > MAX_NAME_CHARS {
            format!("a {what} name of {length} characters, and databases take {MAX_NAME_CHARS}")
        } else if name.value.chars().any(char::is_control) {
            format!("a control character in a {what} name")
        } else {
            return;
        };
        self.problems.report(Code::InvalidName, name.span.clone(), message, "choose another name");
    }

    fn within(&mut self, found: &Spanned<&'n str>) -> Option<usize> {
        let at = self.table_before(found.value, &found.span)?;
        if self.tables[at].each.as_ref().is_some_and(Path::ends_at_attribute) {
            let message =
                format!("rows of `{}` are made from attributes, and nothing lies within one", found.value);
            let hint = "give this table an `each` that begins at the document or at a table of elements";
            self.problems.report(Code::NotAnElement, found.span.clone(), message, hint);
            return None;
        }
        if self.surroundings.around(Some(at)).nth(MAX_LEVELS).is_some() {
            let message = format!("tables lie within each other more than {MAX_LEVELS} levels deep");
            let hint = "read the inner ones from the document, with their own `each`";
            self.problems.report(Code::ConflictingRows, found.span.clone(), message, hint);
            return None;
        }
        Some(at)
    }

    /// The index of a table that must stand before the one that is read.
    pub(super) fn table_before(&mut self, name: &str, span: &Range<usize>) -> Option<usize> {
        let at = self.surroundings.table(name);
        if at.is_none() {
            let message = format!("no table `{name}` is defined before this one");
            let later = self.table_places.get(name).copied();
            let hint = match later {
                Some(later) if later == self.tables.len() => "a table is not its own parent".to_owned(),
                Some(_) => format!("move `{name}` above this table: parents stand before their children"),
                None => self
                    .problems
                    .suggestion(name, self.tables.iter().map(|known| &*known.name))
                    .unwrap_or_else(|| "parents stand before their children".to_owned()),
            };
            self.problems.report(Code::UnknownTable, span.clone(), message, hint);
        }
        at
    }

    /// Adds `let`s in order; each sees those before it.
    pub(super) fn lets(
        &mut self,
        node: Option<&'n Node>,
        scope: &mut Scope,
        table: usize,
        lets: &mut Vec<Let>,
    ) {
        let is_document = table == usize::MAX;
        let within = scope.within;
        let mut names = HashSet::new();
        let entries = node.and_then(|node| map(node, "let", &mut self.problems)).unwrap_or_default();
        for (at, entry) in (lets.len()..).zip(entries) {
            let raw = RawColumn::read_let(entry, &mut self.problems);
            self.identifier(&raw.name, "`let`");
            self.known_lets.push(((table, at), raw.name.clone()));
            if !names.insert(raw.name.value.to_ascii_lowercase()) {
                let message = format!("a second `let` named `{}`", raw.name.value);
                self.problems.report(Code::DuplicateName, raw.name.span.clone(), message, "rename one");
            }
            let column = self.column(&raw, scope, Place { table, within, role: Role::Let });
            let input = if is_document { Input::DocumentLet(at) } else { Input::RowLet(at) };
            Rc::make_mut(&mut scope.lets).add_own(&column.name, column.data_type, input);
            if is_document {
                self.surroundings.add_document_let(&column.name, column.data_type, input);
            }
            lets.push(Let { name: column.name.clone(), column });
        }
    }

    pub(super) fn warn_unused_lets(&mut self) {
        for (place, name) in std::mem::take(&mut self.known_lets) {
            if !self.used_lets.contains(&place) {
                let message = format!("no expression uses `{}`", name.value);
                self.problems.report(Code::UnusedLet, name.span, message, "remove it");
            }
        }
    }

    /// The shared columns, and for each row template what it says about them.
    fn raw_columns(
        &mut self,
        fields: &Fields<'n>,
        name: &Spanned<&'n str>,
    ) -> (Vec<RawColumn<'n>>, Vec<RawTemplate<'n>>) {
        let mut shared: Vec<RawColumn<'n>> = Vec::new();
        let mut names = HashSet::new();
        let entries = fields.get("columns").and_then(|node| map(node, "columns", &mut self.problems));
        for entry in entries.unwrap_or_default() {
            let column = RawColumn::read_column(entry, &mut self.problems);
            self.identifier(&column.name, "column");
            if !names.insert(column.name.value.to_ascii_lowercase()) {
                let message =
                    format!("a second column `{}`: databases do not tell case apart", column.name.value);
                let hint = "rename one of them";
                self.problems.report(Code::DuplicateName, column.name.span.clone(), message, hint);
            }
            shared.push(column);
        }
        let rows = fields.entry("rows");
        let templates = match (fields.entry("unpivot"), rows) {
            (Some(unpivot), Some(rows)) => self.unpivot(unpivot, rows, &mut shared),
            (Some(unpivot), None) => {
                let message = "`unpivot` without `rows`";
                let hint = "add `rows:`, a map of names to paths";
                self.problems.report(Code::ConflictingRows, unpivot.key_span.clone(), message, hint);
                vec![RawTemplate::default()]
            }
            (None, Some(rows)) => self.templates(&rows.value, &shared),
            (None, None) => vec![RawTemplate::default()],
        };
        let says_columns = fields.entry("unpivot").is_some()
            || fields
                .get("columns")
                .is_some_and(|node| !matches!(&node.kind, NodeKind::Map(entries) if entries.is_empty()));
        if shared.is_empty() && !says_columns {
            let message = format!("table `{}` has no columns", name.value);
            let hint = "add `columns:`, as in `columns: { id: { path: \"@id\", type: int } }`";
            self.problems.report(Code::NoColumns, name.span.clone(), message, hint);
        }
        if templates.is_empty()
            && let Some(rows) = rows
        {
            let message = "`rows` without a row";
            let hint = "add row templates, or leave `rows` out";
            self.problems.report(Code::ConflictingRows, rows.key_span.clone(), message, hint);
        }
        (shared, templates)
    }

    /// `rows:` as a list of `{set, let, columns}`.
    fn templates(&mut self, node: &'n Node, shared: &[RawColumn<'n>]) -> Vec<RawTemplate<'n>> {
        let items = list(node, "rows", &mut self.problems).unwrap_or_default();
        let names =
            shared.iter().map(|known| known.name.value.to_ascii_lowercase()).collect::<HashSet<String>>();
        let template = |item: &'n Node| {
            let fields = Fields::read(item, &language::ROW, &mut self.problems)?;
            let mut overrides = self.constants(fields.get("set"));
            let columns = fields.get("columns").and_then(|node| map(node, "columns", &mut self.problems));
            for entry in columns.unwrap_or_default() {
                overrides.push(RawColumn::read_column(entry, &mut self.problems));
            }
            for over in &overrides {
                // All templates fill the same columns: what these are is said once.
                let differs = over.data_type.is_some()
                    || over.key.is_some()
                    || over.required.is_some()
                    || over.sensitive.is_some();
                if differs {
                    let message = format!("a row says again what column `{}` is", over.name.value);
                    let hint = "move `type`, `key`, `required` and `sensitive` to the table's `columns`";
                    self.problems.report(Code::ConflictingRows, over.name.span.clone(), message, hint);
                }
                if !names.contains(&over.name.value.to_ascii_lowercase()) {
                    self.unknown_column(&over.name, shared);
                }
            }
            Some(RawTemplate { lets: fields.get("let"), columns: overrides })
        };
        items.iter().filter_map(template).collect()
    }

    /// Columns with constants.
    pub(super) fn constants(&mut self, node: Option<&'n Node>) -> Vec<RawColumn<'n>> {
        let entries = node.and_then(|node| map(node, "set", &mut self.problems)).unwrap_or_default();
        let constant = |entry: &'n Entry| {
            let mut column = RawColumn::named(Spanned { value: &*entry.key, span: entry.key_span.clone() });
            column.sources.push(RawSource::Value(&entry.value));
            column
        };
        entries.iter().map(constant).collect()
    }

    pub(super) fn unknown_column(&mut self, name: &Spanned<&'n str>, shared: &[RawColumn<'n>]) {
        let message = format!("the table has no column `{}`", name.value);
        let hint = self
            .problems
            .suggestion(name.value, shared.iter().map(|known| known.name.value))
            .unwrap_or_else(|| "add it to the table's `columns`, with its type".to_owned());
        self.problems.report(Code::UnknownColumn, name.span.clone(), message, hint);
    }

    fn one_per(&mut self, node: &'n Node, scope: &Scope, place: Place) -> Option<OnePer> {
        let fields = Fields::read(node, &language::ONE_PER, &mut self.problems)?;
        let key = fields.required_text("key", "one_per", &node.span, &mut self.problems)?;
        let key = self.path_of_row(&key, scope, place);
        let prefer = fields.get("prefer").and_then(|prefer| {
            let fields = Fields::read(prefer, &language::PREFER, &mut self.problems)?;
            let path = fields.required_text("path", "prefer", &prefer.span, &mut self.problems)?;
            let path = self.path_of_row(&path, scope, place);
            let order = fields.get("order").map(one_or_list).unwrap_or_default();
            let order = order.iter().filter_map(|item| text(item, "order", &mut self.problems));
            let order = order.map(|found| found.value.to_owned()).collect();
            Some((path, order))
        });
        let keep = fields.word("keep", &KEEPS, &mut self.problems);
        Some(OnePer { key, prefer, keep: keep.unwrap_or_default() })
    }
}

#[derive(Default)]
struct TableParts {
    within: Option<usize>,
    each: Option<Path>,
    templates: Vec<Template>,
    one_per: Option<OnePer>,
    where_: Option<super::checked::BoundExpression>,
    skip_row_when: SkipRow,
    lets: Vec<Let>,
    shared_lets: usize,
}

/// What a row template says: its own `let`s, and columns to be laid over those of the table.
#[derive(Clone, Debug, Default)]
pub(super) struct RawTemplate<'n> {
    pub(super) lets: Option<&'n Node>,
    pub(super) columns: Vec<RawColumn<'n>>,
}

impl RawTemplate<'_> {
    fn let_count(&self) -> usize {
        match self.lets.map(|node| &node.kind) {
            Some(NodeKind::Map(entries)) => entries.len(),
            _ => 0,
        }
    }
}
