//! Documents in files.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use tempfile::TempDir;
use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open_source};
use xmlshred_engine::ports::{FailedDocuments, Fault, Fetched, FetchedRow, PortError, Selection, Source};
use xmlshred_engine::shredding::Shredders as _;
use xmlshred_engine::testing::words::Words;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, KeyRange, Share};

use crate::sqlite::ALL;

/// A folder with files that hold their names as an element.
fn folder(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        fs::write(folder.path().join(name), format!("<{name}/>")).unwrap();
    }
    folder
}

fn spec() -> SourceSpec {
    SourceSpec {
        schema: None,
        table: "app_xml".to_owned(),
        key: "app_id".to_owned(),
        key_type: None,
        xml: "xml".to_owned(),
        min_bytes: 0,
        where_sql: None,
        version: None,
        columns: Vec::new(),
    }
}

fn try_source(folder: &Path) -> Result<Box<dyn Source>, PortError> {
    let spec = spec();
    let pattern = folder.join("*.xml").to_str().unwrap().to_owned();
    open_source(&SourceAddress::Files(pattern), &spec)
}

fn source(folder: &Path) -> Box<dyn Source> {
    try_source(folder).unwrap()
}

/// `key content` of all documents.
fn documents(source: &mut dyn Source) -> Vec<String> {
    let keys = source.keys(&ALL, None, 100).unwrap();
    let mut documents = Vec::new();
    let mut take = |key, row: FetchedRow| {
        let Fetched::Bytes(bytes) = row.document else { panic!("files are bytes") };
        documents.push(format!("{key} {}", String::from_utf8(bytes).unwrap()));
        ControlFlow::Continue(())
    };
    source.fetch(&keys, 100, &mut take).unwrap();
    documents
}

#[test]
fn names_that_are_numbers_are_the_keys() {
    let folder = folder(&["10.xml", "9.xml", "-3.xml", "notes.txt"]);
    assert_eq!(documents(&mut *source(folder.path())), ["-3 <-3.xml/>", "9 <9.xml/>", "10 <10.xml/>"]);
}

#[test]
fn other_names_are_counted_in_order_and_take_no_number_away() {
    let names = folder(&["b.xml", "a.xml"]);
    assert_eq!(documents(&mut *source(names.path())), ["1 <a.xml/>", "2 <b.xml/>"]);
    let mixed = folder(&["b.xml", "10.xml", "a.xml"]);
    assert_eq!(documents(&mut *source(mixed.path())), ["-2 <b.xml/>", "-1 <a.xml/>", "10 <10.xml/>"]);
    let seven_twice = folder(&["7.xml", "07.xml"]);
    assert_eq!(documents(&mut *source(seven_twice.path())), ["-1 <07.xml/>", "7 <7.xml/>"]);
}

#[test]
fn pages_hold_the_keys_of_the_range_and_share_only() {
    let folder = folder(&["1.xml", "2.xml", "3.xml", "4.xml", "5.xml", "6.xml", "7.xml"]);
    let mut source = source(folder.path());
    let range = KeyRange { start: Some(DocumentKey::Int(2)), end: Some(DocumentKey::Int(7)) };
    let odd = Selection { range, share: Share::new(1, 2).unwrap(), failed: FailedDocuments::Leave };
    assert_eq!(source.keys(&odd, None, 2).unwrap(), [3, 5].map(DocumentKey::Int));
    assert_eq!(source.keys(&odd, Some(&DocumentKey::Int(5)), 2).unwrap(), [DocumentKey::Int(7)]);
    assert_eq!(source.count(&odd).unwrap(), Some(3));
}

#[test]
fn large_vanished_and_unknown_documents_are_told_apart() {
    let folder = folder(&["1.xml", "2.xml"]);
    let mut source = source(folder.path());
    fs::remove_file(folder.path().join("2.xml")).unwrap();
    let mut fetched = |key, max_bytes| {
        let mut fetched = Vec::new();
        let mut take = |_, row: FetchedRow| {
            fetched.push(row.document);
            ControlFlow::Continue(())
        };
        source.fetch(&[DocumentKey::Int(key)], max_bytes, &mut take).unwrap();
        fetched
    };
    assert_eq!(fetched(1, 7), [Fetched::TooLarge(8)]);
    assert_eq!(fetched(1, 8), [Fetched::Bytes(b"<1.xml/>".to_vec())]);
    for key in [2, 99] {
        assert_eq!(fetched(key, 8), []);
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_are_told_and_not_left_out() {
    use std::os::unix::ffi::OsStrExt as _;

    let folder = folder(&["1.xml"]);
    let name = |bytes: &[u8]| folder.path().join(std::ffi::OsStr::from_bytes(bytes));
    fs::write(name(b"caf\xe9.txt"), "<a/>").unwrap();
    assert_eq!(
        documents(&mut *source(folder.path())),
        ["1 <1.xml/>"],
        "what the pattern does not mean is no matter"
    );
    fs::write(name(b"caf\xe9.xml"), "<a/>").unwrap();
    let error = try_source(folder.path()).err().unwrap();
    assert!(error.message.contains(r"caf\xE9.xml"), "{error}");
    fs::remove_file(name(b"caf\xe9.xml")).unwrap();
    fs::create_dir(name(b"d\xe9")).unwrap();
    let deep = folder.path().join("**/*.xml").to_str().unwrap().to_owned();
    let spec = spec();
    let error = open_source(&SourceAddress::Files(deep), &spec).err().unwrap();
    assert!(error.message.contains(r"d\xE9"), "{error}");
}

#[test]
fn a_pattern_that_matches_nothing_is_told() {
    let error = try_source(folder(&["a.txt"]).path()).err().unwrap();
    assert_eq!(error.fault, Fault::CannotConnect);
    assert!(error.message.starts_with("no file matches"), "{error}");
}

#[test]
fn files_that_are_still_to_come_are_none_where_there_is_a_folder_for_them() {
    let folder = folder(&["a.txt"]);
    let target = DatabaseUrl::parse("sqlite:target.db", &|_| None).unwrap();
    let words = Words::new();
    let open = |pattern: &str, waits_for_files| {
        let pattern = folder.path().join(pattern).to_str().unwrap().to_owned();
        let options = OpenOptions { waits_for_files, ..OpenOptions::default() };
        xmlshred_databases::open(&SourceAddress::Files(pattern), &target, &spec(), words.schema(), options)
    };
    assert!(open("*.xml", true).is_ok());
    for (pattern, waits) in [("*.xml", false), ("typo/*.xml", true), ("", true)] {
        let error = open(pattern, waits).err().unwrap();
        assert!(error.message.starts_with("no file matches"), "{pattern}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn links_lead_to_each_file_once_and_not_in_circles() {
    use std::os::unix::fs::symlink;

    let folder = folder(&["1.xml"]);
    let elsewhere = self::folder(&["2.xml"]);
    let at = folder.path();
    let listed = |pattern: &str| {
        let files = xmlshred_databases::matching_files(at.join(pattern).to_str().unwrap());
        let name = |file: &std::path::PathBuf| file.strip_prefix(at).unwrap().to_str().unwrap().to_owned();
        files.map(|files| files.iter().map(name).collect::<Vec<_>>().join(" ")).map_err(|error| error.message)
    };
    fs::create_dir_all(at.join("2026/11")).unwrap();
    fs::write(at.join("2026/11/3.xml"), "<x/>").unwrap();
    symlink("2026", at.join("1-latest")).unwrap();
    symlink(at.join("1.xml"), at.join("4.xml")).unwrap();
    symlink(elsewhere.path(), at.join("2026/more")).unwrap();
    // Not by way of `1-latest`, which will lead elsewhere some day.
    assert_eq!(listed("**/*.xml").unwrap(), "1.xml 2026/11/3.xml 2026/more/2.xml 4.xml");
    assert_eq!(listed("1-latest/**/*.xml").unwrap(), "1-latest/11/3.xml 1-latest/more/2.xml");

    symlink("gone", at.join("5.xml")).unwrap();
    let wrong = listed("*.xml").unwrap_err();
    assert!(wrong.starts_with("links lead to no file: ") && wrong.ends_with("5.xml\""), "{wrong}");
    assert_eq!(listed("[0-4].xml").unwrap(), "1.xml 4.xml");

    symlink(at, elsewhere.path().join("back")).unwrap();
    let wrong = listed("**/[0-4].xml").unwrap_err();
    assert!(wrong.starts_with("`**` would go in a circle: ") && wrong.contains("back"), "{wrong}");
    assert_eq!(listed("2026/*/*.xml").unwrap(), "2026/11/3.xml 2026/more/2.xml");
}

#[test]
fn a_contract_that_takes_columns_of_the_source_is_refused_for_files() {
    let folder = folder(&["1.xml"]);
    let pattern = folder.path().join("*.xml").to_str().unwrap().to_owned();
    let columns = ["batch_id", "received_at"].map(str::to_owned).into();
    let spec = SourceSpec { columns, ..spec() };
    let refused = open_source(&SourceAddress::Files(pattern), &spec).err().unwrap();
    assert_eq!(
        refused.message,
        "files have no columns: `source.columns` of the contract names `batch_id`, `received_at`"
    );
}
