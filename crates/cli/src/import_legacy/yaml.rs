//! Text as YAML, in flow style.

use std::fmt::Write as _;

/// Words that YAML 1.2 takes for something else than text.
const WORDS: [&str; 3] = ["null", "true", "false"];

/// Text: plain where no reader could take it for something else.
pub(crate) fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/'))
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '.' | '(' | ')' | '@'))
        && !WORDS.contains(&&*text.to_ascii_lowercase());
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// A constant: whole numbers as they are, everything else as text.
pub(crate) fn constant(text: &str) -> String {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty()
        && digits.len() <= 18
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'));
    if is_number { text.to_owned() } else { scalar(text) }
}

/// Text in quotes: double ones, or single ones where that saves escapes.
pub(crate) fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) && !text.contains('\'') && !text.chars().any(char::is_control) {
        return format!("'{text}'");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}') => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Stands for [`SECONDS`] wherever dates are read.
pub(crate) const SECONDS_ALIAS: &str = "*seconds";

/// Seconds above 59 become 59: what stands behind the second colon. The first alias in the text becomes the anchor.
pub(crate) const SECONDS: &str = "CASE WHEN SUBSTRING(value, POSITION(':' IN value) + 3, 2) IN (':6', ':7', ':8', ':9') \
    THEN LEFT(value, POSITION(':' IN value) + 3) || '59' || SUBSTRING(value, POSITION(':' IN value) + 6) ELSE value END";

/// Text behind `# `: one line.
pub(crate) fn comment(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_where_yaml_would_read_something_else() {
        for (text, expected) in [
            ("a/b/@c", "a/b/@c"),
            ("@id", "\"@id\""),
            ("N", "N"),
            ("true", "\"true\""),
            ("[a]", "\"[a]\""),
            ("it's", "\"it's\""),
            ("a \"b\"", "'a \"b\"'"),
            ("a\n'\"", "\"a\\u000A'\\\"\""),
        ] {
            assert_eq!(scalar(text), expected);
        }
        for (text, expected) in
            [("50", "50"), ("-1", "-1"), ("007", "\"007\""), ("1.5", "\"1.5\""), ("A", "A"), ("", "\"\"")]
        {
            assert_eq!(constant(text), expected);
        }
        assert_eq!(comment(" a\n\tb  # c "), "a b # c");
    }
}
