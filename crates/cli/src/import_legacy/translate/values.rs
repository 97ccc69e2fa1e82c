//! What is done to a value, and what it is.

use super::dates::iso;
use super::language::{has_tinyint, has_ways_of_values};
use super::translator::Translator;
use crate::import_legacy::differences::Difference;
use crate::import_legacy::draft::Keys;
use crate::import_legacy::old::{FaultKind, Mapping, OldType, Step};
use crate::import_legacy::yaml;

/// Digits before the point of decimals whose places the old contract says.
const DECIMAL_DIGITS: i64 = 18;
/// Places of decimals of which it says none.
const DEFAULT_PLACES: i64 = 6;
/// What databases call the present moment.
const NOW: [&str; 6] =
    ["getdate()", "getutcdate()", "current_timestamp", "sysdatetime()", "sysutcdatetime()", "now()"];

/// A default of the present moment.
pub(super) const NOW_DEFAULT: &str = "{ generate: now }";

/// Whether text is cut to the length of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    ToLength,
    Never,
}

impl Translator<'_> {
    /// Type, cleaning, codes, default and policies of a mapping's column: everything but where the value comes from. Digits for a number
    /// are the first number in the text; where it is as long as a telephone number, the whole text must be one.
    pub(super) fn value(&mut self, mapping: &Mapping, cut: Cut) -> Keys {
        let data_type = mapping.data_type;
        let mut keys = Keys::of("type", yaml::scalar(&type_name(mapping, cut)));
        self.note_type(mapping, cut);
        let has_codes =
            if mapping.has(&Step::Calculated) { false } else { self.conversion(mapping, &mut keys) };
        if mapping.has(&Step::Digits) && (has_codes || data_type == OldType::Text) {
            keys.set("clean", "digits");
        } else if mapping.has(&Step::Digits) && data_type.is_number() && data_type != OldType::BigInt {
            keys.set("clean", "first_number");
        } else if data_type.is_number() && !has_codes && !mapping.has(&Step::Calculated) {
            keys.set("clean", "number");
        }
        let default = self.default(mapping);
        if mapping.has(&Step::NowIfNull) {
            self.default_of_now(mapping, &mut keys);
        } else if let Some(default) = &default {
            self.notes.concern(Difference::DefaultsPerRow, mapping.index);
            keys.set("default", default.clone());
        }
        self.nulls(mapping, &mut keys);
        keys
    }

    fn conversion(&mut self, mapping: &Mapping, keys: &mut Keys) -> bool {
        if let Some(step) = mapping.bit() {
            if !mapping.is_always_bit() {
                self.notes.concern(Difference::DigitsThenBit, mapping.index);
            }
            keys.set("codes", self.list_of_bits(mapping, step));
            return true;
        }
        if mapping.has(&Step::Enum)
            && let Some(enumeration) = self.enumeration(mapping)
        {
            keys.set("codes", yaml::scalar(&self.list_of_enum(enumeration, mapping.data_type)));
            return true;
        }
        false
    }

    /// What a missing or invalid value does.
    fn nulls(&mut self, mapping: &Mapping, keys: &mut Keys) {
        let has_default = keys.get("default").is_some();
        let codes = keys.get("codes").map(str::to_owned);
        let takes_all = codes.as_ref().is_some_and(|name| self.takes_all(name));
        if has_default && !mapping.is_nullable {
            if codes.is_some() && !takes_all {
                keys.set("on_unmapped_code", "default");
            } else if codes.is_none() && mapping.data_type != OldType::Text && !mapping.has(&Step::Calculated)
            {
                keys.set("on_invalid", "default");
            }
        } else if has_default && mapping.data_type != OldType::Text {
            self.notes.concern(Difference::InvalidIsNull, mapping.index);
        }
        let is_always = codes.is_some_and(|name| self.has_blank(&name));
        if !mapping.is_nullable && !has_default && !is_always && !mapping.has(&Step::NowIfNull) {
            self.notes.concern(Difference::RequiredFails, mapping.index);
            keys.set("required", "true");
        }
    }

    fn takes_all(&self, list: &str) -> bool {
        self.has_entry(list, "*")
    }

    fn has_blank(&self, list: &str) -> bool {
        self.has_entry(list, "")
    }

    fn has_entry(&self, list: &str, text: &str) -> bool {
        let list = self.codes.iter().find(|known| yaml::scalar(&known.name) == list);
        list.is_some_and(|list| list.entries.iter().any(|(known, _)| known == text))
    }

    fn default_of_now(&mut self, mapping: &Mapping, keys: &mut Keys) {
        if has_ways_of_values() {
            keys.set("default", NOW_DEFAULT);
        } else {
            let message = format!(
                "`{}` cannot have the present moment as its default: a missing value is null",
                mapping.name()
            );
            self.notes.fault(FaultKind::UnusableDefault, &mapping.place, message);
        }
    }

    /// The default as YAML.
    fn default(&mut self, mapping: &Mapping) -> Option<String> {
        let text = mapping.default.as_deref()?;
        if mapping.data_type.is_temporal() && NOW.contains(&&*text.to_ascii_lowercase()) {
            return has_ways_of_values().then(|| NOW_DEFAULT.to_owned());
        }
        let found = constant(mapping, text).or_else(|| {
            // A text of the enum stands for its code.
            let enumeration = self.old.enums.iter().find(|known| {
                mapping.has(&Step::Enum)
                    && (Some(&known.name) == mapping.enum_name.as_ref() || known.name == mapping.column)
            })?;
            constant(mapping, enumeration.code(text)?)
        });
        if found.is_none() {
            let message =
                format!("the default of `{}` is no value of its type: it is left out", mapping.name());
            self.notes.fault(FaultKind::UnusableDefault, &mapping.place, message);
        }
        found
    }

    fn note_type(&mut self, mapping: &Mapping, cut: Cut) {
        let mut concern = |difference| self.notes.concern(difference, mapping.index);
        match mapping.data_type {
            OldType::Text => {
                concern(Difference::UnescapedOnce);
                concern(Difference::EmptyIsNull);
                match (cut, mapping.length) {
                    (Cut::Never, Some(1..)) => concern(Difference::UncutText),
                    (Cut::ToLength, Some(1..)) => concern(Difference::TrimmedAfterCut),
                    (_, Some(-1)) => concern(Difference::NoCut),
                    _ => {}
                }
                if mapping.has(&Step::Digits) {
                    concern(Difference::LeadingZeros);
                }
            }
            data_type if data_type.is_number() && mapping.bit().is_none() && !mapping.has(&Step::Enum) => {
                concern(Difference::Numbers);
                concern(Difference::ExactNumbers);
            }
            _ => {}
        }
    }
}

/// The name of a mapping's type in the new language.
pub(super) fn type_name(mapping: &Mapping, cut: Cut) -> String {
    match mapping.data_type {
        OldType::Text => match mapping.length {
            Some(length @ 1..) if cut == Cut::ToLength => format!("varchar({length})"),
            _ => "text".to_owned(),
        },
        OldType::Int => "int".to_owned(),
        OldType::SmallInt => "smallint".to_owned(),
        OldType::BigInt => "bigint".to_owned(),
        OldType::TinyInt => if has_tinyint() { "tinyint" } else { "smallint" }.to_owned(),
        OldType::Decimal => {
            let places = mapping.length.filter(|places| (0..=37).contains(places)).unwrap_or(DEFAULT_PLACES);
            let digits = if places + 6 > DECIMAL_DIGITS { 38 } else { DECIMAL_DIGITS };
            format!("decimal({digits},{places})")
        }
        OldType::Float => "double".to_owned(),
        OldType::Bit => "bool".to_owned(),
        OldType::Date => "date".to_owned(),
        OldType::DateTime => "timestamp".to_owned(),
    }
}

/// A constant of the old contract as one of a mapping's type.
fn constant(mapping: &Mapping, text: &str) -> Option<String> {
    let text = text.trim();
    match mapping.data_type {
        OldType::Text => {
            let length =
                mapping.length.and_then(|length| usize::try_from(length).ok()).filter(|length| *length > 0);
            let text = text.chars().take(length.unwrap_or(usize::MAX)).collect::<String>();
            Some(yaml::scalar(text.trim_end()))
        }
        OldType::Int | OldType::SmallInt | OldType::BigInt | OldType::TinyInt => whole(text),
        OldType::Decimal => number(text, mapping.length),
        OldType::Float => text.parse::<f64>().ok().filter(|value| value.is_finite()).map(|_| text.to_owned()),
        OldType::Bit => match &*text.to_ascii_lowercase() {
            "1" | "true" | "y" | "yes" | "t" => Some("true".to_owned()),
            "0" | "false" | "n" | "no" | "f" => Some("false".to_owned()),
            _ => None,
        },
        OldType::Date => iso(text).map(|found| found.split('T').next().unwrap_or_default().to_owned()),
        OldType::DateTime => iso(text),
    }
}

/// A whole number; one with zeros behind the point is one.
pub(super) fn whole(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_whole = fraction.bytes().all(|byte| byte == b'0');
    whole.parse::<i64>().ok().filter(|_| is_whole).map(|number| number.to_string())
}

/// A decimal of at most so many places.
fn number(text: &str, places: Option<i64>) -> Option<String> {
    let places = places.filter(|places| *places >= 0).unwrap_or(DEFAULT_PLACES);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    let is_number =
        !digits.is_empty() && digits.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    let fits = fraction.trim_end_matches('0').len() as i64 <= places;
    (is_number && fits).then(|| text.trim_start_matches('+').to_owned())
}
