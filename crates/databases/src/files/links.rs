//! Links to folders: patterns follow them, so that a file can be found in several ways, or in endless ones.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use xmlshred_engine::ports::{Fault, PortError};

use super::pattern::folders_of;

/// A folder on the way down.
enum Step {
    Enter { path: PathBuf, real: PathBuf },
    Leave { real: PathBuf },
}

/// Sees whether `**` would go in circles. Every folder is listed once.
///
/// # Errors
/// When it would.
pub(super) fn check_circles(pattern: &str) -> Result<(), PortError> {
    let components: Vec<_> = Path::new(pattern).components().collect();
    let Some(at) = components.iter().position(|component| component.as_os_str() == "**") else {
        return Ok(());
    };
    let real = |path: PathBuf| Some(Step::Enter { real: path.canonicalize().ok()?, path });
    let mut steps: Vec<_> = folders_of(&components[..at])?.into_iter().filter_map(real).collect();
    let (mut entered, mut done) = (HashSet::new(), HashSet::new());
    while let Some(step) = steps.pop() {
        match step {
            Step::Leave { real } => {
                entered.remove(&real);
                done.insert(real);
            }
            Step::Enter { path, real } if entered.contains(&real) => return Err(circle(&path)),
            Step::Enter { real, .. } if done.contains(&real) => {}
            Step::Enter { path, real } => {
                entered.insert(real.clone());
                steps.push(Step::Leave { real: real.clone() });
                // What cannot be listed is told where the pattern is followed.
                let Ok(entries) = path.read_dir() else { continue };
                for entry in entries.flatten() {
                    let path = entry.path();
                    match entry.file_type() {
                        Ok(kind) if kind.is_dir() => {
                            steps.push(Step::Enter { real: real.join(entry.file_name()), path });
                        }
                        Ok(kind) if kind.is_symlink() && path.is_dir() => {
                            steps.extend(path.canonicalize().ok().map(|real| Step::Enter { path, real }));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    Ok(())
}

fn circle(link: &Path) -> PortError {
    PortError::new(
        Fault::CannotConnect,
        format!("`**` would go in a circle: {link:?} leads back to a folder around it"),
    )
    .with_hint("remove this link, or name the folders that are meant instead of `**`")
}

/// Each file once: of the ways to it through links to folders, such as `latest`, that with the fewest links, so that its name does not
/// change when a link does. A link to a file is a document of its own, as its name is.
pub(super) fn without_detours(files: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut folders = Folders::default();
    let mut ways: Vec<_> = files.into_iter().map(|file| (folders.links_to(&file), file)).collect();
    if ways.iter().all(|(links, _)| *links == 0) {
        return ways.into_iter().map(|(_, file)| file).collect();
    }
    ways.sort();
    let mut seen = HashSet::new();
    ways.retain(|(_, file)| folders.place(file).is_none_or(|place| seen.insert(place)));
    ways.into_iter().map(|(_, file)| file).collect()
}

/// Each is looked at once.
#[derive(Default)]
struct Folders {
    links: HashMap<PathBuf, usize>,
    real: HashMap<PathBuf, Option<PathBuf>>,
}

impl Folders {
    /// How many links to folders are in a path.
    fn links_to(&mut self, path: &Path) -> usize {
        let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return 0 };
        if let Some(links) = self.links.get(folder) {
            return *links;
        }
        let is_plain =
            !matches!(folder.components().next_back(), Some(Component::ParentDir | Component::CurDir));
        let links = self.links_to(folder) + usize::from(is_plain && folder.is_symlink());
        self.links.insert(folder.to_owned(), links);
        links
    }

    /// Where a file really stands.
    fn place(&mut self, file: &Path) -> Option<(PathBuf, OsString)> {
        let folder = file.parent()?;
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let real = self.real.entry(folder.to_owned()).or_insert_with(|| folder.canonicalize().ok());
        Some((real.clone()?, file.file_name()?.to_owned()))
    }
}
