//! `clean: number` and `first_number`: numbers as people write them. What is left need not be a number, conversion decides; and nothing is
//! guessed: a sign that does not fit the argument makes an invalid number, never one a thousand times too large.

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;

use crate::contract::DecimalSign;

/// Currencies of ISO 4217, in lower case.
const CURRENCY_CODES: &str = " aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd btn bwp byn bzd cad cdf chf \
    clp cny cop crc cup cve czk djf dkk dop dzd egp ern etb eur fjd fkp gbp gel ghs gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils inr iqd irr \
    isk jmd jod jpy kes kgs khr kmf kpw krw kwd kyd kzt lak lbp lkr lrd lsl lyd mad mdl mga mkd mmk mnt mop mru mur mvr mwk mxn myr mzn nad ngn \
    nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sdg sek sgd shp sle sll sos srd ssp stn svc syp szl thb tjs \
    tmt tnd top try ttd twd tzs uah ugx usd uyu uzs ves vnd vuv wst xaf xcd xof xpf yer zar zmw zwl ";

/// What else currencies are called, in lower case.
const CURRENCY_WORDS: [&str; 34] = [
    "kč", "kr", "kr.", "zł", "ft", "lei", "fr", "fr.", "sfr", "sfr.", "us$", "r$", "a$", "c$", "nz$", "hk$",
    "s$", "nt$", "mx$", "rs", "rs.", "rm", "rp", "km", "лв", "лв.", "ден", "дин", "дин.", "руб", "руб.",
    "р.", "грн", "грн.",
];

/// No currency is called longer, in characters.
const MAX_CURRENCY: usize = 4;

/// Takes currencies at both ends and separators of groups of three digits out, and makes the decimal sign a point; parentheses, or a sign at
/// the end, mean minus.
pub(crate) fn number<'a>(text: &'a str, sign: DecimalSign, arena: &'a Bump) -> &'a str {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let is_point = sign == DecimalSign::Point;
    if unsigned.bytes().all(|byte| byte.is_ascii_digit() || is_point && byte == b'.') {
        return text;
    }
    if is_point && let Some(usual) = usual_amount(text, arena) {
        return usual;
    }
    let (body, signs) = without_currency(text);
    let mut out = BumpString::with_capacity_in(body.len() + 2, arena);
    out.push_str(signs);
    let mut is_behind = false;
    for (at, c) in body.char_indices() {
        let rest = &body[at + c.len_utf8()..];
        match (Role::of(c, sign), c) {
            (Role::Decimal, _) => {
                out.push('.');
                is_behind = true;
            }
            (Role::Blank, _) if !between_digits(body, at, rest) => {}
            (Role::Blank | Role::Apostrophe, _) if is_before_group(body, at, rest) => {}
            (Role::Other, _) if !is_behind && is_before_group(body, at, rest) => {}
            // A point here would become the decimal sign.
            (Role::Other, _) => out.push(','),
            (Role::Digit | Role::Blank | Role::Apostrophe | Role::Nothing, c) => out.push(c),
        }
    }
    out.into_bump_str()
}

/// The usual case: perhaps `$`, then digits, with commas before groups of three and perhaps a point behind them. `None` says nothing about
/// other texts.
fn usual_amount<'a>(text: &str, arena: &'a Bump) -> Option<&'a str> {
    let body = text.strip_prefix('$').unwrap_or(text).as_bytes();
    // Digits since the last comma, of the first group or another, or behind the point.
    let (mut run, mut comma_count, mut is_behind) = (0, 0, false);
    let is_group = |run: usize, comma_count: usize| run == 3 || (run > 0 && comma_count == 0);
    for &byte in body {
        match byte {
            b'0'..=b'9' => run += 1,
            b',' if !is_behind && is_group(run, comma_count) => (run, comma_count) = (0, comma_count + 1),
            b'.' if !is_behind && is_group(run, comma_count) => (run, is_behind) = (0, true),
            _ => return None,
        }
    }
    let is_complete = if is_behind { run > 0 } else { is_group(run, comma_count) };
    if !is_complete {
        return None;
    }
    let mut kept = body.iter().copied().filter(|&byte| byte != b',');
    let out = arena.alloc_slice_fill_with(body.len() - comma_count, |_| kept.next().unwrap_or_default());
    std::str::from_utf8(out).ok()
}

/// The first number inside text. Where it goes on with a sign that the argument does not explain, and where there is none, the text stays.
pub(super) fn first_number<'a>(text: &'a str, sign: DecimalSign, arena: &'a Bump) -> &'a str {
    let Some(first) = text.find(|c: char| c.is_ascii_digit()) else { return text };
    let before = |at: usize| text[..at].chars().next_back();
    let mut start = first;
    let mut out = BumpString::with_capacity_in(text.len() + 1, arena);
    if let Some(c) = before(first).filter(|&c| Role::of(c, sign) == Role::Decimal) {
        start -= c.len_utf8();
    }
    if let Some('-' | '\u{2212}') = before(start) {
        let minus = start - before(start).map_or(0, char::len_utf8);
        if !before(minus).is_some_and(char::is_alphanumeric) {
            out.push('-');
        }
    }
    let mut is_behind = start < first;
    if is_behind {
        out.push('.');
    }
    for (at, c) in text[first..].char_indices() {
        let at = first + at;
        let rest = &text[at + c.len_utf8()..];
        match Role::of(c, sign) {
            Role::Digit => out.push(c),
            Role::Decimal if !is_behind && between_digits(text, at, rest) => {
                out.push('.');
                is_behind = true;
            }
            Role::Blank | Role::Apostrophe | Role::Other
                if !is_behind && is_before_group(text, at, rest) && groups(&text[first..at]) => {}
            Role::Decimal | Role::Other if between_digits(text, at, rest) => return text,
            _ => break,
        }
    }
    out.into_bump_str()
}

/// What a character is in a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Digit,
    /// The decimal sign.
    Decimal,
    /// The one of comma and point that is not.
    Other,
    Blank,
    Apostrophe,
    Nothing,
}

impl Role {
    fn of(c: char, sign: DecimalSign) -> Self {
        match c {
            '0'..='9' => Self::Digit,
            '.' | '\u{B7}' | '\u{2024}' | '\u{FF0E}' => match sign {
                DecimalSign::Point if c == '.' => Self::Decimal,
                DecimalSign::Point => Self::Nothing,
                DecimalSign::Comma => Self::Other,
            },
            ',' | '\u{66C}' | '\u{FF0C}' => match sign {
                DecimalSign::Point => Self::Other,
                DecimalSign::Comma if c == ',' => Self::Decimal,
                DecimalSign::Comma => Self::Nothing,
            },
            '\'' | '`' | '\u{B4}' | '\u{2BC}' | '\u{2018}' | '\u{2019}' | '\u{FF07}' => Self::Apostrophe,
            c if c.is_whitespace() => Self::Blank,
            _ => Self::Nothing,
        }
    }
}

/// What is left without currencies, parentheses and signs at the ends, and the signs that go before it: two of them are no number.
fn without_currency(text: &str) -> (&str, &'static str) {
    let mut body = text.trim();
    let (mut minus, mut plus) = (0, 0);
    loop {
        let inner = body.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let after_minus = body.strip_prefix(['-', '\u{2212}']);
        let before_minus = body.strip_suffix(['-', '\u{2212}']).filter(|rest| !rest.trim().is_empty());
        if let Some(rest) = inner.or(after_minus).or(before_minus) {
            minus += 1;
            body = rest.trim();
        } else if let Some(rest) = body.strip_prefix('+') {
            plus += 1;
            body = rest.trim_start();
        } else if let Some(rest) = without_currency_at_an_end(body) {
            body = rest.trim();
        } else {
            break;
        }
    }
    let signs = match (minus, plus) {
        (0, 0) => "",
        (1, 0) => "-",
        (0, 1) => "+",
        _ => "--",
    };
    (body, signs)
}

fn without_currency_at_an_end(body: &str) -> Option<&str> {
    let symbols = body.strip_prefix(is_symbol).or_else(|| body.strip_suffix(is_symbol));
    if symbols.is_some() {
        return symbols;
    }
    let ends = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-()\u{2212}".contains(c);
    let (front, rest) = body.split_at(body.find(ends).unwrap_or(body.len()));
    let (other, back) = body
        .split_at(body.rfind(ends).map_or(0, |at| at + body[at..].chars().next().map_or(0, char::len_utf8)));
    // A word alone is no number without its currency.
    let has_digit = |rest: &str| rest.bytes().any(|byte| byte.is_ascii_digit());
    if is_currency(front) && has_digit(rest) {
        Some(rest)
    } else {
        (is_currency(back) && has_digit(other)).then_some(other)
    }
}

fn is_symbol(c: char) -> bool {
    matches!(c, '$' | '\u{A2}'..='\u{A5}' | '\u{20A0}'..='\u{20CF}')
}

fn is_currency(word: &str) -> bool {
    if word.is_empty() || word.chars().nth(MAX_CURRENCY).is_some() {
        return false;
    }
    let word = word.to_lowercase();
    CURRENCY_WORDS.contains(&word.as_str())
        || word.len() == 3
            && word.bytes().all(|byte| byte.is_ascii_lowercase())
            && CURRENCY_CODES.contains(&format!(" {word} "))
}

fn between_digits(text: &str, at: usize, rest: &str) -> bool {
    text[..at].ends_with(|c: char| c.is_ascii_digit()) && rest.starts_with(|c: char| c.is_ascii_digit())
}

/// A separator at `at`: a digit before it and three behind it.
fn is_before_group(text: &str, at: usize, rest: &str) -> bool {
    between_digits(text, at, rest) && rest.bytes().take(4).take_while(u8::is_ascii_digit).count() == 3
}

/// Whether these digits may be followed by a group: at most three are before the first separator.
fn groups(digits: &str) -> bool {
    digits.bytes().take(4).take_while(u8::is_ascii_digit).count() <= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(step: fn(&'static str, DecimalSign, &Bump) -> String, cases: &[(&'static str, &str, &str)]) {
        let arena = Bump::new();
        for (text, with_point, with_comma) in cases {
            assert_eq!(step(text, DecimalSign::Point, &arena), *with_point, "{text:?}, point");
            assert_eq!(step(text, DecimalSign::Comma, &arena), *with_comma, "{text:?}, comma");
        }
    }

    #[test]
    fn numbers_follow_the_argument_and_what_does_not_is_invalid() {
        check(
            |text, sign, arena| number(text, sign, arena).to_owned(),
            &[
                ("$1,234,567.89", "1234567.89", "1.234.567,89"),
                ("1.234.567,89", "1.234.567,89", "1234567.89"),
                ("1,234", "1234", "1.234"),
                ("1.234", "1.234", "1234"),
                ("12,5", "12,5", "12.5"),
                ("12.5", "12.5", "12,5"),
                ("1.234,567", "1.234,567", "1234.567"),
                ("1,2345", "1,2345", "1.2345"),
                ("$12,345", "12345", "12.345"),
                ("1234,567.5", "1234567.5", "1234.567,5"),
                ("$1,23.4", "1,23.4", "1.23,4"),
                ("1,234.", "1234.", "1.234,"),
                ("1.5,000", "1.5,000", "1,5.000"),
                ("24\u{A0}495,40 Kč", "24495,40", "24495.40"),
                ("1\u{202F}234\u{202F}567", "1234567", "1234567"),
                ("EUR -1.234,50", "-1.234,50", "-1234.50"),
                ("-1'234.50 CHF", "-1234.50", "-1234,50"),
                ("US$ 5", "5", "5"),
                ("5 kr.", "5", "5"),
                ("(12.50)", "-12.50", "-12,50"),
                ("- 12", "-12", "-12"),
                ("12-", "-12", "-12"),
                ("+\u{20AC}7", "+7", "+7"),
                ("-(5)", "--5", "--5"),
                ("\u{20AC} 1 234", "1234", "1234"),
                ("1 23", "1 23", "1 23"),
                ("5 apples", "5apples", "5apples"),
                ("EUR", "EUR", "EUR"),
                ("-", "-", "-"),
                ("abc", "abc", "abc"),
            ],
        );
    }

    #[test]
    fn usual_amounts_are_what_the_rules_make_of_them() {
        let arena = Bump::new();
        for text in [
            "$1,234",
            "1,234,567.89",
            "$0.5",
            "12,34",
            "1,2345",
            "1234,567",
            "$",
            "$,123",
            "1,",
            "1,234.",
            "1.2.3",
            "1.2,345",
            ".5",
            "$$5",
            "7",
            "$7",
            "1,234,56",
            "12,345,678",
        ] {
            // With white space behind it, it is no usual one.
            let by_rules = number(arena.alloc_str(&format!("{text} ")), DecimalSign::Point, &arena);
            assert_eq!(number(text, DecimalSign::Point, &arena), by_rules, "{text:?}");
        }
    }

    #[test]
    fn the_first_number_ends_where_the_argument_says() {
        check(
            |text, sign, arena| first_number(text, sign, arena).to_owned(),
            &[
                ("approx. 12.5 kg", "12.5", "approx. 12.5 kg"),
                ("approx. 12,5 kg", "approx. 12,5 kg", "12.5"),
                ("1,234 items", "1234", "1.234"),
                ("size 10-20", "10", "10"),
                ("t = -3 °C", "-3", "-3"),
                ("A-12", "12", "12"),
                ("3.", "3", "3"),
                ("v1.2.3", "v1.2.3", "v1.2.3"),
                ("12 x 30 cm", "12", "12"),
                ("12 000 m", "12000", "12000"),
                ("none", "none", "none"),
            ],
        );
    }
}
