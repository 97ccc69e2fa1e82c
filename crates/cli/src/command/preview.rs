//! `xmlshred preview`: the rows that documents would give.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use xmlshred_engine::ports::Fetched;
use xmlshred_mapping::Plan;
use xmlshred_model::DocumentKey;

use crate::args::{PreviewArgs, PreviewFormat};
use crate::console;
use crate::database;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::preview::{self, Preview, Previewer, Sensitive};
use crate::settings::{ContractFile, SettingsError};

/// Prints the rows; ends with 3 when a document fails.
pub(crate) fn preview(args: &PreviewArgs) -> Result<Exit, CommandError> {
    let PreviewArgs { documents, key: keys, format, dialect, show_sensitive, contract, database } = args;
    let connection = database::resolve_if_any(database)?;
    let file = ContractFile::read(contract)?;
    let (contract, warnings) = file.checked()?;
    if !warnings.is_empty() {
        console::note(file.render(&warnings, console::render_style()).trim_end());
    }
    let plan = Arc::new(Plan::new(contract));
    let now = jiff::Timestamp::now().as_microsecond();
    let mut previewer = Previewer::new(Arc::clone(&plan), now);
    let sensitive = if *show_sensitive { Sensitive::Shown } else { Sensitive::Masked };
    let mut exit = Exit::Done;
    let mut show = |preview: &Preview| -> Result<(), CommandError> {
        if preview.failure.is_some() {
            exit = Exit::SomeFailed;
        }
        let mut out = std::io::stdout().lock();
        match format {
            PreviewFormat::Table => writeln!(out, "{}", preview::table(preview, sensitive))?,
            PreviewFormat::Json => {
                writeln!(out, "{}", preview::json(preview).map_err(std::io::Error::from)?)?;
            }
            PreviewFormat::Sql => write!(out, "{}", preview::sql(preview, database::dialect(*dialect)))?,
        }
        Ok(())
    };
    for path in documents {
        let name = path.display().to_string();
        let fetched = read(path, previewer.max_bytes())
            .map_err(|source| CommandError::Document { name: name.clone(), source })?;
        show(&previewer.preview(name, None, &fetched))?;
    }
    if !keys.is_empty() {
        let connection = connection.ok_or(SettingsError::NoDatabase)?;
        let mut source = database::source(&connection, &plan)?;
        for &key in keys {
            let key = DocumentKey(key);
            let fetched = database::read_document(&mut *source, key, previewer.max_bytes())?;
            show(&previewer.preview(key.to_string(), Some(key), &fetched))?;
        }
    }
    Ok(exit)
}

/// A document in a file, or on standard input.
pub(super) fn read(path: &Path, max_bytes: u64) -> std::io::Result<Fetched> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        // One more than allowed tells too large from just fitting.
        std::io::stdin().lock().take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path)?;
        let byte_count = file.metadata()?.len();
        if byte_count > max_bytes {
            return Ok(Fetched::TooLarge(byte_count));
        }
        file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    }
    let byte_count = bytes.len() as u64;
    Ok(if byte_count > max_bytes { Fetched::TooLarge(byte_count) } else { Fetched::Bytes(bytes) })
}
