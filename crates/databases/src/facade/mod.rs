//! Any database: what other crates see. The one place that chooses between the three by the address.

mod differences;
mod documents;
mod overview;
mod ports;
mod rows;
mod url;

pub use differences::differences;
pub use documents::start_over;
pub use overview::open_overview;
pub use ports::{SourceAddress, open, open_source, open_source_beside};
pub use rows::{open_document_rows, open_rows};
pub use url::DatabaseUrl;
