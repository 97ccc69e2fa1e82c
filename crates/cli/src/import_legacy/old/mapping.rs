//! An item of `mappings`.

use super::kinds::{Contact, RowKind, Step};
use crate::import_legacy::json::Place;

/// From an attribute to a column.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    /// From 0, in the file.
    pub(crate) index: usize,
    pub(crate) place: Place,
    /// Names of elements from the outermost in.
    pub(crate) path: Vec<String>,
    pub(crate) attribute: Option<String>,
    pub(crate) table: String,
    /// Empty where the mapping type says the columns.
    pub(crate) column: String,
    pub(crate) data_type: OldType,
    pub(crate) length: Option<i64>,
    pub(crate) is_nullable: bool,
    /// As written; an empty one is none.
    pub(crate) default: Option<String>,
    /// The default is left out where the row has nothing else.
    pub(crate) excludes_default: bool,
    pub(crate) expression: Option<(String, Place)>,
    pub(crate) enum_name: Option<String>,
    pub(crate) steps: Vec<Step>,
    pub(crate) description: Option<String>,
}

/// Data types of the old format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OldType {
    Text,
    Int,
    SmallInt,
    BigInt,
    TinyInt,
    Decimal,
    Float,
    Bit,
    Date,
    DateTime,
}

impl OldType {
    /// A type by its name, and whether the old format has that name.
    pub(crate) fn named(name: &str) -> Option<(Self, bool)> {
        Some(match name {
            "string" => (Self::Text, true),
            "int" => (Self::Int, true),
            "smallint" => (Self::SmallInt, true),
            "bigint" => (Self::BigInt, true),
            "tinyint" => (Self::TinyInt, true),
            "decimal" => (Self::Decimal, true),
            "float" => (Self::Float, true),
            "bit" | "boolean" => (Self::Bit, true),
            "date" => (Self::Date, true),
            "datetime" | "smalldatetime" => (Self::DateTime, true),
            "varchar" | "nvarchar" | "char" | "nchar" | "text" | "str" => (Self::Text, false),
            "integer" => (Self::Int, false),
            "numeric" | "money" | "smallmoney" => (Self::Decimal, false),
            "double" | "real" => (Self::Float, false),
            "bool" => (Self::Bit, false),
            "datetime2" | "timestamp" => (Self::DateTime, false),
            _ => return None,
        })
    }

    pub(crate) fn is_integer(self) -> bool {
        matches!(self, Self::Int | Self::SmallInt | Self::BigInt | Self::TinyInt)
    }

    pub(crate) fn is_number(self) -> bool {
        self.is_integer() || matches!(self, Self::Decimal | Self::Float)
    }

    pub(crate) fn is_temporal(self) -> bool {
        matches!(self, Self::Date | Self::DateTime)
    }
}

impl Mapping {
    pub(crate) fn has(&self, step: &Step) -> bool {
        self.steps.contains(step)
    }

    /// The type that makes rows, when there is one.
    pub(crate) fn row(&self) -> Option<&RowKind> {
        self.steps.iter().find_map(|step| if let Step::Row(kind) = step { Some(kind) } else { None })
    }

    /// Which contact the value comes from, when the mapping says one.
    pub(crate) fn contact(&self) -> Option<Contact> {
        self.steps.iter().find_map(|step| if let Step::Of(contact) = step { Some(*contact) } else { None })
    }

    /// Whether a table has rows per contact because of such a path: not where a type says which contact is meant.
    pub(crate) fn has_plain_path(&self) -> bool {
        self.row().is_none() && self.contact().is_none() && !self.has(&Step::CurrentAddress)
    }

    /// The bit conversion, when there is one.
    pub(crate) fn bit(&self) -> Option<&Step> {
        self.steps.iter().find(|step| matches!(step, Step::CharToBit | Step::BooleanToBit))
    }

    /// A bit conversion that has a value for a missing text, too.
    pub(crate) fn is_always_bit(&self) -> bool {
        self.bit().is_some() && !self.has(&Step::Digits)
    }

    /// `table.column`, or the table and what its rows are.
    pub(crate) fn name(&self) -> String {
        match (&*self.column, &self.attribute) {
            ("", Some(attribute)) => format!("{}[{attribute}]", self.table),
            ("", None) => self.table.clone(),
            (column, _) => format!("{}.{column}", self.table),
        }
    }
}
