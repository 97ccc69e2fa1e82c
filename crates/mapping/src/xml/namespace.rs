//! Namespace declarations in scope (Namespaces in XML 1.0).

use bumpalo::Bump;

use super::attributes::RawAttribute;
use super::error::XmlErrorKind;
use super::reference::unescape_attribute;

/// What the prefix `xml` is always bound to.
pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
/// What the prefix `xmlns` is always bound to.
pub const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

/// The declarations of all open elements.
#[derive(Debug, Default)]
pub(super) struct Scope<'d> {
    declarations: Vec<Declaration<'d>>,
}

#[derive(Debug)]
struct Declaration<'d> {
    depth: u32,
    prefix: &'d str,
    /// As the document writes it.
    raw: &'d str,
    /// What it stands for, where references and white space make that differ.
    replaced: Option<Box<str>>,
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
        self.declarations.push(Declaration { depth, prefix, raw, replaced });
        Ok(())
    }

    /// Forgets the declarations of the element at `depth` and below.
    pub(super) fn leave(&mut self, depth: u32) {
        while self.declarations.last().is_some_and(|declaration| declaration.depth >= depth) {
            self.declarations.pop();
        }
    }

    /// The namespace that a prefix stands for. The empty prefix without declaration stands for no namespace: `""`.
    pub(super) fn resolve(&self, prefix: &str) -> Option<&str> {
        match self.declarations.iter().rev().find(|declaration| declaration.prefix == prefix) {
            Some(declaration) => Some(declaration.replaced.as_deref().unwrap_or(declaration.raw)),
            None if prefix.is_empty() => Some(""),
            None if prefix == "xml" => Some(XML_NAMESPACE),
            None => None,
        }
    }

    /// All prefixes in scope with their namespaces as the document writes them, the innermost declaration of each.
    pub(super) fn in_scope(&self) -> impl Iterator<Item = (&'d str, &'d str)> {
        self.declarations.iter().enumerate().filter_map(|(at, declaration)| {
            let is_hidden =
                self.declarations[at + 1..].iter().any(|later| later.prefix == declaration.prefix);
            (!is_hidden).then_some((declaration.prefix, declaration.raw))
        })
    }
}
