//! What all documents of a page share.

use serde::Serialize;
use xmlshred_mapping::Plan;
use xmlshred_mapping::contract::{self, Let, Table};
use xmlshred_mapping::explain::source;
use xmlshred_mapping::infer::Offer;

use super::contract_lines::ContractLines;
use crate::settings::ContractFile;

/// The first object of the JSON.
#[derive(Serialize)]
pub(crate) struct Head {
    version: u32,
    program: &'static str,
    contract: ContractObject,
    tables: Vec<TableObject>,
    lets: Vec<ColumnObject>,
    /// Names.
    documents: Vec<String>,
    /// Documents for which there was no room.
    left_out: usize,
    offers: Vec<OfferObject>,
}

#[derive(Serialize)]
struct ContractObject {
    name: String,
    file: String,
    text: String,
}

#[derive(Serialize)]
struct TableObject {
    name: String,
    line: Option<usize>,
    each: Option<String>,
    columns: Vec<ColumnObject>,
    lets: Vec<ColumnObject>,
}

#[derive(Serialize)]
struct ColumnObject {
    name: String,
    #[serde(rename = "type")]
    data_type: String,
    source: String,
    line: Option<usize>,
    key: bool,
    sensitive: bool,
}

#[derive(Serialize)]
struct OfferObject {
    path: u32,
    table: usize,
    kind: &'static str,
    text: String,
    /// Behind which line of the contract it is pasted.
    after: Option<usize>,
    namespaces: Vec<(String, String)>,
}

/// The head of these documents.
pub(crate) fn head(
    plan: &Plan,
    file: &ContractFile,
    documents: Vec<String>,
    left_out: usize,
    offers: Vec<(u32, usize, Offer)>,
) -> Head {
    let contract = plan.contract();
    let lines = ContractLines::of(&file.text);
    let lets = contract.lets.iter().map(|item| {
        let line = lines.document_let(&item.name);
        column_object(plan, &item.name, &item.column, line)
    });
    Head {
        version: 1,
        program: concat!("xmlshred ", env!("CARGO_PKG_VERSION")),
        contract: ContractObject {
            name: contract.name.clone(),
            file: file.path.display().to_string(),
            text: file.text.clone(),
        },
        tables: contract.tables.iter().map(|table| table_object(plan, &lines, table)).collect(),
        lets: lets.collect(),
        documents,
        left_out,
        offers: offers.into_iter().map(|offer| offer_object(contract, &lines, offer)).collect(),
    }
}

fn table_object(plan: &Plan, lines: &ContractLines<'_>, table: &Table) -> TableObject {
    let columns = table.templates[0].columns.iter();
    let columns = columns.map(|column| {
        let line = lines.column(table, &column.name);
        column_object(plan, &column.name, column, line)
    });
    let lets = table.lets.iter().map(|Let { name, column }| {
        let line = lines.row_let(table, name);
        column_object(plan, name, column, line)
    });
    TableObject {
        name: table.name.clone(),
        line: lines.table(table),
        each: table.each.as_ref().map(|each| each.text.clone()),
        columns: columns.collect(),
        lets: lets.collect(),
    }
}

fn column_object(plan: &Plan, name: &str, column: &contract::Column, line: Option<usize>) -> ColumnObject {
    ColumnObject {
        name: name.to_owned(),
        data_type: column.data_type.to_string(),
        source: source(plan, column),
        line,
        key: column.key,
        sensitive: column.sensitive,
    }
}

/// Columns and tables indented as those that are there.
fn offer_object(
    contract: &contract::Contract,
    lines: &ContractLines<'_>,
    (path, table, offer): (u32, usize, Offer),
) -> OfferObject {
    let spec = &contract.tables[table];
    let (kind, text, written, place, namespaces) = match offer {
        Offer::Column { text, namespaces } => ("column", text, 0, lines.next_column(spec), namespaces),
        Offer::Tables { text, namespaces } => {
            ("tables", text, 2, lines.next_table(contract, spec), namespaces)
        }
    };
    let blanks = " ".repeat(place.map_or(written, |(_, indent)| indent));
    let indented = text.lines().map(|line| match line.get(written..) {
        Some(rest) if !rest.is_empty() => format!("{blanks}{rest}\n"),
        _ => "\n".to_owned(),
    });
    OfferObject {
        path,
        table,
        kind,
        text: indented.collect(),
        after: place.map(|(after, _)| after),
        namespaces,
    }
}
