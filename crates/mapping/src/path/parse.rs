//! Tokens to a [`Path`], by recursive descent.

use std::ops::Range;

use super::lex::{Token, tokens};
use super::{
    Axis, Comparison, Condition, Group, Namespaces, Naming, NodeTest, Operand, Path, PathProblem, Predicate,
    Step,
};

/// Predicates may hold paths with predicates; nobody needs more levels than this.
const MAX_DEPTH: usize = 32;
/// Predicates within predicates: each level may look at every node for every node of the one around it.
const MAX_NESTING: usize = 5;

impl Path {
    /// Parses a path. Prefixes must be in `namespaces`; a name without prefix matches any namespace.
    ///
    /// # Errors
    /// The first mistake, with its place and a hint.
    pub fn parse(text: &str, namespaces: &Namespaces) -> Result<Self, PathProblem> {
        let tokens = tokens(text)?;
        let mut parser = Parser { text, tokens: &tokens, at: 0, namespaces, depth: 0, nesting: 0 };
        let path = parser.path()?;
        match parser.peek() {
            None => Ok(path),
            Some(_) => Err(parser.problem_here("the path should end here", after_path_hint(parser.peek()))),
        }
    }
}

fn after_path_hint(token: Option<&Token<'_>>) -> &'static str {
    match token {
        Some(Token::Equal | Token::NotEqual | Token::Less | Token::Greater) => {
            "conditions stand in brackets, as in `a[@b = 'x']`"
        }
        Some(Token::Open) => {
            "of XPath's functions only text(), last(), not(), starts-with(), contains(), name(), qname() and namespace-uri() are known"
        }
        Some(Token::CloseBracket | Token::Close) => "there is one bracket too many, or one is missing before",
        _ => "divide steps by `/`; blanks do not belong in a path",
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [(Token<'a>, Range<usize>)],
    at: usize,
    namespaces: &'a Namespaces,
    depth: usize,
    /// Predicates around.
    nesting: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn peek_second(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at + 1).map(|(token, _)| token)
    }

    fn take(&mut self, token: &Token<'_>) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &Token<'_>, what: &str) -> Result<(), PathProblem> {
        if self.take(token) {
            return Ok(());
        }
        let hint = "conditions look like `a[@b = 'x' and not(c)]`; `xmlshred help paths` has all forms";
        Err(self.problem_here(&format!("expected {what}"), hint))
    }

    fn span(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.text.len()..self.text.len(), |(_, span)| span.clone())
    }

    fn problem_here(&self, message: &str, hint: &str) -> PathProblem {
        problem(self.span(), message, hint)
    }

    fn path(&mut self) -> Result<Path, PathProblem> {
        let start = self.span().start;
        let mut steps = Vec::new();
        let group = self.group()?;
        let absolute = group.is_none() && matches!(self.peek(), Some(Token::Slash | Token::DoubleSlash));
        let mut naming = None;
        if group.is_some() {
        } else if self.take(&Token::DoubleSlash) {
            self.step(&mut steps, true)?;
        } else if !self.take(&Token::Slash) || self.starts_step() {
            naming = self.naming(&steps)?;
            if naming.is_none() {
                self.step(&mut steps, false)?;
            }
        }
        while naming.is_none() {
            if self.take(&Token::DoubleSlash) {
                self.step(&mut steps, true)?;
            } else if self.take(&Token::Slash) {
                naming = self.naming(&steps)?;
                if naming.is_none() {
                    self.step(&mut steps, false)?;
                }
            } else {
                break;
            }
        }
        if naming.is_some()
            && matches!(self.peek(), Some(Token::Slash | Token::DoubleSlash | Token::OpenBracket))
        {
            return Err(self.problem_here("a name has nothing below it", "end the path at the name"));
        }
        let end = if self.at == 0 { start } else { self.tokens[self.at - 1].1.end };
        Ok(Path { text: self.text[start..end].to_owned(), absolute, group, steps, naming })
    }

    /// `(PATH)[n]` or `(PATH)[last()]`, when one begins here.
    fn group(&mut self) -> Result<Option<Box<Group>>, PathProblem> {
        if self.peek() != Some(&Token::Open) {
            return Ok(None);
        }
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.problem_here("parentheses are nested too deeply", "leave some of them out"));
        }
        let path = self.path()?;
        self.depth -= 1;
        if path.naming.is_some() {
            return Err(
                self.problem_here("a name has no position", "put the name behind, as in `(a)[1]/name()`")
            );
        }
        self.expect(&Token::Close, "`)`")?;
        let hint = "a path in parentheses takes one of all its matches, as in `(//a)[1]` or `(//a)[last()]`";
        if self.peek() != Some(&Token::OpenBracket) {
            return Err(self.problem_here("expected a position behind the parentheses", hint));
        }
        let place = self.span();
        match self.predicate()? {
            Predicate::Position(position) => Ok(Some(Box::new(Group { path, position: Some(position) }))),
            Predicate::Last => Ok(Some(Box::new(Group { path, position: None }))),
            Predicate::Condition(_) => Err(problem(
                place,
                "behind parentheses stands a position",
                "put conditions on a step within them",
            )),
        }
    }

    /// Whether the parenthesis here is one of a path with a position, and not of a condition.
    fn is_group(&self) -> bool {
        let mut open = 0_usize;
        for (at, (token, _)) in self.tokens.iter().enumerate().skip(self.at) {
            match token {
                Token::Open => open += 1,
                Token::Close => open = open.saturating_sub(1),
                _ => {}
            }
            if open == 0 {
                return matches!(self.tokens.get(at + 1), Some((Token::OpenBracket, _)));
            }
        }
        false
    }

    /// `name()`, `qname()` or `namespace-uri()`, when one stands here.
    fn naming(&mut self, steps: &[Step]) -> Result<Option<Naming>, PathProblem> {
        let naming = match (self.peek(), self.peek_second()) {
            (Some(&Token::Name("name")), Some(Token::Open)) => Naming::Local,
            (Some(&Token::Name("qname")), Some(Token::Open)) => Naming::Qualified,
            (Some(&Token::Name("namespace-uri")), Some(Token::Open)) => Naming::Namespace,
            _ => return Ok(None),
        };
        if let Some(Step { test: NodeTest::Text, .. }) = steps.last() {
            return Err(
                self.problem_here("text() has no name", "take the name of the element, as in `a/name()`")
            );
        }
        self.at += 2;
        self.expect(&Token::Close, "`)`: names are those of the step before, as in `a/name()`")?;
        Ok(Some(naming))
    }

    fn starts_step(&self) -> bool {
        matches!(self.peek(), Some(Token::Name(_) | Token::At | Token::Star | Token::Dot | Token::DoubleDot))
    }

    fn step(&mut self, steps: &mut Vec<Step>, descendant: bool) -> Result<(), PathProblem> {
        if let Some(Step { axis: Axis::Attribute | Axis::DescendantAttribute, .. }) = steps.last() {
            return Err(
                self.problem_here("an attribute has nothing below it", "end the path at the attribute")
            );
        }
        if let Some(Step { test: NodeTest::Text, .. }) = steps.last() {
            return Err(self.problem_here("text() has nothing below it", "end the path at text()"));
        }
        let (axis, test) = match self.peek() {
            Some(Token::Dot) => {
                self.at += 1;
                (if descendant { Axis::Descendant } else { Axis::SelfNode }, NodeTest::Node)
            }
            Some(Token::DoubleDot) => {
                self.at += 1;
                if descendant {
                    return Err(self
                        .problem_here("`//..` is not supported", "name the element whose parent is meant"));
                }
                (Axis::Parent, NodeTest::Node)
            }
            Some(Token::At) => {
                self.at += 1;
                let test = self.name_test("an attribute name")?;
                (if descendant { Axis::DescendantAttribute } else { Axis::Attribute }, test)
            }
            _ => {
                let axis = if descendant { Axis::Descendant } else { Axis::Child };
                (axis, self.name_test("an element name")?)
            }
        };
        if axis == Axis::Descendant && test == NodeTest::Node {
            return Err(self.problem_here("`//.` is not supported", "write `//*` for all elements below"));
        }
        let mut predicates = Vec::new();
        while self.peek() == Some(&Token::OpenBracket) {
            if matches!(axis, Axis::SelfNode | Axis::Parent) {
                return Err(self.problem_here(
                    "`.` and `..` take no condition",
                    "put the condition on the step with the name",
                ));
            }
            predicates.push(self.predicate()?);
        }
        // `.` changes nothing wherever it stands.
        if axis != Axis::SelfNode {
            steps.push(Step { axis, test, predicates });
        }
        Ok(())
    }

    fn name_test(&mut self, expected: &str) -> Result<NodeTest, PathProblem> {
        match self.peek() {
            Some(Token::Star) => {
                self.at += 1;
                Ok(NodeTest::Any)
            }
            Some(&Token::Name("text")) if self.peek_second() == Some(&Token::Open) => {
                self.at += 2;
                self.expect(&Token::Close, "`)` after `text(`")?;
                Ok(NodeTest::Text)
            }
            Some(&Token::Name(name)) => {
                if self.peek_second() == Some(&Token::Open) {
                    return Err(self.problem_here(
                        &format!("no function `{name}()` in this place"),
                        after_path_hint(Some(&Token::Open)),
                    ));
                }
                let test = self.resolve(name)?;
                self.at += 1;
                Ok(test)
            }
            _ => {
                Err(self.problem_here(&format!("expected {expected}"), "`xmlshred help paths` has all forms"))
            }
        }
    }

    fn resolve(&self, name: &str) -> Result<NodeTest, PathProblem> {
        let Some((prefix, local)) = name.split_once(':') else {
            return Ok(NodeTest::Name { namespace: None, local: name.to_owned() });
        };
        if local.contains(':') {
            return Err(self.problem_here(
                "axes such as `child::` are not supported",
                "use the short forms: `name`, `@name`, `..`, `//`",
            ));
        }
        match self.namespaces.get(prefix) {
            Some(uri) => Ok(NodeTest::Name { namespace: Some(uri.clone()), local: local.to_owned() }),
            None if prefix == "xml" => Ok(NodeTest::Name {
                namespace: Some(crate::xml::XML_NAMESPACE.to_owned()),
                local: local.to_owned(),
            }),
            None => Err(self.problem_here(
                &format!("unknown namespace prefix `{prefix}`"),
                "add it to `document.namespaces`, or leave the prefix out: then any namespace matches",
            )),
        }
    }

    fn predicate(&mut self) -> Result<Predicate, PathProblem> {
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
            condition = Condition::Or(Box::new(condition), Box::new(self.all_of()?));
        }
        self.depth -= 1;
        Ok(condition)
    }

    fn all_of(&mut self) -> Result<Condition, PathProblem> {
        let mut condition = self.single()?;
        while self.take(&Token::Name("and")) {
            condition = Condition::And(Box::new(condition), Box::new(self.single()?));
        }
        Ok(condition)
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
                let path = self.path()?;
                self.depth -= 1;
                Ok(Operand::Path(path))
            }
        }
    }
}

fn problem(span: Range<usize>, message: &str, hint: &str) -> PathProblem {
    PathProblem { span, message: message.to_owned(), hint: hint.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Path, PathProblem> {
        let namespaces = Namespaces::from([("p".to_owned(), "urn:example".to_owned())]);
        Path::parse(text, &namespaces)
    }

    #[test]
    fn every_form_of_the_language_is_read() {
        for text in [
            ".",
            "..",
            "/",
            "@ID",
            "a/b/@c",
            "/a//b",
            "//b",
            ".//b",
            "a//@id",
            "*/text()",
            "p:a/@p:b",
            "a[1]/b[last()]",
            "contact[@con_id != '' and @ac_role_tp_c in ('PR', 'AUTHU')]",
            "a[not(b) or (c/@d >= 12.5 and starts-with(@x, 'y'))][contains(., \"z\")]",
            "Reports//*",
            "@*",
            "../../@id",
            "xml-like.name/a-b_c",
            "@xml:lang",
            "name()",
            "a/*/name()",
            "@*/qname()",
            "../namespace-uri()",
            "/name()",
            "(a/b)[2]",
            "(//a)[last()]/@b",
            "((a)[1]/b)[last()]//c/name()",
            "*[name() = 'a' and (.//b)[1] = 'x' and (c or d)]",
        ] {
            assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
        }
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (text, at, message) in [
            ("", 0..0, "expected an element name"),
            ("a/", 2..2, "expected an element name"),
            ("a[", 2..2, "the condition is not finished"),
            ("a[@b = 'x]", 7..10, "text without a closing quote"),
            ("@a/b", 3..4, "an attribute has nothing below it"),
            ("q:a", 0..3, "unknown namespace prefix `q`"),
            ("a[0]", 2..3, "a position is a whole number from 1"),
            ("a = b", 2..3, "the path should end here"),
            ("child::a", 0..8, "axes such as `child::` are not supported"),
            ("a[@b == 1]", 5..7, "`==` is not XPath"),
            ("count(a)", 0..5, "no function `count()` in this place"),
            ("a['x']", 2..5, "a constant is no condition"),
            ("a b", 2..3, "the path should end here"),
            ("(a/b)", 5..5, "expected a position behind the parentheses"),
            ("(a)[@b]", 3..4, "behind parentheses stands a position"),
            ("a/name()/b", 8..9, "a name has nothing below it"),
            ("text()/name()", 7..11, "text() has no name"),
            ("a/$b", 2..3, "`$` has no meaning in a path"),
        ] {
            let problem = parse(text).expect_err(text);
            assert_eq!((problem.span, problem.message.as_str()), (at, message), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[-a-c@/.*\\[\\]()'\", =!<>0-9:éo]{0,40}") {
            let _ = parse(&text);
        }
    }
}
