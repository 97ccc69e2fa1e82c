//! What the target holds, compared with the log, the source, and what the documents would give now.

mod again;
mod answer;
mod compare;
mod counts;
mod differences;
mod sample;
mod text;

pub(crate) use answer::{Answer, ContractUse, Difference, Documents, TableAnswer};
pub(crate) use compare::Comparer;
pub(crate) use counts::{contracts, facts, rows_agree, rows_found, rows_share_keys, tables, unlogged};
pub(crate) use sample::Sample;
pub(crate) use text::text;
