//! Shredding against parsers that only read, over the same bytes, one thread.
//!
//! Run by `cargo xtask bench`, which puts documents (`*.xml`) and their contract (`contract.yaml`) into a folder and names
//! it in `XMLSHRED_BENCH_DIR`. Without it, there is nothing to do.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput};
use quick_xml::events::{BytesStart, Event};
use xmlshred_mapping::infer::{Profile, ProfileLimits};
use xmlshred_mapping::{Content, DocumentContext, Limits, Plan, Shredder, contract};
use xmlshred_model::{BatchBuilder, DocumentRecord, Outcome};

/// Documents per batch of rows, as in a run.
const DOCUMENTS_PER_BATCH: usize = 64;

fn main() {
    let Some(folder) = std::env::var_os("XMLSHRED_BENCH_DIR") else {
        return;
    };
    let documents = read_documents(Path::new(&folder));
    let plan = read_plan(Path::new(&folder));
    let byte_count = documents.iter().map(|text| text.len() as u64).sum();

    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(5))
        .configure_from_args();
    let mut group = criterion.benchmark_group("one_thread");
    group.sampling_mode(SamplingMode::Flat).throughput(Throughput::Bytes(byte_count));
    group.bench_function("quick-xml", |bencher| {
        bencher.iter(|| events(&documents, AttributeCheck::Duplicates));
    });
    group.bench_function("quick-xml-unchecked", |bencher| {
        bencher.iter(|| events(&documents, AttributeCheck::None));
    });
    group.bench_function("shred", |bencher| {
        let mut shredder = Shredder::new(Arc::clone(&plan), Limits::default());
        let mut rows = BatchBuilder::new(Arc::clone(plan.schema()));
        bencher.iter(|| shred(&documents, &mut shredder, &mut rows));
    });
    group.bench_function("infer", |bencher| bencher.iter(|| profile(&documents)));
    group.bench_function("roxmltree", |bencher| bencher.iter(|| trees(&documents)));
    group.finish();
    criterion.final_summary();
}

fn read_documents(folder: &Path) -> Vec<String> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("XMLSHRED_BENCH_DIR names a folder")
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).expect("documents are UTF-8")).collect()
}

fn read_plan(folder: &Path) -> Arc<Plan> {
    let text = fs::read_to_string(folder.join("contract.yaml")).expect("the folder has a contract");
    let loaded = contract::load(&text);
    Arc::new(Plan::new(loaded.contract.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))))
}

fn shred(documents: &[String], shredder: &mut Shredder, rows: &mut BatchBuilder) {
    for chunk in documents.chunks(DOCUMENTS_PER_BATCH) {
        for text in chunk {
            let context = DocumentContext { key: None, session: "bench", now: 0, must_end: None };
            let shredded = shredder
                .shred(Content::Text(text), &context, rows)
                .expect("only good documents are measured");
            rows.finish_document(DocumentRecord {
                key: shredded.key.expect("documents have a key"),
                outcome: Outcome::Success,
                issues: shredded.issues,
                document_hash: 0,
                byte_count: text.len() as u64,
                duration: Duration::ZERO,
                processed_at: 0,
            });
        }
        black_box(rows.finish());
    }
}

#[derive(Clone, Copy)]
enum AttributeCheck {
    /// Duplicates are noticed, as quick-xml does unless told otherwise.
    Duplicates,
    /// They are not.
    None,
}

/// The bare event loop: every event, every attribute with its value unescaped, and nothing done with it.
fn events(documents: &[String], check: AttributeCheck) -> usize {
    let mut total = 0;
    for text in documents {
        let mut reader = quick_xml::Reader::from_str(text);
        loop {
            total += match reader.read_event().expect("only good documents are measured") {
                Event::Start(start) | Event::Empty(start) => attributes(&start, check),
                Event::Text(text) => text.len(),
                Event::CData(text) => text.len(),
                Event::Eof => break,
                _ => 1,
            };
        }
    }
    black_box(total)
}

fn attributes(start: &BytesStart<'_>, check: AttributeCheck) -> usize {
    let mut attributes = start.attributes();
    attributes.with_checks(matches!(check, AttributeCheck::Duplicates));
    attributes
        .map(|attribute| {
            let attribute = attribute.expect("only good documents are measured");
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            attribute.key.as_ref().len() + value.expect("only good documents are measured").len()
        })
        .sum()
}

/// What `infer` does with documents before it decides anything.
fn profile(documents: &[String]) -> u64 {
    let mut profile = Profile::new(ProfileLimits::default());
    for text in documents {
        black_box(profile.observe(Content::Text(text), None).expect("only good documents are measured"));
    }
    black_box(profile.byte_count())
}

fn trees(documents: &[String]) -> usize {
    let count = |text: &String| {
        let tree = roxmltree::Document::parse(text).expect("only good documents are measured");
        tree.descendants().count()
    };
    black_box(documents.iter().map(count).sum())
}
