//! Rows of the source with keys of every type: those that have a key twice, and those that change.

use std::collections::BTreeSet;

use xmlshred_mapping::Content;
use xmlshred_model::{DocumentKey, KeyRange, Share};

use super::keys::{COUNT, filled, key, pages};
use super::running::{content, settings};
use super::scene::{everything, identity};
use crate::pipeline::run_with;
use crate::ports::{FailedDocuments, Ports, Selection};
use crate::shredding::Shredders as _;
use crate::stop::StopSignal;
use crate::testing::fixture::Bench;
use crate::testing::listening::Deaf;
use crate::testing::words::Words;

/// How many documents a run over these ports has done.
fn run(ports: &dyn Ports, words: &Words, share: Share) -> Result<u64, String> {
    let identity = identity("s", share.index(), share.count());
    let summary = run_with(ports, words, &identity, &settings(), &Deaf, &StopSignal::new());
    summary.map(|summary| summary.totals.document_count()).map_err(|error| error.to_string())
}

pub(super) fn a_key_that_stands_twice_is_told_whatever_its_type(bench: &dyn Bench) {
    for &key_type in bench.key_types() {
        let words = Words::with_keys(key_type);
        let fixture = filled(bench, &words);
        run(&*fixture.ports(), &words, Share::WHOLE).expect("no key stands twice");
        if !fixture.allow_repeated_keys() {
            return;
        }
        let twice = key(key_type, 17);
        fixture.insert_document(&twice, Some(Content::Text("three")));
        fixture.insert_document(&key(key_type, COUNT), Some(Content::Text("new")));
        let said = format!("has the key {twice} in several rows");
        let ports = fixture.ports();
        let mut source = ports.source().expect("the source opens");
        assert!(!source.promises_unique_keys(), "{key_type}");
        let retry = Selection { failed: FailedDocuments::Retry, ..everything() };
        for (selection, limit) in [(everything(), 1), (everything(), 7), (everything(), 1_000), (retry, 7)] {
            let mut last: Option<DocumentKey> = None;
            let error = loop {
                match source.keys(&selection, last.as_ref(), limit) {
                    Err(error) => break error,
                    Ok(page) => {
                        assert!(page.len() == limit, "{key_type}, pages of {limit}: nobody was told");
                        last = page.last().cloned();
                    }
                }
            };
            assert!(error.message.contains(&said), "{key_type}, pages of {limit}: {error}");
        }
        // Whoever does not come by it is not stopped by it.
        let only = KeyRange::only(&key(key_type, COUNT));
        let one = Selection { range: only, ..everything() };
        assert_eq!(pages(&*ports, &one, 7), [key(key_type, COUNT)], "{key_type}");
        // Where the source gives the keys of all shares, each instance comes by it.
        for index in 0..3 {
            let share = Share::new(index, 3).expect("a share");
            match run(&*fixture.ports(), &words, share) {
                Err(error) => assert!(error.contains(&said), "{key_type}, {index}: {error}"),
                Ok(done) => {
                    assert!(!share.contains(&twice), "{key_type}, {index}: nobody was told");
                    assert_eq!(done, u64::from(share.contains(&key(key_type, COUNT))), "{key_type}, {index}");
                }
            }
        }
    }
}

pub(super) fn documents_of_other_versions_are_taken_again_whatever_their_keys_are(bench: &dyn Bench) {
    for &key_type in bench.key_types() {
        let words = Words::with_keys(key_type).with_versions();
        let fixture = filled(bench, &words);
        let ports = fixture.ports_with_versions(words.schema());
        (0..COUNT).for_each(|number| fixture.set_version(&key(key_type, number), 1_700_000_000 + number));
        assert_eq!(run(&*ports, &words, Share::WHOLE), Ok(COUNT.cast_unsigned()), "{key_type}");
        let expected = content(&*fixture);
        assert_eq!(run(&*ports, &words, Share::WHOLE), Ok(0), "{key_type}: no version is another");
        let before: BTreeSet<_> =
            fixture.log().into_iter().map(|row| (row.key, row.source_version)).collect();
        let changed: BTreeSet<_> = [0, 1, 4, 7, 30, 31, 59].map(|number| key(key_type, number)).into();
        changed.iter().for_each(|key| fixture.set_version(key, 1_800_000_000));
        let mut done = 0;
        for index in 0..2 {
            let share = Share::new(index, 2).expect("a share");
            done += run(&*ports, &words, share).expect("the run succeeds");
        }
        assert_eq!(done, changed.len() as u64, "{key_type}");
        let after: BTreeSet<_> = fixture.log().into_iter().map(|row| (row.key, row.source_version)).collect();
        let differing: BTreeSet<_> = after.difference(&before).map(|(key, _)| key.clone()).collect();
        assert_eq!(differing, changed, "{key_type}: the log has the new versions");
        assert!(content(&*fixture) == expected, "{key_type}: the rows are those of before");
    }
}
