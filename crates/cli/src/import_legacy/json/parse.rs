//! JSON text (RFC 8259) to a tree. The first mistake ends it, with its place.

use super::node::{Kind, Member, Node};

/// Contracts nest four levels deep.
const MAX_DEPTH: usize = 64;

/// Why a text is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JsonError {
    /// The byte.
    pub(crate) at: usize,
    pub(crate) message: String,
    pub(crate) hint: &'static str,
}

/// Reads a text that holds one value.
///
/// # Errors
/// The first mistake.
pub(crate) fn parse(text: &str) -> Result<Node, JsonError> {
    let mut parser = Parser { text, at: 0 };
    let node = parser.value(0)?;
    parser.blanks();
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.error("the text goes on behind the value", "a file has one JSON value")),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn error(&self, message: &str, hint: &'static str) -> JsonError {
        JsonError { at: self.at, message: message.to_owned(), hint }
    }

    fn value(&mut self, depth: usize) -> Result<Node, JsonError> {
        self.blanks();
        if depth > MAX_DEPTH {
            return Err(self.error("values nest too deeply for a contract", "is it the right file?"));
        }
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Kind::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Kind::Bool(true))?,
            Some(b'f') => self.word("false", Kind::Bool(false))?,
            Some(b'n') => self.word("null", Kind::Null)?,
            Some(b'\'') => return Err(self.error("text stands in double quotes", "write \"…\"")),
            Some(b'/' | b'#') => return Err(self.error("JSON has no comments", "remove the comment")),
            Some(b']' | b'}') => {
                return Err(self.error("a value is missing here", "remove the comma before it"));
            }
            Some(_) => return Err(self.error("no JSON value begins so", "is it the right file?")),
            None => return Err(self.error("the text ends too early", "is the file complete?")),
        };
        Ok(Node { kind, span: start..self.at })
    }

    fn object(&mut self, depth: usize) -> Result<Kind, JsonError> {
        self.at += 1;
        let mut members = Vec::new();
        self.blanks();
        if self.take(b'}') {
            return Ok(Kind::Object(members));
        }
        loop {
            self.blanks();
            let start = self.at;
            match self.peek() {
                Some(b'"') => {}
                Some(b'}') => return Err(self.error("a comma before `}`", "remove the comma")),
                None => return Err(self.error("the text ends within an object", "is the file complete?")),
                Some(_) => {
                    return Err(self.error("a name in double quotes belongs here", "write \"name\": …"));
                }
            }
            let key = self.string()?;
            let key_span = start..self.at;
            self.blanks();
            if !self.take(b':') {
                return Err(self.error("a colon is missing behind the name", "write \"name\": value"));
            }
            members.push(Member { key, key_span, value: self.value(depth + 1)? });
            self.blanks();
            if self.take(b'}') {
                return Ok(Kind::Object(members));
            }
            self.comma("}")?;
        }
    }

    fn list(&mut self, depth: usize) -> Result<Kind, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        self.blanks();
        if self.take(b']') {
            return Ok(Kind::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.blanks();
            if self.take(b']') {
                return Ok(Kind::List(items));
            }
            self.comma("]")?;
        }
    }

    fn comma(&mut self, end: &str) -> Result<(), JsonError> {
        if self.take(b',') {
            return Ok(());
        }
        match self.peek() {
            None => Err(self.error("the text ends too early", "is the file complete?")),
            Some(_) => {
                Err(self.error(&format!("expected `,` or `{end}`"), "a comma or a bracket is missing"))
            }
        }
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<Kind, JsonError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(
                self.error("no JSON value begins so", "known are true, false, null, numbers and \"text\"")
            );
        }
        self.at += word.len();
        Ok(kind)
    }

    fn number(&mut self) -> Result<Kind, JsonError> {
        let start = self.at;
        let wrong = |parser: &Self| parser.error("no number of JSON", "put it in double quotes");
        self.take(b'-');
        let first = self.peek();
        let whole = self.digits();
        if whole == 0 || (whole > 1 && first == Some(b'0')) {
            return Err(wrong(self));
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err(wrong(self));
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            if self.digits() == 0 {
                return Err(wrong(self));
            }
        }
        Ok(Kind::Number(self.text[start..self.at].to_owned()))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn string(&mut self) -> Result<String, JsonError> {
        let open = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(|c: char| matches!(c, '"' | '\\') || c < ' ').unwrap_or(rest.len());
            out.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => {
                    return Err(self.error(
                        "a line break or control character in text",
                        "write \\n, or close the quote",
                    ));
                }
                None => {
                    self.at = open;
                    return Err(self.error("this text has no end", "a double quote is missing"));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let rest = self.text.as_bytes().get(self.at + 1).copied();
        let simple = match rest {
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.error("no escape of JSON", "a backslash is written twice: \\\\")),
        };
        self.at += 2;
        Ok(simple)
    }

    /// `\u00E4`, or two of them for a character beyond 16 bits.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let first = self.hexadecimal()?;
        let code = if (0xD800..0xDC00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            let second = self.hexadecimal()?;
            if !(0xDC00..0xE000).contains(&second) {
                return Err(self.error("half a character", "write both halves: \\uD83D\\uDE00"));
            }
            0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
        } else {
            first
        };
        char::from_u32(code)
            .ok_or_else(|| self.error("half a character", "write both halves: \\uD83D\\uDE00"))
    }

    fn hexadecimal(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.get(self.at + 2..self.at + 6);
        let code = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match code.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                self.at += 6;
                Ok(code)
            }
            None => Err(self.error("\\u without four hexadecimal digits", "write \\u00E4")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serde_json_reads_this_reads_and_nothing_else() {
        for text in [
            r#"{"a": [1, -2.50, 1e3, true, false, null, "x\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00"], "b": {}}"#,
            " [ ] ",
            "0",
            "-0.5E-7",
            "\"\"",
            r#"{"a": 1, "a": 2}"#,
            "",
            "{",
            "[1,]",
            "{\"a\" 1}",
            "{\"a\": 1,}",
            "{a: 1}",
            "01",
            "1.",
            "-",
            "1e",
            "tru",
            "nul",
            "'a'",
            "\"a",
            "\"\n\"",
            r#""\x""#,
            r#""\u12""#,
            r#""\ud83d""#,
            r#""\ud83d\u0041""#,
            "1 2",
            "// a\n1",
            "\u{FEFF}1",
        ] {
            let expected = serde_json::from_str::<serde_json::Value>(text);
            let found = parse(text);
            assert_eq!(found.is_ok(), expected.is_ok(), "{text}: {found:?}");
            if let (Ok(found), Ok(expected)) = (found, expected) {
                assert_eq!(to_serde(&found), expected, "{text}");
            }
        }
    }

    fn to_serde(node: &Node) -> serde_json::Value {
        match &node.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Bool(value) => (*value).into(),
            Kind::Number(text) => serde_json::from_str(text).unwrap(),
            Kind::Text(text) => text.as_str().into(),
            Kind::List(items) => items.iter().map(to_serde).collect(),
            Kind::Object(members) => {
                members.iter().map(|member| (member.key.clone(), to_serde(&member.value))).collect()
            }
        }
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, at, message) in [
            ("", 0, "the text ends too early"),
            ("{\n  \"a\": 1,\n}", 12, "a comma before `}`"),
            ("[1, 2", 5, "the text ends too early"),
            ("{\"a\": \"b", 6, "this text has no end"),
            ("{\"a\" = 1}", 5, "a colon is missing behind the name"),
            ("[1 2]", 3, "expected `,` or `]`"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!((error.at, &*error.message), (at, message), "{text}");
        }
        assert_eq!(parse(&"[".repeat(100_000)).unwrap_err().message, "values nest too deeply for a contract");
    }
}
