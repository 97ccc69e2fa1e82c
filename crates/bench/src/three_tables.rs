//! A mapping of plain columns to three tables, as data: what many contracts are. Our contract and xml2arrow's configuration
//! are made from it, so that both are asked for the same.

use std::fmt::Write as _;

/// The element that all paths start from.
pub(crate) const MAIN: &str = "/Provenir/Request";

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 32-bit integer.
    Int,
    /// 64-bit integer.
    BigInt,
    /// Floating point.
    Double,
    /// Text as it is in the document, blank text too.
    Text,
}

/// A column: its name, the path of its attribute from the row's element, what it holds.
pub(crate) type Column = (&'static str, &'static str, Kind);

/// A table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: &'static str,
    /// The elements that give rows, by their path from [`MAIN`]; without one, each document gives one row.
    pub(crate) each: Option<&'static str>,
    /// Its columns. Tables of elements have the document's key as a column before these.
    pub(crate) columns: &'static [Column],
}

/// One row per document.
pub(crate) const BASE: Table = Table {
    name: "app_base",
    each: None,
    columns: &[
        ("app_id", "@ID", Kind::Int),
        ("received", "CustData/application/@app_receive_date", Kind::Text),
        ("channel", "CustData/application/@channel_c", Kind::Text),
        ("currency", "CustData/application/@currency", Kind::Text),
        ("adults", "CustData/application/@adults", Kind::Int),
        ("children", "CustData/application/@children", Kind::Int),
        ("requested_amount", "CustData/application/@requested_amount", Kind::Text),
        ("entered_by", "CustData/application/@entered_by", Kind::Text),
        ("product", "CustData/application/app_product/@product_c", Kind::Text),
        ("decision", "CustData/application/app_product/@decision_tp_c", Kind::Text),
        ("amount", "CustData/application/app_product/@amount", Kind::Double),
        ("collateral_value", "CustData/application/app_product/@collateral_value", Kind::Double),
        ("payment", "CustData/application/app_product/@payment", Kind::Double),
        ("term", "CustData/application/app_product/@term", Kind::Text),
    ],
};

/// Elements among others of other names.
pub(crate) const CONTACT: Table = Table {
    name: "contact",
    each: Some("CustData/application/contact"),
    columns: &[
        ("con_id", "@con_id", Kind::BigInt),
        ("role", "@ac_role_tp_c", Kind::Text),
        ("ssn", "@ssn", Kind::Text),
        ("first_name", "@first_name", Kind::Text),
        ("last_name", "@last_name", Kind::Text),
        ("birth_date", "@birth_date", Kind::Text),
        ("citizen", "@citizen", Kind::Text),
        ("dependents", "@dependents", Kind::Int),
    ],
};

/// Elements of a list that holds nothing else.
pub(crate) const PRODUCT_OPTION: Table = Table {
    name: "product_option",
    each: Some("CustData/application/options/option"),
    columns: &[
        ("code", "@code", Kind::Text),
        ("price", "@price", Kind::Double),
        ("selected", "@selected", Kind::Text),
    ],
};

/// Elements of several such lists.
pub(crate) const WORKFLOW_STEP: Table = Table {
    name: "workflow_step",
    each: Some("CustData/application/workflow/phase/step"),
    columns: &[
        ("name", "@name", Kind::Text),
        ("minutes", "@done", Kind::Int),
        ("finished_at", "@at", Kind::Text),
    ],
};

/// The three tables that a program was written for by hand.
pub(crate) const TABLES: [Table; 3] = [BASE, CONTACT, PRODUCT_OPTION];

/// Three tables that xml2arrow makes rightly in one pass: no element that gives rows has siblings of other names.
#[cfg_attr(not(feature = "xml2arrow"), expect(dead_code, reason = "only xml2arrow is measured with it"))]
pub(crate) const TABLES_OF_LISTS: [Table; 3] = [BASE, PRODUCT_OPTION, WORKFLOW_STEP];

/// Our contract for these tables.
pub(crate) fn contract(tables: &[Table]) -> String {
    let mut text = format!(
        "xmlshred: 1\nsource: {{ table: app_xml, key: app_id, xml: xml }}\ndocument: {{ root: {MAIN}, key: \"@ID\" }}\ntables:\n"
    );
    for Table { name, each, columns } in tables {
        writeln!(text, "  {name}:").expect(WRITES);
        if let Some(each) = each {
            writeln!(text, "    each: {each}\n    columns:\n      app_id: {{ parent: app_base.app_id }}")
                .expect(WRITES);
        } else {
            writeln!(text, "    columns:").expect(WRITES);
        }
        for (name, path, kind) in *columns {
            let settings = match kind {
                Kind::Int => "type: int",
                Kind::BigInt => "type: bigint",
                Kind::Double => "type: double",
                Kind::Text => "type: text, blank: keep",
            };
            writeln!(text, "      {name}: {{ path: \"{path}\", {settings} }}").expect(WRITES);
        }
    }
    text
}

const WRITES: &str = "writing to a string succeeds";
