//! What to add to a contract for values that it does not read: the columns and tables that would be there, had it been inferred.
//!
//! Drafted from the rows that the contract has around the values, as if those were what documents are about; named so that nothing of the contract
//! has the same name; written as in an inferred contract. Only `explore` asks.

use std::collections::HashMap;

use crate::contract::{Case, Contract};
use crate::path::Namespaces;

use super::draft::{Content, DraftColumn, DraftTable};
use super::evidence::Evidence;
use super::names::{Named, NamedTable, Outermost, named_tables, reserved};
use super::options::Values;
use super::profile::{DOCUMENT, ElementId, Profile};
use super::render::Renderer;
use super::structure::tables_from;
use super::xsd::Hints;

/// What is to be added to a table of a contract, or beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// A column of the table, on one line.
    Column {
        /// Without indentation.
        text: String,
        /// Prefixes that its path uses, with their namespaces.
        namespaces: Vec<(String, String)>,
    },
    /// Tables behind it: what stands several times in a row has rows of its own.
    Tables {
        /// Indented by two blanks, as below `tables:`.
        text: String,
        /// Prefixes that their paths use, with their namespaces.
        namespaces: Vec<(String, String)>,
    },
}

/// A value that nobody reads.
#[derive(Clone, Debug)]
pub(crate) struct Gap<'n> {
    /// Local names from the root to its element.
    pub(crate) elements: Vec<&'n str>,
    /// Of the element; without, its text.
    pub(crate) attribute: Option<&'n str>,
}

/// Drafts for one contract, from what is known of documents.
pub(crate) struct Offerer<'p> {
    contract: &'p Contract,
    profile: &'p Profile,
    evidence: Evidence<'p>,
}

/// A value in the profile.
#[derive(Clone, Copy)]
struct Value {
    element: ElementId,
    /// By position.
    attribute: Option<usize>,
}

impl<'p> Offerer<'p> {
    pub(crate) fn new(contract: &'p Contract, profile: &'p Profile) -> Self {
        Self { contract, profile, evidence: Evidence::new(profile) }
    }

    /// For each of the gaps in rows of a table, which begin at `row`, what would read it; `None` where nothing would: documents within
    /// documents, and names for which there was no room, are not known.
    pub(crate) fn offers(&self, table: usize, row: &[&str], gaps: &[Gap<'_>]) -> Vec<Option<Offer>> {
        let nothing = || vec![None; gaps.len()];
        let Some(row) = self.element(row) else { return nothing() };
        let (mut tables, namespaces) = tables_from(self.profile, &Hints::default(), row);
        let known = Gaps::new(self.profile, gaps.iter().map(|gap| self.value(gap)), &tables);
        // Each gap is closed by one column of one table; columns for what is read already go.
        let mut closing = vec![None; gaps.len()];
        for (at, table) in tables.iter_mut().enumerate() {
            let mut kept = 0;
            table.columns.retain(|column| {
                let open = known.of(column).iter().filter(|&&gap| closing[gap].is_none()).copied();
                let open = open.collect::<Vec<_>>();
                open.iter().for_each(|&gap| closing[gap] = Some((at, kept)));
                kept += usize::from(!open.is_empty());
                !open.is_empty()
            });
        }
        let named = self.named(table, row, tables, namespaces);
        let renderer = Renderer {
            profile: self.profile,
            evidence: &self.evidence,
            named: &named,
            key_type: self.contract.source.key_type.unwrap_or_default(),
            values: Values::Hidden,
        };
        let mut texts = HashMap::new();
        let offer = |closing: Option<(usize, usize)>| {
            let (at, column) = closing?;
            let offer = texts.entry(if at == 0 { (at, column) } else { (at, 0) });
            Some(offer.or_insert_with(|| offer_of(&renderer, at, column)).clone())
        };
        closing.into_iter().map(offer).collect()
    }

    fn named(&self, table: usize, row: ElementId, tables: Vec<DraftTable>, namespaces: Namespaces) -> Named {
        let contract = self.contract;
        let spec = &contract.tables[table];
        let columns = &spec.templates[0].columns;
        let lets = spec.lets.iter().map(|item| item.name.clone());
        let outermost = Outermost {
            name: Some(spec.name.clone()),
            key: columns.iter().filter(|column| column.key).map(|column| column.name.clone()).collect(),
            taken: columns.iter().map(|column| column.name.clone()).chain(lets).collect(),
        };
        let known = contract.tables.iter().map(|table| table.name.clone());
        let reserved = reserved(known.chain([contract.source.table.clone()]));
        let mut tables = named_tables(self.profile, row, tables, &outermost, &reserved);
        // Tables within one that has a row per document begin at the document.
        tables[0].each = (spec.each.is_some() || spec.within.is_some()).then(String::new);
        let mut root = row;
        while self.profile.elements.get(root).parent != DOCUMENT {
            root = self.profile.elements.get(root).parent;
        }
        Named { name: String::new(), root, tables, namespaces, key_path: None, notes: Vec::new() }
    }

    fn is_same(&self, name: &str, other: &str) -> bool {
        match self.contract.document.case {
            Case::Sensitive => name == other,
            Case::Insensitive => name.eq_ignore_ascii_case(other),
        }
    }

    fn element(&self, way: &[&str]) -> Option<ElementId> {
        let elements = &self.profile.elements;
        way.iter().enumerate().try_fold(DOCUMENT, |at, (depth, &name)| {
            let name = if depth == 0 { elements.roots().known_as(name) } else { name };
            let mut children = elements.children_of(at).filter(|(_, child)| child.instance_count > 0);
            children.find(|(_, child)| self.is_same(&child.name.local, name)).map(|(id, _)| id)
        })
    }

    fn value(&self, gap: &Gap<'_>) -> Option<Value> {
        let element = self.element(&gap.elements)?;
        let attributes = &self.profile.elements.get(element).attributes;
        let attribute = match gap.attribute {
            None => None,
            Some(name) => Some(attributes.iter().position(|known| self.is_same(&known.name.local, name))?),
        };
        Some(Value { element, attribute })
    }
}

/// Which gaps a column closes, found in steps in proportion to the gaps and how deep they are.
struct Gaps {
    /// By value.
    own: HashMap<(ElementId, Option<usize>), Vec<usize>>,
    /// By element that is a column as markup: those in it.
    within: HashMap<ElementId, Vec<usize>>,
}

impl Gaps {
    fn new(profile: &Profile, values: impl Iterator<Item = Option<Value>>, tables: &[DraftTable]) -> Self {
        let columns = tables.iter().flat_map(|table| &table.columns);
        let markup = columns.filter(|column| matches!(column.content, Content::Markup(_)));
        let mut within = markup.map(|column| (column.element, Vec::new())).collect::<HashMap<_, _>>();
        let mut own = HashMap::<_, Vec<_>>::new();
        for (gap, value) in values.enumerate() {
            let Some(Value { element, attribute }) = value else { continue };
            own.entry((element, attribute)).or_default().push(gap);
            let mut at = element;
            while at != DOCUMENT {
                if let Some(gaps) = within.get_mut(&at) {
                    gaps.push(gap);
                }
                at = profile.elements.get(at).parent;
            }
        }
        Self { own, within }
    }

    fn of(&self, column: &DraftColumn) -> &[usize] {
        let found = match column.content {
            Content::Attribute(at) => self.own.get(&(column.element, Some(at))),
            Content::Text | Content::OwnText | Content::Presence => self.own.get(&(column.element, None)),
            Content::Markup(_) => self.within.get(&column.element),
            Content::Extra(_) => None,
        };
        found.map_or(&[], Vec::as_slice)
    }
}

/// The column, or the table with those around it that the contract does not have.
fn offer_of(renderer: &Renderer<'_>, at: usize, column: usize) -> Offer {
    let tables = &renderer.named.tables;
    let namespaces = |texts: &str| {
        let all = renderer.named.namespaces.iter();
        let used = all.filter(|(prefix, _)| texts.contains(&format!("{prefix}:")));
        used.map(|(prefix, uri)| (prefix.clone(), uri.clone())).collect()
    };
    if at == 0 {
        let (name, column) = &tables[0].columns[column];
        let text = renderer.column(&tables[0], name, column);
        return Offer::Column { namespaces: namespaces(&text), text };
    }
    let mut around = Vec::<&NamedTable>::new();
    let mut next = Some(at);
    while let Some(at) = next.filter(|&at| at > 0) {
        around.push(&tables[at]);
        next = tables[at].parent;
    }
    let text = around.iter().rev().map(|table| renderer.table(table)).collect::<Vec<_>>().join("\n\n");
    Offer::Tables { namespaces: namespaces(&text), text }
}
