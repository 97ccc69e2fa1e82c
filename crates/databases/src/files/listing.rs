//! The files that match a pattern, by name.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use xmlshred_engine::ports::{Fault, PortError};

use super::links::{check_circles, without_detours};
use super::pattern::{folders_of, matches};

/// A file that matches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ListedFile {
    /// What its key is bound to: its absolute path, without `.` and `..`; links are not followed.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// The files, in order of their paths.
///
/// # Errors
/// When the pattern is none, nothing matches and that may not be, a folder cannot be listed, or a name is not UTF-8. That there is no
/// folder where files could come to be is always an error.
pub(crate) fn list(pattern: &str, may_be_none: bool) -> Result<Vec<ListedFile>, PortError> {
    let path = Path::new(pattern);
    let has_folder = || path.parent().is_some_and(|folder| !is_no_folder(folder)) && !path.is_dir();
    let paths = match found(pattern)? {
        paths if paths.is_empty() && !(may_be_none && has_folder()) => return Err(nothing_matches(pattern)),
        paths => paths,
    };
    let mut files: Vec<ListedFile> = paths.into_iter().map(file).collect::<Result<_, _>>()?;
    // Two ways to one file (`a/../a/x.xml`) are one document.
    files.dedup_by(|one, other| one.name == other.name);
    Ok(files)
}

/// The files that a pattern stands for, in order of their paths.
///
/// # Errors
/// When the pattern is none, nothing matches, links lead in a circle, or something that matches would be left out: a folder that cannot
/// be listed, a link that leads nowhere, a name that is not UTF-8.
pub fn matching(pattern: &str) -> Result<Vec<PathBuf>, PortError> {
    match found(pattern)? {
        files if files.is_empty() => Err(nothing_matches(pattern)),
        files => Ok(files),
    }
}

fn found(pattern: &str) -> Result<Vec<PathBuf>, PortError> {
    check_circles(pattern)?;
    let (files, others): (Vec<_>, Vec<_>) = matches(pattern)?.into_iter().partition(|path| path.is_file());
    let lost: Vec<_> = others.into_iter().filter(|path| path.is_symlink() && !path.exists()).collect();
    if !lost.is_empty() {
        let message = format!("links lead to no file: {}", some_of(&lost));
        return Err(PortError::new(Fault::CannotConnect, message)
            .with_hint("mend or remove them, or choose a pattern that does not match them"));
    }
    check_names(pattern)?;
    let mut files = without_detours(files);
    files.sort();
    Ok(files)
}

fn nothing_matches(pattern: &str) -> PortError {
    let message = format!("no file matches `{pattern}`");
    let hint = match Path::new(pattern) {
        folder if folder.is_dir() => format!("for the files of this folder say `{}`", folder.join("*.xml").display()),
        path if path.parent().is_some_and(is_no_folder) => {
            "there is no such folder: paths are taken from where the program was started".to_owned()
        }
        _ => "look at the pattern: `*` and `?` stand for parts of a name, `**` for folders; in quotes the shell leaves it alone".to_owned(),
    };
    PortError::new(Fault::CannotConnect, message).with_hint(hint)
}

/// Whether a folder is named, without a pattern in its path, that is not there.
fn is_no_folder(folder: &Path) -> bool {
    let is_pattern = folder.to_string_lossy().contains(['*', '?', '[']);
    !folder.as_os_str().is_empty() && !is_pattern && !folder.is_dir()
}

fn file(path: PathBuf) -> Result<ListedFile, PortError> {
    let absolute = std::path::absolute(&path).map_err(|error| {
        PortError::new(Fault::AccessDenied, format!("{} has no absolute path: {error}", path.display()))
    })?;
    match plain(&absolute).into_os_string().into_string() {
        Ok(name) => Ok(ListedFile { name, path }),
        Err(name) => Err(not_utf8(&[name])),
    }
}

/// Without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, component| {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
        plain
    })
}

/// Patterns pass over names that are not UTF-8, and nobody would be told.
fn check_names(pattern: &str) -> Result<(), PortError> {
    let components: Vec<_> = Path::new(pattern).components().collect();
    let mut wrong = Vec::new();
    for (at, component) in components.iter().enumerate() {
        let Some(part) = component.as_os_str().to_str().filter(|part| part.contains(['*', '?', '['])) else {
            continue;
        };
        let Ok(part) = glob::Pattern::new(part) else { continue };
        for folder in folders_of(&components[..at])? {
            // What cannot be listed was told above, where it matters.
            let Ok(entries) = folder.read_dir() else { continue };
            let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
            wrong.extend(
                names.filter(|name| name.to_str().is_none() && part.matches(&name.to_string_lossy())),
            );
        }
    }
    wrong.sort();
    wrong.dedup();
    if wrong.is_empty() { Ok(()) } else { Err(not_utf8(&wrong)) }
}

/// The first few names, and how many more there are.
fn some_of<N: std::fmt::Debug>(names: &[N]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<_> = names.iter().take(SHOWN).map(|name| format!("{name:?}")).collect();
    let more = match names.len() {
        count if count > SHOWN => format!(" and {} more", count - SHOWN),
        _ => String::new(),
    };
    format!("{}{more}", shown.join(", "))
}

fn not_utf8(names: &[OsString]) -> PortError {
    PortError::new(Fault::CannotConnect, format!("names of files are not UTF-8: {}", some_of(names)))
        .with_hint("rename them, or choose a pattern that does not match them: a key is bound to a name, which must be text")
}
