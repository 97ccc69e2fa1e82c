//! `xmlshred import-legacy`: a contract of the Python predecessor as one of ours.

use std::io::{Read, Write};
use std::path::Path;

use super::output_file::{Existing, OutputFile};
use crate::args::{ImportLegacyArgs, ReportFormat};
use crate::console;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::import_legacy::{Import, MAX_BYTES, Shown, decode, import, report_json, report_text};

/// Translates, writes the contract and tells what became of it; writes nothing when something could not be translated.
pub(crate) fn import_legacy(args: &ImportLegacyArgs) -> Result<Exit, CommandError> {
    let ImportLegacyArgs { contract: old, out, force, name, report } = args;
    // Before the work, not behind it.
    let existing = if *force { Existing::Replace } else { Existing::Keep };
    let target = out.as_deref().map(|path| OutputFile::new(path, existing)).transpose()?;
    let bytes = read(old)?;
    let source = decode(&bytes).map_err(|error| CommandError::LegacyFile {
        path: old.clone(),
        message: error.message,
        hint: error.hint,
    })?;
    let file = old.display().to_string();
    let origin = old.file_name().map_or_else(|| file.clone(), |name| name.to_string_lossy().into_owned());
    let name = name.clone().unwrap_or_else(|| name_of(old));
    let imported = import(source, &name, &origin);
    match (&imported.text, &target) {
        (Some(text), Some(target)) => target.write(text)?,
        (Some(text), None) => std::io::stdout().lock().write_all(text.as_bytes())?,
        (None, _) => {}
    }
    tell(&imported, &file, source, out.as_deref(), *report)?;
    Ok(if imported.text.is_some() { Exit::Done } else { Exit::Usage })
}

fn tell(
    imported: &Import,
    file: &str,
    source: &str,
    out: Option<&Path>,
    report: ReportFormat,
) -> Result<(), CommandError> {
    let out = out.map(|path| path.display().to_string());
    let shown = Shown { file, source, out: out.as_deref(), import: imported };
    match report {
        ReportFormat::Text => console::note(report_text(&shown)),
        ReportFormat::Json => {
            let object = report_json(&shown).map_err(std::io::Error::from)?;
            writeln!(std::io::stdout().lock(), "{object}")?;
        }
    }
    Ok(())
}

/// The file, or standard input.
fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    let failed = |source| CommandError::File { doing: "read", path: path.to_owned(), source };
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() as u64 > MAX_BYTES {
        return Err(CommandError::LegacyFile {
            path: path.to_owned(),
            message: format!("the file has more than {} MB", MAX_BYTES >> 20),
            hint: "give the JSON file of the old contract: it has some hundred kilobytes",
        });
    }
    Ok(bytes)
}

/// The contract is called like its file.
fn name_of(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.filter(|stem| stem != "-").unwrap_or_else(|| "imported".to_owned())
}
