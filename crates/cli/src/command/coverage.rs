//! `xmlshred coverage`: what documents hold and no column reads.

use std::io::Write;
use std::sync::Arc;

use xmlshred_mapping::coverage::{Coverage, Detail, Report, Why};
use xmlshred_mapping::{DocumentContext, NoRows, Plan};
use xmlshred_model::{shown, shown_lines};

use crate::args::{CoverageArgs, DocumentArgs};
use crate::console::{self, Room};
use crate::coverage;
use crate::database;
use crate::documents;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::{ContractFile, KnownFile};

/// Measures the documents; ends with 3 when one fails, or less is read than asked for.
pub(crate) fn coverage(args: &CoverageArgs) -> Result<Exit, CommandError> {
    let CoverageArgs {
        documents: DocumentArgs { documents, keys },
        all,
        accept,
        wide,
        fail_under,
        json,
        contract,
        database,
    } = args;
    documents::refuse_contracts(documents)?;
    // Before the work, not behind it.
    let known = accept.as_deref().map(KnownFile::or_empty).transpose()?;
    let connection = database::resolve_if_any(database)?;
    let file = ContractFile::read(contract)?;
    let (contract, warnings) = file.checked()?;
    if !warnings.is_empty() {
        console::note_rendered(&file.render(&warnings, console::render_style()));
    }
    let plan = Arc::new(Plan::new(contract));
    let limits = plan.contract().document.limits;
    let mut coverage = Coverage::new(Arc::clone(&plan), limits);
    let now = jiff::Timestamp::now().as_microsecond();
    let mut measured = Vec::new();
    let (mut failed_count, mut skipped_count) = (0, 0);
    documents::each(documents, keys, connection.as_ref(), &plan, &limits, &mut |document| {
        let source_columns = &document.source_columns[..];
        let context = DocumentContext {
            key: document.key.as_ref(),
            session: "coverage",
            now,
            source_columns,
            must_end: None,
        };
        let content = document.content(&plan, &limits).map_err(NoRows::from);
        match content.and_then(|content| coverage.add(content, &context)) {
            Ok(()) => measured.push(document.name),
            Err(NoRows::Skipped(_)) => skipped_count += 1,
            Err(NoRows::Failed(failure)) => {
                failed_count += 1;
                console::warn(format_args!("{} is not measured, it failed: {failure}", document.name));
            }
        }
        Ok(())
    })?;
    let report = coverage.report(if *all { Detail::Names } else { Detail::Sections });
    let shown = coverage::Shown { report: &report, documents: &measured, failed_count, skipped_count };
    let mut out = std::io::stdout().lock();
    if *json {
        writeln!(out, "{}", coverage::json(&shown).map_err(std::io::Error::from)?)?;
    } else {
        write!(out, "{}", shown_lines(&coverage::table(&shown, Room::of_terminal(*wide))))?;
    }
    if let Some(known) = known {
        accept_all(&coverage.report(Detail::Names), known)?;
    }
    let is_measured = report.document_count > 0;
    let is_under =
        fail_under.is_some_and(|percent| !is_measured || report.percent_of_occurrences() < percent);
    if let (true, Some(percent)) = (is_under, fail_under) {
        if is_measured {
            let found = report.percent_of_occurrences();
            console::warn(format_args!("{found:.2} % are read, --fail-under asks for {percent} %"));
        } else {
            console::warn(format_args!("nothing was measured, --fail-under asks for {percent} %"));
        }
    }
    Ok(if is_under || failed_count > 0 { Exit::SomeFailed } else { Exit::Done })
}

/// Adds what no path leads to to what is known.
fn accept_all(report: &Report, file: KnownFile) -> Result<(), CommandError> {
    let KnownFile { path, mut known } = file;
    let unread = report.lost.iter().filter(|lost| lost.why == Why::NoPath);
    // A name that is none of XML stands for many.
    let added = unread.filter(|lost| !lost.path.contains('…') && known.accept(&lost.path)).count();
    crate::report::write_whole(&path, &known.render())?;
    let (added, all) = (console::count(added as u64), console::count(known.len() as u64));
    console::note(format_args!("{}: {added} added, {all} known", shown(&path.display().to_string())));
    Ok(())
}
