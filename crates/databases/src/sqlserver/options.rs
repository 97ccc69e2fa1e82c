//! `NAME=VALUE;NAME={VALUE};…`, as JDBC and ODBC write options.

use crate::address::AddressError;

/// Names and values. In braces a value may have any character, `}}` for a `}`.
///
/// # Errors
/// When a brace is not closed, or something follows one that is.
pub(super) fn split(text: &str) -> Result<Vec<(&str, String)>, AddressError> {
    let mut options = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(['=', ';']).unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end);
        let (value, tail) = match tail.strip_prefix('=') {
            Some(tail) => value(tail)?,
            None => (String::new(), tail),
        };
        rest = tail.strip_prefix(';').unwrap_or(tail);
        if !name.trim().is_empty() || !value.is_empty() {
            options.push((name.trim(), value));
        }
    }
    Ok(options)
}

/// The value that the text begins with, and what follows it: nothing, or a semicolon.
fn value(text: &str) -> Result<(String, &str), AddressError> {
    let Some(braced) = text.trim_start().strip_prefix('{') else {
        let end = text.find(';').unwrap_or(text.len());
        return Ok((text[..end].trim().to_owned(), &text[end..]));
    };
    let malformed = || AddressError::Malformed {
        database: "SQL Server",
        problem: "the braces around a value are not closed, or something follows them".to_owned(),
    };
    let mut value = String::new();
    let mut rest = braced;
    loop {
        let (before, tail) = rest.split_once('}').ok_or_else(malformed)?;
        value.push_str(before);
        match tail.strip_prefix('}') {
            Some(tail) => {
                value.push('}');
                rest = tail;
            }
            None => {
                let tail = tail.trim_start();
                let is_end = tail.is_empty() || tail.starts_with(';');
                return if is_end { Ok((value, tail)) } else { Err(malformed()) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&[(&str, &str)]>) {
        let found = split(text).ok();
        let expected = expected.map(|options| {
            options.iter().map(|(name, value)| (*name, (*value).to_owned())).collect::<Vec<_>>()
        });
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn values_in_braces_have_any_character() {
        check("a=1; b = 2 ;;c", Some(&[("a", "1"), ("b", "2"), ("c", "")]));
        check("password={a;b=}}c} ;d=e", Some(&[("password", "a;b=}c"), ("d", "e")]));
        check("password={a", None);
        check("password={a}b;c=d", None);
        check("", Some(&[]));
    }
}
