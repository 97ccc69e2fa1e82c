//! `docs/errors.md`: every code with what it means and an example, made from the codes and the cases of the tests. `UPDATE_CASES=1`
//! writes it anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use xmlshred_mapping::contract::{Code, Diagnostic, RenderStyle, Severity, load, render};
use xmlshred_model::{FailureCode, IssueCode};

use crate::contract::whole;

const HEAD: &str = "# Errors and warnings

Made from the program's own tables: `UPDATE_CASES=1 cargo test -p xmlshred-mapping errors_page`. Every problem of a contract has a number, which never changes its
meaning, and a name. Errors (`E`) keep a run from starting, warnings (`W`) do not. The examples leave out what is the same in all of them (`xmlshred: 1`,
`source`, `document`) where it is right.
";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Of the cases that show this code, the shortest: the contract as the case has it, and what is said of this code.
fn example(cases: &str, code: Code) -> Option<(String, String)> {
    let shown = cases.split("=== ").skip(1).filter_map(|section| {
        let (_, rest) = section.split_once('\n')?;
        let (contract, _) = rest.split_once("--- says\n")?;
        let text = whole(contract);
        let of_code: Vec<Diagnostic> =
            load(&text).diagnostics.into_iter().filter(|problem| problem.code == code).take(1).collect();
        let said = render(&of_code, "contract.yaml", &text, RenderStyle::Plain);
        (!of_code.is_empty() && !contract.trim().is_empty())
            .then(|| (contract.strip_prefix("+\n").unwrap_or(contract).to_owned(), said))
    });
    shown.min_by_key(|(contract, _)| contract.len())
}

fn page() -> String {
    let cases = repository().join("crates/mapping/tests/contracts/codes.txt");
    let cases = std::fs::read_to_string(cases).unwrap();
    let mut page = HEAD.to_owned();
    for (title, severity) in [("Errors of a contract", Severity::Error), ("Warnings", Severity::Warning)] {
        writeln!(page, "\n## {title}").unwrap();
        for &code in Code::ALL.iter().filter(|code| code.severity() == severity) {
            writeln!(page, "\n### {} {}\n\n{}", code.number(), code.name(), code.explanation()).unwrap();
            if let Some((contract, said)) = example(&cases, code) {
                write!(page, "\n```yaml\n{}\n```\n```text\n{}\n```\n", contract.trim_end(), said.trim_end())
                    .unwrap();
            }
        }
    }
    page += "\n## Failed documents\n\n`failure_reason` in `processing_log` is `<stage>: <code>: <message>`.\n\n| code | meaning |\n|---|---|\n";
    for code in FailureCode::ALL {
        writeln!(page, "| `{code}` | {} |", code.explanation()).unwrap();
    }
    page += "\n## Issues\n\nCounted per document, table and column in `processing_issue`; the document is loaded.\n\n| code | meaning |\n|---|---|\n";
    for code in IssueCode::ALL {
        writeln!(page, "| `{code}` | {} |", code.explanation()).unwrap();
    }
    page
}

#[test]
fn the_page_of_errors_has_every_code_as_it_is_now() {
    let file = repository().join("docs/errors.md");
    let page = page();
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(&file, page).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap();
    assert!(found == page, "docs/errors.md is not up to date: UPDATE_CASES=1 writes it");
}
