//! The attributes that a type lets an element have.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::file::XsdNode;
use super::names::QName;
use super::schema::Schema;
use super::simple::{SimpleType, any_text};
use super::simple_types::SimpleTypes;

/// Groups refer to each other no further than this.
const MAX_DEPTH: usize = 32;

/// An attribute.
#[derive(Clone, Debug)]
pub(super) struct AttributeUse {
    pub(super) name: QName,
    pub(super) is_required: bool,
    is_prohibited: bool,
    pub(super) data_type: SimpleType,
}

/// Attributes by name, in the order of the schema.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    list: Vec<AttributeUse>,
    places: HashMap<QName, usize>,
    /// There may be attributes that the schema does not name.
    pub(super) has_any: bool,
}

impl Attributes {
    /// Those that there may be.
    pub(super) fn list(&self) -> impl Iterator<Item = &AttributeUse> {
        self.list.iter().filter(|attribute| !attribute.is_prohibited)
    }

    /// The attribute of a name.
    pub(super) fn find(&self, name: &QName) -> Option<&AttributeUse> {
        self.places.get(name).map(|&at| &self.list[at]).filter(|attribute| !attribute.is_prohibited)
    }

    /// Takes others in, which count for more than those of the same name.
    pub(super) fn take(&mut self, others: Self) {
        self.has_any |= others.has_any;
        others.list.into_iter().for_each(|other| self.put(other));
    }

    fn put(&mut self, attribute: AttributeUse) {
        match self.places.get(&attribute.name) {
            Some(&at) => self.list[at] = attribute,
            None => {
                self.places.insert(attribute.name.clone(), self.list.len());
                self.list.push(attribute);
            }
        }
    }

    /// Those of one of several types.
    pub(super) fn one_of<'a>(members: impl Iterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        let mut counts = HashMap::<QName, usize>::new();
        let mut member_count = 0;
        for member in members {
            member_count += 1;
            all.has_any |= member.has_any;
            for attribute in member.list() {
                *counts.entry(attribute.name.clone()).or_default() += 1;
                let mut attribute = attribute.clone();
                if let Some(known) = all.find(&attribute.name) {
                    attribute.is_required &= known.is_required;
                    attribute.data_type = known.data_type.or(&attribute.data_type);
                }
                all.put(attribute);
            }
        }
        for attribute in &mut all.list {
            attribute.is_required &= counts[&attribute.name] == member_count;
        }
        all
    }
}

/// The attributes of a schema's types and groups; every group is looked at once.
#[derive(Debug)]
pub(super) struct AttributeModels<'s> {
    schema: &'s Schema,
    pub(super) simple: SimpleTypes<'s>,
    groups: HashMap<u32, Rc<Attributes>>,
    /// Groups that are being looked at: one that holds itself is no schema, but must not hang.
    open: HashSet<u32>,
}

impl<'s> AttributeModels<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        Self { schema, simple: SimpleTypes::new(schema), groups: HashMap::new(), open: HashSet::new() }
    }

    /// The attributes that a complex type, a derivation or a group of attributes declares.
    pub(super) fn declared_by(&mut self, node: &'s XsdNode) -> Attributes {
        let mut all = Attributes::default();
        for child in &node.children {
            match &*child.kind {
                "attribute" => {
                    if let Some(attribute) = self.attribute(child) {
                        all.put(attribute);
                    }
                }
                "attributeGroup" => all.take(Attributes::clone(&self.attribute_group(child))),
                "anyAttribute" => all.has_any = true,
                _ => {}
            }
        }
        all
    }

    fn attribute(&mut self, node: &'s XsdNode) -> Option<AttributeUse> {
        let schema = self.schema;
        let reference = node.reference("ref");
        let global = reference.and_then(|name| schema.global("attribute", name));
        if let (Some(name), None) = (reference, global) {
            self.simple.note_missing(name);
        }
        let declaration = global.unwrap_or(node);
        let name = reference.cloned().or_else(|| node.qname())?;
        let data_type = match (declaration.reference("type"), declaration.child(&["simpleType"])) {
            (Some(name), _) => self.simple.named(name),
            (None, Some(inner)) => self.simple.declared(inner),
            (None, None) => None,
        };
        Some(AttributeUse {
            name,
            is_required: node.attribute("use") == Some("required"),
            is_prohibited: node.attribute("use") == Some("prohibited"),
            data_type: data_type.unwrap_or_else(|| any_text("xs:anySimpleType")),
        })
    }

    fn attribute_group(&mut self, reference: &'s XsdNode) -> Rc<Attributes> {
        let schema = self.schema;
        let Some(name) = reference.reference("ref") else { return Rc::default() };
        let Some(group) = schema.global("attributeGroup", name) else {
            self.simple.note_missing(name);
            return Rc::new(Attributes { has_any: true, ..Attributes::default() });
        };
        if let Some(known) = self.groups.get(&group.id) {
            return Rc::clone(known);
        }
        if self.open.len() > MAX_DEPTH || !self.open.insert(group.id) {
            return Rc::default();
        }
        let found = Rc::new(self.declared_by(group));
        self.open.remove(&group.id);
        self.groups.insert(group.id, Rc::clone(&found));
        found
    }
}
