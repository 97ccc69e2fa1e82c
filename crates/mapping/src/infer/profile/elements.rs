//! The trie of paths: one node per different way from the root to an element.

use std::collections::HashMap;

use crate::xml::{RawAttribute, StartTag};

use super::limits::ProfileLimits;
use super::main_namespace::{MAIN, MAIN_URI, MainNamespace};
use super::name_list::{Name, NameList, Namespace, NamespaceId};
use super::root_names::RootNames;
use super::value::ValueProfile;

/// Index of a node of the trie.
pub(crate) type ElementId = u32;
/// Index of a value.
pub(super) type ValueId = u32;

/// The node above all roots.
pub(crate) const DOCUMENT: ElementId = 0;

/// All elements with their values.
#[derive(Debug)]
pub(crate) struct Elements {
    limits: ProfileLimits,
    main: MainNamespace,
    roots: RootNames,
    namespaces: Vec<Namespace>,
    namespace_ids: HashMap<Box<str>, usize>,
    elements: Vec<Element>,
    values: Vec<ValueProfile>,
}

/// All elements that have the same path.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) name: Name,
    pub(crate) parent: ElementId,
    /// What is below is not looked at: it is within itself, and could go on for ever.
    pub(crate) is_closed: bool,
    /// Names below it, or attributes, are too many to be told apart.
    pub(crate) has_too_many_names: bool,
    child_names: NameList,
    children: Vec<ElementId>,
    attribute_names: NameList,
    pub(crate) attributes: Vec<Attribute>,
    text: ValueId,
    /// How many there are.
    pub(crate) instance_count: u64,
    /// How many documents have one.
    pub(crate) document_count: u64,
    /// Most of them within one parent.
    pub(crate) max_per_parent: u64,
    /// How many have elements below.
    pub(crate) container_count: u64,
    /// How many have text besides elements.
    pub(crate) mixed_count: u64,
    pub(super) last_document: u64,
    /// The parent instance that the last one was in, and how many were in it.
    pub(super) last_parent: u64,
    pub(super) in_last_parent: u64,
}

/// An attribute of elements with the same path.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: Name,
    value: ValueId,
}

impl Elements {
    pub(super) fn new(limits: ProfileLimits, roots: RootNames) -> Self {
        let none = Namespace { uri: Box::default(), prefix: Box::default() };
        let main = Namespace { uri: MAIN_URI.into(), prefix: Box::default() };
        let namespace_ids = HashMap::from([(none.uri.clone(), 0), (main.uri.clone(), MAIN)]);
        let mut elements = Self {
            limits,
            main: MainNamespace::default(),
            roots,
            namespaces: vec![none, main],
            namespace_ids,
            elements: Vec::new(),
            values: Vec::new(),
        };
        elements.push(DOCUMENT, Name { local: Box::default(), namespace: 0 });
        elements
    }

    pub(crate) fn get(&self, id: ElementId) -> &Element {
        &self.elements[id as usize]
    }

    /// All elements but the one above the roots, parents first.
    pub(crate) fn ids(&self) -> impl DoubleEndedIterator<Item = ElementId> + use<> {
        DOCUMENT + 1..self.elements.len() as ElementId
    }

    pub(super) fn get_mut(&mut self, id: ElementId) -> &mut Element {
        &mut self.elements[id as usize]
    }

    /// Names looked at so far.
    pub(super) fn compared(&self) -> u64 {
        self.elements
            .iter()
            .map(|element| element.child_names.compared() + element.attribute_names.compared())
            .sum()
    }

    /// A namespace; of that of roots, which may be several, the first.
    pub(crate) fn namespace(&self, id: NamespaceId) -> &Namespace {
        if id as usize == MAIN { self.main.first() } else { &self.namespaces[id as usize] }
    }

    /// Whether a name is in the namespace of its root, and roots are in several.
    pub(crate) fn is_of_several_namespaces(&self, name: &Name) -> bool {
        name.namespace as usize == MAIN && self.main.are_several()
    }

    /// The document that was recorded last counts, and so do the namespace and the name of its root.
    pub(super) fn keep_root(&mut self) {
        self.main.keep();
        self.roots.keep();
    }

    /// Names of roots that are one kind of document.
    pub(crate) fn roots(&self) -> &RootNames {
        &self.roots
    }

    /// Children in order of first appearance, also those that were only seen in documents that do not count.
    pub(crate) fn children_of(&self, id: ElementId) -> impl Iterator<Item = (ElementId, &Element)> {
        self.get(id).children.iter().map(|&child| (child, self.get(child)))
    }

    /// The text of an element.
    pub(crate) fn text(&self, id: ElementId) -> &ValueProfile {
        &self.values[self.get(id).text as usize]
    }

    /// The value of an attribute.
    pub(crate) fn value(&self, attribute: &Attribute) -> &ValueProfile {
        &self.values[attribute.value as usize]
    }

    pub(super) fn text_id(&self, id: ElementId) -> ValueId {
        self.get(id).text
    }

    pub(super) fn value_mut(&mut self, id: ValueId) -> &mut ValueProfile {
        &mut self.values[id as usize]
    }

    /// The child that a tag is; `None` when there is no room to know it.
    pub(super) fn child(&mut self, parent: ElementId, tag: &StartTag<'_, '_>) -> Option<ElementId> {
        if parent == DOCUMENT {
            self.main.begin_document(tag.namespace(), tag.prefix());
            self.roots.begin_document(tag.local());
        }
        let local = if parent == DOCUMENT { self.roots.known_as(tag.local()) } else { tag.local() };
        let namespace = self.main.known_as(tag.namespace());
        let element = &mut self.elements[parent as usize];
        if let Some(at) = element.child_names.find(local, namespace, &self.namespaces) {
            return Some(element.children[at]);
        }
        self.new_child(parent, tag)
    }

    #[cold]
    fn new_child(&mut self, parent: ElementId, tag: &StartTag<'_, '_>) -> Option<ElementId> {
        let namespace = self.main.known_as(tag.namespace());
        // Markup within itself goes on in all ways: that it is within itself is known by now.
        let is_markup = self.elements[parent as usize].mixed_count > 0;
        if is_markup && self.same_name_around(parent).is_some() {
            self.elements[parent as usize].is_closed = true;
        }
        let local = if parent == DOCUMENT { self.roots.known_as(tag.local()) } else { tag.local() };
        let local = Box::<str>::from(local);
        self.add_child(parent, &local, (namespace, tag.prefix()))
    }

    pub(super) fn add_child(
        &mut self,
        parent: ElementId,
        local: &str,
        (namespace, prefix): (&str, &str),
    ) -> Option<ElementId> {
        let element = &self.elements[parent as usize];
        let ProfileLimits { max_elements, max_values, max_names, max_depth: _, max_attributes: _ } =
            self.limits;
        let is_full = self.elements.len() > max_elements
            || self.values.len() > max_values
            || element.child_names.len() >= max_names;
        // What lies below an element within itself is not looked at: it could go on for ever.
        if is_full || element.is_closed {
            return None;
        }
        let namespace = self.namespace_id(namespace, prefix);
        let name = Name { local: local.into(), namespace };
        let id = self.push(parent, name.clone());
        let element = &mut self.elements[parent as usize];
        element.child_names.add(name);
        element.children.push(id);
        Some(id)
    }

    /// The value that an attribute is; `None` when there is no room to know it.
    pub(super) fn attribute(
        &mut self,
        element: ElementId,
        tag: &StartTag<'_, '_>,
        attribute: &RawAttribute<'_>,
    ) -> Option<ValueId> {
        let (local, namespace) = (attribute.local(), tag.attribute_namespace(attribute));
        let known = &mut self.elements[element as usize];
        if let Some(at) = known.attribute_names.find(local, namespace, &self.namespaces) {
            return Some(known.attributes[at].value);
        }
        if self.values.len() > self.limits.max_values || known.attributes.len() >= self.limits.max_names {
            return None;
        }
        Some(self.add_attribute(element, local, (namespace, attribute.prefix())))
    }

    pub(super) fn add_attribute(
        &mut self,
        element: ElementId,
        local: &str,
        (namespace, prefix): (&str, &str),
    ) -> ValueId {
        let namespace = self.namespace_id(namespace, prefix);
        let name = Name { local: local.into(), namespace };
        let value = self.values.len() as ValueId;
        self.values.push(ValueProfile::default());
        let known = &mut self.elements[element as usize];
        known.attribute_names.add(name.clone());
        known.attributes.push(Attribute { name, value });
        value
    }

    /// Whether an element may have so many children and attributes more.
    pub(in crate::infer) fn has_room(&self, child_count: usize, attribute_count: usize) -> bool {
        let ProfileLimits { max_elements, max_values, max_names: _, max_depth: _, max_attributes: _ } =
            self.limits;
        self.elements.len() + child_count <= max_elements
            && self.values.len() + child_count + attribute_count <= max_values
    }

    fn namespace_id(&mut self, uri: &str, prefix: &str) -> NamespaceId {
        let known = self.namespace_ids.get(uri).copied();
        let at = known.unwrap_or_else(|| {
            self.namespaces.push(Namespace { uri: uri.into(), prefix: prefix.into() });
            self.namespace_ids.insert(uri.into(), self.namespaces.len() - 1);
            self.namespaces.len() - 1
        });
        if self.namespaces[at].prefix.is_empty() && at > 0 {
            self.namespaces[at].prefix = prefix.into();
        }
        at as NamespaceId
    }

    fn push(&mut self, parent: ElementId, name: Name) -> ElementId {
        let id = self.elements.len() as ElementId;
        let text = self.values.len() as ValueId;
        self.values.push(ValueProfile::default());
        let is_closed =
            self.named_from(parent, &name).and_then(|outer| self.same_name_around(outer)).is_some();
        self.elements.push(Element {
            name,
            parent,
            is_closed,
            has_too_many_names: false,
            child_names: NameList::default(),
            children: Vec::new(),
            attribute_names: NameList::default(),
            attributes: Vec::new(),
            text,
            instance_count: 0,
            document_count: 0,
            max_per_parent: 0,
            container_count: 0,
            mixed_count: 0,
            last_document: 0,
            last_parent: 0,
            in_last_parent: 0,
        });
        id
    }

    /// The nearest element around an element that has its name.
    pub(crate) fn same_name_around(&self, id: ElementId) -> Option<ElementId> {
        let element = self.get(id);
        self.named_from(element.parent, &element.name)
    }

    /// The first with this name from here upwards.
    fn named_from(&self, mut at: ElementId, name: &Name) -> Option<ElementId> {
        while at != DOCUMENT {
            let element = self.get(at);
            if element.name == *name {
                return Some(at);
            }
            at = element.parent;
        }
        None
    }
}
