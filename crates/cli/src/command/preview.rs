//! `xmlshred preview`: the rows that documents would give.

use std::io::Write;
use std::sync::Arc;

use xmlshred_mapping::{NoRows, Plan};
use xmlshred_model::shown_lines;

use crate::args::{DocumentArgs, PreviewArgs, PreviewFormat};
use crate::console::{self, Room};
use crate::database;
use crate::documents;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::preview::{self, Preview, Previewer, Sensitive};
use crate::settings::ContractFile;

/// Prints the rows; ends with 3 when a document fails.
pub(crate) fn preview(args: &PreviewArgs) -> Result<Exit, CommandError> {
    let PreviewArgs {
        documents: DocumentArgs { documents, keys },
        format,
        json,
        dialect,
        show_sensitive,
        wide,
        contract,
        database,
    } = args;
    documents::refuse_contracts(documents)?;
    let connection = database::resolve_if_any(database)?;
    let file = ContractFile::read(contract)?;
    let (contract, warnings) = file.checked()?;
    if !warnings.is_empty() {
        console::note_rendered(&file.render(&warnings, console::render_style()));
    }
    let plan = Arc::new(Plan::new(contract));
    let now = jiff::Timestamp::now().as_microsecond();
    let mut previewer = Previewer::new(Arc::clone(&plan), now);
    let limits = previewer.limits();
    let sensitive = if *show_sensitive { Sensitive::Shown } else { Sensitive::Masked };
    let mut exit = Exit::Done;
    let mut show = |preview: &Preview| -> Result<(), CommandError> {
        if let Some(NoRows::Failed(_)) = preview.no_rows {
            exit = Exit::SomeFailed;
        }
        let mut out = std::io::stdout().lock();
        match if *json { PreviewFormat::Json } else { *format } {
            PreviewFormat::Table => {
                let table = preview::table(preview, sensitive, Room::of_terminal(*wide));
                writeln!(out, "{}", shown_lines(&table))?;
            }
            PreviewFormat::Json => {
                writeln!(out, "{}", preview::json(preview).map_err(std::io::Error::from)?)?;
            }
            PreviewFormat::Sql => write!(out, "{}", preview::sql(preview, database::dialect(*dialect)))?,
        }
        Ok(())
    };
    documents::each(documents, keys, connection.as_ref(), &plan, &limits, &mut |document| {
        show(&previewer.preview(document))
    })?;
    Ok(exit)
}
