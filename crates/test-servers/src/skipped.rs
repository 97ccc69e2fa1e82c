//! Tests that cannot run here say so, by name and with the way to enable them.

use std::fmt::Display;
use std::io::Write as _;

/// A file that `./x test` shows at its end: the output of tests that pass is not shown.
const FILE_VARIABLE: &str = "XMLSHRED_SKIPPED";

/// Says that a test is skipped, and why.
#[expect(clippy::print_stderr, reason = "what is skipped is said")]
pub fn skip(what: &str, why: &dyn Display) {
    eprintln!("skipped: {what}: {why}");
    let Some(file) = std::env::var_os(FILE_VARIABLE) else { return };
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(file);
    if let Ok(mut file) = opened {
        // One write: several tests do it at once.
        let _ = file.write_all(format!("skipped: {what}: {why}\n").as_bytes());
    }
}
