//! What the pages that xmlshred writes have in common: one file that opens from the disk and fetches nothing.
//!
//! `shell` puts a page together: head, style, body, scripts. `base.css` has the colours, light and dark; `dom.js` and `copy.js` are what
//! scripts of several pages need.

mod shell;

pub(crate) use shell::{COPY, DOM, Page, is_page};
