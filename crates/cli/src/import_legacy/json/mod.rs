//! JSON as a tree with places: what `serde_json` reads has forgotten where it stood.

mod node;
mod parse;
mod spot;

pub(super) use node::{Kind, Node};
pub(super) use parse::{JsonError, parse};
pub(super) use spot::{Place, Spot};
