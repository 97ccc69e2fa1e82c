//! Text to tokens.

use super::syntax::ExprError;

/// A token, with its character from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) character: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    /// A keyword or a name.
    Word(String),
    Number(String),
    Text(String),
    /// `+`, `<=`, `(` …
    Sign(&'static str),
}

const SIGNS: [&str; 16] =
    ["<>", "!=", "<=", ">=", "==", "=", "<", ">", "+", "-", "*", "/", "(", ")", ",", "."];

/// All tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ExprError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        let character = text[..text.len() - rest.len()].chars().count() + 1;
        let (kind, length) = match first {
            '\'' | '"' => quoted(rest, first).ok_or_else(|| ExprError {
                character: Some(character),
                message: "this text has no end".to_owned(),
                hint: "a quote is missing",
            })?,
            '0'..='9' => {
                let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
                (TokenKind::Number(rest[..end].to_owned()), end)
            }
            c if c.is_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                (TokenKind::Word(rest[..end].to_owned()), end)
            }
            _ => match SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
                Some(sign) => (TokenKind::Sign(sign), sign.len()),
                None => {
                    return Err(ExprError {
                        character: Some(character),
                        message: format!("`{first}` means nothing here"),
                        hint: "expressions are made of names, numbers, 'text', CASE, + - * / and comparisons",
                    });
                }
            },
        };
        tokens.push(Token { kind, character });
        rest = &rest[length..];
    }
}

/// Text in quotes; a doubled quote is one.
fn quoted(rest: &str, quote: char) -> Option<(TokenKind, usize)> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            text.push(c);
        } else if chars.next_if(|&(_, next)| next == quote).is_some() {
            text.push(quote);
        } else {
            return Some((TokenKind::Text(text), at + 1));
        }
    }
    None
}
