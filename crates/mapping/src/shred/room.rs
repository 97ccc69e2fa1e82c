//! Where values are made, and what that costs.

use bumpalo::Bump;
use xmlshred_model::{Work, WorkEnd};

/// Bytes of text that conversion reads in one step.
const BYTES_PER_STEP: usize = 64;

/// An arena, and the budget of the document. What a row makes lives in the arena of rows, which the next row uses again; what later rows
/// read lives in that of the document.
#[derive(Clone, Copy)]
pub(super) struct Room<'r, 'w> {
    pub(super) arena: &'r Bump,
    pub(super) work: &'w Work<'w>,
}

impl Room<'_, '_> {
    /// Counts bytes that are made next.
    pub(super) fn makes(&self, bytes: usize) -> Result<(), WorkEnd> {
        self.work.value_bytes(bytes)
    }

    /// Counts a walk over so many bytes.
    #[inline]
    pub(super) fn reads(&self, bytes: usize) -> Result<(), WorkEnd> {
        self.work.steps((bytes / BYTES_PER_STEP) as u64)
    }
}
