//! Both shredders over the same contract and document.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use xmlshred_mapping::contract::{Contract, RenderStyle, load, render, target_schema};
use xmlshred_mapping::{Content, DocumentContext, Limits, Plan, ShredError, Shredder};
use xmlshred_model::{
    BatchBuilder, CellReader, DocumentKey, DocumentRecord, Outcome, OwnedValue, TargetSchema, Value, lexical,
};

use crate::NoRows;

/// What both shredders say of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// The same rows, this many.
    Rows(usize),
    /// The same reason why there are none.
    NoRows(NoRows),
}

/// The key of every document's row; documents often have it.
const KEY: DocumentKey = DocumentKey::Int(1);

/// What documents are shredded with.
pub fn context<'a>(key: &'a DocumentKey, source_columns: &'a [Option<String>]) -> DocumentContext<'a> {
    let (session, now) = ("session-1", 1_700_000_000_000_000);
    DocumentContext { key: Some(key), session, now, source_columns, must_end: None }
}

/// What the row of every document has in the columns that a contract takes.
pub fn source_columns(contract: &Contract) -> Vec<Option<String>> {
    let value = |name: &String| match &**name {
        "batch_id" => Some("7".to_owned()),
        "received_at" => Some("2026-03-01T10:00:00".to_owned()),
        "nothing" => None,
        name => Some(format!(" {name} ")),
    };
    contract.source.columns.iter().map(value).collect()
}

/// Loads a contract.
///
/// # Errors
/// What `check` says about it.
pub fn contract(text: &str) -> Result<Contract, String> {
    let loaded = load(text);
    loaded.contract.ok_or_else(|| render(&loaded.diagnostics, "contract.yaml", text, RenderStyle::Plain))
}

/// Shreds a document both ways.
///
/// # Errors
/// Both results, when they differ.
pub fn compare(contract: &Contract, document: &str) -> Result<Agreement, String> {
    let plan = Arc::new(Plan::new(contract.clone()));
    let mut shredder = Shredder::new(Arc::clone(&plan), Limits::default());
    let first = by_product(&plan, &mut shredder, document);
    let product = by_product(&plan, &mut shredder, document);
    if first != product {
        return Err(format!(
            "the second time differs\n--- first\n{}\n--- second\n{}",
            told(&first),
            told(&product)
        ));
    }
    let reference = by_reference(contract, document, &KEY);
    if product != reference {
        return Err(format!("--- reference\n{}\n--- product\n{}", told(&reference), told(&product)));
    }
    Ok(match product {
        Ok(rows) => Agreement::Rows(rows.iter().filter(|line| !line.starts_with("issue")).count()),
        Err(no_rows) => Agreement::NoRows(no_rows),
    })
}

/// The rows and issues of a document as lines, or why there are none.
pub fn by_reference(contract: &Contract, document: &str, key: &DocumentKey) -> Result<Vec<String>, NoRows> {
    let schema = &target_schema(contract);
    let source_columns = source_columns(contract);
    let shredded = crate::shred(contract, document, &context(key, &source_columns))?;
    let mut lines = Vec::new();
    for (table, rows) in shredded.tables.iter().enumerate() {
        lines.extend(rows.iter().map(|row| line(schema, table, row)));
    }
    let issues = shredded.issues.iter().map(|(&(table, column, code), &count)| (table, column, code, count));
    lines.extend(
        issues.map(|(table, column, code, count)| issue_line(schema, table, column, code.as_str(), count)),
    );
    Ok(lines)
}

fn by_product(plan: &Plan, shredder: &mut Shredder, document: &str) -> Result<Vec<String>, NoRows> {
    let schema = plan.schema();
    let mut rows = BatchBuilder::new(Arc::clone(schema));
    let source_columns = source_columns(plan.contract());
    let key = KEY;
    let context = context(&key, &source_columns);
    let shredded =
        shredder.shred(Content::Text(document), &context, &mut rows).map_err(|error| match error {
            ShredError::NoRows(xmlshred_mapping::NoRows::Failed(failure)) => NoRows::Failed(failure.code),
            ShredError::NoRows(xmlshred_mapping::NoRows::Skipped(_)) => NoRows::Skipped,
            ShredError::Interrupted => unreachable!("nobody interrupts"),
        })?;
    rows.finish_document(DocumentRecord {
        key: KEY,
        outcome: Outcome::Success,
        issues: Vec::new(),
        document_hash: 0,
        source_version: None,
        byte_count: 0,
        duration: Duration::ZERO,
        processed_at: 0,
    });
    let batch = rows.finish();
    let mut lines = Vec::new();
    for (at, table) in schema.tables.iter().enumerate() {
        let rows = batch.rows(at);
        let columns = table.columns.iter().zip(rows.columns());
        let readers = columns
            .map(|(column, array)| CellReader::new(array.as_ref(), column.data_type))
            .collect::<Vec<_>>();
        for row in 0..rows.num_rows() {
            let values = readers.iter().map(|reader| reader.value(row).to_owned_value()).collect::<Vec<_>>();
            lines.push(line(schema, at, &values));
        }
    }
    let mut issues = shredded.issues;
    issues.sort_by_key(|issue| (issue.table, issue.column, issue.code));
    lines.extend(
        issues
            .iter()
            .map(|issue| issue_line(schema, issue.table, issue.column, issue.code.as_str(), issue.count)),
    );
    Ok(lines)
}

fn line(schema: &TargetSchema, table: usize, values: &[OwnedValue]) -> String {
    let table = &schema.tables[table];
    let mut line = format!("{}:", table.name);
    for (column, value) in table.columns.iter().zip(values) {
        let value = match value.as_value() {
            Value::Null => "null".to_owned(),
            Value::Uuid(_) => "(a uuid)".to_owned(),
            Value::Text(text) => format!("{text:?}"),
            value => {
                let mut text = String::new();
                lexical::format(&value, &mut text);
                text
            }
        };
        write!(line, " {}={value}", column.name).expect("writing to a string succeeds");
    }
    line
}

fn issue_line(schema: &TargetSchema, table: u32, column: u32, code: &str, count: u32) -> String {
    let table = &schema.tables[table as usize];
    format!("issue: {}.{} {code} {count}", table.name, table.columns[column as usize].name)
}

fn told(result: &Result<Vec<String>, NoRows>) -> String {
    match result {
        Ok(lines) => lines.join("\n"),
        Err(no_rows) => no_rows.to_string(),
    }
}
