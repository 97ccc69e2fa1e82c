//! Arguments as typed. What they mean together is decided in [`crate::settings`].

mod database;
mod documents;
mod operating;
mod program;
mod run;
mod tools;

pub(crate) use database::{ContractArgs, DatabaseArgs};
pub(crate) use documents::{DocumentArgs, KeyArgs};
pub(crate) use operating::{FailureArgs, FailuresArgs, ReportPageArgs, RetryArgs, VerifyArgs};
pub(crate) use program::{Cli, Command};
pub(crate) use run::{
    DriftSampleArg, InstanceArgs, InstanceId, LaunchArgs, LogLevel, MaxFailuresArg, PaceArgs, ProgressMode,
    ReportArgs, RunArgs, WorkArgs,
};
pub(crate) use tools::{
    CheckArgs, CompletionsArgs, CoverageArgs, DdlArgs, DialectArg, ExplainArgs, ExploreArgs, HelpArgs,
    ImportLegacyArgs, InferArgs, KeyTypeArg, ManArgs, PreviewArgs, PreviewFormat, ReportFormat, StatusArgs,
};
