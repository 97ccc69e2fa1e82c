//! Whether text is JSON (RFC 8259): a check only, the text is loaded as it is.

/// Levels of nesting beyond which no database reads it either.
const MAX_DEPTH: usize = 512;

pub(super) fn is_valid(text: &str) -> bool {
    let mut checker = Checker { rest: text.as_bytes(), depth: 0 };
    checker.skip_space();
    checker.value().is_some() && {
        checker.skip_space();
        checker.rest.is_empty()
    }
}

struct Checker<'t> {
    rest: &'t [u8],
    depth: usize,
}

impl Checker<'_> {
    fn value(&mut self) -> Option<()> {
        match self.rest.first()? {
            b'{' => self.sequence(b'}', Self::member),
            b'[' => self.sequence(b']', Self::value),
            b'"' => self.string(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    fn sequence(&mut self, end: u8, item: fn(&mut Self) -> Option<()>) -> Option<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        self.rest = &self.rest[1..];
        self.skip_space();
        if !self.take(end) {
            loop {
                item(self)?;
                self.skip_space();
                if self.take(end) {
                    break;
                }
                self.take(b',').then_some(())?;
                self.skip_space();
            }
        }
        self.depth -= 1;
        Some(())
    }

    fn member(&mut self) -> Option<()> {
        self.string()?;
        self.skip_space();
        self.take(b':').then_some(())?;
        self.skip_space();
        self.value()
    }

    fn string(&mut self) -> Option<()> {
        self.take(b'"').then_some(())?;
        loop {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            match byte {
                b'"' => return Some(()),
                b'\\' => {
                    let (&escape, rest) = self.rest.split_first()?;
                    self.rest = rest;
                    match escape {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        b'u' => {
                            let (digits, rest) = self.rest.split_at_checked(4)?;
                            digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
                            self.rest = rest;
                        }
                        _ => return None,
                    }
                }
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.rest = &self.rest[count..];
        (count > 0).then_some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.rest.first() == Some(&byte);
        self.rest = &self.rest[usize::from(found)..];
        found
    }

    fn skip_space(&mut self) {
        let count = self.rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.rest = &self.rest[count..];
    }
}
