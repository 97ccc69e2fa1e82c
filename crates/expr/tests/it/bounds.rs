//! What an expression costs: everything that it makes is counted before it is made, and what it reads is counted, so that a budget ends it.

use bumpalo::Bump;
use xmlshred_expr::{EvaluationError, ProblemKind, compile};
use xmlshred_model::{DataType, OwnedValue, Value, Work, WorkEnd};

use crate::cases::{Inputs, inputs};

/// What an evaluation has cost.
struct Cost {
    steps: u64,
    value_bytes: u64,
    /// Of the arena.
    allocated: usize,
    outcome: Result<OwnedValue, EvaluationError>,
}

fn texts(length: usize) -> Inputs {
    let text = |name: &str, text: String| (name.to_owned(), DataType::Text, OwnedValue::Text(text));
    Inputs(vec![
        text("a", "x".repeat(length)),
        text("u", "ß".repeat(length / 2)),
        text("y", "xy".repeat(length / 2)),
        text("blank", " ".repeat(length)),
        text("p", "%x".repeat(length / 2)),
        ("i".to_owned(), DataType::Int, OwnedValue::Inline(Value::Int(7))),
        ("b".to_owned(), DataType::Binary, OwnedValue::Binary(vec![7; length])),
    ])
}

fn cost(expression: &str, names: &Inputs, work: &Work<'_>) -> Cost {
    let compiled = compile(expression, names, &Work::unlimited()).expect("an expression");
    let find =
        |input: &String| names.0.iter().find(|(name, ..)| name == input).expect("an input").2.as_value();
    let values = compiled.inputs().iter().map(find).collect::<Vec<_>>();
    let arena = Bump::new();
    let outcome = compiled.evaluate(&values, &arena, work).map(|value| value.to_owned_value());
    Cost {
        steps: work.steps_taken(),
        value_bytes: work.value_bytes_made(),
        allocated: arena.allocated_bytes(),
        outcome,
    }
}

/// Every operation that reads or makes text.
const OF_TEXT: [&str; 28] = [
    "a || a",
    "a || i || a",
    "CONCAT(a, a, i, a)",
    "CONCAT(b, b)",
    "UPPER(a)",
    "UPPER(u)",
    "LOWER(UPPER(a))",
    "LOWER(u)",
    "TRIM(blank)",
    "TRIM(BOTH y FROM a)",
    "LENGTH(u)",
    "SUBSTRING(u, 3, 100000000)",
    "LEFT(u, 100000000)",
    "RIGHT(a, 100000000)",
    "REPLACE(a, 'x', 'yz')",
    "REPLACE(y, a, 'z')",
    "POSITION('xz' IN a)",
    "POSITION(a IN y)",
    "CAST(a AS varchar(5))",
    "TRY_CAST(blank AS int)",
    "CAST(CAST(b AS text) AS binary)",
    "a = a AND a < y AND a BETWEEN y AND a",
    "a IN (y, blank, a)",
    "CASE a WHEN y THEN 1 WHEN blank THEN 2 END",
    "IS_BLANK(blank)",
    "a LIKE '%z%' OR a LIKE '%xxxxz'",
    "a LIKE '%' || LEFT(a, LENGTH(a) / 2) || 'z%'",
    "y ILIKE '%' || RIGHT(y, LENGTH(y) / 2) || 'X%' || y",
];

#[test]
fn twice_the_text_costs_twice_the_steps_and_bytes() {
    for expression in OF_TEXT {
        let [small, large] =
            [10_000, 20_000].map(|length| cost(expression, &texts(length), &Work::unlimited()));
        assert!(small.steps + small.value_bytes >= 600, "{expression} counts {} steps", small.steps);
        assert!(large.steps <= 2 * small.steps, "{expression}: {} and {} steps", small.steps, large.steps);
        assert!(
            large.value_bytes <= 2 * small.value_bytes + 64,
            "{expression}: {} and {} bytes",
            small.value_bytes,
            large.value_bytes
        );
    }
}

#[test]
fn what_is_made_is_counted_before() {
    for expression in
        OF_TEXT.into_iter().chain(["REPLACE(a, 'x', a)", "REPLACE(REPLACE(y, 'y', a), 'x', 'xx')"])
    {
        let names = texts(2_000);
        let whole = cost(expression, &names, &Work::unlimited());
        // Blocks of the arena grow by doubling.
        assert!(whole.allocated as u64 <= 2 * whole.value_bytes + 1024, "{expression}: {}", whole.allocated);
        let limit = whole.value_bytes / 2;
        if limit == 0 {
            continue;
        }
        let ended = cost(expression, &names, &Work::new(u64::MAX, limit, None));
        assert_eq!(
            ended.outcome,
            Err(EvaluationError::TooMuchWork(WorkEnd::ValueBytes(limit))),
            "{expression}"
        );
        assert!(ended.allocated as u64 <= 2 * limit + 1024, "{expression}: {} of {limit}", ended.allocated);
    }
}

#[test]
fn what_is_read_is_counted_while_it_is_read() {
    let names = texts(20_000);
    for expression in [
        "a LIKE '%xxxxxxxxxxxxxxxz%'",
        "a LIKE '%' || SUBSTRING(a, 1, 9000) || 'z'",
        "a ILIKE '%XXXXXXXXXXXXXXXXXX_XXz'",
    ] {
        let ended = cost(expression, &names, &Work::new(15_000, u64::MAX, None));
        assert_eq!(ended.outcome, Err(EvaluationError::TooMuchWork(WorkEnd::Steps(15_000))), "{expression}");
    }
}

#[test]
fn every_part_of_an_expression_is_a_step() {
    let names = inputs("n=bigint:null, i=int:1");
    let list = |count: usize| vec!["i + 1"; count].join(", ");
    for (before, after) in
        [("n IN (2, ", ")"), ("COALESCE(NULLIF(i, 1), ", ")"), ("CONCAT(", ")"), ("i IN (5, ", ")")]
    {
        let text = format!("{before}{}{after}", list(1_000));
        let whole = cost(&text, &names, &Work::unlimited());
        assert!(whole.outcome.is_ok());
        if !text.starts_with("n IN") && !text.starts_with("COALESCE") {
            assert!(whole.steps > 1_000, "{before} counts {}", whole.steps);
        }
        let ended = cost(&text, &names, &Work::new(whole.steps - 1, u64::MAX, None));
        assert!(matches!(ended.outcome, Err(EvaluationError::TooMuchWork(_))), "{before}");
    }
}

#[test]
fn too_much_is_no_value_that_cannot_be_cast() {
    let names = texts(10_000);
    let ended = cost("TRY_CAST(a || a AS int)", &names, &Work::new(u64::MAX, 100, None));
    assert!(matches!(ended.outcome, Err(EvaluationError::TooMuchWork(_))));
    let ended = cost("TRY_CAST(blank AS int)", &names, &Work::new(10, u64::MAX, None));
    assert!(matches!(ended.outcome, Err(EvaluationError::TooMuchWork(_))));
}

#[test]
fn constants_have_a_budget_of_their_own() {
    let ten = "a".repeat(10);
    let mut nested = format!("'{ten}'");
    for _ in 0..10 {
        nested = format!("REPLACE({nested}, 'a', '{ten}')");
    }
    let work = Work::new(1 << 20, 1 << 20, None);
    let problems = compile(&nested, &texts(1), &work).expect_err("too much");
    assert_eq!(problems[0].kind, ProblemKind::Unsupported);
    assert!(problems[0].message.starts_with("the constants make more text"), "{}", problems[0].message);
    assert_eq!(problems.len(), 1, "{problems:?}");
    // The budget is that of all expressions of a contract.
    compile("'a' || 'b'", &texts(1), &work).expect_err("nothing is left");
    compile("i + 1", &texts(1), &work).expect("no constants");
    let pattern = format!("'{}' LIKE '%{}_z'", "a".repeat(5_000), "a".repeat(1_000));
    compile(&pattern, &texts(1), &Work::new(100_000, 1 << 20, None)).expect_err("too many steps");
}

#[test]
fn text_that_no_document_could_have_is_no_constant() {
    for text in ["'a\0b'", "a = '\0'", "REPLACE(a, 'x', 'y\0')", "N'\0'", "a IN ('b', '\0')"] {
        let problems = compile(text, &texts(1), &Work::unlimited()).expect_err("no text");
        assert_eq!(problems[0].message, "text cannot have the character U+0000", "{text:?}");
    }
}
