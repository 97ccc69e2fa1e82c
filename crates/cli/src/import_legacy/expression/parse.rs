//! Tokens to an [`Expr`], by recursive descent, with SQL's precedence.

use super::lex::{Token, TokenKind, tokens};
use super::syntax::{Expr, ExprError};

/// Nobody nests deeper.
const MAX_DEPTH: usize = 64;

const FORMS: &str = "known are CASE WHEN … THEN … ELSE … END, + - * /, = != < > <= >=, AND, OR, NOT, IS [NOT] EMPTY, IS [NOT] NULL, LIKE, DATE('…'), DATEADD(day, n, d)";

/// Reads an expression.
///
/// # Errors
/// The first mistake.
pub(crate) fn parse(text: &str) -> Result<Expr, ExprError> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let expr = parser.any_of()?;
    match parser.tokens.get(parser.at) {
        None => Ok(expr),
        Some(_) => Err(parser.error("the expression should end here")),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&TokenKind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn error(&self, message: &str) -> ExprError {
        let character = self.tokens.get(self.at).map(|token| token.character);
        let message =
            if character.is_some() { message.to_owned() } else { format!("{message}, and it ends") };
        ExprError { character, message, hint: FORMS }
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(TokenKind::Word(found)) if found.eq_ignore_ascii_case(word))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(TokenKind::Sign(found)) if *found == sign);
        self.at += usize::from(found);
        found
    }

    fn expect_word(&mut self, word: &str) -> Result<(), ExprError> {
        if self.take_word(word) { Ok(()) } else { Err(self.error(&format!("expected {word}"))) }
    }

    fn expect(&mut self, sign: &str) -> Result<(), ExprError> {
        if self.take(sign) { Ok(()) } else { Err(self.error(&format!("expected `{sign}`"))) }
    }

    fn any_of(&mut self) -> Result<Expr, ExprError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("the expression nests too deeply"));
        }
        let mut expr = self.all_of()?;
        while self.take_word("OR") {
            expr = Expr::Or(Box::new(expr), Box::new(self.all_of()?));
        }
        self.depth -= 1;
        Ok(expr)
    }

    fn all_of(&mut self) -> Result<Expr, ExprError> {
        let mut expr = self.negated()?;
        while self.take_word("AND") {
            expr = Expr::And(Box::new(expr), Box::new(self.negated()?));
        }
        Ok(expr)
    }

    fn negated(&mut self) -> Result<Expr, ExprError> {
        let mut is_negated = false;
        while self.take_word("NOT") {
            is_negated = !is_negated;
        }
        let expr = self.comparison()?;
        Ok(if is_negated { Expr::Not(Box::new(expr)) } else { expr })
    }

    fn comparison(&mut self) -> Result<Expr, ExprError> {
        let left = self.sum()?;
        if self.take_word("IS") {
            let is_negated = self.take_word("NOT");
            if !self.take_word("EMPTY") && !self.take_word("NULL") {
                return Err(self.error("expected EMPTY or NULL"));
            }
            return Ok(Expr::IsEmpty { operand: Box::new(left), is_negated });
        }
        let is_negated = self.is_word("NOT");
        if is_negated {
            self.at += 1;
        }
        if self.take_word("LIKE") {
            let Some(TokenKind::Text(pattern)) = self.peek().cloned() else {
                return Err(self.error("expected a pattern in quotes"));
            };
            self.at += 1;
            return Ok(Expr::Like { operand: Box::new(left), pattern, is_negated });
        }
        if is_negated {
            return Err(self.error("expected LIKE"));
        }
        let operator = match self.peek() {
            Some(TokenKind::Sign("=" | "==")) => "=",
            Some(TokenKind::Sign("!=" | "<>")) => "<>",
            Some(TokenKind::Sign(sign @ ("<" | ">" | "<=" | ">="))) => sign,
            _ => return Ok(left),
        };
        self.at += 1;
        Ok(Expr::Compare { operator, left: Box::new(left), right: Box::new(self.sum()?) })
    }

    fn sum(&mut self) -> Result<Expr, ExprError> {
        let mut left = self.product()?;
        loop {
            let operator = match self.peek() {
                Some(TokenKind::Sign("+")) => '+',
                Some(TokenKind::Sign("-")) => '-',
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expr::Arithmetic { operator, left: Box::new(left), right: Box::new(self.product()?) };
        }
    }

    fn product(&mut self) -> Result<Expr, ExprError> {
        let mut left = self.single()?;
        loop {
            let operator = match self.peek() {
                Some(TokenKind::Sign("*")) => '*',
                Some(TokenKind::Sign("/")) => '/',
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expr::Arithmetic { operator, left: Box::new(left), right: Box::new(self.single()?) };
        }
    }

    fn single(&mut self) -> Result<Expr, ExprError> {
        if self.take("-") {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(self.error("the expression nests too deeply"));
            }
            let operand = self.single()?;
            self.depth -= 1;
            return Ok(Expr::Negative(Box::new(operand)));
        }
        if self.take("(") {
            let expr = self.any_of()?;
            self.expect(")")?;
            return Ok(expr);
        }
        let token = self.peek().cloned();
        match token {
            Some(TokenKind::Number(number)) => {
                if number.matches('.').count() > 1 || number.ends_with('.') {
                    return Err(self.error("no number"));
                }
                self.at += 1;
                Ok(Expr::Number(number))
            }
            Some(TokenKind::Text(text)) => {
                self.at += 1;
                Ok(Expr::Text(text))
            }
            Some(TokenKind::Word(word)) => self.word(&word),
            _ => Err(self.error("expected a name, a number or 'text'")),
        }
    }

    fn word(&mut self, word: &str) -> Result<Expr, ExprError> {
        let upper = word.to_ascii_uppercase();
        if matches!(&*upper, "WHEN" | "THEN" | "ELSE" | "END" | "AND" | "OR" | "IS" | "LIKE" | "EMPTY") {
            return Err(self.error(&format!("expected a value before {upper}")));
        }
        self.at += 1;
        match &*upper {
            "CASE" => self.case(),
            "NULL" => Ok(Expr::Null),
            "DATE" if self.take("(") => {
                let operand = self.any_of()?;
                self.expect(")")?;
                Ok(Expr::Date(Box::new(operand)))
            }
            "DATEADD" if self.take("(") => self.date_add(),
            _ if matches!(self.peek(), Some(TokenKind::Sign("("))) => {
                self.at -= 1;
                Err(self.error(&format!("unknown function {word}")))
            }
            _ => {
                let first = word.to_owned();
                if !self.take(".") {
                    return Ok(Expr::Name { element: None, attribute: first });
                }
                let Some(TokenKind::Word(attribute)) = self.peek().cloned() else {
                    return Err(self.error("expected the name of an attribute"));
                };
                self.at += 1;
                Ok(Expr::Name { element: Some(first), attribute })
            }
        }
    }

    fn case(&mut self) -> Result<Expr, ExprError> {
        let mut branches = Vec::new();
        while self.take_word("WHEN") {
            let condition = self.any_of()?;
            self.expect_word("THEN")?;
            branches.push((condition, self.any_of()?));
        }
        if branches.is_empty() {
            return Err(self.error("expected WHEN"));
        }
        let otherwise = if self.take_word("ELSE") { Some(Box::new(self.any_of()?)) } else { None };
        self.expect_word("END")?;
        Ok(Expr::Case { branches, otherwise })
    }

    fn date_add(&mut self) -> Result<Expr, ExprError> {
        let unit = match self.peek() {
            Some(TokenKind::Word(word) | TokenKind::Text(word)) => word.to_ascii_lowercase(),
            _ => return Err(self.error("expected a unit, as in DATEADD(day, 30, d)")),
        };
        if !matches!(&*unit, "day" | "dd" | "d" | "week" | "month" | "mm" | "m" | "year" | "yy" | "yyyy") {
            return Err(self.error(&format!("unknown unit {unit}")));
        }
        self.at += 1;
        self.expect(",")?;
        let count = Box::new(self.sum()?);
        self.expect(",")?;
        let date = Box::new(self.sum()?);
        self.expect(")")?;
        let unit = match &*unit {
            "dd" | "d" => "day",
            "mm" | "m" => "month",
            "yy" | "yyyy" => "year",
            other => other,
        };
        Ok(Expr::DateAdd { unit: unit.to_owned(), count, date })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(expr: &Expr) -> String {
        match expr {
            Expr::Name { element: None, attribute } => attribute.clone(),
            Expr::Name { element: Some(element), attribute } => format!("{element}.{attribute}"),
            Expr::Number(text) => text.clone(),
            Expr::Text(text) => format!("'{text}'"),
            Expr::Null => "null".to_owned(),
            Expr::Date(operand) => format!("(date {})", shown(operand)),
            Expr::DateAdd { unit, count, date } => format!("(add {unit} {} {})", shown(count), shown(date)),
            Expr::Arithmetic { operator, left, right } => {
                format!("({operator} {} {})", shown(left), shown(right))
            }
            Expr::Negative(operand) => format!("(- {})", shown(operand)),
            Expr::Compare { operator, left, right } => {
                format!("({operator} {} {})", shown(left), shown(right))
            }
            Expr::IsEmpty { operand, is_negated } => {
                format!("(empty{} {})", if *is_negated { "-not" } else { "" }, shown(operand))
            }
            Expr::Like { operand, pattern, is_negated } => {
                format!("(like{} {} '{pattern}')", if *is_negated { "-not" } else { "" }, shown(operand))
            }
            Expr::And(left, right) => format!("(and {} {})", shown(left), shown(right)),
            Expr::Or(left, right) => format!("(or {} {})", shown(left), shown(right)),
            Expr::Not(operand) => format!("(not {})", shown(operand)),
            Expr::Case { branches, otherwise } => {
                let branches =
                    branches.iter().map(|(when, then)| format!(" [{} {}]", shown(when), shown(then)));
                let otherwise =
                    otherwise.as_ref().map_or_else(String::new, |part| format!(" {}", shown(part)));
                format!("(case{}{otherwise})", branches.collect::<String>())
            }
        }
    }

    #[test]
    fn expressions_have_the_precedence_of_sql() {
        for (text, expected) in [
            ("a + b * 12 - c / 2", "(- (+ a (* b 12)) (/ c 2))"),
            ("a = 1 OR b = 2 AND NOT c = 3", "(or (= a 1) (and (= b 2) (not (= c 3))))"),
            (
                "case when x.y is not empty and z LIKE '%a%' then 'it''s' else NULL end",
                "(case [(and (empty-not x.y) (like z '%a%')) 'it's'] null)",
            ),
            (
                "CASE WHEN a <= -5 THEN 1 WHEN a <> \"b\" THEN (2) END",
                "(case [(<= a (- 5)) 1] [(<> a 'b') 2])",
            ),
            ("DATEADD(day, n + 1, DATE('2024-01-31'))", "(add day (+ n 1) (date '2024-01-31'))"),
            ("date > DATE(date)", "(> date (date date))"),
        ] {
            assert_eq!(shown(&parse(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, character, message) in [
            ("CASE WHEN a = 1 THEN 2", None, "expected END, and it ends"),
            ("CASE a WHEN 1 THEN 2 END", Some(6), "expected WHEN"),
            ("GETDATE()", Some(1), "unknown function GETDATE"),
            ("a IS 5", Some(6), "expected EMPTY or NULL"),
            ("a LIKE b", Some(8), "expected a pattern in quotes"),
            ("a + ", None, "expected a name, a number or 'text', and it ends"),
            ("a b", Some(3), "the expression should end here"),
            ("ä = 'x", Some(5), "this text has no end"),
            ("a ? b", Some(3), "`?` means nothing here"),
            ("1.2.3", Some(1), "no number"),
            ("DATEADD(fortnight, 1, a)", Some(9), "unknown unit fortnight"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!((error.character, &*error.message), (character, message), "{text}");
        }
        assert!(parse(&"(".repeat(10_000)).is_err() && parse(&"-".repeat(10_000)).is_err());
    }
}
