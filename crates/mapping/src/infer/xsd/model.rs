//! What an element may hold, from its declaration: the particles of its type taken together by name.
//!
//! Every type and every group is looked at once, so that the work is in proportion to the schema and to what its elements hold.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::attributes::{AttributeModels, Attributes};
use super::file::XsdNode;
use super::names::QName;
use super::particles::{ParticleModels, Particles};
use super::schema::{Schema, base_of};
use super::simple::{SimpleType, any_text, built_in};
use super::simple_types::SimpleTypes;

/// Types that are derived from each other, and elements that stand for each other, are followed no further than this.
const MAX_DEPTH: usize = 64;

/// What a type lets an element hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Model<'s> {
    pub(super) particles: Particles<'s>,
    pub(super) attributes: Attributes,
    pub(super) text: Option<SimpleType>,
    /// Text may stand between its elements.
    pub(super) is_mixed: bool,
    /// Anything may be in it: it has no type, or one that no file declares.
    pub(super) is_open: bool,
}

/// An element as its declaration has it.
#[derive(Clone, Debug)]
pub(super) struct Declared<'s> {
    pub(super) model: Rc<Model<'s>>,
    /// The number of its complex type.
    pub(super) type_id: Option<u32>,
    pub(super) is_nillable: bool,
    /// Documents may say with `xsi:type` that it has another type.
    pub(super) has_derived_types: bool,
}

/// The models of a schema's types, made when they are asked for.
#[derive(Debug)]
pub(super) struct Models<'s> {
    schema: &'s Schema,
    particles: ParticleModels<'s>,
    attributes: AttributeModels<'s>,
    types: HashMap<u32, Rc<Model<'s>>>,
    /// Of types with those that are derived from them.
    families: HashMap<u32, Rc<Model<'s>>>,
    /// Types that are being looked at: one that extends itself is no schema, but must not hang.
    open: HashSet<u32>,
}

impl<'s> Models<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        Self {
            schema,
            types: HashMap::new(),
            families: HashMap::new(),
            particles: ParticleModels::new(schema),
            attributes: AttributeModels::new(schema),
            open: HashSet::new(),
        }
    }

    /// Names that no file declares, of what was looked at so far.
    pub(super) fn missing(&self) -> BTreeSet<&QName> {
        self.particles.missing.iter().chain(&self.attributes.simple.missing).collect()
    }

    fn simple(&mut self) -> &mut SimpleTypes<'s> {
        &mut self.attributes.simple
    }

    /// What an element with this declaration may hold.
    pub(super) fn of_element(&mut self, declaration: &'s XsdNode) -> Declared<'s> {
        let is_nillable = declaration.says("nillable");
        let plain =
            |model| Declared { model: Rc::new(model), type_id: None, is_nillable, has_derived_types: false };
        let mut declaration = declaration;
        // An element without a type has that of the one that it may stand for.
        for _ in 0..MAX_DEPTH {
            if let Some(node) = declaration.child(&["complexType"]) {
                let model = self.of_type(node);
                return Declared { model, type_id: Some(node.id), is_nillable, has_derived_types: false };
            }
            if let Some(node) = declaration.child(&["simpleType"]) {
                let text = self.simple().declared(node);
                return plain(Model {
                    text: text.or_else(|| Some(any_text("xs:anySimpleType"))),
                    ..Model::default()
                });
            }
            if let Some(name) = declaration.reference("type") {
                return match self.schema.global("complexType", name) {
                    Some(node) => self.of_family(node, name, is_nillable),
                    None => plain(self.named_simple(name)),
                };
            }
            let head = declaration.reference("substitutionGroup");
            match head.and_then(|head| self.schema.global("element", head)) {
                Some(head) => declaration = head,
                None => break,
            }
        }
        plain(Model { is_open: true, ..Model::default() })
    }

    /// The model of a type that is no complex one of the schema.
    fn named_simple(&mut self, name: &QName) -> Model<'s> {
        match self.simple().named(name) {
            Some(text) => Model { text: Some(text), ..Model::default() },
            None => Model { is_open: true, ..Model::default() },
        }
    }

    /// A type together with those that are derived from it, any of which `xsi:type` may name.
    fn of_family(&mut self, node: &'s XsdNode, name: &'s QName, is_nillable: bool) -> Declared<'s> {
        let derived = self.schema.derived_from(name);
        let has_derived_types = !derived.is_empty();
        let type_id = Some(node.id);
        let known = self.families.get(&node.id).cloned();
        let model = known.unwrap_or_else(|| {
            let own = self.of_type(node);
            let model = if has_derived_types {
                let others = derived.into_iter().filter(|node| !node.says("abstract"));
                let members = (!node.says("abstract")).then_some(own).into_iter();
                let members = members.chain(others.map(|node| self.of_type(node))).collect::<Vec<_>>();
                Rc::new(Model::any_of(&members))
            } else {
                own
            };
            self.families.insert(node.id, Rc::clone(&model));
            model
        });
        Declared { model, type_id, is_nillable, has_derived_types }
    }

    /// A complex type.
    pub(super) fn of_type(&mut self, node: &'s XsdNode) -> Rc<Model<'s>> {
        if let Some(known) = self.types.get(&node.id) {
            return Rc::clone(known);
        }
        if self.open.len() > MAX_DEPTH || !self.open.insert(node.id) {
            return Rc::default();
        }
        let mut model = Model::default();
        match node.child(&["complexContent", "simpleContent"]) {
            Some(content) => {
                let base = base_of(node).map(|name| self.base(name)).unwrap_or_default();
                let change = content.child(&["extension", "restriction"]);
                if let Some(change) = change {
                    model = self.derivation(content, change, &base);
                }
            }
            None => {
                model.particles = self.particles.declared_by(node);
                model.attributes = self.attributes.declared_by(node);
            }
        }
        model.is_mixed |= node.says("mixed");
        // Mixed without elements is text.
        if model.is_mixed && model.particles.is_empty() && model.text.is_none() && !model.is_open {
            model.is_mixed = false;
            model.text = built_in("string");
        }
        self.open.remove(&node.id);
        let model = Rc::new(model);
        self.types.insert(node.id, Rc::clone(&model));
        model
    }

    /// An extension or restriction of a type.
    fn derivation(&mut self, content: &'s XsdNode, change: &'s XsdNode, base: &Model<'s>) -> Model<'s> {
        let is_extension = change.kind == "extension";
        let mut model = Model {
            attributes: base.attributes.clone(),
            is_mixed: content.says("mixed")
                || (base.is_mixed && is_extension && content.attribute("mixed").is_none()),
            ..Model::default()
        };
        if content.kind == "simpleContent" {
            let inner = change.child(&["simpleType"]).and_then(|node| self.simple().declared(node));
            let mut text =
                inner.or_else(|| base.text.clone()).unwrap_or_else(|| any_text("xs:anySimpleType"));
            text.restrict(change);
            model.text = Some(text);
            model.is_mixed = false;
        } else {
            // A restriction repeats what remains of the elements.
            if is_extension {
                model.particles = base.particles.clone();
                model.is_open = base.is_open;
                model.text = base.text.clone();
            }
            model.particles.follow(self.particles.declared_by(change));
        }
        if !is_extension {
            model.attributes.has_any = false;
        }
        let own = self.attributes.declared_by(change);
        model.attributes.take(own);
        model
    }

    /// The type that another one is derived from.
    fn base(&mut self, name: &'s QName) -> Rc<Model<'s>> {
        match self.schema.global("complexType", name) {
            Some(node) => self.of_type(node),
            None => Rc::new(self.named_simple(name)),
        }
    }
}

impl<'s> Model<'s> {
    /// What one of several types lets an element hold.
    fn any_of(members: &[Rc<Self>]) -> Self {
        let texts = members.iter().filter_map(|member| member.text.clone());
        Self {
            particles: Particles::one_of(members.iter().map(|member| member.particles.clone())),
            attributes: Attributes::one_of(members.iter().map(|member| &member.attributes)),
            text: texts.reduce(|one, other| one.or(&other)),
            is_mixed: members.iter().any(|member| member.is_mixed),
            is_open: members.iter().any(|member| member.is_open),
        }
    }
}
