//! What a shell offers for a word that is being typed: topics of the manual, tables and columns of the contract at hand.
//!
//! Called by the shell by way of `clap_complete`, before anything else of the program. Reads the contract, and nothing else: no database is
//! opened, nothing is said when there is no contract or it has mistakes.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _,
};
use xmlshred_mapping::contract::{self, Contract};

use crate::manual;

/// The variable by which the shell asks.
pub(crate) const VARIABLE: &str = "XMLSHRED_COMPLETE";

/// What there is help about. Commands and codes are many, and not among them.
pub(crate) fn topics() -> ArgValueCandidates {
    ArgValueCandidates::new(|| manual::topics().map(CompletionCandidate::new).collect())
}

/// Tables of the contract at hand, and columns behind a table's name and a point.
pub(crate) fn columns() -> ArgValueCompleter {
    ArgValueCompleter::new(columns_like)
}

/// A file, or a table or column of the contract at hand.
pub(crate) fn documents_and_columns() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let mut offered = columns_like(typed);
        offered.extend(PathCompleter::file().stdio().complete(typed));
        offered
    })
}

fn columns_like(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(contract) = contract_at_hand() else { return Vec::new() };
    let typed = typed.to_string_lossy();
    let names = names_in(&contract, typed.contains('.'));
    names.into_iter().filter(|name| name.starts_with(&*typed)).map(CompletionCandidate::new).collect()
}

fn names_in(contract: &Contract, with_columns: bool) -> Vec<String> {
    let tables = contract.tables.iter();
    if !with_columns {
        return tables.map(|table| table.name.clone()).collect();
    }
    let columns = |table: &contract::Table| {
        let columns = table.templates.iter().take(1).flat_map(|template| &template.columns);
        columns.map(|column| format!("{}.{}", table.name, column.name)).collect::<Vec<_>>()
    };
    tables.flat_map(columns).collect()
}

/// The contract that the line names so far, or the environment, or the folder has.
fn contract_at_hand() -> Option<Contract> {
    let words: Vec<_> = std::env::args().collect();
    let named = words.iter().enumerate().find_map(|(at, word)| match word.as_str() {
        "-c" | "--contract" => words.get(at + 1).cloned(),
        word => word.strip_prefix("--contract=").map(str::to_owned),
    });
    let named = named.map(PathBuf::from);
    let named = named.or_else(|| std::env::var_os("XMLSHRED_CONTRACT").map(PathBuf::from));
    let text = std::fs::read_to_string(named.unwrap_or_else(|| PathBuf::from("contract.yaml"))).ok()?;
    contract::load(&text).contract
}
