//! Sets of elements: where steps from the document lead, without conditions.

use super::compiled::Test;

/// A set of elements. What has no elements, attributes and text, stands behind them as children, so that `..` leads back.
pub(super) type Location = Vec<Move>;

/// One move of a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Child(Test),
    DescendantOrSelf,
}

/// All elements that a test accepts, wherever they are.
pub(super) fn anywhere(test: &Test) -> Location {
    vec![Move::DescendantOrSelf, Move::Child(test.clone())]
}

/// The parents of a location. Of a location that any number of levels lead to, the parents are above by one level or lie on
/// the way.
pub(super) fn go_up(location: &mut Location) {
    match location.pop() {
        None | Some(Move::Child(_)) => {}
        Some(Move::DescendantOrSelf) => {
            while let Some(Move::DescendantOrSelf) = location.last() {
                location.pop();
            }
            location.pop();
            location.push(Move::DescendantOrSelf);
        }
    }
}

/// The elements beside a location that a test accepts.
pub(super) fn go_beside(location: &mut Location, test: &Test) {
    go_up(location);
    location.push(Move::Child(test.clone()));
}

/// The elements of a location that a test accepts, as far as that can be told; the others do no harm.
pub(super) fn narrow(location: &mut Location, test: &Test) {
    if let Some(Move::Child(known)) = location.last_mut()
        && *known == Test::Any
    {
        *known = test.clone();
    }
}

/// The elements around a location that a test accepts: as many locations as it has moves at most.
pub(super) fn ancestors(location: &Location, test: &Test) -> Vec<Location> {
    let mut found = Vec::new();
    for (at, step) in location.iter().enumerate() {
        let mut prefix = location[..at].to_vec();
        match step {
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
