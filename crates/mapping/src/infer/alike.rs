//! Elements that hold the same things are of one kind, whatever they are called: what stands several times in a seller may do so in a buyer.

use std::collections::{HashMap, HashSet};

use super::present::present_children;
use super::profile::{DOCUMENT, Profile};

/// So many kinds of children in common, and this share of all that either has, make two elements alike: one of two.
const MIN_COMMON: usize = 3;
const COMMON_SHARE: usize = 2;

/// Names that elements of other names have around what stands several times below elements that are alike.
///
/// Elements are compared by name, and only those that share a child which is repeated in one of them: at most the square of the names with
/// [`MIN_COMMON`] children and more, which the limits of a profile bound.
pub(super) fn repeated_in_alike<'p>(
    profile: &'p Profile,
    repeated: &HashSet<(&'p str, &'p str)>,
) -> Vec<(&'p str, &'p str)> {
    let children = children_by_name(profile);
    let mut holders = HashMap::<&str, Vec<&str>>::new();
    for (&around, names) in &children {
        names.iter().for_each(|&name| holders.entry(name).or_default().push(around));
    }
    let mut found = Vec::new();
    for &(around, name) in repeated {
        let Some(of_one) = children.get(around) else { continue };
        for &other in holders.get(name).into_iter().flatten() {
            if other != around && are_alike(of_one, &children[other]) {
                found.push((other, name));
            }
        }
    }
    found
}

/// Names of all children that elements of a name have, of those that have enough.
fn children_by_name(profile: &Profile) -> HashMap<&str, HashSet<&str>> {
    let mut children = HashMap::<&str, HashSet<&str>>::new();
    for id in profile.elements.ids() {
        let element = profile.elements.get(id);
        if element.parent != DOCUMENT {
            let names = present_children(profile, id).map(|(_, child)| &*child.name.local);
            children.entry(&element.name.local).or_default().extend(names);
        }
    }
    children.retain(|_, names| names.len() >= MIN_COMMON);
    children
}

fn are_alike(one: &HashSet<&str>, other: &HashSet<&str>) -> bool {
    let common = one.intersection(other).count();
    common >= MIN_COMMON && common * COMMON_SHARE >= one.len() + other.len() - common
}
