//! `xmlshred explore`: documents beside the rows that they give, as a page to click through.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use xmlshred_mapping::explore::{Bounds, Explored, Explorer};
use xmlshred_mapping::{DocumentContext, Plan};
use xmlshred_model::shown;

use super::output_file::OutputFile;
use crate::args::{DocumentArgs, ExploreArgs};
use crate::console;
use crate::database;
use crate::documents::{self, Document};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::explore;
use crate::preview::Sensitive;
use crate::settings::ContractFile;

/// Values of rows that are told of one document; the rest is counted.
const MAX_CELLS: usize = 1_000_000;
/// Nodes that they read.
const MAX_READS: usize = 2_000_000;
/// Bytes of JSON of all documents. A browser reads one document at a time, but has the text of all.
const MAX_BYTES: usize = 256 << 20;

/// Writes the page; ends with 3 when a document fails.
pub(crate) fn explore(args: &ExploreArgs) -> Result<Exit, CommandError> {
    let ExploreArgs {
        documents: DocumentArgs { documents: given, keys },
        out,
        force,
        max_rows,
        show_sensitive,
        json,
        contract,
        database,
    } = args;
    documents::refuse_contracts(given)?;
    let connection = database::resolve_if_any(database)?;
    // Before the work, not behind it.
    let target = if *json { None } else { Some(OutputFile::of_page(out, "explore", *force)?) };
    let file = ContractFile::read(contract)?;
    let (contract, warnings) = file.checked()?;
    if !warnings.is_empty() {
        console::note_rendered(&file.render(&warnings, console::render_style()));
    }
    let plan = Arc::new(Plan::new(contract));
    let limits = plan.contract().document.limits;
    let bounds = Bounds { max_rows: *max_rows, max_cells: MAX_CELLS, max_reads: MAX_READS };
    let sensitive = if *show_sensitive { Sensitive::Shown } else { Sensitive::Masked };
    let mut explorer = Explorer::new(Arc::clone(&plan), limits, bounds);
    let now = jiff::Timestamp::now().as_microsecond();
    let (mut told, mut byte_count, mut left_out, mut exit) = (Vec::new(), 0, 0, Exit::Done);
    documents::each(given, keys, connection.as_ref(), &plan, &limits, &mut |document| {
        if byte_count >= MAX_BYTES {
            left_out += 1;
            return Ok(());
        }
        let explored = look_at(&mut explorer, &document, &plan, now);
        if let Some(failure) = &explored.failure {
            console::warn(format_args!("{} failed: {failure}", document.name));
            exit = Exit::SomeFailed;
        }
        let text =
            explore::document(document.name, explored, &plan, sensitive).map_err(std::io::Error::from)?;
        byte_count += text.json.len();
        told.push(text);
        Ok(())
    })?;
    if left_out > 0 {
        console::warn(format_args!("{left_out} documents are left out: the page would be too large"));
    }
    let names = told.iter().map(|document| document.name.clone()).collect();
    let head = explore::head(&plan, &file, names, left_out, explorer.offers());
    match target {
        None => {
            let json = explore::json(&head, &told).map_err(std::io::Error::from)?;
            writeln!(std::io::stdout().lock(), "{json}")?;
        }
        Some(target) => {
            target.write(&explore::page(&head, &told).map_err(std::io::Error::from)?)?;
            tell(out, told.len());
        }
    }
    Ok(exit)
}

fn look_at(explorer: &mut Explorer, document: &Document, plan: &Plan, now: i64) -> Explored {
    let source_columns = &document.source_columns[..];
    let key = document.key.as_ref();
    let context = DocumentContext { key, session: "explore", now, source_columns, must_end: None };
    match document.content(plan, &plan.contract().document.limits) {
        Ok(content) => explorer.explore(content, &context),
        Err(failure) => Explored::of_failure(key.cloned(), failure, plan),
    }
}

fn tell(out: &Path, count: usize) {
    let plural = if count == 1 { "" } else { "s" };
    let path = out.display().to_string();
    let path = shown(&path);
    console::note(format_args!(
        "{path}: {count} document{plural}; open it in a browser. It holds their values"
    ));
}
