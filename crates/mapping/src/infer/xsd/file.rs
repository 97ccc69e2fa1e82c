//! One schema file as a tree of its own elements, with names resolved.

use std::borrow::Cow;
use std::rc::Rc;

use crate::xml::{
    Entities, Handler, Nobody, Place, RawText, ResolveError, ScanLimits, StartTag, TextKind, XML_NAMESPACE,
    decode, push_attribute, resolve, scan,
};

use super::names::{QName, XSD_NAMESPACE};
use super::wrong_file::{self, XsdError};

/// What the entities of a file may become.
const MAX_BYTES: u64 = 256 << 20;
const LIMITS: ScanLimits = ScanLimits { max_depth: 100, max_attributes: 256 };

/// A schema file.
#[derive(Clone, Debug)]
pub struct XsdFile {
    pub(super) root: XsdNode,
    /// Namespaces of the root element, with their prefixes.
    pub(super) prefixes: Vec<(String, String)>,
}

/// Another file that a schema file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XsdReference {
    /// `include`, `import`, `redefine` or `override`.
    pub kind: String,
    /// Where it is, as the file writes it; an import may leave that open.
    pub location: Option<String>,
    /// What [`XsdFile::read`] takes as the namespace that the file has when it says none itself.
    pub namespace: String,
}

/// An element of the schema language.
#[derive(Clone, Debug, Default)]
pub(super) struct XsdNode {
    /// Unique within a schema.
    pub(super) id: u32,
    pub(super) kind: String,
    /// The namespace of what it declares: that of the file, or none for local names that are written without.
    pub(super) namespace: Rc<str>,
    attributes: Vec<(String, String)>,
    /// Attributes whose values are names of things, such as `ref`, `type`, `base`.
    references: Vec<(&'static str, QName)>,
    pub(super) children: Vec<XsdNode>,
}

/// Attributes that hold names of things; the last ones hold lists of them.
const REFERENCES: [&str; 6] = ["ref", "type", "base", "itemType", "substitutionGroup", "memberTypes"];

impl XsdFile {
    /// Reads a file. A file without a namespace of its own takes that of the one that includes it.
    ///
    /// # Errors
    /// When it is no XML, or no schema.
    pub fn read(bytes: &[u8], namespace_of_includer: &str) -> Result<Self, XsdError> {
        let text = decode(bytes)?;
        wrong_file::other_language(&text)?;
        let text = without_parameter_entities(&text);
        let text = match resolve(&text, &Entities::Internal, MAX_BYTES) {
            Ok(resolved) => resolved,
            Err(ResolveError::Xml(error)) => {
                return Err(XsdError::Xml { kind: error.kind, place: Place::of(&text, error.offset) });
            }
            Err(ResolveError::TooLarge { .. }) => return Err(XsdError::TooLarge),
        };
        let mut builder = Builder {
            open: vec![XsdNode::default()],
            skipped: 0,
            includer: namespace_of_includer,
            target: "".into(),
            none: "".into(),
            takes_includers: false,
            prefixes: Vec::new(),
            first: None,
        };
        scan(&text, LIMITS, &mut builder)
            .map_err(|error| XsdError::Xml { kind: error.kind, place: Place::of(&text, error.offset) })?;
        let Builder { mut open, prefixes, first, .. } = builder;
        let root = open.pop().and_then(|mut document| document.children.pop());
        match root.filter(|root| root.kind == "schema") {
            Some(root) => Ok(Self { root, prefixes }),
            None => Err(wrong_file::other_root(first.as_ref())),
        }
    }

    /// The other files that this one names.
    pub fn references(&self) -> Vec<XsdReference> {
        let kinds = ["include", "import", "redefine", "override"];
        let others = self.root.children.iter().filter(|node| kinds.contains(&&*node.kind));
        let reference = |node: &XsdNode| XsdReference {
            kind: node.kind.clone(),
            location: node.attribute("schemaLocation").map(str::to_owned),
            namespace: match &*node.kind {
                "import" => node.attribute("namespace").unwrap_or_default().to_owned(),
                _ => self.target().to_owned(),
            },
        };
        others.map(reference).collect()
    }

    /// The namespace that it declares names in.
    pub fn target(&self) -> &str {
        &self.root.namespace
    }
}

impl XsdNode {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// Whether an attribute says `true`.
    pub(super) fn says(&self, name: &str) -> bool {
        matches!(self.attribute(name), Some("true" | "1"))
    }

    pub(super) fn reference(&self, name: &str) -> Option<&QName> {
        self.references.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All names that an attribute lists.
    pub(super) fn references(&self, name: &'static str) -> impl Iterator<Item = &QName> {
        self.references.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Lets everything below that refers to a name by `base` or `ref` refer to another one.
    pub(super) fn rename(&mut self, from: &QName, to: &QName) {
        for (attribute, name) in &mut self.references {
            if matches!(*attribute, "base" | "ref") && name == from {
                *name = to.clone();
            }
        }
        self.children.iter_mut().for_each(|child| child.rename(from, to));
    }

    pub(super) fn child(&self, kinds: &[&str]) -> Option<&Self> {
        self.children.iter().find(|child| kinds.contains(&&*child.kind))
    }

    /// The name that it declares, where it does.
    pub(super) fn qname(&self) -> Option<QName> {
        self.attribute("name").map(|name| (self.namespace.to_string(), name.to_owned()))
    }

    /// Gives it and everything below a number.
    pub(super) fn number(&mut self, next: &mut u32) {
        self.id = *next;
        *next += 1;
        self.children.iter_mut().for_each(|child| child.number(next));
    }
}

/// The type declaration without what parameterises the DTD for schemas, which is not read: XML Signature's schema begins like that.
fn without_parameter_entities(text: &str) -> Cow<'_, str> {
    let subset = text.find("<!DOCTYPE").and_then(|start| {
        let length = text[start..].find("]")?;
        Some(start..start + length)
    });
    let mut text = Cow::Borrowed(text);
    let Some(subset) = subset else { return text };
    let mut at = subset.start;
    while let Some(found) = text[at..subset.end].find("<!ENTITY") {
        let start = at + found;
        let Some(length) = text[start..subset.end].find('>') else { break };
        let end = start + length + 1;
        if text[start + "<!ENTITY".len()..end].trim_start().starts_with('%') {
            // Blanks, so that places stay what they are.
            let blanks = text[start..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' });
            let blanks = blanks.collect::<String>();
            text.to_mut().replace_range(start..end, &blanks);
        }
        at = start + 1;
    }
    text
}

struct Builder<'i> {
    /// The open elements, the document first.
    open: Vec<XsdNode>,
    skipped: u32,
    includer: &'i str,
    target: Rc<str>,
    none: Rc<str>,
    /// The file has no namespace: names without one are in that of the file that includes it.
    takes_includers: bool,
    prefixes: Vec<(String, String)>,
    /// Namespace and local name of the root element.
    first: Option<wrong_file::RootName>,
}

impl Builder<'_> {
    /// Of the root element: what holds for the whole file.
    fn begin(&mut self, tag: &StartTag<'_, '_>) {
        self.first =
            Some(wrong_file::RootName { namespace: tag.namespace().into(), local: tag.local().into() });
        let target = tag.attributes.iter().find(|attribute| attribute.name == "targetNamespace");
        self.takes_includers = target.is_none();
        self.target = target.map_or_else(|| self.includer.to_owned(), |target| value_of(target.value)).into();
        self.prefixes = tag.namespaces().map(|(prefix, uri)| (uri.to_owned(), prefix.to_owned())).collect();
    }

    fn resolved(&self, tag: &StartTag<'_, '_>, name: &str) -> QName {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let found = tag.namespaces().find(|(known, _)| *known == prefix);
        let always = if prefix == "xml" { XML_NAMESPACE } else { "" };
        let namespace = found.map_or(always, |(_, uri)| uri);
        let namespace = if namespace.is_empty() && self.takes_includers { &*self.target } else { namespace };
        (namespace.to_owned(), local.to_owned())
    }

    /// The namespace of what a node declares: that of local elements and attributes is said by themselves or the file.
    fn namespace_of(&self, node: &XsdNode) -> Rc<str> {
        let is_global = self.open.len() < 3
            || self.open.last().is_some_and(|parent| matches!(&*parent.kind, "redefine" | "override"));
        let default = match &*node.kind {
            "element" => "elementFormDefault",
            "attribute" => "attributeFormDefault",
            _ => return Rc::clone(&self.target),
        };
        let of_file = || self.open.get(1).and_then(|schema| schema.attribute(default));
        let is_qualified = is_global || node.attribute("form").or_else(of_file) == Some("qualified");
        Rc::clone(match node.attribute("targetNamespace") {
            None if !is_qualified => &self.none,
            _ => &self.target,
        })
    }
}

fn value_of(value: RawText<'_>) -> String {
    let mut text = String::new();
    push_attribute(value.raw, &mut text);
    text
}

impl<'d> Handler<'d> for Builder<'_> {
    type Taker<'t>
        = Nobody
    where
        Self: 't;

    fn start(&mut self, tag: &StartTag<'_, 'd>) {
        if self.first.is_none() {
            self.begin(tag);
        }
        // Annotations may hold anything, and mean nothing here.
        if self.skipped > 0 || tag.namespace() != XSD_NAMESPACE || tag.local() == "annotation" {
            self.skipped += 1;
            return;
        }
        let mut node = XsdNode { kind: tag.local().to_owned(), ..XsdNode::default() };
        for attribute in tag.attributes {
            if attribute.is_namespace_declaration() || attribute.prefix_len > 0 {
                continue;
            }
            let value = value_of(attribute.value);
            match REFERENCES.into_iter().find(|&name| name == attribute.name) {
                Some(name) => {
                    let names = value.split_ascii_whitespace().map(|value| (name, self.resolved(tag, value)));
                    node.references.extend(names);
                }
                None if attribute.name == "value" => node.attributes.push(("value".to_owned(), value)),
                None => node.attributes.push((attribute.name.to_owned(), value.trim().to_owned())),
            }
        }
        node.namespace = self.namespace_of(&node);
        self.open.push(node);
    }

    fn end(&mut self, _: usize) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let node = self.open.pop().expect("the scanner matches end tags with start tags");
        let parent = self.open.last_mut().expect("the document is never closed");
        parent.children.push(node);
    }

    fn text(&mut self, _: RawText<'d>, _: TextKind) {}
}
