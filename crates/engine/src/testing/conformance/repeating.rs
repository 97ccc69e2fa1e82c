//! The same again: repeated commits, processed and failed documents, the tally.

use crate::testing::fixture::number;
use std::ops::ControlFlow;
use std::sync::Arc;

use xmlshred_model::{
    Batch, DocumentKey, Issue, IssueCode, KeyRange, OnExisting, Owner, Share, TargetSchema, Value,
};

use super::scene::{
    Document, PROCESSED_AT, batch, commit, create_tables, everything, family, identity, insert_text, keys,
    ready, statuses,
};
use crate::ports::{AlreadyDone, Commit, FailedDocuments, LogTally, Logged, Ports, RunIdentity, Selection};
use crate::testing::cells::{batch_rows, sorted};
use crate::testing::fixture::{Bench, Fixture};

fn commit_as(
    fixture: &dyn Fixture,
    batch: &Batch,
    (session, index, count): (&str, u32, u32),
    failed: FailedDocuments,
) -> Commit {
    let mut sink = fixture.ports().sink().expect("the sink opens");
    sink.commit(batch, &identity(session, index, count), failed).expect("the batch is committed")
}

pub(super) fn a_repeated_commit_loads_nothing_and_says_who_did(bench: &dyn Bench) {
    let schema = family(OnExisting::Fail);
    let fixture = ready(bench, &schema);
    let documents =
        |keys: std::ops::RangeInclusive<i64>| batch(&schema, keys.map(|key| Document::family(key, "x", 2)));
    let first = documents(1..=3);
    let check = |part: &Batch, who: (&str, u32, u32), done: &[(i64, bool)], rows: [u64; 2]| {
        let answer = commit_as(&*fixture, part, who, FailedDocuments::Leave);
        let mut already_done = answer.already_done;
        already_done.sort_by(|one, other| one.key.cmp(&other.key));
        let expected: Vec<_> = done
            .iter()
            .map(|&(key, by_this_run)| AlreadyDone { key: DocumentKey::Int(key), by_this_run })
            .collect();
        assert_eq!(already_done, expected, "{who:?}");
        assert_eq!(answer.table_row_counts, rows, "{who:?}");
    };
    check(&first, ("s", 0, 2), &[], [3, 6]);
    check(&first, ("s", 0, 2), &[(1, true), (2, true), (3, true)], [0, 0]);
    check(&first, ("s", 1, 2), &[(1, false), (2, false), (3, false)], [0, 0]);
    check(&first, ("t", 0, 2), &[(1, false), (2, false), (3, false)], [0, 0]);
    check(&documents(3..=5), ("s", 0, 2), &[(3, true)], [2, 4]);
    let all = documents(1..=5);
    for table in 0..2 {
        assert_eq!(sorted(fixture.rows(table)), sorted(batch_rows(&all, table)), "table {table}");
    }
    assert_eq!(fixture.log().len(), 5);
}

pub(super) fn a_session_that_is_used_again_is_another_run(bench: &dyn Bench) {
    let schema = family(OnExisting::Fail);
    let fixture = ready(bench, &schema);
    let mut sink = fixture.ports().sink().expect("the sink opens");
    let failing = batch(&schema, [Document::new(1).failed("first"), Document::family(2, "x", 1)]);
    let mended = batch(&schema, [Document::family(1, "y", 1), Document::family(2, "y", 1)]);
    let mut commit = |batch, nonce: &str, failed| {
        let identity = RunIdentity { run_nonce: nonce.to_owned(), ..identity("nightly", 0, 1) };
        let answer = sink.commit(batch, &identity, failed).expect("the batch is committed");
        let mut done: Vec<_> =
            answer.already_done.iter().map(|done| (number(&done.key), done.by_this_run)).collect();
        done.sort_unstable();
        (done, answer.table_row_counts)
    };
    assert_eq!(commit(&failing, "monday", FailedDocuments::Leave), (vec![], vec![1, 1]));
    let lost_answer = commit(&failing, "monday", FailedDocuments::Retry);
    assert_eq!(lost_answer, (vec![(1, true), (2, true)], vec![0, 0]));
    assert_eq!(commit(&mended, "tuesday", FailedDocuments::Retry), (vec![(2, false)], vec![1, 1]));
    assert_eq!(statuses(&*fixture), [(1, "success".to_owned()), (2, "success".to_owned())]);
}

pub(super) fn contracts_that_share_a_log_do_not_see_each_others_documents(bench: &dyn Bench) {
    let schema = family(OnExisting::Skip);
    // A name as people give them, and as SQL must not see them.
    let other = Arc::new(TargetSchema { contract_name: r"it's \ Ünïcode".to_owned(), ..(*schema).clone() });
    let fixture = ready(bench, &schema);
    create_tables(&*fixture.ports_for(&other));
    for key in 1..=4 {
        insert_text(&*fixture, key, "a");
    }
    let issue = |count| Issue { table: 0, column: 1, code: IssueCode::Truncated, count };
    let part = |schema: &Arc<TargetSchema>, keys: [i64; 3], count| {
        batch(schema, keys.map(|key| Document::new(key).issue(issue(count)).failed("so")))
    };
    let load = |ports: &dyn Ports, part: &Batch, nonce: &str, failed| {
        let identity = RunIdentity { run_nonce: nonce.to_owned(), ..identity("s", 0, 1) };
        let mut sink = ports.sink().expect("the sink opens");
        sink.commit(part, &identity, failed).expect("the batch is committed").already_done.len()
    };
    let (one, two) = (fixture.ports(), fixture.ports_for(&other));
    let leave = FailedDocuments::Leave;
    assert_eq!(load(&*one, &part(&schema, [1, 2, 3], 1), "a", leave), 0);
    assert_eq!(left_of(&*one, leave), [4]);
    assert_eq!(left_of(&*two, leave), [1, 2, 3, 4]);
    assert_eq!(load(&*two, &part(&other, [2, 3, 4], 10), "b", leave), 0);
    assert_eq!(left_of(&*one, leave), [4]);
    assert_eq!(left_of(&*two, leave), [1]);
    // What one contract tries again leaves the other's rows and issues alone.
    assert_eq!(load(&*two, &part(&other, [2, 3, 4], 20), "c", FailedDocuments::Retry), 0);
    let mut issues: Vec<_> = fixture
        .issues()
        .into_iter()
        .map(|issue| (issue.contract_name, number(&issue.key), issue.count))
        .collect();
    issues.sort();
    let issue = |schema: &TargetSchema, key, count| (schema.contract_name.clone(), key, count);
    let expected = [1, 2, 3].map(|key| issue(&schema, key, 1)).into_iter();
    assert_eq!(issues, expected.chain([2, 3, 4].map(|key| issue(&other, key, 20))).collect::<Vec<_>>());
    for (ports, count) in [(&one, 3), (&two, 3)] {
        let tally = ports.journal().expect("the journal opens").tally().expect("the log can be read");
        assert_eq!(tally.iter().map(|tally| tally.failed_count).collect::<Vec<_>>(), [count]);
    }
}

/// What is left to process, from source or journal.
fn left(fixture: &dyn Fixture, failed: FailedDocuments) -> Vec<i64> {
    left_of(&*fixture.ports(), failed)
}

fn left_of(ports: &dyn Ports, failed: FailedDocuments) -> Vec<i64> {
    let mut source = ports.source().expect("the source opens");
    let selection = Selection { failed, ..everything() };
    let mut page = source.keys(&selection, None, 100).expect("keys can be read");
    let processed = ports.journal().expect("the journal opens").processed(&keys(0..50), None, failed);
    let processed = processed.expect("the log can be read");
    if source.sees_journal() {
        assert!(page.iter().all(|key| !processed.contains(key)), "the source sees the log");
        let counted = source.count(&selection).expect("counting works");
        assert!(counted.is_none_or(|count| count == page.len() as u64), "counted {counted:?}");
    }
    page.retain(|key| !processed.contains(key));
    page.into_iter().map(|key| number(&key)).collect()
}

pub(super) fn processed_documents_are_left_out(bench: &dyn Bench) {
    let schema = family(OnExisting::Fail);
    let fixture = ready(bench, &schema);
    for key in 1..=6 {
        insert_text(&*fixture, key, "a");
    }
    assert_eq!(left(&*fixture, FailedDocuments::Leave), [1, 2, 3, 4, 5, 6]);
    let part = batch(&schema, [2, 3, 6].map(|key| Document::family(key, "x", 1)));
    commit(&mut *fixture.ports().sink().expect("the sink opens"), &part, "s");
    assert_eq!(left(&*fixture, FailedDocuments::Leave), [1, 4, 5]);
    assert_eq!(left(&*fixture, FailedDocuments::Retry), [1, 4, 5]);
}

pub(super) fn failed_documents_are_left_out_or_taken_again(bench: &dyn Bench) {
    let schema = family(OnExisting::Fail);
    let fixture = ready(bench, &schema);
    for key in 1..=3 {
        insert_text(&*fixture, key, "a");
    }
    let failed = batch(&schema, [Document::new(1).failed("first try"), Document::family(2, "x", 1)]);
    commit(&mut *fixture.ports().sink().expect("the sink opens"), &failed, "s");
    assert_eq!(left(&*fixture, FailedDocuments::Leave), [3]);
    assert_eq!(left(&*fixture, FailedDocuments::Retry), [1, 3]);

    let mended = batch(&schema, [Document::family(1, "y", 2), Document::family(2, "y", 2)]);
    let answer = commit_as(&*fixture, &mended, ("t", 0, 1), FailedDocuments::Leave);
    assert_eq!((answer.already_done.len(), &answer.table_row_counts[..]), (2, &[0, 0][..]));
    assert_eq!(statuses(&*fixture), [(1, "failed".to_owned()), (2, "success".to_owned())]);

    let answer = commit_as(&*fixture, &mended, ("t", 0, 1), FailedDocuments::Retry);
    let two = AlreadyDone { key: DocumentKey::Int(2), by_this_run: false };
    assert_eq!(answer, Commit { already_done: vec![two], table_row_counts: vec![1, 2], ..Commit::default() });
    assert_eq!(statuses(&*fixture), [(1, "success".to_owned()), (2, "success".to_owned())]);
    assert_eq!(left(&*fixture, FailedDocuments::Retry), [3]);
}

pub(super) fn skipped_documents_are_left_out_for_good(bench: &dyn Bench) {
    let schema = family(OnExisting::Fail);
    let fixture = ready(bench, &schema);
    for key in 1..=3 {
        insert_text(&*fixture, key, "a");
    }
    let part = batch(&schema, [Document::new(1).skipped(), Document::family(2, "x", 1)]);
    let answer = commit_as(&*fixture, &part, ("s", 0, 1), FailedDocuments::Leave);
    assert_eq!((answer.already_done.len(), &answer.table_row_counts[..]), (0, &[1, 1][..]));
    assert_eq!(statuses(&*fixture), [(1, "skipped".to_owned()), (2, "success".to_owned())]);
    let log = fixture.log();
    let skipped = log.iter().find(|row| row.key == DocumentKey::Int(1)).expect("it is in the log");
    assert_eq!((&skipped.failure_reason, &skipped.failure_code, skipped.row_count), (&None, &None, 0));
    assert_eq!(left(&*fixture, FailedDocuments::Leave), [3]);
    assert_eq!(left(&*fixture, FailedDocuments::Retry), [3]);
    // Not even who asks for failed ones replaces it.
    let again = batch(&schema, [Document::family(1, "y", 2)]);
    let answer = commit_as(&*fixture, &again, ("t", 0, 1), FailedDocuments::Retry);
    let one = AlreadyDone { key: DocumentKey::Int(1), by_this_run: false };
    assert_eq!(answer, Commit { already_done: vec![one], table_row_counts: vec![0, 0], ..Commit::default() });
    assert_eq!(statuses(&*fixture), [(1, "skipped".to_owned()), (2, "success".to_owned())]);
}

pub(super) fn a_second_failure_replaces_the_first(bench: &dyn Bench) {
    let schema = family(OnExisting::Fail);
    let fixture = ready(bench, &schema);
    let failing = |message: &str, count| {
        let issue = Issue { table: 0, column: 1, code: IssueCode::Truncated, count };
        batch(&schema, [Document::new(1).issue(issue).failed(message)])
    };
    commit_as(&*fixture, &failing("first", 1), ("s", 0, 1), FailedDocuments::Leave);
    commit_as(&*fixture, &failing("second", 2), ("t", 1, 2), FailedDocuments::Retry);
    let log = fixture.log();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].failure_reason.as_deref(), Some("parse: not-well-formed: second"));
    assert_eq!((&*log[0].session_id, log[0].instance_id, log[0].instance_count), ("t", 1, 2));
    assert_eq!(fixture.issues().iter().map(|issue| issue.count).collect::<Vec<_>>(), [2]);
}

pub(super) fn a_document_of_another_version_takes_the_place_of_the_one_before(bench: &dyn Bench) {
    // Children are found by their parents, which have the document's key.
    let owners = vec![Some(Owner::Key(0)), Some(Owner::Parent(0))];
    let schema = Arc::new(TargetSchema { owners, has_versions: true, ..(*family(OnExisting::Fail)).clone() });
    let fixture = ready(bench, &schema);
    for key in 1..=3 {
        insert_text(&*fixture, key, "a");
    }
    let ports = fixture.ports_with_versions(&schema);
    for key in 1..=3 {
        fixture.set_version(&DocumentKey::Int(key), 1_700_000_000 + key);
    }
    let left = |failed| {
        let mut source = ports.source().expect("the source opens");
        let page = source.keys(&Selection { failed, ..everything() }, None, 9).expect("keys can be read");
        let versions = source.versions(&page).expect("versions can be read").expect("there are versions");
        let mut journal = ports.journal().expect("the journal opens");
        let done = journal.processed(&page, Some(&versions), failed).expect("the log can be read");
        assert!(!source.sees_journal() || done.is_empty(), "the source sees the log: {done:?}");
        let left = page.into_iter().filter(|key| !done.contains(key));
        left.map(|key| number(&key)).collect::<Vec<_>>()
    };
    let version = |key: i64| {
        let mut source = ports.source().expect("the source opens");
        let mut versions = Vec::new();
        let read = source.fetch(&keys([key]), 100, &mut |_, row| {
            versions.push(row.version);
            ControlFlow::Continue(())
        });
        read.expect("documents can be read");
        let asked = source.versions(&keys([key])).expect("versions can be read");
        assert_eq!(asked.as_ref(), Some(&versions), "what is asked for is what comes with the document");
        versions.remove(0)
    };
    let of = |document: Document, key| document.version(version(key));
    let load = |part: &Batch, session: &str, failed| {
        let mut sink = ports.sink().expect("the sink opens");
        let answer = sink.commit(part, &identity(session, 0, 1), failed).expect("the batch is committed");
        (
            answer.already_done.iter().map(|done| number(&done.key)).collect::<Vec<_>>(),
            answer.table_row_counts,
        )
    };
    let leave = FailedDocuments::Leave;
    let issue = |count| Issue { table: 0, column: 1, code: IssueCode::Truncated, count };
    assert_eq!(left(leave), [1, 2, 3]);
    let first = [1, 2, 3].map(|key| of(Document::family(key, "old", 2).issue(issue(1)), key));
    let first = batch(&schema, first);
    assert_eq!(load(&first, "first", leave), (vec![], vec![3, 6]));
    assert_eq!(left(leave), [] as [i64; 0]);
    assert_eq!(load(&first, "again", leave), (vec![1, 2, 3], vec![0, 0]));

    fixture.set_version(&DocumentKey::Int(1), 1_800_000_001);
    fixture.set_version(&DocumentKey::Int(2), 1_800_000_002);
    assert_eq!((left(leave), left(FailedDocuments::Retry)), (vec![1, 2], vec![1, 2]));
    let changed = [
        of(Document::family(1, "new", 1).issue(issue(5)), 1),
        of(Document::new(2).failed("changed"), 2),
        of(Document::family(3, "as before", 9), 3),
    ];
    let changed = batch(&schema, changed);
    assert_eq!(load(&changed, "second", leave), (vec![3], vec![1, 1]));
    // An answer that was lost: nothing is done twice.
    let mut lost = load(&changed, "second", leave).0;
    lost.sort_unstable();
    assert_eq!(lost, [1, 2, 3]);
    let expected = batch(&schema, [Document::family(1, "new", 1), Document::family(3, "old", 2)]);
    for table in 0..2 {
        assert_eq!(sorted(fixture.rows(table)), sorted(batch_rows(&expected, table)), "table {table}");
    }
    let status = |key, status: &str| (key, status.to_owned());
    assert_eq!(statuses(&*fixture), [status(1, "success"), status(2, "failed"), status(3, "success")]);
    let mut issues: Vec<_> =
        fixture.issues().into_iter().map(|issue| (number(&issue.key), issue.count)).collect();
    issues.sort_unstable();
    assert_eq!(issues, [(1, 5), (3, 1)]);
    assert!(fixture.log().iter().all(|row| row.source_version == version(number(&row.key))));
    assert_eq!((left(leave), left(FailedDocuments::Retry)), (vec![], vec![2]));
    let mended = batch(&schema, [of(Document::family(2, "mended", 0), 2)]);
    assert_eq!(load(&mended, "third", FailedDocuments::Retry), (vec![], vec![1, 0]));

    // What is refused leaves the document of before as it was, with its log row.
    fixture.set_version(&DocumentKey::Int(3), 1_900_000_003);
    let refused = of(Document::new(3).row(0, &[Value::Int(3), Value::Null]), 3);
    let refused = batch(&schema, [refused]);
    let mut sink = ports.sink().expect("the sink opens");
    sink.commit(&refused, &identity("fourth", 0, 1), leave).expect_err("a name is needed");
    assert_eq!(left(leave), [3]);
    assert_eq!(fixture.rows(0).len(), 3);
}

pub(super) fn the_tally_counts_by_session_instance_and_contract(bench: &dyn Bench) {
    let schema = family(OnExisting::Fail);
    let fixture = ready(bench, &schema);
    let tally = |fixture: &dyn Fixture| {
        let mut journal = fixture.ports().journal().expect("the journal opens");
        let mut tally = journal.tally().expect("the log can be read");
        tally.sort_by(|a, b| (&a.session_id, a.instance_id).cmp(&(&b.session_id, b.instance_id)));
        tally
    };
    assert_eq!(tally(&*fixture), []);
    for (session, index, keys) in [("s", 0, 1..=3), ("s", 1, 4..=4), ("t", 0, 5..=6)] {
        let share = Share::new(index, 2).expect("a share");
        let documents = keys.map(|key| match key % 2 {
            0 => Document::new(key).failed("even"),
            _ => Document::family(key, "odd", 0),
        });
        let part = batch(&schema, documents);
        let who = (session, share.index(), share.count());
        commit_as(&*fixture, &part, who, FailedDocuments::Leave);
    }
    let row = |session: &str, instance_id, [success_count, failed_count, skipped_count]: [u64; 3]| LogTally {
        session_id: session.to_owned(),
        instance_id,
        instance_count: 2,
        contract_hash: "0123456789abcdef0123456789abcdef".to_owned(),
        success_count,
        failed_count,
        skipped_count,
        first: PROCESSED_AT,
        last: PROCESSED_AT,
    };
    let part = batch(&schema, [Document::new(7).skipped(), Document::new(9).skipped()]);
    commit_as(&*fixture, &part, ("t", 1, 2), FailedDocuments::Leave);
    let expected =
        [row("s", 0, [2, 1, 0]), row("s", 1, [0, 1, 0]), row("t", 0, [1, 1, 0]), row("t", 1, [0, 0, 2])];
    assert_eq!(tally(&*fixture), expected);
    let logged = |range, share| {
        let selection = Selection { range, share, failed: FailedDocuments::Leave };
        let logged = fixture.ports().journal().expect("the journal opens").logged(&selection);
        let Logged { success_count, failed_count, skipped_count } = logged.expect("the log can be read");
        [success_count, failed_count, skipped_count]
    };
    assert_eq!(logged(KeyRange::default(), Share::WHOLE), [3, 3, 2]);
    let two_to_five = KeyRange { start: Some(DocumentKey::Int(2)), end: Some(DocumentKey::Int(5)) };
    assert_eq!(logged(two_to_five.clone(), Share::WHOLE), [2, 2, 0]);
    assert_eq!(logged(two_to_five, Share::new(1, 3).expect("a share")), [0, 1, 0]);
    let behind = KeyRange { start: Some(DocumentKey::Int(8)), end: None };
    assert_eq!(logged(behind, Share::WHOLE), [0, 0, 1]);
}
