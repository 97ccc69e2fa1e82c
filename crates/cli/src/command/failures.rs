//! `xmlshred failures`: which documents failed, and why, from the log.

use std::fs::OpenOptions;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use xmlshred_engine::documents;
use xmlshred_engine::ports::{Entries, Fetched, Ports};
use xmlshred_mapping::Plan;
use xmlshred_model::{DocumentKey, shown_lines};
use xxhash_rust::xxh3::xxh3_128;

use crate::args::FailuresArgs;
use crate::console::{self, count};
use crate::database::{self, NoFiles};
use crate::entries;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::failures::{self, Cause, Filter, Groups};
use crate::settings::ContractFile;
use crate::unreadable::Unreadable;

/// Documents that are read at once.
const EXPORTED_TOGETHER: usize = 50;

/// Prints the failed documents by cause, or their keys; writes them to files where that is asked for.
pub(crate) fn failures(args: &FailuresArgs) -> Result<Exit, CommandError> {
    let FailuresArgs { which, keys, export, json, contract, database: address } = args;
    let connection = database::resolve(address)?;
    let file = ContractFile::read(contract)?;
    let plan = Plan::new(file.checked()?.0);
    let ports = database::open_to_read(&connection, &plan, NoFiles::Wait)?;
    let failed = |error| CommandError::port("cannot read the log", error);
    let mut journal = ports.journal().map_err(failed)?;
    let filter = Filter::new(which, &plan, &mut || ports.source())?;
    let mut groups = Groups::default();
    let mut failed_keys = Vec::new();
    let mut out = std::io::stdout().lock();
    let mut failed_count = 0_u64;
    entries::named(&mut *journal, Entries::Failed, filter.keys(), &mut |page| {
        for entry in page {
            let (cause, message) = Cause::of(entry, plan.schema());
            if !filter.takes(entry, &cause) {
                continue;
            }
            failed_count += 1;
            if *keys {
                writeln!(out, "{}", entry.key)?;
            } else {
                groups.add(&entry.key, &cause, &message);
            }
            if export.is_some() {
                failed_keys.push(entry.key.clone());
            }
        }
        Ok(())
    })?;
    if failed_count == 0
        && let Some(doubt) = filter.into_doubt()
    {
        return Err(doubt.into());
    }
    if let Some(folder) = export {
        write_documents(&*ports, &failed_keys, folder, plan.contract().document.limits.max_bytes)?;
    }
    let exit = if failed_count == 0 { Exit::Done } else { Exit::SomeFailed };
    if *keys {
        return Ok(exit);
    }
    let tallies = journal.tally().map_err(failed)?;
    let document_count = tallies.iter().map(xmlshred_engine::ports::LogTally::document_count).sum();
    let others = groups.others;
    let groups = groups.sorted(&file);
    if *json {
        let line = failures::json(document_count, failed_count, &groups, plan.schema());
        writeln!(out, "{}", line.map_err(std::io::Error::from)?)?;
        return Ok(exit);
    }
    let contract = file.path.display().to_string();
    let reasons = match groups.len() {
        0 => String::new(),
        1 => ", for one reason".to_owned(),
        reasons => format!(", for {} reasons", count(reasons as u64)),
    };
    let mut text =
        format!("{} of {} documents failed{reasons}\n", count(failed_count), count(document_count));
    text += &failures::text(&groups, &contract, plan.schema(), console::columns());
    if others > 0 {
        text += &format!("\n{}  for further reasons\n", count(others));
    }
    write!(out, "{}", shown_lines(&text))?;
    Ok(exit)
}

/// Writes documents to files of a folder; those that cannot be read are told.
fn write_documents(
    ports: &dyn Ports,
    keys: &[DocumentKey],
    folder: &Path,
    max_bytes: u64,
) -> Result<(), CommandError> {
    let wrong = |doing, path: &Path| {
        let path = path.to_owned();
        move |source| CommandError::File { doing, path, source }
    };
    let mut source = ports.source().map_err(|error| CommandError::port("cannot open the source", error))?;
    std::fs::create_dir_all(folder).map_err(wrong("make folder", folder))?;
    let mut missing = keys.len();
    let mut unreadable = Unreadable::new("is not written");
    for part in keys.chunks(EXPORTED_TOGETHER) {
        let mut written = Ok(());
        let read = documents::each(ports, &mut source, part, max_bytes, &mut |key, row| {
            let document = match row {
                Ok(row) => row.document,
                Err(error) => {
                    unreadable.tell(key, &error);
                    return ControlFlow::Continue(());
                }
            };
            written = match &document {
                Fetched::Text(text) => write_new(&folder.join(file_name(key)), text.as_bytes()),
                Fetched::Bytes(bytes) => write_new(&folder.join(file_name(key)), bytes),
                Fetched::Null | Fetched::TooLarge(_) => return ControlFlow::Continue(()),
            };
            missing -= usize::from(written.is_ok());
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        read.map_err(|error| CommandError::port("cannot read the documents", error))?;
        written?;
    }
    unreadable.tell_the_rest();
    let written = keys.len() - missing;
    let missing = missing as u64 - unreadable.count();
    console::note(format_args!("{} documents written to {}", count(written as u64), folder.display()));
    if missing > 0 {
        console::note(format_args!(
            "{} documents were not: they are null, larger than the limit, or not in the source any more",
            count(missing)
        ));
    }
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let wrong = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::AlreadyExists => CommandError::ExportExists { path: path.to_owned() },
        _ => CommandError::File { doing: "write", path: path.to_owned(), source },
    };
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(wrong)?;
    file.write_all(bytes).map_err(wrong)
}

/// The longest name, in bytes, that file systems take.
const MAX_NAME: usize = 255;
const ENDING: &str = ".xml";

/// `17.xml`. What file systems do not take, or take for the same, is written as hexadecimal digits; what is too long ends with a hash.
fn file_name(key: &DocumentKey) -> String {
    let mut name = String::new();
    for byte in key.spelled().bytes() {
        let is_plain = byte.is_ascii_digit() || byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_');
        if is_plain || byte == b'.' && !name.is_empty() {
            name.push(char::from(byte));
        } else {
            name += &format!("%{byte:02x}");
        }
    }
    if name.len() + ENDING.len() > MAX_NAME {
        let hash = format!("~{:032x}", xxh3_128(key.spelled().as_bytes()));
        name.truncate(MAX_NAME - ENDING.len() - hash.len());
        name += &hash;
    }
    name + ENDING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_leave_no_folder_and_stay_apart() {
        let check = |key: &str, expected| assert_eq!(file_name(&DocumentKey::typed(key)), expected);
        check("17", "17.xml");
        check("-5", "-5.xml");
        check("../x", "%2e.%2fx.xml");
        check("Ab", "%41b.xml");
        check("ä b", "%c3%a4%20b.xml");
    }

    #[test]
    fn names_of_files_are_as_long_as_file_systems_take_them_and_stay_apart() {
        let name = |key: &str| file_name(&DocumentKey::Text(key.into()));
        assert_eq!(name(&"A".repeat(83)), "%41".repeat(83) + ".xml");
        let folder = tempfile::tempdir().unwrap();
        let long = ["A".repeat(84), "A".repeat(85), "A".repeat(84) + "b", "ü".repeat(400), "x".repeat(252)];
        for key in &long {
            assert!(name(key).len() <= 255, "{key}");
            write_new(&folder.path().join(name(key)), b"<a/>").unwrap();
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), long.len());
        assert!(name(&long[0]).starts_with(&"%41".repeat(72)) && name(&long[0]).ends_with(".xml"));
    }
}
