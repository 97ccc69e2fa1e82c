//! Cells between our values and the driver's.

use std::borrow::Cow;

use tiberius::numeric::Numeric;
use tiberius::time::{Date, DateTime, DateTime2, DateTimeOffset, Time};
use tiberius::{ColumnData, Uuid};
use xmlshred_model::{DataType, Decimal, OwnedValue, Value, lexical};

use super::driver::{DriverError, FINEST_SCALE, Field};

const DAY_MICROS: i64 = 86_400_000_000;
/// Days from 0001-01-01, where the server's newer types begin, to 1970-01-01.
const EPOCH_FROM_YEAR_1: i64 = 719_162;
/// Days from 1900-01-01, where its older types begin, to 1970-01-01.
const EPOCH_FROM_1900: i64 = 25_567;
/// 1753-01-01, from 1900-01-01: nobody agrees on the dates before.
const FIRST_OLDER_DATE: i64 = -53_690;

/// A cell of a bulk load, in the form that the field has.
pub(super) fn bulk_cell<'a>(field: Field, value: Value<'a>) -> Result<ColumnData<'a>, DriverError> {
    let exact = |value: Option<i64>| value.ok_or(DriverError::Value);
    Ok(match (field, value) {
        (field, Value::Null) => null(field),
        (Field::Bit, Value::Bool(value)) => ColumnData::Bit(Some(value)),
        (Field::TinyInt, Value::Int(value)) => {
            ColumnData::U8(Some(u8::try_from(value).map_err(|_| DriverError::Value)?))
        }
        (Field::SmallInt, Value::Int(value)) => {
            ColumnData::I16(Some(i16::try_from(value).map_err(|_| DriverError::Value)?))
        }
        (Field::Int, Value::Int(value)) => {
            ColumnData::I32(Some(i32::try_from(value).map_err(|_| DriverError::Value)?))
        }
        (Field::BigInt, Value::Int(value)) => ColumnData::I64(Some(value)),
        (Field::Decimal(scale), Value::Int(value)) => {
            numeric(Decimal { unscaled: value.into(), scale: 0 }, scale)?
        }
        (Field::Decimal(scale), Value::Decimal(value)) => numeric(value, scale)?,
        (Field::Float, Value::Double(value)) => ColumnData::F64(Some(value)),
        (Field::Text, Value::Text(text)) => ColumnData::String(Some(Cow::Borrowed(text))),
        (Field::Date, Value::Date(days)) => ColumnData::Date(Some(date(days.into()))),
        (Field::Time(scale), Value::Time(micros)) => {
            time(micros, scale)?;
            ColumnData::Time(Some(time(micros, FINEST_SCALE)?))
        }
        (Field::DateTime2(scale), Value::Timestamp(micros) | Value::TimestampTz(micros)) => {
            ColumnData::DateTime2(Some(date_time(micros, scale)?))
        }
        (Field::DateTime2(scale), Value::Date(days)) => {
            ColumnData::DateTime2(Some(date_time(i64::from(days) * DAY_MICROS, scale)?))
        }
        (Field::DateTimeOffset(scale), Value::TimestampTz(micros)) => {
            time(micros.rem_euclid(DAY_MICROS), scale)?;
            ColumnData::DateTimeOffset(Some(DateTimeOffset::new(date_time(micros, FINEST_SCALE)?, 0)))
        }
        (Field::DateTime, Value::Timestamp(micros) | Value::TimestampTz(micros)) => {
            let days = micros.div_euclid(DAY_MICROS) + EPOCH_FROM_1900;
            let ticks = exact(ticks(micros.rem_euclid(DAY_MICROS)))?;
            ColumnData::DateTime(Some(DateTime::new(older_date(days)?, ticks as u32)))
        }
        (Field::DateTime, Value::Date(days)) => {
            ColumnData::DateTime(Some(DateTime::new(older_date(i64::from(days) + EPOCH_FROM_1900)?, 0)))
        }
        (Field::Guid, Value::Uuid(bytes)) => ColumnData::Guid(Some(Uuid::from_bytes(bytes))),
        (Field::Guid, Value::Text(text)) => match lexical::parse(text, DataType::Uuid, &[]) {
            Ok(Value::Uuid(bytes)) => ColumnData::Guid(Some(Uuid::from_bytes(bytes))),
            _ => return Err(DriverError::Value),
        },
        (Field::Binary, Value::Binary(bytes)) => ColumnData::Binary(Some(Cow::Borrowed(bytes))),
        _ => unreachable!("the field was chosen by the column's type, as was the array"),
    })
}

fn null(field: Field) -> ColumnData<'static> {
    match field {
        Field::Bit => ColumnData::Bit(None),
        Field::TinyInt => ColumnData::U8(None),
        Field::SmallInt => ColumnData::I16(None),
        Field::Int => ColumnData::I32(None),
        Field::BigInt => ColumnData::I64(None),
        Field::Decimal(_) => ColumnData::Numeric(None),
        Field::Float => ColumnData::F64(None),
        Field::Text => ColumnData::String(None),
        Field::Date => ColumnData::Date(None),
        Field::Time(_) => ColumnData::Time(None),
        Field::DateTime2(_) => ColumnData::DateTime2(None),
        Field::DateTimeOffset(_) => ColumnData::DateTimeOffset(None),
        Field::DateTime => ColumnData::DateTime(None),
        Field::Guid => ColumnData::Guid(None),
        Field::Binary => ColumnData::Binary(None),
    }
}

/// The same number with as many digits after the point as the column has; never fewer than the value has.
fn numeric(value: Decimal, scale: u8) -> Result<ColumnData<'static>, DriverError> {
    let power = scale.checked_sub(value.scale).ok_or(DriverError::Value)?;
    let unscaled = 10_i128.pow(power.into()).checked_mul(value.unscaled).ok_or(DriverError::Value)?;
    Ok(ColumnData::Numeric(Some(Numeric::new_with_scale(unscaled, scale))))
}

fn date(days: i64) -> Date {
    Date::new(
        u32::try_from(days + EPOCH_FROM_YEAR_1).expect("dates were checked to be in the years 1 to 9999"),
    )
}

/// Days from 1900-01-01, where the older types have them.
fn older_date(days: i64) -> Result<i32, DriverError> {
    if days < FIRST_OLDER_DATE {
        return Err(DriverError::Value);
    }
    i32::try_from(days).map_err(|_| DriverError::Value)
}

/// Refused when the scale is too small for it.
fn time(micros: i64, scale: u8) -> Result<Time, DriverError> {
    let increments = if scale >= 6 {
        micros * 10_i64.pow(u32::from(scale - 6))
    } else {
        let step = 10_i64.pow(u32::from(6 - scale));
        if micros % step != 0 {
            return Err(DriverError::Value);
        }
        micros / step
    };
    Ok(Time::new(increments.unsigned_abs(), scale))
}

fn date_time(micros: i64, scale: u8) -> Result<DateTime2, DriverError> {
    Ok(DateTime2::new(date(micros.div_euclid(DAY_MICROS)), time(micros.rem_euclid(DAY_MICROS), scale)?))
}

/// 1/300 s since midnight, when the server then shows the same milliseconds.
fn ticks(micros: i64) -> Option<i64> {
    let ticks = (micros * 3 + 5_000) / 10_000;
    let shown_millis = (ticks * 10 + 1) / 3;
    (shown_millis * 1_000 == micros && ticks < 300 * 86_400).then_some(ticks)
}

/// A parameter. Nulls are text: the statement casts them.
pub(super) fn parameter<'a>(value: Value<'a>) -> ColumnData<'a> {
    match value {
        Value::Int(value) => ColumnData::I64(Some(value)),
        Value::Text(text) => ColumnData::String(Some(Cow::Borrowed(text))),
        Value::Binary(bytes) => ColumnData::Binary(Some(Cow::Borrowed(bytes))),
        Value::Null => ColumnData::String(None),
        _ => unreachable!("statements of this folder have numbers, text and bytes as parameters"),
    }
}

/// A cell of an answer.
pub(super) fn owned(cell: ColumnData<'static>) -> OwnedValue {
    let inline = OwnedValue::Inline;
    let null = inline(Value::Null);
    let of = |value: Option<Value<'static>>| value.map_or(inline(Value::Null), inline);
    match cell {
        ColumnData::U8(value) => of(value.map(|value| Value::Int(value.into()))),
        ColumnData::I16(value) => of(value.map(|value| Value::Int(value.into()))),
        ColumnData::I32(value) => of(value.map(|value| Value::Int(value.into()))),
        ColumnData::I64(value) => of(value.map(Value::Int)),
        ColumnData::F32(value) => of(value.map(|value| Value::Double(value.into()))),
        ColumnData::F64(value) => of(value.map(Value::Double)),
        ColumnData::Bit(value) => of(value.map(Value::Bool)),
        ColumnData::String(text) => text.map_or(null, |text| OwnedValue::Text(text.into_owned())),
        ColumnData::Guid(value) => of(value.map(|value| Value::Uuid(value.into_bytes()))),
        ColumnData::Binary(bytes) => bytes.map_or(null, |bytes| OwnedValue::Binary(bytes.into_owned())),
        ColumnData::Numeric(value) => {
            of(value.map(|value| Value::Decimal(Decimal { unscaled: value.value(), scale: value.scale() })))
        }
        ColumnData::Xml(xml) => xml.map_or(null, |xml| OwnedValue::Text(xml.into_owned().into_string())),
        ColumnData::DateTime(value) => of(value.map(|value| {
            let micros = i64::from(value.seconds_fragments()) * 10_000 / 3;
            let days = i64::from(value.days()) - EPOCH_FROM_1900;
            Value::Timestamp(days * DAY_MICROS + (micros + 500) / 1_000 * 1_000)
        })),
        ColumnData::SmallDateTime(value) => of(value.map(|value| {
            let days = i64::from(value.days()) - EPOCH_FROM_1900;
            Value::Timestamp(days * DAY_MICROS + i64::from(value.seconds_fragments()) * 60_000_000)
        })),
        ColumnData::Time(value) => of(value.map(|value| Value::Time(micros_of(value)))),
        ColumnData::Date(value) => {
            of(value.map(|value| Value::Date((i64::from(value.days()) - EPOCH_FROM_YEAR_1) as i32)))
        }
        ColumnData::DateTime2(value) => of(value.map(|value| Value::Timestamp(instant_of(value)))),
        ColumnData::DateTimeOffset(value) => {
            of(value.map(|value| Value::TimestampTz(instant_of(value.datetime2()))))
        }
    }
}

fn micros_of(time: Time) -> i64 {
    let scale = time.scale().min(FINEST_SCALE);
    let increments = time.increments().cast_signed();
    if scale > 6 { increments / 10 } else { increments * 10_i64.pow(u32::from(6 - scale)) }
}

fn instant_of(value: DateTime2) -> i64 {
    (i64::from(value.date().days()) - EPOCH_FROM_YEAR_1) * DAY_MICROS + micros_of(value.time())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_that_the_older_type_shows_again_are_kept_and_others_refused() {
        for millis in [0, 3, 7, 10, 997, 86_399_997] {
            assert!(ticks(millis * 1_000).is_some(), "{millis}");
        }
        for micros in [1, 1_000, 2_000, 999_000, 86_399_999_999] {
            assert_eq!(ticks(micros), None, "{micros}");
        }
    }

    #[test]
    fn the_older_type_begins_in_1753() {
        let micros = |days: i64| Value::Timestamp(days * DAY_MICROS);
        assert!(bulk_cell(Field::DateTime, micros(-79_257)).is_ok());
        assert!(bulk_cell(Field::DateTime, micros(-79_258)).is_err());
        assert!(bulk_cell(Field::DateTime, Value::Date(-79_258)).is_err());
    }

    #[test]
    fn text_is_a_uuid_as_a_whole_or_not_at_all() {
        let uuid = "00000000-0000-0000-0000-0000000000ff";
        assert!(bulk_cell(Field::Guid, Value::Text(uuid)).is_ok());
        assert!(bulk_cell(Field::Guid, Value::Text(&format!("{uuid} and more"))).is_err());
    }

    #[test]
    fn decimals_take_the_columns_scale_and_lose_no_digit() {
        let value = Decimal { unscaled: 150, scale: 2 };
        assert!(
            matches!(numeric(value, 4), Ok(ColumnData::Numeric(Some(number))) if number.value() == 15_000)
        );
        assert!(numeric(value, 1).is_err());
        assert!(numeric(Decimal { unscaled: i128::MAX / 5, scale: 0 }, 10).is_err());
    }
}
