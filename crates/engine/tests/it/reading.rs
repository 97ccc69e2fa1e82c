//! Documents that somebody looks at outside of a run.

use std::ops::ControlFlow;

use xmlshred_engine::documents::each;
use xmlshred_engine::ports::{Fault, Ports as _};
use xmlshred_engine::testing::Fixture as _;
use xmlshred_engine::testing::faulty::{FaultyPorts, Script, Step};
use xmlshred_model::DocumentKey;

use crate::scene::fine;

/// What is handed over of the documents 1 to 9, of which the fourth vanished, up to so many; and how that ended.
fn handed(script: Script, limit: usize) -> (String, Result<usize, String>) {
    let store = fine(9);
    store.delete_document(&DocumentKey::Int(4));
    let memory = store.memory_ports();
    let ports = FaultyPorts::new(&memory, script);
    let mut source = ports.source().unwrap();
    let keys: Vec<_> = (1..=9).map(DocumentKey::Int).collect();
    let mut found = Vec::new();
    let done = each(&ports, &mut source, &keys, 100, &mut |key, row| {
        found.push(format!("{key}{}", if row.is_ok() { "" } else { "!" }));
        if found.len() == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    (found.join(" "), done.map_err(|error| format!("{:?}", error.fault)))
}

fn refusing(fault: Fault) -> Script {
    Script::new().refuse_to_read([3, 6].map(DocumentKey::Int), fault)
}

#[test]
fn documents_that_are_refused_are_told_and_the_others_handed_over() {
    let all = "1 2 3! 5 6! 7 8 9";
    assert_eq!(handed(Script::new(), 99), ("1 2 3 5 6 7 8 9".to_owned(), Ok(9)));
    for fault in [Fault::AccessDenied, Fault::Corrupt, Fault::ValueRejected { table: None, column: None }] {
        assert_eq!(handed(refusing(fault), 99), (all.to_owned(), Ok(9)));
    }
    for (limit, taken, done) in [(1, "1", 1), (3, "1 2 3!", 3), (4, "1 2 3! 5", 5), (8, all, 9)] {
        assert_eq!(handed(refusing(Fault::AccessDenied), limit), (taken.to_owned(), Ok(done)));
    }
    // None comes twice after some were handed over together.
    let broken = Script::new().fail(Step::BetweenDocuments, 2, Fault::Other);
    assert_eq!(handed(broken, 99), ("1 2 3 5 6 7 8 9".to_owned(), Ok(9)));
}

#[test]
fn a_source_that_is_gone_is_an_error() {
    for fault in [Fault::ConnectionLost, Fault::Timeout, Fault::DiskFull] {
        let told = format!("{fault:?}");
        assert_eq!(handed(refusing(fault), 99), (String::new(), Err(told)));
    }
    // Whether it was the document, opening the source anew tells.
    let gone = refusing(Fault::Other).fail(Step::OpenSource, 3, Fault::CannotConnect);
    assert_eq!(handed(gone, 99), ("1 2 3! 5".to_owned(), Err("CannotConnect".to_owned())));
}
