//! What the shredder tells, in the words of an explanation.

use crate::contract::{CLEANERS, Clean, Column, ColumnSource, Generate};
use crate::plan::Plan;
use crate::shred::{CodeEntry, Step};

use super::explanation::ExplainedStep;
use super::shortener::Shortener;

/// Where a column's value comes from, as the contract says.
pub fn source(plan: &Plan, column: &Column) -> String {
    match &column.source {
        ColumnSource::Path(_) => {
            let paths = column.paths().map(|path| &*path.text).collect::<Vec<_>>().join(", ");
            match &column.via {
                None => format!("path {paths}"),
                Some(via) => format!("path {paths}, expr {}", via.text),
            }
        }
        ColumnSource::Expression(bound) => format!("expr {}", bound.text),
        ColumnSource::Parent { table, column } => {
            let table = &plan.contract().tables[*table];
            format!("parent {}.{}", table.name, table.templates[0].columns[*column].name)
        }
        ColumnSource::Constant(_) => "value".to_owned(),
        ColumnSource::Source(index) => format!("source {}", plan.contract().source.columns[*index]),
        ColumnSource::Generate(generate) => format!(
            "generate {}",
            match generate {
                Generate::RowNumber => "row_number",
                Generate::DocumentKey => "document_key",
                Generate::Session => "session",
                Generate::Now => "now",
                Generate::Uuid => "uuid",
            }
        ),
    }
}

pub(super) fn in_words(step: Step<'_>, shortener: &Shortener) -> ExplainedStep {
    match step {
        Step::OfSource { text: Some(text), .. } => ExplainedStep::OfSource(shortener.text(text)),
        Step::OfSource { text: None, has_row: true } => ExplainedStep::NullInSource,
        Step::OfSource { text: None, has_row: false } => ExplainedStep::NoSourceRow,
        Step::Cleaned(clean, text) => ExplainedStep::Cleaned(clean_name(clean), shortener.text(text)),
        Step::Nil => ExplainedStep::Nil,
        Step::Blank => ExplainedStep::Blank,
        Step::NullValue => ExplainedStep::NullValue,
        Step::Coded { list, entry, value } => {
            let entry = match entry {
                CodeEntry::Text(text) => text,
                CodeEntry::Blank => "",
                CodeEntry::Other => "*",
            };
            ExplainedStep::Coded(list.name.clone(), shortener.text(entry), shortener.value(&value))
        }
        Step::Unmapped { list } => ExplainedStep::Unmapped(list.name.clone()),
        Step::Parsed(value) | Step::Assigned(value) => ExplainedStep::Converted(shortener.value(&value)),
        Step::Invalid(error) => ExplainedStep::Invalid(error.to_string()),
        Step::Truncated(text) => ExplainedStep::Truncated(shortener.text(text)),
        Step::Default(value) => ExplainedStep::Default(shortener.value(&value)),
    }
}

fn clean_name(clean: Clean) -> &'static str {
    let name = CLEANERS.iter().find(|(_, known)| *known == clean).map(|(name, _)| *name);
    name.expect("every step has a word")
}
