//! What a handler is told of a document.

use super::attributes::{RawAttribute, RawText, local_part};
use super::namespace::{Scope, XMLNS_NAMESPACE};

/// What a document consists of, as the scanner comes by it. Comments, processing instructions and declarations are not told.
pub trait Handler<'d> {
    /// Takes attributes of known tags; [`Nobody`] where no tag is told so.
    type Taker<'t>: Taker
    where
        Self: 't;

    /// A start tag, or the first half of an empty-element tag.
    fn start(&mut self, tag: &StartTag<'_, 'd>);

    /// The end of the innermost open element; `end` is the offset after its end tag.
    fn end(&mut self, end: usize);

    /// A run of text inside the root, never empty.
    fn text(&mut self, text: RawText<'d>, kind: TextKind);

    /// Whether text that stands here is told.
    #[inline(always)]
    fn reads_text(&self) -> bool {
        true
    }

    /// Instead of [`Handler::start`], when all names of a tag are known: its attributes may follow one by one. It is neither against a
    /// rule nor told until [`Handler::begun`].
    fn begin(&mut self, _known: u32, _offset: usize) -> Taking<Self::Taker<'_>> {
        Taking::Whole
    }

    /// The tag that has begun is a tag to its end.
    fn begun(&mut self) {}

    /// The tag that has begun is not as it seemed: it will be told as a whole.
    fn forget(&mut self) {}

    /// A document within the innermost open element is told next: its namespaces, and the numbers of its names, are its own.
    fn enter(&mut self) {}

    /// That document ends.
    fn leave(&mut self) {}
}

/// How a handler takes a known tag.
#[derive(Debug)]
pub enum Taking<T> {
    /// Told by [`Handler::start`], when all of it is read.
    Whole,
    /// One attribute after the other.
    Each(T),
    /// Its attributes are told to nobody.
    Nothing,
}

/// Takes the attributes of a tag that has begun.
pub trait Taker {
    /// An attribute: whether it could be taken. If not, the tag is forgotten and told as a whole.
    fn attribute(&mut self, attribute: AttributeSpan) -> bool;
}

/// Takes attributes that are told to nobody.
#[derive(Debug)]
pub struct Nobody;

impl Taker for Nobody {
    #[inline(always)]
    fn attribute(&mut self, _: AttributeSpan) -> bool {
        true
    }
}

/// An attribute of a known tag: its value is from `start` to `stop` in the document.
#[derive(Clone, Copy, Debug)]
pub struct AttributeSpan {
    /// The number that stands for its name.
    pub known: u32,
    /// Offset of its value.
    pub start: usize,
    /// Offset after its value.
    pub stop: usize,
    /// Whether there is nothing to replace in it.
    pub is_plain: bool,
}

/// Where text stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// Between tags: references count.
    Content,
    /// In a CDATA section: nothing counts but line ends.
    Cdata,
}

/// A start tag.
#[derive(Clone, Copy, Debug)]
pub struct StartTag<'s, 'd> {
    pub(super) name: &'d str,
    pub(super) prefix_len: usize,
    /// In document order, namespace declarations included.
    pub attributes: &'s [RawAttribute<'d>],
    /// Offset of its `<`.
    pub offset: usize,
    /// A number that stands for this name; 0 when there is none.
    pub known: u32,
    pub(super) scope: &'s Scope<'d>,
}

impl<'s, 'd> StartTag<'s, 'd> {
    /// The name as the document has it, with its prefix.
    pub fn name(&self) -> &'d str {
        self.name
    }

    /// The local name.
    pub fn local(&self) -> &'d str {
        local_part(self.name, self.prefix_len)
    }

    /// The prefix, empty when there is none.
    pub fn prefix(&self) -> &'d str {
        &self.name[..self.prefix_len]
    }

    /// The namespace of the element, empty when it has none.
    pub fn namespace(&self) -> &'s str {
        self.namespace_of(self.prefix())
    }

    /// The namespace of an attribute, empty when it has none: attributes without prefix never have one.
    pub fn attribute_namespace(&self, attribute: &RawAttribute<'d>) -> &'s str {
        match attribute.prefix() {
            "" => "",
            // Declared nowhere.
            "xmlns" => XMLNS_NAMESPACE,
            prefix => self.namespace_of(prefix),
        }
    }

    /// All prefixes in scope with their namespaces as the document writes them; the empty prefix is the default namespace.
    pub fn namespaces(&self) -> impl Iterator<Item = (&'d str, &'d str)> {
        self.scope.in_scope()
    }

    fn namespace_of(&self, prefix: &str) -> &'s str {
        self.scope.resolve(prefix).expect("the scanner has checked that every prefix is declared")
    }
}
