//! Reading documents.

use crate::testing::fixture::number;
use std::ops::ControlFlow;

use xmlshred_mapping::Content;
use xmlshred_model::{DataType, DocumentKey, KeyRange, OnExisting, Share, lexical};

use super::scene::{create_tables, everything, family, insert_text, keys, ready};
use crate::ports::{Fetched, FetchedRow, Ports, Selection};
use crate::testing::fixture::{Bench, DocumentColumn, Fixture};

fn with_keys(bench: &dyn Bench, keys: impl IntoIterator<Item = i64>) -> Box<dyn Fixture> {
    let fixture = ready(bench, &family(OnExisting::Fail));
    for key in keys {
        insert_text(&*fixture, key, "a");
    }
    fixture
}

/// All keys, page by page.
fn pages(ports: &dyn Ports, selection: &Selection, limit: usize) -> Vec<Vec<DocumentKey>> {
    let mut source = ports.source().expect("the source opens");
    let mut pages: Vec<Vec<DocumentKey>> = Vec::new();
    loop {
        let after = pages.last().and_then(|page| page.last());
        let page = source.keys(selection, after, limit).expect("keys can be read");
        let is_last = page.len() < limit;
        pages.push(page);
        if is_last {
            return pages;
        }
    }
}

fn fetch(ports: &dyn Ports, keys: &[DocumentKey], max_bytes: u64) -> Vec<(i64, Fetched)> {
    let mut fetched = Vec::new();
    let mut source = ports.source().expect("the source opens");
    let result = source.fetch(keys, max_bytes, &mut |key, row| {
        fetched.push((number(&key), row.document));
        ControlFlow::Continue(())
    });
    result.expect("documents can be read");
    fetched
}

pub(super) fn keys_come_in_order_and_page_by_page(bench: &dyn Bench) {
    let fixture = with_keys(bench, [5, -3, 11, 0, 7, -20, 8]);
    let ports = fixture.ports();
    let expected = vec![keys([-20, -3, 0]), keys([5, 7, 8]), keys([11])];
    assert_eq!(pages(&*ports, &everything(), 3), expected);
    assert_eq!(pages(&*ports, &everything(), 7), vec![keys([-20, -3, 0, 5, 7, 8, 11]), vec![]]);
    let counted = ports.source().expect("the source opens").count(&everything()).expect("counting works");
    assert!(counted.is_none_or(|count| count == 7), "counted {counted:?} of 7");
}

pub(super) fn ranges_are_inclusive(bench: &dyn Bench) {
    let fixture = with_keys(bench, -5..=5);
    let ports = fixture.ports();
    let check = |start: Option<i64>, end: Option<i64>, expected: Vec<DocumentKey>| {
        let range = KeyRange { start: start.map(DocumentKey::Int), end: end.map(DocumentKey::Int) };
        let selection = Selection { range, ..everything() };
        assert_eq!(pages(&*ports, &selection, 4).concat(), expected, "{start:?}..={end:?}");
        let counted = ports.source().expect("the source opens").count(&selection).expect("counting works");
        assert!(counted.is_none_or(|count| count == expected.len() as u64), "counted {counted:?}");
    };
    check(Some(-2), Some(3), keys(-2..=3));
    check(Some(4), None, keys(4..=5));
    check(None, Some(-4), keys(-5..=-4));
    check(Some(3), Some(2), Vec::new());
}

pub(super) fn every_key_belongs_to_one_instance_negative_ones_too(bench: &dyn Bench) {
    let fixture = with_keys(bench, -10..=10);
    let ports = fixture.ports();
    for count in [1, 2, 3, 7] {
        let mut all = Vec::new();
        for index in 0..count {
            let share = Share::new(index, count).expect("a share");
            let part = pages(&*ports, &Selection { share, ..everything() }, 2).concat();
            assert!(part.iter().all(|key| share.contains(key)), "{part:?} of {index}/{count}");
            assert!(part.is_sorted(), "{part:?}");
            all.extend(part);
        }
        all.sort_unstable();
        assert_eq!(all, keys(-10..=10), "{count} instances");
    }
}

pub(super) fn the_smallest_and_the_largest_key_are_found(bench: &dyn Bench) {
    let extremes = [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX];
    let fixture = with_keys(bench, extremes);
    let ports = fixture.ports();
    assert_eq!(pages(&*ports, &everything(), 1).concat(), keys(extremes));
    let range = KeyRange { start: Some(DocumentKey::Int(i64::MIN)), end: Some(DocumentKey::Int(i64::MAX)) };
    assert_eq!(pages(&*ports, &Selection { range, ..everything() }, 2).concat(), keys(extremes));
    let owned = (0..3).flat_map(|index| {
        let share = Share::new(index, 3).expect("a share");
        pages(&*ports, &Selection { share, ..everything() }, 2).concat()
    });
    assert_eq!(owned.count(), extremes.len());
}

pub(super) fn text_documents_arrive_as_they_are_stored(bench: &dyn Bench) {
    let fixture = with_keys(bench, []);
    let long = "<a>\u{e9}\u{1f600}</a>\r\n".repeat(300_000);
    let texts = ["", " ", "<a b='c'>\u{10ffff}\t\u{85}</a>", "don't; -- \"x\" %s $1 ?", &long];
    for (key, text) in (1..).zip(texts) {
        insert_text(&*fixture, key, text);
    }
    let fetched = fetch(&*fixture.ports(), &keys([3, 1, 5, 2, 4]), 1 << 30);
    let expected: Vec<_> =
        [3, 1, 5, 2, 4].map(|key: i64| (key, Fetched::Text(texts[key as usize - 1].to_owned()))).into();
    assert!(fetched == expected, "documents came in another order, or changed");
}

pub(super) fn binary_documents_arrive_as_they_are_stored(bench: &dyn Bench) {
    let fixture = bench.fixture(&family(OnExisting::Fail), DocumentColumn::Binary);
    create_tables(&*fixture.ports());
    let every_byte: Vec<u8> = (0..=255).collect();
    let documents: [&[u8]; 3] = [&[], &every_byte, b"\xff\xfe<\0a\0/\0>\0"];
    for (key, bytes) in (1..).zip(documents) {
        fixture.insert_document(&DocumentKey::Int(key), Some(Content::Bytes(bytes)));
    }
    let expected: Vec<_> =
        (1..).zip(documents).map(|(key, bytes)| (key, Fetched::Bytes(bytes.to_vec()))).collect();
    assert_eq!(fetch(&*fixture.ports(), &keys(1..=3), 1 << 20), expected);
    assert_eq!(fetch(&*fixture.ports(), &keys([2]), 255), [(2, Fetched::TooLarge(256))]);
}

pub(super) fn nulls_large_documents_and_vanished_rows_are_told_apart(bench: &dyn Bench) {
    let fixture = with_keys(bench, [1, 6]);
    fixture.insert_document(&DocumentKey::Int(2), None);
    insert_text(&*fixture, 3, "0123456789");
    insert_text(&*fixture, 4, "01234567891");
    insert_text(&*fixture, 5, "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}");
    fixture.delete_document(&DocumentKey::Int(6));
    let expected = vec![
        (1, Fetched::Text("a".to_owned())),
        (2, Fetched::Null),
        (3, Fetched::Text("0123456789".to_owned())),
        (4, Fetched::TooLarge(11)),
        // The limit is one of bytes, not of characters.
        (5, Fetched::TooLarge(12)),
    ];
    assert_eq!(fetch(&*fixture.ports(), &keys(1..=6), 10), expected);
    assert_eq!(fetch(&*fixture.ports(), &[], 10), []);
}

pub(super) fn columns_beside_documents_arrive_as_text_of_their_types(bench: &dyn Bench) {
    let columns = [
        ("number", DataType::BigInt, Some("-9007199254740993")),
        ("amount", DataType::Decimal { precision: 12, scale: 2 }, Some("1234567890.50")),
        ("note", DataType::VarChar(50), Some(" \"é\"; ' \\x ")),
        ("day", DataType::Date, Some("2024-02-29")),
        ("moment", DataType::Timestamp, Some("2024-02-29T23:59:59.123456")),
        ("is_new", DataType::Bool, Some("true")),
        ("id", DataType::Uuid, Some("00112233-4455-6677-8899-aabbccddeeff")),
        ("share", DataType::Double, Some("0.1")),
        ("nothing", DataType::VarChar(50), None),
    ];
    let fixture = with_keys(bench, [3, 1]);
    let ports = fixture.ports_with_columns(&columns);
    let mut rows = Vec::new();
    let mut source = ports.source().expect("the source opens");
    let read = source.fetch(&keys([3, 1]), 1_000, &mut |key, row| {
        rows.push((key, row));
        ControlFlow::Continue(())
    });
    read.expect("documents can be read");
    assert_eq!(rows.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(), keys([3, 1]));
    for (_, FetchedRow { document, columns: found, .. }) in &rows {
        assert!(matches!(document, Fetched::Text(_)), "{document:?}");
        assert_eq!(found.len(), columns.len());
        for ((name, data_type, text), found) in columns.iter().zip(found) {
            let value =
                |text: &str| lexical::parse(text, *data_type, &[]).map(|value| value.to_owned_value());
            assert_eq!(found.as_deref().map(value), text.map(value), "{name}: {found:?}");
        }
    }
    // Not even a short document is read beside a long text.
    let mut documents = Vec::new();
    let read = source.fetch(&keys([3]), 60, &mut |_, row| {
        documents.push(row);
        ControlFlow::Continue(())
    });
    read.expect("documents can be read");
    assert!(matches!(documents[..], [FetchedRow { document: Fetched::TooLarge(_), .. }]), "{documents:?}");
}

pub(super) fn fetching_stops_when_told_to(bench: &dyn Bench) {
    let fixture = with_keys(bench, 1..=5);
    let mut source = fixture.ports().source().expect("the source opens");
    let mut taken = Vec::new();
    let result = source.fetch(&keys(1..=5), 10, &mut |key, _| {
        taken.push(number(&key));
        if taken.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    result.expect("stopping is no error");
    assert_eq!(taken, [1, 2]);
    let page = source.keys(&everything(), None, 10).expect("the source goes on");
    assert_eq!(page, keys(1..=5));
}
