//! `unpivot`: attributes that become rows of names and values, one row template each.

use xmlshred_model::DataType;

use super::diagnostic::Code;
use super::fields::{Fields, Spanned, map, missing_key, one_or_list, text};
use super::language::{self, UNPIVOT_ROW};
use super::node::{Entry, Node, NodeKind};
use super::raw::{RawColumn, RawSource, constant_text, wrong_type};
use super::resolve::Checker;
use super::table::RawTemplate;

impl<'n> Checker<'n> {
    /// `unpivot:` with `rows:` as a map of names to paths, or as a list of rows that set their names: one template each. Adds the columns
    /// of names and values behind the shared ones, unless these mention them.
    pub(super) fn unpivot(
        &mut self,
        unpivot: &'n Entry,
        rows: &'n Entry,
        shared: &mut Vec<RawColumn<'n>>,
    ) -> Vec<RawTemplate<'n>> {
        let problems = &mut self.problems;
        let Some(fields) = Fields::read(&unpivot.value, &language::UNPIVOT, problems) else {
            return vec![RawTemplate::default()];
        };
        let names = match fields.entry("name") {
            None => {
                missing_key("name", "unpivot", &unpivot.key_span, problems);
                Vec::new()
            }
            Some(entry) => {
                one_or_list(&entry.value).iter().filter_map(|item| text(item, "name", problems)).collect()
            }
        };
        let value = fields.required_text("value", "unpivot", &unpivot.key_span, problems);
        let (false, Some(value)) = (names.is_empty(), value) else { return vec![RawTemplate::default()] };
        let templates = match (&rows.value.kind, &names[..]) {
            (NodeKind::List(items), _) => {
                items.iter().filter_map(|item| self.unpivoted_item(item, &names, &value)).collect()
            }
            (_, [name]) => {
                let entries = map(&rows.value, "rows of an unpivot", &mut self.problems).unwrap_or_default();
                entries.iter().map(|entry| self.unpivoted_entry(entry, name, &value)).collect()
            }
            _ => {
                let message = format!("the rows of an `unpivot` with {} names are a list", names.len());
                let hint = format!("write each as `- {{ set: {{ {}: … }}, path: … }}`", names[0].value);
                self.problems.report(Code::WrongShape, rows.key_span.clone(), message, hint);
                vec![RawTemplate::default()]
            }
        };
        let value_type = self.type_of_unpivot(&fields, "type");
        let name_type = self.type_of_unpivot(&fields, "name_type");
        for name in &names {
            let longest = templates.iter().flat_map(|template| &template.columns);
            let longest = longest.filter(|column| is_named(column, name)).map(longest_text).max();
            let usual = DataType::VarChar(longest.unwrap_or(1).max(1));
            let data_type =
                name_type.clone().unwrap_or(Spanned { value: usual, span: unpivot.key_span.clone() });
            give_type(shared, name, Some(data_type));
        }
        give_type(shared, &value, value_type);
        self.known_columns_only(&templates, shared);
        templates
    }

    /// `NAME: path`, or `NAME: { path: …, … }`.
    fn unpivoted_entry(
        &mut self,
        entry: &'n Entry,
        name: &Spanned<&'n str>,
        value: &Spanned<&'n str>,
    ) -> RawTemplate<'n> {
        let mut name = RawColumn::named(name.clone());
        name.sources.push(RawSource::Name(Spanned { value: &entry.key, span: entry.key_span.clone() }));
        let value = match &entry.value.kind {
            NodeKind::Map(_) => {
                let column = RawColumn::read_column(entry, &mut self.problems);
                RawColumn { name: value.clone(), ..column }
            }
            _ => {
                let mut column = RawColumn::named(value.clone());
                let path = text(&entry.value, "rows", &mut self.problems);
                column.sources.extend(path.map(|path| RawSource::Path(vec![path])));
                column
            }
        };
        RawTemplate { lets: None, columns: vec![name, value] }
    }

    /// `{ set: { NAME: … }, path: …, … }`
    fn unpivoted_item(
        &mut self,
        item: &'n Node,
        names: &[Spanned<&'n str>],
        value: &Spanned<&'n str>,
    ) -> Option<RawTemplate<'n>> {
        let fields = Fields::read(item, &UNPIVOT_ROW, &mut Default::default())?;
        let mut columns = self.constants(fields.get("set"));
        for name in names.iter().filter(|name| !columns.iter().any(|column| is_named(column, name))) {
            let message = format!("a row of an `unpivot` that does not set `{}`", name.value);
            let hint = format!("add it, as in `set: {{ {}: … }}`", name.value);
            self.problems.report(Code::MissingKey, item.span.start..item.span.start, message, hint);
        }
        let column = RawColumn::read_unpivoted(value.clone(), item, &mut self.problems);
        if column.sources.is_empty() {
            missing_key("path", UNPIVOT_ROW.name, &item.span, &mut self.problems);
        }
        columns.push(column);
        Some(RawTemplate { lets: None, columns })
    }

    fn type_of_unpivot(&mut self, fields: &Fields<'n>, key: &str) -> Option<Spanned<DataType>> {
        let found = fields.text(key, &mut self.problems)?;
        match found.value.parse() {
            Ok(value) => Some(Spanned { value, span: found.span }),
            Err(error) => {
                wrong_type(&error, &found, &mut self.problems);
                None
            }
        }
    }

    fn known_columns_only(&mut self, templates: &[RawTemplate<'n>], shared: &[RawColumn<'n>]) {
        let names = shared.iter().map(|known| known.name.value.to_ascii_lowercase());
        let names = names.collect::<std::collections::HashSet<_>>();
        for column in templates.iter().flat_map(|template| &template.columns) {
            if !names.contains(&column.name.value.to_ascii_lowercase()) {
                self.unknown_column(&column.name, shared);
            }
        }
    }
}

fn is_named(column: &RawColumn<'_>, name: &Spanned<&str>) -> bool {
    column.name.value.eq_ignore_ascii_case(name.value)
}

/// Characters of the name that a row has.
fn longest_text(column: &RawColumn<'_>) -> u32 {
    let text = match &column.sources[..] {
        [RawSource::Name(found)] => found.value,
        [RawSource::Value(node)] => constant_text(node).ok().flatten().unwrap_or_default(),
        _ => "",
    };
    text.chars().count() as u32
}

/// Adds a column, unless it is there, and gives it a type, unless it has one.
fn give_type<'n>(
    shared: &mut Vec<RawColumn<'n>>,
    name: &Spanned<&'n str>,
    data_type: Option<Spanned<DataType>>,
) {
    let at = shared.iter().position(|known| is_named(known, name)).unwrap_or_else(|| {
        shared.push(RawColumn::named(name.clone()));
        shared.len() - 1
    });
    shared[at].data_type = shared[at].data_type.take().or(data_type);
}
