//! Literals to constants.

use std::ops::Range;

use sqlparser::ast::{Expr, TypedString, Value as SqlValue, ValueWithSpan};
use xmlshred_model::{DataType, OwnedValue, Value, lexical};

use super::agreement::{decimal_type, literal_hint, plain, read_literal};
use super::checker::Checker;
use super::types::{self, Type, Typed};
use crate::decimal;
use crate::node::Node;
use crate::problem::ProblemKind;

impl Checker<'_> {
    pub(super) fn literal(&mut self, literal: &ValueWithSpan) -> Typed {
        let span = self.source.range(literal.span);
        match &literal.value {
            SqlValue::Null => self.typed(Node::NULL, Type::Null, span, 1),
            SqlValue::Boolean(value) => self.constant(Value::Bool(*value), DataType::Bool, span),
            SqlValue::Number(digits, _) => self.number_literal(digits, span),
            SqlValue::SingleQuotedString(text) | SqlValue::NationalStringLiteral(text)
                if text.contains('\0') =>
            {
                let message = "text cannot have the character U+0000".to_owned();
                let hint = "leave it out: no XML has it, and databases refuse it";
                self.problem(ProblemKind::WrongType, span, message, hint)
            }
            SqlValue::SingleQuotedString(text) | SqlValue::NationalStringLiteral(text) => Typed {
                node: Node::Constant(OwnedValue::Text(text.clone())),
                data_type: Type::TEXT,
                span,
                depth: 1,
                literal: Some(text.clone()),
            },
            SqlValue::Placeholder(_) => {
                let message = "parameters are not available".to_owned();
                self.problem(ProblemKind::Unsupported, span, message, "write the name of a column or `let`")
            }
            _ => {
                let message = "this form of literal is not available".to_owned();
                let hint = "write text as `'text'`, numbers as `42` or `12.50`";
                self.problem(ProblemKind::Unsupported, span, message, hint)
            }
        }
    }

    fn number_literal(&mut self, digits: &str, span: Range<usize>) -> Typed {
        if digits.contains(['e', 'E']) {
            if let Ok(Value::Double(value)) = lexical::parse(digits, DataType::Double, &[]) {
                return self.constant(Value::Double(value), DataType::Double, span);
            }
        } else if let Ok(value) = digits.parse::<i64>() {
            return self.constant(Value::Int(value), DataType::BigInt, span);
        } else if let Some(value) = decimal::parse(digits) {
            let data_type = decimal_type(value.unscaled, value.scale);
            return self.constant(Value::Decimal(value), data_type, span);
        }
        self.wrong_type(
            span.clone(),
            "number out of range".to_owned(),
            "a number has at most 38 digits; with an exponent it is between 4.9e-324 and 1.7e308",
        );
        self.wrong(span)
    }

    /// `-5`: the sign belongs to the number, or the smallest integer could not be written.
    pub(super) fn negative_literal(&mut self, operand: &Expr) -> Option<Typed> {
        let Expr::Value(ValueWithSpan { value: SqlValue::Number(digits, _), span }) = operand else {
            return None;
        };
        let number = self.source.range(*span);
        let sign = self.text[..number.start].rfind('-').unwrap_or(number.start);
        Some(self.number_literal(&format!("-{digits}"), sign..number.end))
    }

    /// `DATE '2024-01-31'`
    pub(super) fn typed_literal(&mut self, literal: &TypedString) -> Typed {
        let value = self.source.range(literal.value.span);
        let TypedString {
            data_type: sql_type,
            value: ValueWithSpan { value: text, .. },
            uses_odbc_syntax: _,
        } = literal;
        let span = self.source.with_word_before(&value);
        let (Some(data_type), SqlValue::SingleQuotedString(text)) = (types::from_sql(sql_type), text) else {
            return self.problem(
                ProblemKind::Unsupported,
                span,
                "this form of literal is not available".to_owned(),
                "write `DATE '2024-01-31'`, `TIMESTAMP '2024-01-31 13:45:00'` or `TIME '13:45:00'`",
            );
        };
        match read_literal(text, data_type) {
            Some((value, data_type)) => self.typed(Node::Constant(value), Type::Is(data_type), span, 1),
            None => {
                let message = format!("`{}` is no value of type {}", self.text(&value), plain(data_type));
                self.wrong_type(span.clone(), message, literal_hint(data_type));
                self.wrong(span)
            }
        }
    }

    pub(super) fn constant(
        &mut self,
        value: Value<'static>,
        data_type: DataType,
        span: Range<usize>,
    ) -> Typed {
        self.typed(Node::Constant(OwnedValue::Inline(value)), Type::Is(data_type), span, 1)
    }
}
