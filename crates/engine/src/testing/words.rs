//! A shredder without contract: documents are words, each word becomes a row.

use std::sync::Arc;

use xmlshred_mapping::{Content, DocumentContext, Limits, ShredError, Shredded};
use xmlshred_model::{
    BatchBuilder, ColumnSchema, DataType, DocumentKey, Failure, FailureCode, ForeignKey, Issue, IssueCode,
    KeyType, OnExisting, Owner, Stage, TableSchema, TargetSchema, Value,
};

use crate::shredding::{DocumentShredder, Shredders};

/// Makes shredders of words. A document is text; the words
/// - `bad` fails it, after the rows of the words before were pushed;
/// - `panic` panics in the same place;
/// - `again` makes the row of the word before a second time: the target refuses it;
/// - `?` becomes null, with an issue.
#[derive(Clone, Debug)]
pub struct Words {
    schema: Arc<TargetSchema>,
    min_bytes: u64,
    is_loud: bool,
}

impl Default for Words {
    fn default() -> Self {
        Self::new()
    }
}

impl Words {
    /// Tables `document(document_key, word_count)` and `word(document_key, position, word)`.
    pub fn new() -> Self {
        Self::with_keys(KeyType::Integer)
    }

    /// The same for keys of this type.
    pub fn with_keys(key_type: KeyType) -> Self {
        let column = |name: &str, data_type, nullable| ColumnSchema {
            name: name.to_owned(),
            data_type,
            nullable,
            sensitive: false,
        };
        let document = TableSchema {
            name: "document".to_owned(),
            columns: vec![
                column("document_key", key_type.data_type(), false),
                column("word_count", DataType::Int, false),
            ],
            primary_key: vec![0],
            foreign_keys: Vec::new(),
        };
        let word = TableSchema {
            name: "word".to_owned(),
            columns: vec![
                column("document_key", key_type.data_type(), false),
                column("position", DataType::Int, false),
                column("word", DataType::Text, true),
            ],
            primary_key: vec![0, 1],
            foreign_keys: vec![ForeignKey { columns: vec![0], parent: 0, parent_columns: vec![0] }],
        };
        let schema = TargetSchema {
            namespace: None,
            on_existing: OnExisting::Fail,
            tables: vec![document, word],
            key_column: "app_id".to_owned(),
            key_type,
            ranking_columns: Vec::new(),
            owners: vec![Some(Owner::Key(0)), Some(Owner::Parent(0))],
            has_versions: false,
            contract_name: "contract".to_owned(),
        };
        Self { schema: Arc::new(schema), min_bytes: 0, is_loud: false }
    }

    /// The same for documents of versions: their rows are found by their keys.
    #[must_use]
    pub fn with_versions(self) -> Self {
        let owners = vec![Some(Owner::Key(0)); self.schema.tables.len()];
        let schema = TargetSchema { owners, has_versions: true, ..(*self.schema).clone() };
        Self { schema: Arc::new(schema), ..self }
    }

    /// The same with a smallest document.
    #[must_use]
    pub fn with_min_bytes(self, min_bytes: u64) -> Self {
        Self { min_bytes, ..self }
    }

    /// The same with words in capitals, as of a contract that has changed.
    #[must_use]
    pub fn loud(self) -> Self {
        Self { is_loud: true, ..self }
    }
}

impl Shredders for Words {
    fn shredder(&self, _limits: Limits) -> Box<dyn DocumentShredder> {
        Box::new(WordShredder { is_loud: self.is_loud })
    }

    fn schema(&self) -> &Arc<TargetSchema> {
        &self.schema
    }

    fn min_bytes(&self) -> u64 {
        self.min_bytes
    }
}

struct WordShredder {
    is_loud: bool,
}

impl DocumentShredder for WordShredder {
    fn shred(
        &mut self,
        content: Content<'_>,
        context: &DocumentContext<'_>,
        rows: &mut BatchBuilder,
    ) -> Result<Shredded, ShredError> {
        let text = match content {
            Content::Text(text) => text,
            Content::Bytes(bytes) => std::str::from_utf8(bytes)
                .map_err(|_| failure(FailureCode::InvalidEncoding, "not UTF-8".to_owned()))?,
        };
        let key = context.key.map_or(Value::Int(0), DocumentKey::as_value);
        let word_count = text.split_whitespace().count();
        rows.push_row(0, &[key, Value::Int(word_count as i64)]);
        let mut nulls = 0;
        for (position, word) in text.split_whitespace().enumerate() {
            let number = position as i64;
            let loud = if self.is_loud { word.to_uppercase() } else { word.to_owned() };
            let (number, word) = match word {
                "bad" => {
                    return Err(failure(FailureCode::NotWellFormed, format!("word {number} is bad")).into());
                }
                "panic" => panic!("a defect, as the document asked for"),
                "again" => (number - 1, Value::Null),
                "?" => {
                    nulls += 1;
                    (number, Value::Null)
                }
                _ => (number, Value::Text(&loud)),
            };
            rows.push_row(1, &[key, Value::Int(number), word]);
        }
        let issue = Issue { table: 1, column: 2, code: IssueCode::InvalidValue, count: nulls };
        Ok(Shredded { key: context.key.cloned(), issues: if nulls > 0 { vec![issue] } else { Vec::new() } })
    }
}

fn failure(code: FailureCode, message: String) -> Failure {
    Failure::new(Stage::Parse, code, message)
}
