//! Documents that are to be processed again: which, what they were, what they would become.

mod chosen;
mod plan;
mod wanted;

pub(crate) use chosen::{Chosen, Vanished, choose, vanished};
pub(crate) use plan::{Trial, documents, json, text, untraced};
pub(crate) use wanted::Wanted;
