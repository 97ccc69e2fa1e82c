//! A raw column to a checked one: paths parsed, expressions compiled, names found, constants converted.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use xmlshred_model::lexical::Leniency;
use xmlshred_model::{DataType, OwnedValue, Value, Work};

use crate::path::{Namespaces, Path};

use super::checked::{
    Blank, BoundExpression, Case, Clean, CodeList, Column, ColumnDefault, ColumnSource, Generate, Input, Let,
    OnInvalid, OnTooLong, Pick, Table,
};
use super::diagnostic::{Code, Problems};
use super::doubted::Doubts;
use super::fields::Spanned;
use super::node::{Entry, Node};
use super::raw::{RawColumn, RawDefault, RawSource, may_be_inexact};
use super::scope::{Layer, Scope, Surroundings, has_one_row};

/// Everything that columns are checked against.
pub(super) struct Checker<'n> {
    /// The contract's text.
    pub(super) text: &'n str,
    pub(super) problems: Problems,
    /// What the constants of all expressions may cost.
    pub(super) work: Work<'static>,
    pub(super) namespaces: Namespaces,
    /// Those of which some path asks for any name.
    pub(super) whole_namespaces: HashSet<String>,
    pub(super) defaults: Defaults<'n>,
    /// `source.columns`, each with whether something takes it.
    pub(super) source_columns: Vec<(Spanned<&'n str>, bool)>,
    pub(super) codes: HashMap<&'n str, &'n [Entry]>,
    /// In order.
    pub(super) code_names: Vec<&'n str>,
    pub(super) used_codes: HashSet<&'n str>,
    pub(super) lets: Vec<Let>,
    pub(super) tables: Vec<Table>,
    /// What the variables of paths stand for.
    pub(super) variables: Vec<Input>,
    /// Where each table stands, also those not read yet.
    pub(super) table_places: HashMap<&'n str, usize>,
    /// What is read so far, by name.
    pub(super) surroundings: Surroundings,
    /// Code lists by name and type, as columns have them.
    pub(super) code_lists: HashMap<(&'n str, DataType, Case), Arc<CodeList>>,
    /// Columns and `let`s without a type after a mistake that was told, in lower case: what reads them is not to blame.
    pub(super) untyped: HashSet<String>,
    /// The `let`s that expressions read, by table and place; the document's own have `usize::MAX`.
    pub(super) used_lets: HashSet<(usize, usize)>,
    /// All `let`s with their place.
    pub(super) known_lets: Vec<((usize, usize), Spanned<&'n str>)>,
    /// What is looked at again when all is known.
    pub(super) doubts: Doubts,
}

/// The `defaults` section.
#[derive(Clone, Debug, Default)]
pub(super) struct Defaults<'n> {
    pub(super) clean: Vec<Clean>,
    pub(super) null_values: Vec<String>,
    /// Of the types that have patterns.
    pub(super) formats: HashMap<DataType, Vec<Spanned<&'n str>>>,
    pub(super) codes_case: Case,
    pub(super) pick: Option<Pick>,
    pub(super) leniency: Leniency,
    pub(super) blank: Blank,
    pub(super) on_invalid: OnInvalid,
    pub(super) on_too_long: OnTooLong,
    pub(super) on_unmapped_code: OnInvalid,
}

/// What kind of column is resolved, and for which table.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Index that the table will have; `tables.len()` also for document `let`s.
    pub(super) table: usize,
    pub(super) within: Option<usize>,
    pub(super) role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Column,
    /// A column of a table with row templates: without a source it is null.
    TemplateColumn,
    Let,
}

impl<'n> Checker<'n> {
    pub(super) fn column(&mut self, raw: &RawColumn<'n>, scope: &Scope, place: Place) -> Column {
        let (source, inferred) = self.source(raw, scope, place);
        let (other_paths, via, inferred) = match &raw.sources[..] {
            [RawSource::Path(paths), others @ ..] => {
                self.beside_path(raw, (&paths[1..], others), scope, place)
            }
            _ => (Vec::new(), None, inferred),
        };
        // Codes are given for text, whatever an expression gives.
        let inferred = inferred.filter(|_| raw.codes.is_none() || raw.data_type.is_none());
        let data_type = self.data_type(raw, inferred, place);
        let leniency = self.leniency(raw);
        let (formats, binary_format) = self.formats(raw, data_type, leniency);
        let codes_case = raw.codes_case.as_ref().map_or(self.defaults.codes_case, |case| case.value);
        let codes = raw.codes.and_then(|node| self.code_list(node, data_type, codes_case));
        let default = raw.default.as_ref().map(|default| match default {
            RawDefault::Value(node) => ColumnDefault::Value(self.constant(node, data_type, "default")),
            RawDefault::Generate(generate) => self.generated_default(generate, data_type),
        });
        let source = match source {
            Source::Found(source) => source,
            Source::Value(node) => ColumnSource::Constant(self.constant(node, data_type, "value")),
            Source::Name(found) => {
                ColumnSource::Constant(self.constant_of(found.value, &found.span, data_type, "row name"))
            }
        };
        let clean = match &raw.clean {
            Some(own) => own.clone(),
            // Markup is no text to be cleaned by the way.
            None if data_type == DataType::Xml => Vec::new(),
            None => self.defaults.clean.clone(),
        };
        let null_values = raw.null_values.as_ref().unwrap_or(&self.defaults.null_values).as_slice();
        let key = raw.key.unwrap_or(false);
        let is_stored = place.role != Role::Let;
        let counts = raw.counts.as_ref().is_none_or(|counts| counts.value) && is_stored && !key;
        let has_default = default.is_some();
        let column = Column {
            name: raw.name.value.to_owned(),
            data_type,
            key,
            required: key || raw.required.unwrap_or(false),
            sensitive: raw.sensitive.unwrap_or(false),
            source,
            other_paths,
            via,
            counts,
            pick: raw.pick.clone().or_else(|| self.defaults.pick.clone()),
            is_cleaned: !clean.is_empty() || !null_values.is_empty(),
            clean,
            null_values: null_values.into(),
            blank: raw.blank.unwrap_or(self.defaults.blank),
            codes,
            formats,
            binary_format,
            leniency,
            default,
            on_invalid: self.policy(
                raw.on_invalid.as_ref(),
                self.defaults.on_invalid,
                has_default,
                "on_invalid",
            ),
            on_too_long: raw.on_too_long.as_ref().map_or(self.defaults.on_too_long, |policy| policy.value),
            on_unmapped_code: self.policy(
                raw.on_unmapped_code.as_ref(),
                self.defaults.on_unmapped_code,
                has_default,
                "on_unmapped_code",
            ),
        };
        self.warn_useless(raw, &column);
        column
    }

    /// What a column permits, else what `defaults` permit.
    fn leniency(&self, raw: &RawColumn<'n>) -> Leniency {
        let Leniency { on_inexact, on_zone } = self.defaults.leniency;
        Leniency {
            on_inexact: raw.on_inexact.as_ref().map_or(on_inexact, |policy| policy.value),
            on_zone: raw.on_zone.as_ref().map_or(on_zone, |policy| policy.value),
        }
    }

    /// A default that the section asks for and a column does not have leaves the column strict: it fails.
    fn policy(
        &mut self,
        own: Option<&Spanned<OnInvalid>>,
        general: OnInvalid,
        has_default: bool,
        key: &str,
    ) -> OnInvalid {
        match own {
            Some(Spanned { value: OnInvalid::Default, span }) if !has_default => {
                let message = format!("`{key}: default` in a column without a default");
                self.problems.report(
                    Code::MissingDefault,
                    span.clone(),
                    message,
                    "add `default:`, or choose `null` or `fail`",
                );
                OnInvalid::Fail
            }
            Some(own) => own.value,
            None if general == OnInvalid::Default && !has_default => OnInvalid::Fail,
            None => general,
        }
    }

    fn warn_useless(&mut self, raw: &RawColumn<'n>, column: &Column) {
        if let Some(policy) = &raw.on_too_long
            && column.data_type.max_chars().is_none()
        {
            let message = format!("`on_too_long` on type {}, which has no length", column.data_type);
            self.problems.report(
                Code::UselessSetting,
                policy.span.clone(),
                message,
                "leave it out, or give the column a type such as `varchar(50)`",
            );
        }
        if let (Some(policy), None) = (&raw.on_unmapped_code, &raw.codes) {
            let message = "`on_unmapped_code` on a column without `codes`";
            self.problems.report(Code::UselessSetting, policy.span.clone(), message, "leave it out");
        }
        if let Some(Spanned { value: true, span }) = &raw.counts
            && column.key
        {
            let message = "`counts: true` on a key: every row has one";
            self.problems.report(Code::UselessSetting, span.clone(), message, "leave it out");
        }
        if let (Some(case), None) = (&raw.codes_case, &raw.codes) {
            let message = "`codes_case` on a column without `codes`";
            self.problems.report(Code::UselessSetting, case.span.clone(), message, "leave it out");
        }
        if let Some(policy) = &raw.on_inexact
            && !may_be_inexact(column.data_type)
        {
            let message = format!("`on_inexact` on type {}, which has no fraction to lose", column.data_type);
            self.problems.report(Code::UselessSetting, policy.span.clone(), message, "leave it out");
        }
        if let Some(policy) = &raw.on_zone
            && !matches!(column.data_type, DataType::Date | DataType::Time | DataType::Timestamp)
        {
            let message = format!("`on_zone` on type {}", column.data_type);
            let hint = "leave it out: it is for date, time and timestamp";
            self.problems.report(Code::UselessSetting, policy.span.clone(), message, hint);
        }
    }

    fn data_type(&mut self, raw: &RawColumn<'n>, inferred: Option<DataType>, place: Place) -> DataType {
        let stated = raw.data_type.as_ref();
        match (stated, inferred) {
            (Some(stated), Some(inferred)) => {
                if !is_assignable(inferred, stated.value) {
                    let message = format!("a value of type {inferred} does not become a {}", stated.value);
                    self.problems.report(
                        Code::ExpressionType,
                        stated.span.clone(),
                        message,
                        format!("write `CAST(… AS {})` in the expression, or change the type", stated.value),
                    );
                }
                stated.value
            }
            (Some(stated), None) => stated.value,
            (None, Some(inferred)) => inferred,
            (None, None) => {
                if place.role != Role::Let || raw.has_wrong_type {
                    self.untyped.insert(raw.name.value.to_lowercase());
                }
                if place.role != Role::Let && !raw.has_wrong_type {
                    let message = format!("column `{}` has no type", raw.name.value);
                    self.problems.report(
                        Code::MissingType,
                        raw.name.span.clone(),
                        message,
                        "add `type:`, for example `type: varchar(50)`",
                    );
                }
                DataType::Text
            }
        }
    }

    /// Where the value comes from, and the type that it has there.
    fn source(&mut self, raw: &RawColumn<'n>, scope: &Scope, place: Place) -> (Source<'n>, Option<DataType>) {
        let null = || Source::Found(ColumnSource::Constant(OwnedValue::Inline(Value::Null)));
        let [source, others @ ..] = raw.exclusive_sources() else {
            if raw.has_wrong_source {
                return (null(), self.after_a_mistake(raw));
            }
            if place.role != Role::TemplateColumn {
                let message = format!("`{}` does not say where its value comes from", raw.name.value);
                self.problems.report(
                    Code::MissingSource,
                    raw.name.span.clone(),
                    message,
                    "add `path`, `expr`, `parent`, `value`, `source` or `generate`",
                );
            }
            return (null(), None);
        };
        if !others.is_empty() {
            let message =
                format!("`{}` says in {} ways where its value comes from", raw.name.value, others.len() + 1);
            self.problems.report(
                Code::SeveralSources,
                raw.name.span.clone(),
                message,
                "keep one of `path`, `expr`, `parent`, `value`, `source` and `generate`; only `expr` may stand beside `path`",
            );
        }
        match source {
            RawSource::Path(paths) => {
                (Source::Found(ColumnSource::Path(self.path_of_row(&paths[0], scope, place))), None)
            }
            RawSource::Value(node) => (Source::Value(node), None),
            RawSource::Name(found) => (Source::Name(found.clone()), None),
            RawSource::Column(found) => match self.source_column(found) {
                Some(index) => (Source::Found(ColumnSource::Source(index)), None),
                None => (null(), self.after_a_mistake(raw)),
            },
            RawSource::Parent(found) => match self.parent(found, place) {
                Some((table, column)) => {
                    let data_type = self.tables[table].templates[0].columns[column].data_type;
                    (Source::Found(ColumnSource::Parent { table, column }), Some(data_type))
                }
                None => (null(), self.after_a_mistake(raw)),
            },
            RawSource::Expr(found) => match self.expression(found, scope, place) {
                Some(bound) => {
                    let data_type = bound.expression.data_type();
                    (Source::Found(ColumnSource::Expression(bound)), data_type)
                }
                None => (null(), self.after_a_mistake(raw)),
            },
            RawSource::Generate(generate) => {
                let stated = raw.data_type.as_ref().map(|stated| stated.value);
                let data_type = generated_type(generate.value, stated);
                (Source::Found(ColumnSource::Generate(generate.value)), Some(data_type))
            }
        }
    }

    /// The paths behind the first, the expression beside a path, and the type that it gives.
    fn beside_path(
        &mut self,
        raw: &RawColumn<'n>,
        (paths, others): (&[Spanned<&'n str>], &[RawSource<'n>]),
        scope: &Scope,
        place: Place,
    ) -> (Vec<Path>, Option<BoundExpression>, Option<DataType>) {
        let paths = paths.iter().map(|found| self.path_of_row(found, scope, place)).collect();
        let [RawSource::Expr(found), ..] = others else { return (paths, None, None) };
        match self.expression_over(found, scope, place, Some(&Layer::of_path_text())) {
            Some(via) => {
                let data_type = via.expression.data_type();
                (paths, Some(via), data_type)
            }
            None => (paths, None, self.after_a_mistake(raw)),
        }
    }

    /// A default that is made when it is needed.
    fn generated_default(&mut self, found: &Spanned<Generate>, data_type: DataType) -> ColumnDefault {
        let generated = generated_type(found.value, Some(data_type));
        if !is_assignable(generated, data_type) {
            let message = format!("a value of type {generated} does not become a {data_type}");
            let hint = format!("change the type to {generated}, or write a constant");
            self.problems.report(Code::InvalidConstant, found.span.clone(), message, hint);
        }
        ColumnDefault::Generate(found.value)
    }

    /// A type to go on with where the source has a mistake that was told.
    fn after_a_mistake(&mut self, raw: &RawColumn<'n>) -> Option<DataType> {
        if raw.data_type.is_none() {
            self.untyped.insert(raw.name.value.to_lowercase());
        }
        Some(raw.data_type.as_ref().map_or(DataType::Text, |stated| stated.value))
    }

    /// `table.column` of a row that this one belongs to.
    fn parent(&mut self, found: &Spanned<&'n str>, place: Place) -> Option<(usize, usize)> {
        let span = found.span.clone();
        let Some((table, column)) = found.value.split_once('.') else {
            let hint = "write `parent: table.column`";
            self.problems.report(Code::UnknownColumn, span, "expected a table and a column", hint);
            return None;
        };
        let at = self.table_before(table, &span)?;
        let columns = &self.tables[at].templates[0].columns;
        let Some(column_at) = self.surroundings.column(at, column) else {
            let message = format!("table `{table}` has no column `{column}`");
            let hint = self
                .problems
                .suggestion(column, columns.iter().map(|known| &*known.name))
                .unwrap_or_else(|| format!("it has {} other columns", columns.len()));
            self.problems.report(Code::UnknownColumn, span, message, hint);
            return None;
        };
        let is_around = self.surroundings.around(place.within).any(|outer| outer == at);
        if is_around || has_one_row(&self.tables[at]) {
            return Some((at, column_at));
        }
        self.problems.report(
            Code::UnreachableParent,
            span,
            format!("table `{table}` can have several rows, and this table does not lie within one of them"),
            format!("add `within: {table}` to this table, with `each` relative to it"),
        );
        None
    }
}

/// Where a value comes from; constants wait for the type.
enum Source<'n> {
    Found(ColumnSource),
    Value(&'n Node),
    Name(Spanned<&'n str>),
}

/// The type of what is generated, for a column of this type.
fn generated_type(generate: Generate, stated: Option<DataType>) -> DataType {
    match (generate, stated) {
        (Generate::RowNumber, _) => DataType::Int,
        (Generate::DocumentKey, Some(DataType::Uuid)) | (Generate::Uuid, _) => DataType::Uuid,
        (Generate::DocumentKey, _) => DataType::BigInt,
        (Generate::Session, _) => DataType::VarChar(64),
        (Generate::Now, Some(stated @ (DataType::Date | DataType::Time | DataType::TimestampTz))) => stated,
        (Generate::Now, _) => DataType::Timestamp,
    }
}

/// Whether values of a type may be stored in a column of another: exactly, or the document fails.
fn is_assignable(from: DataType, to: DataType) -> bool {
    let is_number = |data_type| {
        matches!(
            data_type,
            DataType::TinyInt
                | DataType::SmallInt
                | DataType::Int
                | DataType::BigInt
                | DataType::Decimal { .. }
                | DataType::Double
        )
    };
    let is_same = std::mem::discriminant(&from) == std::mem::discriminant(&to);
    let from_double = from == DataType::Double && to != DataType::Double;
    is_same
        || to.is_text()
        || from.is_text()
        || (is_number(from) && is_number(to) && !from_double)
        || matches!((from, to), (DataType::Date, DataType::Timestamp) | (DataType::Timestamp, DataType::Date))
}
