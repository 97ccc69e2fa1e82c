//! A contract of the predecessor as data: read from JSON and checked, nothing translated yet.

mod contract;
mod fault;
mod kinds;
mod mapping;
mod read;
mod reader;
mod rules;

pub(super) use contract::{BitTable, Enumeration, OldContract};
pub(super) use fault::{Fault, FaultKind, Problem};
pub(super) use kinds::{Contact, RowKind, Step};
pub(super) use mapping::{Mapping, OldType};
pub(super) use read::read;
pub(super) use rules::{ElementType, Rule};
