//! SQL text that differs between databases by their dialect alone.

pub mod ddl;
pub(crate) mod dialect;
pub(crate) mod entries;
pub(crate) mod issues;
pub(crate) mod log_queries;
pub mod log_upgrade;
pub(crate) mod names;
pub(crate) mod paging;
pub(crate) mod rank;
pub(crate) mod replacing;
pub mod rows_as_sql;
pub(crate) mod statement;
