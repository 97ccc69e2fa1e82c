//! Sets of elements: where steps from the document lead, without conditions.

use std::sync::Arc;

use super::compiled::Test;

/// A set of elements. What has no elements, attributes and text, stands behind them as children, so that `..` leads back.
pub(super) type Location = Vec<Move>;

/// One move of a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// From the document to the main element, where a contract has several roots: a document has one of them. Always the first move.
    Main(Arc<[Location]>),
    Child(Test),
    DescendantOrSelf,
}

/// All elements that a test accepts, wherever they are.
pub(super) fn anywhere(test: &Test) -> Location {
    vec![Move::DescendantOrSelf, Move::Child(test.clone())]
}

/// The parents of a location: one, but above several roots. Of a location that any number of levels lead to, the parents are above by one
/// level or lie on the way.
pub(super) fn above(location: &Location) -> Vec<Location> {
    match location.split_last() {
        None => vec![Location::new()],
        Some((Move::Main(roots), _)) => roots.iter().flat_map(above).collect(),
        Some((Move::Child(_), before)) => vec![before.to_vec()],
        Some((Move::DescendantOrSelf, before)) => {
            let levels = before.iter().rposition(|step| *step != Move::DescendantOrSelf);
            let around = levels.map_or_else(Location::new, |last| before[..=last].to_vec());
            behind(above(&around), &Move::DescendantOrSelf)
        }
    }
}

/// The elements beside a location that a test accepts.
pub(super) fn beside(location: &Location, test: &Test) -> Vec<Location> {
    behind(above(location), &Move::Child(test.clone()))
}

fn behind(mut locations: Vec<Location>, step: &Move) -> Vec<Location> {
    locations.iter_mut().for_each(|location| location.push(step.clone()));
    locations
}

/// Without those that are there already.
pub(super) fn distinct(locations: impl Iterator<Item = Location>) -> Vec<Location> {
    let mut found = Vec::new();
    for location in locations {
        if !found.contains(&location) {
            found.push(location);
        }
    }
    found
}

/// The elements of a location that a test accepts, as far as that can be told; the others do no harm.
pub(super) fn narrow(location: &mut Location, test: &Test) {
    if let Some(Move::Child(known)) = location.last_mut()
        && *known == Test::Any
    {
        *known = test.clone();
    }
}

/// The elements around a location that a test accepts: as many locations as it has moves at most, those to the roots included.
pub(super) fn ancestors(location: &Location, test: &Test) -> Vec<Location> {
    let mut found = Vec::new();
    for (at, step) in location.iter().enumerate() {
        let mut prefix = location[..at].to_vec();
        match step {
            Move::Main(roots) => {
                found.extend(roots.iter().flat_map(|root| ancestors(root, test)));
                let is_accepted = |root: &Location| match root.last() {
                    Some(Move::Child(known)) => may_be(known, test),
                    _ => true,
                };
                if at + 1 < location.len() && roots.iter().any(is_accepted) {
                    found.push(vec![step.clone()]);
                }
            }
            Move::Child(known) if at + 1 < location.len() && may_be(known, test) => {
                prefix.push(Move::Child(known.clone()));
                narrow(&mut prefix, test);
                found.push(prefix);
            }
            Move::Child(_) => {}
            Move::DescendantOrSelf => {
                prefix.extend([Move::DescendantOrSelf, Move::Child(test.clone())]);
                found.push(prefix);
            }
        }
    }
    found
}

/// Whether an element may pass both tests; `true` where that is not known.
fn may_be(known: &Test, wanted: &Test) -> bool {
    match (known, wanted) {
        (Test::Symbol(symbol), wanted) => wanted.accepts_name(*symbol),
        (Test::Symbols(symbols), wanted) => symbols.iter().any(|&symbol| wanted.accepts_name(symbol)),
        _ => true,
    }
}
