//! Which application is written.

use super::fault::Fault;

/// Which application is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    /// Its key.
    pub(super) app_id: i64,
    /// What is wrong with it.
    pub(super) fault: Option<Fault>,
    /// Bytes that the whole document should have: a small one has fewer people.
    pub(super) target_bytes: usize,
}
