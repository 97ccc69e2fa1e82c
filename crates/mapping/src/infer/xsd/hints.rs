//! What a schema says about the elements that the documents have: both are walked side by side, by name.

use std::collections::HashMap;

use crate::infer::profile::{Attribute, ElementId, Profile};

use super::file::{QName, XsdNode};
use super::schema::{Content, Schema};
use super::simple::SimpleType;

/// What is said about elements and attributes; nothing about those that the schema does not know.
#[derive(Debug, Default)]
pub(in crate::infer) struct Hints {
    elements: HashMap<ElementId, ElementHint>,
    attributes: HashMap<(ElementId, usize), ValueHint>,
}

/// What is said about an element.
#[derive(Clone, Copy, Debug)]
pub(in crate::infer) struct ElementHint {
    /// Its place among its siblings.
    pub(in crate::infer) order: usize,
    pub(in crate::infer) is_repeated: bool,
    pub(in crate::infer) value: ValueHint,
}

/// What is said about a value.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::infer) struct ValueHint {
    /// It is there wherever its element (an attribute's) or its parent (an element's) is.
    pub(in crate::infer) is_required: bool,
    pub(in crate::infer) data_type: Option<SimpleType>,
}

impl Hints {
    pub(in crate::infer) fn element(&self, id: ElementId) -> Option<&ElementHint> {
        self.elements.get(&id)
    }

    pub(in crate::infer) fn attribute(&self, id: ElementId, at: usize) -> Option<&ValueHint> {
        self.attributes.get(&(id, at))
    }

    pub(in crate::infer) fn len(&self) -> usize {
        self.elements.len()
    }
}

/// What the schema says about a root and everything below it; nothing when it does not declare the root.
pub(in crate::infer) fn hints(schema: &Schema, profile: &Profile, root: ElementId) -> Hints {
    let mut hints = Hints::default();
    if let Some(declaration) = schema.root(&name_of(profile, root)) {
        add(schema, profile, root, declaration, &mut hints);
    }
    hints
}

fn add(schema: &Schema, profile: &Profile, id: ElementId, declaration: &XsdNode, hints: &mut Hints) {
    let Content { elements, attributes, text } = schema.content(declaration);
    if let Some(hint) = hints.elements.get_mut(&id) {
        hint.value.data_type = text;
    }
    for (at, Attribute { name, .. }) in profile.elements.get(id).attributes.iter().enumerate() {
        let declared = attributes.iter().find(|(declared, ..)| **declared == *name.local);
        if let Some(&(_, is_required, data_type)) = declared {
            hints.attributes.insert((id, at), ValueHint { is_required, data_type });
        }
    }
    for (child, _) in profile.elements.children_of(id) {
        let name = name_of(profile, child);
        // Local elements may be unqualified, and a file without target namespace takes that of its includer.
        let is_it = |(namespace, local): &QName| {
            *local == name.1 && (*namespace == name.0 || namespace.is_empty() || name.0.is_empty())
        };
        let Some(order) = elements.iter().position(|(declared, _)| is_it(declared)) else { continue };
        let particle = elements[order].1;
        let hint = ElementHint {
            order,
            is_repeated: particle.is_repeated,
            value: ValueHint { is_required: particle.is_required, data_type: None },
        };
        hints.elements.insert(child, hint);
        add(schema, profile, child, particle.declaration, hints);
    }
}

fn name_of(profile: &Profile, id: ElementId) -> QName {
    let name = &profile.elements.get(id).name;
    (profile.elements.namespace(name.namespace).uri.to_string(), name.local.to_string())
}
