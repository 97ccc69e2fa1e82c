//! What was accepted as read by nobody: a list of paths.

use std::collections::BTreeSet;

use crate::contract::Case;

/// What stands above the paths.
const HEAD: &str = "# What documents hold, no column reads, and somebody has accepted: `xmlshred coverage DOC… --accept FILE` adds to it.\n\
                    # A path a line, from the main element. `xmlshred run` tells what else comes up.\n";

/// Paths that are known, from the main element, as `coverage --all` tells them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    paths: BTreeSet<String>,
}

/// A line that is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is no path such as `address/@kind`")]
pub struct KnownError {
    /// From 1.
    pub line: usize,
}

impl Known {
    /// Of the text of a file.
    ///
    /// # Errors
    /// When a line is no path.
    pub fn parse(text: &str) -> Result<Self, KnownError> {
        let mut known = Self::default();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            // A document that was named by mistake is no list, and is not written over.
            let is_of_markup = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | '=' | '&');
            if line.contains(is_of_markup) || line.starts_with('/') {
                return Err(KnownError { line: at + 1 });
            }
            known.accept(line);
        }
        Ok(known)
    }

    /// Adds a path; whether it is new.
    pub fn accept(&mut self, path: &str) -> bool {
        self.paths.insert(bare(path).to_owned())
    }

    /// Whether a path is known, with ASCII letters of either case where the contract does not tell them apart.
    pub fn has(&self, path: &str, case: Case) -> bool {
        let path = bare(path);
        self.paths.contains(path)
            || case == Case::Insensitive && self.paths.iter().any(|known| known.eq_ignore_ascii_case(path))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether nothing was accepted.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The text of a file: sorted, so that versions of it compare well.
    pub fn render(&self) -> String {
        let mut text = HEAD.to_owned();
        for path in &self.paths {
            text.push_str(path);
            text.push('\n');
        }
        text
    }
}

/// The path of an element whose own text is meant: `text()` is told only where the element has others in it, which differs from document to
/// document.
fn bare(path: &str) -> &str {
    match path {
        "text()" => ".",
        path => path.strip_suffix("/text()").unwrap_or(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_text_is_its_element() {
        let mut known = Known::default();
        assert!(
            known.accept("b/text()") && known.accept("a/@x") && known.accept("text()") && !known.accept("b")
        );
        assert_eq!(Known::parse(&known.render()), Ok(known.clone()));
        assert!(known.render().ends_with("\n.\na/@x\nb\n"), "{}", known.render());
        assert!(known.has("b/text()", Case::Sensitive) && !known.has("B", Case::Sensitive));
        assert!(known.has("A/@X", Case::Insensitive) && known.has(".", Case::Sensitive));
        assert_eq!(Known::parse("# x\n\na b\n"), Err(KnownError { line: 3 }));
        assert_eq!(Known::parse("<a/>\n"), Err(KnownError { line: 1 }));
        assert_eq!(Known::parse("/a\n"), Err(KnownError { line: 1 }));
    }
}
