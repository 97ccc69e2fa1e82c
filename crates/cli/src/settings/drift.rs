//! What is watched for while a run goes on, and what is known of it.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xmlshred_mapping::Plan;
use xmlshred_mapping::drift::{Known, Watch};

use super::error::SettingsError;
use crate::args::{DriftSampleArg, WorkArgs};

/// The sample of documents in which a run looks for what nobody reads.
#[derive(Clone, Debug)]
pub(crate) struct DriftSample {
    /// One document in so many.
    pub(crate) every: NonZeroU32,
    pub(crate) known: KnownFile,
}

impl DriftSample {
    /// As the arguments say it; `None` where it is off.
    ///
    /// # Errors
    /// When what is known cannot be read.
    pub(crate) fn new(args: &WorkArgs, contract: &Path) -> Result<Option<Self>, SettingsError> {
        let DriftSampleArg(Some(every)) = args.drift_sample else { return Ok(None) };
        let known = KnownFile::of_run(args.drift_known.as_deref(), contract)?;
        Ok(Some(Self { every, known }))
    }

    /// What looks for it.
    pub(crate) fn watch(&self, plan: &Arc<Plan>) -> Watch {
        Watch::new(Arc::clone(plan), self.every, self.known.known.clone())
    }
}

/// What was accepted, with its file.
#[derive(Clone, Debug)]
pub(crate) struct KnownFile {
    pub(crate) path: PathBuf,
    pub(crate) known: Known,
}

impl KnownFile {
    /// The file that a run looks into: the one that is named, or `contract.known` beside `contract.yaml`, if there is one.
    ///
    /// # Errors
    /// When it cannot be read, or is no list of paths.
    fn of_run(named: Option<&Path>, contract: &Path) -> Result<Self, SettingsError> {
        match named {
            Some(path) => Self::existing(path),
            None => Self::or_empty(&contract.with_extension("known")),
        }
    }

    /// A file that there may be.
    ///
    /// # Errors
    /// When it cannot be read, or is no list of paths.
    pub(crate) fn or_empty(path: &Path) -> Result<Self, SettingsError> {
        match path.try_exists() {
            Ok(false) => Ok(Self { path: path.to_owned(), known: Known::default() }),
            _ => Self::existing(path),
        }
    }

    fn existing(path: &Path) -> Result<Self, SettingsError> {
        let path = path.to_owned();
        match std::fs::read_to_string(&path) {
            Err(source) => Err(SettingsError::Unreadable { what: "list of known paths", path, source }),
            Ok(text) => match Known::parse(&text) {
                Ok(known) => Ok(Self { path, known }),
                Err(error) => Err(SettingsError::KnownFile { path, error }),
            },
        }
    }
}
