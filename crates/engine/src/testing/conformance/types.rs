//! Every type, to the target and back.

use std::sync::Arc;

use xmlshred_model::{DataType, Decimal, KeyType, OnExisting, TableSchema, TargetSchema, Value};

use super::scene::{Document, batch, column, commit, ready};
use crate::testing::cells::{batch_rows, sorted};
use crate::testing::fixture::Bench;

/// Days and microseconds of 0001-01-01 and 9999-12-31.
const DAYS: [i32; 2] = [-719_162, 2_932_896];
const DAY_MICROS: i64 = 86_400_000_000;

/// One table per type: `row bigint primary key, cell`.
fn schema(types: &[DataType]) -> Arc<TargetSchema> {
    let table = |(index, data_type): (usize, &DataType)| TableSchema {
        name: format!("cells_{index}"),
        columns: vec![column("row", DataType::BigInt, false), column("cell", *data_type, true)],
        primary_key: vec![0],
        foreign_keys: Vec::new(),
    };
    Arc::new(TargetSchema {
        namespace: None,
        on_existing: OnExisting::Fail,
        tables: types.iter().enumerate().map(table).collect(),
        key_column: "app_id".to_owned(),
        key_type: KeyType::Integer,
        ranking_columns: Vec::new(),
        owners: Vec::new(),
        has_versions: false,
        contract_name: "contract".to_owned(),
    })
}

fn check(bench: &dyn Bench, cells: &[(DataType, Vec<Value<'_>>)]) {
    let types: Vec<_> = cells.iter().map(|(data_type, _)| *data_type).collect();
    let schema = schema(&types);
    let fixture = ready(bench, &schema);
    let mut document = Document::new(1);
    for (table, (_, values)) in cells.iter().enumerate() {
        for (number, value) in (0..).zip(values.iter().chain([&Value::Null])) {
            document = document.row(table, &[Value::Int(number), *value]);
        }
    }
    let loaded = batch(&schema, [document]);
    commit(&mut *fixture.ports().sink().expect("the sink opens"), &loaded, "s");
    for (table, data_type) in types.iter().enumerate() {
        let (found, expected) = (sorted(fixture.rows(table)), sorted(batch_rows(&loaded, table)));
        assert!(found == expected, "{data_type}: found {found:.80?} instead of {expected:.80?}");
    }
}

pub(super) fn every_type_comes_back_as_it_was_loaded(bench: &dyn Bench) {
    let decimal = |unscaled, scale| Value::Decimal(Decimal { unscaled, scale });
    let largest = 10_i128.pow(38) - 1;
    let text = "a'b\"c\\d\te\r\nf \u{e9}\u{1f600}\u{10ffff}; --";
    let texts = vec![Value::Text(""), Value::Text(" "), Value::Text(text)];
    let moments = |make: fn(i64) -> Value<'static>| -> Vec<Value<'static>> {
        let last = i64::from(DAYS[1]) * DAY_MICROS + DAY_MICROS - 1;
        [i64::from(DAYS[0]) * DAY_MICROS, -1, 0, 1, 1_704_164_645_120_000, last].map(make).into()
    };
    let every_byte: Vec<u8> = (0..=255).collect();
    check(
        bench,
        &[
            (DataType::Bool, vec![Value::Bool(true), Value::Bool(false)]),
            (DataType::TinyInt, [0, 1, 127, 128, 255].map(Value::Int).into()),
            (DataType::SmallInt, [i16::MIN, -1, 0, i16::MAX].map(|n| Value::Int(n.into())).into()),
            (DataType::Int, [i32::MIN, -1, 0, i32::MAX].map(|n| Value::Int(n.into())).into()),
            (DataType::BigInt, [i64::MIN, -1, 0, i64::MAX].map(Value::Int).into()),
            (
                DataType::Decimal { precision: 12, scale: 2 },
                [-999_999_999_999, -1, 0, 5, 100, 999_999_999_999].map(|n| decimal(n, 2)).into(),
            ),
            (
                DataType::Decimal { precision: 38, scale: 0 },
                [-largest, 0, largest].map(|n| decimal(n, 0)).into(),
            ),
            (
                DataType::Decimal { precision: 38, scale: 38 },
                [-largest, 1, largest].map(|n| decimal(n, 38)).into(),
            ),
            (
                DataType::Double,
                [f64::MIN, -0.1, 0.0, f64::MIN_POSITIVE, 1.0 / 3.0, 1e300, f64::MAX]
                    .map(Value::Double)
                    .into(),
            ),
            // Four units of UTF-16: SQL Server counts those.
            (DataType::Char(4), vec![Value::Text("abcd"), Value::Text("\u{e9}\u{1f600}z")]),
            (DataType::VarChar(40), texts.clone()),
            (DataType::Text, texts),
            (DataType::Date, [DAYS[0], -1, 0, DAYS[1]].map(Value::Date).into()),
            (DataType::Time, [0, 1, 43_200_000_000, DAY_MICROS - 1].map(Value::Time).into()),
            (DataType::Timestamp, moments(Value::Timestamp)),
            (DataType::TimestampTz, moments(Value::TimestampTz)),
            (DataType::Uuid, vec![Value::Uuid([0; 16]), Value::Uuid([0xfe; 16])]),
            (DataType::Binary, vec![Value::Binary(&[]), Value::Binary(&every_byte)]),
            (DataType::Xml, vec![Value::Text("<a b=\"c\">\u{e9}</a>")]),
            (DataType::Json, vec![Value::Text("{\"a\":[1,null]}")]),
        ],
    );
}

pub(super) fn long_text_comes_back_whole(bench: &dyn Bench) {
    let long = "0123456789\u{1f600}abcdef".repeat(262_144);
    let bytes = long.as_bytes();
    check(
        bench,
        &[(DataType::Text, vec![Value::Text(&long)]), (DataType::Binary, vec![Value::Binary(bytes)])],
    );
}

/// Cells per type of [`random_values_of_every_type_come_back`].
const RANDOM_CELLS: usize = 300;

/// Text of characters that XML can hold, at most this many units of UTF-16 long, and not ending in a blank, which some databases
/// take for padding.
fn random_text(random: &mut fastrand::Rng, max_units: usize) -> String {
    let length = random.usize(..=max_units);
    let mut text = String::new();
    let mut units = 0;
    loop {
        let character = match random.u8(..4) {
            0 => random.char('a'..='z'),
            1 => random.char('\u{20}'..='\u{7e}'),
            2 => random.char('\u{a0}'..='\u{d7ff}'),
            _ => random.char('\u{10000}'..='\u{10ffff}'),
        };
        units += character.len_utf16();
        if units > length {
            return text.trim_end().to_owned();
        }
        text.push(character);
    }
}

pub(super) fn random_values_of_every_type_come_back(bench: &dyn Bench) {
    let mut random = fastrand::Rng::with_seed(20_261_123);
    let random = &mut random;
    let texts: Vec<String> = (0..RANDOM_CELLS).map(|_| random_text(random, 40)).collect();
    let long_texts: Vec<String> = (0..RANDOM_CELLS).map(|_| random_text(random, 2_000)).collect();
    let bytes: Vec<Vec<u8>> = (0..RANDOM_CELLS)
        .map(|_| {
            let length = random.usize(..=255);
            (0..length).map(|_| random.u8(..)).collect()
        })
        .collect();
    let mut cells = |make: &mut dyn FnMut(&mut fastrand::Rng) -> Value<'static>| -> Vec<Value<'static>> {
        (0..RANDOM_CELLS).map(|_| make(random)).collect()
    };
    let decimal = |random: &mut fastrand::Rng, digits: u32, scale| {
        // Numbers of every length.
        let limit = 10_i128.pow(random.u32(1..=digits)) - 1;
        Value::Decimal(Decimal { unscaled: random.i128(-limit..=limit), scale })
    };
    let first = i64::from(DAYS[0]) * DAY_MICROS;
    let last = i64::from(DAYS[1]) * DAY_MICROS + DAY_MICROS - 1;
    let moment = move |random: &mut fastrand::Rng| random.i64(first..=last);
    let double = |random: &mut fastrand::Rng| loop {
        let number = f64::from_bits(random.u64(..));
        if number.is_normal() {
            return Value::Double(number);
        }
    };
    let small = |random: &mut fastrand::Rng| Value::Int(random.i16(..).into());
    let values = vec![
        (DataType::Bool, cells(&mut |random| Value::Bool(random.bool()))),
        (DataType::TinyInt, cells(&mut |random| Value::Int(random.u8(..).into()))),
        (DataType::SmallInt, cells(&mut { small })),
        (DataType::Int, cells(&mut |random| Value::Int(random.i32(..).into()))),
        (DataType::BigInt, cells(&mut |random| Value::Int(random.i64(..) >> random.u32(..64)))),
        (DataType::Decimal { precision: 9, scale: 4 }, cells(&mut |random| decimal(random, 9, 4))),
        (DataType::Decimal { precision: 19, scale: 0 }, cells(&mut |random| decimal(random, 19, 0))),
        (DataType::Decimal { precision: 28, scale: 7 }, cells(&mut |random| decimal(random, 28, 7))),
        (DataType::Decimal { precision: 38, scale: 17 }, cells(&mut |random| decimal(random, 38, 17))),
        (DataType::Double, cells(&mut { double })),
        (DataType::Date, cells(&mut |random| Value::Date(random.i32(DAYS[0]..=DAYS[1])))),
        (DataType::Time, cells(&mut |random| Value::Time(random.i64(0..DAY_MICROS)))),
        (DataType::Timestamp, cells(&mut |random| Value::Timestamp(moment(random)))),
        (DataType::TimestampTz, cells(&mut |random| Value::TimestampTz(moment(random)))),
        (DataType::Uuid, cells(&mut |random| Value::Uuid(random.u128(..).to_be_bytes()))),
        (DataType::VarChar(40), texts.iter().map(|text| Value::Text(text)).collect()),
        (DataType::Text, long_texts.iter().map(|text| Value::Text(text)).collect()),
        (DataType::Binary, bytes.iter().map(|bytes| Value::Binary(bytes)).collect()),
    ];
    check(bench, &values);
}
