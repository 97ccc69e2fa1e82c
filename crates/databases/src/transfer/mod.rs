//! Documents and rows on their way between a database and its port: what is the same for all databases.

pub(crate) mod cell_text;
pub(crate) mod fetching;
pub(crate) mod runs;

mod document_writer;
mod row_reader;

pub use document_writer::DocumentWriter;
pub use row_reader::RowReader;
