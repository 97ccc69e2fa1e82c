//! xml2arrow over the same tables: document by document, as its `Parser` is meant to be used for many documents.
//!
//! What closes a row there is every *configured* child of a table's element, and a value belongs to the innermost table that is
//! open. So `contact` beside `app_product` would get a row for that too, and the base table would lose what lies in
//! `application`: such tables need a pass of their own ([`TWO_PASSES`]). Lists that hold nothing else do not ([`ONE_PASS`]).

use std::hint::black_box;

use xml2arrow::{Config, DType, FieldConfigBuilder, Parser, ParserOptions, TableConfig};

use crate::corpus::GOOD;
use crate::three_tables::{BASE, CONTACT, Kind, MAIN, PRODUCT_OPTION, Table, WORKFLOW_STEP};

/// The passes that make the tables of [`crate::three_tables::TABLES`] rightly.
pub(crate) const TWO_PASSES: &[&[Table]] = &[&[BASE, PRODUCT_OPTION], &[CONTACT]];
/// The pass that makes those of [`crate::three_tables::TABLES_OF_LISTS`].
pub(crate) const ONE_PASS: &[&[Table]] = &[&[BASE, PRODUCT_OPTION, WORKFLOW_STEP]];

/// One parser per pass.
pub(crate) struct Parsers(Vec<Parser>);

/// The columns of a document's tables, by the table's name.
pub(crate) type Document = Vec<(String, arrow_array_59::RecordBatch)>;

impl Parsers {
    /// For these passes over a document.
    pub(crate) fn new(passes: &[&[Table]]) -> Self {
        let parser = |tables: &&[Table]| Parser::new(&config(tables)).expect("the configuration is right");
        Self(passes.iter().map(parser).collect())
    }

    /// Parses all documents and drops the rows.
    pub(crate) fn pass(&self, documents: &[String]) {
        let Self(parsers) = self;
        for text in documents {
            for parser in parsers {
                black_box(parser.parse_slice(text.as_bytes()).expect(GOOD));
            }
        }
    }

    /// The rows of a document.
    pub(crate) fn rows(&self, text: &str) -> Document {
        let Self(parsers) = self;
        parsers.iter().flat_map(|parser| parser.parse_slice(text.as_bytes()).expect(GOOD)).collect()
    }
}

fn config(tables: &[Table]) -> Config {
    // No name has a prefix that two could share; this is its faster way.
    let parser_options = ParserOptions { strip_namespaces: false, ..ParserOptions::default() };
    Config { tables: tables.iter().map(table).collect(), parser_options }
}

fn table(table: &Table) -> TableConfig {
    let Table { name, each, columns } = table;
    let row = each.map_or_else(|| MAIN.to_owned(), |each| format!("{MAIN}/{each}"));
    let fields = columns.iter().map(|(name, path, kind)| {
        let data_type = match kind {
            Kind::Int => DType::Int32,
            Kind::BigInt => DType::Int64,
            Kind::Double => DType::Float64,
            Kind::Text => DType::Utf8,
        };
        let field = FieldConfigBuilder::new(name, &format!("{row}/{path}"), data_type).nullable(true);
        field.build().expect("the configuration is right")
    });
    // A table there is the element whose children are rows.
    let parent = if each.is_some() { row.rsplit_once('/').map_or("/", |(parent, _)| parent) } else { "/" };
    TableConfig::new(name, parent, Vec::new(), fields.collect())
}
