//! The tables of a target against those of a contract: every difference at once, and what to do about it.
//!
//! Says the same for all databases: what they know is in [`RealTable`]s; whether a column keeps values unchanged has been asked of the
//! code that loads them.

use xmlshred_model::{ColumnSchema, DataType, OnExisting, TableSchema, TargetSchema};

use crate::catalog::real_table::{Keeps, Magnitude, Nulls, RealColumn, RealTable};
use crate::catalog::target_names;
use crate::sql::dialect::Dialect;
use crate::sql::names::listed;

/// A difference between contract and target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub kind: DifferenceKind,
    /// Table of the contract, by index.
    pub table: usize,
    /// Column of the contract, by index; none when it is about the table, or about a column that the contract does not have.
    pub column: Option<usize>,
    /// What the contract has, and what the target has.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// Kinds of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// None of the contract's tables is there yet: said once, of the first.
    NoTables,
    /// No such table or column. Nothing can be loaded.
    Missing,
    /// The column would change values. Nothing is loaded.
    TypeDiffers,
    /// A column that takes no null and is not filled. Every row would be refused.
    NeedsValue,
    /// The target takes less than the contract allows. Some documents may fail.
    MayRefuse,
    /// A column of the target takes no null, and the contract's may be null.
    MayBeNull,
    /// Keys differ.
    KeyDiffers,
    /// A foreign key to a table that is loaded later, or not at all.
    ParentLater,
}

/// What two names must be to this database to be one.
pub(crate) type SameName = fn(&str, &str) -> bool;

/// All differences, in order of the contract's tables. `tables` are the contract's, `None` where there is none.
pub(crate) fn compare(
    schema: &TargetSchema,
    tables: &[Option<RealTable>],
    dialect: &Dialect,
    is_same: SameName,
) -> Vec<Difference> {
    let mut comparison = Comparison { schema, dialect, is_same, found: Vec::new() };
    if tables.iter().all(Option::is_none) {
        let message = target_names::none_exists(schema);
        comparison.report(DifferenceKind::NoTables, (0, None), message, target_names::CREATE);
        return comparison.found;
    }
    for (at, real) in tables.iter().enumerate() {
        let name = &schema.tables[at].name;
        match real {
            Some(real) => comparison.table(at, real),
            None => {
                let message = format!("the target has no table {name}");
                let remedy =
                    "create it with `xmlshred run --create-tables`, or with the statements of `xmlshred ddl`";
                comparison.report(DifferenceKind::Missing, (at, None), message, remedy);
            }
        }
    }
    comparison.found
}

struct Comparison<'s> {
    schema: &'s TargetSchema,
    dialect: &'s Dialect,
    is_same: SameName,
    found: Vec<Difference>,
}

impl Comparison<'_> {
    fn report(
        &mut self,
        kind: DifferenceKind,
        (table, column): (usize, Option<usize>),
        message: String,
        remedy: impl Into<String>,
    ) {
        self.found.push(Difference { kind, table, column, message, remedy: remedy.into() });
    }

    /// A table as a statement names it: with its schema, and in quotes.
    fn named(&self, table: &str) -> String {
        self.dialect.table(self.schema.namespace.as_deref(), table)
    }

    fn table(&mut self, at: usize, real: &RealTable) {
        let table = &self.schema.tables[at];
        for (index, column) in table.columns.iter().enumerate() {
            match real.columns.iter().find(|found| (self.is_same)(&found.name, &column.name)) {
                Some(found) => self.column((at, index), column, found),
                None => {
                    let message = format!("table {} of the target has no column {}", table.name, column.name);
                    let (dialect, schema) = (self.dialect, self.schema);
                    let remedy = target_names::add_column(
                        dialect,
                        schema,
                        &table.name,
                        &column.name,
                        column.data_type,
                    );
                    self.report(DifferenceKind::Missing, (at, Some(index)), message, remedy);
                }
            }
        }
        self.unfilled_columns(at, table, real);
        self.keys(at, table, real);
        self.parents(at, table, real);
    }

    fn column(&mut self, (at, index): (usize, usize), column: &ColumnSchema, real: &RealColumn) {
        let name = format!("{}.{}", self.schema.tables[at].name, column.name);
        let (wanted, declared) = (column.data_type, &real.declared);
        let place = (at, Some(index));
        let fitting = self.dialect.type_name(wanted);
        if real.keeps == Keeps::Computed {
            let message = format!("{name} is computed by the target itself, which takes no values for it");
            let remedy = "take the column out of the contract, or make it an ordinary one in the target";
            self.report(DifferenceKind::TypeDiffers, place, message, remedy);
            return;
        }
        if real.keeps == Keeps::Changed {
            let message = format!(
                "{name} is {wanted} in the contract and {declared} in the target, which would change values"
            );
            let remedy = format!("make the target's column {fitting}, or change `type`");
            self.report(DifferenceKind::TypeDiffers, place, message, remedy);
            return;
        }
        if let Some(max) = real.max_chars.filter(|max| max_chars(wanted).is_none_or(|chars| chars > *max)) {
            let message = format!(
                "{name} is {wanted} in the contract and takes {max} characters in the target ({declared}): longer text is refused"
            );
            let remedy = format!(
                "make the target's column {fitting}, or `type: varchar({max})` with `on_too_long: truncate`"
            );
            self.report(DifferenceKind::MayRefuse, place, message, remedy);
        }
        if real.magnitude.is_some_and(|magnitude| is_larger(wanted, magnitude)) {
            let message = format!(
                "{name} is {wanted} in the contract and {declared} in the target: larger numbers are refused"
            );
            self.report(
                DifferenceKind::MayRefuse,
                place,
                message,
                format!("make the target's column {fitting}"),
            );
        }
        if real.nulls != Nulls::Taken && column.nullable {
            let message =
                format!("{name} takes no null in the target, and the contract may have none for it");
            let remedy = "say `required: true` to have such documents told by name, or give it a `default`";
            self.report(DifferenceKind::MayBeNull, place, message, remedy);
        }
    }

    /// Columns of the target that the contract leaves out.
    fn unfilled_columns(&mut self, at: usize, table: &TableSchema, real: &RealTable) {
        let is_filled = |found: &RealColumn| {
            found.nulls != Nulls::Refused
                || table.columns.iter().any(|column| (self.is_same)(&found.name, &column.name))
        };
        let unfilled: Vec<_> = real.columns.iter().filter(|found| !is_filled(found)).collect();
        for found in unfilled {
            let message = format!(
                "{}.{} {} takes no null in the target and has no default, and the contract does not fill it",
                table.name, found.name, found.declared
            );
            let remedy = "add the column to the contract, or give it a default in the target";
            self.report(DifferenceKind::NeedsValue, (at, None), message, remedy);
        }
    }

    fn keys(&mut self, at: usize, table: &TableSchema, real: &RealTable) {
        let key: Vec<&str> =
            table.primary_key.iter().map(|&index| table.columns[index].name.as_str()).collect();
        let is_key = |name: &String| key.iter().any(|column| (self.is_same)(column, name));
        let key_text = listed(&key.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        // Unique in part of the key is unique in all of it.
        let is_unique = |unique: &Vec<String>| unique.iter().all(is_key);
        if !key.is_empty() && !real.unique.iter().any(is_unique) {
            let because = match self.schema.on_existing {
                OnExisting::Fail => "a row that is there twice would not be noticed",
                OnExisting::Skip | OnExisting::Replace => "`on_existing` finds existing rows by it",
            };
            let message =
                format!("the key of {} ({key_text}) is not unique in the target: {because}", table.name);
            let index = self.dialect.quote(&format!("{}_key", table.name));
            let columns = self.dialect.quote_all(key.iter().copied());
            let remedy = format!("CREATE UNIQUE INDEX {index} ON {} ({columns})", self.named(&table.name));
            self.report(DifferenceKind::KeyDiffers, (at, None), message, remedy);
        }
        let is_of_contract =
            |name: &String| table.columns.iter().any(|column| (self.is_same)(&column.name, name));
        let stricter = |unique: &&Vec<String>| {
            unique.iter().all(is_of_contract)
                && !key.iter().all(|column| unique.iter().any(|name| (self.is_same)(name, column)))
                || key.is_empty() && unique.iter().all(is_of_contract)
        };
        let stricter: Vec<_> = real.unique.iter().filter(stricter).cloned().collect();
        for unique in stricter {
            let message = format!(
                "rows of {} must differ in {} in the target; the contract does not say so",
                table.name,
                listed(&unique)
            );
            let remedy =
                format!("say `key: true` on {}, or `one_per` to keep one row of each", listed(&unique));
            self.report(DifferenceKind::KeyDiffers, (at, None), message, remedy);
        }
    }

    fn parents(&mut self, at: usize, table: &TableSchema, real: &RealTable) {
        for key in &real.foreign_keys {
            let parent = self.schema.tables.iter().position(|table| (self.is_same)(&table.name, &key.parent));
            let columns = listed(&key.columns);
            let (message, remedy) = match parent {
                Some(parent) if parent <= at => continue,
                Some(_) => (
                    format!(
                        "{columns} of {} refers to {} in the target, which is loaded later",
                        table.name, key.parent
                    ),
                    format!("move {} before {} in `tables`", key.parent, table.name),
                ),
                None => (
                    format!(
                        "{columns} of {} refers to {} in the target, which the contract does not load",
                        table.name, key.parent
                    ),
                    format!("see that {} has its rows before the run", key.parent),
                ),
            };
            self.report(DifferenceKind::ParentLater, (at, None), message, remedy);
        }
    }
}

/// Characters that values of a type have at most; `None` without a limit. Types that are no text have few.
fn max_chars(data_type: DataType) -> Option<u64> {
    match data_type {
        DataType::Char(length) | DataType::VarChar(length) => Some(u64::from(length)),
        DataType::Text | DataType::Xml | DataType::Json => None,
        _ => Some(0),
    }
}

/// Whether a type has larger numbers than a column takes.
fn is_larger(data_type: DataType, magnitude: Magnitude) -> bool {
    let (bits, digits) = match data_type {
        DataType::TinyInt => (8, 3),
        DataType::SmallInt => (16, 5),
        DataType::Int => (32, 10),
        DataType::BigInt => (64, 19),
        // Whole numbers of 18 digits fit into 64 bits.
        DataType::Decimal { precision, scale } => match precision - scale {
            digits @ 0..=4 => (16, digits),
            digits @ 5..=9 => (32, digits),
            digits @ 10..=18 => (64, digits),
            digits => (u8::MAX, digits),
        },
        _ => return false,
    };
    match magnitude {
        Magnitude::Bits(most) => bits > most,
        Magnitude::Digits(most) => digits > most,
    }
}
