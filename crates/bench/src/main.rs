//! The shredder and others over the same documents in memory, on one thread. `cargo xtask bench shred` and `cargo xtask bench
//! instructions` build and run this and make tables of its answer, one JSON object on standard output.
//!
//! 1. [`corpus`]: documents of the demo. 2. [`agreement`]: who makes rows makes the same. 3. [`measuring`] the
//!    [`contestants`]: ours ([`shredder`]), [`parsers`] that only read, a program written [`by_hand`] and xml2arrow for
//!    [`three_tables`] of plain columns.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its answer, for the one who started it")]

mod agreement;
mod arguments;
mod by_hand;
#[cfg(feature = "xml2arrow")]
mod by_xml2arrow;
mod contestants;
mod corpus;
mod measuring;
mod parsers;
mod shredder;
mod three_tables;

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use arguments::{Request, Task};
use corpus::Corpus;
use shredder::Ours;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(request) = Request::parse(&words) else {
        eprintln!(
            "usage: xmlshred-bench time|count [bytes=N] [documents=N] [seed=N] [below=BYTES] [rounds=N] [only=NAME]"
        );
        return ExitCode::from(2);
    };
    match run(&request) {
        Ok(answer) => {
            println!("{}", Value::from(answer));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(request: &Request) -> Result<Map<String, Value>, Box<dyn std::error::Error>> {
    let Request { task, wanted } = request;
    let Corpus { documents, byte_count } = Corpus::generate(wanted);
    let mut answer = Map::new();
    answer.insert("documents".to_owned(), documents.len().into());
    answer.insert("bytes".to_owned(), byte_count.into());
    match task {
        Task::Time { round_count, only } => {
            let mut contestants = contestants::contestants(only.as_deref());
            if only.is_none() {
                check(&documents)?;
            }
            answer.insert(
                "seconds".to_owned(),
                measuring::time(&mut contestants, &documents, *round_count).into(),
            );
        }
        Task::Count { name } => {
            let mut found = contestants::contestants(Some(name));
            let contestant = found.first_mut().ok_or("nobody has this name")?;
            measuring::count(contestant, &documents);
        }
    }
    if !matches!(task, Task::Count { .. }) {
        let of_three = three_tables::contract(&three_tables::TABLES);
        answer.insert(
            "cells".to_owned(),
            json!({
                "shred": Ours::new(xmlshred_demo::CONTRACT).cell_count(&documents),
                "shred-3-tables": Ours::new(&of_three).cell_count(&documents),
            }),
        );
    }
    Ok(answer)
}

/// Everyone who makes rows makes ours.
fn check(documents: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    agreement::check_by_hand(documents)?;
    #[cfg(feature = "xml2arrow")]
    {
        use by_xml2arrow::{ONE_PASS, TWO_PASSES};
        agreement::check_xml2arrow(&three_tables::TABLES, TWO_PASSES, documents)?;
        agreement::check_xml2arrow(&three_tables::TABLES_OF_LISTS, ONE_PASS, documents)?;
    }
    Ok(())
}
