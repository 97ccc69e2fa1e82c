//! A document as a tree with parents: the data model of XPath 1.0, without comments and processing instructions.

use xmlshred_mapping::contract::Case;
use xmlshred_mapping::path::{Naming, NodeTest};

/// Index of a node. Nodes are numbered in document order, attributes right behind their element.
pub type NodeId = usize;

/// The document node, above the root element.
pub const DOCUMENT: NodeId = 0;

/// All nodes of a document.
#[derive(Debug)]
pub struct Document {
    nodes: Vec<Node>,
}

/// One node.
#[derive(Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Its parent; the document node is its own.
    pub parent: NodeId,
    /// Elements and text below it.
    pub children: Vec<NodeId>,
    /// Attributes, in the order of the document.
    pub attributes: Vec<NodeId>,
}

/// Kinds of nodes.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// The node above the root element, with the whole text of the document.
    Document(String),
    /// An element, with its markup as `type: xml` gives it.
    Element {
        /// Its name.
        name: Name,
        /// Its markup.
        markup: String,
    },
    /// An attribute that is no namespace declaration.
    Attribute {
        /// Its name.
        name: Name,
        /// Its value.
        value: String,
    },
    /// Text between two tags.
    Text(String),
}

/// A name as Namespaces in XML has it; no namespace is the empty string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    namespace: String,
    local: String,
    /// As the document has it, with its prefix.
    written: String,
}

impl Name {
    /// Whether this is the name that a path asks for: in any namespace when it names none.
    pub fn is(&self, namespace: Option<&str>, local: &str, case: Case) -> bool {
        let same_local = match case {
            Case::Sensitive => self.local == local,
            Case::Insensitive => self.local.eq_ignore_ascii_case(local),
        };
        same_local && namespace.is_none_or(|namespace| self.is_in(namespace))
    }

    /// Whether this is a name in a namespace.
    pub fn is_in(&self, namespace: &str) -> bool {
        self.namespace == namespace
    }
}

/// What is to be known of a contract to read documents.
pub struct Reader<'c> {
    /// Where documents stand as text, each as the names from the document's root element down.
    pub embedded: Vec<Vec<&'c NodeTest>>,
    /// How names compare.
    pub case: Case,
    /// What is done to the text of a document before it is parsed, and to those in it.
    pub prepare: Box<dyn FnMut(&str) -> String + 'c>,
    /// A document in the document is not well-formed.
    pub is_torn: bool,
}

impl Reader<'_> {
    fn is_embedded(&self, names: &[Name]) -> bool {
        let is = |(test, name): (&&NodeTest, &Name)| match test {
            NodeTest::Name { namespace, local } => name.is(namespace.as_deref(), local, self.case),
            _ => false,
        };
        self.embedded.iter().any(|path| path.len() == names.len() && path.iter().zip(names).all(is))
    }
}

impl Document {
    /// Parses a document; `None` when it is not well-formed.
    pub fn parse(text: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let text = &(reader.prepare)(text);
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
        let parsed = roxmltree::Document::parse_with_options(text, options).ok()?;
        let root = Node {
            kind: Kind::Document(text.to_owned()),
            parent: DOCUMENT,
            children: Vec::new(),
            attributes: Vec::new(),
        };
        let mut document = Self { nodes: vec![root] };
        document.add_children(DOCUMENT, parsed.root(), text, &mut Vec::new(), reader);
        Some(document)
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// The node and everything below it that is no attribute, in document order.
    pub fn descendants_or_self(&self, id: NodeId) -> Vec<NodeId> {
        let mut found = vec![id];
        for &child in &self.node(id).children {
            found.extend(self.descendants_or_self(child));
        }
        found
    }

    /// The string-value of XPath 1.0: the text of an attribute or text node, all text below anything else.
    pub fn string_value(&self, id: NodeId) -> String {
        match &self.node(id).kind {
            Kind::Attribute { value, .. } => value.clone(),
            Kind::Text(text) => text.clone(),
            Kind::Document(_) | Kind::Element { .. } => {
                self.node(id).children.iter().map(|&child| self.string_value(child)).collect()
            }
        }
    }

    /// Whether a node is an element with `xsi:nil`, or text of one.
    pub fn is_nil(&self, id: NodeId) -> bool {
        let is_nil = |name: &Name, value: &str| {
            name.namespace == "http://www.w3.org/2001/XMLSchema-instance"
                && name.local == "nil"
                && matches!(value.trim(), "true" | "1")
        };
        let node = self.node(id);
        match node.kind {
            Kind::Text(_) => node.parent != DOCUMENT && self.is_nil(node.parent),
            _ => node.attributes.iter().any(|&attribute| match &self.node(attribute).kind {
                Kind::Attribute { name, value } => is_nil(name, value),
                _ => false,
            }),
        }
    }

    /// What is taken of the name of an element or attribute.
    pub fn name(&self, id: NodeId, naming: Naming) -> String {
        let (Kind::Element { name, .. } | Kind::Attribute { name, .. }) = &self.node(id).kind else {
            return String::new();
        };
        match naming {
            Naming::Local => name.local.clone(),
            Naming::Qualified => name.written.clone(),
            Naming::Namespace => name.namespace.clone(),
        }
    }

    /// What a column of type xml takes: the markup of an element or document, the text of anything else.
    pub fn markup(&self, id: NodeId) -> String {
        match &self.node(id).kind {
            Kind::Document(markup) | Kind::Element { markup, .. } => markup.clone(),
            _ => self.string_value(id),
        }
    }

    fn add_children(
        &mut self,
        parent: NodeId,
        source: roxmltree::Node<'_, '_>,
        text: &str,
        around: &mut Vec<Name>,
        reader: &mut Reader<'_>,
    ) {
        for child in source.children() {
            if child.is_element() {
                self.add_element(parent, child, text, around, reader);
            } else if child.text().is_some_and(|text| child.is_text() && !text.is_empty()) {
                self.add_text(parent, child.text().unwrap_or_default());
            }
        }
    }

    fn add_element(
        &mut self,
        parent: NodeId,
        source: roxmltree::Node<'_, '_>,
        text: &str,
        around: &mut Vec<Name>,
        reader: &mut Reader<'_>,
    ) {
        let name = source.tag_name();
        let own = &text[source.range()];
        let end = own.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').unwrap_or(own.len());
        let name = name_of(name.namespace(), name.name(), &own[1..end]);
        let mut written = attribute_names(own);
        written.retain(|name| name != "xmlns" && !name.starts_with("xmlns:"));
        around.push(name.clone());
        let id = self.push(Kind::Element { name, markup: markup(source, text) }, parent);
        self.nodes[parent].children.push(id);
        for (attribute, written) in source.attributes().zip(written) {
            let name = name_of(attribute.namespace(), attribute.name(), &written);
            let attribute = self.push(Kind::Attribute { name, value: attribute.value().to_owned() }, id);
            self.nodes[id].attributes.push(attribute);
        }
        if !self.add_embedded(id, source, around, reader) {
            self.add_children(id, source, text, around, reader);
        }
        around.pop();
    }

    /// Adds the document that stands in an element as text; whether there is one.
    fn add_embedded(
        &mut self,
        id: NodeId,
        source: roxmltree::Node<'_, '_>,
        around: &mut Vec<Name>,
        reader: &mut Reader<'_>,
    ) -> bool {
        if !reader.is_embedded(around) {
            return false;
        }
        let texts = source.children().filter(roxmltree::Node::is_text);
        let inner = texts.filter_map(|child| child.text()).collect::<String>();
        let inner = inner.trim_matches([' ', '\t', '\r', '\n']);
        if inner.is_empty() {
            return false;
        }
        if source.children().any(|child| child.is_element()) {
            reader.is_torn = true;
            return true;
        }
        let inner = &(reader.prepare)(inner);
        match roxmltree::Document::parse(inner) {
            Ok(parsed) => self.add_children(id, parsed.root(), inner, around, reader),
            Err(_) => reader.is_torn = true,
        }
        true
    }

    /// A comment or processing instruction does not end a text node, unlike in XPath's own data model.
    fn add_text(&mut self, parent: NodeId, text: &str) {
        if let Some(&last) = self.nodes[parent].children.last()
            && let Kind::Text(before) = &mut self.nodes[last].kind
        {
            before.push_str(text);
            return;
        }
        let id = self.push(Kind::Text(text.to_owned()), parent);
        self.nodes[parent].children.push(id);
    }

    fn push(&mut self, kind: Kind, parent: NodeId) -> NodeId {
        self.nodes.push(Node { kind, parent, children: Vec::new(), attributes: Vec::new() });
        self.nodes.len() - 1
    }
}

fn name_of(namespace: Option<&str>, local: &str, written: &str) -> Name {
    Name {
        namespace: namespace.unwrap_or_default().to_owned(),
        local: local.to_owned(),
        written: written.to_owned(),
    }
}

/// The element as the document has it, with the namespace declarations that it inherits: the outermost first.
fn markup(element: roxmltree::Node<'_, '_>, text: &str) -> String {
    let own = &text[element.range()];
    let mut inherited = Vec::<String>::new();
    for ancestor in element.ancestors().collect::<Vec<_>>().into_iter().rev() {
        for name in declarations(&text[ancestor.range()]) {
            inherited.retain(|known| *known != name);
            inherited.push(name);
        }
    }
    inherited.retain(|name| !declarations(own).contains(name));
    let inherited = inherited.iter().filter_map(|name| {
        let prefix = name.strip_prefix("xmlns").and_then(|rest| rest.strip_prefix(':'));
        let uri = element.lookup_namespace_uri(prefix).filter(|uri| !uri.is_empty())?;
        Some(format!(" {name}=\"{}\"", uri.replace('&', "&amp;")))
    });
    let inherited = inherited.collect::<String>();
    let name_end = own.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').unwrap_or(own.len());
    format!("{}{}{}", &own[..name_end], inherited, &own[name_end..])
}

/// The names of the attributes of the start tag at the beginning of this text that declare a namespace.
fn declarations(element: &str) -> Vec<String> {
    let mut names = attribute_names(element);
    names.retain(|name| name == "xmlns" || name.starts_with("xmlns:"));
    names
}

/// The names of the attributes of the start tag at the beginning of this text, declarations of namespaces included, in its order.
fn attribute_names(element: &str) -> Vec<String> {
    let mut quote = None;
    let mut unquoted = String::new();
    for c in element.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '>' => break,
            None if matches!(c, '"' | '\'') => {
                quote = Some(c);
                unquoted.push(' ');
            }
            None => unquoted.push(c),
        }
    }
    let mut parts = unquoted.split('=').collect::<Vec<_>>();
    parts.pop();
    parts.iter().filter_map(|part| part.split_whitespace().next_back()).map(str::to_owned).collect()
}
