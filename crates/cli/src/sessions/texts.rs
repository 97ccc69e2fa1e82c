//! Texts of the contract that runs have used. The log keeps their hashes alone; a run puts the text beside its metrics, so that what changed can
//! be told.

use std::path::{Path, PathBuf};

use serde::Serialize;
use similar::{ChangeTag, TextDiff};
use xmlshred_mapping::contract::{self, Contract};

use crate::error::CommandError;
use crate::report::write_whole;
use crate::settings::ContractFile;

/// Unchanged lines around a change.
const AROUND: usize = 2;
/// Lines of a change that are told.
const MAX_LINES: usize = 300;
/// No contract is as long.
const MAX_BYTES: u64 = 16 << 20;

/// How one text of the contract became another.
#[derive(Debug, Serialize)]
pub(crate) struct TextChange {
    /// Hashes.
    pub(crate) from: String,
    pub(crate) to: String,
    /// Lines; `null` with no lines where one of the texts is not kept.
    pub(crate) removed: Option<u64>,
    pub(crate) added: Option<u64>,
    pub(crate) lines: Vec<TextLine>,
    /// Lines for which there was no room.
    pub(crate) left_out: u64,
}

/// A line of a change.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TextLine {
    /// `-`, `+`, or a blank for a line that is the same.
    pub(crate) sign: char,
    /// In the text that has it, from 1.
    pub(crate) number: usize,
    pub(crate) text: String,
}

/// Puts the contract's text beside the metrics, unless it is there.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn keep(file: &ContractFile, contract: &Contract, folder: &Path) -> Result<(), CommandError> {
    let path = path(folder, &contract.hash);
    if path.exists() { Ok(()) } else { write_whole(&path, &file.text) }
}

fn path(folder: &Path, hash: &str) -> PathBuf {
    folder.join(format!("contract_{hash}.yaml"))
}

/// The text with this hash, where it is kept and is that text still. A hash is what others may have written in the log.
fn kept(folder: &Path, hash: &str) -> Option<String> {
    let is_hash = hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let path = is_hash.then(|| path(folder, hash))?;
    let is_fit = std::fs::metadata(&path).is_ok_and(|metadata| metadata.len() <= MAX_BYTES);
    let text = is_fit.then(|| std::fs::read_to_string(&path).ok())??;
    (contract::hash_of(&text) == hash).then_some(text)
}

/// What lies between two texts; `now` is the contract at hand.
pub(super) fn change(from: &str, to: &str, folder: &Path, now: (&str, &str)) -> TextChange {
    let text = |hash: &str| if hash == now.0 { Some(now.1.to_owned()) } else { kept(folder, hash) };
    let mut change = TextChange {
        from: from.to_owned(),
        to: to.to_owned(),
        removed: None,
        added: None,
        lines: Vec::new(),
        left_out: 0,
    };
    if let (Some(old), Some(new)) = (text(from), text(to)) {
        compare(&old, &new, &mut change);
    }
    change
}

fn compare(old: &str, new: &str, change: &mut TextChange) {
    let (mut removed, mut added) = (0, 0);
    let diff = TextDiff::from_lines(old, new);
    for operation in diff.grouped_ops(AROUND).iter().flatten() {
        for line in diff.iter_changes(operation) {
            let (sign, at) = match line.tag() {
                ChangeTag::Delete => ('-', line.old_index()),
                ChangeTag::Insert => ('+', line.new_index()),
                ChangeTag::Equal => (' ', line.new_index()),
            };
            removed += u64::from(sign == '-');
            added += u64::from(sign == '+');
            if change.lines.len() >= MAX_LINES {
                change.left_out += 1;
                continue;
            }
            let text = line.value().trim_end_matches(['\n', '\r']).to_owned();
            change.lines.push(TextLine { sign, number: at.map_or(0, |at| at + 1), text });
        }
    }
    (change.removed, change.added) = (Some(removed), Some(added));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_told_with_the_lines_around_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let texts = ["a\nb\nc\nd\ne\nf\n", "a\nb\nc\nD\ne\nf\n"];
        let hashes = texts.map(contract::hash_of);
        std::fs::write(path(folder.path(), &hashes[0]), texts[0]).unwrap();
        let told = change(&hashes[0], &hashes[1], folder.path(), (&hashes[1], texts[1]));
        let lines: Vec<_> =
            told.lines.iter().map(|line| format!("{}{} {}", line.sign, line.number, line.text)).collect();
        assert_eq!(lines, [" 2 b", " 3 c", "-4 d", "+4 D", " 5 e", " 6 f"]);
        assert_eq!((told.removed, told.added), (Some(1), Some(1)));
        // What somebody has written over is not that text any more.
        std::fs::write(path(folder.path(), &hashes[0]), "x").unwrap();
        let told = change(&hashes[0], &hashes[1], folder.path(), (&hashes[1], texts[1]));
        assert!(told.removed.is_none() && told.lines.is_empty(), "{told:?}");
        assert!(kept(folder.path(), "../../../../../../../../etc/passwd00").is_none());
    }
}
