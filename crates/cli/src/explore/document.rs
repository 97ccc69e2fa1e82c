//! One document with its rows, as the page reads it. Texts are indices into `strings`; names of members are short, as there are many.

use serde::Serialize;
use xmlshred_mapping::Plan;
use xmlshred_mapping::contract::Column;
use xmlshred_mapping::explain::{CellKind, CellResult};
use xmlshred_mapping::explore::{Cell, Explored, Fate, Node, NodeKind, Row, RowFate};
use xmlshred_model::OwnedValue;

use super::strings::{MASKED, NONE, Strings};
use crate::explain::{BLANK_LINE, masked_value, predicate_line, step_line, where_line};
use crate::preview::Sensitive;

/// A document's name, and its JSON.
pub(crate) struct DocumentText {
    pub(crate) name: String,
    pub(crate) json: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    name: &'a str,
    key: Option<String>,
    failure: Option<String>,
    skipped: Option<&'a str>,
    strings: Vec<String>,
    nodes: Nodes,
    lets: Vec<CellObject>,
    rows: Vec<RowObject>,
    row_counts: &'a [usize],
    more_not_made: usize,
}

/// All nodes, member by member.
#[derive(Serialize)]
struct Nodes {
    /// `e`lement, `a`ttribute, `t`ext
    kind: String,
    /// `r`ead, `c`ondition only, in `n`o row, `i`gnored, `u`nread, `-`
    fate: String,
    name: Vec<i64>,
    parent: Vec<i64>,
    line: Vec<u32>,
    column: Vec<u32>,
    value: Vec<i64>,
    path: Vec<u32>,
}

#[derive(Serialize)]
struct RowObject {
    /// Table.
    t: usize,
    /// Template.
    p: usize,
    /// Node.
    n: u32,
    /// Number of a row that is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    r: Option<usize>,
    /// Why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    w: Option<String>,
    /// The node of the row that was kept instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    o: Option<u32>,
    c: Vec<CellObject>,
}

#[derive(Serialize)]
struct CellObject {
    /// Index of the column; of a `let`, from -1 down.
    k: i64,
    v: i64,
    /// Nodes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    n: Vec<u32>,
    /// How many more.
    #[serde(skip_serializing_if = "is_zero")]
    m: usize,
    /// Steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    s: Vec<i64>,
    /// Inputs of the expression.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    i: Vec<(String, i64)>,
    /// Issues.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    x: Vec<&'static str>,
    /// Failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    f: Option<String>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The JSON of a document.
pub(crate) fn document(
    name: String,
    explored: Explored,
    plan: &Plan,
    sensitive: Sensitive,
) -> serde_json::Result<DocumentText> {
    let Explored { key, failure, skipped, nodes, lets, rows, row_counts, more_not_made } = explored;
    let mut writer = Writer { plan, sensitive, strings: Strings::default() };
    let nodes = writer.nodes(&nodes);
    let of_document = |cell: &Cell| plan.contract().lets.get(cell.told.index).map(|item| &item.column);
    let lets = lets.iter().map(|cell| writer.cell(cell, of_document(cell))).collect();
    let rows = rows.into_iter().map(|row| writer.row(row)).collect();
    let answer = Answer {
        name: &name,
        key: key.map(|key| key.to_string()),
        failure: failure.map(|failure| failure.to_string()),
        skipped: skipped.as_deref(),
        strings: writer.strings.into_list(),
        nodes,
        lets,
        rows,
        row_counts: &row_counts,
        more_not_made,
    };
    let json = serde_json::to_string(&answer)?;
    Ok(DocumentText { name, json })
}

struct Writer<'p> {
    plan: &'p Plan,
    sensitive: Sensitive,
    strings: Strings,
}

impl Writer<'_> {
    fn sensitive(&self, is_sensitive: bool) -> Sensitive {
        if is_sensitive { self.sensitive } else { Sensitive::Shown }
    }

    fn nodes(&mut self, nodes: &[Node]) -> Nodes {
        let letter = |node: &Node| match node.kind {
            NodeKind::Element => 'e',
            NodeKind::Attribute => 'a',
            NodeKind::Text => 't',
        };
        let fate = |node: &Node| match node.fate {
            Some(Fate::Read) => 'r',
            Some(Fate::ConditionOnly) => 'c',
            Some(Fate::InNoRow) => 'n',
            Some(Fate::Ignored) => 'i',
            Some(Fate::NoPath) => 'u',
            None => '-',
        };
        let mut value = |node: &Node| match &node.value {
            None => NONE,
            Some(_) if self.sensitive(node.sensitive) == Sensitive::Masked => MASKED,
            Some(value) => self.strings.index(value),
        };
        let value = nodes.iter().map(&mut value).collect();
        Nodes {
            kind: nodes.iter().map(letter).collect(),
            fate: nodes.iter().map(fate).collect(),
            name: nodes.iter().map(|node| self.strings.index(&node.name)).collect(),
            parent: nodes.iter().map(|node| node.parent.map_or(NONE, i64::from)).collect(),
            line: nodes.iter().map(|node| node.line).collect(),
            column: nodes.iter().map(|node| node.column).collect(),
            value,
            path: nodes.iter().map(|node| node.path).collect(),
        }
    }

    fn row(&mut self, row: Row) -> RowObject {
        let Row { table, template, node, fate, cells } = row;
        let mut object =
            RowObject { t: table, p: template, n: node, r: None, w: None, o: None, c: Vec::new() };
        match fate {
            RowFate::Made(number) => object.r = Some(number),
            RowFate::Filtered(predicate, parts) => object.w = Some(predicate_line(&predicate, &parts)),
            RowFate::Where(condition, value, inputs) => {
                let inputs = inputs.iter().map(|input| {
                    (input.name.clone(), masked_value(&input.value, self.sensitive(input.sensitive)))
                });
                object.w = Some(where_line(&condition, &value, inputs));
            }
            RowFate::OnePer(kept) => {
                object.w = Some("one_per kept another row".to_owned());
                object.o = Some(kept);
            }
            RowFate::Blank => object.w = Some(BLANK_LINE.to_owned()),
            RowFate::Unfinished => object.w = Some("the document failed before".to_owned()),
        }
        let spec = &self.plan.contract().tables[table];
        let column = |cell: &Cell| match cell.told.kind {
            CellKind::Column => spec.templates[template].columns.get(cell.told.index),
            CellKind::Let => spec.lets.get(cell.told.index).map(|item| &item.column),
        };
        object.c = cells.iter().map(|cell| self.cell(cell, column(cell))).collect();
        object
    }

    fn cell(&mut self, cell: &Cell, column: Option<&Column>) -> CellObject {
        let Cell { told, nodes } = cell;
        let sensitive = self.sensitive(told.sensitive);
        let data_type = column.map_or_else(String::new, |column| column.data_type.to_string());
        let (value, failure) = match &told.result {
            CellResult::Value(value) => (self.value(value, sensitive), None),
            CellResult::Failed(code, message) => (NONE, Some(format!("{code}: {message}"))),
        };
        let index = told.index as i64;
        let steps = told.steps.iter().map(|step| self.strings.index(&step_line(step, &data_type, sensitive)));
        let steps = steps.collect();
        let inputs = told
            .inputs
            .iter()
            .map(|input| (input.name.clone(), self.value(&input.value, self.sensitive(input.sensitive))));
        CellObject {
            k: if told.kind == CellKind::Column { index } else { -1 - index },
            v: value,
            n: nodes.clone(),
            m: told.more_reads,
            s: steps,
            i: inputs.collect(),
            x: told.issues.iter().map(|issue| issue.as_str()).collect(),
            f: failure,
        }
    }

    fn value(&mut self, value: &OwnedValue, sensitive: Sensitive) -> i64 {
        match masked_value(value, sensitive) {
            None => NONE,
            Some(_) if sensitive == Sensitive::Masked => MASKED,
            Some(text) => self.strings.index(&text),
        }
    }
}
