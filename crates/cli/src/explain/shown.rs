//! What of an explanation is shown.

use xmlshred_mapping::Plan;
use xmlshred_mapping::contract::most_similar;
use xmlshred_mapping::explain::{
    Asked, CellKind, ExplainedCell, ExplainedInput, ExplainedRow, Explanation, LetSet, RowFate,
};
use xmlshred_model::OwnedValue;

use crate::preview::Sensitive;
use crate::settings::SettingsError;

use super::words::{masked_text, masked_value};

/// Which values the user asked for.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    /// Index of the table.
    pub(crate) table: usize,
    /// Name of a column or `let`; all of them without.
    pub(crate) column: Option<String>,
    /// Number of a row, from 1; without, all rows, and those that were not made.
    pub(crate) row: Option<usize>,
    /// Rows of each kind that are told of.
    pub(crate) max_rows: usize,
}

impl Selection {
    /// From `TABLE` or `TABLE.COLUMN`.
    ///
    /// # Errors
    /// When the contract has no such table, or the table no such column.
    pub(crate) fn parse(
        text: &str,
        row: Option<usize>,
        max_rows: usize,
        plan: &Plan,
    ) -> Result<Self, SettingsError> {
        let tables = &plan.contract().tables;
        let find = |name: &str| tables.iter().position(|table| table.name.eq_ignore_ascii_case(name));
        if let Some(table) = find(text) {
            return Ok(Self { table, column: None, row, max_rows });
        }
        let (name, column) = text.rsplit_once('.').unwrap_or((text, ""));
        let Some(table) = find(name) else {
            let instead = instead_of(name, tables.iter().map(|table| table.name.as_str()));
            return Err(SettingsError::NoSuchTable { name: name.to_owned(), instead });
        };
        let columns = tables[table].templates[0].columns.iter().map(|column| column.name.as_str());
        let names = columns.chain(tables[table].lets.iter().map(|item| item.name.as_str()));
        match names.clone().find(|known| known.eq_ignore_ascii_case(column)) {
            Some(known) => Ok(Self { table, column: Some(known.to_owned()), row, max_rows }),
            None => Err(SettingsError::NoSuchColumn {
                table: tables[table].name.clone(),
                name: column.to_owned(),
                instead: instead_of(column, names),
            }),
        }
    }

    /// What the mapping is asked.
    pub(crate) fn asked(&self) -> Asked<'_> {
        let Self { table, column, row, max_rows } = self;
        Asked { table: *table, column: column.as_deref(), row: *row, max_rows: *max_rows }
    }
}

/// Names that are shown where nothing looks like the one that was asked for.
const MAX_NAMES: usize = 12;

/// The name that was probably meant, else those there are.
fn instead_of<'n>(written: &str, known: impl Iterator<Item = &'n str> + Clone) -> String {
    if let Some(meant) = most_similar(written, known.clone()) {
        return format!("did you mean `{meant}`?");
    }
    let shown = known.clone().take(MAX_NAMES).collect::<Vec<_>>().join(", ");
    match known.count().saturating_sub(MAX_NAMES) {
        0 => format!("there are {shown}"),
        more => format!("there are {shown}, and {more} more"),
    }
}

/// An explanation with what the user wants to see of it.
pub(crate) struct Shown<'a> {
    /// Name of the document.
    pub(crate) document: &'a str,
    /// What is known.
    pub(crate) explanation: &'a Explanation,
    /// Which part of it.
    pub(crate) selection: &'a Selection,
    /// What becomes of sensitive values.
    pub(crate) sensitive: Sensitive,
    /// For names and types.
    pub(crate) plan: &'a Plan,
    /// The `let`s that what is asked for is made of.
    pub(crate) read: LetSet,
}

impl<'a> Shown<'a> {
    /// The rows that were made, or broke the document off, with their numbers.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (Option<usize>, &'a ExplainedRow)> {
        let wanted = self.selection.row;
        self.explanation.rows.iter().filter_map(move |row| match row.fate {
            RowFate::Made(number) if wanted.is_none_or(|wanted| wanted == number) => {
                Some((Some(number), row))
            }
            RowFate::Unfinished if wanted.is_none() && !row.cells.is_empty() => Some((None, row)),
            _ => None,
        })
    }

    /// The rows that were not made, those of tables around it included.
    pub(crate) fn dropped(&self) -> impl Iterator<Item = &'a ExplainedRow> {
        let is_dropped = |row: &&ExplainedRow| !matches!(row.fate, RowFate::Made(_) | RowFate::Unfinished);
        let all = self.selection.row.is_none();
        let Explanation { rows, missing_around, .. } = self.explanation;
        missing_around.iter().chain(rows).filter(is_dropped).filter(move |_| all)
    }

    /// How many rows that were made are not told of.
    pub(crate) fn more_rows(&self) -> usize {
        match self.selection.row {
            Some(_) => 0,
            None => self.explanation.row_count.saturating_sub(self.selection.max_rows),
        }
    }

    /// Whether this cell of a row is asked for, or is a `let` that what is asked for is made of.
    pub(crate) fn has(&self, row: &ExplainedRow, cell: &ExplainedCell) -> bool {
        let Selection { column: Some(column), .. } = self.selection else { return true };
        *column == cell.name || (cell.kind == CellKind::Let && self.read.has(Some(row.table), cell.index))
    }

    /// The `let`s of the document that what is asked for is made of.
    pub(crate) fn lets(&self) -> impl Iterator<Item = &'a ExplainedCell> {
        self.explanation.lets.iter().filter(|cell| self.read.has(None, cell.index))
    }

    /// What becomes of a value, by whether it is sensitive.
    pub(crate) fn sensitive(&self, is_sensitive: bool) -> Sensitive {
        if is_sensitive { self.sensitive } else { Sensitive::Shown }
    }

    /// Text of the document, or what hides it.
    pub(crate) fn text<'t>(&self, text: &'t str, cell: &ExplainedCell) -> &'t str {
        masked_text(text, self.sensitive(cell.sensitive))
    }

    /// A value, or what hides it; `None` is null, which hides nothing.
    pub(crate) fn value(&self, value: &OwnedValue, cell: &ExplainedCell) -> Option<String> {
        masked_value(value, self.sensitive(cell.sensitive))
    }

    /// A value that an expression read.
    pub(crate) fn input(&self, input: &ExplainedInput) -> Option<String> {
        masked_value(&input.value, self.sensitive(input.sensitive))
    }
}
