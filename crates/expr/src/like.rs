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
    /// For each part between two `%`, unless there is a `_` between them: of the parts from the `%` up to this one, how many at its end are
    /// those at its beginning. So a search goes on without looking at the text again (the prefix function of Knuth, Morris and Pratt).
    borders: Vec<Option<u32>>,
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
        let borders = borders(&parts);
        Ok(Self { parts, borders, case })
    }

    /// The memory that a pattern of this text may take while it is taken apart.
    pub(crate) fn bytes_for(text: &str) -> usize {
        // Vectors grow by doubling.
        text.len().saturating_mul(2 * (size_of::<Part>() + size_of::<Option<u32>>()))
    }

    /// Whether all of the text matches. Takes time in proportion to text + pattern; where there is a `_` behind a `%`, to text × what stands
    /// between it and the next `%` at worst. Every character compared is a step.
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
            if let Some(Some(_)) = self.borders.get(*after) {
                match at.checked_sub(1).filter(|last| *last >= *after).and_then(|last| self.borders[last]) {
                    Some(border) => at = *after + border as usize,
                    None if rest.next().is_none() => return Ok(false),
                    None => {}
                }
                continue;
            }
            if longer.next().is_none() {
                return Ok(false);
            }
            at = *after;
            rest = longer.clone();
        }
    }
}

fn borders(parts: &[Part]) -> Vec<Option<u32>> {
    let mut borders = Vec::with_capacity(parts.len());
    for run in parts.split_inclusive(|part| *part == Part::AnyText) {
        let start = borders.len();
        if run.contains(&Part::AnyCharacter) {
            borders.resize(start + run.len(), None);
            continue;
        }
        for (at, part) in run.iter().enumerate() {
            let mut border = if at == 0 { 0 } else { borders[start + at - 1].unwrap_or(0) };
            while at > 0 && border > 0 && run[border as usize] != *part {
                border = borders[start + border as usize - 1].unwrap_or(0);
            }
            let is_longer = at > 0 && run[border as usize] == *part;
            borders.push(Some(border + u32::from(is_longer)));
        }
    }
    borders
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

#[cfg(test)]
mod tests {
    use super::*;

    /// All words of at most so many of these letters.
    fn words(letters: &str, length: usize) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut from = 0;
        for _ in 0..length {
            let to = words.len();
            for at in from..to {
                words.extend(
                    letters.chars().map(|letter| format!("{}{letter}", words[at])).collect::<Vec<_>>(),
                );
            }
            from = to;
        }
        words
    }

    /// As the standard says it.
    fn is_like(text: &[u8], pattern: &[u8]) -> bool {
        match (pattern, text) {
            ([], text) => text.is_empty(),
            ([b'%', pattern @ ..], text) => (0..=text.len()).any(|at| is_like(&text[at..], pattern)),
            ([b'_', pattern @ ..], [_, text @ ..]) => is_like(text, pattern),
            ([letter, pattern @ ..], [found, text @ ..]) => letter == found && is_like(text, pattern),
            _ => false,
        }
    }

    #[test]
    fn every_short_pattern_means_what_the_standard_says() {
        let texts = words("ab", 7);
        for pattern in
            words("ab%_", 5).into_iter().chain(words("ab", 4).iter().map(|word| format!("%{word}a%b")))
        {
            let compiled = Pattern::new(&pattern, None, LetterCase::Sensitive).unwrap();
            for text in &texts {
                let expected = is_like(text.as_bytes(), pattern.as_bytes());
                assert_eq!(compiled.matches(text, &Work::unlimited()), Ok(expected), "{text} LIKE {pattern}");
            }
        }
    }
}
