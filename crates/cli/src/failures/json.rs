//! Failed documents for programs.

use serde::Serialize;
use serde_json::Value;
use xmlshred_model::TargetSchema;

use super::Group;
use super::text::commands;
use crate::database::key_json;

/// What `failures --json` prints.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    /// Documents that the log has.
    documents: u64,
    /// Documents that failed and are meant.
    failed: u64,
    groups: Vec<GroupAnswer<'a>>,
}

#[derive(Serialize)]
struct GroupAnswer<'a> {
    stage: &'a str,
    code: &'a str,
    table: Option<&'a str>,
    column: Option<&'a str>,
    contract_line: Option<usize>,
    count: u64,
    examples: Vec<Example<'a>>,
    meaning: Option<&'a str>,
    reasons: &'a [&'a str],
    remedy: Option<&'a str>,
    next: Vec<String>,
}

#[derive(Serialize)]
struct Example<'a> {
    key: Value,
    message: &'a str,
}

/// One line.
///
/// # Errors
/// None that can happen: everything in it is text or a number.
pub(crate) fn json(
    documents: u64,
    failed: u64,
    groups: &[Group],
    schema: &TargetSchema,
) -> serde_json::Result<String> {
    let groups = groups.iter().map(|group| {
        let Group { cause, count, examples, line } = group;
        let help = cause.known().map(|code| (code.explanation(), code.help()));
        GroupAnswer {
            stage: &cause.stage,
            code: &cause.code,
            table: cause.table.as_deref(),
            column: cause.column.as_deref(),
            contract_line: *line,
            count: *count,
            examples: examples.iter().map(|(key, message)| Example { key: key_json(key), message }).collect(),
            meaning: help.as_ref().map(|(explanation, _)| *explanation),
            reasons: help.as_ref().map_or(&[], |(_, help)| help.reasons),
            remedy: help.as_ref().map(|(_, help)| help.remedy),
            next: commands(group, schema),
        }
    });
    serde_json::to_string(&Answer { version: 1, documents, failed, groups: groups.collect() })
}
