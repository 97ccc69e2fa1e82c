//! The nouns of xmlshred, shared by every other crate: data types, values, the target schema, document keys
//! and batches of rows. Pure data: no I/O, threads, clock or knowledge of XML, SQL or contracts.
//!
//! Reading order: [`DataType`] and [`Value`] (one cell), [`TargetSchema`] (what tables look like),
//! [`DocumentKey`] and [`Share`] (which document), [`Batch`] (the rows of many documents, splittable by document),
//! [`Failure`] and [`Issue`] (what went wrong with one of them), [`Work`] (what one of them may cost).

mod batch;
mod cell;
mod code_help;
mod column;
mod data_type;
mod decimal;
mod key;
mod outcome;
mod schema;
mod share;
mod shown;
mod value;
mod work;

pub mod lexical;
pub mod log_table;

pub use batch::{Batch, BatchBuilder, DocumentRecord};
pub use cell::CellReader;
pub use code_help::CodeHelp;
pub use column::ColumnBuilder;
pub use data_type::{DataType, DataTypeError};
pub use decimal::Decimal;
pub use key::{DocumentKey, KeyError, KeyRange, KeyType, MAX_KEY_LENGTH};
pub use outcome::{
    Failure, FailureCode, FailurePlace, Issue, IssueCode, Outcome, Stage, UtcMicros, millis_ceil,
};
pub use schema::{ColumnSchema, ForeignKey, OnExisting, Owner, TableSchema, TargetSchema};
pub use share::{Share, ShareError};
pub use shown::{shown, shown_lines};
pub use value::{OwnedValue, Value};
pub use work::{Work, WorkEnd};
