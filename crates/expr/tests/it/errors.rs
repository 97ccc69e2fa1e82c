//! What mistakes are called, where they are, and what is suggested.

use xmlshred_expr::compile;
use xmlshred_model::Work;

use crate::cases::{inputs, result};

fn check(expression: &str, expected: &str) {
    let names =
        inputs("amount=int:1, received=date:2024-01-01, name=text:a, flag=bool:true, app.total=int:1");
    assert_eq!(result(expression, &names), expected, "for {expression}");
}

#[test]
fn unknown_names_and_functions_suggest_what_was_meant() {
    check("amont + 1", "UnknownName at `amont`: no name `amont` here (did you mean `amount`?)");
    check(
        "SUBSTRNG(name, 1)",
        "UnknownFunction at `SUBSTRNG`: no function `SUBSTRNG` (did you mean `SUBSTRING`?)",
    );
    check("ISNULL(name, 'x')", "UnknownFunction at `ISNULL`: no function `ISNULL` (use `COALESCE(x, y)`)");
}

#[test]
fn all_mistakes_are_reported_at_once_in_order_of_place() {
    check(
        "amont + ABS(1, 2) + UPPER(receivd)",
        "UnknownName at `amont`: no name `amont` here (did you mean `amount`?); \
         WrongArgumentCount at `ABS(1, 2)`: `ABS` takes 1 argument, not 2 (write `ABS(number)`); \
         UnknownName at `receivd`: no name `receivd` here (did you mean `received`?)",
    );
}

#[test]
fn types_that_do_not_fit_are_explained() {
    check(
        "received = name",
        "WrongType at `received = name`: a date cannot be compared with text (write `CAST(name AS date)`)",
    );
    check(
        "received = '2024-02-30'",
        "WrongType at `'2024-02-30'`: `'2024-02-30'` is no value of type date (write it as '2024-01-31')",
    );
    check(
        "received + 1",
        "WrongType at `received`: a number is expected, this is a date (use `DATEADD(unit, count, x)` or `DATEDIFF(unit, from, to)`)",
    );
    check(
        "amount AND flag",
        "WrongType at `amount`: a condition is expected, this is a number (compare it, as in `amount = …`)",
    );
    check(
        "UPPER(amount)",
        "WrongType at `amount`: text is expected, this is a number (write `CAST(amount AS text)`)",
    );
    check(
        "DATEADD(fortnight, 1, received)",
        "WrongType at `fortnight`: no unit of time `fortnight` (units: year, quarter, month, week, day, hour, minute, second, millisecond, microsecond, dow, isodow, doy)",
    );
    check(
        "DATEADD(hour, 1, received)",
        "WrongType at `received`: a date has no hour (write `CAST(received AS timestamp)`)",
    );
    check(
        "CAST('x' AS int)",
        "WrongType at `CAST('x' AS int)`: `'x'` is no value of type int (write it as 42)",
    );
}

#[test]
fn what_is_not_one_expression_is_a_syntax_error() {
    check(
        "",
        "Syntax at ``: an expression is missing (write one, such as `amount * 2`, or leave the key out)",
    );
    check(
        "name || 'abc",
        "Syntax at `'abc`: unterminated string literal (end it with `'`, and write a quote within the text twice: `'it''s'`)",
    );
    check(
        "amount IN ()",
        "Syntax at `)`: expected an expression, found `)` (something is missing before `)`: a name, a number, or text in single quotes)",
    );
    check(
        "CAST(name AS varchr(3))",
        "WrongType at `CAST(name AS varchr(3))`: no type `varchr(3)` (did you mean `varchar`?)",
    );
    check(
        "CAST(name AS char)",
        "WrongType at `CAST(name AS char)`: `char` takes one length of at least 1, as in `(50)` (write it as `char(9)`)",
    );
    check(
        "CAST(name AS decimal)",
        "WrongType at `CAST(name AS decimal)`: `decimal` takes precision and scale, as in `(12,2)`, with 1 <= precision <= 38 and scale <= precision (write it as `decimal(12,2)`)",
    );
    check(
        "CAST(received AS timestamp(3))",
        "WrongType at `CAST(received AS timestamp(3))`: `timestamp` takes no arguments (write it as `timestamp`)",
    );
    check(
        "INTERVAL '1' DAY",
        "Unsupported at `'1'`: INTERVAL is not available (use `DATEADD(unit, count, x)`)",
    );
    check(
        "1, 2",
        "Syntax at `,`: one expression is expected, not a list (leave the comma out, or give the list to a function such as `COALESCE(a, b)`)",
    );
    check("1 +", "Syntax at ``: expected an expression, found the end (something is missing behind `+`)");
    check(
        "amount AS total",
        "Syntax at `AS`: the expression ends before `AS` (an expression has no alias: the column's name is its name)",
    );
    check(
        "amount IN (SELECT 1)",
        "Unsupported at `amount`: IN takes a list of expressions (write `x IN (1, 2, 3)`)",
    );
}

#[test]
fn spans_are_bytes_also_behind_other_characters_and_lines() {
    let names = inputs("a=int:1");
    let source = "'äöü' ||\n  UPPER('ß') || nam";
    let problems = compile(source, &names, &Work::unlimited()).unwrap_err();
    assert_eq!(&source[problems[0].span.clone()], "nam");
}

#[test]
fn inputs_are_listed_once_as_they_are_spelled() {
    let names = inputs("Amount=int:1, app.total=int:1");
    let compiled = compile("AMOUNT + app.TOTAL + \"amount\"", &names, &Work::unlimited()).unwrap();
    assert_eq!(compiled.inputs(), ["Amount", "app.total"]);
}

#[test]
fn what_is_nested_too_deeply_is_told_so_wherever_the_parser_stumbles() {
    let names = inputs("a=int:1");
    for depth in [61, 600] {
        for (open, innermost, close) in [
            ("CASE WHEN ", "a = 1", " THEN 1 ELSE 2 END = 1"),
            ("CASE WHEN a = 1 THEN 1 ELSE ", "2", " END"),
            ("case a when ", "1", " then 1 end"),
            ("NOT ", "a = 1", ""),
            ("- ", "a", ""),
            ("(", "a", ")"),
            ("ABS(", "a", ")"),
            ("CASE WHEN NOT (", "a = 1", ") THEN 1 END = 1"),
        ] {
            let nested = format!("{}{innermost}{}", open.repeat(depth), close.repeat(depth));
            for source in [nested.clone(), format!("CASE WHEN {nested} = 1 THEN 1 END")] {
                let problems = compile(&source, &names, &Work::unlimited()).unwrap_err();
                assert_eq!(problems[0].message, "the expression is nested too deeply", "{depth} {open}");
            }
        }
    }
}
