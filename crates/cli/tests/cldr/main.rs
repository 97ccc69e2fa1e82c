//! Real input: the LDML files of Debian's `unicode-cldr-core`, counted by xmlshred and by Python.

use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

const FOLDER: &str = "/usr/share/unicode/cldr/common/main";

/// Tables, and the text column whose characters are counted.
const TABLES: &[(&str, &str)] = &[
    ("locale", "name"),
    ("language", "name"),
    ("territory", "name"),
    ("currency", "name"),
    ("currency_name", "name"),
    ("month_name", "name"),
    ("day_name", "name"),
    ("date_format", "pattern"),
];

#[test]
fn ldml_files_give_the_rows_and_characters_that_python_counts() {
    if !Path::new(FOLDER).is_dir() {
        println!("skipped: no LDML files (apt-get install unicode-cldr-core)");
        return;
    }
    let Some(expected) = count_with_python() else {
        println!("skipped: no python3 to count with (apt-get install python3)");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let database = dir.path().join("cldr.db");
    let output = Command::new(env!("CARGO_BIN_EXE_xmlshred"))
        .current_dir(dir.path())
        .args(["run", "--create-tables", "--progress", "off", "--contract"])
        .arg(example("contract.yaml"))
        .args(["--files", &format!("{FOLDER}/*.xml"), "--url", &format!("sqlite:{}", database.display())])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "exit {:?}\n{}\n{}",
        output.status.code(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let connection = Connection::open(&database).unwrap();
    for (table, column) in TABLES {
        let found: (i64, i64) = connection
            .query_row(&format!("SELECT count(*), total(length({column})) FROM {table}"), [], |row| {
                Ok((row.get(0)?, row.get::<_, f64>(1)? as i64))
            })
            .unwrap();
        let expected = (&expected[table]["rows"], &expected[table]["characters"]);
        assert_eq!((Some(found.0), Some(found.1)), (expected.0.as_i64(), expected.1.as_i64()), "{table}");
    }
}

fn count_with_python() -> Option<serde_json::Value> {
    let output = Command::new("python3").arg(example("count.py")).arg(FOLDER).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("count.py prints JSON"))
}

fn example(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cldr").join(name)
}
