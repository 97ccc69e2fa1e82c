//! Functions: what they take and give.

use std::ops::Range;

use sqlparser::ast::{
    CastKind, CeilFloorKind, DataType as SqlType, DateTimeField, Expr, Function as SqlFunction, FunctionArg,
    FunctionArgExpr, FunctionArgumentList, FunctionArguments, TrimWhereField,
};
use xmlshred_model::{DataType, DataTypeError, OwnedValue, Value};

use super::agreement::{a, can_cast, literal_hint, plain};
use super::checker::{Checker, join};
use super::hint;
use super::signatures::{self, Signature};
use super::types::{Class, Type, Typed, from_sql, is_int, scale};
use crate::calendar::Unit;
use crate::error::EvaluationError;
use crate::node::{CastFailure, Function, Node, TrimSide};
use crate::problem::ProblemKind;

impl Checker<'_> {
    /// A function, in whichever of its forms.
    pub(super) fn call(&mut self, expr: &Expr) -> Typed {
        match expr {
            Expr::Function(function) => self.function(function),
            Expr::Cast { kind, expr, data_type, format } => {
                let operand = self.check(expr);
                let failure = match kind {
                    CastKind::Cast | CastKind::DoubleColon => CastFailure::Error,
                    CastKind::TryCast | CastKind::SafeCast => CastFailure::Null,
                };
                let span = match kind {
                    CastKind::DoubleColon => operand.span.clone(),
                    _ => self.source.with_parentheses(&operand.span),
                };
                if format.is_some() {
                    let message = "FORMAT of CAST is not available".to_owned();
                    let hint = "dates of other forms are read by `format:` of a column or `let`".to_owned();
                    return self.problem(ProblemKind::Unsupported, span, message, hint);
                }
                self.cast(operand, data_type, failure, span)
            }
            Expr::Extract { field, expr, .. } => {
                let operand = self.check(expr);
                let span = self.source.with_parentheses(&operand.span);
                match self.unit_of_field(field, &span) {
                    Some(unit) => self.extract(unit, operand, span),
                    None => self.wrong(span),
                }
            }
            Expr::Ceil { expr, field } => self.whole_number("CEIL", Function::Ceiling, expr, field),
            Expr::Floor { expr, field } => self.whole_number("FLOOR", Function::Floor, expr, field),
            Expr::Position { expr, r#in } => {
                let (sought, searched) = (self.check(expr), self.check(r#in));
                let span = self.source.with_parentheses(&join(&sought.span, &searched.span));
                self.text_function(Function::Position, Type::INT, vec![sought, searched], span)
            }
            Expr::Substring { expr, substring_from, substring_for, special: _, shorthand: _ } => {
                let text = self.check(expr);
                let span = self.source.with_parentheses(&text.span);
                let from = match substring_from {
                    Some(from) => self.check(from),
                    None if substring_for.is_some() => {
                        self.constant(Value::Int(1), DataType::BigInt, text.span.clone())
                    }
                    None => return self.wrong_count("SUBSTRING", 1, span),
                };
                let length = substring_for.as_ref().map(|length| self.check(length));
                let arguments = [text, from].into_iter().chain(length).collect();
                self.text_function(Function::Substring, Type::TEXT, arguments, span)
            }
            Expr::Trim { trim_where, trim_what, expr, trim_characters } => {
                let side = match trim_where {
                    None | Some(TrimWhereField::Both) => TrimSide::Both,
                    Some(TrimWhereField::Leading) => TrimSide::Leading,
                    Some(TrimWhereField::Trailing) => TrimSide::Trailing,
                };
                let text = self.check(expr);
                let span = self.source.with_parentheses(&text.span);
                let what = trim_what.as_deref().or_else(|| trim_characters.iter().flatten().next());
                let what = what.map(|what| self.check(what));
                let arguments = [text].into_iter().chain(what).collect();
                self.text_function(Function::Trim(side), Type::TEXT, arguments, span)
            }
            other => self.unsupported(other),
        }
    }

    fn function(&mut self, function: &SqlFunction) -> Typed {
        let name = function.name.to_string().to_ascii_uppercase();
        let first = function.name.0.first().and_then(|part| part.as_ident());
        let name_span = first.map_or_else(|| self.source.whole(), |name| self.source.range(name.span));
        let span = self.source.call(&name_span);
        let SqlFunction {
            name: _,
            uses_odbc_syntax: _,
            parameters,
            args,
            filter,
            null_treatment,
            over,
            within_group,
        } = function;
        let has_more = *parameters != FunctionArguments::None
            || filter.is_some()
            || null_treatment.is_some()
            || over.is_some()
            || !within_group.is_empty();
        let Some(signature) = signatures::named(&name) else {
            let hint = hint::instead_of_function(&name);
            self.problem(ProblemKind::UnknownFunction, name_span, format!("no function `{name}`"), hint);
            // The arguments may have mistakes of their own. Units would be taken for names, so only known functions have them.
            if let FunctionArguments::List(list) = args {
                for argument in plain_arguments(list).unwrap_or_default() {
                    if !matches!(argument, Expr::Identifier(name) if Unit::named(&name.value).is_some()) {
                        self.check(argument);
                    }
                }
            }
            return self.wrong(span);
        };
        let arguments = match args {
            FunctionArguments::None => Some(Vec::new()),
            FunctionArguments::List(list) => plain_arguments(list),
            FunctionArguments::Subquery(_) => None,
        };
        let Some(arguments) = arguments.filter(|_| !has_more) else {
            let message = format!("`{}` takes plain arguments only", signature.name);
            let hint = format!("write `{}`", signature.usage);
            return self.problem(ProblemKind::Unsupported, span, message, hint);
        };
        if !signature.counts.contains(&arguments.len()) {
            return self.wrong_count(signature.name, arguments.len(), span);
        }
        let known = signature.name;
        if let ("DATEADD" | "DATEDIFF", [unit, rest @ ..]) = (known, &arguments[..]) {
            let unit = self.unit(unit);
            let rest: Vec<Typed> = rest.iter().map(|argument| self.check(argument)).collect();
            return match unit {
                None => self.wrong(span),
                Some(unit) => self.date_function(known, unit, rest, span),
            };
        }
        let arguments = arguments.into_iter().map(|argument| self.check(argument)).collect();
        self.plain_function(known, arguments, span)
    }

    fn plain_function(&mut self, name: &str, mut arguments: Vec<Typed>, span: Range<usize>) -> Typed {
        let side = match name {
            "LTRIM" => TrimSide::Leading,
            "RTRIM" => TrimSide::Trailing,
            _ => TrimSide::Both,
        };
        match name {
            "UPPER" => self.text_function(Function::Upper, Type::TEXT, arguments, span),
            "LOWER" => self.text_function(Function::Lower, Type::TEXT, arguments, span),
            "TRIM" | "BTRIM" | "LTRIM" | "RTRIM" => {
                self.text_function(Function::Trim(side), Type::TEXT, arguments, span)
            }
            "LENGTH" | "LEN" | "CHAR_LENGTH" | "CHARACTER_LENGTH" => {
                self.text_function(Function::Length, Type::INT, arguments, span)
            }
            "SUBSTRING" | "SUBSTR" => self.text_function(Function::Substring, Type::TEXT, arguments, span),
            "REPLACE" => self.text_function(Function::Replace, Type::TEXT, arguments, span),
            "LEFT" => self.text_function(Function::Left, Type::TEXT, arguments, span),
            "RIGHT" => self.text_function(Function::Right, Type::TEXT, arguments, span),
            "POSITION" => self.text_function(Function::Position, Type::INT, arguments, span),
            "CONCAT" => self.list(
                arguments,
                span,
                |checker, arguments| {
                    let _ = checker;
                    (arguments.into_iter().map(|argument| argument.node).collect(), Type::TEXT)
                },
                Node::Join,
            ),
            "COALESCE" => self.list(arguments, span, Self::unify, Node::Coalesce),
            "NULLIF" => {
                let right = arguments.pop().expect("the number of arguments was checked");
                let left = arguments.pop().expect("the number of arguments was checked");
                let (left, right) = self.adapt_pair(left, right);
                let guide = left.data_type;
                let compared = self.compared(left, right, Node::NullIf);
                let data_type = if compared.is_wrong() { Type::Wrong } else { guide };
                Typed { data_type, span, ..compared }
            }
            "IS_BLANK" => {
                let argument = arguments.pop().expect("the number of arguments was checked");
                let argument = Typed { span, ..argument };
                self.wrap(argument, Type::BOOL, |node| Node::IsBlank(Box::new(node)))
            }
            "ABS" => {
                let data_type = |data_type| if is_int(data_type) { Type::INT } else { Type::Is(data_type) };
                self.number_function(Function::Absolute, arguments, span, data_type)
            }
            "CEIL" | "CEILING" => self.number_function(Function::Ceiling, arguments, span, whole),
            "FLOOR" => self.number_function(Function::Floor, arguments, span, whole),
            "ROUND" => self.round(arguments, span),
            "YEAR" | "MONTH" | "DAY" => {
                let unit = Unit::named(name).unwrap_or(Unit::Day);
                let argument = arguments.pop().expect("the number of arguments was checked");
                self.extract(unit, argument, span)
            }
            _ => {
                let message = format!("`{name}` is not called like this");
                let usage = signatures::named(name).expect("it is in the table").usage;
                let usage = format!("write `{usage}`");
                self.problem(ProblemKind::Unsupported, span, message, usage)
            }
        }
    }

    fn list(
        &mut self,
        arguments: Vec<Typed>,
        span: Range<usize>,
        agree: impl FnOnce(&mut Self, Vec<Typed>) -> (Vec<Node>, Type),
        make: fn(Vec<Node>) -> Node,
    ) -> Typed {
        let is_wrong = arguments.iter().any(Typed::is_wrong);
        let depth = depth_above(&arguments);
        let (nodes, data_type) = agree(self, arguments);
        if is_wrong || data_type == Type::Wrong {
            return self.wrong(span);
        }
        self.typed(make(nodes), data_type, span, depth)
    }

    pub(super) fn make_call(
        &mut self,
        function: Function,
        arguments: Vec<Typed>,
        data_type: Type,
        span: Range<usize>,
    ) -> Typed {
        if arguments.iter().any(Typed::is_wrong) {
            return self.wrong(span);
        }
        let depth = depth_above(&arguments);
        let nodes = arguments.into_iter().map(|argument| argument.node).collect();
        self.typed(Node::Call(function, nodes), data_type, span, depth)
    }

    /// A function whose first argument is text; the others are text or, where it counts characters, whole numbers.
    fn text_function(
        &mut self,
        function: Function,
        data_type: Type,
        arguments: Vec<Typed>,
        span: Range<usize>,
    ) -> Typed {
        let counts = matches!(function, Function::Substring | Function::Left | Function::Right);
        let arguments = arguments
            .into_iter()
            .enumerate()
            .map(
                |(index, argument)| {
                    if index > 0 && counts { self.int(argument) } else { self.as_text(argument) }
                },
            )
            .collect();
        self.make_call(function, arguments, data_type, span)
    }

    /// A part that must be text.
    pub(super) fn text_part(&mut self, expr: &Expr) -> Typed {
        let part = self.check(expr);
        self.as_text(part)
    }

    fn as_text(&mut self, part: Typed) -> Typed {
        match part.data_type.known() {
            Some(data_type) if !data_type.is_text() => {
                let hint = format!("write `CAST({} AS text)`", self.text(&part.span));
                self.wrong_type(
                    part.span.clone(),
                    format!("text is expected, this is {}", a(data_type)),
                    hint,
                );
                self.wrong(part.span)
            }
            _ => part,
        }
    }

    pub(super) fn int(&mut self, part: Typed) -> Typed {
        let part = self.adapt(part, Type::INT);
        match part.data_type.known() {
            Some(data_type) if !is_int(data_type) => {
                let hint = format!("write `CAST({} AS int)`", self.text(&part.span));
                let what = if Class::of(data_type) == Class::Number {
                    format!("a {}", plain(data_type))
                } else {
                    a(data_type)
                };
                self.wrong_type(
                    part.span.clone(),
                    format!("a whole number is expected, this is {what}"),
                    hint,
                );
                self.wrong(part.span)
            }
            _ => part,
        }
    }

    fn number_function(
        &mut self,
        function: Function,
        mut arguments: Vec<Typed>,
        span: Range<usize>,
        result: impl FnOnce(DataType) -> Type,
    ) -> Typed {
        let argument = arguments.pop().expect("the number of arguments was checked");
        let argument = self.number(argument);
        let data_type = argument.data_type.known().map_or(Type::Null, result);
        self.make_call(function, vec![argument], data_type, span)
    }

    fn whole_number(&mut self, name: &str, function: Function, expr: &Expr, field: &CeilFloorKind) -> Typed {
        let argument = self.check(expr);
        let span = self.source.with_parentheses(&argument.span);
        match field {
            CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => {
                self.number_function(function, vec![argument], span, whole)
            }
            CeilFloorKind::DateTimeField(_) => {
                let message = format!("`{name}` takes a number only");
                let hint = "cut dates with `CAST(x AS date)`, or take a part with `EXTRACT(part FROM x)`";
                self.problem(ProblemKind::Unsupported, span, message, hint)
            }
            CeilFloorKind::Scale(_) => self.wrong_count(name, 2, span),
        }
    }

    fn round(&mut self, mut arguments: Vec<Typed>, span: Range<usize>) -> Typed {
        let digits = (arguments.len() == 2).then(|| arguments.pop()).flatten();
        let digits = digits.map(|digits| self.int(digits));
        let number = arguments.pop().expect("the number of arguments was checked");
        let number = self.number(number);
        let Some(data_type) = number.data_type.known() else {
            let is_wrong = number.is_wrong() || digits.as_ref().is_some_and(Typed::is_wrong);
            let data_type = if is_wrong { Type::Wrong } else { Type::Null };
            return self.typed(Node::NULL, data_type, span, 1);
        };
        // Digits known now decide the scale, as in PostgreSQL; otherwise the number keeps its own.
        let kept = match digits.as_ref().map(|digits| &digits.node) {
            None => 0,
            Some(Node::Constant(OwnedValue::Inline(Value::Int(digits)))) => {
                u8::try_from((*digits).clamp(0, 38)).unwrap_or(0)
            }
            Some(_) => u8::MAX,
        };
        let scale = scale(data_type).min(kept);
        let result = match data_type {
            DataType::Decimal { .. } => Type::decimal(scale),
            DataType::Double => Type::Is(DataType::Double),
            _ => Type::INT,
        };
        let arguments = [number].into_iter().chain(digits).collect();
        self.make_call(Function::Round { scale }, arguments, result, span)
    }

    fn cast(&mut self, operand: Typed, target: &SqlType, failure: CastFailure, span: Range<usize>) -> Typed {
        let Some(target_type) = from_sql(target) else {
            let written = target.to_string().to_lowercase();
            if let Err(error @ DataTypeError::WrongArguments { .. }) = written.parse::<DataType>() {
                let hint = format!("write it as `{}`", error.example());
                return self.problem(ProblemKind::WrongType, span, error.to_string(), hint);
            }
            let name = written.split('(').next().unwrap_or_default();
            let hint = DataType::instead_of(name)
                .map(|known| format!("write `{known}`"))
                .or_else(|| hint::did_you_mean(name, DataType::NAMES))
                .unwrap_or_else(|| format!("types: {}", DataType::NAMES.join(", ")));
            let message = format!("no type `{written}`");
            return self.problem(ProblemKind::WrongType, span, message, hint);
        };
        if operand.is_wrong() {
            return self.wrong(span);
        }
        if let Some(from) = operand.data_type.known()
            && !can_cast(from, target_type)
        {
            let message = format!("{} cannot be cast to {target_type}", a(from));
            let hint = "cast it to text first, if its text is what is meant".to_owned();
            self.wrong_type(span.clone(), message, hint);
            return self.wrong(span);
        }
        let is_constant = matches!(operand.node, Node::Constant(_));
        let depth = operand.depth + 1;
        let node = Node::Cast { target: target_type, failure, operand: Box::new(operand.node) };
        let is_other = |error| !matches!(error, EvaluationError::TooMuchWork(_));
        if is_constant && self.computed(&node, &span).is_err_and(is_other) {
            let message = format!("`{}` is no value of type {target_type}", self.text(&operand.span));
            self.wrong_type(span.clone(), message, literal_hint(target_type));
            return self.wrong(span);
        }
        self.typed(node, Type::Is(target_type), span, depth)
    }

    fn wrong_count(&mut self, name: &str, given: usize, span: Range<usize>) -> Typed {
        let Signature { name, counts, usage } = signatures::named(name).expect("it is in the table");
        let (low, high) = (*counts.start(), *counts.end());
        let expected = match (low, high) {
            (low, usize::MAX) => format!("at least {low}"),
            (low, high) if low == high => low.to_string(),
            (low, high) => format!("{low} or {high}"),
        };
        let noun = if low == 1 && (high == 1 || high == usize::MAX) { "argument" } else { "arguments" };
        let message = format!("`{name}` takes {expected} {noun}, not {given}");
        let hint = format!("write `{usage}`");
        self.problem(ProblemKind::WrongArgumentCount, span, message, hint)
    }
}

fn depth_above(arguments: &[Typed]) -> usize {
    arguments.iter().map(|argument| argument.depth).max().unwrap_or(0) + 1
}

fn whole(data_type: DataType) -> Type {
    match data_type {
        DataType::Decimal { .. } => Type::decimal(0),
        DataType::Double => Type::Is(DataType::Double),
        _ => Type::INT,
    }
}

fn plain_arguments(list: &FunctionArgumentList) -> Option<Vec<&Expr>> {
    let FunctionArgumentList { duplicate_treatment, args, clauses } = list;
    if duplicate_treatment.is_some() || !clauses.is_empty() {
        return None;
    }
    args.iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
            _ => None,
        })
        .collect()
}
