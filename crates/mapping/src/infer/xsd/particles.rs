//! The children that a content model lets an element have: each name once, with how often it may stand there.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::file::XsdNode;
use super::names::QName;
use super::schema::Schema;

/// Groups refer to each other no further than this.
const MAX_DEPTH: usize = 32;

/// A child element.
#[derive(Clone, Debug)]
pub(super) struct Particle<'s> {
    pub(super) name: QName,
    pub(super) declaration: &'s XsdNode,
    /// 0 or 1.
    pub(super) min: u32,
    /// 1, or 2 for any number.
    pub(super) max: u32,
}

/// Children by name, in the order of the schema.
#[derive(Clone, Debug, Default)]
pub(super) struct Particles<'s> {
    list: Vec<Particle<'s>>,
    places: HashMap<QName, usize>,
    /// Elements may stand there that the schema does not name.
    pub(super) has_any: bool,
}

impl<'s> Particle<'s> {
    /// One that stands there once.
    pub(super) fn once(name: QName, declaration: &'s XsdNode) -> Self {
        Self { name, declaration, min: 1, max: 1 }
    }
}

impl<'s> Particles<'s> {
    /// The children that have names.
    pub(super) fn list(&self) -> &[Particle<'s>] {
        &self.list
    }

    /// Whether there is nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty() && !self.has_any
    }

    /// The child of a name, with its place among them.
    pub(super) fn find(&self, name: &QName) -> Option<(usize, &Particle<'s>)> {
        self.places.get(name).map(|&at| (at, &self.list[at]))
    }

    /// What stands behind these.
    pub(super) fn follow(&mut self, after: Self) {
        self.has_any |= after.has_any;
        for particle in after.list {
            let Particle { min, max, .. } = particle;
            let known = self.at(particle);
            if let Some(known) = known {
                known.min = known.min.max(min);
                known.max = (known.max + max).min(2);
            }
        }
    }

    /// One of several.
    pub(super) fn one_of(branches: impl Iterator<Item = Self>) -> Self {
        let mut all = Self::default();
        let mut counts = Vec::<usize>::new();
        let mut branch_count = 0;
        for branch in branches {
            branch_count += 1;
            all.has_any |= branch.has_any;
            for particle in branch.list {
                let (name, min, max) = (particle.name.clone(), particle.min, particle.max);
                if let Some(known) = all.at(particle) {
                    known.min = known.min.min(min);
                    known.max = known.max.max(max);
                    counts[all.places[&name]] += 1;
                } else {
                    counts.push(1);
                }
            }
        }
        for (particle, count) in all.list.iter_mut().zip(counts) {
            if count < branch_count {
                particle.min = 0;
            }
        }
        all
    }

    /// Each of them, so many times.
    fn times(mut self, min: u32, max: u32) -> Self {
        if max == 0 {
            return Self::default();
        }
        for particle in &mut self.list {
            particle.min = particle.min.min(min);
            particle.max = (particle.max * max).min(2);
        }
        self
    }

    /// The child of the same name; when there is none, this one is added.
    fn at(&mut self, particle: Particle<'s>) -> Option<&mut Particle<'s>> {
        if let Some(&at) = self.places.get(&particle.name) {
            return Some(&mut self.list[at]);
        }
        self.places.insert(particle.name.clone(), self.list.len());
        self.list.push(particle);
        None
    }
}

/// The children of a schema's types and groups; every group is looked at once.
#[derive(Debug)]
pub(super) struct ParticleModels<'s> {
    schema: &'s Schema,
    groups: HashMap<u32, Rc<Particles<'s>>>,
    /// Groups that are being looked at: one that holds itself is no schema, but must not hang.
    open: HashSet<u32>,
    /// Names that no file declares.
    pub(super) missing: BTreeSet<QName>,
}

impl<'s> ParticleModels<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        Self { schema, groups: HashMap::new(), open: HashSet::new(), missing: BTreeSet::new() }
    }

    /// The children that a complex type, a derivation or a group declares.
    pub(super) fn declared_by(&mut self, node: &'s XsdNode) -> Particles<'s> {
        let mut all = Particles::default();
        for child in &node.children {
            match &*child.kind {
                "sequence" | "all" | "choice" | "group" => all.follow(self.particles(child)),
                "openContent" => all.has_any |= child.attribute("mode") != Some("none"),
                _ => {}
            }
        }
        all
    }

    fn particles(&mut self, node: &'s XsdNode) -> Particles<'s> {
        let (min, max) = occurrence(node);
        let found = match &*node.kind {
            "element" => {
                let found = self.elements(node);
                let single = found.into_iter().map(|particle| {
                    let mut one = Particles::default();
                    one.at(particle);
                    one
                });
                Particles::one_of(single)
            }
            "any" => Particles { has_any: true, ..Particles::default() },
            "choice" => {
                let branches = node.children.iter().map(|child| self.particles(child)).collect::<Vec<_>>();
                Particles::one_of(branches.into_iter())
            }
            "sequence" | "all" => {
                let mut all = Particles::default();
                for child in &node.children {
                    all.follow(self.particles(child));
                }
                all
            }
            "group" => self.group(node),
            _ => Particles::default(),
        };
        found.times(min, max)
    }

    /// The elements that may stand where a particle is.
    fn elements(&mut self, node: &'s XsdNode) -> Vec<Particle<'s>> {
        let schema = self.schema;
        let Some(head) = node.reference("ref") else {
            let name = node.qname();
            return name.map(|name| Particle::once(name, node)).into_iter().collect();
        };
        if schema.global("element", head).is_none() {
            // Its name is known, and nothing else.
            self.missing.insert(head.clone());
            return vec![Particle::once(head.clone(), node)];
        }
        let found = schema.substitutes(head).into_iter();
        found.filter_map(|node| Some(Particle::once(node.qname()?, node))).collect()
    }

    fn group(&mut self, reference: &'s XsdNode) -> Particles<'s> {
        let schema = self.schema;
        let Some(name) = reference.reference("ref") else { return Particles::default() };
        let Some(group) = schema.global("group", name) else {
            self.missing.insert(name.clone());
            return Particles { has_any: true, ..Particles::default() };
        };
        if let Some(known) = self.groups.get(&group.id) {
            return Particles::clone(known);
        }
        if self.open.len() > MAX_DEPTH || !self.open.insert(group.id) {
            return Particles::default();
        }
        let found = self.declared_by(group);
        self.open.remove(&group.id);
        self.groups.insert(group.id, Rc::new(found.clone()));
        found
    }
}

/// At least and at most how often, as 0, 1 and 2 for more.
fn occurrence(node: &XsdNode) -> (u32, u32) {
    let number = |name| match node.attribute(name) {
        None => 1,
        // `unbounded`, and numbers that are too large.
        Some(text) => text.parse::<u32>().unwrap_or(2).min(2),
    };
    (number("minOccurs").min(1), number("maxOccurs"))
}
