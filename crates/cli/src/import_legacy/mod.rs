//! `xmlshred import-legacy`: a contract of the Python predecessor (`production_processor.py`) as one of ours. Everything that xmlshred knows
//! about the old format is in this module, and nobody else uses it.
//!
//! [`json`] reads the file with its places, [`old`] checks what it says, [`translate`] makes a [`draft`] of the new contract ([`expression`]
//! reads the old expressions), [`mod@write`] makes it text ([`yaml`]), [`report`] tells what became of it: the [`notes`] taken on the way, among
//! them the [`differences`] in rows that are meant.

mod differences;
mod draft;
mod expression;
mod import;
mod json;
mod notes;
mod old;
mod report;
mod text;
mod translate;
mod write;
mod yaml;

pub(crate) use import::{Import, import};
pub(crate) use report::{Shown, json as report_json, text as report_text};
pub(crate) use text::{MAX_BYTES, decode};
