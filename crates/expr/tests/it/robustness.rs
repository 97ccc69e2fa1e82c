//! No text makes the compiler or the evaluation panic or run out of stack.

use proptest::prelude::*;
use xmlshred_expr::{Expression, compile};
use xmlshred_model::Work;

use crate::cases::{Inputs, inputs, result};

fn names() -> Inputs {
    inputs(
        "a=int:3, b=decimal(5,2):1.50, c=double:2.5, d=date:2024-01-31, t=timestamp:2024-01-31T10:00:00, x=text:abc, f=bool:true, n=bigint:null",
    )
}

#[test]
fn expressions_are_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug>() {}
    shared::<Expression>();
}

#[test]
fn long_chains_and_deep_nesting_end_in_a_value_or_a_problem() {
    let names = names();
    assert_eq!(result(&vec!["a"; 1000].join(" + "), &names), "bigint 3000");
    assert_eq!(result(&vec!["a = 1"; 900].join(" OR "), &names), "bool false");
    assert_eq!(result(&["x"; 3].join(" || "), &names), "text abcabcabc");
    let list = (10..9000).map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
    assert_eq!(result(&format!("a IN ({list})"), &names), "bool false");
    for (part, last, end) in [
        ("(", "a", ")"),
        ("NOT ", "f", ""),
        ("-", "a", ""),
        ("ABS(", "a", ")"),
        ("CASE WHEN f THEN ", "a", " END"),
        ("", "f", " IS NULL"),
        ("", "f", " = f"),
        ("", "a", "::int"),
        ("COALESCE(", "a", ", 1)"),
        ("CAST(", "a", " AS int)"),
        ("a IN (", "a", ")"),
        ("(1, ", "a", ")"),
        ("1 - (", "a", ")"),
        ("", "a", "[1]"),
        ("", "a", " COLLATE b"),
        ("", "a", ".a"),
        ("a -> ", "a", ""),
        ("- -", "a", ""),
        ("TRIM(a.", "a", ")"),
        ("a.SUBSTRING( ", "a", ")"),
        ("CEIL(a /* */ . ", "a", ")"),
    ] {
        for count in [10, 100, 1500, 20_000] {
            let text = format!("{}{last}{}", part.repeat(count), end.repeat(count));
            if let Err(problems) = compile(&text, &names, &Work::unlimited()) {
                assert!(problems.iter().all(|problem| text.get(problem.span.clone()).is_some()));
            }
        }
    }
}

fn tokens() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "a",
        "b",
        "c",
        "d",
        "t",
        "x",
        "f",
        "n",
        "1",
        "0",
        "2.5",
        "1e3",
        "9223372036854775807",
        "'abc'",
        "'2024-01-31'",
        "NULL",
        "TRUE",
        "(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "/",
        "%",
        "||",
        "=",
        "<>",
        "<",
        ">=",
        "AND",
        "OR",
        "NOT",
        "IS",
        "IN",
        "BETWEEN",
        "LIKE",
        "ESCAPE",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "CAST(",
        "AS int)",
        "AS date)",
        "AS varchar(2))",
        "COALESCE(",
        "NULLIF(",
        "UPPER(",
        "TRIM(",
        "SUBSTRING(",
        "FROM",
        "FOR",
        "DATE",
        "DATEADD(day,",
        "DATEDIFF(month,",
        "EXTRACT(year FROM",
        "ROUND(",
        "LEFT(",
        "RIGHT(",
        "POSITION(",
        "CONCAT(",
        "ä",
        "\n",
        "\"",
        "--",
        "INTERVAL",
        "::",
    ]);
    prop::collection::vec(token, 1..12).prop_map(|tokens| tokens.join(" "))
}

/// Expressions that are well-formed, and often well-typed.
fn trees() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a",
        "b",
        "c",
        "d",
        "t",
        "x",
        "f",
        "n",
        "1",
        "-9223372036854775808",
        "0.01",
        "1e300",
        "'é%_'",
        "NULL",
        "DATE '9999-12-31'",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        let form = prop::sample::select(vec![
            "{} + {}",
            "{} - {}",
            "{} * {}",
            "({}) / ({})",
            "({}) % ({})",
            "{} || {}",
            "({}) = ({})",
            "({}) < ({})",
            "({}) AND ({})",
            "NOT ({})",
            "-({})",
            "CASE WHEN {} THEN {} ELSE {} END",
            "CASE ({}) WHEN {} THEN {} END",
            "({}) IN ({}, {})",
            "({}) BETWEEN ({}) AND ({})",
            "({}) LIKE ({})",
            "COALESCE({}, {})",
            "NULLIF({}, {})",
            "ROUND({}, {})",
            "SUBSTRING({}, {}, {})",
            "LEFT({}, {})",
            "RIGHT({}, {})",
            "CAST({} AS int)",
            "CAST({} AS decimal(10,2))",
            "CAST({} AS text)",
            "TRY_CAST({} AS timestamp)",
            "DATEADD(month, {}, {})",
            "DATEDIFF(week, {}, {})",
            "EXTRACT(week FROM {})",
            "REPLACE({}, {}, {})",
            "TRIM({})",
            "ABS({})",
            "FLOOR({})",
            "({}) IS DISTINCT FROM ({})",
            "IS_BLANK({})",
        ]);
        (form, prop::collection::vec(inner, 3)).prop_map(|(form, parts)| {
            parts.iter().fold(form.to_owned(), |text, part| text.replacen("{}", part, 1)).replace("{}", "1")
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        result(&text, &names());
    }

    #[test]
    fn no_sequence_of_tokens_panics(text in tokens()) {
        result(&text, &names());
    }

    #[test]
    fn no_tree_panics(text in trees()) {
        result(&text, &names());
    }
}
