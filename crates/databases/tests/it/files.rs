//! Documents in files.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use tempfile::TempDir;
use xmlshred_databases::{SourceAddress, open_source, read_document};
use xmlshred_engine::ports::{FailedDocuments, Fault, Fetched, PortError, Selection, Source};
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
        xml: "xml".to_owned(),
        min_bytes: 0,
        where_sql: None,
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
    let mut take = |key, fetched| {
        let Fetched::Bytes(bytes) = fetched else { panic!("{fetched:?}") };
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
    let range = KeyRange { start: Some(DocumentKey(2)), end: Some(DocumentKey(7)) };
    let odd = Selection { range, share: Share::new(1, 2).unwrap(), failed: FailedDocuments::Leave };
    assert_eq!(source.keys(&odd, None, 2).unwrap(), [3, 5].map(DocumentKey));
    assert_eq!(source.keys(&odd, Some(DocumentKey(5)), 2).unwrap(), [DocumentKey(7)]);
    assert_eq!(source.count(&odd).unwrap(), Some(3));
}

#[test]
fn large_vanished_and_unknown_documents_are_told_apart() {
    let folder = folder(&["1.xml", "2.xml"]);
    let mut source = source(folder.path());
    fs::remove_file(folder.path().join("2.xml")).unwrap();
    assert_eq!(read_document(&mut *source, DocumentKey(1), 7).unwrap(), Fetched::TooLarge(8));
    assert_eq!(read_document(&mut *source, DocumentKey(1), 8).unwrap(), Fetched::Bytes(b"<1.xml/>".to_vec()));
    for key in [2, 99] {
        let error = read_document(&mut *source, DocumentKey(key), 8).unwrap_err();
        assert_eq!(error.message, format!("the source has no document with key {key}"));
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
