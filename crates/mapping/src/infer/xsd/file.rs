//! One schema file as a tree of its own elements, with names resolved.

use crate::xml::{
    DecodeError, Handler, Nobody, Place, RawText, ScanLimits, StartTag, TextKind, XmlErrorKind, decode, scan,
};

/// The namespace of schema documents.
const XSD_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema";

/// A name in a namespace.
pub(super) type QName = (String, String);

/// A schema file.
#[derive(Clone, Debug)]
pub struct XsdFile {
    pub(super) root: XsdNode,
}

/// An element of the schema language.
#[derive(Clone, Debug, Default)]
pub(super) struct XsdNode {
    pub(super) kind: String,
    /// The target namespace of its file.
    pub(super) target: String,
    attributes: Vec<(String, String)>,
    /// Attributes whose values are names of things: `ref`, `type`, `base`.
    references: Vec<(&'static str, QName)>,
    pub(super) children: Vec<XsdNode>,
}

/// Why a file is no schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XsdError {
    /// Bytes that are no text.
    #[error(transparent)]
    Encoding(#[from] DecodeError),
    /// Not well-formed.
    #[error("{kind}, at {place}")]
    Xml {
        /// Which rule.
        kind: XmlErrorKind,
        /// Where.
        place: Place,
    },
    /// XML of another kind.
    #[error("the root element is no `schema` of XML Schema")]
    NoSchema,
}

impl XsdFile {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is no XML, or no schema.
    pub fn read(bytes: &[u8]) -> Result<Self, XsdError> {
        let text = decode(bytes)?;
        let mut builder = Builder { open: vec![XsdNode::default()], skipped: 0 };
        let limits = ScanLimits { max_depth: 256, max_attributes: 256 };
        scan(&text, limits, &mut builder)
            .map_err(|error| XsdError::Xml { kind: error.kind, place: Place::of(&text, error.offset) })?;
        let root = builder.open.pop().and_then(|mut document| document.children.pop());
        root.filter(|root| root.kind == "schema").map(|root| Self { root }).ok_or(XsdError::NoSchema)
    }

    /// Where the files are that this one includes or imports, as it writes it.
    pub fn locations(&self) -> Vec<String> {
        let includes = self.root.children.iter();
        let includes = includes.filter(|node| matches!(&*node.kind, "include" | "import" | "redefine"));
        includes.filter_map(|node| node.attribute("schemaLocation").map(str::to_owned)).collect()
    }
}

impl XsdNode {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    pub(super) fn reference(&self, name: &str) -> Option<&QName> {
        self.references.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub(super) fn child(&self, kinds: &[&str]) -> Option<&Self> {
        self.children.iter().find(|child| kinds.contains(&&*child.kind))
    }
}

/// Whether a name is of the schema language itself.
pub(super) fn is_built_in(name: &QName) -> bool {
    name.0 == XSD_NAMESPACE
}

struct Builder {
    /// The open elements, the document first.
    open: Vec<XsdNode>,
    skipped: u32,
}

impl<'d> Handler<'d> for Builder {
    type Taker<'t>
        = Nobody
    where
        Self: 't;

    fn start(&mut self, tag: &StartTag<'_, 'd>) {
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
            let value = attribute.value.raw.trim();
            let reference = ["ref", "type", "base"].into_iter().find(|&name| name == attribute.name);
            match reference {
                Some(name) => {
                    let (prefix, local) = value.split_once(':').unwrap_or(("", value));
                    let found = tag.namespaces().find(|(known, _)| *known == prefix);
                    let namespace = found.map_or("", |(_, uri)| uri);
                    node.references.push((name, (namespace.to_owned(), local.to_owned())));
                }
                None => node.attributes.push((attribute.name.to_owned(), value.to_owned())),
            }
        }
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
