//! `expression | name=type:value, … => result`, where the result is `type value`, `null` or `error: message`.

use std::fmt::Write as _;

use bumpalo::Bump;
use xmlshred_expr::{Name, Names, compile};
use xmlshred_model::{ColumnBuilder, DataType, OwnedValue, Value, Work, lexical};

/// Names with types and values, in order.
pub(crate) struct Inputs(pub(crate) Vec<(String, DataType, OwnedValue)>);

impl Names for Inputs {
    fn find(&self, written: &str) -> Option<Name<'_>> {
        let known = self.0.iter().find(|(known, ..)| known.eq_ignore_ascii_case(written));
        known.map(|(spelled, data_type, _)| Name { spelled, data_type: *data_type })
    }

    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(self.0.iter().map(|(name, ..)| name.as_str()))
    }
}

/// Reads `name=type:value, …`; a value `null` is null, `''` is empty text.
pub(crate) fn inputs(text: &str) -> Inputs {
    let parts = text.split(", ").map(str::trim).filter(|part| !part.is_empty());
    Inputs(
        parts
            .map(|part| {
                let (name, rest) = part.split_once('=').expect("name=type:value");
                let (data_type, value) = rest.split_once(':').expect("type:value");
                let data_type: DataType = data_type.parse().expect("a type");
                let value = match value {
                    "null" => OwnedValue::Inline(Value::Null),
                    "''" => OwnedValue::Text(String::new()),
                    text => lexical::parse(text.trim_matches('\''), data_type, &[])
                        .expect("a value")
                        .to_owned_value(),
                };
                (name.to_owned(), data_type, value)
            })
            .collect(),
    )
}

/// Steps that an expression may take in tests.
pub(crate) const MAX_STEPS: u64 = 10_000_000;
/// Bytes that an expression may make in tests.
pub(crate) const MAX_VALUE_BYTES: u64 = 10_000_000;

/// The result of an expression as the case files write it.
pub(crate) fn result(expression: &str, inputs: &Inputs) -> String {
    let work = Work::new(MAX_STEPS, MAX_VALUE_BYTES, None);
    let compiled = match compile(expression, inputs, &work) {
        Ok(compiled) => compiled,
        Err(problems) => {
            let lines: Vec<String> = problems
                .iter()
                .map(|problem| {
                    let place = &expression[problem.span.clone()];
                    format!("{:?} at `{place}`: {} ({})", problem.kind, problem.message, problem.hint)
                })
                .collect();
            return lines.join("; ");
        }
    };
    let values: Vec<Value<'_>> = compiled
        .inputs()
        .iter()
        .map(|input| inputs.0.iter().find(|(name, ..)| name == input).expect("a known input").2.as_value())
        .collect();
    let arena = Bump::new();
    match compiled.evaluate(&values, &arena, &work) {
        Err(error) => format!("error: {error}"),
        Ok(Value::Null) => "null".to_owned(),
        Ok(value) => {
            let data_type = compiled.data_type().expect("a value has a type");
            // Where the digits of the promised scale have no room, there are fewer.
            let data_type = match (value, data_type) {
                (Value::Decimal(number), DataType::Decimal { precision, scale }) if number.scale < scale => {
                    DataType::Decimal { precision, scale: number.scale }
                }
                (_, data_type) => data_type,
            };
            // Panics when the value is not of the promised type.
            ColumnBuilder::new(data_type).push(&value);
            let mut text = String::new();
            lexical::format(&value, &mut text);
            format!("{} {text}", compiled.data_type().expect("a value has a type"))
        }
    }
}

fn check(file: &str, cases: &str) {
    let mut failures = String::new();
    for (index, line) in cases.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (left, expected) = line.rsplit_once(" => ").expect("a case has ` => `");
        let (expression, given) = left.rsplit_once(" | ").unwrap_or((left, ""));
        let actual = result(expression, &inputs(given));
        if actual != expected.trim_end() {
            writeln!(failures, "{file}:{}: {left}\n  expected {expected}\n  actual   {actual}", index + 1)
                .expect("a string takes all text");
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn arithmetic_is_checked_and_exact() {
    check("arithmetic.txt", include_str!("../cases/arithmetic.txt"));
}

#[test]
fn logic_has_three_values() {
    check("logic.txt", include_str!("../cases/logic.txt"));
}

#[test]
fn comparisons_and_choices() {
    check("choice.txt", include_str!("../cases/choice.txt"));
}

#[test]
fn text_functions_count_characters() {
    check("text.txt", include_str!("../cases/text.txt"));
}

#[test]
fn casts_are_strict() {
    check("cast.txt", include_str!("../cases/cast.txt"));
}

#[test]
fn dates_and_times() {
    check("temporal.txt", include_str!("../cases/temporal.txt"));
}
