//! Files that reach each other along arrows: the strongly connected components of more than one file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::resolve::Arrow;

/// The circles, each as the arrows within it.
pub(super) fn circles(arrows: &[Arrow]) -> Vec<Vec<&Arrow>> {
    let mut next = BTreeMap::<&Path, Vec<&Path>>::new();
    for arrow in arrows {
        next.entry(&arrow.from).or_default().push(&arrow.to);
    }
    let reach: BTreeMap<&Path, BTreeSet<&Path>> =
        next.keys().map(|&file| (file, reached(file, &next))).collect();
    let mut seen = BTreeSet::<&Path>::new();
    let mut circles = Vec::new();
    for (&file, reached) in &reach {
        if !reached.contains(file) || seen.contains(file) {
            continue;
        }
        let is_back = |other: &&&Path| reach.get(**other).is_some_and(|back| back.contains(file));
        let members: BTreeSet<&Path> = reached.iter().filter(is_back).copied().collect();
        seen.extend(members.iter().copied());
        let within =
            |arrow: &&Arrow| members.contains(arrow.from.as_path()) && members.contains(arrow.to.as_path());
        circles.push(arrows.iter().filter(within).collect());
    }
    circles
}

/// All files that can be reached from this one by at least one arrow.
fn reached<'a>(file: &Path, next: &BTreeMap<&'a Path, Vec<&'a Path>>) -> BTreeSet<&'a Path> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Path> = next.get(file).into_iter().flatten().copied().collect();
    while let Some(file) = open.pop() {
        if reached.insert(file) {
            open.extend(next.get(file).into_iter().flatten());
        }
    }
    reached
}
