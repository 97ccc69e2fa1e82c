//! Whether a path that somebody gave as that of the key leads to something in the samples.

use crate::contract::most_similar;

use super::present::{present_attributes, present_children};
use super::profile::{ElementId, Profile};

/// No sample has anything there; what may be meant instead.
#[derive(Debug)]
pub(super) struct NotThere {
    pub(super) meant: Option<String>,
}

/// Sees that a path of names leads to an attribute or element below this one. Others, with conditions and the like, are the contract's business.
///
/// # Errors
/// When no sample has it, with what may be meant.
pub(super) fn check(profile: &Profile, main: ElementId, path: &str) -> Result<(), NotThere> {
    let names = path.trim().trim_start_matches('/').split('/').collect::<Vec<_>>();
    if !names.iter().all(|name| is_name(name)) {
        return Ok(());
    }
    let mut at = main;
    for (depth, name) in names.iter().enumerate() {
        let local = name.rsplit([':', '@']).next().unwrap_or_default();
        let is_last = depth + 1 == names.len();
        let child = present_children(profile, at).find(|(_, child)| *child.name.local == *local);
        let is_there = match (name.starts_with('@'), child) {
            (true, _) => present_attributes(profile, at).any(|known| *known.local == *local),
            (false, Some((child, _))) => {
                at = child;
                true
            }
            (false, None) => false,
        };
        if !is_there {
            let step = suggestion(profile, at, local, is_last);
            let meant =
                step.map(|step| [&names[..depth], &[&*step][..], &names[depth + 1..]].concat().join("/"));
            return Err(NotThere { meant });
        }
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let local = name.strip_prefix('@').unwrap_or(name);
    !local.is_empty() && local.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
}

/// The step that is called so, or nearly so: an attribute or, on the way and at the end, an element.
fn suggestion(profile: &Profile, at: ElementId, local: &str, is_last: bool) -> Option<String> {
    let attributes = present_attributes(profile, at).map(|name| format!("@{}", name.local));
    let children = present_children(profile, at).map(|(_, child)| child.name.local.to_string());
    let known = children.chain(attributes.filter(|_| is_last)).collect::<Vec<_>>();
    let bare = |known: &str| known.trim_start_matches('@').to_owned();
    let same = known.iter().find(|known| bare(known).eq_ignore_ascii_case(local)).cloned();
    same.or_else(|| {
        let names = known.iter().map(|known| bare(known)).collect::<Vec<_>>();
        let nearest = most_similar(local, names.iter().map(String::as_str))?;
        known.iter().find(|known| bare(known) == nearest).cloned()
    })
}
