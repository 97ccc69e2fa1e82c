//! What is taken down of a document's rows until they are put into words.

use xmlshred_model::OwnedValue;

use crate::shred::{CellPlace, Filter, Latest, OnceKey};

use super::explanation::{CellKind, ExplainedCell, ExplainedInput, ExplainedRow, Read, RowFate};
use super::places::Places;
use super::shortener::Shortener;

#[derive(Default)]
pub(crate) struct Record {
    /// Cells that are one for many rows.
    pub(super) once: Latest<CellRecord>,
    /// The one being told.
    pub(super) telling: Option<OnceKey>,
    /// Rows looked at.
    pub(super) row_count: u64,
    pub(super) last_row: Option<RowRef>,
    /// Nodes that cells have read and that are told.
    pub(super) read_count: usize,
    /// Of the document.
    pub(crate) lets: Vec<CellRecord>,
    pub(crate) rows: Vec<RowRecord>,
    /// With the offset of the element, and the parts that are false.
    pub(crate) filtered: Vec<(Filter, u32, Vec<String>)>,
    pub(crate) more_filtered: usize,
    /// What is told is about a cell.
    pub(super) is_in_cell: bool,
    /// Which one it is.
    pub(super) place: Option<(Option<RowRef>, CellPlace)>,
    /// That cell, and whose it is, when it is of interest.
    pub(super) cell: Option<(For, CellRecord)>,
    /// The last expression outside a cell.
    pub(super) condition: Option<(String, OwnedValue, Vec<ExplainedInput>)>,
}

pub(crate) struct RowRecord {
    pub(crate) table: usize,
    pub(crate) template: usize,
    pub(crate) offset: u32,
    pub(crate) fate: Fate,
    pub(crate) cells: Vec<CellRecord>,
}

pub(crate) enum Fate {
    Made(usize),
    Where(String, OwnedValue, Vec<ExplainedInput>),
    /// Where the row stands that was kept.
    OnePer(u32),
    Blank,
    Unfinished,
}

/// A row in the making.
#[derive(Clone, Copy)]
pub(super) struct RowRef {
    pub(super) table: u32,
    pub(super) template: u32,
    pub(super) offset: u32,
    /// Its index among those that are told of.
    pub(super) at: Option<u32>,
}

/// Whose cell it is.
#[derive(Clone, Copy)]
pub(super) enum For {
    Document,
    /// Of a row that is told of.
    Row(usize),
    /// Of another, but rows that are told of may have the same value.
    Others,
}

#[derive(Clone)]
pub(crate) struct CellRecord {
    pub(crate) cell: ExplainedCell,
    pub(super) order: (CellKind, usize),
    pub(crate) reads: Vec<(u32, String)>,
}

/// Of a value that is one for many rows, nodes that are told with each of them but the first.
pub(super) const MAX_READS_AGAIN: usize = 10;

impl CellRecord {
    /// What is told of it for every other row.
    pub(super) fn shortened(&self, shortener: &Shortener) -> Self {
        let Self { cell, order, reads } = self;
        let told = reads.iter().take(MAX_READS_AGAIN);
        let told = told.map(|(place, text)| (*place, shortener.text(text)));
        let mut cell = cell.clone();
        cell.more_reads += reads.len().saturating_sub(MAX_READS_AGAIN);
        cell.steps.iter_mut().for_each(|step| shortener.step(step));
        Self { cell, order: *order, reads: told.collect() }
    }

    pub(super) fn in_words(self, places: &Places) -> ExplainedCell {
        let Self { cell, order: _, reads } = self;
        let reads = reads.into_iter().map(|(offset, text)| Read { place: places.at(offset), text });
        ExplainedCell { reads: reads.collect(), ..cell }
    }
}

impl RowRecord {
    /// Of its element, and of that of the row that was kept in its place.
    pub(super) fn offsets(&self) -> impl Iterator<Item = u32> {
        let kept = if let Fate::OnePer(kept) = self.fate { Some(kept) } else { None };
        [self.offset].into_iter().chain(kept)
    }

    /// With `let`s, then columns, in order of definition.
    pub(crate) fn in_order(mut self) -> Self {
        self.cells.sort_by_key(|cell| (cell.order.0 == CellKind::Column, cell.order.1));
        self
    }

    pub(super) fn in_words(self, places: &Places) -> ExplainedRow {
        let Self { table, template, offset, fate, cells } = self.in_order();
        let cells = cells.into_iter().map(|cell| cell.in_words(places));
        let fate = match fate {
            Fate::Made(number) => RowFate::Made(number),
            Fate::Where(condition, value, inputs) => RowFate::Where { condition, value, inputs },
            Fate::OnePer(kept) => RowFate::OnePer { kept: places.at(kept) },
            Fate::Blank => RowFate::Blank,
            Fate::Unfinished => RowFate::Unfinished,
        };
        ExplainedRow { table, template, place: places.at(offset), fate, cells: cells.collect() }
    }
}
