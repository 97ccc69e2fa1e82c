//! Names that an expression may use where it stands, innermost first. Nothing is copied from one table to the next: a contract of many
//! tables takes no longer for each of them.

use std::collections::HashMap;
use std::rc::Rc;

use xmlshred_expr::{Name, Names, most_similar};
use xmlshred_model::DataType;

use super::checked::{Input, Table};
use super::diagnostic::{MAX_COMPARED, Problems};

/// Names of one place, found without regard to the case of letters; of two the later hides the earlier.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    known: Vec<Known>,
    /// In lower case.
    places: HashMap<String, usize>,
}

#[derive(Clone, Debug)]
struct Known {
    /// As written, behind `qualifier` when that is not empty.
    qualified: String,
    plain_start: usize,
    data_type: DataType,
    input: Input,
}

impl Known {
    fn plain(&self) -> &str {
        &self.qualified[self.plain_start..]
    }
}

impl Layer {
    /// The names of a table that others may use: its columns and `let`s, columns first.
    pub(super) fn of_table(at: usize, table: &Table) -> Self {
        let columns = table.templates[0].columns.iter().enumerate().map(|(index, column)| {
            (&column.name, column.data_type, Input::ParentColumn { table: at, column: index })
        });
        let lets = table.lets[..table.shared_lets].iter().enumerate();
        let lets = lets
            .map(|(index, item)| (&item.name, item.column.data_type, Input::ParentLet { table: at, index }));
        let mut layer = Self::default();
        for (name, data_type, input) in columns.chain(lets) {
            if layer.find(&name.to_ascii_lowercase()).is_none() {
                layer.add(&table.name, name, data_type, input);
            }
        }
        layer
    }

    /// The text of a path, by the name that an expression beside it uses.
    pub(super) fn of_path_text() -> Self {
        let mut layer = Self::default();
        layer.add_own("value", DataType::Text, Input::PathText);
        layer
    }

    /// Adds a name of the row itself, which hides those around it.
    pub(super) fn add_own(&mut self, name: &str, data_type: DataType, input: Input) {
        self.add("", name, data_type, input);
    }

    fn add(&mut self, qualifier: &str, name: &str, data_type: DataType, input: Input) {
        let (qualified, plain_start) = match qualifier {
            "" => (name.to_owned(), 0),
            table => (format!("{table}.{name}"), table.len() + 1),
        };
        self.places.insert(name.to_ascii_lowercase(), self.known.len());
        self.known.push(Known { qualified, plain_start, data_type, input });
    }

    fn find(&self, lower: &str) -> Option<&Known> {
        self.places.get(lower).map(|&at| &self.known[at])
    }

    /// The column of a table that is spelled so.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        let known = self.find(&name.to_ascii_lowercase()).filter(|known| known.plain() == name)?;
        match known.input {
            Input::ParentColumn { column, .. } => Some(column),
            _ => None,
        }
    }
}

/// Where an expression stands: what its row has, and what that lies within.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) columns: Layer,
    pub(super) lets: Rc<Layer>,
    pub(super) within: Option<usize>,
}

/// The names that an expression may use: of its own row; columns and `let`s of the rows that it lies within, by themselves or as
/// `table.name`; the same of tables with one row per document, as `table.name` only; `let`s of the document.
pub(super) struct Visible<'s> {
    pub(super) scope: &'s Scope,
    pub(super) surroundings: &'s Surroundings,
    pub(super) problems: &'s Problems,
    /// `value`, where the expression stands beside a path.
    pub(super) path_text: Option<&'s Layer>,
}

/// The names of everything that has been read.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    tables: Vec<TableNames>,
    /// In lower case; the first of two.
    places: HashMap<String, usize>,
    /// As they are spelled; the first of two.
    spelled: HashMap<String, usize>,
    /// Those that have exactly one row per document.
    with_one_row: Vec<usize>,
    document: Layer,
}

#[derive(Debug)]
struct TableNames {
    layer: Layer,
    within: Option<usize>,
    has_one_row: bool,
}

impl Surroundings {
    pub(super) fn add_table(&mut self, table: &Table) {
        let at = self.tables.len();
        let has_one_row = has_one_row(table);
        if has_one_row {
            self.with_one_row.push(at);
        }
        self.places.entry(table.name.to_ascii_lowercase()).or_insert(at);
        self.spelled.entry(table.name.clone()).or_insert(at);
        self.tables.push(TableNames { layer: Layer::of_table(at, table), within: table.within, has_one_row });
    }

    pub(super) fn add_document_let(&mut self, name: &str, data_type: DataType, input: Input) {
        self.document.add_own(name, data_type, input);
    }

    /// The table of this name, whatever the case of its letters.
    pub(super) fn has_table(&self, name: &str) -> bool {
        self.places.contains_key(&name.to_ascii_lowercase())
    }

    /// The table that is spelled so.
    pub(super) fn table(&self, name: &str) -> Option<usize> {
        self.spelled.get(name).copied()
    }

    /// The column of a table that is spelled so.
    pub(super) fn column(&self, table: usize, name: &str) -> Option<usize> {
        self.tables[table].layer.column(name)
    }

    /// The tables that a row lies within, innermost first.
    pub(super) fn around(&self, within: Option<usize>) -> impl Iterator<Item = usize> {
        std::iter::successors(within, |&at| self.tables[at].within)
    }
}

/// Whether a table has exactly one row per document, unless that row is dropped.
pub(super) fn has_one_row(table: &Table) -> bool {
    table.each.is_none() && table.within.is_none() && table.templates.len() == 1
}

impl<'s> Visible<'s> {
    /// Where the value of a name is.
    pub(super) fn input(&self, name: &str) -> Option<Input> {
        self.named(name).map(|(known, _)| known.input)
    }

    fn named(&self, written: &str) -> Option<(&'s Known, &'s str)> {
        let Self { scope, surroundings, problems: _, path_text } = *self;
        let lower = written.to_ascii_lowercase();
        let own = path_text.and_then(|layer| layer.find(&lower));
        let own = own.or_else(|| scope.columns.find(&lower)).or_else(|| scope.lets.find(&lower));
        let of_rows_around =
            || surroundings.around(scope.within).find_map(|at| surroundings.tables[at].layer.find(&lower));
        let plain = |known: &'s Known| (known, known.plain());
        own.or_else(of_rows_around)
            .map(plain)
            .or_else(|| self.qualified(&lower).map(|known| (known, &*known.qualified)))
            .or_else(|| surroundings.document.find(&lower).map(plain))
    }

    /// `table.name`, in lower case; either may have points of its own.
    fn qualified(&self, lower: &str) -> Option<&'s Known> {
        let Self { scope, surroundings, .. } = *self;
        lower.match_indices('.').find_map(|(point, _)| {
            let at = *surroundings.places.get(&lower[..point])?;
            let table = &surroundings.tables[at];
            let is_visible =
                table.has_one_row || surroundings.around(scope.within).any(|around| around == at);
            if is_visible { table.layer.find(&lower[point + 1..]) } else { None }
        })
    }
}

impl Names for Visible<'_> {
    fn find(&self, written: &str) -> Option<Name<'_>> {
        self.named(written).map(|(known, spelled)| Name { spelled, data_type: known.data_type })
    }

    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        let Self { scope, surroundings, problems: _, path_text } = *self;
        let own = scope.columns.known.iter().rev().chain(scope.lets.known.iter().rev());
        let own = path_text.into_iter().flat_map(|layer| &layer.known).chain(own).map(Known::plain);
        let around = surroundings.around(scope.within).flat_map(|at| {
            let known = surroundings.tables[at].layer.known.iter();
            known.flat_map(|known| [known.plain(), &*known.qualified])
        });
        let with_one_row = surroundings
            .with_one_row
            .iter()
            .flat_map(|&at| surroundings.tables[at].layer.known.iter().map(|known| &*known.qualified));
        let document = surroundings.document.known.iter().map(Known::plain);
        Box::new(own.chain(around).chain(with_one_row).chain(document))
    }

    fn similar(&self, written: &str) -> Option<&str> {
        if !self.problems.may_compare(written) {
            return None;
        }
        let counted = |known: &&str| self.problems.count_compared(written, known);
        most_similar(written, self.names().take(MAX_COMPARED).inspect(counted))
    }
}
