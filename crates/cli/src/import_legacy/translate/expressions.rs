//! Expressions of the old format as SQL of ours: typed, with a `let` for each attribute.

use super::dates::iso;
use super::language::has_ways_of_values;
use super::lets::{Lets, sql_text};
use super::paths::{absolute, attribute, relative};
use super::translator::Translator;
use crate::import_legacy::differences::Difference;
use crate::import_legacy::draft::Keys;
use crate::import_legacy::expression::{Expr, ExprError};
use crate::import_legacy::old::{FaultKind, Mapping};
use crate::import_legacy::yaml;

/// The type of attributes that are calculated with.
const NUMBER: &str = "\"decimal(18,4)\"";

/// What a part of an expression should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Text,
    Number,
    Date,
    Bool,
}

/// Where an expression stands.
pub(super) struct Around<'t> {
    pub(super) mapping: &'t Mapping,
    /// Of the table's rows.
    pub(super) row_path: &'t [String],
    pub(super) lets: &'t mut Lets,
}

/// SQL, and how tightly its outermost operator binds.
struct Sql {
    text: String,
    level: u8,
}

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const ATOM: u8 = 7;

impl Sql {
    fn new(text: impl Into<String>, level: u8) -> Self {
        Self { text: text.into(), level }
    }

    fn atom(text: impl Into<String>) -> Self {
        Self::new(text, ATOM)
    }

    /// In parentheses, unless it binds at least so tightly.
    fn at(self, level: u8) -> String {
        if self.level >= level { self.text } else { format!("({})", self.text) }
    }
}

type Translated = Result<Sql, ExprError>;

impl Translator<'_> {
    /// An expression as SQL that gives what is wanted.
    pub(super) fn sql(
        &mut self,
        expr: &Expr,
        want: Want,
        around: &mut Around<'_>,
    ) -> Result<String, ExprError> {
        self.part(expr, want, around).map(|sql| sql.text)
    }

    fn part(&mut self, expr: &Expr, want: Want, around: &mut Around<'_>) -> Translated {
        Ok(match expr {
            Expr::Null => Sql::atom("NULL"),
            Expr::Text(text) if text.trim().is_empty() => Sql::atom("NULL"),
            Expr::Text(text) => self.literal(text, want, around),
            Expr::Number(number) => self.literal(number, want, around),
            Expr::Name { element, attribute } => {
                self.name(element.as_deref(), attribute, want, Use::Value, around)
            }
            Expr::Date(operand) => date(operand)?,
            Expr::DateAdd { unit, count, date } => self.date_add(unit, count, date, around)?,
            Expr::Arithmetic { operator, left, right } => {
                let sql = self.arithmetic(*operator, left, right, around)?;
                cast_for(sql, want)
            }
            Expr::Negative(operand) => {
                let operand = self.operand(operand, around)?;
                cast_for(Sql::new(format!("-{}", operand.at(ATOM)), PRODUCT), want)
            }
            Expr::Case { branches, otherwise } => self.case(branches, otherwise.as_deref(), want, around)?,
            condition => match want {
                Want::Bool => self.condition(condition, around)?,
                Want::Number => Sql::atom(format!(
                    "CASE WHEN {} THEN 1 ELSE 0 END",
                    self.condition(condition, around)?.text
                )),
                Want::Text | Want::Date => return Err(wrong("a condition stands where a value is needed")),
            },
        })
    }

    fn case(
        &mut self,
        branches: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
        want: Want,
        around: &mut Around<'_>,
    ) -> Translated {
        let mut text = "CASE".to_owned();
        for (when, then) in branches {
            let when = self.condition(when, around)?.text;
            let then = self.part(then, want, around)?.text;
            text.push_str(&format!(" WHEN {when} THEN {then}"));
        }
        if let Some(otherwise) = otherwise.filter(|otherwise| **otherwise != Expr::Null) {
            text.push_str(&format!(" ELSE {}", self.part(otherwise, want, around)?.text));
        }
        text.push_str(" END");
        Ok(Sql::atom(text))
    }

    /// A constant of the expression; one that is no value of what is wanted is null, which is told.
    fn literal(&mut self, text: &str, want: Want, around: &Around<'_>) -> Sql {
        let text = text.trim();
        let found = match want {
            Want::Text => Some(sql_text(text)),
            Want::Number => is_number(text).then(|| text.trim_start_matches('+').to_owned()),
            Want::Date => iso(text).map(|date| date_literal(&date)),
            Want::Bool => match &*text.to_ascii_uppercase() {
                "1" | "Y" | "YES" | "T" | "TRUE" => Some("TRUE".to_owned()),
                "0" | "N" | "NO" | "F" | "FALSE" => Some("FALSE".to_owned()),
                _ => None,
            },
        };
        Sql::atom(found.unwrap_or_else(|| {
            let message = format!(
                "`{text}` in the expression of `{}` is no value of its type: it is null",
                around.mapping.name()
            );
            self.notes.fault(FaultKind::UnusableLiteral, &around.mapping.place, message);
            "NULL".to_owned()
        }))
    }

    fn arithmetic(
        &mut self,
        operator: char,
        left: &Expr,
        right: &Expr,
        around: &mut Around<'_>,
    ) -> Translated {
        let level = if matches!(operator, '+' | '-') { SUM } else { PRODUCT };
        let left = self.operand(left, around)?.at(level);
        let right = self.operand(right, around)?.at(level + 1);
        Ok(Sql::new(format!("{left} {operator} {right}"), level))
    }

    /// A part of arithmetic: what is missing counts as 0, and names are matched in exact case.
    fn operand(&mut self, expr: &Expr, around: &mut Around<'_>) -> Translated {
        match expr {
            Expr::Name { element, attribute } => {
                Ok(self.name(element.as_deref(), attribute, Want::Number, Use::Arithmetic, around))
            }
            other => self.part(other, Want::Number, around),
        }
    }

    fn date_add(&mut self, unit: &str, count: &Expr, operand: &Expr, around: &mut Around<'_>) -> Translated {
        self.notes.concern(Difference::DateAddDropsTime, around.mapping.index);
        let count = match count {
            Expr::Number(number) => number.clone(),
            other => format!("CAST({} AS int)", self.part(other, Want::Number, around)?.text),
        };
        let operand = match operand {
            Expr::Date(operand) => date(operand)?.text,
            other => format!("CAST({} AS date)", self.part(other, Want::Date, around)?.text),
        };
        Ok(Sql::atom(format!("DATEADD({unit}, {count}, {operand})")))
    }

    fn condition(&mut self, expr: &Expr, around: &mut Around<'_>) -> Translated {
        Ok(match expr {
            Expr::And(left, right) => {
                let (left, right) = (self.condition(left, around)?, self.condition(right, around)?);
                Sql::new(format!("{} AND {}", left.at(AND), right.at(NOT)), AND)
            }
            Expr::Or(left, right) => {
                let (left, right) = (self.condition(left, around)?, self.condition(right, around)?);
                Sql::new(format!("{} OR {}", left.at(OR), right.at(AND)), OR)
            }
            Expr::Not(operand) => {
                Sql::new(format!("NOT {}", self.condition(operand, around)?.at(COMPARISON)), NOT)
            }
            Expr::IsEmpty { operand, is_negated } => self.is_empty(operand, *is_negated, around)?,
            Expr::Like { operand, pattern, is_negated } => {
                let operand = self.part(operand, Want::Text, around)?.at(SUM);
                let not = if *is_negated { "NOT " } else { "" };
                Sql::new(format!("{operand} {not}ILIKE {}", sql_text(pattern)), COMPARISON)
            }
            Expr::Compare { operator, left, right } => self.comparison(operator, left, right, around)?,
            Expr::Case { .. } | Expr::Name { .. } => self.part(expr, Want::Bool, around)?,
            _ => return Err(wrong("a value stands where a condition is needed")),
        })
    }

    fn is_empty(&mut self, operand: &Expr, is_negated: bool, around: &mut Around<'_>) -> Translated {
        let want = kind(operand).unwrap_or(Want::Text);
        let operand = match operand {
            Expr::Name { element, attribute } => {
                self.name(element.as_deref(), attribute, want, Use::Presence, around)
            }
            other => self.part(other, want, around)?,
        };
        let not = if is_negated { "NOT " } else { "" };
        Ok(Sql::new(format!("{} IS {not}NULL", operand.at(SUM)), COMPARISON))
    }

    fn comparison(
        &mut self,
        operator: &str,
        left: &Expr,
        right: &Expr,
        around: &mut Around<'_>,
    ) -> Translated {
        self.notes.concern(Difference::TypedExpressions, around.mapping.index);
        for (part, other) in [(left, right), (right, left)] {
            let is_blank = matches!(part, Expr::Text(text) if text.trim().is_empty()) || *part == Expr::Null;
            if is_blank && matches!(operator, "=" | "<>") {
                return self.is_empty(other, operator == "<>", around);
            }
        }
        let want = common(operator, left, right);
        let left = self.part(left, want, around)?.at(SUM);
        let right = self.part(right, want, around)?.at(SUM);
        Ok(Sql::new(format!("{left} {operator} {right}"), COMPARISON))
    }

    /// An attribute as a `let`.
    fn name(
        &mut self,
        element: Option<&str>,
        name: &str,
        want: Want,
        used: Use,
        around: &mut Around<'_>,
    ) -> Sql {
        let mapping = around.mapping;
        let own = if mapping.path.is_empty() { around.row_path } else { &mapping.path };
        let base = match element {
            None => relative(around.row_path, own),
            Some(element) if own.last().is_some_and(|last| last == element) => relative(around.row_path, own),
            Some(element) => {
                self.notes.concern(Difference::NamesInExpressions, mapping.index);
                self.element(element, around.row_path)
            }
        };
        let mut keys = match used {
            Use::Arithmetic => {
                self.notes.concern(Difference::ExactCase, mapping.index);
                let base = if base.is_empty() || base.ends_with('/') { base } else { format!("{base}/") };
                Keys::of("path", yaml::scalar(&format!("{base}@*[name() = '{name}']"))).with("default", "0")
            }
            Use::Value | Use::Presence => Keys::of("path", yaml::scalar(&attribute(&base, Some(name)))),
        };
        let suffix = match want {
            Want::Text => "text",
            Want::Number => "number",
            Want::Date => "date",
            Want::Bool => "flag",
        };
        match want {
            Want::Text => {}
            Want::Number => {
                keys.set("clean", "number");
                keys.set("type", NUMBER);
            }
            Want::Date => {
                if has_ways_of_values() {
                    keys.set("expr", yaml::SECONDS_ALIAS);
                }
                keys.set("type", "timestamp");
            }
            Want::Bool => keys.set("type", "bool"),
        }
        Sql::atom(around.lets.name(name, suffix, keys))
    }

    /// The last element of a name in the main part of the document.
    fn element(&self, name: &str, row_path: &[String]) -> String {
        let main = &self.old.main_path;
        let way =
            |path: &[String]| if row_path == main { relative(main, path) } else { absolute(main, path) };
        if main.last().is_some_and(|last| last == name) {
            return way(main);
        }
        let paths = self.old.mappings.iter().map(|mapping| &mapping.path);
        let known = paths.filter(|path| path.last().is_some_and(|last| last == name));
        match known.min_by_key(|path| (!path.starts_with(main), path.len())) {
            Some(path) => way(path),
            None => format!("(//{name})[last()]"),
        }
    }
}

/// What a name is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Value,
    Arithmetic,
    /// Whether there is one.
    Presence,
}

/// `DATE('…')`
fn date(operand: &Expr) -> Translated {
    let Expr::Text(text) = operand else {
        return Err(wrong("DATE takes a date in quotes, as in DATE('2024-01-31')"));
    };
    match iso(text) {
        Some(date) => Ok(Sql::atom(date_literal(&date))),
        None => Err(wrong("DATE takes a date in quotes, as in DATE('2024-01-31')")),
    }
}

fn date_literal(iso: &str) -> String {
    if iso.contains('T') { format!("TIMESTAMP '{}'", iso.replace('T', " ")) } else { format!("DATE '{iso}'") }
}

fn cast_for(sql: Sql, want: Want) -> Sql {
    match want {
        Want::Text => Sql::atom(format!("CAST({} AS text)", sql.text)),
        Want::Bool => Sql::new(format!("{} <> 0", sql.at(SUM)), COMPARISON),
        Want::Number | Want::Date => sql,
    }
}

/// What a part is by itself; a name may be anything.
fn kind(expr: &Expr) -> Option<Want> {
    match expr {
        Expr::Number(_) | Expr::Arithmetic { .. } | Expr::Negative(_) => Some(Want::Number),
        Expr::Date(_) | Expr::DateAdd { .. } => Some(Want::Date),
        Expr::Text(_) => Some(Want::Text),
        Expr::Case { branches, otherwise } => {
            let values = branches.iter().map(|(_, value)| value).chain(otherwise.as_deref());
            values.filter_map(kind).next()
        }
        _ => None,
    }
}

/// What two parts are compared as.
fn common(operator: &str, left: &Expr, right: &Expr) -> Want {
    let kinds = [kind(left), kind(right)];
    if kinds.contains(&Some(Want::Date)) {
        return Want::Date;
    }
    if kinds.contains(&Some(Want::Number)) {
        return Want::Number;
    }
    if matches!(operator, "=" | "<>") {
        return Want::Text;
    }
    let texts = [left, right].map(|part| if let Expr::Text(text) = part { Some(text) } else { None });
    match texts.into_iter().flatten().next() {
        Some(text) if is_number(text.trim()) => Want::Number,
        Some(text) if iso(text).is_some() => Want::Date,
        Some(_) => Want::Text,
        None if [left, right].into_iter().all(is_called_date) => Want::Date,
        None => Want::Number,
    }
}

fn is_called_date(expr: &Expr) -> bool {
    matches!(expr, Expr::Name { attribute, .. } if attribute.to_ascii_lowercase().contains("date"))
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    !whole.is_empty()
        && !fraction.is_empty()
        && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit())
}

fn wrong(message: &str) -> ExprError {
    ExprError {
        character: None,
        message: message.to_owned(),
        hint: "rewrite the expression in the old contract, or leave the mapping out",
    }
}
