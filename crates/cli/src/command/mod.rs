//! What each command does, from settings to exit code.

mod check;
mod completions;
mod coverage;
mod ddl;
mod demo;
mod explain;
mod explore;
mod help;
mod import_legacy;
mod infer;
mod launch;
mod output_file;
mod preview;
mod run;
mod schema;
mod schema_files;
mod status;

pub(crate) use check::check;
pub(crate) use completions::completions;
pub(crate) use coverage::coverage;
pub(crate) use ddl::ddl;
pub(crate) use demo::demo;
pub(crate) use explain::explain;
pub(crate) use explore::explore;
pub(crate) use help::help;
pub(crate) use import_legacy::import_legacy;
pub(crate) use infer::infer;
pub(crate) use launch::launch;
pub(crate) use preview::preview;
pub(crate) use run::run;
pub(crate) use schema::schema;
pub(crate) use status::status;
