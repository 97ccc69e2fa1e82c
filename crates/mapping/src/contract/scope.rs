//! Names that an expression may use where it stands, innermost first.

use xmlshred_expr::{Name, Names};
use xmlshred_model::DataType;

use super::checked::{Input, Let, Table};

/// Names with their types and where their values are.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    names: Vec<(String, DataType, Input)>,
}

impl Scope {
    /// What rows of a table within `within` see of the document and of the rows around them: columns and `let`s of the rows that they lie
    /// within, by themselves or as `table.name`; the same of tables with one row per document, as `table.name` only; `let`s of the document.
    pub(super) fn around(within: Option<usize>, tables: &[Table], document_lets: &[Let]) -> Self {
        let mut scope = Self::default();
        let mut next = within;
        while let Some(at) = next {
            scope.add_table(at, &tables[at], Qualified::Optional);
            next = tables[at].within;
        }
        for (at, table) in tables.iter().enumerate().filter(|(_, table)| has_one_row(table)) {
            scope.add_table(at, table, Qualified::Required);
        }
        for (index, item) in document_lets.iter().enumerate() {
            scope.add(item.name.clone(), item.column.data_type, Input::DocumentLet(index));
        }
        scope
    }

    fn add_table(&mut self, at: usize, table: &Table, qualified: Qualified) {
        let columns = table.templates[0].columns.iter().enumerate().map(|(index, column)| {
            (&column.name, column.data_type, Input::ParentColumn { table: at, column: index })
        });
        let lets =
            table.lets.iter().enumerate().map(|(index, item)| {
                (&item.name, item.column.data_type, Input::ParentLet { table: at, index })
            });
        for (name, data_type, input) in columns.chain(lets) {
            if qualified == Qualified::Optional {
                self.add(name.clone(), data_type, input);
            }
            self.add(format!("{}.{name}", table.name), data_type, input);
        }
    }

    /// Adds a name behind those that are there: earlier ones hide it.
    fn add(&mut self, name: String, data_type: DataType, input: Input) {
        self.names.push((name, data_type, input));
    }

    /// Adds a name of the row itself, which hides those around it.
    pub(super) fn add_own(&mut self, name: &str, data_type: DataType, input: Input) {
        self.names.insert(0, (name.to_owned(), data_type, input));
    }

    /// Where the value of a name is.
    pub(super) fn input(&self, name: &str) -> Option<Input> {
        self.named(name).map(|&(_, _, input)| input)
    }

    fn named(&self, name: &str) -> Option<&(String, DataType, Input)> {
        self.names.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Qualified {
    Optional,
    Required,
}

/// Whether a table has exactly one row per document, unless that row is dropped.
pub(super) fn has_one_row(table: &Table) -> bool {
    table.each.is_none() && table.within.is_none() && table.templates.len() == 1
}

impl Names for Scope {
    fn find(&self, written: &str) -> Option<Name<'_>> {
        self.named(written).map(|(spelled, data_type, _)| Name { spelled, data_type: *data_type })
    }

    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(self.names.iter().map(|(name, ..)| name.as_str()))
    }
}
