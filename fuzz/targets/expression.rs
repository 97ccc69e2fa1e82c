//! No text makes the compiler or the evaluation of expressions panic, and null is treated as SQL treats it.

#![no_main]

use bumpalo::Bump;
use libfuzzer_sys::fuzz_target;
use xmlshred_expr::{EvaluationError, Expression, Name, Names, compile};
use xmlshred_model::{DataType, Decimal, OwnedValue, Value, Work};

/// Names with their types and one value each.
const NAMES: [(&str, DataType, Value<'static>); 12] = [
    ("a", DataType::Int, Value::Int(3)),
    ("z", DataType::SmallInt, Value::Int(0)),
    ("m", DataType::BigInt, Value::Int(i64::MIN)),
    ("b", DataType::Decimal { precision: 5, scale: 2 }, Value::Decimal(Decimal { unscaled: 150, scale: 2 })),
    ("c", DataType::Double, Value::Double(2.5)),
    ("d", DataType::Date, Value::Date(19_753)),
    ("t", DataType::Timestamp, Value::Timestamp(1_706_695_200_000_000)),
    ("i", DataType::TimestampTz, Value::TimestampTz(1_706_695_200_000_000)),
    ("h", DataType::Time, Value::Time(36_000_000_000)),
    ("x", DataType::Text, Value::Text("aé😀%_")),
    ("f", DataType::Bool, Value::Bool(true)),
    ("n", DataType::BigInt, Value::Null),
];

/// What an expression may cost: little, so that hostile ones are ended soon.
fn work() -> Work<'static> {
    Work::new(1 << 20, 1 << 20, None)
}

struct Row;

impl Names for Row {
    fn find(&self, written: &str) -> Option<Name<'_>> {
        let known = NAMES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(written));
        known.map(|&(spelled, data_type, _)| Name { spelled, data_type })
    }

    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(NAMES.iter().map(|&(name, ..)| name))
    }
}

/// The value for a row; all names are null in `of_nulls`.
fn value(expression: &Expression, of_nulls: bool) -> Result<OwnedValue, EvaluationError> {
    let input = |name: &String| {
        let known =
            NAMES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)).expect("only known names");
        if of_nulls { Value::Null } else { known.2 }
    };
    let inputs = expression.inputs().iter().map(input).collect::<Vec<_>>();
    let arena = Bump::new();
    expression.evaluate(&inputs, &arena, &work()).map(|value| value.to_owned_value())
}

/// The value of the text with something around it; `None` when that is no expression any more.
fn around(
    before: &str,
    text: &str,
    after: &str,
    of_nulls: bool,
) -> Option<Result<OwnedValue, EvaluationError>> {
    let expression = compile(&format!("{before}{text}\n{after}"), &Row, &work()).ok()?;
    Some(value(&expression, of_nulls))
}

fuzz_target!(|text: &str| {
    let expression = match compile(text, &Row, &work()) {
        Ok(expression) => expression,
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                assert!(text.get(problem.span.clone()).is_some(), "{problem:?} has no place in the text");
            }
            return;
        }
    };
    for of_nulls in [false, true] {
        let Ok(found) = value(&expression, of_nulls) else { continue };
        assert!(
            fits(expression.data_type(), &found),
            "{found:?} is not of type {:?}",
            expression.data_type()
        );
        let is_null = found.as_value().is_null();
        let is = |expected: bool| Ok(OwnedValue::Inline(Value::Bool(expected)));
        if let Some(told) = around("(", text, ") IS NULL", of_nulls) {
            assert_eq!(told, is(is_null), "IS NULL");
        }
        if let Some(told) = around("(", text, ") IS NOT NULL", of_nulls) {
            assert_eq!(told, is(!is_null), "IS NOT NULL");
        }
        if let Some(Ok(same)) = around("NULLIF(", text, ", NULL)", of_nulls) {
            assert_eq!(format!("{same:?}"), format!("{found:?}"), "NULLIF with null");
        }
        if let (Some(DataType::Bool), Some(told)) =
            (expression.data_type(), around("NOT (", text, ")", of_nulls))
        {
            let expected = match found.as_value() {
                Value::Bool(truth) => is(!truth),
                _ => Ok(OwnedValue::Inline(Value::Null)),
            };
            assert_eq!(told, expected, "NOT");
        }
    }
});

/// Whether a value has the type that the expression promised.
fn fits(data_type: Option<DataType>, value: &OwnedValue) -> bool {
    match (value.as_value(), data_type) {
        (Value::Null, _) => true,
        (_, None) => false,
        (Value::Bool(_), Some(data_type)) => data_type == DataType::Bool,
        (Value::Int(_), Some(data_type)) => {
            matches!(data_type, DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt)
        }
        (Value::Decimal(number), Some(data_type)) => {
            matches!(data_type, DataType::Decimal { scale, .. } if scale >= number.scale)
        }
        (Value::Double(number), Some(data_type)) => data_type == DataType::Double && number.is_finite(),
        (Value::Text(_), Some(data_type)) => data_type.is_text(),
        (Value::Date(_), Some(data_type)) => data_type == DataType::Date,
        (Value::Time(_), Some(data_type)) => data_type == DataType::Time,
        (Value::Timestamp(_), Some(data_type)) => data_type == DataType::Timestamp,
        (Value::TimestampTz(_), Some(data_type)) => data_type == DataType::TimestampTz,
        (Value::Uuid(_), Some(data_type)) => data_type == DataType::Uuid,
        (Value::Binary(_), Some(data_type)) => data_type == DataType::Binary,
    }
}
