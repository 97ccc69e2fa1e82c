//! What both reports show.

use xmlshred_mapping::Lines;

use crate::import_legacy::import::Import;
use crate::import_legacy::json::Place;

/// An import with what is around it.
pub(crate) struct Shown<'a> {
    /// The old file, as named.
    pub(crate) file: &'a str,
    /// Its text.
    pub(crate) source: &'a str,
    /// The file of the new contract; none for standard output.
    pub(crate) out: Option<&'a str>,
    pub(crate) import: &'a Import,
}

impl Shown<'_> {
    /// Line and column of a place, from 1.
    pub(super) fn line(&self, place: &Place) -> (usize, usize) {
        Lines::of(self.source).place(place.at)
    }

    /// Mappings that are in the new contract: all of them or none.
    pub(super) fn translated_count(&self) -> usize {
        if self.import.text.is_some() { self.import.mappings.len() } else { 0 }
    }

    /// Lines of the new contract.
    pub(super) fn line_count(&self) -> usize {
        self.import.text.as_ref().map_or(0, |text| text.lines().count())
    }
}
