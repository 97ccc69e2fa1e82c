//! All files of a schema together: global declarations by name, and what an element may hold.

use std::collections::{BTreeMap, HashMap};

use super::file::{QName, XsdFile, XsdNode, is_built_in};
use super::simple::{SimpleType, built_in};

/// References are followed no further than this: a type that extends itself is no schema, but must not hang.
const MAX_DEPTH: usize = 64;

/// A schema.
#[derive(Debug, Default)]
pub struct Schema {
    globals: HashMap<(&'static str, QName), XsdNode>,
    /// What is there and not understood, with counts.
    ignored: BTreeMap<&'static str, usize>,
}

const GLOBALS: [&str; 6] = ["element", "attribute", "complexType", "simpleType", "group", "attributeGroup"];
const IGNORED: [&str; 9] =
    ["any", "anyAttribute", "redefine", "override", "union", "list", "assert", "alternative", "openContent"];

/// A child element, as its parent's content declares it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Particle<'s> {
    pub(super) declaration: &'s XsdNode,
    pub(super) is_repeated: bool,
    pub(super) is_required: bool,
}

/// What an element may hold.
#[derive(Debug, Default)]
pub(super) struct Content<'s> {
    /// In the order of the schema.
    pub(super) elements: Vec<(QName, Particle<'s>)>,
    /// Local names of attributes: required, type.
    pub(super) attributes: Vec<(String, bool, Option<SimpleType>)>,
    pub(super) text: Option<SimpleType>,
}

impl Schema {
    /// Takes files together.
    pub fn new(files: Vec<XsdFile>) -> Self {
        let mut schema = Self::default();
        for XsdFile { root } in files {
            let target = root.attribute("targetNamespace").unwrap_or_default().to_owned();
            schema.count_ignored(&root);
            for mut node in root.children {
                let kind = GLOBALS.into_iter().find(|kind| *kind == node.kind);
                let name = node.attribute("name").map(str::to_owned);
                if let (Some(kind), Some(name)) = (kind, name) {
                    qualify(&mut node, &target);
                    schema.globals.entry((kind, (target.clone(), name))).or_insert(node);
                }
            }
        }
        schema
    }

    /// What is there and not understood, such as `any (3 times)`.
    pub fn ignored(&self) -> Vec<String> {
        self.ignored.iter().map(|(kind, count)| format!("{kind} ({count} times)")).collect()
    }

    fn count_ignored(&mut self, node: &XsdNode) {
        if let Some(kind) = IGNORED.into_iter().find(|kind| *kind == node.kind) {
            *self.ignored.entry(kind).or_default() += 1;
        }
        if node.attribute("substitutionGroup").is_some() {
            *self.ignored.entry("substitutionGroup").or_default() += 1;
        }
        node.children.iter().for_each(|child| self.count_ignored(child));
    }

    /// A global declaration. A file without target namespace may be included by one that has one: then the local name decides.
    fn global(&self, kind: &'static str, name: &QName) -> Option<&XsdNode> {
        let exact = self.globals.get(&(kind, name.clone()));
        exact.or_else(|| self.globals.get(&(kind, (String::new(), name.1.clone()))))
    }

    /// The declaration of a root element.
    pub(super) fn root(&self, name: &QName) -> Option<&XsdNode> {
        self.global("element", name)
    }

    /// What an element with this declaration may hold.
    pub(super) fn content<'s>(&'s self, declaration: &'s XsdNode) -> Content<'s> {
        let mut content = Content::default();
        let declaration = match declaration.reference("ref") {
            Some(name) => self.global("element", name).unwrap_or(declaration),
            None => declaration,
        };
        if let Some(name) = declaration.reference("type") {
            self.add_type(name, &mut content, 0);
        } else if let Some(node) = declaration.child(&["complexType"]) {
            self.add_complex(node, &mut content, 0);
        } else if let Some(node) = declaration.child(&["simpleType"]) {
            content.text = self.simple(node, 0);
        }
        content
    }

    fn add_type<'s>(&'s self, name: &QName, content: &mut Content<'s>, depth: usize) {
        if depth > MAX_DEPTH {
        } else if is_built_in(name) {
            content.text = built_in(&name.1);
        } else if let Some(node) = self.global("complexType", name) {
            self.add_complex(node, content, depth + 1);
        } else if let Some(node) = self.global("simpleType", name) {
            content.text = self.simple(node, depth + 1);
        }
    }

    /// A complex type, or the part of one that holds its content.
    fn add_complex<'s>(&'s self, node: &'s XsdNode, content: &mut Content<'s>, depth: usize) {
        for child in &node.children {
            match &*child.kind {
                "complexContent" | "simpleContent" => self.add_complex(child, content, depth + 1),
                "extension" | "restriction" => {
                    let is_text = node.kind == "simpleContent";
                    // A restriction of elements repeats what remains of them.
                    if let Some(base) =
                        child.reference("base").filter(|_| is_text || child.kind == "extension")
                    {
                        self.add_type(base, content, depth + 1);
                    }
                    if is_text && let Some(text) = &mut content.text {
                        text.restrict(child);
                    }
                    self.add_complex(child, content, depth + 1);
                }
                "sequence" | "all" | "choice" | "group" => {
                    let outer = Occurrence { is_repeated: false, is_required: true };
                    self.add_particle(child, outer, content, depth + 1);
                }
                "attribute" => self.add_attribute(child, content),
                "attributeGroup" => {
                    let group = child.reference("ref").and_then(|name| self.global("attributeGroup", name));
                    if let Some(group) = group.filter(|_| depth < MAX_DEPTH) {
                        self.add_complex(group, content, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn add_attribute(&self, node: &XsdNode, content: &mut Content<'_>) {
        let declaration =
            node.reference("ref").and_then(|name| self.global("attribute", name)).unwrap_or(node);
        let name = declaration.attribute("name").or_else(|| node.reference("ref").map(|name| &*name.1));
        let Some(name) = name else { return };
        let data_type = match (declaration.reference("type"), declaration.child(&["simpleType"])) {
            (Some(name), _) => self.simple_named(name, 0),
            (None, Some(inner)) => self.simple(inner, 0),
            (None, None) => None,
        };
        let is_required = node.attribute("use") == Some("required");
        content.attributes.push((name.to_owned(), is_required, data_type));
    }

    fn add_particle<'s>(
        &'s self,
        node: &'s XsdNode,
        outer: Occurrence,
        content: &mut Content<'s>,
        depth: usize,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        let occurrence = outer.of(node);
        match &*node.kind {
            "element" => {
                let name = match (node.reference("ref"), node.attribute("name")) {
                    (Some(name), _) => name.clone(),
                    (None, Some(name)) => (node.target.clone(), name.to_owned()),
                    (None, None) => return,
                };
                let Occurrence { is_repeated, is_required } = occurrence;
                content.elements.push((name, Particle { declaration: node, is_repeated, is_required }));
            }
            "group" => {
                let group = node.reference("ref").and_then(|name| self.global("group", name));
                for child in group.map_or([].as_slice(), |group| &group.children) {
                    self.add_particle(child, occurrence, content, depth + 1);
                }
            }
            "sequence" | "all" | "choice" => {
                // Of a choice, each may be missing.
                let is_required = occurrence.is_required && node.kind != "choice";
                for child in &node.children {
                    self.add_particle(child, Occurrence { is_required, ..occurrence }, content, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn simple_named(&self, name: &QName, depth: usize) -> Option<SimpleType> {
        if is_built_in(name) {
            return built_in(&name.1);
        }
        self.global("simpleType", name).and_then(|node| self.simple(node, depth + 1))
    }

    /// A simple type; unions and lists are text of any length.
    fn simple(&self, node: &XsdNode, depth: usize) -> Option<SimpleType> {
        let restriction = node.child(&["restriction"]).filter(|_| depth < MAX_DEPTH)?;
        let base = match (restriction.reference("base"), restriction.child(&["simpleType"])) {
            (Some(name), _) => self.simple_named(name, depth + 1),
            (None, Some(inner)) => self.simple(inner, depth + 1),
            (None, None) => None,
        };
        let mut simple = base?;
        simple.restrict(restriction);
        Some(simple)
    }
}

/// How often something may stand within its parent.
#[derive(Clone, Copy)]
struct Occurrence {
    is_repeated: bool,
    is_required: bool,
}

impl Occurrence {
    /// That of a particle within one that occurs like this.
    fn of(self, node: &XsdNode) -> Self {
        let max = node.attribute("maxOccurs").unwrap_or("1");
        let min = node.attribute("minOccurs").unwrap_or("1");
        Self {
            is_repeated: self.is_repeated || !matches!(max, "0" | "1"),
            is_required: self.is_required && min != "0",
        }
    }
}

/// Notes the namespace of local elements: the target's, or none. Which of the two, `form` says; a lookup tries both.
fn qualify(node: &mut XsdNode, target: &str) {
    node.target.push_str(target);
    for child in &mut node.children {
        qualify(child, target);
    }
}
