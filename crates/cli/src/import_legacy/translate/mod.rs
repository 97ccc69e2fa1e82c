//! From an old contract to a draft of a new one.
//!
//! [`tables`] says what the rows of each table are, [`keys`] what they have of their document; [`table`] puts a table together: [`columns`]
//! from mappings ([`sources`] where a value is, [`values`] and [`codes`] what is done to it, [`expressions`] and [`lets`] how it is calculated),
//! [`rows`] from mapping types that make some, [`blank`] which are left out.

mod blank;
mod codes;
mod columns;
mod contract;
pub(super) mod dates;
mod expressions;
mod keys;
mod language;
mod lets;
mod paths;
mod rows;
mod sources;
mod table;
mod tables;
mod translator;
mod values;

pub(super) use contract::translate;
