//! Names that some path mentions, as small numbers. Every other name is [`OTHER`].

use std::borrow::Cow;
use std::collections::HashMap;

use crate::contract::Case;

/// A name of an element or attribute, in a namespace or in any.
pub(crate) type Symbol = u32;

/// Any name that no path mentions.
pub(crate) const OTHER: Symbol = 0;

/// All names of a plan.
#[derive(Debug)]
pub(crate) struct Symbols {
    by_local: HashMap<Box<str>, Entry, foldhash::fast::FixedState>,
    count: u32,
    case: Case,
}

#[derive(Debug)]
struct Entry {
    /// The name in a namespace that no path asks for.
    elsewhere: Symbol,
    by_namespace: HashMap<Box<str>, Symbol, foldhash::fast::FixedState>,
}

impl Symbols {
    pub(crate) fn new(case: Case) -> Self {
        Self { by_local: HashMap::default(), count: OTHER + 1, case }
    }

    /// How many symbols there are, [`OTHER`] included.
    pub(crate) fn count(&self) -> usize {
        self.count as usize
    }

    /// Makes a name known, with the namespace that a path asks for, if it asks for one.
    pub(super) fn add(&mut self, local: &str, namespace: Option<&str>) {
        let local = self.folded(local).into_owned();
        let count = &mut self.count;
        let mut next = || {
            *count += 1;
            *count - 1
        };
        let entry = self
            .by_local
            .entry(local.into_boxed_str())
            .or_insert_with(|| Entry { elsewhere: next(), by_namespace: HashMap::default() });
        if let Some(uri) = namespace
            && !entry.by_namespace.contains_key(uri)
        {
            entry.by_namespace.insert(uri.into(), next());
        }
    }

    /// All symbols that a name test accepts; call after every `add`.
    pub(super) fn accepted(&self, local: &str, namespace: Option<&str>) -> Box<[Symbol]> {
        let Some(entry) = self.by_local.get(&*self.folded(local)) else { return Box::default() };
        match namespace {
            Some(uri) => entry.by_namespace.get(uri).copied().into_iter().collect(),
            None => {
                let mut all =
                    entry.by_namespace.values().copied().chain([entry.elsewhere]).collect::<Box<[_]>>();
                all.sort_unstable();
                all
            }
        }
    }

    /// The symbol of a name in a document. `namespace` is asked only when some path cares.
    pub(crate) fn lookup<'n>(&self, local: &str, namespace: impl FnOnce() -> &'n str) -> Symbol {
        let entry = match self.case {
            Case::Sensitive => self.by_local.get(local),
            Case::Insensitive => self.by_local.get(&*self.folded(local)),
        };
        let Some(entry) = entry else { return OTHER };
        if entry.by_namespace.is_empty() {
            return entry.elsewhere;
        }
        entry.by_namespace.get(namespace()).copied().unwrap_or(entry.elsewhere)
    }

    fn folded<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.case {
            Case::Insensitive if name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                name.to_ascii_lowercase().into()
            }
            Case::Insensitive | Case::Sensitive => name.into(),
        }
    }
}
