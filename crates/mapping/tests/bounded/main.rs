//! No document costs more than is in proportion to it: steps, bytes of values and memory, counted and not timed.

mod hostile;

use std::sync::Arc;

use hostile::{CASES, Hostile};
use peak_alloc::PeakAlloc;
use xmlshred_mapping::contract::load;
use xmlshred_mapping::{Content, Cost, DocumentContext, Limits, Plan, ShredError, Shredder};
use xmlshred_model::BatchBuilder;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const HEAD: &str = "xmlshred: 1\nname: hostile\nsource: { table: app_xml, key: app_id, xml: xml }\n";

/// What a document came to.
struct Run {
    result: Result<(), String>,
    cost: Cost,
    /// Bytes of rows.
    row_bytes: usize,
    /// The most memory that was taken at once, rows included.
    peak: usize,
}

fn run(contract: &str, document: &str, limits: Limits) -> Run {
    let loaded = load(&format!("{HEAD}{contract}"));
    let contract = loaded.contract.unwrap_or_else(|| panic!("{contract}: {:?}", loaded.diagnostics));
    let plan = Arc::new(Plan::new(contract));
    let mut rows = BatchBuilder::new(Arc::clone(plan.schema()));
    let mut shredder = Shredder::new(plan, limits);
    let context = DocumentContext { key: None, session: "s", now: 0, must_end: None };
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let shredded = shredder.shred(Content::Text(document), &context, &mut rows);
    let peak = MEMORY.peak_usage() - before;
    let result = match shredded {
        Ok(_) => Ok(()),
        Err(ShredError::Failed(failure)) => Err(failure.to_string()),
        Err(ShredError::Interrupted) => panic!("nobody interrupts"),
    };
    Run { result, cost: shredder.last_cost(), row_bytes: rows.byte_count(), peak }
}

#[test]
fn a_document_twice_as_large_takes_twice_the_steps_values_and_memory() {
    let mut wrong = String::new();
    for Hostile { name, contract, document } in CASES {
        let [small, large] = [1, 2].map(|times| run(contract, &document(times), Limits::default()));
        let said = format!(
            "{name}: {} bytes: {} steps, {} of values, {} at once, {} of rows; twice: {} steps, {} of values, {} at once, {} of rows, {:?}\n",
            document(1).len(),
            small.cost.steps,
            small.cost.value_bytes,
            small.peak,
            small.row_bytes,
            large.cost.steps,
            large.cost.value_bytes,
            large.peak,
            large.row_bytes,
            large.result,
        );
        println!("{said}");
        let is_linear = large.cost.steps * 10 <= small.cost.steps * 22 + 10_000
            && large.cost.value_bytes * 10 <= small.cost.value_bytes * 22 + 10_000;
        // As `docs/running.md` says: 12 times the document, and its rows. While a buffer grows, the old one and the new one are counted.
        let bound = |times, run: &Run| document(times).len() * 24 + run.row_bytes * 3 + (1 << 20);
        let is_bounded = small.peak <= bound(1, &small) && large.peak <= bound(2, &large);
        if small.result.is_err() || large.result.is_err() || !is_linear || !is_bounded {
            wrong += &said;
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_document_beyond_its_budget_fails_and_the_failure_names_table_and_column() {
    let check = |contract: &str, document: &str, limits: Limits, expected: &str| {
        assert_eq!(run(contract, document, limits).result.unwrap_err(), expected, "{contract}");
    };
    let few_steps = Limits { max_steps: 5_000, ..Limits::default() };
    let few_bytes = Limits { max_value_bytes: 5_000, ..Limits::default() };
    let lines = "<r>".to_owned() + &"<line a='&amp;x'/>".repeat(500) + "</r>";
    let contract = |each: &str, column: &str| {
        let table = format!("each: \"{each}\", columns: {{ c: {{ path: \"{column}\", type: text }} }}");
        format!("document: {{ root: /r }}\ntables: {{ t: {{ {table} }} }}")
    };
    let pairs = lines.replace("/>", " b='y'/>");
    check(
        &contract("line", "..//line[@a = ../line/@b]/@a"),
        &pairs,
        few_steps,
        "shred: too-much-work: t.c: the rows take more than 5000 steps, at line 1 column 4",
    );
    check(
        &contract("line", "@a"),
        &lines.replace("&amp;", &"&amp;".repeat(10)),
        few_bytes,
        "shred: too-much-work: t.c: the values made for the rows take more than 5000 bytes, at line 1 column 6187",
    );
    check(
        &contract("//line[@a = ../line/@b]", "@a"),
        &pairs,
        few_steps,
        "shred: too-much-work: t: the rows take more than 5000 steps",
    );
}

#[test]
fn a_wish_to_end_is_heeded_in_the_middle_of_a_document() {
    let contract =
        "document: { root: /r }\ntables: { t: { each: //b, columns: { c: { path: '@x', type: text } } } }";
    let loaded = load(&format!("{HEAD}{contract}"));
    let plan = Arc::new(Plan::new(loaded.contract.unwrap()));
    let mut rows = BatchBuilder::new(Arc::clone(plan.schema()));
    let mut shredder = Shredder::new(plan, Limits::default());
    let wish = std::sync::atomic::AtomicBool::new(true);
    let context = DocumentContext { key: None, session: "s", now: 0, must_end: Some(&wish) };
    let document = format!("<r>{}</r>", "<b/>".repeat(100_000));
    let ended = shredder.shred(Content::Text(&document), &context, &mut rows);
    assert_eq!(ended, Err(ShredError::Interrupted));
    assert!(rows.row_count() < 100_000);
    rows.discard_rows();
    assert_eq!(rows.row_count(), 0);
}
