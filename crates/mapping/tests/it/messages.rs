//! Messages hold to a standard, all of them: `tests/contracts/poor-messages.txt` lists those that do not, and is empty.

use std::path::{Path, PathBuf};

use xmlshred_mapping::contract::Code;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What is said in all cases: one text per problem.
fn problems() -> Vec<String> {
    let files = ["contracts/codes.txt", "contracts/problems.txt", "samples/cases.txt"]
        .map(|file| format!("mapping/tests/{file}"));
    let texts = files.iter().map(String::as_str).chain(["cli/tests/messages/target.txt"]);
    let mut problems = Vec::new();
    for file in texts {
        let text = std::fs::read_to_string(folder().join(file)).unwrap();
        let said = text.split("=== ").skip(1).filter_map(|case| case.split_once("--- says\n"));
        for (_, said) in said {
            problems
                .extend(said.trim().split("\n\n").filter(|part| part.contains(" --> ")).map(str::to_owned));
        }
    }
    problems
}

/// What is wrong with a message.
fn fault(problem: &str) -> Option<&'static str> {
    let (title, rest) = problem.split_once('\n')?;
    let message = title.split_once("]: ").map(|(_, message)| message)?;
    let hint = rest.split_once("= help: ").map(|(_, hint)| hint);
    let first = message.chars().next()?;
    match hint {
        None => Some("says not what to do"),
        Some(hint) if hint.trim().len() < 8 => Some("its hint says nothing"),
        Some(hint) if hint.trim_end().ends_with('.') => Some("its hint ends with a full stop"),
        _ if !rest.contains('^') => Some("underlines nothing"),
        _ if message.ends_with('.') => Some("ends with a full stop"),
        _ if first.is_uppercase() => Some("begins with a capital letter"),
        _ if message.len() > 180 => Some("is too long for a line"),
        _ if ["Some(", "None", "Err(", "usize", "{:", "\"\"", "<REDACTED>"]
            .iter()
            .any(|leak| message.contains(leak)) =>
        {
            Some("shows the program's inside")
        }
        _ => None,
    }
}

#[test]
fn no_message_is_poor() {
    let problems = problems();
    let listed = std::fs::read_to_string(folder().join("mapping/tests/contracts/poor-messages.txt")).unwrap();
    assert_eq!(listed.trim(), "", "improve these messages");
    let poor: Vec<_> = problems.iter().filter_map(|problem| Some((fault(problem)?, problem))).collect();
    assert!(poor.is_empty(), "{poor:#?}");
    let untold: Vec<_> = Code::ALL
        .iter()
        .filter(|code| !problems.iter().any(|problem| problem.contains(&format!("[{} ", code.number()))))
        .collect();
    assert!(untold.is_empty(), "no case tells {untold:?}");
}
