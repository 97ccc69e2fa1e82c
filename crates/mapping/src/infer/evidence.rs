//! What is known of a value beyond its place: documents write the same thing in several places, and few samples show few of each.
//!
//! Attributes, and texts of elements, that have one name below elements of one name are taken together (`Party/CompanyID` of the seller and
//! of the buyer): what one of them cannot be read as, none is.

use std::collections::HashMap;

use super::draft::{Content, DraftColumn};
use super::profile::{DOCUMENT, Kind, Profile, ValueProfile};

/// Values by the names of what they stand in and of themselves.
#[derive(Debug)]
pub(super) struct Evidence<'p> {
    profile: &'p Profile,
    attributes: HashMap<(&'p str, &'p str), ValueProfile>,
    texts: HashMap<(&'p str, &'p str), ValueProfile>,
    /// Most digits behind the point of numbers, by the name of the element that they are the text of.
    fraction_digits: HashMap<&'p str, u32>,
}

impl<'p> Evidence<'p> {
    pub(super) fn new(profile: &'p Profile) -> Self {
        let mut evidence = Self {
            profile,
            attributes: HashMap::new(),
            texts: HashMap::new(),
            fraction_digits: HashMap::new(),
        };
        for id in profile.elements.ids() {
            let element = profile.elements.get(id);
            let around = if element.parent == DOCUMENT {
                ""
            } else {
                &profile.elements.get(element.parent).name.local
            };
            let text = profile.elements.text(id);
            if text.count > 0 {
                evidence.texts.entry((around, &element.name.local)).or_default().merge(text);
                if text.kinds.contains(Kind::Decimal) {
                    let most = evidence.fraction_digits.entry(&element.name.local).or_default();
                    *most = text.number.fraction_digits.max(*most);
                }
            }
            for attribute in &element.attributes {
                let value = profile.elements.value(attribute);
                if value.count > 0 {
                    let names = (&*element.name.local, &*attribute.name.local);
                    evidence.attributes.entry(names).or_default().merge(value);
                }
            }
        }
        evidence
    }

    /// Most digits behind the point of numbers that are texts of elements of a column's name.
    pub(super) fn fraction_digits(&self, column: &DraftColumn) -> u32 {
        match column.content {
            Content::Attribute(_) => 0,
            _ => {
                let name = &*self.profile.elements.get(column.element).name.local;
                self.fraction_digits.get(name).copied().unwrap_or_default()
            }
        }
    }

    /// All values that mean what a column's do.
    pub(super) fn of(&self, column: &DraftColumn) -> Option<&ValueProfile> {
        let element = self.profile.elements.get(column.element);
        match column.content {
            Content::Attribute(at) => {
                self.attributes.get(&(&*element.name.local, &*element.attributes[at].name.local))
            }
            _ if element.parent == DOCUMENT => self.texts.get(&("", &*element.name.local)),
            _ => self
                .texts
                .get(&(&*self.profile.elements.get(element.parent).name.local, &*element.name.local)),
        }
    }
}
