//! Text of a path to tokens with places.

use std::ops::Range;

use super::PathProblem;
use crate::xml::chars::{is_name_char, is_name_start};

/// A token of a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Slash,
    DoubleSlash,
    At,
    Star,
    Dot,
    DoubleDot,
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Comma,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// A name, with the prefix when it has one.
    Name(&'a str),
    /// `prefix:*`
    AnyIn(&'a str),
    /// `axis::`
    Axis(&'a str),
    /// `$name`, where the name may have a table before it.
    Variable(&'a str),
    Text(&'a str),
    Number(f64),
}

/// All tokens, in order, each with its byte range.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token<'_>, Range<usize>)>, PathProblem> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let start = text.len() - rest.len();
        if first.is_ascii_whitespace() {
            rest = &rest[1..];
            continue;
        }
        let (token, length) = next_token(rest, first).map_err(|(message, length, hint)| PathProblem {
            span: start..start + length,
            message,
            hint,
        })?;
        tokens.push((token, start..start + length));
        rest = &rest[length..];
    }
    Ok(tokens)
}

type Refusal = (String, usize, String);

fn next_token(rest: &str, first: char) -> Result<(Token<'_>, usize), Refusal> {
    let two = rest.as_bytes().get(1).copied();
    let token = match (first, two) {
        ('/', Some(b'/')) => (Token::DoubleSlash, 2),
        ('/', _) => (Token::Slash, 1),
        ('.', Some(b'.')) => (Token::DoubleDot, 2),
        ('.', next) if !next.is_some_and(|byte| byte.is_ascii_digit()) => (Token::Dot, 1),
        ('@', _) => (Token::At, 1),
        ('*', _) => (Token::Star, 1),
        ('(', _) => (Token::Open, 1),
        (')', _) => (Token::Close, 1),
        ('[', _) => (Token::OpenBracket, 1),
        (']', _) => (Token::CloseBracket, 1),
        (',', _) => (Token::Comma, 1),
        ('!', Some(b'=')) => (Token::NotEqual, 2),
        ('<', Some(b'=')) => (Token::LessOrEqual, 2),
        ('<', Some(b'>')) => return Err(("`<>` is not XPath".to_owned(), 2, "write `!=`".to_owned())),
        ('<', _) => (Token::Less, 1),
        ('>', Some(b'=')) => (Token::GreaterOrEqual, 2),
        ('>', _) => (Token::Greater, 1),
        ('=', Some(b'=')) => return Err(("`==` is not XPath".to_owned(), 2, "write `=`".to_owned())),
        ('=', _) => (Token::Equal, 1),
        ('\'' | '"', _) => return quoted(rest, first),
        (c, _) if c.is_ascii_digit() || c == '.' || c == '-' => return number(rest),
        ('$', _) if rest[1..].starts_with(is_name_start) => return Ok(variable(rest)),
        (c, _) if is_name_start(c) => return Ok(name(rest)),
        (c, _) => {
            let hint = match c {
                '|' => "a list of paths takes the first that has a value: `path: [a, b]`",
                '$' => "behind it stands the name of a `let` or column, as in `a[@id = $name]`",
                '+' => "arithmetic belongs in `expr`, over `let`s with their paths",
                '&' | '!' => "conditions are joined by `and`, `or` and `not(…)`",
                '\\' => "steps are divided by `/`",
                _ => "a path has names, `/`, `@`, `*`, `.` and conditions in brackets; text stands in quotes",
            };
            return Err((format!("`{c}` has no meaning in a path"), c.len_utf8(), hint.to_owned()));
        }
    };
    Ok(token)
}

fn quoted(rest: &str, quote: char) -> Result<(Token<'_>, usize), Refusal> {
    match rest[1..].find(quote) {
        Some(end) => Ok((Token::Text(&rest[1..=end]), end + 2)),
        None => Err(("text without a closing quote".to_owned(), rest.len(), format!("end it with {quote}"))),
    }
}

fn number(rest: &str) -> Result<(Token<'_>, usize), Refusal> {
    let end = rest
        .char_indices()
        .find(|&(at, c)| !(c.is_ascii_digit() || c == '.' || (c == '-' && at == 0)))
        .map_or(rest.len(), |(at, _)| at);
    match rest[..end].parse() {
        Ok(number) => Ok((Token::Number(number), end)),
        Err(_) => Err((
            "not a number".to_owned(),
            end,
            "write digits with one point at most, or quotes around text".to_owned(),
        )),
    }
}

fn variable(rest: &str) -> (Token<'_>, usize) {
    let name = &rest[1..];
    let end = name.find(|c| !is_name_char(c)).unwrap_or(name.len());
    let end = name[..end].trim_end_matches('.').len();
    (Token::Variable(&name[..end]), end + 1)
}

/// A name with an optional prefix, `prefix:*`, or an axis. A trailing `.` belongs to XML names, but never ends one in practice: it is left.
fn name(rest: &str) -> (Token<'_>, usize) {
    let end = rest
        .char_indices()
        .find(|&(at, c)| !(is_name_char(c) || (c == ':' && at > 0)))
        .map_or(rest.len(), |(at, _)| at);
    if let Some(axis) = rest[..end].find("::") {
        return (Token::Axis(&rest[..axis]), axis + "::".len());
    }
    if let Some(prefix) = rest[..end].strip_suffix(':')
        && rest[end..].starts_with('*')
    {
        return (Token::AnyIn(prefix), end + 1);
    }
    let end = rest[..end].trim_end_matches([':', '.']).len();
    (Token::Name(&rest[..end]), end)
}
