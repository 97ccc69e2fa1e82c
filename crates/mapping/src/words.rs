//! Names of elements and attributes that may be told where no value of a document may be: they are words of the document, too, and one with
//! many digits could be somebody's number.

const MAX_CHARS: usize = 60;
const MAX_DIGITS: usize = 4;

/// Whether a name may be told.
pub(crate) fn may_be_told(name: &str) -> bool {
    name.chars().count() <= MAX_CHARS && name.chars().filter(char::is_ascii_digit).count() <= MAX_DIGITS
}

/// A path of names, with `…` for those that may not be told.
pub(crate) fn told(path: &str) -> String {
    let names = path.split('/').map(|name| if may_be_told(name) { name } else { "…" });
    names.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_be_numbers_of_people_are_not_told() {
        assert_eq!(told("report/S078051120/@a"), "report/…/@a");
        assert_eq!(told("line2/@iso8601"), "line2/@iso8601");
        assert_eq!(told(&format!("a/{}/b", "x".repeat(MAX_CHARS + 1))), "a/…/b");
    }
}
