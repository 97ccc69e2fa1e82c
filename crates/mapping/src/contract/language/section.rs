//! What a table of keys is made of.

/// A place of a contract that holds keys.
#[derive(Debug)]
pub struct Section {
    /// In messages: "a table".
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub meaning: &'static str,
    /// In the order of the manual.
    pub keys: &'static [Key],
    /// What keys ask of each other.
    pub rules: &'static [Rule],
}

/// What keys of a section ask of each other.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// One of the first, or some of the second, or none at all.
    Sources(&'static [&'static str], &'static [&'static str]),
    /// Some of them.
    AnyOf(&'static [&'static str]),
    /// The first is nothing without the second.
    Needs(&'static str, &'static str),
}

/// A key of a section.
#[derive(Debug)]
pub struct Key {
    /// As written.
    pub name: &'static str,
    /// What stands behind it.
    pub shape: Shape,
    /// What its absence means.
    pub absent: Absent,
    /// What it says, in Markdown.
    pub meaning: &'static str,
}

/// What the absence of a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// An error.
    Wrong,
    /// Nothing is said.
    Nothing,
    /// The same as this value.
    Is(&'static str),
    /// What this sentence says.
    Means(&'static str),
}

/// What stands behind a key.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// The one version of the language.
    Version,
    /// Text that means itself.
    Text,
    /// A path.
    Path,
    /// An SQL expression.
    Expression,
    /// `table.column`
    ColumnOfTable,
    /// A data type.
    Type,
    /// A value of the column's type.
    Constant,
    /// A whole number from 0.
    Count,
    /// A whole number from 1 to this.
    Limit(u64),
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// `first`, `last`, `only` or `join('…')`.
    Pick,
    /// A list, or one item in place of a list of one.
    OneOrMore(&'static Self),
    /// A list.
    List(&'static Self),
    /// A map from names of the user's choice.
    Map(&'static Self),
    /// Any of these.
    Either(&'static [Self]),
    /// The keys of a section.
    Section(&'static Section),
}

impl Section {
    /// The names of its keys.
    pub fn key_names(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.keys.iter().map(|key| key.name)
    }

    /// The key of this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// A row of a table of keys.
pub(super) const fn key(name: &'static str, shape: Shape, absent: Absent, meaning: &'static str) -> Key {
    Key { name, shape, absent, meaning }
}

/// The words of a list of words and meanings.
pub(super) fn names<T>(words: &[(&'static str, T)]) -> Vec<&'static str> {
    words.iter().map(|(name, _)| *name).collect()
}
