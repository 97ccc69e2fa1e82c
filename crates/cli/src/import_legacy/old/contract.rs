//! The parts of the file around its mappings.

use super::mapping::Mapping;
use super::rules::Rules;
use crate::import_legacy::json::Place;

/// A contract of the predecessor.
#[derive(Clone, Debug, Default)]
pub(crate) struct OldContract {
    /// Names of the elements from the outermost to the main one.
    pub(crate) main_path: Vec<String>,
    pub(crate) source_table: String,
    pub(crate) source_column: String,
    /// A table to join, and an element that must be there.
    pub(crate) application_table: Option<String>,
    pub(crate) target_schema: Option<String>,
    /// `table_insertion_order`, without the log.
    pub(crate) order: Vec<Ordered>,
    pub(crate) rules: Rules,
    pub(crate) relationships: Vec<Relationship>,
    pub(crate) enums: Vec<Enumeration>,
    pub(crate) char_to_bit: BitTable,
    pub(crate) boolean_to_bit: BitTable,
    pub(crate) mappings: Vec<Mapping>,
}

/// A table of `table_insertion_order`.
#[derive(Clone, Debug)]
pub(crate) struct Ordered {
    pub(crate) table: String,
    pub(crate) place: Place,
}

/// An item of `relationships`.
#[derive(Clone, Debug)]
pub(crate) struct Relationship {
    pub(crate) parent: String,
    pub(crate) child: String,
    pub(crate) column: Option<String>,
    /// Absolute; empty when the file does not say it.
    pub(crate) child_path: Vec<String>,
}

/// An entry of `enum_mappings`.
#[derive(Clone, Debug)]
pub(crate) struct Enumeration {
    pub(crate) name: String,
    pub(crate) place: Place,
    /// Text of the document, code as written, and where.
    pub(crate) codes: Vec<(String, Option<String>, Place)>,
}

impl Enumeration {
    /// The code of this text.
    pub(crate) fn code(&self, text: &str) -> Option<&str> {
        self.codes.iter().rev().find(|(source, ..)| source == text)?.1.as_deref()
    }

    /// Whether texts that are not listed, and missing ones, have a code.
    pub(crate) fn has_fallback(&self) -> bool {
        self.code("").is_some()
    }
}

/// A part of `bit_conversions`: text of the document to bit.
#[derive(Clone, Debug, Default)]
pub(crate) struct BitTable {
    pub(crate) entries: Vec<(String, bool)>,
}
