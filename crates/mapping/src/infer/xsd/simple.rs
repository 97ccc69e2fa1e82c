//! Simple types: built-in ones, and what facets make of them.

use super::file::XsdNode;

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::infer) struct SimpleType {
    pub(in crate::infer) family: Family,
    /// Characters of text.
    pub(in crate::infer) max_length: Option<u32>,
    /// Digits of numbers.
    pub(in crate::infer) total_digits: Option<u32>,
    pub(in crate::infer) fraction_digits: Option<u32>,
}

/// Kinds of values that columns tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::infer) enum Family {
    Text,
    Bool,
    /// Fits 16, 32 or 64 bits.
    SmallInt,
    Int,
    BigInt,
    /// Of any size.
    Integer,
    Decimal,
    Double,
    Date,
    Time,
    Timestamp,
}

/// A type of the schema language itself; `None` where it says nothing about values.
pub(super) fn built_in(name: &str) -> Option<SimpleType> {
    let family = match name {
        "string" | "normalizedString" | "token" | "Name" | "NCName" | "NMTOKEN" | "ID" | "IDREF"
        | "anyURI" | "language" | "QName" | "NMTOKENS" | "IDREFS" | "duration" | "gYear" | "gYearMonth"
        | "gMonth" | "gMonthDay" | "gDay" | "hexBinary" | "base64Binary" => Family::Text,
        "boolean" => Family::Bool,
        "byte" | "unsignedByte" | "short" => Family::SmallInt,
        "int" | "unsignedShort" => Family::Int,
        "long" | "unsignedInt" => Family::BigInt,
        "integer" | "nonNegativeInteger" | "positiveInteger" | "nonPositiveInteger" | "negativeInteger"
        | "unsignedLong" => Family::Integer,
        "decimal" => Family::Decimal,
        "float" | "double" => Family::Double,
        "date" => Family::Date,
        "time" => Family::Time,
        "dateTime" | "dateTimeStamp" => Family::Timestamp,
        _ => return None,
    };
    Some(SimpleType { family, max_length: None, total_digits: None, fraction_digits: None })
}

impl SimpleType {
    /// Takes the facets of a restriction in.
    pub(super) fn restrict(&mut self, restriction: &XsdNode) {
        let mut longest = None;
        for facet in &restriction.children {
            let value = facet.attribute("value").unwrap_or_default();
            let number = value.parse().ok();
            match &*facet.kind {
                "maxLength" | "length" => self.max_length = number.or(self.max_length),
                "totalDigits" => self.total_digits = number.or(self.total_digits),
                "fractionDigits" => self.fraction_digits = number.or(self.fraction_digits),
                "enumeration" => longest = longest.max(Some(value.chars().count() as u32)),
                _ => {}
            }
        }
        if self.family == Family::Text {
            self.max_length = longest.or(self.max_length);
        }
    }
}
