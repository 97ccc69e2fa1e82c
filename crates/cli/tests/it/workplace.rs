//! A folder with a database, a contract and the program.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

/// Two tables, a decimal, a date, a sensitive column.
pub(crate) const CONTRACT: &str = r#"xmlshred: 1
name: people
source: { table: app_xml, key: app_id, xml: xml }
document: { root: /request, key: "@id" }
tables:
  person:
    columns:
      app_id: { path: "@id", type: int, key: true }
      name:   { path: name, type: varchar(20), sensitive: true }
      member: { path: "@member", type: bool }
      weight: { path: weight, type: double }
      born:   { path: born, type: date }
      seen:   { path: seen, type: timestamp }
      amount: { path: amount, type: "decimal(8,2)", on_invalid: null }
  phone:
    each: phone
    columns:
      app_id: { parent: person.app_id }
      number: { path: "@number", type: varchar(30) }
"#;

/// Every fiftieth document is broken, every seventieth has an issue.
pub(crate) fn document(key: i64) -> String {
    let amount = if key.rem_euclid(70) == 3 { "much".to_owned() } else { format!("{key}.5") };
    let phones: String = (0..key.rem_euclid(4)).map(|n| format!("<phone number=\"{key}-{n}\"/>")).collect();
    let text = format!(
        "<request id=\"{key}\" member=\"true\"><name>Person {key}</name><weight>61.5</weight><born>1990-02-03</born>\
         <seen>2024-01-02T03:04:05.123</seen><amount>{amount}</amount>{phones}<report><a>x</a></report></request>"
    );
    if key.rem_euclid(50) == 7 { text.replace("</report>", "") } else { text }
}

/// How many of these documents fail.
pub(crate) fn broken(keys: std::ops::Range<i64>) -> u64 {
    keys.filter(|key| key.rem_euclid(50) == 7).count() as u64
}

/// A folder with `contract.yaml` and `data.db`.
pub(crate) struct Workplace {
    dir: TempDir,
}

impl Workplace {
    /// With the documents of these keys, and no target tables.
    pub(crate) fn new(keys: std::ops::Range<i64>) -> Self {
        let place = Self { dir: TempDir::new().unwrap() };
        place.write("contract.yaml", CONTRACT);
        let mut database = place.database();
        let transaction = database.transaction().unwrap();
        transaction.execute("CREATE TABLE app_xml (app_id INTEGER PRIMARY KEY, xml TEXT)", []).unwrap();
        for key in keys {
            transaction.execute("INSERT INTO app_xml VALUES (?, ?)", (key, document(key))).unwrap();
        }
        transaction.commit().unwrap();
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    pub(crate) fn database(&self) -> Connection {
        Connection::open(self.path().join("data.db")).unwrap()
    }

    /// The program with these arguments (one line, split at blanks), in the folder, without its environment variables.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("xmlshred"));
        command.current_dir(self.path()).args(arguments.split_whitespace());
        for name in [
            "XMLSHRED_CONTRACT",
            "XMLSHRED_URL",
            "XMLSHRED_SOURCE_URL",
            "XMLSHRED_TARGET_URL",
            "XMLSHRED_PASSWORD",
            "JOB_COMPLETION_INDEX",
        ] {
            command.env_remove(name);
        }
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &str) -> Answer {
        Answer::of(self.command(arguments).output().unwrap())
    }

    /// [`run`](Self::run) with arguments that may have blanks.
    pub(crate) fn run_with(&self, arguments: &[&str]) -> Answer {
        Answer::of(self.command("").args(arguments).output().unwrap())
    }

    /// The only file of this folder with this ending.
    pub(crate) fn only_file(&self, folder: &str, ending: &str) -> PathBuf {
        let files: Vec<_> = std::fs::read_dir(self.path().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().ends_with(ending))
            .collect();
        assert_eq!(files.len(), 1, "{files:?}");
        files.into_iter().next().unwrap()
    }

    /// The metrics of the only run of this instance.
    pub(crate) fn metrics(&self, instance: &str) -> serde_json::Value {
        let file = self.only_file("metrics", &format!("_{instance}.json"));
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
    }

    pub(crate) fn count(&self, sql: &str) -> i64 {
        self.database().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Everything that does not depend on when and by whom it was done, in an order of its own.
    pub(crate) fn target(&self) -> Vec<Vec<Vec<Value>>> {
        let database = self.database();
        [
            "SELECT * FROM person ORDER BY app_id",
            "SELECT * FROM phone ORDER BY app_id, number",
            "SELECT app_id, status, failure_reason, row_count, issue_count, contract_hash, document_hash \
             FROM processing_log ORDER BY app_id",
            "SELECT * FROM processing_issue ORDER BY app_id, table_name, column_name, code",
        ]
        .iter()
        .map(|sql| {
            let mut statement = database.prepare(sql).unwrap();
            let width = statement.column_count();
            let rows = statement.query_map([], |row| (0..width).map(|at| row.get(at)).collect()).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        })
        .collect()
    }
}

/// How a run of the program ended, and what it said.
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Asserts the exit code.
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "out: {}\nerr: {}", self.out, self.err);
        self
    }

    /// Asserts that standard error has all of these.
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not in: {}", self.err);
        }
        self
    }
}
