//! Names that two things could mean: `party_identification` of the seller or of the buyer. Those keep their owner, the nearest element
//! around them that stands in one place only.

use std::collections::{HashMap, HashSet};

use super::draft::DraftTable;
use super::present::{present_attributes, present_children};
use super::profile::{DOCUMENT, ElementId, Profile};

/// How many names, from the end, say what a table or column is of, by the places where elements of a name stand.
pub(super) struct Owners<'p> {
    profile: &'p Profile,
    places: HashMap<&'p str, u32>,
}

impl<'p> Owners<'p> {
    /// Of tables: all elements that hold something count.
    pub(super) fn of_tables(profile: &'p Profile) -> Self {
        let mut places = HashMap::new();
        for id in profile.elements.ids() {
            let holds = present_children(profile, id).next().is_some()
                || present_attributes(profile, id).next().is_some();
            if holds {
                *places.entry(&*profile.elements.get(id).name.local).or_default() += 1;
            }
        }
        Self { profile, places }
    }

    /// Of the columns of a table: elements between its row and its values count.
    pub(super) fn of_columns(profile: &'p Profile, table: &DraftTable) -> Self {
        let mut places = HashMap::new();
        let mut known = HashSet::from([table.element]);
        for column in &table.columns {
            let mut at = column.element;
            while known.insert(at) {
                let element = profile.elements.get(at);
                *places.entry(&*element.name.local).or_default() += 1;
                at = element.parent;
            }
        }
        Self { profile, places }
    }

    /// How many of `count` names, of which `least` are taken at least, it takes to say what is meant: those from the owner on, when two
    /// could be meant. The names are those of the elements below `top` down to `element`, and may go on behind it.
    pub(super) fn needed(&self, top: ElementId, element: ElementId, count: usize, least: usize) -> usize {
        let mut chain = Vec::new();
        let mut at = element;
        while at != top && at != DOCUMENT {
            chain.push(at);
            at = self.profile.elements.get(at).parent;
        }
        let is_ambiguous = |id: &ElementId| {
            self.places.get(&*self.profile.elements.get(*id).name.local).is_some_and(|&places| places > 1)
        };
        // What is below one of two is one of two itself.
        let Some(first) = chain.iter().rev().position(is_ambiguous) else { return least };
        let is_told = first + least > count;
        if is_told { least } else { count - first.saturating_sub(1) }
    }
}
