//! What of a document is taken down: of one table, or of all of them.

use crate::plan::Plan;

use super::explanation::Asked;

/// Which rows are told of, and how much of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    /// Index of the table; all of them without.
    pub(crate) table: Option<usize>,
    /// A column or `let` of it; all of them without.
    pub(crate) column: Option<&'a str>,
    /// Number of a row, from 1; without, the first rows, and those that were not made.
    pub(crate) row: Option<usize>,
    /// Rows of each kind that are told of: of each table those that are made; not made; removed by a predicate.
    pub(crate) max_rows: usize,
    /// Cells of rows that are told of; rows beyond are counted.
    pub(crate) max_cells: usize,
    /// Nodes that are told of all cells; then only how many there are.
    pub(crate) max_reads: usize,
}

/// Nodes that are told of the cells of one table.
const MAX_READS: usize = 20_000;

impl Scope<'_> {
    /// By table, whether it is of interest: the one that is asked for, and those that it lies within.
    pub(super) fn tables(&self, plan: &Plan) -> Vec<bool> {
        let tables = plan.tables();
        let mut wanted = vec![self.table.is_none(); tables.len()];
        let mut next = self.table;
        while let Some(at) = next {
            wanted[at] = true;
            next = tables[at].within;
        }
        wanted
    }

    /// Whether rows of this table are asked for themselves.
    pub(super) fn asks_for(&self, table: usize) -> bool {
        self.table.is_none_or(|asked| asked == table)
    }
}

impl<'a> From<Asked<'a>> for Scope<'a> {
    fn from(asked: Asked<'a>) -> Self {
        let Asked { table, column, row, max_rows } = asked;
        Self { table: Some(table), column, row, max_rows, max_cells: usize::MAX, max_reads: MAX_READS }
    }
}
