//! Columns for what nobody reads: `infer` drafts them for the rows that the contract has around it.

use std::collections::BTreeMap;

use crate::contract::Contract;
use crate::coverage::{NameId, NameKind, Outline, TOP};
use crate::infer::{Gap, Offer, Offerer, Profile};

/// By path: the table, and what is to be added to it.
pub(super) fn offers(
    contract: &Contract,
    profile: &Profile,
    outline: &Outline,
    rows: &BTreeMap<NameId, usize>,
) -> Vec<(NameId, usize, Offer)> {
    let mut unread = BTreeMap::<NameId, Vec<NameId>>::new();
    for id in outline.ids().filter(|&id| outline.name(id).is_unread() && !outline.name(id).is_rest()) {
        if let Some(row) = row_around(outline, rows, id) {
            unread.entry(row).or_default().push(id);
        }
    }
    let offerer = Offerer::new(contract, profile);
    let mut offers = Vec::new();
    for (row, paths) in unread {
        let table = rows[&row];
        let gaps = paths.iter().map(|&path| {
            let name = outline.name(path);
            match name.kind {
                NameKind::Element => Gap { elements: way(outline, path), attribute: None },
                NameKind::Attribute => {
                    Gap { elements: way(outline, name.parent), attribute: Some(&name.text) }
                }
            }
        });
        let offered = offerer.offers(table, &way(outline, row), &gaps.collect::<Vec<_>>());
        let offered = paths.into_iter().zip(offered);
        offers.extend(offered.filter_map(|(path, offer)| Some((path, table, offer?))));
    }
    offers
}

/// The nearest element at or around a path that rows begin at.
fn row_around(outline: &Outline, rows: &BTreeMap<NameId, usize>, mut at: NameId) -> Option<NameId> {
    loop {
        if rows.contains_key(&at) {
            return Some(at);
        }
        if at == TOP {
            return None;
        }
        at = outline.name(at).parent;
    }
}

/// Names of elements from the root on.
fn way(outline: &Outline, mut at: NameId) -> Vec<&str> {
    let mut names = Vec::new();
    while at != TOP {
        let name = outline.name(at);
        names.push(&*name.text);
        at = name.parent;
    }
    names.reverse();
    names
}
