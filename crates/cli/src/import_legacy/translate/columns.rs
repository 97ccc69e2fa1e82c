//! A mapping as a column.

use super::expressions::{Around, Want};
use super::language::has_ways_of_values;
use super::lets::{Lets, sql_text};
use super::paths::{attribute, relative};
use super::translator::Translator;
use super::values::{Cut, NOW_DEFAULT, type_name};
use crate::import_legacy::differences::Difference;
use crate::import_legacy::draft::Keys;
use crate::import_legacy::expression::{self, Expr, ExprError};
use crate::import_legacy::old::{BitTable, FaultKind, Mapping, OldType, Step};
use crate::import_legacy::yaml;

impl Translator<'_> {
    /// A mapping as what a column says; `None` after a problem.
    pub(super) fn column(
        &mut self,
        row_path: &[String],
        mapping: &Mapping,
        cut: Cut,
        lets: &mut Lets,
    ) -> Option<Keys> {
        let mut keys = self.value(mapping, cut);
        if mapping.has(&Step::Calculated) {
            let (sql, is_never_null) = self.calculated(row_path, mapping, lets)?;
            if is_never_null {
                keys.remove("required");
            }
            keys.set("expr", yaml::quoted(&sql));
            return Some(keys);
        }
        if mapping.attribute.is_none() && (mapping.path.is_empty() || mapping.path == row_path) {
            return Some(self.constant(mapping, &keys, cut));
        }
        let path = self.path(row_path, mapping, mapping.attribute.as_deref())?;
        keys.set("path", yaml::scalar(&path));
        if mapping.data_type.is_temporal() && has_ways_of_values() {
            self.notes.concern(Difference::SecondsAboveFiftyNine, mapping.index);
            keys.set("expr", yaml::SECONDS_ALIAS);
        } else if mapping.data_type.is_temporal() {
            self.notes.concern(Difference::InvalidSeconds, mapping.index);
        }
        Some(keys)
    }

    /// A column without a source in the document: its default, for every row.
    fn constant(&mut self, mapping: &Mapping, keys: &Keys, cut: Cut) -> Keys {
        let source = match keys.get("default") {
            Some(NOW_DEFAULT) => Keys::of("generate", "now"),
            Some(default) => Keys::of("value", default),
            None if mapping.has(&Step::NowIfNull) => Keys::of("generate", "now"),
            None => {
                let message = format!(
                    "`{}` has no attribute, expression or default: it is always null",
                    mapping.name()
                );
                self.notes.fault(FaultKind::NothingToRead, &mapping.place, message);
                Keys::of("value", "null")
            }
        };
        source.with("type", yaml::scalar(&type_name(mapping, cut)))
    }

    /// The expression of a calculated field, and whether it always gives a value.
    fn calculated(
        &mut self,
        row_path: &[String],
        mapping: &Mapping,
        lets: &mut Lets,
    ) -> Option<(String, bool)> {
        let Some((text, place)) = &mapping.expression else {
            let hint = "add `expression`, or leave calculated_field out";
            self.notes.problem(&mapping.place, "calculated_field without an expression", hint);
            return None;
        };
        let translated = expression::parse(text).and_then(|expr| {
            let sql = self.typed(row_path, mapping, &expr, lets)?;
            Ok((sql, expr.is_never_null()))
        });
        match translated {
            Ok((sql, is_never_null)) => Some((sql, is_never_null || mapping.is_always_bit())),
            Err(ExprError { character, message, hint }) => {
                let place_in_it = character.map_or_else(String::new, |at| format!(" (character {at})"));
                self.notes.problem(place, format!("expression{place_in_it}: {message}"), hint);
                None
            }
        }
    }

    /// The expression as one of the column's type, with what its other mapping types do to it.
    fn typed(
        &mut self,
        row_path: &[String],
        mapping: &Mapping,
        expr: &Expr,
        lets: &mut Lets,
    ) -> Result<String, ExprError> {
        let want = match mapping.data_type {
            _ if mapping.bit().is_some() => Want::Text,
            OldType::Text => Want::Text,
            OldType::Bit => Want::Bool,
            OldType::Date | OldType::DateTime => Want::Date,
            _ => Want::Number,
        };
        let sql = self.sql(expr, want, &mut Around { mapping, row_path, lets })?;
        if let Some(step) = mapping.bit() {
            let table =
                if *step == Step::CharToBit { &self.old.char_to_bit } else { &self.old.boolean_to_bit };
            return Ok(bit_of(&sql, table, mapping.data_type));
        }
        if mapping.has(&Step::Enum)
            && let Some(code) = self.code_of_attribute(row_path, mapping, lets)
        {
            return Ok(format!("COALESCE({sql}, {code})"));
        }
        Ok(sql)
    }

    /// The code of a calculated field's own attribute, as a `let`.
    fn code_of_attribute(
        &mut self,
        row_path: &[String],
        mapping: &Mapping,
        lets: &mut Lets,
    ) -> Option<String> {
        let name = mapping.attribute.as_deref()?;
        let enumeration = self.enumeration(mapping)?;
        let list = self.list_of_enum(enumeration, mapping.data_type);
        let target = if mapping.path.is_empty() { row_path } else { &mapping.path };
        let path = attribute(&relative(row_path, target), Some(name));
        let data_type = yaml::scalar(&type_name(mapping, Cut::ToLength));
        let keys =
            Keys::of("path", yaml::scalar(&path)).with("codes", yaml::scalar(&list)).with("type", data_type);
        Some(lets.name(name, "code", keys))
    }
}

/// An expression's text as a bit.
fn bit_of(sql: &str, table: &BitTable, data_type: OldType) -> String {
    let ones = table.entries.iter().filter(|(text, bit)| *bit && !text.is_empty());
    let ones = ones.map(|(text, _)| sql_text(text)).collect::<Vec<_>>().join(", ");
    let condition =
        if ones.is_empty() { "FALSE".to_owned() } else { format!("COALESCE({sql} IN ({ones}), FALSE)") };
    match data_type {
        OldType::Bit => condition,
        OldType::Text => format!("CASE WHEN {condition} THEN '1' ELSE '0' END"),
        _ => format!("CASE WHEN {condition} THEN 1 ELSE 0 END"),
    }
}
