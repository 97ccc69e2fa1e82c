//! The namespace of roots: documents of one kind have theirs, which other versions of the standard write otherwise. Names in it are one
//! name, whatever it is called in each document, as paths without prefixes read them.

use super::name_list::Namespace;

/// Its index among those of the profile.
pub(super) const MAIN: usize = 1;
/// What it is called there: no document can.
pub(super) const MAIN_URI: &str = "\u{1}";

/// What the namespaces of roots are called.
#[derive(Debug, Default)]
pub(super) struct MainNamespace {
    /// That of the document that is read.
    current: Namespace,
    /// The first of those that count.
    first: Option<Namespace>,
    are_several: bool,
}

impl MainNamespace {
    pub(super) fn begin_document(&mut self, uri: &str, prefix: &str) {
        if *self.current.uri != *uri || *self.current.prefix != *prefix {
            self.current = Namespace { uri: uri.into(), prefix: prefix.into() };
        }
    }

    /// The name of a namespace within the profile.
    pub(super) fn known_as<'u>(&self, uri: &'u str) -> &'u str {
        if *self.current.uri == *uri { MAIN_URI } else { uri }
    }

    pub(super) fn keep(&mut self) {
        match &self.first {
            None => self.first = Some(self.current.clone()),
            Some(first) => self.are_several |= first.uri != self.current.uri,
        }
    }

    pub(super) fn first(&self) -> &Namespace {
        self.first.as_ref().unwrap_or(&self.current)
    }

    pub(super) fn are_several(&self) -> bool {
        self.are_several
    }
}
