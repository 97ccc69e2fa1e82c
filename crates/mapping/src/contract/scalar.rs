//! Where a part of a scalar's value stands in the YAML text, which may have quotes, escapes, folded lines and indentation.

use std::ops::Range;

/// Where the characters of a scalar stand: found once, asked for any number of parts.
pub(super) struct Places {
    /// Where each character is in the value, and its range in the scalar as written, as far as the two agree.
    characters: Vec<(usize, Range<usize>)>,
    agrees: bool,
    /// Where the text begins in the scalar as written.
    first: usize,
}

impl Places {
    /// Of `value`, the scalar as read, in `raw`, the scalar as written.
    pub(super) fn new(value: &str, raw: &str) -> Self {
        let mut walk = Walk::new(raw);
        let first = walk.at;
        let places = value.char_indices().map_while(|(at, c)| Some((at, walk.next(c)?)));
        let characters = places.collect::<Vec<_>>();
        let agrees = characters.len() == value.chars().count();
        Self { characters, agrees, first }
    }

    /// The byte range in the scalar as written of a byte range in the value. `None` when the two do not agree up to there.
    pub(super) fn of(&self, inner: &Range<usize>) -> Option<Range<usize>> {
        let Self { characters, agrees, first } = self;
        let end = characters.partition_point(|&(at, _)| at < inner.end);
        if end == characters.len() && !agrees {
            return None;
        }
        let last_end = end.checked_sub(1).map_or(*first, |last| characters[last].1.end);
        let start = characters.partition_point(|&(at, _)| at < inner.start);
        // A range at the end, of nothing.
        let start = if start < end { characters[start].1.start } else { last_end };
        Some(start..last_end.max(start))
    }
}

/// How a scalar is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
    Block,
}

struct Walk<'r> {
    raw: &'r str,
    at: usize,
    style: Style,
}

impl<'r> Walk<'r> {
    fn new(raw: &'r str) -> Self {
        let (style, at) = match raw.as_bytes().first() {
            Some(b'\'') => (Style::Single, 1),
            Some(b'"') => (Style::Double, 1),
            // Behind `|` or `>` may stand how it is chomped and indented.
            Some(b'|' | b'>') => (Style::Block, raw.find('\n').map_or(raw.len(), |end| end + 1)),
            _ => (Style::Plain, 0),
        };
        Self { raw, at, style }
    }

    /// Where the next character of the value stands.
    fn next(&mut self, c: char) -> Option<Range<usize>> {
        loop {
            let start = self.at;
            let written = self.raw[start..].chars().next()?;
            let length = match (self.style, written) {
                (Style::Double, '\\') => match escape_length(&self.raw[start..])? {
                    // An escaped end of line is nothing.
                    Escape::LineEnd(length) => {
                        self.at += length;
                        continue;
                    }
                    Escape::Character(length) => length,
                },
                (Style::Single, '\'') if c == '\'' => 2,
                (_, written) if written == c => written.len_utf8(),
                // A line that is folded is one blank.
                (_, '\n' | '\r') if c == ' ' => {
                    let blank = self.raw[start..].find(|c: char| !c.is_ascii_whitespace());
                    blank.unwrap_or(self.raw.len() - start)
                }
                (_, written) if written.is_ascii_whitespace() => {
                    self.at += 1;
                    continue;
                }
                _ => return None,
            };
            self.at += length;
            return (self.at <= self.raw.len()).then_some(start..self.at);
        }
    }
}

/// How long an escape is, in bytes.
enum Escape {
    Character(usize),
    LineEnd(usize),
}

fn escape_length(raw: &str) -> Option<Escape> {
    let second = raw.chars().nth(1)?;
    Some(match second {
        'x' => Escape::Character(4),
        'u' => Escape::Character(6),
        'U' => Escape::Character(10),
        '\n' | '\r' => Escape::LineEnd(2),
        second => Escape::Character(1 + second.len_utf8()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, raw: &str, part: &str, expected: &str) {
        let at = value.find(part).unwrap();
        let place = Places::new(value, raw).of(&(at..at + part.len())).unwrap();
        assert_eq!(&raw[place], expected, "{raw}");
    }

    #[test]
    fn parts_are_found_in_every_style_of_scalar() {
        check("a + b", "a + b", "b", "b");
        check("a + b", "\"a + b\"", "b", "b");
        check("a = 'x' + b", "'a = ''x'' + b'", "b", "b");
        check("a = 'x' + b", "'a = ''x'' + b'", "'x'", "''x''");
        check("a = \"x\" + b", "\"a = \\\"x\\\" + b\"", "b", "b");
        check("ä\tb", "\"\\u00e4\\tb\"", "b", "b");
        check("one\n+ two\n", "|\n    one\n    + two\n", "two", "two");
        check("one + two\n", ">-\n    one\n    + two\n", "+ two", "+ two");
        check("one + two", "one\n    + two", "two", "two");
        check("one + two", "\"one\n    + two\"", "two", "two");
        check("onetwo", "\"one\\\n  two\"", "two", "two");
        assert_eq!(Places::new("other", "text").of(&(0..1)), None);
        assert_eq!(Places::new("ab", "\"ab\"").of(&(2..2)), Some(3..3));
    }
}
