//! Predicates: positions and conditions, with the functions that stand in them.

use super::lex::Token;
use super::parse::{MAX_DEPTH, Parser, problem};
use super::{Comparison, Condition, Operand, Path, PathProblem, Predicate, Variable};

/// Predicates within predicates: each level may look at every node for every node of the one around it.
const MAX_NESTING: usize = 5;

/// How many times `and` and `or` may stand in a path: each is a level of calls where a condition is looked at.
const MAX_OPERATORS: usize = 1_000;

impl Parser<'_> {
    pub(super) fn predicate(&mut self) -> Result<Predicate, PathProblem> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(self.problem_here(
                "conditions are nested too deeply",
                "split them over several steps of the path",
            ));
        }
        self.expect(&Token::OpenBracket, "`[`")?;
        let predicate = match (self.peek(), self.peek_second()) {
            (Some(&Token::Number(number)), Some(Token::CloseBracket)) => {
                if number < 1.0 || number.fract() != 0.0 || number > f64::from(u32::MAX) {
                    return Err(self.problem_here(
                        "a position is a whole number from 1",
                        "`[1]` is the first, `[last()]` the last",
                    ));
                }
                self.at += 1;
                Predicate::Position(number as u32)
            }
            (Some(&Token::Name("last")), Some(Token::Open)) => {
                self.at += 2;
                self.expect(&Token::Close, "`)` after `last(`")?;
                if self.peek() != Some(&Token::CloseBracket) {
                    return Err(self.problem_here(
                        "last() stands alone in its brackets",
                        "write `[last()]`; nothing can be counted from there",
                    ));
                }
                Predicate::Last
            }
            _ => Predicate::Condition(self.any_of()?),
        };
        self.expect(&Token::CloseBracket, "`]`")?;
        self.nesting -= 1;
        Ok(predicate)
    }

    fn any_of(&mut self) -> Result<Condition, PathProblem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.problem_here(
                "conditions are nested too deeply",
                "split them over several steps of the path",
            ));
        }
        let mut condition = self.all_of()?;
        while self.take(&Token::Name("or")) {
            self.count_operator()?;
            condition = Condition::Or(Box::new(condition), Box::new(self.all_of()?));
        }
        self.depth -= 1;
        Ok(condition)
    }

    fn all_of(&mut self) -> Result<Condition, PathProblem> {
        let mut condition = self.single()?;
        while self.take(&Token::Name("and")) {
            self.count_operator()?;
            condition = Condition::And(Box::new(condition), Box::new(self.single()?));
        }
        Ok(condition)
    }

    fn count_operator(&mut self) -> Result<(), PathProblem> {
        self.operators += 1;
        if self.operators > MAX_OPERATORS {
            return Err(self.problem_here(
                &format!("a path has at most {MAX_OPERATORS} `and` and `or`"),
                "a column of the value with `codes`, and `where`, choose among many",
            ));
        }
        Ok(())
    }

    fn single(&mut self) -> Result<Condition, PathProblem> {
        if self.peek() == Some(&Token::Open) && !self.is_group() {
            self.at += 1;
            let condition = self.any_of()?;
            self.expect(&Token::Close, "`)`")?;
            return Ok(condition);
        }
        if self.peek_second() == Some(&Token::Open) {
            match self.peek() {
                Some(&Token::Name("not")) => {
                    self.at += 2;
                    let condition = self.any_of()?;
                    self.expect(&Token::Close, "`)`")?;
                    return Ok(Condition::Not(Box::new(condition)));
                }
                Some(&Token::Name("starts-with")) => {
                    return self.two_arguments().map(|(of, start)| Condition::StartsWith(of, start));
                }
                Some(&Token::Name("ends-with")) => {
                    return self.two_arguments().map(|(of, end)| Condition::EndsWith(of, end));
                }
                Some(&Token::Name("contains")) => {
                    return self.two_arguments().map(|(of, part)| Condition::Contains(of, part));
                }
                _ => {}
            }
        }
        let start = self.span();
        let left = self.operand()?;
        let operator = match self.peek() {
            Some(Token::Equal) => Comparison::Equal,
            Some(Token::NotEqual) => Comparison::NotEqual,
            Some(Token::Less) => Comparison::Less,
            Some(Token::LessOrEqual) => Comparison::LessOrEqual,
            Some(Token::Greater) => Comparison::Greater,
            Some(Token::GreaterOrEqual) => Comparison::GreaterOrEqual,
            Some(Token::Name("in")) if self.peek_second() == Some(&Token::Open) => {
                self.at += 2;
                return Ok(Condition::In(left, self.text_list()?));
            }
            _ => {
                return match left {
                    Operand::Path(path) => Ok(Condition::Exists(path)),
                    // True for text that is not empty, as XPath has it.
                    Operand::Normalized(_) => Ok(Condition::Compare {
                        left,
                        operator: Comparison::NotEqual,
                        right: Operand::Text(String::new()),
                    }),
                    Operand::Variable(_) => Err(problem(
                        start,
                        "a value alone is no condition",
                        "compare it with something, as in `@id = $name`",
                    )),
                    Operand::Length(_) | Operand::Count(_) => Err(problem(
                        start,
                        "a number is no condition",
                        "compare it with something, as in `count(a) > 1`",
                    )),
                    Operand::Text(_) | Operand::Number(_) => Err(problem(
                        start,
                        "a constant is no condition",
                        "compare it with something, as in `@type = 'x'`",
                    )),
                };
            }
        };
        self.at += 1;
        Ok(Condition::Compare { left, operator, right: self.operand()? })
    }

    fn two_arguments(&mut self) -> Result<(Operand, Operand), PathProblem> {
        self.at += 2;
        let first = self.operand()?;
        self.expect(&Token::Comma, "`,` and a second argument")?;
        let second = self.operand()?;
        self.expect(&Token::Close, "`)`")?;
        Ok((first, second))
    }

    fn text_list(&mut self) -> Result<Vec<String>, PathProblem> {
        let mut texts = Vec::new();
        loop {
            match self.peek() {
                Some(Token::Text(text)) => texts.push((*text).to_owned()),
                Some(Token::Number(_)) => texts.push(self.text[self.span()].to_owned()),
                _ => return Err(self.problem_here("expected a quoted text", "write `in ('a', 'b')`")),
            }
            self.at += 1;
            if self.take(&Token::Close) {
                return Ok(texts);
            }
            self.expect(&Token::Comma, "`,` or `)`")?;
        }
    }

    fn operand(&mut self) -> Result<Operand, PathProblem> {
        match self.peek() {
            Some(Token::Text(text)) => {
                self.at += 1;
                Ok(Operand::Text((*text).to_owned()))
            }
            Some(&Token::Number(number)) => {
                self.at += 1;
                Ok(Operand::Number(number))
            }
            Some(&Token::Variable(name)) => {
                let span = self.span();
                self.at += 1;
                Ok(Operand::Variable(Variable { name: name.to_owned(), span, number: 0 }))
            }
            None => Err(self
                .problem_here("the condition is not finished", "close it, as in `a[@b = 'x']`, or `a[1]`")),
            Some(_) => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(self.problem_here(
                        "conditions are nested too deeply",
                        "split them over several steps of the path",
                    ));
                }
                let operand = match (self.peek(), self.peek_second()) {
                    (Some(&Token::Name("normalize-space")), Some(Token::Open)) => {
                        Operand::Normalized(Box::new(self.argument()?))
                    }
                    (Some(&Token::Name("string-length")), Some(Token::Open)) => {
                        Operand::Length(Box::new(self.argument()?))
                    }
                    (Some(&Token::Name("count")), Some(Token::Open)) => Operand::Count(self.counted()?),
                    _ => Operand::Path(self.path()?),
                };
                self.depth -= 1;
                Ok(operand)
            }
        }
    }

    /// The argument of a function of text, from its name to behind its parenthesis. Without one it is the node itself.
    fn argument(&mut self) -> Result<Operand, PathProblem> {
        self.at += 2;
        let operand = match self.peek() {
            Some(Token::Close) => Operand::Path(Path::itself()),
            _ => self.operand()?,
        };
        self.expect(&Token::Close, "`)`")?;
        Ok(operand)
    }

    /// The argument of `count`.
    fn counted(&mut self) -> Result<Path, PathProblem> {
        self.at += 2;
        let start = self.span();
        let Operand::Path(path) = self.operand()? else {
            return Err(problem(start, "expected a path to count", "as in `count(item) > 1`"));
        };
        self.expect(&Token::Close, "`)`")?;
        Ok(path)
    }
}
