//! Which file uses which, read from the source: a test holds that no two files of a crate use each other, however indirectly.
//!
//! 1. `module`: a crate's files as modules, with what they define, import and name.
//! 2. `resolve`: a name to the file that defines it, through re-exports.
//! 3. `circles`: files that reach each other.

mod circles;
mod module;
mod resolve;

use std::path::{Path, PathBuf};

use crate::workspace::{Error, root};

/// The circles of files of every crate, each as the arrows that make it.
///
/// # Errors
/// When a file cannot be read, or is no Rust.
fn circles_of_the_workspace() -> Result<Vec<String>, Error> {
    let mut crates: Vec<PathBuf> = std::fs::read_dir(root().join("crates"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    crates.push(root().join("xtask"));
    crates.sort();
    let mut found = Vec::new();
    for folder in crates {
        found.extend(circles_of(&folder)?);
    }
    Ok(found)
}

fn circles_of(folder: &Path) -> Result<Vec<String>, Error> {
    let modules = module::Modules::read(&folder.join("src"))?;
    let arrows = resolve::arrows(&modules);
    let name = |file: &Path| file.strip_prefix(root()).unwrap_or(file).display().to_string();
    Ok(circles::circles(&arrows)
        .into_iter()
        .map(|circle| {
            let lines = circle.iter().map(|arrow| {
                format!("  {} -> {}: {}", name(&arrow.from), name(&arrow.to), arrow.names.join(", "))
            });
            lines.collect::<Vec<_>>().join("\n")
        })
        .collect())
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let circles = circles_of_the_workspace().unwrap();
    assert!(
        circles.is_empty(),
        "{} circles; move what both use into a file below both:\n\n{}",
        circles.len(),
        circles.join("\n\n")
    );
}
