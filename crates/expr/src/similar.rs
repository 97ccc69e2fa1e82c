//! Which of the known words was probably meant.

/// Longer words are not compared: what they were meant to be is of no help any more, and comparing takes the square of their length.
const MAX_CHARS: usize = 128;
/// Of 1.
const SIMILAR: f64 = 0.6;

/// The known word that looks most like the written one, when one does: the first of equals, so that the answer depends on nothing but
/// the order of words. Takes time in proportion to the known words.
pub fn most_similar<'w>(written: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let length = written.chars().count();
    if length > MAX_CHARS {
        return None;
    }
    let written = written.to_lowercase();
    known
        .into_iter()
        // Words that differ in length by more are no more similar.
        .filter(|word| {
            let other = word.chars().count();
            other <= MAX_CHARS && length.min(other) as f64 >= length.max(other) as f64 * SIMILAR
        })
        .map(|word| (strsim::normalized_damerau_levenshtein(&written, &word.to_lowercase()), word))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, word)| word)
}
