//! Arguments as meant: resolved, validated, defaults and environment taken in. Nothing here prints or connects.

mod connection;
mod contract;
mod drift;
mod environment;
mod error;
mod instance;
mod reporting;
mod work;

pub(crate) use connection::Connection;
pub(crate) use contract::{ContractFile, ContractProblems, has};
pub(crate) use drift::{DriftSample, KnownFile};
pub(crate) use environment::check_environment;
pub(crate) use error::SettingsError;
pub(crate) use instance::{SCHEDULERS, share};
pub(crate) use reporting::{Reporting, is_session_id, log_file, metrics_file};
pub(crate) use work::run_settings;
