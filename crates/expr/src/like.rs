//! Patterns of `LIKE`: `%` is any text, `_` any character.

use xmlshred_model::{Work, WorkEnd};

/// Whether upper and lower case letters are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LetterCase {
    Sensitive,
    Insensitive,
}

/// A pattern taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
    case: LetterCase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Character(char),
    AnyCharacter,
    AnyText,
}

/// A pattern that ends with its escape character, or escapes an ordinary character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidPattern;

impl Pattern {
    /// Takes a pattern apart. As the standard has it, there is no escape character unless one is given, and only `%`, `_`
    /// and the escape character itself can be escaped.
    pub(crate) fn new(text: &str, escape: Option<char>, case: LetterCase) -> Result<Self, InvalidPattern> {
        let mut parts = Vec::new();
        let mut chars = text.chars();
        while let Some(character) = chars.next() {
            let part = match character {
                _ if Some(character) == escape => match chars.next() {
                    Some(escaped) if matches!(escaped, '%' | '_') || Some(escaped) == escape => {
                        Part::Character(folded(escaped, case))
                    }
                    _ => return Err(InvalidPattern),
                },
                '%' => Part::AnyText,
                '_' => Part::AnyCharacter,
                _ => Part::Character(folded(character, case)),
            };
            if part != Part::AnyText || parts.last() != Some(&Part::AnyText) {
                parts.push(part);
            }
        }
        Ok(Self { parts, case })
    }

    /// The memory that a pattern of this text may take while it is taken apart.
    pub(crate) fn bytes_for(text: &str) -> usize {
        // Vectors grow by doubling.
        text.len().saturating_mul(2 * size_of::<Part>())
    }

    /// Whether all of the text matches. Takes time in proportion to text × pattern at worst; every character compared is a step.
    pub(crate) fn matches(&self, text: &str, work: &Work<'_>) -> Result<bool, WorkEnd> {
        let mut rest = text.chars();
        let mut at = 0;
        // Where to go on when the text that the last `%` stands for must be one character longer.
        let mut retry = None;
        loop {
            work.steps(1)?;
            match self.parts.get(at) {
                Some(Part::AnyText) => {
                    at += 1;
                    retry = Some((at, rest.clone()));
                    continue;
                }
                Some(part) => {
                    let mut ahead = rest.clone();
                    if let Some(character) = ahead.next()
                        && (*part == Part::AnyCharacter
                            || *part == Part::Character(folded(character, self.case)))
                    {
                        rest = ahead;
                        at += 1;
                        continue;
                    }
                }
                None if rest.as_str().is_empty() => return Ok(true),
                None => {}
            }
            let Some((after, longer)) = &mut retry else { return Ok(false) };
            if longer.next().is_none() {
                return Ok(false);
            }
            at = *after;
            rest = longer.clone();
        }
    }
}

/// The character that stands for both cases of a letter. One by one, so that `_` counts what was written, and a letter is
/// folded alike in text and pattern whatever stands next to it.
fn folded(character: char, case: LetterCase) -> char {
    if case == LetterCase::Sensitive {
        return character;
    }
    let mut lower = character.to_lowercase();
    match (character, lower.next(), lower.next()) {
        // The form of sigma at the end of a word.
        ('ς', ..) => 'σ',
        (_, Some(lower), None) => lower,
        _ => character,
    }
}
