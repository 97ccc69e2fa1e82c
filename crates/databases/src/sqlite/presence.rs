//! SQLite has no sessions: a run that is at work keeps a small file beside the database locked, and who looks on tries the lock. The system
//! gives it up with the process, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use xmlshred_engine::ports::{RunSession, SessionName};

/// Somebody who looks on holds the lock for a moment.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(10);
/// More than a name takes.
const MAX_NAME: u64 = 1_000;

/// The file of a run, locked. It goes with it.
#[derive(Debug)]
pub(crate) struct Presence {
    path: PathBuf,
    /// Holds the lock.
    _file: File,
}

impl Presence {
    /// That of the run of this name; `None` where files cannot be made or locked, or somebody else is this instance already.
    pub(crate) fn take(database: &Path, name: &SessionName) -> Option<Self> {
        let path = path(database, name)?;
        for _ in 0..TRIES {
            let options = &mut OpenOptions::new();
            let mut file = options.create(true).truncate(false).write(true).open(&path).ok()?;
            match file.try_lock() {
                Ok(()) => {
                    file.set_len(0).ok()?;
                    writeln!(file, "{name}").ok()?;
                    return Some(Self { path, _file: file });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(_)) => return None,
            }
        }
        None
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        // One that stays is locked by nobody.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The runs that are at work on the database.
///
/// # Errors
/// When its folder cannot be read.
pub(super) fn sessions(database: &Path) -> std::io::Result<Vec<RunSession>> {
    let (Some(folder), Some(start)) = (folder(database), start(database)) else { return Ok(Vec::new()) };
    let mut sessions = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(&start)) {
            let name = name_if_locked(&entry.path());
            sessions.extend(name.map(|name| RunSession { name, host: None, waits_for: None }));
        }
    }
    Ok(sessions)
}

fn name_if_locked(path: &Path) -> Option<SessionName> {
    let mut file = File::open(path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        Ok(()) | Err(TryLockError::Error(_)) => return None,
    }
    let mut text = String::new();
    Read::by_ref(&mut file).take(MAX_NAME).read_to_string(&mut text).ok()?;
    SessionName::parse(text.trim_end())
}

fn path(database: &Path, name: &SessionName) -> Option<PathBuf> {
    let instance = name.instance().replace('/', "of");
    Some(folder(database)?.join(format!("{}{}-{instance}", start(database)?, name.contract)))
}

/// `data.db-xmlshred-`
fn start(database: &Path) -> Option<String> {
    Some(format!("{}-xmlshred-", database.file_name()?.to_str()?))
}

fn folder(database: &Path) -> Option<PathBuf> {
    Some(std::path::absolute(database).ok()?.parent()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use xmlshred_model::Share;

    #[test]
    fn a_run_is_seen_as_long_as_it_lives() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("data.db");
        let name = |index| SessionName::new("0.1.0", Share::new(index, 2).unwrap(), "invoice", "night");
        let seen = || -> Vec<_> {
            let mut seen: Vec<_> =
                sessions(&database).unwrap().iter().map(|session| session.name.to_string()).collect();
            seen.sort();
            seen
        };
        assert!(seen().is_empty());
        let [one, two] = [0, 1].map(|index| Presence::take(&database, &name(index)).unwrap());
        assert_eq!(seen(), [name(0).to_string(), name(1).to_string()]);
        assert!(Presence::take(&database, &name(0)).is_none(), "one instance is one run");
        drop(two);
        assert_eq!(seen(), [name(0).to_string()]);
        // As a kill leaves it: the file is there, and nobody holds the lock.
        let path = one.path.clone();
        drop(one);
        std::fs::write(&path, name(0).to_string()).unwrap();
        assert!(seen().is_empty());
        assert!(Presence::take(&database, &name(0)).is_some());
        assert!(!path.exists());
    }
}
