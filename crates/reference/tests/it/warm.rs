//! What a shredder remembers of documents before changes no result: neither rows nor issues, failures, places of errors or steps.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner, contextualize_config};
use xmlshred_mapping::{Content, Limits, Plan, Shredder};
use xmlshred_model::{BatchBuilder, DocumentKey, DocumentRecord, Outcome};
use xmlshred_reference::compare::{context, contract, source_columns};
use xmlshred_reference::generate::{self, Choices};

/// What is written into documents to make them unusual, or no documents.
const SPLINTERS: [&str; 25] = [
    "\"",
    "'",
    "<",
    ">",
    "/",
    "/>",
    "&",
    "&amp;",
    "=",
    " ",
    "\n",
    "\t",
    "\u{C}",
    " x=\"1\"",
    " y='2'",
    " z = \"3\"",
    " xmlns=\"urn:p\"",
    " xmlns:p=\"urn:p\"",
    " p:x=\"4\"",
    "]]>",
    "\u{FFFE}",
    "\u{1}",
    "é",
    "\u{FF21}",
    "<a x=\"1\" x=\"2\"/>",
];

#[test]
fn documents_before_change_no_result() {
    let config =
        Config { cases: 1500, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let bytes = || prop::collection::vec(any::<u8>(), 0..300);
    let places = prop::collection::vec((any::<u16>(), 0..SPLINTERS.len(), any::<bool>()), 0..3);
    let documents = prop::collection::vec((bytes(), places), 1..6);
    let limits = prop_oneof![3 => Just(Limits::default()), 1 => (1..200_u64).prop_map(few_steps)];
    let mut runner = TestRunner::new(contextualize_config(config));
    let result = runner.run(&(bytes(), documents, limits), |(for_contract, documents, limits)| {
        let Ok(contract) = contract(&generate::contract(&mut Choices::new(&for_contract))) else {
            return Ok(());
        };
        let plan = Arc::new(Plan::new(contract));
        let mut warm = Shredder::new(Arc::clone(&plan), limits);
        for (for_document, places) in &documents {
            let document = splintered(generate::document(&mut Choices::new(for_document)), places);
            let mut fresh = Shredder::new(Arc::clone(&plan), limits);
            let (expected, found) = (told(&plan, &mut fresh, &document), told(&plan, &mut warm, &document));
            prop_assert_eq!(expected, found, "{}", document);
        }
        Ok(())
    });
    if let Err(TestError::Fail(reason, _)) = result {
        panic!("{reason}");
    }
    result.unwrap();
}

fn few_steps(max_steps: u64) -> Limits {
    Limits { max_steps, max_depth: 3, max_attributes: 3, ..Limits::default() }
}

/// The document with splinters at some places, in it or instead of all that follows.
fn splintered(mut document: String, places: &[(u16, usize, bool)]) -> String {
    for &(place, splinter, cuts) in places {
        let at = document.floor_char_boundary(usize::from(place) % (document.len() + 1));
        if cuts && place % 8 == 0 {
            document.truncate(at);
        }
        document.insert_str(at, SPLINTERS[splinter]);
    }
    document
}

/// Everything that a shredder says of a document, in words.
fn told(plan: &Plan, shredder: &mut Shredder, document: &str) -> impl Debug + PartialEq + use<> {
    let key = DocumentKey::Int(1);
    let source_columns = source_columns(plan.contract());
    let mut rows = BatchBuilder::new(Arc::clone(plan.schema()));
    let shredded = shredder.shred(Content::Text(document), &context(&key, &source_columns), &mut rows);
    let outcome = if shredded.is_ok() {
        Outcome::Success
    } else {
        return (format!("{shredded:?}"), shredder.last_cost(), String::new());
    };
    rows.finish_document(DocumentRecord {
        key,
        outcome,
        issues: Vec::new(),
        document_hash: 0,
        source_version: None,
        byte_count: 0,
        duration: Duration::ZERO,
        processed_at: 0,
    });
    let batch = rows.finish();
    let tables = (0..plan.schema().tables.len()).map(|table| batch.rows(table)).collect::<Vec<_>>();
    (format!("{shredded:?}"), shredder.last_cost(), format!("{tables:?}"))
}
