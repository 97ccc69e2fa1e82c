//! Whether two answers are one but for what differs from day to day.

use std::sync::LazyLock;

use regex::Regex;

/// What differs, and the word that takes its place. Blanks and lines of tables are as wide as what stands between them.
const MASKS: [(&str, &str); 9] = [
    ("[0-9]{8}_[0-9]{6}_[0-9a-f]{4}", "SESSION"),
    ("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\\.[0-9]+)?Z", "TIME"),
    ("\\b[0-9a-f]{32}\\b", "HASH"),
    ("xmlshred [0-9]+\\.[0-9]+\\.[0-9]+", "xmlshred VERSION"),
    ("[0-9][0-9,.]* (documents/min|MB/s|MB\\b|kB\\b)", "RATE $1"),
    ("\\b[0-9][0-9,.]* (ms|s|min|m|h)\\b", "DURATION"),
    ("Workers: [0-9]+", "Workers: N"),
    ("─+|═+", "─"),
    (" +", " "),
];

fn masked(line: &str) -> String {
    static COMPILED: LazyLock<Vec<(Regex, &str)>> =
        LazyLock::new(|| MASKS.iter().map(|(mask, word)| (Regex::new(mask).unwrap(), *word)).collect());
    let masked = COMPILED
        .iter()
        .fold(line.to_owned(), |text, (mask, word)| mask.replace_all(&text, *word).into_owned());
    masked.trim_end().to_owned()
}

/// Whether the page shows what was said. `…` alone on a line stands for any lines.
pub(super) fn is_shown(shows: &[&str], said: &[&str]) -> bool {
    match (shows, said) {
        ([], said) => said.is_empty(),
        (["…", rest @ ..], said) => {
            is_shown(rest, said) || (!said.is_empty() && is_shown(shows, &said[1..]))
        }
        ([line, rest @ ..], [found, later @ ..]) => masked(line) == masked(found) && is_shown(rest, later),
        (_, []) => false,
    }
}

#[test]
fn what_differs_from_day_to_day_is_left_out_and_nothing_else() {
    let told = ["Rows: 225 in 1.2 s", "Session: 20261128_120807_fe82", "a", "b"];
    assert!(is_shown(&["Rows: 225 in 9 ms", "…", "b"], &told));
    assert!(!is_shown(&["Rows: 226 in 9 ms", "…", "b"], &told));
    assert!(!is_shown(&["Rows: 225 in 1.2 s", "…", "a"], &told));
    assert!(!is_shown(&[], &told));
}
