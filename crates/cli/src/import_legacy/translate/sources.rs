//! Where a mapping's value is found.

use super::paths::{Kinds, attribute, conditions, relative, step};
use super::translator::Translator;
use crate::import_legacy::differences::Difference;
use crate::import_legacy::old::{Contact, ElementType, Mapping, RowKind, Rule, Step};

impl<'o> Translator<'o> {
    /// The path of a mapping's attribute from where its row stands; `None` after a problem.
    pub(super) fn path(
        &mut self,
        row_path: &[String],
        mapping: &Mapping,
        name: Option<&str>,
    ) -> Option<String> {
        if let Some(contact) = mapping.contact() {
            return self.path_of_contact(row_path, mapping, contact, name);
        }
        if mapping.has(&Step::CurrentAddress) {
            return self.path_of_address(row_path, mapping, name);
        }
        let target = if mapping.path.is_empty() { row_path } else { &mapping.path };
        Some(attribute(&relative(row_path, target), name))
    }

    /// The last contact of a kind, or what lies within it.
    fn path_of_contact(
        &mut self,
        row_path: &[String],
        mapping: &Mapping,
        contact: Contact,
        name: Option<&str>,
    ) -> Option<String> {
        let rule = self.contact_rule(mapping)?;
        let place = usize::from(contact != Contact::LastValidPrimary);
        let Some((kind, value)) = rule.kind(place) else {
            let which = if place == 0 { "first" } else { "second" };
            let message = format!("the rule for contacts has no {which} type, and a mapping asks for it");
            let hint = "list the types in `required_attributes`, the preferred one first";
            self.notes.problem(&mapping.place, message, hint);
            return None;
        };
        let mut wanted = if contact == Contact::LastSecondary {
            self.notes.concern(Difference::SecondContactWithoutId, mapping.index);
            vec![format!("@{kind} = {}", super::paths::literal(value))]
        } else {
            conditions(rule, Kinds::Only(place))
        };
        let rest = mapping.path.strip_prefix(&rule.path[..]).unwrap_or_default();
        let below = self.below_contact(rule, rest);
        if matches!(mapping.row(), Some(RowKind::History)) && contact == Contact::LastValidPrimary {
            self.notes.concern(Difference::HistoryOfEarlierContacts, mapping.index);
            wanted.push(format!("{} != ''", attribute(&below, name)));
        }
        self.notes.concern(Difference::OneRuleForContacts, mapping.index);
        let start = above(row_path, &rule.path);
        let contact = format!("{start}{}[last()]", step(rule.path.last()?, &wanted));
        Some(attribute(
            &[&*contact, &below].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/"),
            name,
        ))
    }

    /// From a contact to what lies within it: the preferred address, else the last element.
    fn below_contact(&self, rule: &Rule, rest: &[String]) -> String {
        let path = rule.path.iter().chain(rest).cloned().collect::<Vec<_>>();
        match self.old.rules.of_path(&path) {
            Some((ElementType::Address, address)) if rest.len() == 1 => preferred(address),
            _ => relative(&[], rest),
        }
    }

    /// The contact's preferred address.
    fn path_of_address(
        &mut self,
        row_path: &[String],
        mapping: &Mapping,
        name: Option<&str>,
    ) -> Option<String> {
        let Some(rule) = &self.old.rules.address else {
            let hint = "add one to `element_filtering`";
            self.notes.problem(&mapping.place, "curr_address_only without a rule for addresses", hint);
            return None;
        };
        let parent = &rule.path[..rule.path.len().saturating_sub(1)];
        let base = if row_path == rule.path { "..".to_owned() } else { relative(row_path, parent) };
        let path = if base.is_empty() { preferred(rule) } else { format!("{base}/{}", preferred(rule)) };
        Some(attribute(&path, name))
    }

    fn contact_rule(&mut self, mapping: &Mapping) -> Option<&'o Rule> {
        if self.old.rules.contact.is_none() {
            let hint = "add one to `element_filtering`";
            self.notes.problem(
                &mapping.place,
                "a mapping asks for a contact, and there is no rule for contacts",
                hint,
            );
        }
        self.old.rules.contact.as_ref()
    }
}

/// The last address of the first type that its rule takes.
fn preferred(rule: &Rule) -> String {
    let name = rule.path.last().map_or("", String::as_str);
    format!("{}[last()]", step(name, &conditions(rule, Kinds::Only(0))))
}

/// The way from a row to the parent of an element, with the slash behind it.
fn above(row_path: &[String], path: &[String]) -> String {
    match relative(row_path, &path[..path.len().saturating_sub(1)]) {
        way if way.is_empty() => way,
        way => format!("{way}/"),
    }
}
