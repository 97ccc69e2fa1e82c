//! From a name to the file that defines it, and so from modules to arrows between files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::module::{Module, Modules};

/// What one file takes from another of its crate.
pub(super) struct Arrow {
    pub(super) from: PathBuf,
    pub(super) to: PathBuf,
    pub(super) names: Vec<String>,
}

/// Re-exports of re-exports are followed this far.
const MAX_HOPS: usize = 8;

/// All arrows of a crate, one per pair of files.
pub(super) fn arrows(modules: &Modules) -> Vec<Arrow> {
    let mut found = BTreeMap::<(&Path, &Path), Vec<String>>::new();
    for (at, module) in &modules.0 {
        let imported = module.imports.iter().map(|import| &import.path);
        for path in imported.chain(&module.named) {
            let Some(Target::Item(file)) = resolve(modules, at, path, MAX_HOPS) else { continue };
            if file != module.file {
                let names = found.entry((&module.file, file)).or_default();
                let name = path.last().cloned().unwrap_or_default();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    let arrow =
        |((from, to), names): ((&Path, &Path), _)| Arrow { from: from.to_owned(), to: to.to_owned(), names };
    found.into_iter().map(arrow).collect()
}

/// What a path leads to.
enum Target<'a> {
    /// Something that this file defines.
    Item(&'a Path),
    /// A module, which is nobody's until something in it is named.
    Module(Vec<String>),
}

fn resolve<'a>(modules: &'a Modules, at: &[String], path: &[String], hops: usize) -> Option<Target<'a>> {
    let hops = hops.checked_sub(1)?;
    let (head, rest) = path.split_first()?;
    let start = match head.as_str() {
        "crate" => Vec::new(),
        "self" => at.to_vec(),
        "super" => at.split_last()?.1.to_vec(),
        name => match within(modules, at, name, hops)? {
            Target::Module(module) => module,
            item @ Target::Item(_) => return Some(item),
        },
    };
    let mut current = start;
    for name in rest {
        if name == "super" {
            current.pop();
            continue;
        }
        match within(modules, &current, name, hops)? {
            Target::Module(module) => current = module,
            // The rest are variants, associated functions and the like.
            item @ Target::Item(_) => return Some(item),
        }
    }
    Some(Target::Module(current))
}

/// What a module knows by this name: its own, its children, what it imports.
fn within<'a>(modules: &'a Modules, at: &[String], name: &str, hops: usize) -> Option<Target<'a>> {
    let module: &Module = modules.0.get(at)?;
    if module.defined.contains(name) {
        return Some(Target::Item(&module.file));
    }
    let child = [at, &[name.to_owned()]].concat();
    if modules.0.contains_key(&child) {
        return Some(Target::Module(child));
    }
    let named = module.imports.iter().filter(|import| import.name.as_deref() == Some(name));
    // `use name::name` would ask for itself.
    let mut named =
        named.filter(|import| import.path.first().is_some_and(|head| head != name || import.path.len() > 1));
    if let Some(import) = named.next() {
        let is_relative = import.path.first().is_some_and(|head| head == name);
        return if is_relative { None } else { resolve(modules, at, &import.path, hops) };
    }
    let globs = module.imports.iter().filter(|import| import.name.is_none());
    globs.filter(|import| import.path.first().is_some_and(|head| head != name)).find_map(|import| {
        match resolve(modules, at, &import.path, hops)? {
            Target::Module(glob) => within(modules, &glob, name, hops.checked_sub(1)?),
            Target::Item(_) => None,
        }
    })
}
