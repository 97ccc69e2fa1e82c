//! Text to syntax tree, by the SQL parser, with the byte ranges of tokens kept: the parser knows lines and columns only.

use std::ops::Range;

use sqlparser::ast::Expr;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer};

use crate::dialect::ContractDialect;
use crate::mistake;
use crate::problem::{Problem, ProblemKind};

/// The longest expression, in bytes.
const MAX_BYTES: usize = 256 * 1024;
/// The most operators in one expression: each may nest the syntax tree by one level.
const MAX_OPERATORS: usize = 2_000;
/// How deep parentheses, functions and the like may nest.
const MAX_NESTING: usize = 60;

/// How many calls may have a name with a point, as in `a.trim(x)`: the parser tries each of them twice, so that nested ones take 2ⁿ.
/// None of them is a function; a few are let through, so that this is what they are told.
const MAX_QUALIFIED_CALLS: usize = 4;

/// The tokens of an expression and where they are.
#[derive(Debug)]
pub(crate) struct Source {
    tokens: Vec<Place>,
    len: usize,
}

#[derive(Debug)]
struct Place {
    start: Location,
    end: Location,
    bytes: Range<usize>,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Open,
    Close,
    Word,
    /// Anything that cannot be an operator: literals and commas.
    Plain,
    Operator,
}

/// Parses text that must be exactly one expression.
pub(crate) fn parse(text: &str) -> Result<(Expr, Source), Problem> {
    let whole = Source { tokens: Vec::new(), len: text.len() };
    if text.len() > MAX_BYTES {
        return Err(too_large(whole.whole(), "longer than 256 KiB"));
    }
    if text.trim().is_empty() {
        let hint = "write one, such as `amount * 2`, or leave the key out";
        return Err(syntax(0..text.len(), "an expression is missing".to_owned(), hint.to_owned()));
    }
    let tokens = Tokenizer::new(&ContractDialect, text).tokenize_with_location().map_err(|error| {
        let at = byte_at(text, error.location);
        let (message, hint) = mistake::of_tokenizer(&error.message);
        syntax(at..text.len().max(at), message, hint)
    })?;
    let source = Source { tokens: places(text, &tokens), len: text.len() };
    if source.tokens.iter().filter(|token| token.shape == Shape::Operator).count() > MAX_OPERATORS {
        return Err(too_large(source.whole(), "of more than 2000 operators"));
    }
    if qualified_calls(&tokens) > MAX_QUALIFIED_CALLS {
        return Err(too_large(source.whole(), "nested too deeply"));
    }
    let levels = nesting(&tokens);
    let tokens = with_trimmed_characters(tokens);
    let mut parser =
        Parser::new(&ContractDialect).with_recursion_limit(MAX_NESTING).with_tokens_with_locations(tokens);
    let expr = match parser.parse_expr() {
        Ok(expr) if parser.peek_token_ref().token == Token::EOF => return Ok((expr, source)),
        other => other,
    };
    if levels > MAX_NESTING {
        // Where its patience ends within a `CASE`, the parser takes the word for a name and misses what is behind it.
        return Err(too_large(source.whole(), "nested too deeply"));
    }
    expr.map_err(|error| parser_problem(text, &source, error))?;
    let next = parser.peek_token_ref();
    let range = source.range(next.span);
    if let Some(problem) = within_case(text, &source, range.start) {
        return Err(problem);
    }
    let (message, hint) = mistake::of_rest(&text[range.clone()], source.token_before(text, range.start));
    Err(syntax(range, message, hint))
}

impl Source {
    /// All of the text.
    pub(crate) fn whole(&self) -> Range<usize> {
        0..self.len
    }

    /// The text of the last token that ends at `start` or before; empty when there is none.
    fn token_before<'t>(&self, text: &'t str, start: usize) -> &'t str {
        let behind = self.tokens.partition_point(|token| token.bytes.end <= start);
        behind.checked_sub(1).map_or("", |before| &text[self.tokens[before].bytes.clone()])
    }

    /// The bytes of a span of the parser; all of the text when it knows none.
    pub(crate) fn range(&self, span: Span) -> Range<usize> {
        let first = self.tokens.partition_point(|token| token.start < span.start);
        let last = self.tokens.partition_point(|token| token.end < span.end);
        match (self.tokens.get(first), self.tokens.get(last)) {
            (Some(first), Some(last)) if span.start.line > 0 && first.bytes.start < last.bytes.end => {
                first.bytes.start..last.bytes.end
            }
            (Some(first), _) if span.start.line > 0 => first.bytes.clone(),
            _ => self.whole(),
        }
    }

    /// The range widened to the parentheses around it, and to the function's name before them.
    pub(crate) fn with_parentheses(&self, inner: &Range<usize>) -> Range<usize> {
        let first = self.tokens.partition_point(|token| token.bytes.end <= inner.start);
        let Some(open) = self.enclosing_open(first) else { return inner.clone() };
        let close = self.closing(open);
        let start = match open.checked_sub(1).map(|before| &self.tokens[before]) {
            Some(word) if word.shape == Shape::Word => word.bytes.start,
            _ => self.tokens[open].bytes.start,
        };
        start..self.tokens[close].bytes.end
    }

    /// The range widened to the words right before it.
    pub(crate) fn with_word_before(&self, inner: &Range<usize>) -> Range<usize> {
        let first = self.tokens.partition_point(|token| token.bytes.end <= inner.start);
        let words = self.tokens[..first].iter().rev().take_while(|token| token.shape == Shape::Word);
        words.last().map_or(inner.start, |word| word.bytes.start)..inner.end
    }

    /// The range of a call whose name is at `name`.
    pub(crate) fn call(&self, name: &Range<usize>) -> Range<usize> {
        let next = self.tokens.partition_point(|token| token.bytes.start < name.end);
        match self.tokens.get(next) {
            Some(token) if token.shape == Shape::Open => {
                name.start..self.tokens[self.closing(next)].bytes.end
            }
            _ => name.clone(),
        }
    }

    fn enclosing_open(&self, before: usize) -> Option<usize> {
        let mut depth = 0;
        (0..before).rev().find(|&at| match self.tokens[at].shape {
            Shape::Close => {
                depth += 1;
                false
            }
            Shape::Open if depth > 0 => {
                depth -= 1;
                false
            }
            shape => shape == Shape::Open,
        })
    }

    fn closing(&self, open: usize) -> usize {
        let mut depth = 0usize;
        (open..self.tokens.len())
            .find(|&at| {
                match self.tokens[at].shape {
                    Shape::Open => depth += 1,
                    Shape::Close => depth -= 1,
                    _ => {}
                }
                depth == 0
            })
            .unwrap_or(self.tokens.len() - 1)
    }
}

/// Puts the blank into `TRIM(BOTH FROM x)` that the standard lets out and the parser asks for.
fn with_trimmed_characters(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut written = Vec::with_capacity(tokens.len());
    for token in tokens {
        let is_word = |token: &TokenWithSpan, words: &[&str]| match &token.token {
            Token::Word(word) => words.iter().any(|known| word.value.eq_ignore_ascii_case(known)),
            _ => false,
        };
        if is_word(&token, &["FROM"]) {
            let mut before = written
                .iter()
                .rev()
                .filter(|token: &&TokenWithSpan| !matches!(token.token, Token::Whitespace(_)));
            let side = before.next().is_some_and(|token| is_word(token, &["BOTH", "LEADING", "TRAILING"]));
            let open = before.next().is_some_and(|token| token.token == Token::LParen);
            if side && open && before.next().is_some_and(|token| is_word(token, &["TRIM"])) {
                written.push(TokenWithSpan {
                    token: Token::SingleQuotedString(" ".to_owned()),
                    span: token.span,
                });
            }
        }
        written.push(token);
    }
    written
}

fn qualified_calls(tokens: &[TokenWithSpan]) -> usize {
    let visible =
        tokens.iter().map(|token| &token.token).filter(|token| !matches!(token, Token::Whitespace(_)));
    let visible: Vec<&Token> = visible.collect();
    visible.windows(3).filter(|next| matches!(next, [Token::Period, Token::Word(_), Token::LParen])).count()
}

/// How deep parentheses, `CASE`, `NOT` and signs stand within each other.
fn nesting(tokens: &[TokenWithSpan]) -> usize {
    let (mut outer, mut level, mut deepest) = (Vec::new(), 0, 0);
    let visible = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_)));
    let mut before = &Token::EOF;
    for TokenWithSpan { token, .. } in visible {
        let is_sign_of_sign =
            matches!((before, token), (Token::Minus | Token::Plus, Token::Minus | Token::Plus));
        before = token;
        let word = match token {
            _ if is_sign_of_sign => "NOT",
            Token::LParen => "CASE",
            Token::RParen => "END",
            Token::Comma => "AND",
            Token::Word(word) if word.quote_style.is_none() => word.value.as_str(),
            _ => continue,
        };
        let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
        if is(&["CASE"]) {
            outer.push(level);
            level += 1;
        } else if is(&["NOT"]) {
            level += 1;
        } else if is(&["END"]) {
            level = outer.pop().unwrap_or_default();
        } else if is(&["AND", "OR", "WHEN", "THEN", "ELSE"]) {
            level = outer.last().map_or(0, |outer| outer + 1);
        }
        deepest = deepest.max(level);
    }
    deepest
}

fn places(text: &str, tokens: &[TokenWithSpan]) -> Vec<Place> {
    let mut cursor = Cursor { chars: text.char_indices(), line: 1, column: 1 };
    let visible = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF));
    visible
        .map(|token| {
            let start = cursor.advance_to(token.span.start, text.len());
            let end = cursor.advance_to(token.span.end, text.len());
            Place {
                start: token.span.start,
                end: token.span.end,
                bytes: start..end,
                shape: shape(&token.token),
            }
        })
        .collect()
}

fn shape(token: &Token) -> Shape {
    const QUIET: [&str; 5] = ["WHEN", "THEN", "ELSE", "END", "CASE"];
    const INFIX: [&str; 10] =
        ["AND", "OR", "IS", "IN", "LIKE", "ILIKE", "BETWEEN", "NOT", "COLLATE", "SIMILAR"];
    match token {
        Token::LParen => Shape::Open,
        Token::RParen => Shape::Close,
        Token::Word(word) if word.quote_style.is_none() => {
            let upper = word.value.to_ascii_uppercase();
            if INFIX.contains(&upper.as_str()) {
                Shape::Operator
            } else if QUIET.contains(&upper.as_str()) {
                Shape::Plain
            } else {
                Shape::Word
            }
        }
        Token::Word(_) => Shape::Word,
        Token::Comma | Token::Number(..) | Token::SingleQuotedString(_) => Shape::Plain,
        _ => Shape::Operator,
    }
}

/// Walks over the text once, counting lines and columns (in characters) as the tokenizer does.
struct Cursor<'a> {
    chars: std::str::CharIndices<'a>,
    line: u64,
    column: u64,
}

impl Cursor<'_> {
    fn advance_to(&mut self, location: Location, len: usize) -> usize {
        while (self.line, self.column) < (location.line, location.column) {
            match self.chars.next() {
                None => return len,
                Some((_, '\n')) => {
                    self.line += 1;
                    self.column = 1;
                }
                Some(_) => self.column += 1,
            }
        }
        self.chars.offset()
    }
}

/// The first mistake in a `CASE` that the parser gave up right behind: of its parts, the first that is no expression. None where all are, and a word
/// is missing between them. Parts are smaller than the whole, and the parser's limit of nesting is theirs.
fn within_case(text: &str, source: &Source, at: usize) -> Option<Problem> {
    if !source.token_before(text, at).eq_ignore_ascii_case("case") {
        return None;
    }
    let first = source.tokens.partition_point(|token| token.bytes.start < at);
    let (mut depth, mut start) = (0_usize, at);
    for token in &source.tokens[first..] {
        let word = text[token.bytes.clone()].to_ascii_uppercase();
        match (token.shape, &*word) {
            (Shape::Open, _) | (_, "CASE") => depth += 1,
            (Shape::Close, _) | (_, "END") if depth > 0 => depth -= 1,
            (_, "WHEN" | "THEN" | "ELSE" | "END") if depth == 0 => {
                let part = &text[start..token.bytes.start];
                if !part.trim().is_empty()
                    && let Err(problem) = parse(part)
                {
                    let Problem { kind, span, message, hint } = problem;
                    return Some(Problem { kind, span: span.start + start..span.end + start, message, hint });
                }
                if word == "END" {
                    return None;
                }
                start = token.bytes.end;
            }
            (Shape::Close, _) => return None,
            _ => {}
        }
    }
    None
}

fn byte_at(text: &str, location: Location) -> usize {
    Cursor { chars: text.char_indices(), line: 1, column: 1 }.advance_to(location, text.len())
}

fn parser_problem(text: &str, source: &Source, error: ParserError) -> Problem {
    let message = match error {
        ParserError::RecursionLimitExceeded => return too_large(source.whole(), "nested too deeply"),
        ParserError::ParserError(message) | ParserError::TokenizerError(message) => message,
    };
    let (what, location) = match message.rfind(" at Line: ") {
        None => (message.as_str(), None),
        Some(at) => (&message[..at], parse_location(&message[at..])),
    };
    let range = match location {
        None => source.len..source.len,
        Some(location) => {
            let start = byte_at(text, location);
            let token = source.tokens.iter().find(|token| token.bytes.contains(&start));
            token.map_or(start..start, |token| token.bytes.clone())
        }
    };
    if let Some(problem) = within_case(text, source, range.start) {
        return problem;
    }
    let (message, hint) =
        mistake::of_parser(what, &text[range.clone()], source.token_before(text, range.start));
    syntax(range, message, hint)
}

fn parse_location(text: &str) -> Option<Location> {
    let (line, column) = text.trim_start_matches(" at Line: ").split_once(", Column: ")?;
    Some(Location { line: line.trim().parse().ok()?, column: column.trim().parse().ok()? })
}

fn syntax(span: Range<usize>, message: String, hint: String) -> Problem {
    Problem { kind: ProblemKind::Syntax, span, message, hint }
}

pub(crate) fn too_large(span: Range<usize>, what: &str) -> Problem {
    Problem {
        kind: ProblemKind::Unsupported,
        span,
        message: format!("the expression is {what}"),
        hint: "split it into several `let` names, or use `codes` for lists of values".to_owned(),
    }
}
