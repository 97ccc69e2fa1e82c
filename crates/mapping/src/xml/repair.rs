//! `document.invalid_characters`: characters that no document may have are replaced or dropped before it is read, references to them too.

use std::borrow::Cow;

use super::chars::is_char;

/// The text with `instead` for each character that XML 1.0 forbids; how many there were. What looks like a reference in a CDATA section, a
/// comment or an instruction is none and stays.
pub fn repair<'t>(text: &'t str, instead: &str) -> (Cow<'t, str>, u32) {
    let mut repaired = String::new();
    let (mut copied, mut at, mut count) = (0, 0, 0);
    let mut verbatim_until = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if at >= verbatim_until {
            verbatim_until = at + verbatim_len(rest);
        }
        let length = match c {
            '&' if at >= verbatim_until => forbidden_reference_len(rest),
            c if is_char(c) => None,
            c => Some(c.len_utf8()),
        };
        match length {
            Some(length) => {
                repaired.push_str(&text[copied..at]);
                repaired.push_str(instead);
                at += length;
                copied = at;
                count += 1;
            }
            None => at += c.len_utf8(),
        }
    }
    if count == 0 {
        return (Cow::Borrowed(text), 0);
    }
    repaired.push_str(&text[copied..]);
    (Cow::Owned(repaired), count)
}

/// How far references mean nothing from here.
fn verbatim_len(rest: &str) -> usize {
    let pairs = [("<![CDATA[", "]]>"), ("<!--", "-->"), ("<?", "?>")];
    let found = pairs.iter().find(|(start, _)| rest.starts_with(start));
    found.map_or(0, |(_, end)| rest.find(end).map_or(rest.len(), |at| at + end.len()))
}

/// The length of a reference to a character that XML forbids, or to none at all.
fn forbidden_reference_len(rest: &str) -> Option<usize> {
    // No character has more digits but leading zeros.
    const MAX_DIGITS: usize = 64;
    let digits = rest.strip_prefix("&#")?;
    let (digits, radix) = digits.strip_prefix('x').map_or((digits, 10), |digits| (digits, 16));
    let length = digits.chars().take(MAX_DIGITS).take_while(|c| c.is_digit(radix)).count();
    let behind = digits[length..].strip_prefix(';')?;
    if length == 0 {
        return None;
    }
    let number = u32::from_str_radix(&digits[..length], radix).ok();
    let is_allowed = number.and_then(char::from_u32).is_some_and(is_char);
    (!is_allowed).then(|| rest.len() - behind.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_characters_and_references_to_them_are_replaced() {
        for (text, replaced, dropped, count) in [
            ("<a>b</a>", "<a>b</a>", "<a>b</a>", 0),
            ("<a>\u{1}b\u{B}\t\n</a>", "<a>?b?\t\n</a>", "<a>b\t\n</a>", 2),
            ("<a b='&#1;&#x1f;&#9;'/>", "<a b='??&#9;'/>", "<a b='&#9;'/>", 2),
            ("&#xD800;&#x110000;&#99999999999;&#0065;", "???&#0065;", "&#0065;", 3),
            ("\u{FFFF}é\u{FFFE}", "?é?", "é", 2),
            ("<![CDATA[&#1;\u{2}]]>&#1;", "<![CDATA[&#1;?]]>?", "<![CDATA[&#1;]]>", 2),
            ("<!-- &#1; --><?x &#1;?>&#1", "<!-- &#1; --><?x &#1;?>&#1", "<!-- &#1; --><?x &#1;?>&#1", 0),
            ("&#;&#x;&amp;", "&#;&#x;&amp;", "&#;&#x;&amp;", 0),
        ] {
            assert_eq!(repair(text, "?"), (replaced.into(), count), "{text:?}");
            assert_eq!(repair(text, "").0, dropped, "{text:?}");
        }
    }
}
