//! Names that some path mentions, as small numbers. Every other name is [`OTHER`].

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::contract::Case;

/// A name of an element or attribute, in a namespace or in any.
pub(crate) type Symbol = u32;

/// Any name that no path mentions.
pub(crate) const OTHER: Symbol = 0;

/// All names of a plan.
#[derive(Debug)]
pub(crate) struct Symbols {
    by_local: HashMap<Box<str>, Entry, foldhash::fast::FixedState>,
    /// Namespaces that some path asks for without a local name: their symbols stand together, that of all other names in them last. A
    /// contract has few of these (`contract` counts them).
    whole: HashMap<Box<str>, Range<Symbol>, foldhash::fast::FixedState>,
    /// Without case: how paths spell attributes with this name, the first of several.
    spellings: HashMap<Symbol, Box<str>, foldhash::fast::FixedState>,
    count: u32,
    case: Case,
}

#[derive(Debug)]
struct Entry {
    /// Without case: how paths spell attributes with this name, the first of several.
    spelling: Option<Box<str>>,
    /// The name in a namespace that no path asks for.
    elsewhere: Symbol,
    by_namespace: HashMap<Box<str>, Symbol, foldhash::fast::FixedState>,
}

impl Symbols {
    pub(crate) fn new(case: Case) -> Self {
        let (by_local, whole, spellings) = (HashMap::default(), HashMap::default(), HashMap::default());
        Self { by_local, whole, spellings, count: OTHER + 1, case }
    }

    /// How many symbols there are, [`OTHER`] included.
    pub(crate) fn count(&self) -> usize {
        self.count as usize
    }

    /// Makes a name of an element or attribute known, with the namespace that a path asks for, if it asks for one.
    pub(super) fn add(&mut self, local: &str, namespace: Option<&str>, is_attribute: bool) {
        let spelled = local;
        let local = self.folded(local).into_owned();
        let count = &mut self.count;
        let mut next = || {
            *count += 1;
            *count - 1
        };
        let entry = self.by_local.entry(local.into_boxed_str()).or_insert_with(|| Entry {
            spelling: None,
            elsewhere: next(),
            by_namespace: HashMap::default(),
        });
        if let Some(uri) = namespace
            && !entry.by_namespace.contains_key(uri)
        {
            entry.by_namespace.insert(uri.into(), next());
        }
        if self.case == Case::Insensitive {
            if is_attribute {
                entry.spelling.get_or_insert_with(|| spelled.into());
            }
            if let Some(spelling) = &entry.spelling {
                for symbol in entry.by_namespace.values().copied().chain([entry.elsewhere]) {
                    self.spellings.entry(symbol).or_insert_with(|| spelling.clone());
                }
            }
        }
    }

    /// How paths spell attributes of a name that is compared without case: of two that differ by case only, the one that is spelled so is
    /// meant.
    pub(crate) fn spelling(&self, symbol: Symbol) -> Option<&str> {
        self.spellings.get(&symbol).map(|spelling| &**spelling)
    }

    /// Makes known that a path asks for any name in a namespace.
    pub(super) fn add_whole(&mut self, namespace: &str) {
        self.whole.entry(namespace.into()).or_default();
    }

    /// Gives every name a symbol in each namespace that is asked for as a whole; call after every `add`.
    pub(super) fn close(&mut self) {
        for (namespace, range) in &mut self.whole {
            range.start = self.count;
            for entry in self.by_local.values_mut() {
                entry.by_namespace.insert(namespace.clone(), self.count);
                if let Some(spelling) = &entry.spelling {
                    self.spellings.insert(self.count, spelling.clone());
                }
                self.count += 1;
            }
            self.count += 1;
            range.end = self.count;
        }
    }

    /// The symbols of a namespace that is asked for as a whole; call after `close`.
    pub(super) fn whole(&self, namespace: &str) -> Range<Symbol> {
        self.whole.get(namespace).cloned().unwrap_or_default()
    }

    /// All symbols that a name test accepts; call after `close`.
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
        let Some(entry) = entry else {
            return if self.whole.is_empty() { OTHER } else { self.unknown_name(namespace()) };
        };
        if entry.by_namespace.is_empty() {
            return entry.elsewhere;
        }
        entry.by_namespace.get(namespace()).copied().unwrap_or(entry.elsewhere)
    }

    /// The symbol of a name of which no path has the local part.
    #[cold]
    fn unknown_name(&self, namespace: &str) -> Symbol {
        self.whole.get(namespace).map_or(OTHER, |range| range.end - 1)
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
