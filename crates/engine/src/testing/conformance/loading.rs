//! Loading rows.

use xmlshred_model::{DocumentKey, Issue, IssueCode, OnExisting, OwnedValue, Value};

use super::scene::{
    Document, PROCESSED_AT, batch, commit, create_tables, family, hash_of, identity, ready, refusal, statuses,
};
use crate::ports::{Commit, FailedDocuments, Fault, PortError};
use crate::testing::cells::{batch_rows, sorted};
use crate::testing::fixture::{Bench, DocumentColumn, Fixture, IssueRow, LogRow};

pub(super) fn tables_are_created_once_by_several_instances_at_a_time(bench: &dyn Bench) {
    let schema = family(OnExisting::Fail);
    let fixture = bench.fixture(&schema, DocumentColumn::Text);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| create_tables(&*fixture.ports()));
        }
    });
    let loaded = batch(&schema, [Document::family(1, "one", 2)]);
    commit(&mut *fixture.ports().sink().expect("the sink opens"), &loaded, "s");
    create_tables(&*fixture.ports());
    assert_eq!(fixture.rows(0), batch_rows(&loaded, 0), "creating again leaves rows alone");
}

pub(super) fn missing_tables_are_named_before_anything_is_loaded(bench: &dyn Bench) {
    let fixture = bench.fixture(&family(OnExisting::Fail), DocumentColumn::Text);
    match fixture.ports().sink() {
        Err(PortError { fault: Fault::MissingTable { table }, .. }) => assert!(!table.is_empty()),
        Err(error) => panic!("a missing table is told as {:?}", error.fault),
        Ok(_) => panic!("a sink opens without tables"),
    }
}

pub(super) fn rows_log_and_issues_are_committed_together(bench: &dyn Bench) {
    let schema = family(OnExisting::Fail);
    let fixture = ready(bench, &schema);
    let issue = Issue { table: 1, column: 2, code: IssueCode::Truncated, count: 3 };
    let loaded = batch(
        &schema,
        [
            Document::family(-7, "minus seven", 2).issue(issue),
            Document::family(8, "eight", 1).failed("line 3, column 4: `a` is not closed"),
            Document::family(9, "nine", 0),
        ],
    );
    let mut sink = fixture.ports().sink().expect("the sink opens");
    let answer = sink.commit(&loaded, &identity("session-1", 1, 3), FailedDocuments::Leave);
    let expected = Commit { table_row_counts: vec![2, 2], ..Commit::default() };
    assert_eq!(answer.expect("the batch is committed"), expected);
    for table in 0..2 {
        assert_eq!(sorted(fixture.rows(table)), sorted(batch_rows(&loaded, table)), "table {table}");
    }
    let row = |key: i64, status: &str, reason: Option<&str>, row_count, issue_count| LogRow {
        key: DocumentKey::Int(key),
        contract_name: "contract".to_owned(),
        status: status.to_owned(),
        failure_reason: reason.map(str::to_owned),
        failure_code: reason.map(|_| "not-well-formed".to_owned()),
        failure_table: None,
        failure_column: None,
        processing_time: PROCESSED_AT,
        session_id: "session-1".to_owned(),
        run_nonce: Some("session-1 1/3".to_owned()),
        instance_id: 1,
        instance_count: 3,
        row_count,
        issue_count,
        contract_hash: "0123456789abcdef0123456789abcdef".to_owned(),
        document_hash: format!("{:032x}", hash_of(key)),
        source_version: None,
        duration_ms: 2,
    };
    let mut log = fixture.log();
    log.sort();
    assert_eq!(
        log,
        [
            row(-7, "success", None, 3, 3),
            row(8, "failed", Some("parse: not-well-formed: line 3, column 4: `a` is not closed"), 0, 0),
            row(9, "success", None, 1, 0),
        ]
    );
    let issue = IssueRow {
        key: DocumentKey::Int(-7),
        contract_name: "contract".to_owned(),
        table: "child".to_owned(),
        column: "note".to_owned(),
        code: "truncated".to_owned(),
        count: 3,
    };
    assert_eq!(fixture.issues(), [issue]);
}

/// Loads document 1, checks that `refused` (documents 2 and 3) is refused and leaves nothing, and that the sink then
/// loads document 4.
fn check_refused(bench: &dyn Bench, refused: Document, is_expected: fn(&Fault) -> bool) {
    let schema = family(OnExisting::Fail);
    let fixture = ready(bench, &schema);
    let mut sink = fixture.ports().sink().expect("the sink opens");
    commit(&mut *sink, &batch(&schema, [Document::family(1, "one", 1)]), "s");
    let fault =
        refusal(&mut *sink, &batch(&schema, [Document::family(2, "two", 3), refused]), &DocumentKey::Int(3));
    assert!(is_expected(&fault), "refused with {fault:?}");
    commit(&mut *sink, &batch(&schema, [Document::family(4, "four", 1)]), "s");
    let success = |key| (key, "success".to_owned());
    assert_eq!(statuses(&*fixture), [success(1), success(4)]);
    assert_eq!(ids(&*fixture, 0), [1, 4]);
    assert_eq!(ids(&*fixture, 1), [1, 4]);
}

/// First column of a table, in order.
fn ids(fixture: &dyn Fixture, table: usize) -> Vec<i64> {
    let id = |row: Vec<OwnedValue>| match row[0].as_value() {
        Value::Int(id) => id,
        other => panic!("{other:?} in a bigint column"),
    };
    let mut ids: Vec<_> = fixture.rows(table).into_iter().map(id).collect();
    ids.sort_unstable();
    ids
}

pub(super) fn a_refused_batch_leaves_nothing_and_the_sink_goes_on(bench: &dyn Bench) {
    let is_unique = |fault: &Fault| matches!(fault, Fault::UniqueViolation { .. });
    let again = || Document::new(3).row(0, &[Value::Int(1), Value::Text("one again")]);
    check_refused(bench, again(), is_unique);
    let twice = Document::family(3, "three", 1).row(1, &[Value::Int(3), Value::Int(0), Value::Null]);
    check_refused(bench, twice, is_unique);
}

pub(super) fn a_row_without_parent_is_refused(bench: &dyn Bench) {
    let orphan = Document::new(3).row(1, &[Value::Int(99), Value::Int(1), Value::Null]);
    check_refused(bench, orphan, |fault| matches!(fault, Fault::ForeignKeyViolation { .. }));
}

pub(super) fn a_null_where_none_may_be_is_refused(bench: &dyn Bench) {
    let nameless = Document::new(3).row(0, &[Value::Int(3), Value::Null]);
    check_refused(bench, nameless, |fault| matches!(fault, Fault::NotNullViolation { .. }));
}

pub(super) fn a_part_of_a_batch_loads_its_own_documents_only(bench: &dyn Bench) {
    let schema = family(OnExisting::Fail);
    let fixture = ready(bench, &schema);
    let whole = batch(&schema, (1..=6).map(|key| Document::family(key, "x", key)));
    let mut sink = fixture.ports().sink().expect("the sink opens");
    let answer = commit(&mut *sink, &whole.slice(2..5).slice(1..2), "s");
    assert_eq!(answer.table_row_counts, [1, 4]);
    assert_eq!(ids(&*fixture, 0), [4]);
    assert_eq!(ids(&*fixture, 1), [4; 4]);
    let answer = commit(&mut *sink, &whole.slice(4..6).without_rows(), "s");
    assert_eq!(answer.table_row_counts, [0, 0]);
    let success = |key| (key, "success".to_owned());
    assert_eq!(statuses(&*fixture), [success(4), success(5), success(6)]);
    assert_eq!(ids(&*fixture, 0), [4]);
}

/// Loads a parent twice, from two documents; gives the names that are left and the rows that the second time loaded.
fn load_twice(bench: &dyn Bench, on_existing: OnExisting) -> (Vec<OwnedValue>, Vec<u64>) {
    let schema = family(on_existing);
    let fixture = ready(bench, &schema);
    let mut sink = fixture.ports().sink().expect("the sink opens");
    commit(&mut *sink, &batch(&schema, [Document::family(1, "first", 1)]), "s");
    let second = Document::new(2)
        .row(0, &[Value::Int(1), Value::Text("second")])
        .row(0, &[Value::Int(2), Value::Text("new")]);
    let answer = commit(&mut *sink, &batch(&schema, [second]), "s");
    let success = |key| (key, "success".to_owned());
    assert_eq!(statuses(&*fixture), [success(1), success(2)]);
    assert_eq!(ids(&*fixture, 0), [1, 2]);
    assert_eq!(ids(&*fixture, 1), [1], "children stay");
    let names = sorted(fixture.rows(0)).into_iter().map(|mut row| row.remove(1)).collect();
    (names, answer.table_row_counts)
}

fn names(names: [&str; 2]) -> Vec<OwnedValue> {
    names.map(|name| OwnedValue::Text(name.to_owned())).into()
}

pub(super) fn existing_rows_stay_when_they_are_to_be_skipped(bench: &dyn Bench) {
    assert_eq!(load_twice(bench, OnExisting::Skip), (names(["first", "new"]), vec![1, 0]));
}

pub(super) fn existing_rows_are_replaced_when_they_are_to_be_replaced(bench: &dyn Bench) {
    assert_eq!(load_twice(bench, OnExisting::Replace), (names(["second", "new"]), vec![2, 0]));
}
