//! Who works on a SQLite file, and how large it is.

use std::path::{Path, PathBuf};

use xmlshred_engine::ports::{PortError, RunSession};
use xmlshred_model::TargetSchema;

use crate::transfer::Overview;

use super::connect::must_exist;
use super::presence;

/// Looks at the file and what stands beside it.
pub(crate) struct SqliteOverview {
    file: PathBuf,
}

impl SqliteOverview {
    pub(crate) fn open(file: &Path) -> Result<Self, PortError> {
        must_exist(file, "target")?;
        Ok(Self { file: file.to_owned() })
    }
}

impl Overview for SqliteOverview {
    fn sessions(&mut self) -> Result<Option<Vec<RunSession>>, PortError> {
        Ok(presence::sessions(&self.file).ok())
    }

    fn byte_count(&mut self, _: &TargetSchema) -> Result<Option<u64>, PortError> {
        let log = PathBuf::from(format!("{}-wal", self.file.display()));
        let length = |file: &Path| file.metadata().ok().map(|metadata| metadata.len());
        Ok(length(&self.file).map(|bytes| bytes + length(&log).unwrap_or(0)))
    }
}
