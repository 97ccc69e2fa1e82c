//! `examples/`: each contract gives of its documents what stands beside them. `UPDATE_CASES=1` writes what comes now.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::shred::{Case, outcome};

/// Folders whose documents are not in the repository have tests of their own.
const ELSEWHERE: [&str; 1] = ["cldr"];
/// Folders about operation have neither contract nor documents; the program's tests look at them.
const OF_OPERATION: [&str; 3] = ["kubernetes", "prometheus", "systemd"];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    files.sort();
    files
}

#[test]
fn every_example_gives_the_rows_beside_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let (mut wrong, mut count) = (String::new(), 0);
    for example in files(&folder).into_iter().filter(|path| path.is_dir()) {
        if ELSEWHERE.iter().chain(&OF_OPERATION).any(|name| example.ends_with(name)) {
            continue;
        }
        let contract = std::fs::read_to_string(example.join("contract.yaml")).unwrap();
        let is_document = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "xml");
        for document in files(&example).into_iter().filter(is_document) {
            count += 1;
            let text = std::fs::read_to_string(&document).unwrap();
            let found =
                outcome(&Case { name: "", contract: &contract, document: &text, expected: "" }) + "\n";
            let rows = document.with_extension("rows");
            if std::env::var_os("UPDATE_CASES").is_some() {
                std::fs::write(&rows, &found).unwrap();
            }
            let expected = std::fs::read_to_string(&rows).unwrap_or_default();
            if found != expected {
                writeln!(wrong, "{}\nexpected:\n{expected}\nfound:\n{found}", document.display()).unwrap();
            }
        }
    }
    assert!(count >= 4, "{count} documents");
    assert!(wrong.is_empty(), "{wrong}");
}
