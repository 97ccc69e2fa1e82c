//! Documents shredded again, and compared with their rows in the target, cell by cell.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use xmlshred_databases::DocumentRows;
use xmlshred_engine::documents;
use xmlshred_engine::ports::{LogEntry, Ports, Source};
use xmlshred_mapping::Plan;
use xmlshred_mapping::contract::untraced_tables;
use xmlshred_model::{DocumentKey, TargetSchema};

use super::again::{Again, Shredding};
use super::answer::{Difference, SampleAnswer};
use super::differences::{Cells, as_kept, compare_rows, expected};
use crate::database::key_json;
use crate::error::CommandError;
use crate::rows::written;
use crate::unreadable::Unreadable;

/// Documents that are compared together, at most: those that differ are then looked at alone.
const TOGETHER: usize = 50;
/// Bytes of rows that are held, about: once these are there, no further document is read before they are compared.
const MAX_HELD: usize = 8 << 20;
/// Differences that are told one by one.
const MAX_DIFFERENCES: usize = 20;
/// Keys that are named.
const MAX_KEYS: usize = 10;

/// Compares documents with a target.
pub(crate) struct Comparer<'a> {
    plan: Arc<Plan>,
    /// With the type of the source's keys.
    schema: &'a TargetSchema,
    shredding: Shredding,
    ports: &'a dyn Ports,
    source: Box<dyn Source>,
    rows: &'a mut dyn DocumentRows,
    /// Tables that can be compared.
    tables: Vec<usize>,
    unreadable: Unreadable,
    answer: SampleAnswer,
}

impl<'a> Comparer<'a> {
    /// Of so many documents that there are to be compared.
    ///
    /// # Errors
    /// When the source cannot be opened.
    pub(crate) fn new(
        plan: &Arc<Plan>,
        schema: &'a TargetSchema,
        ports: &'a dyn Ports,
        rows: &'a mut dyn DocumentRows,
        of: u64,
    ) -> Result<Self, CommandError> {
        let source = ports.source().map_err(|error| CommandError::port("cannot open the source", error))?;
        let untraced: Vec<_> = untraced_tables(plan.contract()).into_iter().map(|(table, _)| table).collect();
        let tables = (0..schema.tables.len()).filter(|table| !untraced.contains(table)).collect();
        let tables_left_out = untraced.iter().map(|&table| schema.tables[table].name.clone()).collect();
        Ok(Self {
            shredding: Shredding::new(plan),
            plan: Arc::clone(plan),
            schema,
            ports,
            source,
            rows,
            tables,
            unreadable: Unreadable::new("is not compared"),
            answer: SampleAnswer { of, tables_left_out, ..SampleAnswer::default() },
        })
    }

    /// Compares these documents.
    ///
    /// # Errors
    /// When source or target cannot be read.
    pub(crate) fn compare(&mut self, entries: &[LogEntry]) -> Result<(), CommandError> {
        for part in entries.chunks(TOGETHER) {
            let mut rest = part;
            while !rest.is_empty() {
                let (again, done) = self.shred(rest)?;
                self.compare_together(again)?;
                // It is none only where a source hands over what nobody asked for.
                rest = &rest[done.max(1)..];
            }
        }
        Ok(())
    }

    /// What came of the comparison.
    pub(crate) fn into_answer(self) -> SampleAnswer {
        self.unreadable.tell_the_rest();
        SampleAnswer { unreadable: self.unreadable.count(), ..self.answer }
    }

    fn compare_together(&mut self, again: Vec<Again>) -> Result<(), CommandError> {
        self.answer.compared += again.len() as u64;
        self.answer.rows += again.iter().map(|again| again.rows.document_row_count(0)).sum::<u64>();
        let (some, none): (Vec<_>, Vec<_>) = again.into_iter().partition(|again| again.no_rows.is_none());
        let are_equal = self.are_equal(&some.iter().collect::<Vec<_>>())?;
        for again in some.iter().filter(|_| !are_equal).chain(&none) {
            match self.difference(again)? {
                None => self.answer.equal += 1,
                Some(difference) => {
                    self.answer.different += 1;
                    if self.answer.differences.len() < MAX_DIFFERENCES {
                        self.answer.differences.push(difference);
                    }
                }
            }
        }
        if are_equal {
            self.answer.equal += some.len() as u64;
        }
        Ok(())
    }

    /// The first of the documents as they would be now, as many as may be held, and how many of the entries that were. Those that cannot be read,
    /// or are not what they were, are counted alone, and those that are gone are left out.
    fn shred(&mut self, entries: &[LogEntry]) -> Result<(Vec<Again>, usize), CommandError> {
        let by_key: HashMap<_, _> = entries.iter().map(|entry| (&entry.key, entry)).collect();
        let keys: Vec<_> = entries.iter().map(|entry| entry.key.clone()).collect();
        let has_version = self.plan.contract().source.version.is_some();
        let max_bytes = self.plan.contract().document.limits.max_bytes;
        let Self { ports, source, shredding, unreadable, answer, .. } = self;
        let (mut again, mut held) = (Vec::new(), 0);
        let done = documents::each(*ports, source, &keys, max_bytes, &mut |key, row| {
            let Some(entry) = by_key.get(key) else { return ControlFlow::Continue(()) };
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    unreadable.tell(key, &error);
                    return ControlFlow::Continue(());
                }
            };
            let has_changed = format!("{:032x}", row.document.arrived().hash()) != entry.document_hash
                || has_version && row.version != entry.source_version;
            if has_changed {
                answer.changed += 1;
                if answer.changed_keys.len() < MAX_KEYS {
                    answer.changed_keys.push(key_json(key));
                }
                return ControlFlow::Continue(());
            }
            let document = shredding.shred((*entry).clone(), &row);
            held += document.byte_count;
            again.push(document);
            if held < MAX_HELD { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        let done = done.map_err(|error| CommandError::port("cannot read the documents", error))?;
        Ok((again, done))
    }

    /// Whether the rows of all these documents together are those of the target.
    fn are_equal(&mut self, documents: &[&Again]) -> Result<bool, CommandError> {
        for table in self.tables.clone() {
            let keys: Vec<_> = documents.iter().map(|again| again.entry.key.clone()).collect();
            let mut balance: HashMap<Vec<u8>, i64> = HashMap::new();
            for again in documents {
                for cells in expected(self.schema, &again.rows, table) {
                    *balance.entry(written(&cells)).or_default() += 1;
                }
            }
            for cells in self.found(table, &keys)? {
                *balance.entry(written(&cells)).or_default() -= 1;
            }
            if balance.values().any(|count| *count != 0) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How one document differs.
    fn difference(&mut self, again: &Again) -> Result<Option<Difference>, CommandError> {
        let mut tables = Vec::new();
        for table in self.tables.clone() {
            let schema = &self.schema.tables[table];
            let expected = expected(self.schema, &again.rows, table);
            let found = self.found(table, std::slice::from_ref(&again.entry.key))?;
            tables.extend(compare_rows(schema, expected, found));
        }
        let other_contract = again.entry.contract_hash != self.plan.contract().hash;
        if tables.is_empty() && again.no_rows.is_none() {
            return Ok(None);
        }
        let key = key_json(&again.entry.key);
        Ok(Some(match &again.no_rows {
            Some(why) => Difference { key, other_contract, no_rows: Some(why.clone()), tables: Vec::new() },
            None => Difference { key, other_contract, no_rows: None, tables },
        }))
    }

    fn found(&mut self, table: usize, keys: &[DocumentKey]) -> Result<Vec<Cells>, CommandError> {
        let mut found = Vec::new();
        let columns = &self.schema.tables[table].columns;
        let read = self.rows.rows_of(self.schema, table, keys, &mut |mut cells| {
            cells.iter_mut().zip(columns).for_each(|(cell, column)| as_kept(cell, column.data_type));
            found.push(cells);
        });
        read.map_err(|error| CommandError::port("cannot read the target", error))?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use xmlshred_engine::ports::PortError;
    use xmlshred_engine::testing::Fixture as _;
    use xmlshred_engine::testing::memory::MemoryStore;
    use xmlshred_mapping::{Content, contract};
    use xmlshred_model::OwnedValue;
    use xxhash_rust::xxh3::xxh3_128;

    use super::*;

    const CONTRACT: &str = "xmlshred: 1
source: { table: t, key: id, xml: xml }
document: { root: /a }
tables: { t: { columns: { id: { generate: document_key, type: bigint, key: true }, all: { path: ., type: text } } } }
";

    /// A target without rows, which remembers for how many documents at once it was asked.
    #[derive(Default)]
    struct Empty {
        most: usize,
    }

    impl DocumentRows for Empty {
        fn row_count(&mut self, _: &TargetSchema, _: usize) -> Result<u64, PortError> {
            Ok(0)
        }

        fn ownerless_count(&mut self, _: &TargetSchema, _: usize) -> Result<Option<u64>, PortError> {
            Ok(Some(0))
        }

        fn owned_count(&mut self, _: &TargetSchema, _: usize) -> Result<Option<u64>, PortError> {
            Ok(Some(0))
        }

        fn rows_of(
            &mut self,
            _: &TargetSchema,
            _: usize,
            keys: &[DocumentKey],
            _: &mut dyn FnMut(Vec<OwnedValue>),
        ) -> Result<(), PortError> {
            self.most = self.most.max(keys.len());
            Ok(())
        }
    }

    fn entry(key: i64, document: &str) -> LogEntry {
        LogEntry {
            key: DocumentKey::Int(key),
            status: "success".to_owned(),
            failure_reason: None,
            failure_code: None,
            failure_table: None,
            failure_column: None,
            processed_at: 0,
            session_id: String::new(),
            row_count: 1,
            contract_hash: String::new(),
            document_hash: format!("{:032x}", xxh3_128(document.as_bytes())),
            source_version: None,
            instance_id: 0,
            instance_count: 1,
            duration_ms: 0,
        }
    }

    /// For how many documents of this size, of so many, the target was asked at once.
    fn most_at_once(bytes: usize, count: u64) -> usize {
        let plan = Arc::new(Plan::new(contract::load(CONTRACT).contract.unwrap()));
        let store = MemoryStore::new(plan.schema()).with_tables();
        let document = format!("<a>{}</a>", "x".repeat(bytes));
        let entries: Vec<_> = (0..count).map(|key| entry(key.cast_signed(), &document)).collect();
        for entry in &entries {
            store.insert_document(&entry.key, Some(Content::Text(&document)));
        }
        let (ports, mut rows) = (store.memory_ports(), Empty::default());
        let mut comparer = Comparer::new(&plan, plan.schema(), &ports, &mut rows, count).unwrap();
        comparer.compare(&entries).unwrap();
        let answer = comparer.into_answer();
        assert_eq!((answer.compared, answer.different, answer.rows), (count, count, count));
        rows.most
    }

    #[test]
    fn no_more_rows_are_held_than_some_megabytes() {
        assert_eq!(most_at_once(10, 70), TOGETHER);
        assert_eq!(most_at_once(1 << 20, 20), MAX_HELD >> 20);
        assert_eq!(most_at_once(MAX_HELD + 1, 3), 1);
    }
}
