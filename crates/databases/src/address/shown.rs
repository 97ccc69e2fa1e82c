//! Which words of an address may be shown: names that stand where no password can be.

use std::borrow::Cow;

use super::error::AddressError;
use super::escapes::percent_decoded;

/// Names of options that hold a password begin, or end, with one of these in some tool.
const PASSWORDS: [&str; 4] = ["password", "passwd", "pwd", "pass"];

/// An unknown option, named when no password can be part of the name: an option name followed by `=`, behind the last `@` of the
/// address, with no option for a password before it.
pub(crate) fn unknown_option(database: &'static str, address: &str, name: &str) -> AddressError {
    let problem = match address.rfind(&format!("{name}=")) {
        Some(at) if is_name(name) && !address[at..].contains('@') && !holds_password(&address[..at]) => {
            format!("unknown option `{name}`")
        }
        _ => "an option is unknown, or a password has characters that end it".to_owned(),
    };
    AddressError::Malformed { database, problem }
}

/// Whether an option for a password is in this text.
fn holds_password(text: &str) -> bool {
    let text = percent_decoded(text).to_lowercase();
    PASSWORDS.iter().any(|name| text.contains(name))
}

/// A name of a database or user, as messages show one: a password may have come into it with the option that it belongs to.
///
/// # Errors
/// When an option for a password is in it (`loans;password=…`).
pub(crate) fn check_name(database: &'static str, name: &str) -> Result<(), AddressError> {
    let decoded = percent_decoded(name).to_lowercase();
    if decoded.contains("://") {
        let problem = "an address stands where the name of a database or user belongs".to_owned();
        return Err(AddressError::Malformed { database, problem });
    }
    let mut before_values = decoded.match_indices(['=', ':']).map(|(at, _)| decoded[..at].trim_end());
    if before_values.any(|before| PASSWORDS.iter().any(|known| before.ends_with(known))) {
        let problem = "an option for a password is part of a name: options follow `?` or, for SQL Server, `;` behind the host".to_owned();
        return Err(AddressError::Malformed { database, problem });
    }
    Ok(())
}

/// A name of a user, as messages show one.
///
/// # Errors
/// When a password is in it: as [`check_name`], and behind a colon, where tools other than this one take it from.
pub(crate) fn check_user(database: &'static str, name: &str) -> Result<(), AddressError> {
    check_name(database, name)?;
    match percent_decoded(name).contains(':') {
        true => Err(AddressError::UserWithPassword { database }),
        false => Ok(()),
    }
}

/// Whether a path is that of another kind of address, with a login (`me:PASSWORD@host`) or an option for a password (`?key=…`).
pub(crate) fn holds_login(path: &str) -> bool {
    let decoded = percent_decoded(path).to_lowercase();
    let is_secret = |name: &str| {
        let name = name.trim();
        name == "key" || PASSWORDS.iter().any(|known| name.ends_with(known))
    };
    let mut options = decoded.split(['?', '&', ';']).skip(1);
    let has_option = options.any(|option| option.split_once('=').is_some_and(|(name, _)| is_secret(name)));
    let before_folder = path.split(['/', '\\']).next().unwrap_or_default();
    has_option || before_folder.split_once(':').is_some_and(|(_, password)| password.contains('@'))
}

/// A message in which addresses may stand, as they were typed in a wrong place: what may be the password of a login is masked.
pub fn without_passwords(message: &str) -> Cow<'_, str> {
    if !message.contains(['@', '=']) {
        return Cow::Borrowed(message);
    }
    let mut shown = String::with_capacity(message.len());
    for word in message.split_inclusive(char::is_whitespace) {
        let word = without_login(word);
        match password_option(&word) {
            Some(value) => {
                let end = word[value..].find(ESCAPE).map_or(word.trim_end().len(), |at| value + at);
                let end = value + word[value..end].trim_end_matches(['\'', '`', '"']).len();
                shown.push_str(&word[..value]);
                shown.push_str(MASK);
                shown.push_str(&word[end..]);
            }
            None => shown.push_str(&word),
        }
    }
    Cow::Owned(shown)
}

/// What a change of colours begins with.
const ESCAPE: char = '\u{1b}';

/// What is shown instead of a password.
const MASK: &str = "***";

/// `me:PASSWORD@` without the password, with or without a scheme or the one `/` that is left of it in a path.
fn without_login(word: &str) -> Cow<'_, str> {
    let Some(end) = word.rfind('@') else { return Cow::Borrowed(word) };
    let login =
        word[..end].match_indices(':').map(|(at, _)| at).find(|at| !word[at + 1..].starts_with(['/', '\\']));
    match login {
        Some(colon) => Cow::Owned(format!("{}{MASK}{}", &word[..=colon], &word[end..])),
        None => Cow::Borrowed(word),
    }
}

/// Where the value of an option for a password begins.
fn password_option(word: &str) -> Option<usize> {
    let lower = word.to_ascii_lowercase();
    let ends = lower.match_indices('=').map(|(at, _)| at);
    let of_password = |at: &usize| PASSWORDS.iter().any(|known| lower[..*at].ends_with(known));
    ends.into_iter().find(of_password).map(|at| at + 1)
}

fn is_name(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '))
}

/// A host, as addresses may name and messages show one: an `@` in it is most often that of a password.
///
/// # Errors
/// When there is an `@`, or a character that no host has.
pub(crate) fn check_host(database: &'static str, host: &str) -> Result<(), AddressError> {
    if host.contains('@') {
        return Err(AddressError::At { database });
    }
    let is_odd = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '=' | ';' | '{' | '}' | '"' | '\'' | '?' | '#' | '&')
    };
    if host.contains(is_odd) {
        let problem = "a host has a character that hosts do not have".to_owned();
        return Err(AddressError::Malformed { database, problem });
    }
    Ok(())
}

/// Whether behind the place that ends hosts there is an `@` that ends a login: then a password has a `/` or `?` that it must not have.
///
/// # Errors
/// When it is so.
pub(crate) fn check_login_ends(database: &'static str, path: &str, query: &str) -> Result<(), AddressError> {
    let is_in_query =
        query.split('&').any(|pair| pair.split('=').next().is_some_and(|name| name.contains('@')));
    if path.contains('@') || is_in_query { Err(AddressError::At { database }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_shows_no_password_of_an_address() {
        for (message, shown) in [
            (
                "unexpected argument 'postgres://me:CRET@h/db' found",
                "unexpected argument 'postgres://me:***@h/db' found",
            ),
            ("sqlserver://me:P@ss:w@h a://b:c@d", "sqlserver://me:***@h a://b:***@d"),
            (
                "postgres://me@h:5432/db, postgres://h:1/d and a@b",
                "postgres://me@h:5432/db, postgres://h:1/d and a@b",
            ),
            ("no file /home/postgres:/me:CRET@h/db", "no file /home/postgres:/me:***@h/db"),
            ("no file 'me:CRET@h/db' there", "no file 'me:***@h/db' there"),
            (
                "unexpected argument 'sqlserver://h;user=sa;Password={C;RET}' found",
                "unexpected argument 'sqlserver://h;user=sa;Password=***' found",
            ),
            ("a '\u{1b}[33mh;pwd=CRET\u{1b}[0m' b", "a '\u{1b}[33mh;pwd=***\u{1b}[0m' b"),
            ("Source: files h;pwd=CRET;x=y\nLog: C:\\a@b", "Source: files h;pwd=***\nLog: C:\\a@b"),
            ("no address", "no address"),
        ] {
            assert_eq!(without_passwords(message), shown);
        }
    }
}
