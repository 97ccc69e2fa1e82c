//! Invented documents: most are good, the others are bad in every way that documents can be, or made by somebody who means harm.

use fastrand::Rng;

use super::content::{Column, Content};
use super::{hostile, ordinary};

/// Keys and documents of a round, in order of key.
pub(super) fn invent(random: &mut Rng, column: Column) -> Vec<(i64, Content)> {
    let count = random.usize(40..400);
    let step = [1, 1, 3, 1_000][random.usize(..4)];
    let mut key = [1, -200, 5_000_000_000][random.usize(..3)];
    // Some rounds have many bad documents, so that batches are split again and again.
    let bad_share = [0.0, 0.1, 0.3, 0.7][random.usize(..4)];
    (0..count)
        .map(|_| {
            key += random.i64(1..=step);
            let is_bad = random.f64() < bad_share;
            (key, if is_bad { hostile::document(random, key, column) } else { good(random, key, column) })
        })
        .collect()
}

/// A document that gives rows, perhaps with issues.
fn good(random: &mut Rng, key: i64, column: Column) -> Content {
    let text = ordinary::text(random, key);
    match column {
        Column::Text => Content::Text(text),
        Column::Binary => hostile::encoded(random, &text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_documents_and_another_gives_others() {
        let invent = |seed| invent(&mut Rng::with_seed(seed), Column::Binary);
        assert_eq!(invent(3), invent(3));
        assert_ne!(invent(3), invent(4));
        assert!(invent(3).windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
