//! Namespace declarations in scope (Namespaces in XML 1.0).

use std::collections::HashMap;

use bumpalo::Bump;

use super::attributes::RawAttribute;
use super::error::XmlErrorKind;
use super::reference::unescape_attribute;

/// What the prefix `xml` is always bound to.
pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
/// What the prefix `xmlns` is always bound to.
pub const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

/// A namespace as a number: the same for the same URI within one document.
pub(super) type NamespaceId = u32;

const NO_NAMESPACE: NamespaceId = 0;
const XML: NamespaceId = 1;

/// Up to here declarations are compared one by one; of more, each prefix is looked up.
const MAX_COMPARED: usize = 8;

/// The declarations of all open elements. Looking a prefix up takes the same time however many there are.
#[derive(Debug, Default)]
pub(super) struct Scope<'d> {
    declarations: Vec<Declaration<'d>>,
    /// Once there are many.
    index: Option<Box<Index<'d>>>,
    namespace_count: NamespaceId,
}

/// Where many declarations are found.
#[derive(Debug, Default)]
struct Index<'d> {
    /// The innermost declaration of each prefix, as its place among all. Hashed with a key of the process.
    innermost: HashMap<&'d str, usize, foldhash::fast::RandomState>,
    /// The namespaces of this document.
    namespaces: HashMap<Box<str>, NamespaceId, foldhash::fast::RandomState>,
}

#[derive(Debug)]
struct Declaration<'d> {
    depth: u32,
    prefix: &'d str,
    /// As the document writes it.
    raw: &'d str,
    /// What it stands for, where references and white space make that differ.
    replaced: Option<Box<str>>,
    id: NamespaceId,
    /// The declaration of the same prefix around it.
    hides: Option<usize>,
}

impl<'d> Scope<'d> {
    /// Takes in the declaration that an attribute of the element at `depth` is.
    pub(super) fn declare(&mut self, depth: u32, attribute: &RawAttribute<'d>) -> Result<(), XmlErrorKind> {
        let prefix = if attribute.prefix_len == 0 { "" } else { attribute.local() };
        let raw = attribute.value.raw;
        let replaced = (!attribute.value.is_plain).then(|| Box::from(unescape_attribute(raw, &Bump::new())));
        let uri = replaced.as_deref().unwrap_or(raw);
        let is_allowed = match prefix {
            "xml" => uri == XML_NAMESPACE,
            "xmlns" => false,
            "" => uri != XML_NAMESPACE && uri != XMLNS_NAMESPACE,
            _ => !uri.is_empty() && uri != XML_NAMESPACE && uri != XMLNS_NAMESPACE,
        };
        if !is_allowed {
            return Err(XmlErrorKind::InvalidNamespace);
        }
        let id = self.number(uri);
        let hides = self.place(prefix);
        let place = self.declarations.len();
        self.declarations.push(Declaration { depth, prefix, raw, replaced, id, hides });
        match &mut self.index {
            Some(index) => drop(index.innermost.insert(prefix, place)),
            None if place == MAX_COMPARED => self.index = Some(Box::new(Index::of(&self.declarations))),
            None => {}
        }
        Ok(())
    }

    fn number(&mut self, uri: &str) -> NamespaceId {
        match uri {
            "" => NO_NAMESPACE,
            XML_NAMESPACE => XML,
            _ => {
                let known = match &self.index {
                    Some(index) => index.namespaces.get(uri).copied(),
                    None => self.declarations.iter().find(|known| known.uri() == uri).map(|known| known.id),
                };
                known.unwrap_or_else(|| {
                    self.namespace_count += 1;
                    let id = XML + self.namespace_count;
                    if let Some(index) = &mut self.index {
                        index.namespaces.insert(uri.into(), id);
                    }
                    id
                })
            }
        }
    }

    /// Forgets the declarations of the element at `depth` and below.
    #[inline]
    pub(super) fn leave(&mut self, depth: u32) {
        while self.declarations.last().is_some_and(|declaration| declaration.depth >= depth) {
            self.forget_last();
        }
    }

    fn forget_last(&mut self) {
        let Some(Declaration { prefix, hides, .. }) = self.declarations.pop() else { return };
        if let Some(index) = &mut self.index {
            match hides {
                Some(around) => index.innermost.insert(prefix, around),
                None => index.innermost.remove(prefix),
            };
        }
    }

    /// The innermost declaration of a prefix, as its place among all.
    fn place(&self, prefix: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.innermost.get(prefix).copied(),
            None => self.declarations.iter().rposition(|known| known.prefix == prefix),
        }
    }

    fn declaration(&self, prefix: &str) -> Option<&Declaration<'d>> {
        self.place(prefix).map(|at| &self.declarations[at])
    }

    /// The namespace that a prefix stands for. The empty prefix without declaration stands for no namespace: `""`.
    pub(super) fn resolve(&self, prefix: &str) -> Option<&str> {
        match self.declaration(prefix) {
            Some(declaration) => Some(declaration.uri()),
            None if prefix.is_empty() => Some(""),
            None if prefix == "xml" => Some(XML_NAMESPACE),
            None => None,
        }
    }

    /// [`Scope::resolve`], as a number.
    pub(super) fn resolve_id(&self, prefix: &str) -> Option<NamespaceId> {
        match self.declaration(prefix) {
            Some(declaration) => Some(declaration.id),
            None if prefix.is_empty() => Some(NO_NAMESPACE),
            None if prefix == "xml" => Some(XML),
            None => None,
        }
    }

    /// All prefixes in scope with their namespaces as the document writes them, the innermost declaration of each.
    pub(super) fn in_scope(&self) -> impl Iterator<Item = (&'d str, &'d str)> {
        self.declarations.iter().enumerate().filter_map(move |(at, declaration)| {
            let is_innermost = self.place(declaration.prefix) == Some(at);
            is_innermost.then_some((declaration.prefix, declaration.raw))
        })
    }
}

impl Declaration<'_> {
    fn uri(&self) -> &str {
        self.replaced.as_deref().unwrap_or(self.raw)
    }
}

impl<'d> Index<'d> {
    fn of(declarations: &[Declaration<'d>]) -> Self {
        // The innermost is the last of its prefix.
        let innermost = declarations.iter().enumerate().map(|(at, known)| (known.prefix, at)).collect();
        let numbered = declarations.iter().filter(|known| known.id > XML);
        let namespaces = numbered.map(|known| (known.uri().into(), known.id)).collect();
        Self { innermost, namespaces }
    }
}
