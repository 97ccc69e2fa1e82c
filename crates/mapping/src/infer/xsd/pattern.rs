//! How long the texts are that a `pattern` facet allows: `[A-Z]{2}[0-9]{1,5}` has 3 to 7 characters.

use std::iter::Peekable;
use std::str::Chars;

/// Groups within each other; deeper ones are not looked at.
const MAX_DEPTH: u32 = 50;

/// At least and at most so many characters; at most any number, where there is no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) min: u32,
    pub(super) max: Option<u32>,
}

/// The length of texts that match, unless the pattern is none.
pub(super) fn length(pattern: &str) -> Option<Length> {
    let mut reader = Reader { rest: pattern.chars().peekable(), depth: 0 };
    let length = reader.alternatives()?;
    reader.rest.next().is_none().then_some(length)
}

/// Whether a text of blanks only may match, as far as a look at the pattern tells.
pub(super) fn may_be_blank(pattern: &str) -> bool {
    let marks = [" ", "\t", ".", "[^", "\\s", "\\n", "\\r", "\\t", "\\D", "\\W", "\\p", "\\P", "\\I", "\\C"];
    length(pattern).is_none_or(|length| length.min == 0) || marks.iter().any(|mark| pattern.contains(mark))
}

struct Reader<'p> {
    rest: Peekable<Chars<'p>>,
    depth: u32,
}

impl Reader<'_> {
    fn alternatives(&mut self) -> Option<Length> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut all = self.sequence()?;
        while self.rest.next_if_eq(&'|').is_some() {
            let other = self.sequence()?;
            all.min = all.min.min(other.min);
            all.max = all.max.zip(other.max).map(|(one, other)| one.max(other));
        }
        self.depth -= 1;
        Some(all)
    }

    fn sequence(&mut self) -> Option<Length> {
        let mut all = Length { min: 0, max: Some(0) };
        while self.rest.peek().is_some_and(|&c| c != '|' && c != ')') {
            let piece = self.piece()?;
            all.min = all.min.saturating_add(piece.min);
            all.max = all.max.zip(piece.max).map(|(one, other)| one.saturating_add(other));
        }
        Some(all)
    }

    fn piece(&mut self) -> Option<Length> {
        let one = self.atom()?;
        let (min, max) = match self.rest.peek() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('{') => return self.quantity().map(|(min, max)| times(one, min, max)),
            _ => return Some(one),
        };
        self.rest.next();
        Some(times(one, min, max))
    }

    /// `{2}`, `{2,}` or `{2,5}`
    fn quantity(&mut self) -> Option<(u32, Option<u32>)> {
        let text = self.rest.by_ref().skip(1).take_while(|&c| c != '}').collect::<String>();
        match text.split_once(',') {
            None => text.parse().ok().map(|count| (count, Some(count))),
            Some((min, "")) => Some((min.parse().ok()?, None)),
            Some((min, max)) => Some((min.parse().ok()?, Some(max.parse().ok()?))),
        }
    }

    fn atom(&mut self) -> Option<Length> {
        match self.rest.next()? {
            '(' => {
                let inner = self.alternatives()?;
                return self.rest.next_if_eq(&')').map(|_| inner);
            }
            '[' => self.class()?,
            '\\' => self.escape()?,
            '?' | '*' | '+' | '{' | '}' | ']' => return None,
            _ => {}
        }
        Some(Length { min: 1, max: Some(1) })
    }

    /// To the end of `[a-z-[aeiou]]`.
    fn class(&mut self) -> Option<()> {
        let mut open = 1;
        while open > 0 {
            match self.rest.next()? {
                '[' => open += 1,
                ']' => open -= 1,
                '\\' => self.escape()?,
                _ => {}
            }
        }
        Some(())
    }

    /// `\d`, `\p{Lu}`
    fn escape(&mut self) -> Option<()> {
        if matches!(self.rest.next()?, 'p' | 'P') {
            self.rest.by_ref().find(|&c| c == '}')?;
        }
        Some(())
    }
}

fn times(one: Length, min: u32, max: Option<u32>) -> Length {
    let most = match (one.max, max) {
        (Some(0), _) | (_, Some(0)) => Some(0),
        (Some(length), Some(count)) => Some(length.saturating_mul(count)),
        _ => None,
    };
    Length { min: one.min.saturating_mul(min), max: most }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_say_how_long_texts_are() {
        for (pattern, expected) in [
            ("[A-Z]{2,2}[0-9]{1,5}", "3 to 7"),
            ("[A-Z]{6,6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3,3}){0,1}", "8 to 11"),
            ("a|bc|\\d{4}", "1 to 4"),
            ("\\p{Lu}\\.[^\\]a-z-[x]]", "3 to 3"),
            ("(ab)?c*", "0 to any"),
            ("x+", "1 to any"),
            ("", "0 to 0"),
            ("(a", "none"),
            ("a{x}", "none"),
            ("a)", "none"),
        ] {
            let found = length(pattern).map_or("none".to_owned(), |Length { min, max }| {
                format!("{min} to {}", max.map_or("any".to_owned(), |max| max.to_string()))
            });
            assert_eq!(found, expected, "{pattern}");
        }
        assert!(!may_be_blank("[A-Z]{2}"));
        assert!(may_be_blank("[A-Z ]{2}") && may_be_blank("\\S?") && may_be_blank(".+"));
        assert_eq!(length(&"(".repeat(100_000)), None);
    }
}
