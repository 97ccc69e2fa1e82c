//! Tokens to a [`Path`], by recursive descent.

use std::ops::Range;

use super::lex::{Token, tokens};
use super::{Axis, Group, Namespaces, Naming, NodeTest, Path, PathProblem, Predicate, Step};

/// Predicates may hold paths with predicates; nobody needs more levels than this.
pub(super) const MAX_DEPTH: usize = 32;

impl Path {
    /// Parses a path. Prefixes must be in `namespaces`; a name without prefix matches any namespace.
    ///
    /// # Errors
    /// The first mistake, with its place and a hint.
    pub fn parse(text: &str, namespaces: &Namespaces) -> Result<Self, PathProblem> {
        let tokens = tokens(text)?;
        let mut parser =
            Parser { text, tokens: &tokens, at: 0, namespaces, depth: 0, nesting: 0, operators: 0 };
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
            "outside of conditions there are text(), name(), qname() and namespace-uri(); `xmlshred help paths` has all forms"
        }
        Some(Token::CloseBracket | Token::Close) => "there is one bracket too many, or one is missing before",
        _ => "divide steps by `/`; blanks do not belong in a path",
    }
}

/// How else one gets what functions of XPath give at the end of a path.
fn function_hint(name: &str) -> &'static str {
    match name {
        "concat" | "string-join" => {
            "an expression joins texts: name each path by a `let`, and say `expr: CONCAT(a, b)`; several nodes of one path are joined by `pick`"
        }
        "string" | "data" => "a path gives text as it is",
        "normalize-space" => "`clean: collapse_spaces` does it",
        "upper-case" | "lower-case" => "`clean: upper` and `clean: lower` do it",
        "translate" | "replace" | "substring" | "substring-before" | "substring-after" | "number"
        | "round" => {
            "an expression beside the path goes on from its text, as in `{ path: \"@a\", expr: \"SUBSTRING(value, 1, 2)\" }`"
        }
        "current" => {
            "conditions know values of the row by name: a column or `let` called `id` is `$id` there"
        }
        "position" => {
            "`generate: row_number` counts rows; positions in paths stand in brackets, as in `a[2]`"
        }
        _ => after_path_hint(Some(&Token::Open)),
    }
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    tokens: &'a [(Token<'a>, Range<usize>)],
    pub(super) at: usize,
    namespaces: &'a Namespaces,
    pub(super) depth: usize,
    /// Predicates around.
    pub(super) nesting: usize,
    /// `and` and `or` so far.
    pub(super) operators: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    pub(super) fn peek_second(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at + 1).map(|(token, _)| token)
    }

    pub(super) fn take(&mut self, token: &Token<'_>) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, token: &Token<'_>, what: &str) -> Result<(), PathProblem> {
        if self.take(token) {
            return Ok(());
        }
        let hint = "conditions look like `a[@b = 'x' and not(c)]`; `xmlshred help paths` has all forms";
        Err(self.problem_here(&format!("expected {what}"), hint))
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.text.len()..self.text.len(), |(_, span)| span.clone())
    }

    pub(super) fn problem_here(&self, message: &str, hint: &str) -> PathProblem {
        problem(self.span(), message, hint)
    }

    pub(super) fn path(&mut self) -> Result<Path, PathProblem> {
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
    pub(super) fn is_group(&self) -> bool {
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
        matches!(
            self.peek(),
            Some(
                Token::Name(_)
                    | Token::AnyIn(_)
                    | Token::Axis(_)
                    | Token::At
                    | Token::Star
                    | Token::Dot
                    | Token::DoubleDot
            )
        )
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
            Some(&Token::Axis(axis)) => self.axis(axis, steps, descendant)?,
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
            if test == NodeTest::Node {
                return Err(self.problem_here(
                    "`.` and `..` take no condition",
                    "put the condition on the step with the name, or write `self::*[…]`, `parent::*[…]`",
                ));
            }
            predicates.push(self.predicate()?);
        }
        // `.` changes nothing wherever it stands.
        if (axis, &test) != (Axis::SelfNode, &NodeTest::Node) {
            steps.push(Step { axis, test, predicates });
        }
        Ok(())
    }

    /// `axis::name`: where it goes, and what is wanted there. `parent::name` is `..` and `self::name`.
    fn axis(
        &mut self,
        name: &str,
        steps: &mut Vec<Step>,
        descendant: bool,
    ) -> Result<(Axis, NodeTest), PathProblem> {
        let axis = match name {
            "following-sibling" => Axis::FollowingSibling,
            "preceding-sibling" => Axis::PrecedingSibling,
            "ancestor" => Axis::Ancestor,
            "parent" | "self" => Axis::SelfNode,
            _ => {
                return Err(self.problem_here(
                    &format!("the axis `{name}::` is not supported"),
                    "there are `following-sibling::`, `preceding-sibling::`, `ancestor::`, `parent::` and `self::`; else the short forms `name`, `@name`, `..`, `//`",
                ));
            }
        };
        if descendant {
            return Err(self.problem_here(
                &format!("`//{name}::` is not supported"),
                "name the element that is meant, as in `//a/following-sibling::b`",
            ));
        }
        self.at += 1;
        let span = self.span();
        let test = self.name_test("an element name or `*`")?;
        if test == NodeTest::Text {
            return Err(problem(span, "an axis leads to elements", "write a name or `*` behind it"));
        }
        if name == "parent" {
            steps.push(Step { axis: Axis::Parent, test: NodeTest::Node, predicates: Vec::new() });
        }
        Ok((axis, test))
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
            Some(&Token::AnyIn(prefix)) => {
                let namespace = self.namespace(prefix)?;
                self.at += 1;
                Ok(NodeTest::AnyIn { namespace })
            }
            Some(&Token::Name(name)) => {
                if self.peek_second() == Some(&Token::Open) {
                    return Err(self.problem_here(
                        &format!("no function `{name}()` in this place"),
                        function_hint(name),
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
        let (namespace, local) = match name.split_once(':') {
            None => (None, name),
            Some((prefix, local)) => (Some(self.namespace(prefix)?), local),
        };
        if local.contains(':') {
            return Err(
                self.problem_here("a name has one colon at most", "write `prefix:name`, or the name alone")
            );
        }
        Ok(NodeTest::Name { namespace, local: local.to_owned() })
    }

    fn namespace(&self, prefix: &str) -> Result<String, PathProblem> {
        match self.namespaces.get(prefix) {
            Some(uri) => Ok(uri.clone()),
            None if prefix == "xml" => Ok(crate::xml::XML_NAMESPACE.to_owned()),
            None => Err(self.problem_here(
                &format!("unknown namespace prefix `{prefix}`"),
                "add it to `document.namespaces`, or leave the prefix out: then any namespace matches",
            )),
        }
    }
}

pub(super) fn problem(span: Range<usize>, message: &str, hint: &str) -> PathProblem {
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
            "p:*/@p:*",
            "//p:*",
            "key/following-sibling::*[1]",
            "a/preceding-sibling::p:b[last()]/@c",
            "ancestor::p:*[@x]/name()",
            "parent::a[b]/..",
            "self::*[@a]/b",
            "a[following-sibling::b and not(ancestor::c[1]/@d)]",
            "a[normalize-space() = 'x' or normalize-space(b) = normalize-space(@c)]",
            "a[string-length(normalize-space(.)) > 3 and count(b[c]) = 2]",
            "a[ends-with(@b, 'x')][normalize-space(c)]",
            "self[ancestor = 'x']/parent",
            "/a[@id = $b]/c[$t.d < @e or contains(f, $g)]",
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
            ("child::a", 0..7, "the axis `child::` is not supported"),
            ("//ancestor::a", 2..12, "`//ancestor::` is not supported"),
            ("parent::text()", 8..12, "an axis leads to elements"),
            ("a/self::", 8..8, "expected an element name or `*`"),
            ("q:*", 0..3, "unknown namespace prefix `q`"),
            ("p:a:b", 0..5, "a name has one colon at most"),
            ("a[count(b)]", 2..7, "a number is no condition"),
            ("a[count('b') = 1]", 8..11, "expected a path to count"),
            ("a[position() = 1]", 2..10, "no function `position()` in this place"),
            ("a[@b == 1]", 5..7, "`==` is not XPath"),
            ("count(a)", 0..5, "no function `count()` in this place"),
            ("a['x']", 2..5, "a constant is no condition"),
            ("a b", 2..3, "the path should end here"),
            ("(a/b)", 5..5, "expected a position behind the parentheses"),
            ("(a)[@b]", 3..4, "behind parentheses stands a position"),
            ("a/name()/b", 8..9, "a name has nothing below it"),
            ("text()/name()", 7..11, "text() has no name"),
            ("a/$b", 2..4, "expected an element name"),
            ("a[$b]", 2..4, "a value alone is no condition"),
            ("a[@b = $]", 7..8, "`$` has no meaning in a path"),
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
