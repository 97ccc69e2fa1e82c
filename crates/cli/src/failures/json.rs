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
    groups: &'a [GroupAnswer],
}

/// Documents that failed for one reason, with what it means and what to type next.
#[derive(Debug, Serialize)]
pub(crate) struct GroupAnswer {
    pub(crate) stage: String,
    pub(crate) code: String,
    pub(crate) table: Option<String>,
    pub(crate) column: Option<String>,
    pub(crate) contract_line: Option<usize>,
    pub(crate) count: u64,
    pub(crate) examples: Vec<Example>,
    pub(crate) meaning: Option<&'static str>,
    pub(crate) reasons: &'static [&'static str],
    pub(crate) remedy: Option<&'static str>,
    pub(crate) next: Vec<String>,
}

/// One of them.
#[derive(Debug, Serialize)]
pub(crate) struct Example {
    pub(crate) key: Value,
    pub(crate) message: String,
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
    let groups = &answers(groups, schema)[..];
    serde_json::to_string(&Answer { version: 1, documents, failed, groups })
}

/// What is told of each group.
pub(crate) fn answers(groups: &[Group], schema: &TargetSchema) -> Vec<GroupAnswer> {
    let answer = |group: &Group| {
        let Group { cause, count, examples, line } = group;
        let help = cause.known().map(|code| (code.explanation(), code.help()));
        let example = |(key, message): &(_, String)| Example { key: key_json(key), message: message.clone() };
        GroupAnswer {
            stage: cause.stage.clone(),
            code: cause.code.clone(),
            table: cause.table.clone(),
            column: cause.column.clone(),
            contract_line: *line,
            count: *count,
            examples: examples.iter().map(example).collect(),
            meaning: help.as_ref().map(|(explanation, _)| *explanation),
            reasons: help.as_ref().map_or(&[], |(_, help)| help.reasons),
            remedy: help.as_ref().map(|(_, help)| help.remedy),
            next: commands(group, schema),
        }
    };
    groups.iter().map(answer).collect()
}
