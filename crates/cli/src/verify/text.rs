//! What `verify` found, for people.

use std::fmt::Write as _;

use serde_json::Value;
use xmlshred_model::shown;

use super::{Answer, Difference};
use crate::console::{count, wrapped};

/// Line by line; the verdict comes first.
pub(crate) fn text(answer: &Answer, columns: usize) -> String {
    let mut text = String::new();
    let verdict = if answer.equal { "Equal" } else { "Not equal" };
    let sample = &answer.sample;
    let _ = writeln!(text, "{}", title(verdict, answer));
    documents(answer, &mut text, columns);
    tables(answer, &mut text, columns);
    contracts(answer, &mut text, columns);
    let _ = writeln!(
        text,
        "shredded again: {} of {} documents, {} rows",
        count(sample.compared + sample.changed),
        count(sample.of),
        count(sample.rows)
    );
    let _ = writeln!(
        text,
        "  {} equal, {} different, {} changed since",
        count(sample.equal),
        count(sample.different),
        count(sample.changed)
    );
    if sample.unreadable > 0 {
        let _ = writeln!(text, "  {} cannot be read, and are not compared", count(sample.unreadable));
    }
    for difference in &sample.differences {
        text += &wrapped(&told(difference), "  ", 4, columns);
    }
    if sample.different > sample.differences.len() as u64 {
        let _ = writeln!(text, "  and {} more", count(sample.different - sample.differences.len() as u64));
    }
    if !sample.changed_keys.is_empty() {
        let line = format!(
            "changed since: {}; `xmlshred retry --document-changed` processes them again",
            keys(&sample.changed_keys)
        );
        text += &wrapped(&line, "  ", 4, columns);
    }
    if !sample.tables_left_out.is_empty() {
        let names = sample.tables_left_out.join(", ");
        let line = format!(
            "not compared, since rows do not tell whose document's they are, or documents share them: {}",
            shown(&names)
        );
        text += &wrapped(&line, "  ", 4, columns);
    }
    if let Some(difference) = sample.differences.first() {
        let key = plain(&difference.key);
        let _ = writeln!(text, "→ xmlshred preview --key {key}");
        let _ = writeln!(text, "→ xmlshred retry --key {key}");
    }
    text
}

fn title(verdict: &str, answer: &Answer) -> String {
    let Answer { rows_logged, rows_found, .. } = answer;
    let rows = if rows_logged == rows_found || has_fewer_as_meant(answer) {
        format!("{} rows", count(*rows_found))
    } else {
        format!("{} rows, and the log says {}", count(*rows_found), count(*rows_logged))
    };
    format!("{verdict}: {} documents, {rows}", count(answer.documents.success))
}

/// Whether the log counts more rows than there are, because of rows with one key one stays.
fn has_fewer_as_meant(answer: &Answer) -> bool {
    answer.rows_share_keys && answer.rows_found < answer.rows_logged
}

fn documents(answer: &Answer, text: &mut String, columns: usize) {
    let documents = &answer.documents;
    let lines = [
        (documents.failed, "failed: `xmlshred failures` tells why"),
        (documents.skipped, "skipped, as the contract says"),
        (documents.unlogged, "in the source and not in the log: `xmlshred run` processes them"),
    ];
    for (number, what) in lines {
        if number > 0 {
            *text += &wrapped(&format!("{} {what}", count(number)), "  ", 4, columns);
        }
    }
    if documents.vanished > 0 {
        let line = format!(
            "{} in the log and not in the source any more ({}): `xmlshred retry --vanished` removes what they left",
            count(documents.vanished),
            keys(&documents.vanished_keys)
        );
        *text += &wrapped(&line, "  ", 4, columns);
    }
}

fn tables(answer: &Answer, text: &mut String, columns: usize) {
    if has_fewer_as_meant(answer) {
        let line = format!(
            "the log counts {} rows: of those with one key one stays (`on_existing`), so that they are not compared with its number",
            count(answer.rows_logged)
        );
        *text += &wrapped(&line, "  ", 4, columns);
    }
    for table in answer.tables.iter().filter(|table| table.rows > 0) {
        let without = match table.rows_without_document {
            Some(0) => String::new(),
            Some(rows) => format!(", {} of no document that the log has as successful", count(rows)),
            None => ", which do not tell whose they are".to_owned(),
        };
        let of_others = match table.rows_of_other_contracts {
            None | Some(0) => String::new(),
            Some(rows) => format!(", {} of documents of other contracts", count(rows)),
        };
        let line = format!("{}: {} rows{without}{of_others}", shown(&table.table), count(table.rows));
        *text += &wrapped(&line, "  ", 4, columns);
    }
}

fn contracts(answer: &Answer, text: &mut String, columns: usize) {
    if answer.contracts.iter().all(|used| used.hash == answer.contract_hash) {
        return;
    }
    for used in &answer.contracts {
        let which =
            if used.hash == answer.contract_hash { "this contract" } else { "another text of the contract" };
        let line = format!(
            "{} documents with {which}, {}, {} to {}, session {}",
            count(used.documents),
            shown(&used.hash),
            used.first,
            used.last,
            shown(&used.sessions.join(", "))
        );
        *text += &wrapped(&line, "  ", 4, columns);
    }
    *text += &wrapped("`xmlshred retry --contract-changed` processes them with this one", "  ", 4, columns);
}

/// `17: person: 1 row missing; phone: number differs`
fn told(difference: &Difference) -> String {
    let mut parts = Vec::new();
    if let Some(why) = &difference.no_rows {
        parts.push(format!("has rows, and would have none now: {}", shown(why)));
    }
    for table in &difference.tables {
        let mut what = Vec::new();
        for (number, word) in [(table.missing, "missing"), (table.surplus, "too many")] {
            if number > 0 {
                what.push(format!("{} row{} {word}", count(number), if number == 1 { "" } else { "s" }));
            }
        }
        if !table.columns.is_empty() {
            what.push(format!("{} differs", shown(&table.columns.join(", "))));
        }
        parts.push(format!("{}: {}", shown(&table.table), what.join(", ")));
    }
    if difference.other_contract {
        parts.push("it was processed with another text of the contract".to_owned());
    }
    format!("{}: {}", plain(&difference.key), parts.join("; "))
}

fn keys(keys: &[Value]) -> String {
    keys.iter().map(plain).collect::<Vec<_>>().join(", ")
}

/// A key as it is typed.
fn plain(key: &Value) -> String {
    match key {
        Value::String(text) => shown(text).into_owned(),
        other => other.to_string(),
    }
}
