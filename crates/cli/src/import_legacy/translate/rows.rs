//! Mapping types that make rows, as row templates.

use super::language::has_names_in_unpivot;
use super::lets::{Lets, sql_name};
use super::tables::OldTable;
use super::translator::Translator;
use super::values::Cut;
use crate::import_legacy::differences::Difference;
use crate::import_legacy::draft::{DraftRow, DraftTable, Keys, Line, Unpivot};
use crate::import_legacy::old::{Mapping, OldType, RowKind, Step};
use crate::import_legacy::yaml;

const COUNTED: &str = "sort_order";
const WARRANTY: &str = "warranty_type_enum";
const POLICY: &str = "policy_exception_type_enum";

/// A cell of a row template.
struct Cell<'o> {
    mapping: &'o Mapping,
    column: String,
    keys: Keys,
}

/// A row template before it is written.
struct Template<'o> {
    set: Vec<(&'static str, String)>,
    /// Rows with the same number are one.
    is_group: bool,
    cells: Vec<Cell<'o>>,
}

impl<'o> Translator<'o> {
    /// Gives a table the rows that its mapping types make, and the columns that these fill.
    pub(super) fn rows(&mut self, table: &OldTable<'o>, draft: &mut DraftTable, lets: &mut Lets) {
        let mut templates: Vec<Template<'o>> = Vec::new();
        let mut notes_column = None;
        for mapping in table.mappings.iter().copied() {
            let Some(kind) = mapping.row() else { continue };
            let Some((set, column)) = names(kind, mapping) else {
                notes_column = Some(mapping);
                continue;
            };
            let is_group = matches!(kind, RowKind::Warranty(_) | RowKind::Collateral(_));
            let cut = if is_group { Cut::Never } else { Cut::ToLength };
            let Some(keys) = self.cell(&table.row_path, mapping, cut, lets) else { continue };
            let cell = Cell { mapping, column, keys };
            match templates.iter_mut().find(|known| is_group && known.is_group && known.set == set) {
                Some(known) => known.cells.push(cell),
                None => templates.push(Template { set, is_group, cells: vec![cell] }),
            }
        }
        draft.columns.extend(set_columns(&templates));
        let cells = cell_columns(&mut templates);
        draft.columns.extend(cells);
        if let Some(mapping) = notes_column
            && let Some(mut keys) = self.column(&table.row_path, mapping, Cut::ToLength, lets)
        {
            keys.remove("required");
            draft.columns.push(Line { name: "notes".to_owned(), keys, comment: mapping.description.clone() });
        }
        draft.condition = row_condition(draft, &templates, notes_column.is_some());
        // Rows of names and values are left out without a word where the document has no value.
        let is_group = templates.iter().any(|template| template.is_group);
        draft.skips_blank = is_group && draft.condition.is_none() && !self.always_has_value(table);
        let names =
            templates.iter().map(|found| (found.set.iter().map(|(name, _)| *name).collect(), found.is_group));
        let names = names.collect::<Vec<_>>();
        draft.rows = templates.into_iter().map(row).collect();
        to_unpivot(draft, &names);
    }

    /// What a cell says. What must not be null in every row is said by the table in the database alone.
    fn cell(&mut self, row_path: &[String], mapping: &Mapping, cut: Cut, lets: &mut Lets) -> Option<Keys> {
        let mut keys = self.column(row_path, mapping, cut, lets)?;
        keys.remove("required");
        let is_group = matches!(mapping.row(), Some(RowKind::Warranty(_) | RowKind::Collateral(_)));
        if !is_group {
            // A default alone makes no row.
            keys.remove("default");
            keys.remove("on_invalid");
            keys.remove("on_unmapped_code");
        }
        if is_group
            && mapping.data_type == OldType::Bit
            && !mapping.is_nullable
            && keys.get("default").is_none()
        {
            keys.set("default", "false");
        }
        if is_group
            && keys.get("default").is_some()
            && !mapping.is_nullable
            && mapping.data_type == OldType::Bit
        {
            self.notes.concern(Difference::BitsOfTemplates, mapping.index);
        }
        match mapping.row() {
            Some(RowKind::Indicator(_)) => {
                keys.remove("clean");
                keys.set("codes", yaml::scalar(&self.indicator_codes()));
                keys.set("codes_case", "insensitive");
                keys.set(
                    "type",
                    if mapping.data_type == OldType::Text {
                        keys.get("type").unwrap_or("text").to_owned()
                    } else {
                        "varchar(1)".to_owned()
                    },
                );
            }
            Some(RowKind::History | RowKind::Report(_)) => keys.set("null_values", "[null, none]"),
            _ => {}
        }
        Some(keys)
    }

    fn indicator_codes(&mut self) -> String {
        const NAME: &str = "indicator";
        if !self.codes.iter().any(|known| known.name == NAME) {
            let ones = ["y", "yes", "true", "t", "1"].map(|text| (text.to_owned(), "\"1\"".to_owned()));
            let entries = ones.into_iter().chain([("*".to_owned(), "null".to_owned())]).collect();
            self.codes.push(crate::import_legacy::draft::CodeList { name: NAME.to_owned(), entries });
        }
        NAME.to_owned()
    }
}

/// Which of the rows are kept, as SQL. Text that is there is a value; other text may be none of its column's type.
fn row_condition(draft: &DraftTable, templates: &[Template<'_>], has_notes: bool) -> Option<String> {
    let cells = || templates.iter().flat_map(|template| &template.cells);
    if cells().any(|cell| matches!(cell.mapping.row(), Some(RowKind::Collateral(_)))) {
        return collateral_condition(draft, templates);
    }
    let is_single = templates.iter().all(|template| !template.is_group);
    let value = cells()
        .next()
        .map(|cell| &cell.column)
        .filter(|value| is_single && cells().all(|cell| cell.column == **value))?;
    let column = draft.columns.iter().find(|line| line.name == *value);
    let is_text = column.is_some_and(|line| {
        line.keys.get("type").is_some_and(|found| found.contains("char") || found == "text")
    });
    let has_codes = column.is_some_and(|line| line.keys.get("codes").is_some())
        || cells().any(|cell| cell.keys.get("codes").is_some());
    (has_notes || has_codes || !is_text || !has_names_in_unpivot())
        .then(|| format!("{} IS NOT NULL", sql_name(value)))
}

/// Collateral needs a plain value, or digits; a wholesale value of 0 is none.
fn collateral_condition(draft: &DraftTable, templates: &[Template<'_>]) -> Option<String> {
    let mut conditions: Vec<String> = Vec::new();
    for cell in templates.iter().flat_map(|template| &template.cells) {
        let counts = |step: &Step| {
            matches!(step, Step::Plain | Step::Digits | Step::Row(_) | Step::Of(_) | Step::CurrentAddress)
        };
        if !cell.mapping.steps.iter().all(counts) || cell.mapping.data_type == OldType::Bit {
            continue;
        }
        let name = sql_name(&cell.column);
        let shared = draft.columns.iter().find(|line| line.name == cell.column);
        let default = cell.keys.get("default").or_else(|| shared.and_then(|line| line.keys.get("default")));
        let condition = match default {
            _ if cell.column == "wholesale_value" => format!("{name} <> 0"),
            Some(default) if cell.mapping.data_type.is_number() => format!("{name} <> {default}"),
            Some(default) => format!("{name} <> '{}'", default.trim_matches(['"', '\'']).replace('\'', "''")),
            None => format!("{name} IS NOT NULL"),
        };
        if !conditions.contains(&condition) {
            conditions.push(condition);
        }
    }
    (!conditions.is_empty()).then(|| conditions.join(" OR "))
}

/// The constants of a mapping's row, and the column of its value; none for the notes that rows share.
fn names(kind: &RowKind, mapping: &Mapping) -> Option<(Vec<(&'static str, String)>, String)> {
    let attribute =
        mapping.attribute.as_deref().or(mapping.path.last().map(String::as_str)).unwrap_or_default();
    let target = || mapping.column.clone();
    Some(match kind {
        RowKind::Score(id) => (vec![("score_identifier", id.clone())], "score".to_owned()),
        RowKind::Indicator(name) => (vec![("indicator", name.clone())], "value".to_owned()),
        RowKind::History => {
            let source = mapping.path.last().map_or("", String::as_str);
            (vec![("name", format!("[{attribute}]")), ("source", format!("[{source}]"))], "value".to_owned())
        }
        RowKind::Report(key) => {
            let name = ("name", attribute.to_owned());
            let key = key.as_ref().map(|key| ("source_report_key", key.clone()));
            (std::iter::once(name).chain(key).collect(), "value".to_owned())
        }
        RowKind::PolicyReason(number) => (vec![(POLICY, number.clone())], "reason_code".to_owned()),
        RowKind::PolicyNotes => return None,
        RowKind::Warranty(number) => (vec![(WARRANTY, number.clone())], target()),
        RowKind::Collateral(number) => (vec![(COUNTED, number.clone())], target()),
    })
}

/// Columns of the constants.
fn set_columns(templates: &[Template<'_>]) -> Vec<Line> {
    let mut names: Vec<&'static str> = Vec::new();
    for (name, _) in templates.iter().flat_map(|template| &template.set) {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let column = |name: &'static str| {
        let values = templates.iter().flat_map(|template| &template.set).filter(|(known, _)| *known == name);
        let values = values.map(|(_, value)| &**value).collect::<Vec<_>>();
        let is_number = matches!(name, COUNTED | WARRANTY | POLICY)
            && values.iter().all(|value| value.parse::<i32>().is_ok());
        let fits = values.iter().all(|value| value.parse::<i16>().is_ok());
        let longest = values.iter().map(|value| value.chars().count()).max().unwrap_or(1).max(1);
        let data_type = match (is_number, fits) {
            (true, true) => "smallint".to_owned(),
            (true, false) => "int".to_owned(),
            _ => format!("varchar({longest})"),
        };
        Line { name: name.to_owned(), keys: Keys::of("type", yaml::scalar(&data_type)), comment: None }
    };
    names.into_iter().map(column).collect()
}

/// Columns of the values: what all cells of one say is said here, once.
fn cell_columns(templates: &mut [Template<'_>]) -> Vec<Line> {
    let mut names: Vec<String> = Vec::new();
    for cell in templates.iter().flat_map(|template| &template.cells) {
        if !names.contains(&cell.column) {
            names.push(cell.column.clone());
        }
    }
    let mut lines = Vec::new();
    for name in names {
        let mut cells: Vec<&mut Cell<'_>> = templates
            .iter_mut()
            .flat_map(|template| &mut template.cells)
            .filter(|cell| cell.column == name)
            .collect();
        let mut shared = Keys::default();
        let first = cells[0].keys.clone();
        let data_type = common_type(&cells);
        for (key, value) in
            first.iter().filter(|(key, _)| !matches!(*key, "path" | "expr" | "value" | "generate"))
        {
            if cells.iter().all(|cell| cell.keys.get(key) == Some(value)) {
                shared.set(key, value);
            }
        }
        let default = cells
            .iter()
            .find_map(|cell| cell.keys.get("default").filter(|_| cell.mapping.data_type == OldType::Bit));
        if let Some(default) = default {
            shared.set("default", default.to_owned());
        }
        shared.set("type", data_type);
        for cell in &mut cells {
            for (key, value) in shared.iter() {
                if key == "type" || cell.keys.get(key) == Some(value) {
                    cell.keys.remove(key);
                }
            }
        }
        lines.push(Line { name, keys: shared, comment: None });
    }
    lines
}

/// The type that holds the values of all cells of a column.
fn common_type(cells: &[&mut Cell<'_>]) -> String {
    let types = cells.iter().map(|cell| cell.keys.get("type").unwrap_or("text")).collect::<Vec<_>>();
    if types.iter().all(|found| *found == types[0]) {
        return types[0].to_owned();
    }
    let lengths = cells.iter().map(|cell| match cell.mapping.data_type {
        OldType::Text => cell.mapping.length.filter(|length| *length > 0),
        OldType::Int | OldType::SmallInt | OldType::BigInt | OldType::TinyInt | OldType::Bit => Some(20),
        OldType::Decimal | OldType::Float | OldType::Date | OldType::DateTime => Some(40),
    });
    let is_integer = cells.iter().all(|cell| cell.mapping.data_type.is_integer());
    let is_number = cells.iter().all(|cell| cell.mapping.data_type.is_number());
    if is_integer {
        return if types.contains(&"bigint") { "bigint" } else { "int" }.to_owned();
    }
    if is_number {
        return "\"decimal(38,6)\"".to_owned();
    }
    match lengths.collect::<Option<Vec<_>>>().and_then(|lengths| lengths.into_iter().max()) {
        Some(longest) if types.iter().any(|found| found.starts_with("varchar")) => {
            format!("varchar({longest})")
        }
        _ => "text".to_owned(),
    }
}

fn row(template: Template<'_>) -> DraftRow {
    let set =
        template.set.into_iter().map(|(name, value)| (name.to_owned(), yaml::constant(&value))).collect();
    let cells = template.cells.into_iter().map(|cell| Line {
        name: cell.column,
        keys: cell.keys,
        comment: cell.mapping.description.clone(),
    });
    DraftRow { set, cells: cells.collect() }
}

/// Rows of names and one value each are an `unpivot`.
fn to_unpivot(draft: &mut DraftTable, templates: &[(Vec<&'static str>, bool)]) {
    let Some(cell) = draft.rows.first().and_then(|row| row.cells.first()) else { return };
    let value = cell.name.clone();
    let is_pair = |row: &DraftRow| matches!(&row.cells[..], [cell] if cell.name == value);
    if !draft.rows.iter().all(is_pair) || templates.iter().any(|(_, is_group)| *is_group) {
        return;
    }
    let mut names: Vec<String> = Vec::new();
    for name in templates.iter().flat_map(|(names, _)| names) {
        if !names.iter().any(|known| known == name) {
            names.push((*name).to_owned());
        }
    }
    let mut seen = std::collections::HashSet::new();
    let is_map = names.len() == 1
        && draft.rows.iter().all(|row| seen.insert(row.set.first().map(|(_, value)| value.clone())));
    if !is_map && !has_names_in_unpivot() {
        return;
    }
    // Each row says all names.
    for row in &mut draft.rows {
        for name in &names {
            if !row.set.iter().any(|(known, _)| known == name) {
                row.set.push((name.clone(), "null".to_owned()));
            }
        }
    }
    let type_of = |name: &str, columns: &[Line]| {
        columns
            .iter()
            .find(|line| line.name == name)
            .and_then(|line| line.keys.get("type").map(str::to_owned))
    };
    let Some(data_type) = type_of(&value, &draft.columns) else { return };
    let name_type =
        names.first().and_then(|name| type_of(name, &draft.columns)).filter(|found| !found.contains("char"));
    let is_plain = draft.columns.iter().any(|line| line.name == value && line.keys.len() == 1);
    if is_plain && draft.columns.last().is_some_and(|line| line.name == value) {
        draft.columns.retain(|line| line.name != value && !names.contains(&line.name));
    }
    draft.unpivot = Some(Unpivot { names, value, data_type, name_type });
}
