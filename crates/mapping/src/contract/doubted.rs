//! What of a contract is looked at again when it is known as a whole.

use std::ops::Range;

use crate::path::Path;

use super::checked::Input;

/// Parts of a contract that are looked at again at its end.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// Paths that start at the main element, with their places.
    pub(super) absolute: Vec<(Path, Range<usize>)>,
    /// Inputs of expressions of a table that are compared with a blank text.
    pub(super) compared_with_blank: Vec<(usize, Input, Range<usize>)>,
}

impl Doubts {
    pub(super) fn note_path(&mut self, path: &Path, span: &Range<usize>) {
        let outermost = std::iter::successors(Some(path), |path| Some(&path.group.as_ref()?.path)).last();
        if let Some(outermost) = outermost.filter(|path| path.absolute) {
            self.absolute.push((outermost.clone(), span.clone()));
        }
    }

    pub(super) fn note_compared_with_blank(&mut self, table: usize, input: Input, span: Range<usize>) {
        self.compared_with_blank.push((table, input, span));
    }
}
