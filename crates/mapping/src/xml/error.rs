//! What breaks a rule of XML, and where.

use std::fmt;

/// A place in a document: line and column from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Place {
    /// The place of byte `offset` of `text`.
    pub fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        Self { line, column: before[line_start..].chars().count() + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)
    }
}

/// A broken rule at a byte offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XmlError {
    /// Which rule.
    pub kind: XmlErrorKind,
    /// Byte offset in the text.
    pub offset: usize,
}

/// Which rule is broken. Names no part of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlErrorKind {
    /// Nothing but white space, comments and the like.
    #[error("no root element")]
    NoRoot,
    /// Elements still open at the end.
    #[error("the document ends inside an element")]
    UnclosedElement,
    /// The document ends inside markup.
    #[error("the document ends inside markup")]
    UnclosedMarkup,
    /// A second root.
    #[error("more than one root element")]
    SecondRoot,
    /// Text outside the root.
    #[error("text outside the root element")]
    TextOutsideRoot,
    /// An end tag without its start tag.
    #[error("an end tag that matches no open start tag")]
    MismatchedEndTag,
    /// Something that is no tag after `<`.
    #[error("`<` begins no markup")]
    InvalidMarkup,
    /// Not a name, or a colon in the wrong place.
    #[error("not a name")]
    InvalidName,
    /// No white space between attributes, a missing `=` or quote.
    #[error("an attribute that is not `name=\"value\"`")]
    InvalidAttribute,
    /// `<` in an attribute value.
    #[error("`<` in an attribute value")]
    LessInAttribute,
    /// Twice the same attribute.
    #[error("an attribute stands twice")]
    DuplicateAttribute,
    /// A prefix without a declaration.
    #[error("a namespace prefix is not declared")]
    UnboundPrefix,
    /// A declaration that Namespaces in XML forbids.
    #[error("a namespace declaration that is not allowed")]
    InvalidNamespace,
    /// A character that XML forbids.
    #[error("a character that XML does not allow")]
    ForbiddenCharacter,
    /// `]]>` in text.
    #[error("`]]>` in text")]
    CdataEndInText,
    /// An `&` that begins no reference.
    #[error("`&` begins no reference")]
    InvalidReference,
    /// A reference to an entity other than the five predefined ones.
    #[error("a reference to an entity that is not predefined")]
    UnknownEntity,
    /// `--` in a comment.
    #[error("`--` inside a comment")]
    DoubleHyphen,
    /// A processing instruction with a wrong target.
    #[error("a processing instruction with a wrong target")]
    InvalidInstruction,
    /// An XML declaration elsewhere than at the start, or malformed.
    #[error("a wrong XML declaration, or not at the very start")]
    InvalidDeclaration,
    /// A document type declaration elsewhere than before the root, twice, or malformed.
    #[error("a wrong document type declaration")]
    InvalidDoctype,
    /// A document type declaration that declares entities or refers to some.
    #[error("a document type declaration with entities, which are refused")]
    RefusedDoctype,
    /// An entity that is not text alone.
    #[error("an entity with markup in it, which is refused")]
    MarkupInEntity,
    /// An entity that refers to others, and they to others, or to itself.
    #[error("entities within each other, deeper than {0} levels")]
    EntitiesTooDeep(u32),
    /// Elements nested deeper than allowed.
    #[error("elements nested deeper than {0} levels")]
    TooDeep(u32),
    /// More attributes on an element than allowed.
    #[error("an element with more than {0} attributes")]
    TooManyAttributes(u32),
}
