//! What the scanner knows while it goes through a document.

use super::attributes::{RawAttribute, Uniqueness};
use super::chars::is_space;
use super::error::{XmlError, XmlErrorKind};
use super::names::Names;
use super::namespace::Scope;

/// Limits beyond which a document is refused.
#[derive(Clone, Copy, Debug)]
pub struct ScanLimits {
    /// Depth of elements.
    pub max_depth: u32,
    /// Attributes of one element.
    pub max_attributes: u32,
}

pub(super) struct Scanner<'d, 'n> {
    pub(super) names: &'n mut Names,
    /// The element that ended last in the innermost open one.
    pub(super) before: u32,
    pub(super) text: &'d str,
    pub(super) bytes: &'d [u8],
    pub(super) at: usize,
    pub(super) limits: ScanLimits,
    /// The open elements.
    pub(super) open: Vec<Open>,
    pub(super) scope: Scope<'d>,
    /// Of the tag that is read, unless it is a known one.
    pub(super) attributes: Vec<RawAttribute<'d>>,
    pub(super) uniqueness: Uniqueness,
}

/// An open element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    /// Offset of its name.
    pub(super) name: usize,
    /// Bytes of its name, the prefix included.
    pub(super) name_len: usize,
    /// Its number among the names.
    pub(super) known: u32,
}

/// How a start tag ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagEnd {
    /// With `>`: the element is open.
    Open,
    /// With `/>`.
    Empty,
}

impl<'d, 'n> Scanner<'d, 'n> {
    pub(super) fn new(text: &'d str, at: usize, limits: ScanLimits, names: &'n mut Names) -> Self {
        Self {
            names,
            before: 0,
            text,
            bytes: text.as_bytes(),
            at,
            limits,
            open: Vec::with_capacity(16),
            scope: Scope::default(),
            attributes: Vec::new(),
            uniqueness: Uniqueness::default(),
        }
    }

    pub(super) fn skip_space(&mut self) {
        while self.bytes.get(self.at).is_some_and(|&byte| is_space(byte)) {
            self.at += 1;
        }
    }

    pub(super) fn error(&self, kind: XmlErrorKind) -> XmlError {
        XmlError { kind, offset: self.at }
    }
}
