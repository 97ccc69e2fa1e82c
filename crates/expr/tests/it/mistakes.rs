//! `tests/mistakes.txt`: what people write who come from another database or language, one per paragraph, and what they are told.
//! `UPDATE_CASES=1` writes what comes now; read the difference before committing it.

use std::path::Path;

use crate::cases::{inputs, result};

/// Words of the parser that mean nothing to a reader.
const LEAKS: [&str; 8] = ["Word(", "EOF", "Token", "infix", "Expected:", "found:", "keyword", "Line:"];

#[test]
fn every_mistake_is_told_in_our_words_with_what_to_write() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes.txt");
    let text = std::fs::read_to_string(&file).unwrap();
    let names = inputs("amount=int:1, received=date:2024-01-01, name=text:a, flag=bool:true, d=double:1");
    let mut updated = String::new();
    for case in text.split("\n\n").filter(|case| !case.trim().is_empty()) {
        let expression = case.trim_start_matches('\n').lines().next().unwrap();
        let told = result(expression, &names);
        assert!(!LEAKS.iter().any(|leak| told.contains(leak)), "{expression}: {told}");
        updated += &format!("{expression}\n");
        updated += &format!("    {}\n\n", told.replace("); ", ")\n    "));
    }
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(&file, updated.trim_end().to_owned() + "\n").unwrap();
        return;
    }
    assert!(
        text.trim_end() == updated.trim_end(),
        "what is told differs from {}:\n{updated}",
        file.display()
    );
}
