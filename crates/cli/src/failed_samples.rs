//! Samples that failed, told by reason: hundreds that fail for one reason are one line.

use xmlshred_model::Failure;

/// Reasons, in the order in which they came up, with the samples of each.
#[derive(Debug, Default)]
pub(crate) struct FailedSamples {
    reasons: Vec<Reason>,
}

#[derive(Debug)]
struct Reason {
    /// Without the place.
    text: String,
    /// The first sample, and where in it.
    first: String,
    place: Option<String>,
    count: usize,
}

/// What a message ends with when it names the place in the document.
const PLACE: &str = ", at line ";

impl FailedSamples {
    /// Takes note of a sample.
    pub(crate) fn add(&mut self, name: &str, failure: &Failure) {
        let whole = failure.to_string();
        let (text, place) = match whole.rsplit_once(PLACE) {
            Some((text, place)) => (text.to_owned(), Some(format!("line {place}"))),
            None => (whole, None),
        };
        match self.reasons.iter_mut().find(|reason| is_same(&reason.text, &text)) {
            Some(reason) => reason.count += 1,
            None => self.reasons.push(Reason { text, first: name.to_owned(), place, count: 1 }),
        }
    }

    /// How many failed.
    pub(crate) fn count(&self) -> usize {
        self.reasons.iter().map(|reason| reason.count).sum()
    }

    /// One line for each reason, the most frequent first.
    pub(crate) fn lines(mut self) -> Vec<String> {
        self.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
        let line = |Reason { text, first, place, count }: Reason| {
            let place = place.map_or_else(String::new, |place| format!(", at {place}"));
            match count {
                1 => format!("sample {first} failed: {text}{place}"),
                count => format!("{count} samples failed: {text}; the first is {first}{place}"),
            }
        };
        self.reasons.into_iter().map(line).collect()
    }
}

/// Whether two reasons differ in numbers at most, such as the length of a text.
fn is_same(one: &str, other: &str) -> bool {
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let (mut one, mut other) = (one.split(' '), other.split(' '));
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one == other || is_number(one) && is_number(other) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xmlshred_model::{FailureCode, Stage};

    #[test]
    fn one_reason_is_one_line_wherever_it_stands() {
        let mut failed = FailedSamples::default();
        let fail = |message: &str| Failure::new(Stage::Shred, FailureCode::MissingValue, message);
        failed.add("1.xml", &fail("t.b: null in a required column, at line 9 column 1"));
        failed.add("2.xml", &fail("t.a: null in a required column, at line 1 column 7"));
        failed.add("3.xml", &fail("t.a: null in a required column, at line 3 column 2"));
        failed.add("4.xml", &fail("t.c: 32 characters in a column of 20, at line 3 column 2"));
        failed.add("5.xml", &fail("t.c: 7 characters in a column of 20, at line 3 column 2"));
        failed.add("6.xml", &fail("t.c1: 7 characters in a column of 20, at line 3 column 2"));
        assert_eq!(failed.count(), 6);
        assert_eq!(
            failed.lines(),
            [
                "2 samples failed: shred: missing-value: t.a: null in a required column; the first is 2.xml, at line 1 column 7",
                "2 samples failed: shred: missing-value: t.c: 32 characters in a column of 20; the first is 4.xml, at line 3 column 2",
                "sample 1.xml failed: shred: missing-value: t.b: null in a required column, at line 9 column 1",
                "sample 6.xml failed: shred: missing-value: t.c1: 7 characters in a column of 20, at line 3 column 2",
            ]
        );
    }
}
