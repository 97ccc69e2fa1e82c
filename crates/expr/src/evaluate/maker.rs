//! Where evaluation makes text and bytes, and what that costs: everything is counted before it is made, so that no expression takes more
//! memory than its document may cost, and what is read is counted, so that none takes longer.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};
use xmlshred_model::{Work, WorkEnd};

/// Bytes that a plain walk over text reads in one step.
const BYTES_PER_STEP: usize = 16;

/// The arena of a row, and the budget of its document.
#[derive(Clone, Copy)]
pub(super) struct Maker<'a, 'w> {
    pub(super) arena: &'a Bump,
    pub(super) work: &'w Work<'w>,
}

impl<'a> Maker<'a, '_> {
    /// Counts one part of an expression.
    #[inline]
    pub(super) fn step(&self) -> Result<(), WorkEnd> {
        self.work.steps(1)
    }

    /// Counts a walk over this many bytes of text.
    #[inline]
    pub(super) fn reads(&self, bytes: usize) -> Result<(), WorkEnd> {
        match bytes / BYTES_PER_STEP {
            0 => Ok(()),
            steps => self.work.steps(steps as u64),
        }
    }

    /// Empty text that takes exactly this many bytes.
    pub(super) fn text(&self, bytes: usize) -> Result<ArenaString<'a>, WorkEnd> {
        self.work.value_bytes(bytes)?;
        Ok(ArenaString::with_capacity_in(bytes, self.arena))
    }

    /// A copy that may be changed in place.
    pub(super) fn copy(&self, text: &str) -> Result<&'a mut str, WorkEnd> {
        self.work.value_bytes(text.len())?;
        Ok(self.arena.alloc_str(text))
    }

    /// An empty list that takes this many items.
    pub(super) fn list<T>(&self, items: usize) -> Result<ArenaVec<'a, T>, WorkEnd> {
        self.work.value_bytes(items.saturating_mul(size_of::<T>()))?;
        Ok(ArenaVec::with_capacity_in(items, self.arena))
    }
}
