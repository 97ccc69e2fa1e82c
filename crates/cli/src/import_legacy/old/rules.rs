//! `element_filtering`: which contacts, addresses and employments count.

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ElementType {
    Contact,
    Address,
    Employment,
}

/// The rules of a contract, at most one of each type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) contact: Option<Rule>,
    pub(crate) address: Option<Rule>,
    pub(crate) employment: Option<Rule>,
}

/// An item of `filter_rules`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rule {
    /// Absolute path of the element.
    pub(crate) path: Vec<String>,
    /// Attributes that must be there.
    pub(crate) present: Vec<String>,
    /// Attributes that must have one of these values; the first of them is the type attribute, its values the best first.
    pub(crate) one_of: Vec<(String, Vec<String>)>,
}

impl Rules {
    /// The rule whose elements have this path.
    pub(crate) fn of_path(&self, path: &[String]) -> Option<(ElementType, &Rule)> {
        let all = [
            (ElementType::Contact, &self.contact),
            (ElementType::Address, &self.address),
            (ElementType::Employment, &self.employment),
        ];
        all.into_iter()
            .filter_map(|(kind, rule)| rule.as_ref().map(|rule| (kind, rule)))
            .find(|(_, rule)| rule.path == path)
    }
}

impl Rule {
    /// The type attribute and the value at a place of its list.
    pub(crate) fn kind(&self, place: usize) -> Option<(&str, &str)> {
        let (attribute, values) = self.one_of.first()?;
        Some((attribute, values.get(place)?))
    }
}
