//! What a schema says about elements and attributes, be they seen in documents or only declared.

use std::collections::HashMap;

use crate::infer::profile::{Attribute, ElementId, Profile};
use crate::infer::reason::Reason;

use super::file::XsdNode;
use super::model::{Declared, Models};
use super::names::QName;
use super::schema::Schema;
use super::simple::SimpleType;

/// What is said about elements and attributes; nothing about those that the schema does not know.
#[derive(Debug, Default)]
pub(in crate::infer) struct Hints {
    pub(super) elements: HashMap<ElementId, ElementHint>,
    pub(super) attributes: HashMap<(ElementId, usize), ValueHint>,
}

/// What is said about an element.
#[derive(Clone, Debug)]
pub(in crate::infer) struct ElementHint {
    /// Its place among its siblings.
    pub(in crate::infer) order: usize,
    pub(in crate::infer) is_repeated: bool,
    /// It is to be kept as markup.
    pub(in crate::infer) markup: Option<Reason>,
    /// Elements and attributes that the schema does not name may be in it.
    pub(in crate::infer) has_other_elements: bool,
    pub(in crate::infer) has_other_attributes: bool,
    pub(in crate::infer) value: ValueHint,
}

/// What is said about a value.
#[derive(Clone, Debug, Default)]
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

/// What the schema says about a root of documents and everything below it; nothing when it does not declare the root.
pub(in crate::infer) fn hints(schema: &Schema, profile: &Profile, root: ElementId) -> Hints {
    let mut hints = Hints::default();
    let mut models = Models::new(schema);
    let root_name = name_of(profile, root);
    // A document may leave out the namespace that its schema has.
    let without = (schema.target().to_owned(), root_name.1.clone());
    let declaration = schema.global("element", &root_name).or_else(|| schema.global("element", &without));
    if let Some(declaration) = declaration {
        add(&mut models, profile, root, declaration, &mut hints);
    }
    hints
}

fn add<'s>(
    models: &mut Models<'s>,
    profile: &Profile,
    id: ElementId,
    declaration: &'s XsdNode,
    hints: &mut Hints,
) {
    let Declared { model, is_nillable, .. } = models.of_element(declaration);
    if let Some(hint) = hints.elements.get_mut(&id) {
        hint.value.data_type = model.text.clone();
        hint.value.is_required &= !is_nillable;
        hint.markup = model.is_mixed.then_some(Reason::Mixed);
    }
    for (at, Attribute { name, .. }) in profile.elements.get(id).attributes.iter().enumerate() {
        let namespace = &profile.elements.namespace(name.namespace).uri;
        let declared = model.attributes.find(&(namespace.to_string(), name.local.to_string()));
        if let Some(attribute) = declared {
            let data_type = Some(attribute.data_type.clone());
            hints.attributes.insert((id, at), ValueHint { is_required: attribute.is_required, data_type });
        }
    }
    for (child, _) in profile.elements.children_of(id) {
        let name = name_of(profile, child);
        // Documents do not always say whether local names are qualified as their schema does.
        let target = declaration.namespace.to_string();
        let spellings = [name.clone(), (String::new(), name.1.clone()), (target, name.1)];
        let Some((order, particle)) = spellings.iter().find_map(|name| model.particles.find(name)) else {
            continue;
        };
        let hint = ElementHint {
            order,
            is_repeated: particle.max > 1,
            markup: None,
            // The documents say which there are.
            has_other_elements: false,
            has_other_attributes: false,
            value: ValueHint { is_required: particle.min > 0, data_type: None },
        };
        hints.elements.insert(child, hint);
        add(models, profile, child, particle.declaration, hints);
    }
}

fn name_of(profile: &Profile, id: ElementId) -> QName {
    let name = &profile.elements.get(id).name;
    (profile.elements.namespace(name.namespace).uri.to_string(), name.local.to_string())
}
