//! What is known of runs, as one page that fetches nothing and needs no script to be read.
//!
//! `page` puts the sections together, `sections` writes them, `plots` draws what changes over time as SVG, in a wide and a narrow form, whose
//! colours are those of the page. `page.css` and `commands.js` go with it.

mod page;
mod plots;
mod sections;
mod tables;

pub(crate) use page::page;
