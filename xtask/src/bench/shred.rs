//! Shredding on one thread, without a database, against parsers over the same bytes, a program written by hand and xml2arrow.
//!
//! Everyone has a turn in every round; a ratio is the median of the rounds' ratios, so that a machine whose speed changes
//! changes no ratio.

use serde_json::{Value, json};

use super::extent::Extent;
use super::median::median;
use super::one_thread::{Build, Documents, REFERENCE, seconds};
use super::results::{Figures, Measured, Table};
use crate::workspace::Error;

/// Documents that are measured together.
struct Set {
    name: &'static str,
    average_bytes: u32,
    below: Option<u32>,
}

const SETS: [Set; 5] = [
    Set { name: "5 KB", average_bytes: 5_000, below: None },
    // A quarter of the mix's bytes lies in few large documents.
    Set { name: "< 10 KB", average_bytes: 5_000, below: Some(10_000) },
    Set { name: "20 KB", average_bytes: 20_000, below: None },
    Set { name: "50 KB", average_bytes: 50_000, below: None },
    Set { name: "500 KB", average_bytes: 500_000, below: None },
];

/// In the order of the tables, with what they do.
const CONTESTANTS: [(&str, &str); 10] = [
    (REFERENCE, "quick-xml, events and attributes"),
    ("quick-xml-unchecked", "the same, duplicate attributes unnoticed"),
    ("roxmltree", "roxmltree"),
    ("infer", "infer: the profile alone"),
    ("shred", "shred, the demo's 15 tables"),
    ("shred-3-tables", "shred, 3 tables of plain columns"),
    ("by-hand-3-tables", "by hand with quick-xml, the same 3"),
    ("xml2arrow-2-passes", "xml2arrow, the same 3, two passes"),
    ("shred-3-lists", "shred, 3 other tables"),
    ("xml2arrow-1-pass", "xml2arrow, the same 3, one pass"),
];

/// Who makes the same rows: ours and the other.
const RIVALS: [(&str, &str, &str); 3] = [
    ("shred-3-tables", "by-hand-3-tables", "a program written by hand"),
    ("shred-3-tables", "xml2arrow-2-passes", "xml2arrow, two passes"),
    ("shred-3-lists", "xml2arrow-1-pass", "xml2arrow, one pass"),
];

/// Measures.
///
/// # Errors
/// When the program cannot be built or fails, or others make other rows than ours.
pub(super) fn measure(extent: &Extent) -> Result<Measured, Error> {
    Build::Release.make()?;
    let answers = SETS.iter().map(|set| ask(set, extent)).collect::<Result<Vec<_>, Error>>()?;
    Ok(Measured::Done(figures(&answers)?))
}

fn ask(set: &Set, extent: &Extent) -> Result<Value, Error> {
    let Set { name, average_bytes, below } = set;
    let count = extent.shredded_bytes / average_bytes;
    println!("{name}: {} rounds over {} MB …", extent.shredding_rounds, extent.shredded_bytes / 1_000_000);
    let mut words = Documents { average_bytes: *average_bytes, count, seed: 7, below: *below }.words("time");
    words.push(format!("rounds={}", extent.shredding_rounds));
    Build::Release.ask(&words)
}

/// How many times as fast as `other`.
fn ratio(answer: &Value, name: &str, other: &str) -> Result<f64, Error> {
    let (ours, theirs) = (seconds(answer, name)?, seconds(answer, other)?);
    let ratios: Vec<_> = ours.iter().zip(&theirs).map(|(ours, theirs)| theirs / ours).collect();
    Ok(median(&ratios))
}

fn figures(answers: &[Value]) -> Result<Figures, Error> {
    let columns: Vec<_> = SETS.iter().map(|set| set.name).collect();
    let table = |title: &str, rows: Vec<(String, Vec<String>)>| Table {
        title: title.to_owned(),
        columns: columns.clone(),
        rows,
    };
    let of_all = |figure: &dyn Fn(&Value, &str) -> Result<String, Error>| {
        CONTESTANTS
            .iter()
            .map(|(name, what)| {
                let figures: Result<_, Error> = answers.iter().map(|answer| figure(answer, name)).collect();
                Ok(((*what).to_owned(), figures?))
            })
            .collect::<Result<Vec<_>, Error>>()
    };
    let per_second = |answer: &Value, count: &str, name: &str| -> Result<f64, Error> {
        let count = answer[count].as_f64().ok_or_else(|| format!("an answer without {count}"))?;
        Ok(count / median(&seconds(answer, name)?))
    };
    let ratios = of_all(&|answer, name| Ok(format!("{:.2}", ratio(answer, name, REFERENCE)?)))?;
    let speeds = of_all(&|answer, name| Ok(format!("{:.0}", per_second(answer, "bytes", name)? / 1e6)))?;
    let documents = of_all(&|answer, name| Ok(format!("{:.0}", per_second(answer, "documents", name)?)))?;
    let rivals = RIVALS.iter().map(|(ours, other, what)| {
        let ratios: Result<_, Error> =
            answers.iter().map(|answer| Ok(format!("{:.2}", ratio(answer, ours, other)?))).collect();
        Ok(((*what).to_owned(), ratios?))
    });
    let tables = vec![
        table("one thread, no database: ratio to quick-xml", ratios),
        table("MB/s", speeds),
        table("documents/s", documents),
        table("shred, 3 tables: ratio to who makes the same rows", rivals.collect::<Result<_, Error>>()?),
    ];
    let notes = vec![
        "everyone has a turn in every round; ratios are medians of the rounds' ratios".to_owned(),
        "rows of all who make rows were compared with ours, cell by cell, before".to_owned(),
    ];
    let sets =
        SETS.iter().zip(answers).map(|(set, answer)| json_of(set, answer)).collect::<Result<Vec<_>, _>>()?;
    Ok(Figures { tables, notes, json: [("sets".to_owned(), sets.into())].into_iter().collect() })
}

fn json_of(set: &Set, answer: &Value) -> Result<Value, Error> {
    let contestants = CONTESTANTS.iter().map(|(name, _)| {
        let seconds = median(&seconds(answer, name)?);
        Ok(json!({ "name": name, "seconds": seconds, "ratio": ratio(answer, name, REFERENCE)? }))
    });
    let rivals = RIVALS.iter().map(|(ours, other, _)| {
        Ok(json!({ "name": ours, "other": other, "ratio": ratio(answer, ours, other)? }))
    });
    Ok(json!({
        "average_bytes": set.average_bytes,
        "below": set.below,
        "documents": answer["documents"],
        "bytes": answer["bytes"],
        "cells": answer["cells"],
        "one_thread": contestants.collect::<Result<Vec<_>, Error>>()?,
        "same_rows": rivals.collect::<Result<Vec<_>, Error>>()?,
    }))
}
