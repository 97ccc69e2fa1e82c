//! Names of files and their keys: bound once, the same for every instance.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use xmlshred_engine::testing::number;

use tempfile::TempDir;
use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open};
use xmlshred_engine::ports::{FailedDocuments, Fetched, PortError, Ports};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, TargetSchema};

use crate::postgres::PostgresBench;
use crate::several_writers::{batch, identity};
use crate::sqlite::{ALL, prepared};

/// A target, and a folder with files.
struct Place {
    target: DatabaseUrl,
    schema: Arc<TargetSchema>,
    spec: SourceSpec,
    folder: TempDir,
}

impl Place {
    fn new(target: DatabaseUrl, schema: &Arc<TargetSchema>, spec: SourceSpec) -> Self {
        Self { target, schema: Arc::clone(schema), spec, folder: tempfile::tempdir().unwrap() }
    }

    /// Adds files whose content is their name.
    fn add(&self, names: &[&str]) {
        for name in names {
            fs::write(self.folder.path().join(name), name).unwrap();
        }
    }

    fn ports(&self, pattern: &str, binds_files: bool) -> Box<dyn Ports> {
        let files = SourceAddress::Files(self.folder.path().join(pattern).to_str().unwrap().to_owned());
        let options = OpenOptions { binds_files, ..OpenOptions::default() };
        open(&files, &self.target, &self.spec, &self.schema, options).unwrap()
    }

    /// The key of each file, as a run or, without binding, as a look has it.
    fn keys(&self, pattern: &str, binds_files: bool) -> Result<BTreeMap<String, i64>, PortError> {
        let mut source = self.ports(pattern, binds_files).source()?;
        let keys = source.keys(&ALL, None, 1_000)?;
        let mut found = BTreeMap::new();
        source.fetch(&keys, 1_000, &mut |key, fetched| {
            let Fetched::Bytes(name) = fetched.document else { panic!("files are bytes") };
            found.insert(String::from_utf8(name).unwrap(), number(&key));
            std::ops::ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    fn bound(&self, pattern: &str) -> Vec<(String, i64)> {
        self.keys(pattern, true).unwrap().into_iter().collect()
    }

    fn log(&self, keys: &[i64]) {
        let batch = batch(&self.schema, keys.iter().copied(), 1);
        let mut sink = self.ports("*", false).sink().unwrap();
        sink.commit(&batch, &identity(0, 1), FailedDocuments::Leave).unwrap();
    }
}

fn pairs(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(name, key)| ((*name).to_owned(), *key)).collect()
}

fn names_keep_their_keys_whatever_comes_and_goes(place: &Place) {
    place.add(&["apple.xml", "cherry.xml"]);
    place.ports("*.xml", true).journal().unwrap().create_tables().unwrap();
    assert_eq!(place.bound("*.xml"), pairs(&[("apple.xml", 1), ("cherry.xml", 2)]));
    place.add(&["banana.xml"]);
    let looked = place.keys("*.xml", false).unwrap();
    assert_eq!(looked["banana.xml"], 3, "a look tells the key that a run would bind");
    fs::remove_file(place.folder.path().join("banana.xml")).unwrap();
    place.add(&["aaa.xml"]);
    assert_eq!(place.bound("*.xml"), pairs(&[("aaa.xml", 3), ("apple.xml", 1), ("cherry.xml", 2)]));
    // A file that went keeps its key, for the day when it comes back.
    fs::remove_file(place.folder.path().join("apple.xml")).unwrap();
    place.add(&["banana.xml", "1.xml", "4.xml"]);
    let expected = [("1.xml", -1), ("4.xml", 4), ("aaa.xml", 3), ("banana.xml", -2), ("cherry.xml", 2)];
    assert_eq!(place.bound("*.xml"), pairs(&expected));
    place.add(&["apple.xml"]);
    assert_eq!(place.bound("a*.xml"), pairs(&[("aaa.xml", 3), ("apple.xml", 1)]));
    // Several instances at once, each with a list of its own.
    for number in 0..40 {
        place.add(&[&format!("{}{number}.new", char::from(b'a' + number % 7))]);
    }
    let all = std::thread::scope(|scope| {
        let patterns = ["[a-d]*.new", "[c-g]*.new", "*.new"];
        let instances: Vec<_> = patterns
            .into_iter()
            .map(|pattern| scope.spawn(move || place.keys(pattern, true).unwrap()))
            .collect();
        instances.into_iter().map(|instance| instance.join().unwrap()).collect::<Vec<_>>()
    });
    let last = place.keys("*.new", true).unwrap();
    assert_eq!(last.len(), 40);
    for found in all {
        assert!(found.iter().all(|(name, key)| last[name] == *key), "{found:?}");
    }
    let keys: std::collections::BTreeSet<_> = last.values().collect();
    assert_eq!(keys.len(), 40, "no two files have one key");
}

#[test]
fn names_keep_their_keys_in_sqlite() {
    let fixture = prepared(0);
    let place = Place::new(DatabaseUrl::Sqlite(fixture.file()), &fixture.schema, fixture.spec());
    names_keep_their_keys_whatever_comes_and_goes(&place);
}

#[test]
fn names_keep_their_keys_in_postgresql() {
    let Some(bench) = PostgresBench::start("names of files in PostgreSQL", &[]) else { return };
    let fixture = bench.database(&prepared(0).schema, "text");
    let place = Place::new(fixture.url(), &fixture.schema, fixture.spec());
    names_keep_their_keys_whatever_comes_and_goes(&place);
    // A target from before has no such table, and gets it.
    fixture.client().batch_execute("DROP TABLE processing_file").unwrap();
    let error = place.keys("*.xml", true).unwrap_err();
    assert!(error.message.contains("lacks the table processing_file"), "{error}");
    place.ports("*.xml", true).journal().unwrap().create_tables().unwrap();
    assert!(!place.bound("*.xml").is_empty());
}

#[test]
fn files_that_an_older_version_logged_keep_their_numbers_or_stop_the_run() {
    let fixture = prepared(0);
    let place = Place::new(DatabaseUrl::Sqlite(fixture.file()), &fixture.schema, fixture.spec());
    place.add(&["017.xml", "4.xml", "a.txt", "b.txt"]);
    place.log(&[4, 17]);
    let error = place.keys("*.txt", true).unwrap_err();
    assert!(error.message.contains("it cannot be told which file had which key"), "{error}");
    assert_eq!(place.bound("*.xml"), pairs(&[("017.xml", 17), ("4.xml", 4)]));
    place.add(&["17.xml"]);
    assert_eq!(place.bound("*.xml"), pairs(&[("017.xml", 17), ("17.xml", -1), ("4.xml", 4)]));
    let mut journal = place.ports("*.xml", true).journal().unwrap();
    let processed =
        journal.processed(&[-1, 4, 17].map(DocumentKey::Int), None, FailedDocuments::Leave).unwrap();
    assert_eq!(processed, [4, 17].map(DocumentKey::Int));
}

#[test]
fn contracts_bind_names_of_their_own() {
    let fixture = prepared(0);
    let place = Place::new(DatabaseUrl::Sqlite(fixture.file()), &fixture.schema, fixture.spec());
    place.add(&["a.xml", "b.xml"]);
    assert_eq!(place.bound("*.xml"), pairs(&[("a.xml", 1), ("b.xml", 2)]));
    let other = TargetSchema { contract_name: "other".to_owned(), ..(*place.schema).clone() };
    let other = Place { schema: Arc::new(other), ..place };
    assert_eq!(other.bound("b.xml"), pairs(&[("b.xml", 1)]));
}
