//! What an element has in documents that count.

use super::profile::{Element, ElementId, Name, Profile};

/// Whether an element has attributes, or text of its own.
pub(super) fn has_own_values(profile: &Profile, id: ElementId) -> bool {
    present_attributes(profile, id).next().is_some() || profile.elements.text(id).filled_count() > 0
}

/// Children that there are; documents that do not count may have had others.
pub(super) fn present_children(
    profile: &Profile,
    id: ElementId,
) -> impl Iterator<Item = (ElementId, &Element)> {
    profile.elements.children_of(id).filter(|(_, child)| child.instance_count > 0)
}

/// Names of attributes that there are.
pub(super) fn present_attributes(profile: &Profile, id: ElementId) -> impl Iterator<Item = &Name> {
    let attributes = profile.elements.get(id).attributes.iter();
    attributes
        .filter(|attribute| profile.elements.value(attribute).count > 0)
        .map(|attribute| &attribute.name)
}
