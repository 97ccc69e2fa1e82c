//! What `check --url` says about a target, one case for each code: `=== CODE NAME`, a contract, `--- tables` as SQL, `--- says`.
//! `UPDATE_CASES=1` writes what comes now; read the difference before committing it.

use std::fmt::Write as _;
use std::path::Path;

use xmlshred_mapping::contract::Code;

use crate::workplace::Workplace;

#[test]
fn every_code_about_a_target_is_told_with_place_and_hint() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages/target.txt");
    let text = std::fs::read_to_string(&file).unwrap();
    let (mut updated, mut named) = (String::new(), Vec::new());
    for section in text.split("=== ").skip(1) {
        let (name, rest) = section.split_once('\n').unwrap();
        let (contract, rest) = rest.split_once("--- tables\n").unwrap();
        let (tables, _) = rest.split_once("--- says\n").unwrap();
        let place = Workplace::new(1..2);
        place.write("contract.yaml", contract);
        // The workplace has both; a case that brings its own source shows how it looks, and nothing else.
        let replaced = if tables.contains("TABLE app_xml ") { "DROP TABLE app_xml;" } else { "" };
        place.database().execute_batch(&format!("DROP TABLE IF EXISTS person; {replaced} {tables}")).unwrap();
        // What no file of SQLite has anything against is asked of a dialect.
        let command = tables.trim().strip_prefix("-- xmlshred ").unwrap_or("check --url sqlite:data.db");
        let answer = place.run(command);
        // Behind them may stand what a run would stumble over first.
        let err = answer.err.split("\nerror: ").next().unwrap();
        // Few of the contracts tell whose their rows are: one case says what is said of that.
        let is_told =
            |part: &&str| part.contains(" --> ") && (name.starts_with("W0811") || !part.contains("[W0811"));
        let problems = err.split("\n\n").filter(is_told).collect::<Vec<_>>();
        assert!(problems.iter().any(|part| part.contains(&format!("[{name}]"))), "{name}: {}", answer.err);
        assert!(problems.iter().all(|part| part.contains("= help: ")), "{name}: {}", answer.err);
        named.push(name.split_once(' ').unwrap().0.to_owned());
        let told = problems.join("\n\n");
        write!(updated, "=== {name}\n{contract}--- tables\n{tables}--- says\n{}\n\n", told.trim()).unwrap();
    }
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(&file, updated.trim_end().to_owned() + "\n").unwrap();
        return;
    }
    assert!(text.trim_end() == updated.trim_end(), "{updated}");
    let of_target = Code::ALL.iter().map(|code| code.number()).filter(|number| number[1..].starts_with("08"));
    assert!(of_target.clone().all(|number| named.iter().any(|name| name == number)), "{named:?}");
}
