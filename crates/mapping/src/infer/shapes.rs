//! What an element is, told by all places where its name stands: one or several, columns or markup, a choice of unlike things.
//!
//! Few samples show few of each. What is repeated below one element is below another of the same name; what has text mixed with elements in
//! one place is markup in others; a list that happens to have one entry is a list.

use std::collections::{HashMap, HashSet};

use super::alike;
use super::present::{has_own_values, present_attributes, present_children};
use super::profile::{DOCUMENT, Element, ElementId, Name, Origin, Profile};
use super::reason::Reason;
use super::words::{is_plural_of, is_plural_word_of, snake};
use super::written::is_writable;
use super::xsd::Hints;

const XHTML: &str = "http://www.w3.org/1999/xhtml";
/// Children of a choice that are wide, or kinds that are many: their columns would stand side by side in one table.
const MIN_CHOICE_KINDS: usize = 3;
/// So many parents with one say that there is never another: of parts that some parents lack, and of what its attributes tell from its like.
const MANY_PARENTS: u64 = 50;
const VERY_MANY_PARENTS: u64 = 100;
/// Attributes that tell an element from its like.
const DISTINGUISHING: [&str; 26] = [
    "type", "id", "name", "key", "number", "lang", "use", "kind", "class", "role", "rel", "ref", "href",
    "no", "n", "level", "system", "target", "arch", "root", "location", "position", "side", "index", "seq",
    "sequence",
];
/// How elements are called of which documents have one or many.
const COUNTED: [&str; 17] = [
    "line",
    "item",
    "entry",
    "row",
    "record",
    "detail",
    "details",
    "position",
    "transaction",
    "subtotal",
    "tax_total",
    "ntry",
    "riepilogo",
    "payment_terms",
    "payment_means",
    "allowance_charge",
    "reference",
];
/// An element whose children are markup to this share is markup as a whole: two of three.
const PROSE_SHARE: (u64, u64) = (2, 3);

/// What every element is.
pub(super) struct Shapes<'p> {
    profile: &'p Profile,
    hints: &'p Hints,
    root: ElementId,
    /// Names of elements that stand several times below elements of a name, or below others that hold the same.
    repeated: HashSet<(&'p str, &'p str)>,
    markup: HashMap<ElementId, Reason>,
}

impl<'p> Shapes<'p> {
    pub(super) fn new(profile: &'p Profile, hints: &'p Hints, root: ElementId) -> Self {
        let mut shapes = Self { profile, hints, root, repeated: HashSet::new(), markup: HashMap::new() };
        for id in profile.elements.ids() {
            let element = profile.elements.get(id);
            if element.max_per_parent > 1 {
                shapes.repeated.insert((shapes.around(element), &element.name.local));
            }
        }
        shapes.repeated.extend(alike::repeated_in_alike(profile, &shapes.repeated));
        let mixed = MixedNames::new(profile);
        // Those below are known before those that hold them.
        for id in profile.elements.ids().rev() {
            if let Some(reason) = shapes.reason(id, &mixed) {
                shapes.markup.insert(id, reason);
            }
        }
        shapes
    }

    /// Whether an element may stand several times within its parent, by the documents or the schema.
    pub(super) fn is_repeated(&self, id: ElementId) -> bool {
        let element = self.element(id);
        let elsewhere = || {
            self.repeated.contains(&(self.around(element), &*element.name.local))
                || (id != self.root
                    && (is_entry_of_list(self.profile, id)
                        || is_called_one_of_several(self.profile, id)
                        || stands_beside_entries(self.profile, id)
                        || self.is_one_of_unlike(id)
                        || self.could_be_several(id)))
        };
        element.max_per_parent > 1 || self.hints.element(id).map_or_else(elsewhere, |hint| hint.is_repeated)
    }

    /// Whether an element was seen too seldom to say that there is never another: one that its attributes tell from others, or that is
    /// missing elsewhere, may be one of several. What is everywhere, and is called like nothing that is counted, is a part of its parent.
    fn could_be_several(&self, id: ElementId) -> bool {
        let element = self.element(id);
        let own_name = snake(&element.name.local);
        // Also `ordinalPairs` by its `ordinal`.
        let tells_apart = |name: &Name| {
            let attribute = snake(&name.local);
            DISTINGUISHING.contains(&&*attribute)
                || own_name.strip_prefix(&*attribute).is_some_and(|rest| rest.starts_with('_'))
        };
        if present_attributes(self.profile, id).any(tells_apart) {
            return element.instance_count < VERY_MANY_PARENTS || element.document_count < MANY_PARENTS;
        }
        let has_children = element.container_count > 0;
        let is_everywhere = element.parent != DOCUMENT
            && element.instance_count == self.element(element.parent).container_count;
        let is_counted = COUNTED.iter().any(|word| own_name.ends_with(word));
        has_children && element.instance_count < MANY_PARENTS && (!is_everywhere || is_counted)
    }

    /// Why an element is kept as markup; nothing when it is not.
    pub(super) fn markup(&self, id: ElementId) -> Option<Reason> {
        self.markup.get(&id).copied()
    }

    /// Whether an element only holds one of several unlike things, each of which is better off in a table of its own.
    pub(super) fn is_choice(&self, id: ElementId) -> bool {
        let element = self.element(id);
        if self.markup(id).is_some() || self.hints.element(id).is_some() || has_own_values(self.profile, id) {
            return false;
        }
        let are_containers = present_children(self.profile, id)
            .all(|(id, child)| child.container_count > 0 && self.markup(id).is_none());
        are_containers && self.holds_one_each(element, id)
    }

    /// Whether an element holds one of several kinds of things, never two.
    fn holds_one_each(&self, element: &Element, id: ElementId) -> bool {
        let (mut kinds, mut all, mut are_single) = (0, 0, true);
        for (_, child) in present_children(self.profile, id) {
            kinds += 1;
            all += child.instance_count;
            are_single &= child.max_per_parent == 1;
        }
        kinds >= MIN_CHOICE_KINDS && all == element.container_count && are_single
    }

    /// Whether an element stands in one that is there for nothing but one of several kinds of things, and was seen too seldom to say that it
    /// never holds several of them.
    fn is_one_of_unlike(&self, id: ElementId) -> bool {
        let element = self.element(id);
        let around = element.parent;
        around != DOCUMENT
            && element.instance_count < MANY_PARENTS
            && !has_own_values(self.profile, around)
            && self.holds_one_each(self.element(around), around)
    }

    fn element(&self, id: ElementId) -> &'p Element {
        self.profile.elements.get(id)
    }

    /// The name that an element stands below.
    fn around(&self, element: &'p Element) -> &'p str {
        if element.parent == DOCUMENT { "" } else { &self.element(element.parent).name.local }
    }

    fn reason(&self, id: ElementId, mixed: &MixedNames<'p>) -> Option<Reason> {
        let element = self.element(id);
        if element.instance_count == 0 {
            return None;
        }
        let declared = self.hints.element(id).and_then(|hint| hint.markup);
        let is_root = id == self.root;
        if declared.is_some() && (!is_root || self.profile.origin == Origin::Schema) {
            declared
        } else if element.has_too_many_names || self.has_unwritable_names(id) {
            Some(Reason::TooManyNames)
        } else if element.container_count > 0 && self.is_within_itself(id) {
            Some(Reason::NestedInItself)
        } else if is_root || self.profile.origin == Origin::Schema {
            None
        } else if element.mixed_count > 0 || mixed.has(self.around(element), element) {
            Some(Reason::Mixed)
        } else if *self.profile.elements.namespace(element.name.namespace).uri == *XHTML {
            Some(Reason::Xhtml)
        } else if self.holds_prose(id) {
            Some(Reason::Prose)
        } else {
            None
        }
    }

    /// Whether most of what an element holds is text with markup: paragraphs, not fields.
    fn holds_prose(&self, id: ElementId) -> bool {
        let (part, whole) = PROSE_SHARE;
        let mut all = 0;
        let mut prose = 0;
        for (child, known) in present_children(self.profile, id) {
            all += known.instance_count;
            if matches!(self.markup(child), Some(Reason::Mixed | Reason::Xhtml | Reason::Prose)) {
                prose += known.instance_count;
            }
        }
        prose > 0 && prose * whole >= all * part
    }

    /// Whether an element is the same kind of thing as one of its name around it: what is in both is alike, or it goes on further down.
    fn is_within_itself(&self, id: ElementId) -> bool {
        let element = self.element(id);
        if element.is_closed {
            return true;
        }
        if self.profile.origin == Origin::Schema {
            return false;
        }
        let Some(outer) = self.profile.elements.same_name_around(id) else { return false };
        let outer_names = self.names_in(outer).collect::<HashSet<_>>();
        let (mut all, mut common) = (0, 0);
        for name in self.names_in(id) {
            all += 1;
            common += usize::from(outer_names.contains(name));
        }
        common * 2 >= all
    }

    /// Names of children and attributes that there are.
    fn names_in(&self, id: ElementId) -> impl Iterator<Item = &'p Name> + use<'p> {
        let children = present_children(self.profile, id).map(|(_, child)| &child.name);
        children.chain(present_attributes(self.profile, id))
    }

    /// Names that XML has and paths cannot write: those that end in a point, and those of several namespaces that are told apart by nothing.
    fn has_unwritable_names(&self, id: ElementId) -> bool {
        let is_indistinct = |name: &Name| {
            self.profile.elements.is_of_several_namespaces(name)
                && present_children(self.profile, id).any(|(_, other)| {
                    other.name.local == name.local && other.name.namespace != name.namespace
                })
        };
        self.names_in(id).any(|name| !is_writable(&name.local) || is_indistinct(name))
    }
}

/// Names of elements that have text mixed with elements somewhere.
struct MixedNames<'p> {
    /// By what they stand in.
    in_parents: HashSet<(&'p str, &'p Name)>,
    /// How many places there are.
    places: HashMap<&'p Name, u32>,
}

impl<'p> MixedNames<'p> {
    fn new(profile: &'p Profile) -> Self {
        let mut mixed = Self { in_parents: HashSet::new(), places: HashMap::new() };
        for id in profile.elements.ids() {
            let element = profile.elements.get(id);
            // What is mixed within a root is no field of it.
            if element.mixed_count > 0 && element.parent != DOCUMENT {
                let around = profile.elements.get(element.parent);
                mixed.in_parents.insert((&around.name.local, &element.name));
                *mixed.places.entry(&element.name).or_default() += 1;
            }
        }
        mixed
    }

    /// Whether an element is mixed where it stands below such a name, or in several other places. One that is known to hold nothing but
    /// elements is not.
    fn has(&self, around: &'p str, element: &'p Element) -> bool {
        const MANY_CONTAINERS: u64 = 20;
        let is_structured = element.container_count >= MANY_CONTAINERS && element.mixed_count == 0;
        let is_mixed = self.in_parents.contains(&(around, &element.name))
            || self.places.get(&element.name).is_some_and(|&places| places > 1);
        is_mixed && !is_structured
    }
}

/// Whether an element is the one kind of thing in a container that is called after several of it.
pub(super) fn is_entry_of_list(profile: &Profile, id: ElementId) -> bool {
    let element = profile.elements.get(id);
    if element.parent == DOCUMENT {
        return false;
    }
    let is_only_kind = present_children(profile, element.parent).count() == 1;
    is_only_kind && is_plural_of(&profile.elements.get(element.parent).name.local, &element.name.local)
}

/// Whether an element stands in one whose name is its plural, beside others or alone: `licenses/license`.
fn is_called_one_of_several(profile: &Profile, id: ElementId) -> bool {
    let element = profile.elements.get(id);
    element.parent != DOCUMENT
        && is_plural_word_of(&profile.elements.get(element.parent).name.local, &element.name.local)
}

/// Whether an element stands beside such a one in a container that has nothing else to say: it is an entry, too (`licenses/expression`).
fn stands_beside_entries(profile: &Profile, id: ElementId) -> bool {
    let around = profile.elements.get(id).parent;
    around != DOCUMENT
        && !has_own_values(profile, around)
        && present_children(profile, around)
            .any(|(other, _)| other != id && is_called_one_of_several(profile, other))
}
