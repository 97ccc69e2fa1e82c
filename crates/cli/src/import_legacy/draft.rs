//! A contract of ours as data, before it is text. Values are YAML already: see [`super::yaml`].

/// The contract.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) source_table: String,
    pub(crate) source_column: String,
    /// A condition on rows of the source, as SQL.
    pub(crate) condition: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) root: String,
    pub(crate) key: Option<String>,
    pub(crate) require: Vec<String>,
    pub(crate) has_dates: bool,
    pub(crate) codes: Vec<CodeList>,
    pub(crate) tables: Vec<DraftTable>,
}

/// A list of `codes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodeList {
    pub(crate) name: String,
    pub(crate) entries: Vec<(String, String)>,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub(crate) struct DraftTable {
    pub(crate) name: String,
    pub(crate) comment: Option<String>,
    pub(crate) within: Option<String>,
    pub(crate) each: Option<String>,
    pub(crate) one_per: Option<OnePer>,
    /// An expression over the row.
    pub(crate) condition: Option<String>,
    pub(crate) skips_blank: bool,
    pub(crate) lets: Vec<Line>,
    pub(crate) unpivot: Option<Unpivot>,
    pub(crate) rows: Vec<DraftRow>,
    pub(crate) columns: Vec<Line>,
}

/// `one_per`, of which the last row stays.
#[derive(Clone, Debug)]
pub(crate) struct OnePer {
    pub(crate) key: String,
    pub(crate) prefer: Option<(String, Vec<String>)>,
}

/// `unpivot`: the constants of its rows are names, and they have one cell.
#[derive(Clone, Debug)]
pub(crate) struct Unpivot {
    pub(crate) names: Vec<String>,
    pub(crate) value: String,
    pub(crate) data_type: String,
    /// Where names are numbers.
    pub(crate) name_type: Option<String>,
}

/// A row template.
#[derive(Clone, Debug, Default)]
pub(crate) struct DraftRow {
    pub(crate) set: Vec<(String, String)>,
    pub(crate) cells: Vec<Line>,
}

/// A column or `let`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) keys: Keys,
    pub(crate) comment: Option<String>,
}

/// What a column says, in the order in which it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keys(Vec<(&'static str, String)>);

/// The order in which keys are written: where a value comes from, what is done to it, what it is.
const ORDER: [&str; 17] = [
    "path",
    "expr",
    "parent",
    "value",
    "generate",
    "clean",
    "null_values",
    "codes",
    "codes_case",
    "type",
    "default",
    "key",
    "required",
    "counts",
    "on_invalid",
    "on_too_long",
    "on_unmapped_code",
];

impl Keys {
    /// One key.
    pub(crate) fn of(key: &'static str, value: impl Into<String>) -> Self {
        Self(vec![(key, value.into())])
    }

    /// With this key, at its place.
    pub(crate) fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.set(key, value);
        self
    }

    pub(crate) fn set(&mut self, key: &'static str, value: impl Into<String>) {
        let place = |key: &str| ORDER.iter().position(|known| *known == key).unwrap_or(ORDER.len());
        self.0.retain(|(known, _)| *known != key);
        let at = self.0.partition_point(|(known, _)| place(known) < place(key));
        self.0.insert(at, (key, value.into()));
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| &**value)
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| *known == key)?;
        Some(self.0.remove(at).1)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(key, value)| (*key, &**value))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl DraftRow {
    /// The path of its only cell, when it says nothing else.
    pub(crate) fn only_path(&self) -> Option<&str> {
        match &self.cells[..] {
            [Line { keys, .. }] if keys.len() == 1 => keys.get("path"),
            _ => None,
        }
    }
}
