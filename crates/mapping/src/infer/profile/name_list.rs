//! Names of children or attributes of one element, found quickly when documents repeat their order.

use std::collections::HashMap;

/// Index of a namespace among those of the profile; 0 is none, 1 that of roots.
pub(crate) type NamespaceId = u32;

/// A name of an element or attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) local: Box<str>,
    pub(crate) namespace: NamespaceId,
}

/// A namespace, with the prefix that it was first seen with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Namespace {
    pub(crate) uri: Box<str>,
    pub(crate) prefix: Box<str>,
}

/// Up to this many names, looking at all is quicker than hashing.
const MAX_SCANNED: usize = 8;

/// Names in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct NameList {
    names: Vec<Name>,
    /// Where the next name is expected: behind the last one that was found.
    next: usize,
    /// Names looked at so far.
    compared: u64,
    by_local: HashMap<Box<str>, Vec<u32>, foldhash::fast::FixedState>,
}

impl NameList {
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn compared(&self) -> u64 {
        self.compared
    }

    /// Where a name stands.
    pub(super) fn find(&mut self, local: &str, namespace: &str, namespaces: &[Namespace]) -> Option<usize> {
        let is =
            |name: &Name| *name.local == *local && *namespaces[name.namespace as usize].uri == *namespace;
        // Elements repeat themselves, or come in their usual order.
        for expected in [self.next, self.next.wrapping_sub(1)] {
            self.compared += 1;
            if self.names.get(expected).is_some_and(is) {
                self.next = expected + 1;
                return Some(expected);
            }
        }
        let found = if self.names.len() <= MAX_SCANNED {
            self.compared += self.names.len() as u64;
            self.names.iter().position(is)
        } else {
            let candidates = self.by_local.get(local).map_or([].as_slice(), Vec::as_slice);
            self.compared += candidates.len() as u64;
            candidates.iter().map(|&at| at as usize).find(|&at| is(&self.names[at]))
        };
        if let Some(at) = found {
            self.next = at + 1;
        }
        found
    }

    /// Adds a name that is not there yet; answers where.
    pub(super) fn add(&mut self, name: Name) -> usize {
        let at = self.names.len();
        self.by_local.entry(name.local.clone()).or_default().push(at as u32);
        self.names.push(name);
        self.next = at + 1;
        at
    }
}
