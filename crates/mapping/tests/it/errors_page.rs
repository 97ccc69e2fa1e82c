//! `docs/errors.md`: every code with what it means and an example, made from the codes and the cases of the tests. `UPDATE_CASES=1`
//! writes it anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use xmlshred_mapping::contract::{Code, Severity};
use xmlshred_model::{CodeHelp, FailureCode, IssueCode};

const HEAD: &str = "# Errors and warnings

Every problem of a contract has a number, which never changes its meaning, and a name; `xmlshred help E0107` shows what is said of one here. Errors (`E`) keep a run from starting, warnings (`W`) do not. The examples leave out what is the same in all of them (`xmlshred: 1`,
`source`, `document`) where it is right.
";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Of the cases that show this code, the shortest: the contract as the case has it with what it was tried on, and what is said of
/// this code.
fn example(cases: &[String], code: Code) -> Option<(String, String)> {
    let id = format!("[{} {}]", code.number(), code.name());
    let shown = cases.iter().flat_map(|file| file.split("=== ").skip(1)).filter_map(|section| {
        let (_, rest) = section.split_once('\n')?;
        let (contract, said) = rest.split_once("--- says\n")?;
        let said = said.split("\n\n").find(|problem| problem.contains(&id))?;
        let contract = contract.strip_prefix("+\n").unwrap_or(contract).trim_end();
        (!contract.is_empty()).then(|| (contract.to_owned(), said.trim_end().to_owned()))
    });
    shown.min_by_key(|(contract, _)| contract.len())
}

fn page() -> String {
    let files = [
        "mapping/tests/contracts/codes.txt",
        "mapping/tests/samples/cases.txt",
        "cli/tests/messages/target.txt",
    ];
    let cases = files.map(|file| std::fs::read_to_string(repository().join("crates").join(file)).unwrap());
    let mut page = HEAD.to_owned();
    for (title, severity) in [("Errors of a contract", Severity::Error), ("Warnings", Severity::Warning)] {
        writeln!(page, "\n## {title}").unwrap();
        for &code in Code::ALL.iter().filter(|code| code.severity() == severity) {
            writeln!(page, "\n### {} {}\n\n{}", code.number(), code.name(), code.explanation()).unwrap();
            let (contract, said) = example(&cases, code).unwrap_or_else(|| panic!("no example of {code:?}"));
            // Behind the contract may stand what it was tried on.
            let contract = contract
                .replace("\n--- documents\n", "\n```\n```xml\n")
                .replace("\n--- tables\n", "\n```\n```sql\n");
            write!(page, "\n```yaml\n{contract}\n```\n```text\n{said}\n```\n").unwrap();
        }
    }
    page += "\n## Failed documents\n\n`failure_reason` in `processing_log` is `<stage>: <code>: <message>`. `xmlshred help CODE` shows what is said of one here.\n";
    for code in FailureCode::ALL {
        page += &section(code.as_str(), code.explanation(), code.help());
    }
    page += "\n## Issues\n\nCounted per document, table and column in `processing_issue`; the document is loaded.\n";
    for code in IssueCode::ALL {
        page += &section(code.as_str(), code.explanation(), code.help());
    }
    page
}

/// What is said of a code of documents.
fn section(code: &str, explanation: &str, help: CodeHelp) -> String {
    let CodeHelp { reasons, remedy, example } = help;
    let reasons = reasons.iter().map(|reason| format!("- {reason}\n")).collect::<String>();
    format!(
        "\n### {code}\n\n{explanation} Usual reasons:\n\n{reasons}\nWhat to do: {remedy}.\n\n```text\n{example}\n```\n"
    )
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
    for machinery in ["UPDATE_CASES", "cargo ", "DROP TABLE"] {
        assert!(!page.contains(machinery), "users read {machinery}");
    }
    assert!(found == page, "docs/errors.md is not up to date: UPDATE_CASES=1 writes it");
}
