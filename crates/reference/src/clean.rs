//! `clean`, step by step.

use xmlshred_mapping::contract::Clean;

pub(crate) fn clean(step: Clean, text: &str) -> String {
    match step {
        Clean::Trim => text.trim().to_owned(),
        Clean::Upper => text.to_uppercase(),
        Clean::Lower => text.chars().flat_map(char::to_lowercase).collect(),
        Clean::Digits => text.chars().filter(char::is_ascii_digit).collect(),
        Clean::Number => number(text),
        Clean::CollapseSpaces => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// Takes currency signs, blanks around the number and its sign, and separators of groups of three digits out; parentheses and
/// a sign at the end mean minus.
fn number(text: &str) -> String {
    let text = text.trim();
    let in_parentheses = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let chars = in_parentheses.unwrap_or(text).chars().collect::<Vec<_>>();
    let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut number = if in_parentheses.is_some() { "-".to_owned() } else { String::new() };
    let mut sign_at_end = false;
    for (at, &c) in chars.iter().enumerate() {
        let is_between_digits = at > 0 && is_digit(at - 1) && is_digit(at + 1);
        let digits_after = (at + 1..).take_while(|&next| is_digit(next)).count();
        let is_separator = matches!(c, ',' | '\'' | '\u{2019}' | '\u{A0}' | '\u{202F}' | ' ');
        let is_last = chars[at + 1..].iter().all(|after| after.is_whitespace());
        if matches!(c, '$' | '\u{A2}'..='\u{A5}' | '\u{20A0}'..='\u{20CF}')
            || (c.is_whitespace() && !is_between_digits)
            || (is_separator && is_between_digits && digits_after == 3)
        {
            continue;
        }
        match c {
            '-' if is_last && at > 0 => sign_at_end = true,
            '\u{2212}' => number.push('-'),
            c => number.push(c),
        }
    }
    if sign_at_end { format!("-{number}") } else { number }
}
