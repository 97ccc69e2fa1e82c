//! A column as the contract writes it: read, but nothing looked up yet.

use xmlshred_model::lexical::{OnInexact, OnZone};
use xmlshred_model::{DataType, DataTypeError};

use super::checked::{Blank, Case, Clean, Generate, OnInvalid, OnTooLong, Pick};
use super::diagnostic::{Code, Problems};
use super::fields::{Fields, Spanned, one_or_list, text, word};
use super::language::{COLUMN, GENERATED_DEFAULT, LET, Section, UNPIVOT_ROW};
use super::node::{Entry, Node, NodeKind};
use super::words::{
    BLANKS, CASES, CLEANERS, DEFAULT_GENERATORS, DEFAULT_PICKS, GENERATORS, INEXACT_POLICIES,
    LENGTH_POLICIES, POLICIES, ZONE_POLICIES,
};

/// A column, or a `let`. What is absent is `None`, so that a row template can be laid over it.
#[derive(Clone, Debug)]
pub(super) struct RawColumn<'n> {
    pub(super) name: Spanned<&'n str>,
    pub(super) sources: Vec<RawSource<'n>>,
    /// It says where its value comes from, and what it says is wrong: that was told.
    pub(super) has_wrong_source: bool,
    pub(super) data_type: Option<Spanned<DataType>>,
    /// A type was written, though a wrong one: its absence need not be told as well.
    pub(super) has_wrong_type: bool,
    pub(super) key: Option<bool>,
    pub(super) required: Option<bool>,
    pub(super) sensitive: Option<bool>,
    pub(super) counts: Option<Spanned<bool>>,
    pub(super) pick: Option<Pick>,
    pub(super) clean: Option<Vec<Clean>>,
    pub(super) null_values: Option<Vec<String>>,
    pub(super) blank: Option<Blank>,
    pub(super) codes: Option<&'n Node>,
    pub(super) codes_case: Option<Spanned<Case>>,
    pub(super) formats: Option<Vec<Spanned<&'n str>>>,
    pub(super) default: Option<RawDefault<'n>>,
    pub(super) on_invalid: Option<Spanned<OnInvalid>>,
    pub(super) on_too_long: Option<Spanned<OnTooLong>>,
    pub(super) on_unmapped_code: Option<Spanned<OnInvalid>>,
    pub(super) on_inexact: Option<Spanned<OnInexact>>,
    pub(super) on_zone: Option<Spanned<OnZone>>,
}

/// The value in place of null, as written.
#[derive(Clone, Debug)]
pub(super) enum RawDefault<'n> {
    Value(&'n Node),
    Generate(Spanned<Generate>),
}

/// The keys that say where a value comes from.
const SOURCES: [&str; 6] = ["path", "expr", "parent", "value", "source", "generate"];

/// Where a value comes from, as written.
#[derive(Clone, Debug)]
pub(super) enum RawSource<'n> {
    /// One path or several.
    Path(Vec<Spanned<&'n str>>),
    Expr(Spanned<&'n str>),
    Parent(Spanned<&'n str>),
    Value(&'n Node),
    /// A column of the document's row.
    Column(Spanned<&'n str>),
    /// The name of a row of an `unpivot`.
    Name(Spanned<&'n str>),
    Generate(Spanned<Generate>),
}

impl<'n> RawColumn<'n> {
    /// A column that says nothing but its name.
    pub(super) fn named(name: Spanned<&'n str>) -> Self {
        Self {
            name,
            sources: Vec::new(),
            has_wrong_source: false,
            data_type: None,
            has_wrong_type: false,
            key: None,
            required: None,
            sensitive: None,
            counts: None,
            pick: None,
            clean: None,
            null_values: None,
            blank: None,
            codes: None,
            codes_case: None,
            formats: None,
            default: None,
            on_invalid: None,
            on_too_long: None,
            on_unmapped_code: None,
            on_inexact: None,
            on_zone: None,
        }
    }

    pub(super) fn read_column(entry: &'n Entry, problems: &mut Problems) -> Self {
        Self::read(&entry.key, entry.key_span.clone(), &entry.value, &COLUMN, problems)
    }

    pub(super) fn read_let(entry: &'n Entry, problems: &mut Problems) -> Self {
        Self::read(&entry.key, entry.key_span.clone(), &entry.value, &LET, problems)
    }

    /// A row of an `unpivot`: what it says of the column of values.
    pub(super) fn read_unpivoted(name: Spanned<&'n str>, node: &'n Node, problems: &mut Problems) -> Self {
        Self::read(name.value, name.span, node, &UNPIVOT_ROW, problems)
    }

    fn read(
        name: &'n str,
        span: std::ops::Range<usize>,
        node: &'n Node,
        section: &Section,
        problems: &mut Problems,
    ) -> Self {
        let mut column = Self::named(Spanned { value: name, span });
        let Some(fields) = Fields::read(node, section, problems) else { return column };
        let mut source = |source: Option<RawSource<'n>>| column.sources.extend(source);
        if let Some(entry) = fields.entry("path") {
            let paths = texts(&entry.value, "path", problems);
            if let (NodeKind::List(items), []) = (&entry.value.kind, &paths[..])
                && items.is_empty()
            {
                let hint = "write at least one path, as in `path: [\"@new\", \"@old\"]`";
                problems.report(Code::WrongShape, entry.key_span.clone(), "a list without a path", hint);
            }
            source((!paths.is_empty()).then_some(RawSource::Path(paths)));
        }
        source(fields.text("expr", problems).map(RawSource::Expr));
        source(fields.text("parent", problems).map(RawSource::Parent));
        source(fields.get("value").map(RawSource::Value));
        source(fields.text("source", problems).map(RawSource::Column));
        if let Some(found) = fields.text("generate", problems) {
            let generate = word(&found, "generate", &GENERATORS, problems);
            source(generate.map(|value| RawSource::Generate(Spanned { value, span: found.span })));
        }
        column.has_wrong_source =
            column.sources.is_empty() && SOURCES.iter().any(|key| fields.get(key).is_some());
        column.read_type(&fields, problems);
        column.key = fields.flag("key", problems);
        column.required = fields.flag("required", problems);
        column.sensitive = fields.flag("sensitive", problems);
        column.counts = spanned_word(&fields, "counts", &[("true", true), ("false", false)], problems);
        column.pick = fields.text("pick", problems).and_then(|found| pick(&found, problems));
        column.clean = fields.get("clean").map(|node| cleaners(node, problems));
        column.blank = fields.word("blank", &BLANKS, problems);
        column.null_values = fields.get("null_values").map(|node| null_values(node, problems));
        column.codes = fields.get("codes");
        column.codes_case = spanned_word(&fields, "codes_case", &CASES, problems);
        column.formats = fields.get("format").map(|node| texts(node, "format", problems));
        column.default =
            fields.get("default").filter(|node| !node.is_null()).and_then(|node| default(node, problems));
        column.on_invalid = spanned_word(&fields, "on_invalid", &POLICIES, problems);
        column.on_too_long = spanned_word(&fields, "on_too_long", &LENGTH_POLICIES, problems);
        column.on_unmapped_code = spanned_word(&fields, "on_unmapped_code", &POLICIES, problems);
        column.on_inexact = spanned_word(&fields, "on_inexact", &INEXACT_POLICIES, problems);
        column.on_zone = spanned_word(&fields, "on_zone", &ZONE_POLICIES, problems);
        column
    }

    /// What each says alone where the value comes from: `expr` beside `path` says how it goes on.
    pub(super) fn exclusive_sources(&self) -> &[RawSource<'n>] {
        match &self.sources[..] {
            [RawSource::Path(_), RawSource::Expr(_)] => &self.sources[..1],
            all => all,
        }
    }

    fn read_type(&mut self, fields: &Fields<'n>, problems: &mut Problems) {
        let Some(found) = fields.text("type", problems) else { return };
        match found.value.parse() {
            Ok(value) => self.data_type = Some(Spanned { value, span: found.span }),
            Err(error) => {
                self.has_wrong_type = true;
                wrong_type(&error, &found, problems);
            }
        }
    }

    /// This column with what a row template says about it.
    pub(super) fn overlaid(&self, over: &Self) -> Self {
        let Self {
            name: _,
            sources,
            has_wrong_source,
            data_type,
            has_wrong_type,
            key,
            required,
            sensitive,
            counts,
            pick,
            clean,
            null_values,
            blank,
            codes,
            codes_case,
            formats,
            default,
            on_invalid,
            on_too_long,
            on_unmapped_code,
            on_inexact,
            on_zone,
        } = over.clone();
        Self {
            name: self.name.clone(),
            sources: if sources.is_empty() { self.sources.clone() } else { sources },
            has_wrong_source: has_wrong_source || self.has_wrong_source,
            data_type: data_type.or_else(|| self.data_type.clone()),
            has_wrong_type: has_wrong_type || self.has_wrong_type,
            key: key.or(self.key),
            required: required.or(self.required),
            sensitive: sensitive.or(self.sensitive),
            counts: counts.or_else(|| self.counts.clone()),
            pick: pick.or_else(|| self.pick.clone()),
            clean: clean.or_else(|| self.clean.clone()),
            null_values: null_values.or_else(|| self.null_values.clone()),
            blank: blank.or(self.blank),
            codes: codes.or(self.codes),
            codes_case: codes_case.or_else(|| self.codes_case.clone()),
            formats: formats.or_else(|| self.formats.clone()),
            default: default.or_else(|| self.default.clone()),
            on_invalid: on_invalid.or_else(|| self.on_invalid.clone()),
            on_too_long: on_too_long.or_else(|| self.on_too_long.clone()),
            on_unmapped_code: on_unmapped_code.or_else(|| self.on_unmapped_code.clone()),
            on_inexact: on_inexact.or_else(|| self.on_inexact.clone()),
            on_zone: on_zone.or_else(|| self.on_zone.clone()),
        }
    }
}

/// Tells that a type is none, with what was meant.
pub(super) fn wrong_type(error: &DataTypeError, found: &Spanned<&str>, problems: &mut Problems) {
    let name = found.value.split('(').next().unwrap_or_default().trim().to_lowercase();
    let hint = match error {
        DataTypeError::WrongArguments { .. } if found.value.to_lowercase().contains("max") => {
            "write `text`, which has no length".to_owned()
        }
        DataTypeError::WrongArguments { .. } => format!("write `{}`", error.example()),
        DataTypeError::UnknownName(_) if DataType::NAMES.contains(&&*name) => format!("write `{name}`"),
        DataTypeError::UnknownName(_) => DataType::instead_of(&name)
            .map(|known| format!("write `{known}`"))
            .or_else(|| problems.suggestion(&name, DataType::NAMES))
            .unwrap_or_else(|| format!("the types are {}", DataType::NAMES.join(", "))),
    };
    problems.report(Code::InvalidType, found.span.clone(), error.to_string(), hint);
}

fn spanned_word<T: Copy>(
    fields: &Fields<'_>,
    key: &str,
    words: &[(&str, T)],
    problems: &mut Problems,
) -> Option<Spanned<T>> {
    let found = fields.text(key, problems)?;
    word(&found, key, words, problems).map(|value| Spanned { value, span: found.span })
}

/// A constant, or what makes one.
fn default<'n>(node: &'n Node, problems: &mut Problems) -> Option<RawDefault<'n>> {
    if !matches!(node.kind, NodeKind::Map(_)) {
        return Some(RawDefault::Value(node));
    }
    let fields = Fields::read(node, &GENERATED_DEFAULT, problems)?;
    let found = fields.required_text("generate", "a generated default", &node.span, problems)?;
    let generate = word(&found, "generate", &DEFAULT_GENERATORS, problems)?;
    Some(RawDefault::Generate(Spanned { value: generate, span: found.span }))
}

/// One text or a list of them.
pub(super) fn texts<'n>(node: &'n Node, key: &str, problems: &mut Problems) -> Vec<Spanned<&'n str>> {
    one_or_list(node).iter().filter_map(|item| text(item, key, problems)).collect()
}

/// Steps of `clean`. Blanks and the kind of quotes in an argument do not matter.
pub(super) fn cleaners(node: &Node, problems: &mut Problems) -> Vec<Clean> {
    let found = texts(node, "clean", problems);
    let one = |found: Spanned<&str>| {
        let plain = found.value.replace(char::is_whitespace, "").replace('"', "'");
        match CLEANERS.iter().find(|(word, _)| *word == plain) {
            Some(&(_, clean)) => Some(clean),
            None => word(&found, "clean", &CLEANERS, problems),
        }
    };
    found.into_iter().filter_map(one).collect()
}

/// In lower case, as they are compared.
pub(super) fn null_values(node: &Node, problems: &mut Problems) -> Vec<String> {
    texts(node, "null_values", problems).iter().map(|found| found.value.to_lowercase()).collect()
}

/// `first`, `last`, `only` or `join('…')`.
fn pick(found: &Spanned<&str>, problems: &mut Problems) -> Option<Pick> {
    if let Some((_, pick)) = DEFAULT_PICKS.iter().find(|(word, _)| *word == found.value) {
        return Some(pick.clone());
    }
    let separator = found.value.strip_prefix("join(").and_then(|rest| rest.strip_suffix(')')).map(str::trim);
    let unquoted = separator.and_then(|text| {
        ['\'', '"'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))
    });
    if unquoted.is_none() {
        problems.report(
            Code::UnknownValue,
            found.span.clone(),
            format!("`pick` cannot be `{}`", found.value),
            "it can be `first`, `last`, `only` or `join(', ')` with the separator in quotes",
        );
    }
    unquoted.map(|separator| Pick::Join(separator.to_owned()))
}

/// The constant that a scalar node stands for; `None` is null.
pub(super) fn constant_text(node: &Node) -> Result<Option<&str>, &'static str> {
    match &node.kind {
        _ if node.is_null() => Ok(None),
        NodeKind::Scalar { text, .. } => Ok(Some(text)),
        NodeKind::List(_) | NodeKind::Map(_) => Err(node.describe()),
    }
}

/// Whether a value can have more digits of a fraction than the type.
pub(super) fn may_be_inexact(data_type: DataType) -> bool {
    matches!(
        data_type,
        DataType::TinyInt
            | DataType::SmallInt
            | DataType::Int
            | DataType::BigInt
            | DataType::Decimal { .. }
            | DataType::Date
            | DataType::Time
            | DataType::Timestamp
            | DataType::TimestampTz
    )
}
