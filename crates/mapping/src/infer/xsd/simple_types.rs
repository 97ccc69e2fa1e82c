//! Simple types by their names and declarations.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::xml::XML_NAMESPACE;

use super::file::XsdNode;
use super::names::{QName, XSD_NAMESPACE, is_built_in};
use super::schema::Schema;
use super::simple::{SimpleType, any_text, built_in, list, union};

/// Types are derived from each other no further than this.
const MAX_DEPTH: usize = 64;

/// The simple types of a schema; every one is looked at once.
#[derive(Debug)]
pub(super) struct SimpleTypes<'s> {
    schema: &'s Schema,
    /// Names that no file declares.
    pub(super) missing: BTreeSet<QName>,
    known: HashMap<u32, Option<SimpleType>>,
    /// Types that are being looked at: one that is its own member is no schema, but must not hang.
    open: HashSet<u32>,
}

impl<'s> SimpleTypes<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        Self { schema, missing: BTreeSet::new(), known: HashMap::new(), open: HashSet::new() }
    }

    /// Notes a name that no file declares, unless everyone knows it.
    pub(super) fn note_missing(&mut self, name: &QName) {
        if name.0 != XML_NAMESPACE {
            self.missing.insert(name.clone());
        }
    }

    /// A type by name; none where it is anything, or no file declares it.
    pub(super) fn named(&mut self, name: &QName) -> Option<SimpleType> {
        if is_built_in(name) {
            let found = built_in(&name.1);
            if found.is_none() && name.1 != "anyType" {
                self.missing.insert((XSD_NAMESPACE.to_owned(), name.1.clone()));
            }
            return found;
        }
        let Some(node) = self.schema.global("simpleType", name) else {
            self.note_missing(name);
            return None;
        };
        let simple = self.declared(node)?;
        Some(simple.called(&name.1))
    }

    /// A type as it is declared; none where it is anything.
    pub(super) fn declared(&mut self, node: &XsdNode) -> Option<SimpleType> {
        if let Some(known) = self.known.get(&node.id) {
            return known.clone();
        }
        if self.open.len() > MAX_DEPTH || !self.open.insert(node.id) {
            return None;
        }
        let found = self.made(node);
        self.open.remove(&node.id);
        self.known.insert(node.id, found.clone());
        found
    }

    fn made(&mut self, node: &XsdNode) -> Option<SimpleType> {
        let how = node.child(&["restriction", "union", "list"])?;
        match &*how.kind {
            "list" => Some(list()),
            "union" => {
                let named = how.references("memberTypes").map(|name| self.named(name));
                let mut members = named.collect::<Vec<_>>();
                for inner in how.children.iter().filter(|child| child.kind == "simpleType") {
                    members.push(self.declared(inner));
                }
                // What is not known may be any text.
                union(members.into_iter().map(|member| member.unwrap_or_else(|| any_text("union"))).collect())
            }
            _ => {
                let base = match (how.reference("base"), how.child(&["simpleType"])) {
                    (Some(name), _) => self.named(name),
                    (None, Some(inner)) => self.declared(inner),
                    (None, None) => None,
                };
                let mut simple = base?;
                simple.restrict(how);
                Some(simple)
            }
        }
    }
}
