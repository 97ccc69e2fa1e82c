//! `xmlshred explain`: where the values of a table come from.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use xmlshred_mapping::explain::LetSet;
use xmlshred_mapping::{DocumentContext, Plan};
use xmlshred_model::shown_lines;

use crate::args::{ExplainArgs, KeyArgs};
use crate::console;
use crate::database;
use crate::documents;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::explain::{self, Selection, Shown};
use crate::preview::Sensitive;
use crate::settings::{ContractFile, SettingsError};

/// Explains; ends with 3 when the document fails.
pub(crate) fn explain(args: &ExplainArgs) -> Result<Exit, CommandError> {
    let ExplainArgs { names, key, row, max_rows, show_sensitive, json, contract, database } = args;
    let (paths, keys, wanted) = match (&names[..], key) {
        ([wanted], Some(key)) => (Vec::new(), vec![key.clone()], wanted),
        ([document, wanted], None) => (vec![PathBuf::from(document)], Vec::new(), wanted),
        _ => return Err(SettingsError::ExplainWhat.into()),
    };
    let keys = KeyArgs { key: keys, sample: None };
    documents::refuse_contracts(&paths)?;
    let connection = database::resolve_if_any(database)?;
    let file = ContractFile::read(contract)?;
    let (contract, warnings) = file.checked()?;
    if !warnings.is_empty() {
        console::note_rendered(&file.render(&warnings, console::render_style()));
    }
    let plan = Arc::new(Plan::new(contract));
    let selection = Selection::parse(wanted, *row, *max_rows, &plan)?;
    let limits = plan.contract().document.limits;
    let now = jiff::Timestamp::now().as_microsecond();
    let sensitive = if *show_sensitive { Sensitive::Shown } else { Sensitive::Masked };
    let mut exit = Exit::Done;
    documents::each(&paths, &keys, connection.as_ref(), &plan, &limits, &mut |document| {
        let source_columns = &document.source_columns[..];
        let context = DocumentContext {
            key: document.key.as_ref(),
            session: "explain",
            now,
            source_columns,
            must_end: None,
        };
        let content = match document.content(&plan, &limits) {
            Ok(content) => content,
            Err(failure) => {
                console::warn(format_args!("{} failed: {failure}", document.name));
                exit = Exit::SomeFailed;
                return Ok(());
            }
        };
        let explanation =
            xmlshred_mapping::explain::explain(&plan, limits, content, &context, selection.asked());
        if explanation.failure.is_some() {
            exit = Exit::SomeFailed;
        }
        if let Some(row) = selection.row
            && explanation.failure.is_none()
            && explanation.skipped.is_none()
            && (row == 0 || row > explanation.row_count)
        {
            let table = plan.contract().tables[selection.table].name.clone();
            let (document, count) = (document.name.clone(), explanation.row_count);
            return Err(SettingsError::NoSuchRow { document, table, row, count }.into());
        }
        let shown = Shown {
            document: &document.name,
            explanation: &explanation,
            selection: &selection,
            sensitive,
            plan: &plan,
            read: LetSet::read_by(plan.contract(), selection.table, selection.column.as_deref()),
        };
        let mut out = std::io::stdout().lock();
        if *json {
            writeln!(out, "{}", explain::json(&shown))?;
        } else {
            write!(out, "{}", shown_lines(&explain::text(&shown)))?;
        }
        Ok(())
    })?;
    Ok(exit)
}
