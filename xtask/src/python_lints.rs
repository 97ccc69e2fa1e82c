//! The Python crate cannot take the workspace's lints as they are, since pyo3's macros write `unsafe`: it repeats them, and these tests hold that it does.

use crate::workspace::root;

/// The lines of a table of a manifest, and of those below it, without what says where it stands.
fn lints(manifest: &str, prefix: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(manifest)).unwrap();
    let mut found = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            is_inside = name.starts_with(prefix);
            found.extend(is_inside.then(|| name.trim_start_matches(prefix).to_owned()));
        } else if is_inside && line.contains(" = ") {
            found.push(line.to_owned());
        }
    }
    found
}

#[test]
fn the_python_crate_has_the_lints_of_the_workspace_but_for_unsafe_code() {
    let all = lints("Cargo.toml", "workspace.lints.");
    let its = lints("crates/python/Cargo.toml", "lints.");
    assert!(all.len() > 10, "{all:?}");
    let but_for_unsafe = |lints: &[String]| {
        lints.iter().filter(|line| !line.starts_with("unsafe_code")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(but_for_unsafe(&its), but_for_unsafe(&all));
}

#[test]
fn nobody_writes_unsafe_code_in_the_python_crate() {
    for entry in std::fs::read_dir(root().join("crates/python/src")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        let found = text
            .lines()
            .filter(is_code)
            .find(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe"));
        assert_eq!(found, None, "{}", path.display());
    }
}
