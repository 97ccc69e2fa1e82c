//! The manual's table of expressions: every example gives what it says, every function has one. `UPDATE_CASES=1` writes what comes
//! now; read the difference before committing it.

use std::path::Path;

use crate::cases::{inputs, result};

const MANUAL: &str = "../../docs/contract.md";

#[test]
fn every_function_has_an_example_that_gives_what_the_manual_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(MANUAL);
    let manual = std::fs::read_to_string(&file).expect("the manual is in the repository");
    let (before, section) = manual.split_once("## Expressions").expect("the manual has this section");
    let (section, behind) = section.split_once("\n## ").expect("another section follows");
    let mut updated = String::new();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for line in section.split_inclusive('\n') {
        let cells = line.strip_prefix("| `").and_then(|line| line.trim_end().strip_suffix("` |"));
        let Some((example, said)) = cells.and_then(|cells| cells.split_once("` | `")) else {
            updated += line;
            continue;
        };
        count += 1;
        let found = result(example, &inputs(""));
        if found != said {
            wrong.push(format!("{example}: {found}, not {said}"));
        }
        updated += &format!("| `{example}` | `{found}` |\n");
    }
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(&file, format!("{before}## Expressions{updated}\n## {behind}"))
            .expect("it can be written");
        return;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count > 40, "only {count} examples were found");
    let missing: Vec<_> =
        xmlshred_expr::functions().filter(|name| !section.contains(&format!("{name}("))).collect();
    assert!(missing.is_empty(), "functions without example: {missing:?}");
}
