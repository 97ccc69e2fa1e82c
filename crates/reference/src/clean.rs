//! `clean`, step by step.

use xmlshred_mapping::contract::{Clean, DecimalSign};

pub(crate) fn clean(step: Clean, text: &str) -> String {
    match step {
        Clean::Trim => text.trim().to_owned(),
        Clean::Upper => text.to_uppercase(),
        Clean::Lower => text.chars().flat_map(char::to_lowercase).collect(),
        Clean::Digits => text.chars().filter(char::is_ascii_digit).collect(),
        Clean::Number(sign) => number(text, sign),
        Clean::FirstNumber(sign) => first_number(text, sign),
        Clean::CollapseSpaces => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// The decimal sign, and the other of the two.
fn signs(sign: DecimalSign) -> (char, char) {
    match sign {
        DecimalSign::Point => ('.', ','),
        DecimalSign::Comma => (',', '.'),
    }
}

/// Characters by their place, and what stands around them.
struct Characters(Vec<char>);

impl Characters {
    fn is_digit(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(char::is_ascii_digit)
    }

    fn is_between_digits(&self, at: usize) -> bool {
        at > 0 && self.is_digit(at - 1) && self.is_digit(at + 1)
    }

    fn is_before_three_digits(&self, at: usize) -> bool {
        let digits = (at + 1..).take_while(|&next| self.is_digit(next)).count();
        self.is_between_digits(at) && digits == 3
    }
}

/// Takes currency signs, blanks around the number and its sign, and separators of groups of three digits out; parentheses and
/// a sign at the end mean minus. Of currencies by name it knows those of the cases.
fn number(text: &str, sign: DecimalSign) -> String {
    let (decimal, other) = signs(sign);
    if text.trim_start_matches('-').chars().all(|c| c.is_ascii_digit()) && !text.starts_with("--") {
        return text.to_owned();
    }
    let mut body = text.trim();
    let (mut minus, mut plus) = (0, 0);
    while let Some(c) = body.chars().next() {
        let last = body.chars().next_back().unwrap_or(c);
        if c == '(' && last == ')' && body.len() > 1 {
            minus += 1;
            body = &body[1..body.len() - 1];
        } else if matches!(c, '-' | '\u{2212}') {
            minus += 1;
            body = &body[c.len_utf8()..];
        } else if matches!(last, '-' | '\u{2212}') {
            minus += 1;
            body = &body[..body.len() - last.len_utf8()];
        } else if c == '+' {
            plus += 1;
            body = &body[1..];
        } else if matches!(c, '$' | '€') {
            body = &body[c.len_utf8()..];
        } else if matches!(last, '$' | '€') {
            body = &body[..body.len() - last.len_utf8()];
        } else if let Some(rest) = without_name(body) {
            body = rest;
        } else {
            break;
        }
        body = body.trim();
    }
    let chars = Characters(body.chars().collect());
    let mut number = match minus + plus {
        0 => String::new(),
        1 if minus == 1 => "-".to_owned(),
        1 => "+".to_owned(),
        _ => "--".to_owned(),
    };
    let mut has_decimal = false;
    for (at, &c) in chars.0.iter().enumerate() {
        if c == decimal {
            number.push('.');
            has_decimal = true;
        } else if c == other {
            if has_decimal || !chars.is_before_three_digits(at) {
                number.push(',');
            }
        } else if c.is_whitespace() {
            if chars.is_between_digits(at) && !chars.is_before_three_digits(at) {
                number.push(c);
            }
        } else if !(c == '\'' && chars.is_before_three_digits(at)) {
            number.push(c);
        }
    }
    number
}

fn without_name(text: &str) -> Option<&str> {
    let names = ["Kč", "EUR", "CHF"];
    names.iter().find_map(|name| text.strip_prefix(name).or_else(|| text.strip_suffix(name)))
}

/// The first number inside text; the text itself where there is none, or where it goes on with a sign in a wrong place.
fn first_number(text: &str, sign: DecimalSign) -> String {
    let (decimal, other) = signs(sign);
    let chars = Characters(text.chars().collect());
    let Some(first) = chars.0.iter().position(char::is_ascii_digit) else { return text.to_owned() };
    let mut number = String::new();
    let has_fraction_only = first > 0 && chars.0[first - 1] == decimal;
    let start = if has_fraction_only { first - 1 } else { first };
    if start > 0
        && matches!(chars.0[start - 1], '-' | '\u{2212}')
        && !(start > 1 && chars.0[start - 2].is_alphanumeric())
    {
        number.push('-');
    }
    if has_fraction_only {
        number.push('.');
    }
    let leading = (first..).take_while(|&at| chars.is_digit(at)).count();
    for at in first..chars.0.len() {
        let c = chars.0[at];
        let has_decimal = number.contains('.');
        let may_separate = c == other || c == '\'' || c.is_whitespace();
        if c.is_ascii_digit() {
            number.push(c);
        } else if c == decimal && !has_decimal && chars.is_between_digits(at) {
            number.push('.');
        } else if may_separate && !has_decimal && leading <= 3 && chars.is_before_three_digits(at) {
        } else if (c == decimal || c == other) && chars.is_between_digits(at) {
            return text.to_owned();
        } else {
            break;
        }
    }
    number
}
