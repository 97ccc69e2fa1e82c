//! All text of one document in one piece, once somebody asks for it.

use std::cell::OnceCell;

/// All text of one document, once somebody asks for it.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) joined: OnceCell<Joined>,
}

#[derive(Debug)]
pub(super) struct Joined {
    pub(super) text: String,
    /// Where each piece of the tree begins in it, and the end of the last one.
    pub(super) starts: Vec<u32>,
}
