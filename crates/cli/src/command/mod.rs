//! What each command does, from settings to exit code.

mod check;
mod completions;
mod ddl;
mod demo;
mod infer;
mod launch;
mod preview;
mod run;
mod signals;
mod status;

pub(crate) use check::check;
pub(crate) use completions::completions;
pub(crate) use ddl::ddl;
pub(crate) use demo::demo;
pub(crate) use infer::infer;
pub(crate) use launch::launch;
pub(crate) use preview::preview;
pub(crate) use run::run;
pub(crate) use status::status;
