//! Documents beside their rows, as one page that fetches nothing, or as the JSON that the page shows.
//!
//! `head` is what all documents share: the contract's text, its tables, and columns for what nobody reads. `document` is one document with its
//! rows; `strings` keeps texts that stand in many places once. `page` puts them behind `page/body.html`, with its style and scripts, which know no
//! more than the JSON.

mod contract_lines;
mod document;
mod head;
mod page;
mod strings;

pub(crate) use document::document;
pub(crate) use head::head;
pub(crate) use page::{json, page};
