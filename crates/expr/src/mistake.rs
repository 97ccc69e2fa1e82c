//! What the SQL parser stumbled over, in our words, and what to write instead.

/// A message of the parser and what to do. `found` is the token it stumbled over, empty at the end; `before` the one in front of it.
pub(crate) fn of_parser(message: &str, found: &str, before: &str) -> (String, String) {
    let shown = if found.is_empty() { "the end".to_owned() } else { format!("`{found}`") };
    if let Some(told) = of_quotes(found) {
        return told;
    }
    if message.starts_with("No infix parser") {
        return (format!("{shown} is no operator here"), operator_hint(found).to_owned());
    }
    if message.contains(" after IS, ") {
        let hint = if ["blank", "empty"].iter().any(|word| found.eq_ignore_ascii_case(word)) {
            "write `IS_BLANK(x)`"
        } else {
            "write `x IS NULL`, `x IS NOT NULL`, `x IS TRUE` or `x IS DISTINCT FROM y`"
        };
        return (format!("`IS` cannot be followed by {shown}"), hint.to_owned());
    }
    if message.starts_with("Expected: date/time field") {
        return (
            format!("no unit of time {shown}"),
            "write `EXTRACT(year FROM x)`, or another unit".to_owned(),
        );
    }
    let expected = message.strip_prefix("Expected: ").and_then(|rest| rest.split(", found: ").next());
    match expected {
        Some(expected) => {
            let quoted = if expected.contains(' ') { expected.to_owned() } else { format!("`{expected}`") };
            (format!("expected {quoted}, found {shown}"), expected_hint(expected, found, before))
        }
        None => (decapitalized(message), MANUAL.to_owned()),
    }
}

/// The same for a token that stands behind a whole expression.
pub(crate) fn of_rest(found: &str, before: &str) -> (String, String) {
    let upper = found.to_ascii_uppercase();
    let told = |message: &str, hint: &str| (message.to_owned(), hint.to_owned());
    if let Some(told) = of_quotes(found) {
        return told;
    }
    match (&*upper, &*before.to_ascii_uppercase()) {
        (_, "CASE") => told("the `CASE` is not finished", CASE),
        (",", _) => told(
            "one expression is expected, not a list",
            "leave the comma out, or give the list to a function such as `COALESCE(a, b)`",
        ),
        (";", _) => told("an expression does not end with `;`", "leave it out"),
        (")", _) => told("the expression ends before `)`", "there is one `)` too many, or a `(` is missing"),
        ("AS", _) => told(
            "the expression ends before `AS`",
            "an expression has no alias: the column's name is its name",
        ),
        (_, "DATE" | "TIME" | "TIMESTAMP") => (
            format!("the expression ends before `{found}`"),
            format!("write `CAST({found} AS {})`", before.to_lowercase()),
        ),
        ("DIV" | "MOD", _) => (format!("`{found}` is no operator here"), operator_hint(&upper).to_owned()),
        _ => (
            format!("the expression ends before `{found}`"),
            "an operator is missing in front of it, such as `+`, `||` or `AND`".to_owned(),
        ),
    }
}

/// A message of the tokenizer.
pub(crate) fn of_tokenizer(message: &str) -> (String, String) {
    if message.contains("close delimiter") {
        let hint = "end it with `\"`; text, as against a name, stands in single quotes";
        return ("a name without its closing quote".to_owned(), hint.to_owned());
    }
    if message.contains("string literal") {
        let hint = "end it with `'`, and write a quote within the text twice: `'it''s'`";
        return (decapitalized(message), hint.to_owned());
    }
    (decapitalized(message), MANUAL.to_owned())
}

const MANUAL: &str = "`xmlshred help expressions` has examples of everything that can be written";
const CASE: &str = "write `CASE WHEN … THEN … ELSE … END`";

/// Quotes that are none.
fn of_quotes(found: &str) -> Option<(String, String)> {
    let hint = match found.chars().next()? {
        '‘' | '’' | '‚' | '“' | '”' | '„' | '´' => {
            "write text in straight single quotes, as in `'text'`"
        }
        '`' | '{' | '[' => "write the plain name, or in double quotes when it has blanks",
        _ => return None,
    };
    Some((format!("`{found}` has no meaning here"), hint.to_owned()))
}

/// What to write instead of an operator that other languages have.
pub(crate) fn operator_hint(operator: &str) -> &'static str {
    match operator {
        "&&" => "write `AND`",
        "|" | "&" | "#" | "<<" | ">>" | "XOR" => {
            "bits are not available; conditions are joined by `AND` and `OR`"
        }
        "DIV" => "write `/`: whole numbers divide to a whole number",
        "MOD" => "write `%`",
        "^" => "powers are not available: multiply",
        "~" | "~*" | "!~" | "!~*" => "use `LIKE`; `%` is any text, `_` any character",
        "->" | "->>" | "#>" | "#>>" => "JSON is not looked into: keep it as a column",
        _ => {
            "operators are `+ - * / % ||`, `= <> < <= > >=`, `AND`, `OR`, `NOT`, `IN`, `BETWEEN`, `LIKE`, `IS`"
        }
    }
}

fn expected_hint(expected: &str, found: &str, before: &str) -> String {
    match (expected, found) {
        (")", "") => "a `(` is not closed: add `)`".to_owned(),
        (")", _) => "close the parenthesis before it, or put a comma or an operator between".to_owned(),
        ("(", _) if before.eq_ignore_ascii_case("in") => "write `x IN (1, 2, 3)`".to_owned(),
        ("AND", _) => "write `x BETWEEN low AND high`".to_owned(),
        ("END" | "THEN" | "WHEN", _) => CASE.to_owned(),
        (_, "*") if before == "*" => operator_hint("^").to_owned(),
        (_, "") if before.is_empty() => MANUAL.to_owned(),
        (_, "") => format!("something is missing behind `{before}`"),
        (_, found) => {
            format!("something is missing before `{found}`: a name, a number, or text in single quotes")
        }
    }
}

fn decapitalized(message: &str) -> String {
    let mut chars = message.trim_end_matches('.').chars();
    chars.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(chars).collect()
}
