//! Databases in memory as the fixtures of tests.

use std::sync::Arc;

use xmlshred_mapping::Content;
use xmlshred_model::{DataType, DocumentKey, KeyType, OwnedValue, TargetSchema};

use super::store::MemoryStore;
use crate::ports::{Fetched, Ports};
use crate::testing::fixture::{Bench, DocumentColumn, Fixture, IssueRow, LogRow};

impl Fixture for MemoryStore {
    fn ports(&self) -> Box<dyn Ports> {
        Box::new(self.memory_ports())
    }

    fn ports_for(&self, schema: &Arc<TargetSchema>) -> Box<dyn Ports> {
        Box::new(self.memory_ports().with_contract(&schema.contract_name))
    }

    fn ports_with_columns(&self, columns: &[(&str, DataType, Option<&str>)]) -> Box<dyn Ports> {
        let columns = columns.iter().map(|(_, _, text)| text.map(str::to_owned)).collect();
        Box::new(self.memory_ports().with_columns(columns))
    }

    fn ports_with_versions(&self, schema: &Arc<TargetSchema>) -> Box<dyn Ports> {
        self.state().versions.get_or_insert_default();
        self.ports_for(schema)
    }

    fn set_version(&self, key: &DocumentKey, version: i64) {
        self.state().versions.get_or_insert_default().insert(key.clone(), version.to_string());
    }

    fn insert_document(&self, key: &DocumentKey, document: Option<Content<'_>>) {
        let document = match document {
            Some(Content::Text(text)) => Fetched::Text(text.to_owned()),
            Some(Content::Bytes(bytes)) => Fetched::Bytes(bytes.to_vec()),
            None => Fetched::Null,
        };
        self.state().documents.insert(key.clone(), document);
    }

    fn delete_document(&self, key: &DocumentKey) {
        self.state().documents.remove(key);
    }

    fn rows(&self, table: usize) -> Vec<Vec<OwnedValue>> {
        self.state().tables.as_ref().map_or_else(Vec::new, |tables| tables.rows(table))
    }

    fn log(&self) -> Vec<LogRow> {
        self.state().log.values().cloned().collect()
    }

    fn issues(&self) -> Vec<IssueRow> {
        self.state().issues.clone()
    }
}

/// Makes databases in memory.
#[derive(Clone, Copy, Debug)]
pub struct MemoryBench;

impl Bench for MemoryBench {
    fn key_types(&self) -> &'static [KeyType] {
        &KeyType::ALL
    }

    fn fixture(&self, schema: &Arc<TargetSchema>, _column: DocumentColumn) -> Box<dyn Fixture> {
        Box::new(MemoryStore::new(schema))
    }
}
