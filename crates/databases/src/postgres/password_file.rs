//! `~/.pgpass`: <https://www.postgresql.org/docs/current/libpq-pgpass.html>

use std::fs;
use std::path::Path;

/// What a password is for.
pub(super) struct Wanted<'a> {
    /// As in the address; folders of sockets stand as `localhost`.
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// The password that the file has for this login. A file that others may read is passed over, as libpq does it.
pub(super) fn password(file: &Path, wanted: &Wanted<'_>) -> Option<String> {
    if !is_private(file) {
        return None;
    }
    fs::read_to_string(file).ok()?.lines().find_map(|line| password_of(line, wanted))
}

#[cfg(unix)]
fn is_private(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(file).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(file: &Path) -> bool {
    file.is_file()
}

/// `host:port:database:user:password`; `*` stands for anything, `\` protects `:` and `\`.
fn password_of(line: &str, wanted: &Wanted<'_>) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut rest = line;
    let port = wanted.port.to_string();
    for value in [wanted.host, &port, wanted.database, wanted.user] {
        let (field, tail) = field(rest)?;
        if field.is_any(value) {
            rest = tail;
        } else {
            return None;
        }
    }
    Some(unprotected(rest))
}

struct Field {
    text: String,
    is_star: bool,
}

impl Field {
    fn is_any(&self, value: &str) -> bool {
        self.is_star || self.text == value
    }
}

/// The text up to the next `:` that nothing protects, and what comes after it.
fn field(line: &str) -> Option<(Field, &str)> {
    let mut is_protected = false;
    let end = line.find(|character| {
        let is_end = character == ':' && !is_protected;
        is_protected = character == '\\' && !is_protected;
        is_end
    })?;
    let text = &line[..end];
    Some((Field { is_star: text == "*", text: unprotected(text) }, &line[end + 1..]))
}

fn unprotected(text: &str) -> String {
    let mut characters = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        plain.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<&str>) {
        let wanted = Wanted { host: "db", port: 5432, database: "xml", user: r"a:\b" };
        assert_eq!(password_of(line, &wanted).as_deref(), expected, "{line}");
    }

    #[test]
    fn the_line_of_the_login_is_found() {
        check(r"db:5432:xml:a\:\\b:secret", Some("secret"));
        check(r"*:*:*:*:se:c\:r\\et", Some(r"se:c:r\et"));
        check(r"\*:*:*:*:secret", None);
        check(r"db:5433:xml:*:secret", None);
        check("# *:*:*:*:secret", None);
        check("*:*:*", None);
    }
}
