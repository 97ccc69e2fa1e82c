//! Foreign text on its way to a terminal or a log: names of files, tables and columns, words of a contract. Nothing in it may steer the
//! terminal, begin a line of its own, or turn the direction of the line around.

use std::borrow::Cow;

/// The text as one line, with escapes such as `\u{1b}` for characters that do something instead of being seen.
pub fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, acts)
}

/// The same for text of several lines, whose line ends stay.
pub fn shown_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c != '\n' && acts(c))
}

fn escaped(text: &str, acts: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if acts(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Control characters, line ends of Unicode, marks and overrides of direction, and what takes no room.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{00AD}'
                | '\u{061C}'
                | '\u{180E}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_shown_as_an_escape() {
        assert_eq!(shown("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(shown("x\nerror: y\t\u{9b}"), "x\\nerror: y\\t\\u{9b}");
        assert_eq!(shown("\u{202E}lmx.a"), "\\u{202e}lmx.a");
        assert_eq!(shown_lines("a\nb\r"), "a\nb\\r");
    }

    #[test]
    fn what_is_seen_stays_and_costs_nothing() {
        for text in ["Müller & Söhne.xml", "日本語", "a\\b 'c' \"d\" 😀"] {
            assert!(matches!(shown(text), Cow::Borrowed(same) if same == text));
        }
    }
}
