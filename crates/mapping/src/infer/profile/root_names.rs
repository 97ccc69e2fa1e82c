//! Names of root elements that are one kind of document: invoices and credit notes have one contract, where that is asked for.

/// The names, with the documents that have them.
#[derive(Debug, Default)]
pub(crate) struct RootNames {
    names: Vec<(Box<str>, u64)>,
    /// That of the document that is read.
    current: Box<str>,
}

impl RootNames {
    pub(super) fn new(names: &[String]) -> Self {
        let mut known = Self::default();
        for name in names {
            if known.place(name).is_none() {
                known.names.push((name.as_str().into(), 0));
            }
        }
        known
    }

    /// What a root is called in the profile: all of the names are the first.
    pub(crate) fn known_as<'n>(&'n self, local: &'n str) -> &'n str {
        if self.place(local).is_some() { &self.names[0].0 } else { local }
    }

    pub(super) fn begin_document(&mut self, local: &str) {
        if *self.current != *local {
            self.current = local.into();
        }
    }

    pub(super) fn keep(&mut self) {
        if let Some(at) = self.place(&self.current) {
            self.names[at].1 += 1;
        }
    }

    /// As the document that was read last writes it.
    pub(super) fn current(&self) -> &str {
        &self.current
    }

    pub(crate) fn are_several(&self) -> bool {
        self.names.len() > 1
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, _)| &**name)
    }

    /// The first name that no document has.
    pub(crate) fn missing(&self) -> Option<&str> {
        self.names.iter().find(|(_, count)| *count == 0).map(|(name, _)| &**name)
    }

    fn place(&self, local: &str) -> Option<usize> {
        self.names.iter().position(|(name, _)| **name == *local)
    }
}
