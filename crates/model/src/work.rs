//! What one document may cost: steps and bytes of values made, counted while its rows are made. Whoever loops over nodes, rows or
//! characters of a document says so here; whoever is beyond the budget is ended by it. It also carries the wish to end from outside.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

/// Steps between two looks at the wish to end.
const STEPS_BETWEEN_LOOKS: u64 = 1 << 16;

/// The work that is left for one document. Cheap to ask: one subtraction and one comparison.
#[derive(Debug)]
pub struct Work<'a> {
    /// Steps until the next look.
    until_look: Cell<u64>,
    /// Steps left behind the next look.
    steps_left: Cell<u64>,
    bytes_left: Cell<u64>,
    max_steps: u64,
    max_value_bytes: u64,
    must_end: Option<&'a AtomicBool>,
}

/// Why the work on a document ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkEnd {
    /// More steps than this limit.
    Steps(u64),
    /// More bytes of values than this limit.
    ValueBytes(u64),
    /// Somebody wishes to end; says nothing about the document.
    Interrupted,
}

impl<'a> Work<'a> {
    /// Work within these limits, ended as soon as `must_end` is true.
    pub fn new(max_steps: u64, max_value_bytes: u64, must_end: Option<&'a AtomicBool>) -> Self {
        let until_look = max_steps.min(STEPS_BETWEEN_LOOKS);
        Self {
            until_look: Cell::new(until_look),
            steps_left: Cell::new(max_steps - until_look),
            bytes_left: Cell::new(max_value_bytes),
            max_steps,
            max_value_bytes,
            must_end,
        }
    }

    /// Work without limits.
    pub fn unlimited() -> Self {
        Self::new(u64::MAX, u64::MAX, None)
    }

    /// Counts steps: nodes visited, items compared, rows made, characters that an expression reads.
    ///
    /// # Errors
    /// When the budget is used up or the end is wished for; every later call fails, too.
    #[inline]
    pub fn steps(&self, count: u64) -> Result<(), WorkEnd> {
        match self.until_look.get().checked_sub(count) {
            Some(left) => {
                self.until_look.set(left);
                Ok(())
            }
            None => self.look(count),
        }
    }

    #[cold]
    fn look(&self, count: u64) -> Result<(), WorkEnd> {
        if self.must_end.is_some_and(|must_end| must_end.load(Ordering::Relaxed)) {
            self.exhaust();
            return Err(WorkEnd::Interrupted);
        }
        let left = self.steps_left.get().saturating_add(self.until_look.get());
        let Some(left) = left.checked_sub(count) else {
            self.exhaust();
            return Err(WorkEnd::Steps(self.max_steps));
        };
        let until_look = left.min(STEPS_BETWEEN_LOOKS);
        self.until_look.set(until_look);
        self.steps_left.set(left - until_look);
        Ok(())
    }

    fn exhaust(&self) {
        self.until_look.set(0);
        self.steps_left.set(0);
    }

    /// Counts bytes of values that were made and not only pointed at: joined text, results of expressions, markup.
    ///
    /// # Errors
    /// When the budget is used up.
    #[inline]
    pub fn value_bytes(&self, count: usize) -> Result<(), WorkEnd> {
        match self.bytes_left.get().checked_sub(count as u64) {
            Some(left) => {
                self.bytes_left.set(left);
                Ok(())
            }
            None => {
                self.bytes_left.set(0);
                Err(WorkEnd::ValueBytes(self.max_value_bytes))
            }
        }
    }

    /// Steps counted so far.
    pub fn steps_taken(&self) -> u64 {
        self.max_steps - self.steps_left.get() - self.until_look.get()
    }

    /// Bytes of values counted so far.
    pub fn value_bytes_made(&self) -> u64 {
        self.max_value_bytes - self.bytes_left.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_end_exactly_at_the_limit() {
        let limit = 3 * STEPS_BETWEEN_LOOKS + 7;
        let work = Work::new(limit, 10, None);
        for _ in 0..limit {
            assert_eq!(work.steps(1), Ok(()));
        }
        assert_eq!(work.steps_taken(), limit);
        assert_eq!(work.steps(1), Err(WorkEnd::Steps(limit)));
        assert_eq!(work.steps(1), Err(WorkEnd::Steps(limit)));
    }

    #[test]
    fn many_steps_at_once_count_as_many() {
        let work = Work::new(1_000_000, 10, None);
        assert_eq!(work.steps(999_999), Ok(()));
        assert_eq!(work.steps_taken(), 999_999);
        assert_eq!(work.steps(2), Err(WorkEnd::Steps(1_000_000)));
    }

    #[test]
    fn a_wish_to_end_is_heard_after_some_steps() {
        let wish = AtomicBool::new(false);
        let work = Work::new(u64::MAX, 10, Some(&wish));
        assert_eq!(work.steps(1), Ok(()));
        wish.store(true, Ordering::Relaxed);
        assert_eq!(work.steps(STEPS_BETWEEN_LOOKS), Err(WorkEnd::Interrupted));
        assert!(work.steps(1).is_err());
    }

    #[test]
    fn bytes_end_at_the_limit() {
        let work = Work::new(1, 10, None);
        assert_eq!(work.value_bytes(10), Ok(()));
        assert_eq!(work.value_bytes(1), Err(WorkEnd::ValueBytes(10)));
        assert_eq!(work.value_bytes_made(), 10);
    }
}
