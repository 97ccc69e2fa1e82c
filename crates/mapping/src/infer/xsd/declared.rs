//! A schema without documents: the paths of the documents that it allows, as if each had been seen.
//!
//! When there is no room for all, those elements come first that a document most likely has, and what lies below the others is kept as
//! markup. So is an element of a type that is open around it, and whatever the schema says nothing about.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::infer::profile::{DOCUMENT, DeclaredContent, ElementId, Profile, ProfileLimits};
use crate::infer::reason::Reason;

use super::file::XsdNode;
use super::hints::{ElementHint, Hints, ValueHint};
use super::model::{Declared, Model, Models};
use super::names::QName;
use super::particles::Particle;
use super::schema::Schema;
use super::simple::{SimpleType, built_in};

/// The namespace of attributes that every document may have.
const XSI_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// So many names are told, and the others counted.
const MAX_NAMED: usize = 5;
/// More elements than this that may hold what the schema does not name have no tables for that.
const MAX_OTHER_TABLES: usize = 50;

/// What a schema says about one kind of document.
#[derive(Debug)]
pub(in crate::infer) struct FromSchema {
    pub(in crate::infer) profile: Profile,
    pub(in crate::infer) hints: Hints,
    pub(in crate::infer) root: ElementId,
    /// What the user should know.
    pub(in crate::infer) notes: Vec<String>,
}

/// The paths of all documents with this root element: all of them where there is room, else some.
pub(in crate::infer) fn from_schema(
    schema: &Schema,
    root: &QName,
    limits: ProfileLimits,
) -> Option<FromSchema> {
    let mut walk = Walk::through(schema, root, limits)?;
    if walk.told.markup.contains_key(&Reason::BeyondBounds) {
        walk = Walk::through(schema, root, limits.of_many())?;
    }
    walk.limit_others();
    let notes = walk.told.notes(&walk.models, walk.limits);
    Some(FromSchema { profile: walk.profile, hints: walk.hints, root: walk.root, notes })
}

/// An element whose content is not looked at yet.
struct Waiting<'s> {
    id: ElementId,
    /// How unlikely it is, as [`Walk::cost`] has it.
    cost: u64,
    declaration: &'s XsdNode,
    /// The innermost type around it.
    around: Option<usize>,
}

struct Walk<'s> {
    schema: &'s Schema,
    limits: ProfileLimits,
    models: Models<'s>,
    profile: Profile,
    hints: Hints,
    /// Numbers of types, each with the one around it.
    types: Vec<(u32, Option<usize>)>,
    waiting: Vec<Waiting<'s>>,
    /// The likeliest first, then in order.
    next: BinaryHeap<Reverse<(u64, usize)>>,
    root: ElementId,
    told: Told,
}

impl<'s> Walk<'s> {
    fn through(schema: &'s Schema, root: &QName, limits: ProfileLimits) -> Option<Self> {
        let declaration = schema.global("element", root)?;
        let mut walk = Self {
            schema,
            limits,
            models: Models::new(schema),
            profile: Profile::of_schema(limits),
            hints: Hints::default(),
            types: Vec::new(),
            waiting: Vec::new(),
            next: BinaryHeap::new(),
            root: DOCUMENT,
            told: Told::default(),
        };
        walk.root = walk.add(DOCUMENT, &Particle::once(root.clone(), declaration), 0)?;
        walk.wait(Waiting { id: walk.root, cost: 0, declaration, around: None });
        while let Some(Reverse((_, at))) = walk.next.pop() {
            walk.expand(at);
        }
        Some(walk)
    }

    fn wait(&mut self, waiting: Waiting<'s>) {
        self.next.push(Reverse((waiting.cost, self.waiting.len())));
        self.waiting.push(waiting);
    }

    /// A required child is as likely as its parent; of many optional ones, each is less so.
    fn cost(parent: u64, particle: &Particle<'_>, sibling_count: usize) -> u64 {
        let bits = (sibling_count as f64).log2() * 1000.0;
        if particle.min > 0 { parent } else { parent.saturating_add(bits as u64) }
    }

    fn expand(&mut self, at: usize) {
        let Waiting { id, cost, declaration, around } = self.waiting[at];
        let declared = self.models.of_element(declaration);
        let Declared { model, type_id, is_nillable, .. } = &declared;
        let attributes = self.attributes(&declared, id);
        let hint = self.hints.elements.get_mut(&id).expect("every element gets one when it is added");
        hint.value.is_required &= !is_nillable;
        if let Some(reason) = self.markup_reason(model, *type_id, around, attributes.len()) {
            let hint = self.hints.elements.get_mut(&id).expect("every element gets one when it is added");
            hint.markup = Some(reason);
            let name = self.profile.elements.get(id).name.local.to_string();
            self.told.markup.entry(reason).or_default().add(name);
            return;
        }
        for (at, (name, value)) in attributes.into_iter().enumerate() {
            self.profile.elements.declare_attribute(id, &name.1, self.namespace(&name.0));
            self.hints.attributes.insert((id, at), value);
        }
        let around = type_id.map_or(around, |type_id| {
            self.types.push((type_id, around));
            Some(self.types.len() - 1)
        });
        self.content(id, model);
        let children = model.particles.list();
        for (order, particle) in children.iter().enumerate() {
            let id = self.add(id, particle, order).expect("there is room: it was looked for");
            let cost = Self::cost(cost, particle, children.len());
            self.wait(Waiting { id, cost, declaration: particle.declaration, around });
        }
    }

    fn content(&mut self, id: ElementId, model: &Model<'_>) {
        let content = match (&model.text, model.particles.list()) {
            (Some(_), []) => DeclaredContent::Text,
            (Some(_), _) => DeclaredContent::TextOrElements,
            (None, []) => DeclaredContent::Empty,
            (None, _) => DeclaredContent::Elements,
        };
        self.profile.elements.declare_content(id, content);
        let name = || self.profile.elements.get(id).name.local.to_string();
        if model.particles.has_any {
            self.told.any.add(name());
        }
        if model.attributes.has_any {
            self.told.any_attribute.add(name());
        }
        let hint = self.hints.elements.get_mut(&id).expect("every element gets one when it is added");
        hint.value.data_type = model.text.clone();
        hint.has_other_elements = model.particles.has_any;
        hint.has_other_attributes = model.attributes.has_any;
    }

    /// Where a schema lets nearly everything have more than it names, tables for that would be most of the contract.
    fn limit_others(&mut self) {
        self.told.has_other_tables = self.told.any.count + self.told.any_attribute.count <= MAX_OTHER_TABLES;
        if !self.told.has_other_tables {
            for hint in self.hints.elements.values_mut() {
                hint.has_other_elements = false;
                hint.has_other_attributes = false;
            }
        }
    }

    fn add(&mut self, parent: ElementId, particle: &Particle<'s>, order: usize) -> Option<ElementId> {
        let Particle { name, min, max, .. } = particle;
        let id = self.profile.elements.declare(parent, &name.1, self.namespace(&name.0), u64::from(*max))?;
        let value = ValueHint { is_required: *min > 0, data_type: None };
        let hint = ElementHint {
            order,
            is_repeated: *max > 1,
            markup: None,
            has_other_elements: false,
            has_other_attributes: false,
            value,
        };
        self.hints.elements.insert(id, hint);
        Some(id)
    }

    /// A namespace with the prefix that the files have for it.
    fn namespace<'n>(&self, uri: &'n str) -> (&'n str, &'s str) {
        let prefix = if uri == XSI_NAMESPACE { "xsi" } else { self.schema.prefix(uri) };
        (uri, prefix)
    }

    fn markup_reason(
        &self,
        model: &Model<'_>,
        type_id: Option<u32>,
        around: Option<usize>,
        attribute_count: usize,
    ) -> Option<Reason> {
        let child_count = model.particles.list().len();
        if model.is_open {
            return Some(Reason::Anything);
        }
        if model.is_mixed {
            return Some(Reason::Mixed);
        }
        if child_count == 0 && model.particles.has_any {
            return Some(Reason::Anything);
        }
        if child_count > 0 && type_id.is_some_and(|type_id| self.is_within(type_id, around)) {
            return Some(Reason::NestedInItself);
        }
        if child_count > self.limits.max_names || attribute_count > self.limits.max_names {
            return Some(Reason::TooManyNames);
        }
        let has_room = self.profile.elements.has_room(child_count, attribute_count);
        (!has_room).then_some(Reason::BeyondBounds)
    }

    fn is_within(&self, type_id: u32, mut around: Option<usize>) -> bool {
        while let Some(at) = around {
            let (known, next) = self.types[at];
            if known == type_id {
                return true;
            }
            around = next;
        }
        false
    }

    /// The attributes of an element, with those that the schema language itself gives it.
    fn attributes(&self, declared: &Declared<'s>, id: ElementId) -> Vec<(QName, ValueHint)> {
        let Declared { model, is_nillable, has_derived_types, .. } = declared;
        let own = model.attributes.list().map(|attribute| {
            let data_type = Some(attribute.data_type.clone());
            (attribute.name.clone(), ValueHint { is_required: attribute.is_required, data_type })
        });
        let mut all = own.collect::<Vec<_>>();
        let mut instance = |local: &str, data_type: Option<SimpleType>| {
            let name = (XSI_NAMESPACE.to_owned(), local.to_owned());
            all.push((name, ValueHint { is_required: false, data_type }));
        };
        if *has_derived_types {
            instance("type", built_in("QName"));
        }
        if *is_nillable {
            instance("nil", built_in("boolean"));
        }
        if id == self.root {
            let has_namespace = !self.schema.target().is_empty();
            instance(
                if has_namespace { "schemaLocation" } else { "noNamespaceSchemaLocation" },
                built_in("anyURI"),
            );
        }
        all
    }
}

/// Elements by name, as many as are told.
#[derive(Debug, Default)]
struct Elements {
    count: usize,
    names: Vec<String>,
}

impl Elements {
    fn add(&mut self, name: String) {
        self.count += 1;
        if self.names.len() < MAX_NAMED && !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    fn text(&self) -> String {
        let plural = if self.count == 1 { "element" } else { "elements" };
        let more = if self.count > self.names.len() { ", …" } else { "" };
        format!("{} {plural} ({}{more})", self.count, self.names.join(", "))
    }
}

/// What is to be told of a schema.
#[derive(Debug, Default)]
struct Told {
    has_other_tables: bool,
    markup: BTreeMap<Reason, Elements>,
    any: Elements,
    any_attribute: Elements,
}

impl Told {
    fn notes(&self, models: &Models<'_>, limits: ProfileLimits) -> Vec<String> {
        let mut notes = Vec::new();
        for (reason, elements) in &self.markup {
            let mut note = format!("kept as markup: {}: {}", elements.text(), reason.text());
            if *reason == Reason::BeyondBounds {
                note.push_str(&format!(
                    " ({}): with some documents beside the schema, the contract has what they have",
                    limits.max_elements
                ));
            }
            notes.push(note);
        }
        let how = if self.has_other_tables { "in tables of their own" } else { "not covered" };
        if self.any.count > 0 {
            notes.push(format!(
                "{how}: elements that the schema does not name (xs:any), in {}",
                self.any.text()
            ));
        }
        if self.any_attribute.count > 0 {
            let text = self.any_attribute.text();
            notes.push(format!(
                "{how}: attributes that the schema does not name (xs:anyAttribute), of {text}"
            ));
        }
        let missing = models.missing();
        if !missing.is_empty() {
            let mut elements = Elements::default();
            missing.into_iter().for_each(|(namespace, local)| {
                elements.add(if namespace.is_empty() {
                    local.clone()
                } else {
                    format!("{{{namespace}}}{local}")
                });
            });
            let more = if elements.count > elements.names.len() { ", …" } else { "" };
            let (count, names) = (elements.count, elements.names.join(", "));
            let plural = if count == 1 { "name" } else { "names" };
            notes.push(format!("{count} {plural} that no file of the schema declares: {names}{more}"));
        }
        notes
    }
}
