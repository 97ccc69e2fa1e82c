//! What `structure` decides and `names` names: tables and columns of a contract in the making.

use crate::path::Namespaces;

use super::profile::{ElementId, Profile, ValueProfile};
use super::reason::Reason;
use super::xsd::SimpleType;

/// More columns than this in one table are spread over several; databases take about a thousand.
pub(super) const MAX_COLUMNS: usize = 250;

/// Tables and columns, without names.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) root: ElementId,
    /// Parents first.
    pub(super) tables: Vec<DraftTable>,
    /// Namespaces that paths need, by prefix.
    pub(super) namespaces: Namespaces,
    /// `document.key`
    pub(super) key_path: Option<String>,
    pub(super) notes: Vec<String>,
}

/// A table.
#[derive(Debug)]
pub(super) struct DraftTable {
    pub(super) element: ElementId,
    /// Index of the table that it lies within; `None` for the root's.
    pub(super) parent: Option<usize>,
    /// `each`; `None` for the root's.
    pub(super) each: Option<String>,
    /// Names from the root to the element.
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<DraftColumn>,
    /// Holds the columns for which another table of the same rows has no room.
    pub(super) continues: Option<usize>,
    /// Local names of elements or attributes that are no rows: `each` finds them, and they have columns of their own.
    pub(super) except: Vec<String>,
}

/// A column with its value from a path; key columns are added with the names.
#[derive(Clone, Debug)]
pub(super) struct DraftColumn {
    pub(super) path: String,
    pub(super) content: Content,
    /// The element that it is of.
    pub(super) element: ElementId,
    /// Names from the row's element (exclusive) to the value: the last ones become the column's name.
    pub(super) names: Vec<String>,
    /// Whether every row has it, where a schema says so.
    pub(super) is_required: Option<bool>,
    /// Its type in the schema.
    pub(super) declared: Option<SimpleType>,
}

/// What a column holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// Attribute of the element, by position.
    Attribute(usize),
    /// The element's text.
    Text,
    /// The element's own text nodes, joined: it has elements below, in other places.
    OwnText,
    /// Nothing, which is not null: the element is there.
    Presence,
    /// The element as markup, and why.
    Markup(Reason),
    /// What no document and no type says more of.
    Extra(Extra),
}

/// Columns that only contracts of schemas have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extra {
    /// The zone of a date or time.
    Zone,
    /// The name of the row's element or attribute.
    Name,
    /// The namespace of that.
    Namespace,
    /// The value of the row's attribute.
    Value,
}

/// The values that a column holds.
pub(super) fn values_of<'p>(profile: &'p Profile, column: &DraftColumn) -> &'p ValueProfile {
    match column.content {
        Content::Attribute(at) => {
            profile.elements.value(&profile.elements.get(column.element).attributes[at])
        }
        Content::Text | Content::OwnText | Content::Presence | Content::Markup(_) | Content::Extra(_) => {
            profile.elements.text(column.element)
        }
    }
}

/// Tables that are too wide even so: the columns that have no room go into tables of the same rows.
pub(super) fn spread(tables: Vec<DraftTable>) -> Vec<DraftTable> {
    let mut spread = Vec::with_capacity(tables.len());
    let mut moved = Vec::with_capacity(tables.len());
    for mut table in tables {
        let index = spread.len();
        moved.push(index);
        table.parent = table.parent.map(|parent: usize| moved[parent]);
        let mut rest = table.columns.split_off(table.columns.len().min(MAX_COLUMNS));
        let DraftTable { element, parent, each, names, .. } = &table;
        let (element, parent, each, names) = (*element, *parent, each.clone(), names.clone());
        spread.push(table);
        while !rest.is_empty() {
            let after = rest.split_off(rest.len().min(MAX_COLUMNS));
            let (each, names) = (each.clone(), names.clone());
            let except = Vec::new();
            spread.push(DraftTable {
                element,
                parent,
                each,
                names,
                columns: rest,
                continues: Some(index),
                except,
            });
            rest = after;
        }
    }
    spread
}
