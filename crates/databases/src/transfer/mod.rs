//! Documents and rows on their way between a database and its port: what is the same for all databases.

pub(crate) mod cell_text;
pub(crate) mod dropped;
pub(crate) mod fetching;
pub(crate) mod runs;

mod document_rows;
mod document_writer;
mod file_names;
mod overview;
mod row_reader;

pub use document_rows::DocumentRows;
pub use document_writer::DocumentWriter;
pub(crate) use file_names::{Binding, FileNames, KnownFiles, name_hash, no_file_table};
pub use overview::Overview;
pub use row_reader::RowReader;
