//! Memory depends on settings, not on the number or size of documents.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use xmlshred_engine::testing::number;

use xmlshred_engine::ports::{Fetched, FetchedRow, Journal, PortError, Ports, Selection, Sink, Source};
use xmlshred_engine::settings::ChunkLimits;
use xmlshred_engine::shredding::{DocumentShredder, Shredders};
use xmlshred_engine::testing::listening::Deaf;
use xmlshred_engine::testing::memory::{MemoryPorts, MemoryStore};
use xmlshred_engine::testing::words::Words;
use xmlshred_engine::{RunSettings, StopSignal, run_with};
use xmlshred_mapping::{Content, DocumentContext, Limits, ShredError, Shredded};
use xmlshred_model::{BatchBuilder, DocumentKey, KeyType, Share, TargetSchema};

use crate::scene::{identity, settings};

const DOCUMENT_COUNT: i64 = 300;
const DOCUMENT_BYTES: u64 = 100_000;

/// Bytes that were handed out and not yet shredded, and the most there ever were.
#[derive(Default)]
struct Scale {
    held: AtomicU64,
    peak: AtomicU64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    handed_out: u64,
    is_gate_open: bool,
}

impl Scale {
    fn hand_out(&self, bytes: u64) {
        let held = self.held.fetch_add(bytes, Ordering::SeqCst) + bytes;
        self.peak.fetch_max(held, Ordering::SeqCst);
        self.change(|state| state.handed_out += 1);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
        self.changed.notify_all();
    }

    fn wait_until(&self, is_so: impl Fn(&State) -> bool) {
        let state = self.state.lock().unwrap();
        drop(self.changed.wait_while(state, |state| !is_so(state)).unwrap());
    }
}

/// Makes documents as they are asked for.
struct Mill {
    memory: MemoryPorts,
    scale: Arc<Scale>,
}

impl Ports for Mill {
    fn source(&self) -> Result<Box<dyn Source>, PortError> {
        Ok(Box::new(MillSource(Arc::clone(&self.scale))))
    }

    fn sink(&self) -> Result<Box<dyn Sink>, PortError> {
        self.memory.sink()
    }

    fn journal(&self) -> Result<Box<dyn Journal>, PortError> {
        self.memory.journal()
    }

    fn max_loaders(&self) -> usize {
        self.memory.max_loaders()
    }
}

struct MillSource(Arc<Scale>);

impl Source for MillSource {
    fn keys(
        &mut self,
        _selection: &Selection,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<DocumentKey>, PortError> {
        let start = after.map_or(0, |key| number(key) + 1);
        Ok((start..DOCUMENT_COUNT).take(limit).map(DocumentKey::Int).collect())
    }

    fn key_type(&self) -> KeyType {
        KeyType::Integer
    }

    fn sees_journal(&self) -> bool {
        true
    }

    fn promises_unique_keys(&self) -> bool {
        true
    }

    fn fetch(
        &mut self,
        keys: &[DocumentKey],
        _max_bytes: u64,
        take: &mut dyn FnMut(DocumentKey, FetchedRow) -> ControlFlow<()>,
    ) -> Result<(), PortError> {
        for key in keys {
            self.0.hand_out(DOCUMENT_BYTES);
            if take(key.clone(), Fetched::Bytes(vec![b'a'; DOCUMENT_BYTES as usize]).into()).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn count(&mut self, _selection: &Selection) -> Result<Option<u64>, PortError> {
        Ok(None)
    }
}

/// Shreds only when the gate is open, so that the reader runs ahead as far as it may.
struct Slow {
    words: Words,
    scale: Arc<Scale>,
}

struct SlowShredder(Arc<Scale>);

impl Shredders for Slow {
    fn shredder(&self, _limits: Limits) -> Box<dyn DocumentShredder> {
        Box::new(SlowShredder(Arc::clone(&self.scale)))
    }

    fn schema(&self) -> &Arc<TargetSchema> {
        self.words.schema()
    }

    fn min_bytes(&self) -> u64 {
        0
    }
}

impl DocumentShredder for SlowShredder {
    fn shred(
        &mut self,
        content: Content<'_>,
        context: &DocumentContext<'_>,
        _rows: &mut BatchBuilder,
    ) -> Result<Shredded, ShredError> {
        self.0.wait_until(|state| state.is_gate_open);
        let Content::Bytes(bytes) = content else { panic!("the mill makes bytes") };
        self.0.held.fetch_sub(bytes.len() as u64, Ordering::SeqCst);
        Ok(Shredded { key: context.key.cloned(), issues: Vec::new() })
    }
}

#[test]
fn documents_that_are_read_and_not_shredded_stay_below_the_bound() {
    for (workers, chunk) in [(1, 250_000), (2, 150_000), (3, 1_000_000)] {
        let mut settings = RunSettings {
            workers: workers.try_into().unwrap(),
            chunk: ChunkLimits { documents: 64, bytes: chunk },
            ..settings()
        };
        settings.limits.max_bytes = DOCUMENT_BYTES;
        let scale = Arc::new(Scale::default());
        let words = Words::new();
        let memory = MemoryStore::new(words.schema()).with_tables().memory_ports();
        let mill = Mill { memory, scale: Arc::clone(&scale) };
        let slow = Slow { words, scale: Arc::clone(&scale) };
        let identity = identity("s", Share::WHOLE);
        std::thread::scope(|scope| {
            let run = scope.spawn(|| run_with(&mill, &slow, &identity, &settings, &Deaf, &StopSignal::new()));
            // With all workers held at the gate, the queue fills, and then the reader holds one chunk more.
            let chunks = (settings.chunk_queue_length() + 1 + workers) as u64;
            let documents_per_chunk = (chunk as u64).div_ceil(DOCUMENT_BYTES).min(20);
            scale.wait_until(|state| state.handed_out >= chunks * documents_per_chunk);
            scale.change(|state| state.is_gate_open = true);
            let totals = run.join().unwrap().unwrap().totals;
            assert_eq!(totals.success_count, DOCUMENT_COUNT as u64);
        });
        let (peak, bound) = (scale.peak.load(Ordering::SeqCst), settings.document_memory_bound());
        assert!(peak <= bound, "{peak} bytes held, the bound is {bound}");
        assert_eq!(scale.held.load(Ordering::SeqCst), 0);
    }
}
