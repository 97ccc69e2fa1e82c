//! Values that no document has: numbers of rows, the document's key, the session, the time, UUIDs.

use xmlshred_model::lexical::MICROS_PER_DAY;
use xmlshred_model::{DataType, DocumentKey, UtcMicros, Value};

use crate::contract::{Column, Generate};

use super::candidate::{Candidate, Row};
use super::rows::RowMaker;
use super::trace::Trace;

/// An instant as a value of a type of dates and times, in UTC.
fn now(now: UtcMicros, data_type: DataType) -> Value<'static> {
    match data_type {
        DataType::TimestampTz => Value::TimestampTz(now),
        DataType::Date => Value::Date(now.div_euclid(MICROS_PER_DAY) as i32),
        DataType::Time => Value::Time(now.rem_euclid(MICROS_PER_DAY)),
        _ => Value::Timestamp(now),
    }
}

impl<'d, T: Trace> RowMaker<'d, '_, T> {
    /// A generated value, of a type that the column can take.
    pub(super) fn generated(
        &self,
        generate: Generate,
        column: &Column,
        row: &Row<'_, T::Row>,
        index: u32,
    ) -> Value<'d> {
        match generate {
            Generate::RowNumber => Value::Int(row.number as i64),
            Generate::DocumentKey => self.context.key.map_or(Value::Null, DocumentKey::as_value),
            Generate::Session => Value::Text(self.context.session),
            Generate::Now => now(self.context.now, column.data_type),
            Generate::Uuid => Value::Uuid(self.uuid(&row.candidate, index)),
        }
    }

    /// A UUID of version 8 (RFC 9562) made from what identifies the cell, so that a repeated run makes the same one.
    fn uuid(&self, candidate: &Candidate<T::Row>, column: u32) -> [u8; 16] {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        hasher.update(self.plan.contract().hash.as_bytes());
        let number = match self.context.key {
            Some(DocumentKey::Int(number)) => *number,
            _ => i64::MIN,
        };
        let numbers = [
            number,
            candidate.table as i64,
            candidate.template as i64,
            i64::from(candidate.element),
            i64::from(column),
            candidate.parent as i64,
        ];
        for number in numbers {
            hasher.update(&number.to_be_bytes());
        }
        if candidate.attribute > 0 {
            hasher.update(&candidate.attribute.to_be_bytes());
        }
        match self.context.key {
            None | Some(DocumentKey::Int(_)) => {}
            Some(key) => hasher.update(key.spelled().as_bytes()),
        }
        let mut bytes = hasher.digest128().to_be_bytes();
        bytes[6] = 0x80 | (bytes[6] & 0x0F);
        bytes[8] = 0x80 | (bytes[8] & 0x3F);
        bytes
    }
}
