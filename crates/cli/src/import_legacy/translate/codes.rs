//! Enums and bit conversions as code lists.

use super::translator::Translator;
use crate::import_legacy::draft::CodeList;
use crate::import_legacy::old::{Enumeration, FaultKind, Mapping, OldType, Step};
use crate::import_legacy::yaml;

impl<'o> Translator<'o> {
    /// The enum of a mapping: by its name, that of the column, or a word that both share.
    pub(super) fn enumeration(&mut self, mapping: &Mapping) -> Option<&'o Enumeration> {
        let old = self.old;
        let named = |name: &str| old.enums.iter().find(|known| known.name == name);
        if let Some(name) = &mapping.enum_name {
            let found = named(name).or_else(|| named(&mapping.column));
            if found.is_none() {
                let known = old.enums.iter().map(|known| &*known.name).collect::<Vec<_>>().join(", ");
                let hint = if known.is_empty() {
                    "the contract has none".to_owned()
                } else {
                    format!("known are {known}")
                };
                self.notes.problem(&mapping.place, format!("`enum_mappings` has no enum `{name}`"), hint);
            } else if named(name).is_none() {
                let message = format!("`enum_mappings` has no enum `{name}`: that of the column is taken");
                self.notes.fault(FaultKind::UnknownEnum, &mapping.place, message);
            }
            return found;
        }
        let found = named(&mapping.column).or_else(|| by_word(&old.enums, &mapping.column));
        if found.is_none() {
            let message =
                format!("no enum for `{}`: the text of the document is taken as the code", mapping.name());
            self.notes.fault(FaultKind::UnknownEnum, &mapping.place, message);
        }
        found
    }

    /// An enum as a code list of the new contract; its name.
    pub(super) fn list_of_enum(&mut self, enumeration: &Enumeration, data_type: OldType) -> String {
        self.used_enums.insert(enumeration.name.clone());
        let mut entries: Vec<(String, String)> = Vec::new();
        let mut fallback = None;
        for (text, code, place) in &enumeration.codes {
            let code = code.as_deref().filter(|code| {
                let is_usable = data_type == OldType::Text || code.parse::<f64>().is_ok();
                if !is_usable {
                    let message =
                        format!("enum `{}`: `{code}` is no number, and a column needs one", enumeration.name);
                    self.notes.fault(FaultKind::UnusableCode, place, message);
                }
                is_usable
            });
            let value = code.map_or_else(|| "null".to_owned(), yaml::constant);
            if text.is_empty() {
                fallback = code.is_some().then_some(value);
                continue;
            }
            // In Python the last of two counts.
            entries.retain(|(known, _)| known != text);
            entries.push((text.clone(), value));
        }
        if let Some(value) = fallback {
            entries.extend(["", "*"].map(|text| (text.to_owned(), value.clone())));
        }
        self.list(&enumeration.name, entries)
    }

    /// A bit conversion as a code list; behind digits a missing text stays null.
    pub(super) fn list_of_bits(&mut self, mapping: &Mapping, step: &Step) -> String {
        let (name, table) = match step {
            Step::BooleanToBit => ("boolean_to_bit", &self.old.boolean_to_bit),
            _ => ("char_to_bit", &self.old.char_to_bit),
        };
        let bit = |bit: bool| if bit { "1" } else { "0" }.to_owned();
        let listed = table.entries.iter().filter(|(text, _)| !text.is_empty());
        let mut entries = listed.map(|(text, value)| (text.clone(), bit(*value))).collect::<Vec<_>>();
        let blank = table.entries.iter().find(|(text, _)| text.is_empty()).is_some_and(|(_, value)| *value);
        let is_always = mapping.is_always_bit();
        if is_always {
            entries.push((String::new(), bit(blank)));
        }
        entries.push(("*".to_owned(), bit(false)));
        let name = if is_always { name.to_owned() } else { format!("{name}_or_null") };
        self.list(&name, entries)
    }

    /// A list of the new contract: the one of this name, or another when they differ.
    fn list(&mut self, name: &str, entries: Vec<(String, String)>) -> String {
        let names = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name}_{number}")));
        for name in names {
            match self.codes.iter().find(|known| known.name == name) {
                Some(known) if known.entries == entries => return name,
                Some(_) => {}
                None => {
                    self.codes.push(CodeList { name: name.clone(), entries });
                    return name;
                }
            }
        }
        name.to_owned()
    }
}

/// The enum all of whose words are in a column's name; of several the one with most words.
fn by_word<'o>(enums: &'o [Enumeration], column: &str) -> Option<&'o Enumeration> {
    const EMPTY: [&str; 8] = ["enum", "enums", "code", "cd", "id", "c", "tp", "app"];
    let words = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.split('_').filter(|word| !EMPTY.contains(word)).map(str::to_owned).collect::<Vec<_>>()
    };
    let of_column = words(column);
    let shared = |known: &Enumeration| {
        let own = words(&known.name);
        let is_within = !own.is_empty() && own.iter().all(|word| of_column.contains(word));
        is_within.then_some(own.len())
    };
    enums.iter().filter(|known| shared(known).is_some()).max_by_key(|known| shared(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import_legacy::json::Place;

    #[test]
    fn an_enum_is_found_by_the_words_of_the_column() {
        let named =
            |name: &str| Enumeration { name: name.to_owned(), place: Place::default(), codes: Vec::new() };
        let enums = ["decision_enum", "address_type_enum", "status", "app_source_enum"].map(named);
        for (column, expected) in [
            ("decision_type_enum", Some("decision_enum")),
            ("contact_address_type", Some("address_type_enum")),
            ("marital_status_enum", Some("status")),
            ("source_enum", Some("app_source_enum")),
            ("housing_enum", None),
            ("app_enum", None),
        ] {
            assert_eq!(by_word(&enums, column).map(|found| &*found.name), expected, "{column}");
        }
    }
}
