//! Names to slots.

use std::ops::Range;

use sqlparser::ast::{Expr, Ident, Value as SqlValue, ValueWithSpan};
use xmlshred_model::DataType;

use super::checker::{Checker, join};
use super::types::{self, Type, Typed};
use crate::names::Name;
use crate::node::Node;
use crate::problem::ProblemKind;

impl Checker<'_> {
    pub(super) fn name(&mut self, written: &str, span: Range<usize>) -> Typed {
        let Some(Name { spelled, data_type }) = self.names.find(written) else {
            let own =
                written.rsplit_once('.').and_then(|(alias, name)| Some((alias, self.names.find(name)?)));
            let hint = match (own, self.names.similar(written)) {
                (Some((alias, Name { spelled, .. })), _) => {
                    format!("write `{spelled}`: `{alias}` is no table whose row this one belongs to")
                }
                (None, Some(meant)) => format!("did you mean `{meant}`?"),
                (None, None) => self.available_names(&span),
            };
            return self.problem(ProblemKind::UnknownName, span, format!("no name `{written}` here"), hint);
        };
        let next = self.inputs.len();
        let slot = *self.inputs.entry(spelled).or_insert(next);
        self.typed(Node::Input(slot), Type::Is(data_type), span, 1)
    }

    pub(super) fn compound_name(&mut self, parts: &[Ident]) -> Typed {
        let written = parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".");
        let spans = parts.iter().map(|part| self.source.range(part.span));
        let span = spans.reduce(|whole, next| join(&whole, &next)).unwrap_or_else(|| self.source.whole());
        self.name(&written, span)
    }

    fn available_names(&self, written: &Range<usize>) -> String {
        if self.text(written).starts_with('"') {
            return "text stands in single quotes, as in `'text'`; double quotes are for names".to_owned();
        }
        const SHOWN: usize = 8;
        let mut known = self.names.names();
        let names: Vec<String> = known.by_ref().take(SHOWN).map(|name| format!("`{name}`")).collect();
        let more = if known.next().is_some() { ", …" } else { "" };
        if names.is_empty() {
            return "no names are defined here: define it in `let`, before this".to_owned();
        }
        format!("names here: {}{more}", names.join(", "))
    }

    /// The type of a part that is nothing but a name; reports nothing.
    pub(super) fn type_of_name(&self, expr: &Expr) -> Option<DataType> {
        match expr {
            Expr::Identifier(name) => self.names.find(&name.value).map(|name| name.data_type),
            Expr::Nested(inner) => self.type_of_name(inner),
            Expr::Value(ValueWithSpan { value: SqlValue::Number(..), .. }) => Some(DataType::BigInt),
            Expr::Value(ValueWithSpan { value: SqlValue::Boolean(_), .. }) => Some(DataType::Bool),
            Expr::TypedString(literal) => types::from_sql(&literal.data_type),
            _ => None,
        }
    }
}
