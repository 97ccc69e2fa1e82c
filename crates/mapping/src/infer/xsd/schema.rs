//! All files of a schema together: global declarations by name, and how they refer to each other.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::file::{XsdFile, XsdNode};
use super::names::QName;

/// A schema.
#[derive(Debug, Default)]
pub struct Schema {
    globals: HashMap<(&'static str, QName), XsdNode>,
    /// What is to be told, with counts.
    counted: BTreeMap<&'static str, usize>,
    /// Global elements in the order of the files, with whether the first file declares them.
    elements: Vec<(QName, bool)>,
    /// The namespace of the first file.
    target: String,
    /// Elements that may stand where another does, by that one.
    members: HashMap<QName, Vec<QName>>,
    /// Complex types that are derived from another, by that one.
    derived: HashMap<QName, Vec<QName>>,
    /// Global elements that other elements hold.
    used: HashSet<QName>,
    /// Prefixes of the files, by namespace.
    prefixes: HashMap<String, String>,
}

const GLOBALS: [&str; 6] = ["element", "attribute", "complexType", "simpleType", "group", "attributeGroup"];
/// What lets a document have more than the schema names, and types that depend on conditions. What says nothing about the structure of
/// documents (`assert`, keys) is not counted.
const COUNTED: [&str; 4] = ["any", "anyAttribute", "openContent", "alternative"];

impl Schema {
    /// Takes files together, the one that was asked for first.
    pub fn new(files: Vec<XsdFile>) -> Self {
        let mut schema = Self::default();
        let mut changes = Vec::new();
        for (at, XsdFile { root, prefixes }) in files.into_iter().enumerate() {
            if at == 0 {
                schema.target = root.namespace.to_string();
            }
            for (uri, prefix) in prefixes {
                let known = schema.prefixes.entry(uri).or_default();
                if known.is_empty() {
                    *known = prefix;
                }
            }
            for node in root.children {
                match &*node.kind {
                    "redefine" | "override" => changes.push(node),
                    _ => schema.add(node, at == 0),
                }
            }
        }
        // What a file that redefines another redefines comes after what that one does.
        for change in changes.into_iter().rev() {
            let is_redefinition = change.kind == "redefine";
            for node in change.children {
                schema.change(node, is_redefinition);
            }
        }
        schema.connect();
        // What may stand in the place of an element is used like it.
        schema.used = closure(schema.used.iter(), &schema.members).into_iter().cloned().collect();
        schema
    }

    fn add(&mut self, node: XsdNode, is_of_first: bool) {
        let kind = GLOBALS.into_iter().find(|kind| *kind == node.kind);
        let (Some(kind), Some(name)) = (kind, node.qname()) else { return };
        if kind == "element" && !self.globals.contains_key(&(kind, name.clone())) {
            self.elements.push((name.clone(), is_of_first));
        }
        self.globals.entry((kind, name)).or_insert(node);
    }

    /// Puts a declaration in the place of another; one that redefines refers to what was there before by its own name.
    fn change(&mut self, mut node: XsdNode, is_redefinition: bool) {
        let kind = GLOBALS.into_iter().find(|kind| *kind == node.kind);
        let (Some(kind), Some(name)) = (kind, node.qname()) else { return };
        let Some(before) = self.globals.remove(&(kind, name.clone())) else {
            self.add(node, false);
            return;
        };
        if is_redefinition {
            // No name of XML has a blank in it.
            let mut old = (name.0.clone(), format!("{} before", name.1));
            while self.globals.contains_key(&(kind, old.clone())) {
                old.1.push_str(" before");
            }
            node.rename(&name, &old);
            self.globals.insert((kind, old), before);
        }
        self.globals.insert((kind, name), node);
    }

    /// Numbers all nodes and notes who refers to whom.
    fn connect(&mut self) {
        let mut next = 0;
        let mut keys = self.globals.keys().cloned().collect::<Vec<_>>();
        keys.sort_unstable();
        for key in keys {
            let node = self.globals.get_mut(&key).expect("the keys are those of the map");
            node.number(&mut next);
            let (kind, name) = &key;
            match *kind {
                "element" => {
                    for head in node.references("substitutionGroup") {
                        self.members.entry(head.clone()).or_default().push(name.clone());
                    }
                }
                "complexType" => {
                    if let Some(base) = base_of(node) {
                        self.derived.entry(base.clone()).or_default().push(name.clone());
                    }
                }
                _ => {}
            }
            note_uses(node, name, &mut self.used, &mut self.counted);
        }
    }

    /// How often it lets documents have elements or attributes that it does not name, such as `any (3 times)`.
    pub fn wildcards(&self) -> Vec<String> {
        let counted = self.counted.iter().filter(|(kind, _)| **kind != "alternative");
        counted.map(|(kind, count)| format!("{kind} ({count} times)")).collect()
    }

    /// Types that depend on conditions, which nobody looks at here.
    pub fn alternative_count(&self) -> usize {
        self.counted.get("alternative").copied().unwrap_or(0)
    }

    /// A global declaration.
    pub(super) fn global(&self, kind: &'static str, name: &QName) -> Option<&XsdNode> {
        self.globals.get(&(kind, name.clone()))
    }

    /// The prefix that the files have for a namespace, empty where they have none.
    pub(super) fn prefix(&self, namespace: &str) -> &str {
        self.prefixes.get(namespace).map_or("", |prefix| prefix)
    }

    /// The namespace of the first file.
    pub(super) fn target(&self) -> &str {
        &self.target
    }

    /// Global elements in the order of the files, with whether the first file declares them.
    pub(super) fn elements(&self) -> &[(QName, bool)] {
        &self.elements
    }

    /// Whether an element holds this global one, be it in the place of another.
    pub(super) fn is_used(&self, name: &QName) -> bool {
        self.used.contains(name)
    }

    /// The elements that may stand where this global one does, itself included where it is not abstract.
    pub(super) fn substitutes<'s>(&'s self, head: &'s QName) -> Vec<&'s XsdNode> {
        let all = closure([head], &self.members);
        let nodes = all.into_iter().filter_map(|name| self.global("element", name));
        nodes.filter(|node| !node.says("abstract")).collect()
    }

    /// The complex types that are derived from this one, by however many steps.
    pub(super) fn derived_from<'s>(&'s self, base: &'s QName) -> Vec<&'s XsdNode> {
        let all = closure([base], &self.derived).into_iter().skip(1);
        all.filter_map(|name| self.global("complexType", name)).collect()
    }
}

/// Everything that hangs on some names, these first, each once.
fn closure<'n>(
    starts: impl IntoIterator<Item = &'n QName>,
    below: &'n HashMap<QName, Vec<QName>>,
) -> Vec<&'n QName> {
    let mut found = starts.into_iter().collect::<Vec<_>>();
    let mut seen = found.iter().copied().collect::<HashSet<_>>();
    let mut at = 0;
    while at < found.len() {
        let next = below.get(found[at]).map_or([].as_slice(), Vec::as_slice);
        found.extend(next.iter().filter(|name| seen.insert(name)));
        at += 1;
    }
    found
}

/// The type that a complex type is derived from.
pub(super) fn base_of(complex_type: &XsdNode) -> Option<&QName> {
    let content = complex_type.child(&["complexContent", "simpleContent"])?;
    content.child(&["extension", "restriction"])?.reference("base")
}

fn note_uses(
    node: &XsdNode,
    within: &QName,
    used: &mut HashSet<QName>,
    counted: &mut BTreeMap<&'static str, usize>,
) {
    if let Some(kind) = COUNTED.into_iter().find(|kind| *kind == node.kind) {
        *counted.entry(kind).or_default() += 1;
    }
    // An element within itself is held by no other.
    if let Some(name) = node.reference("ref").filter(|&name| node.kind == "element" && name != within) {
        used.insert(name.clone());
    }
    node.children.iter().for_each(|child| note_uses(child, within, used, counted));
}
