//! What the target holds, compared with the log, the source, and what the documents would give now.

mod answer;
mod compare;
mod counts;
mod sample;
mod text;

pub(crate) use answer::{Answer, ContractUse, Difference, Documents, TableAnswer};
pub(crate) use compare::{Comparer, TOGETHER};
pub(crate) use counts::{contracts, facts, tables, unlogged};
pub(crate) use sample::Sample;
pub(crate) use text::text;
