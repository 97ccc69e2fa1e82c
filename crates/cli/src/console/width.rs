//! Lines that fit the terminal.

/// What is narrower is not heeded, and what is wider is hard to read.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=120;
/// Where there is no terminal.
const DEFAULT: usize = 80;

/// Columns of the terminal behind standard output, or of `COLUMNS`.
pub(crate) fn columns() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let found = said.or_else(|| comfy_table::Table::new().width().map(usize::from));
    found.unwrap_or(DEFAULT).clamp(*WIDTHS.start(), *WIDTHS.end())
}

/// The text in lines of at most so many characters, broken at blanks; the first begins with `first`, the others with as many blanks as `rest` says.
/// A word that is longer than a line stands alone: it is to be copied.
pub(crate) fn wrapped(text: &str, first: &str, rest: usize, columns: usize) -> String {
    let mut lines = String::from(first);
    let mut width = first.chars().count();
    let mut is_empty = true;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if !is_empty && width + 1 + length > columns {
            lines.push('\n');
            lines.extend(std::iter::repeat_n(' ', rest));
            width = rest;
            is_empty = true;
        }
        if !is_empty {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
        is_empty = false;
    }
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_blanks_and_long_words_stay_whole() {
        let check = |text, columns, expected| assert_eq!(wrapped(text, "  - ", 4, columns), expected);
        check("one two three", 80, "  - one two three\n");
        check("one two three", 11, "  - one two\n    three\n");
        check("a_word_that_is_long b", 10, "  - a_word_that_is_long\n    b\n");
        check("", 80, "  - \n");
    }
}
