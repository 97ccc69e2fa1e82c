//! Where a run reports to, under which name.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use xmlshred_model::Share;

use super::SettingsError;
use crate::args::{LogLevel, ProgressMode, ReportArgs};

/// Names, files and addresses of a run's reports.
#[derive(Clone, Debug)]
pub(crate) struct Reporting {
    /// Session id, safe in file names.
    pub(crate) session_id: String,
    /// How much is said.
    pub(crate) level: LogLevel,
    /// `--progress`
    pub(crate) progress: ProgressMode,
    /// `--log-dir`
    pub(crate) log_dir: PathBuf,
    /// `--metrics-dir`
    pub(crate) metrics_dir: PathBuf,
    /// `--metrics-listen`
    pub(crate) metrics_listen: Option<SocketAddr>,
}

impl Reporting {
    /// Checks the session id, or makes one.
    ///
    /// # Errors
    /// When the session id cannot be part of a file name.
    pub(crate) fn new(args: &ReportArgs) -> Result<Self, SettingsError> {
        let ReportArgs { log_level, log_dir, metrics_dir, metrics_listen, progress, session_id } = args;
        let session_id = match session_id {
            Some(id) if is_session_id(id) => id.clone(),
            Some(_) => return Err(SettingsError::SessionId),
            None => new_session_id(),
        };
        Ok(Self {
            session_id,
            level: *log_level,
            progress: *progress,
            log_dir: log_dir.clone(),
            metrics_dir: metrics_dir.clone(),
            metrics_listen: *metrics_listen,
        })
    }

    /// The log file of an instance.
    pub(crate) fn log_file(&self, share: Share) -> PathBuf {
        log_file(&self.log_dir, &self.session_id, share)
    }

    /// The metrics file of an instance.
    pub(crate) fn metrics_file(&self, share: Share) -> PathBuf {
        metrics_file(&self.metrics_dir, &self.session_id, share)
    }
}

/// The log file of an instance of a session.
pub(crate) fn log_file(folder: &Path, session: &str, share: Share) -> PathBuf {
    folder.join(format!("run_{session}_{}.log", file_part(share)))
}

/// Its metrics file.
pub(crate) fn metrics_file(folder: &Path, session: &str, share: Share) -> PathBuf {
    folder.join(format!("metrics_{session}_{}.json", file_part(share)))
}

/// `1of3`: people count instances from one.
fn file_part(share: Share) -> String {
    format!("{}of{}", u64::from(share.index()) + 1, share.count())
}

/// Whether a session id cannot lead to another folder.
pub(crate) fn is_session_id(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    id.len() <= 64 && id.starts_with(|c: char| c.is_ascii_alphanumeric()) && id.chars().all(allowed)
}

/// Such as `20261123_184012_7f3a`: UTC, and 16 random bits for runs that start in the same second.
fn new_session_id() -> String {
    let now = jiff::Timestamp::now().strftime("%Y%m%d_%H%M%S").to_string();
    format!("{now}_{:04x}", fastrand::u16(..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_ids_cannot_leave_their_folder() {
        for (id, expected) in [
            ("20261123_184012_7f3a", true),
            ("nightly-7.b", true),
            ("", false),
            ("../up", false),
            (".hidden", false),
            ("a/b", false),
            ("a b", false),
        ] {
            assert_eq!(is_session_id(id), expected, "{id}");
        }
        assert!(is_session_id(&new_session_id()));
    }
}
