//! No document costs more than is in proportion to it: steps, bytes of values and memory, counted and not timed.

mod hostile;
mod ordinary;

use std::sync::Arc;

use hostile::{CASES, Hostile};
use peak_alloc::PeakAlloc;
use xmlshred_mapping::contract::load;
use xmlshred_mapping::coverage::Coverage;
use xmlshred_mapping::explain::{Asked, explain};
use xmlshred_mapping::samples::Samples;
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
    let context = DocumentContext { key: None, session: "s", now: 0, source_columns: &[], must_end: None };
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let shredded = shredder.shred(Content::Text(document), &context, &mut rows);
    let peak = MEMORY.peak_usage() - before;
    let result = match shredded {
        Ok(_) => Ok(()),
        Err(ShredError::NoRows(no_rows)) => Err(no_rows.to_string()),
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
fn what_is_told_of_a_document_takes_little_more_memory_than_its_rows() {
    let mut wrong = String::new();
    for Hostile { name, contract, document } in CASES {
        let document = document(2);
        let most = run(contract, &document, Limits::default()).peak + document.len() * 12 + (2 << 20);
        let content = Content::Text(&document);
        let context =
            DocumentContext { key: None, session: "s", now: 0, source_columns: &[], must_end: None };
        let plan = || Arc::new(Plan::new(load(&format!("{HEAD}{contract}")).contract.unwrap()));
        let asked = Asked { table: 0, column: None, row: None, max_rows: 10 };
        type Tool<'t> = (&'t str, &'t dyn Fn());
        let tools: [Tool<'_>; 3] = [
            ("explain", &|| drop(explain(&plan(), Limits::default(), content, &context, asked))),
            ("coverage", &|| drop(Coverage::new(plan(), Limits::default()).add(content, &context))),
            ("check", &|| drop(Samples::new(plan(), Limits::default()).add(content, &context))),
        ];
        for (tool, tell) in tools {
            let before = MEMORY.current_usage();
            MEMORY.reset_peak_usage();
            tell();
            let peak = MEMORY.peak_usage() - before;
            if peak > most {
                wrong += &format!(
                    "{name}: {tool}: {peak} at once, for {} bytes of document at most {most}\n",
                    document.len()
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_is_told_of_a_document_takes_little_more_work_than_its_rows() {
    let mut wrong = String::new();
    for Hostile { name, contract, document } in CASES {
        let document = document(1);
        let Cost { steps, value_bytes } = run(contract, &document, Limits::default()).cost;
        let limits =
            Limits { max_steps: 3 * steps, max_value_bytes: 3 * value_bytes + 100_000, ..Limits::default() };
        let content = Content::Text(&document);
        let context =
            DocumentContext { key: None, session: "s", now: 0, source_columns: &[], must_end: None };
        let plan = || Arc::new(Plan::new(load(&format!("{HEAD}{contract}")).contract.unwrap()));
        let asked = Asked { table: 0, column: None, row: None, max_rows: 100 };
        let explained = explain(&plan(), limits, content, &context, asked)
            .failure
            .map_or(Ok(()), |failure| Err(failure.into()));
        let covered = Coverage::new(plan(), limits).add(content, &context);
        let tried = Samples::new(plan(), limits).add(content, &context);
        for (tool, done) in [("explain", explained), ("coverage", covered), ("check", tried)] {
            if let Err(failure) = done {
                wrong += &format!("{name}: {tool}: {failure}\n");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What the first document costs that has all of a contract's `count` columns.
fn wide(contract: &dyn Fn(usize) -> String, document: &dyn Fn(usize) -> String, count: usize) -> Run {
    let lines = |line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let contract = format!(
        "document: {{ root: /r, limits: {{ attributes: 100000 }} }}\ntables:\n  t:\n    columns:\n{}",
        lines(&|at| format!("      c{at}: {}\n", contract(at)))
    );
    let document = document(count);
    run(&contract, &document, Limits { max_attributes: 100_000, ..Limits::default() })
}

#[test]
fn a_contract_twice_as_large_takes_twice_the_steps_and_memory() {
    let elements =
        |count: usize| repeated_with(count, &|at| format!("<a{at}><b{at} k='1'/></a{at}>"), "<r>", "</r>");
    let attributes = |count: usize| repeated_with(count, &|at| format!(" k{at}='1'"), "<r", "/>");
    let deep = |at: usize| format!("{{ path: \"a{at}/b{at}/@k\", type: int }}");
    let anywhere = |at: usize| format!("{{ path: \"//b{at}/@k\", type: int }}");
    let flat = |at: usize| format!("{{ path: \"@k{at}\", type: int }}");
    let issue = |at: usize| {
        format!("{{ path: \"@k{at}\", type: bool, codes: {{ a: true }}, on_unmapped_code: null }}")
    };
    type Part<'p> = &'p dyn Fn(usize) -> String;
    let cases: [(&str, Part<'_>, Part<'_>); 4] = [
        ("elements in elements", &deep, &elements),
        ("elements anywhere", &anywhere, &elements),
        ("attributes of one element", &flat, &attributes),
        ("an issue in every column", &issue, &attributes),
    ];
    for (name, contract, document) in cases {
        let [small, large] = [1_000, 2_000].map(|count| wide(contract, document, count));
        assert_eq!((&small.result, &large.result), (&Ok(()), &Ok(())), "{name}");
        let said = format!(
            "{name}: {:?} and {} at once; twice: {:?} and {}",
            small.cost, small.peak, large.cost, large.peak
        );
        println!("{said}");
        assert!(large.cost.steps * 10 <= small.cost.steps * 22 + 10_000, "{said}");
        assert!(large.peak * 10 <= small.peak * 22 + (2 << 20), "{said}");
    }
}

fn repeated_with(count: usize, part: &dyn Fn(usize) -> String, start: &str, end: &str) -> String {
    start.to_owned() + &(0..count).map(part).collect::<String>() + end
}

#[test]
fn elements_with_few_attributes_take_little_room_however_many_columns_look_for_them() {
    let columns =
        (0..2_000).map(|at| format!(", c{at}: {{ path: '@c{at}', type: int }}")).collect::<String>();
    let contract = format!(
        "document: {{ root: /r }}\ntables: {{ t: {{ each: x, where: \"n = 0\", columns: {{ n: {{ path: '@n', type: int }}{columns} }} }} }}"
    );
    let document = "<r>".to_owned() + &"<x n='1'/>".repeat(2_000) + "</r>";
    let run = run(&contract, &document, Limits::default());
    assert_eq!((run.result, run.row_bytes), (Ok(()), 0));
    assert!(run.peak < document.len() * 24 + (1 << 20), "{} bytes", run.peak);
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
    let context =
        DocumentContext { key: None, session: "s", now: 0, source_columns: &[], must_end: Some(&wish) };
    let document = format!("<r>{}</r>", "<b/>".repeat(100_000));
    let ended = shredder.shred(Content::Text(&document), &context, &mut rows);
    assert_eq!(ended, Err(ShredError::Interrupted));
    assert!(rows.row_count() < 100_000);
    rows.discard_rows();
    assert_eq!(rows.row_count(), 0);
}

#[test]
fn values_take_at_most_twice_the_memory_that_is_counted() {
    let columns =
        |columns: &str| format!("document: {{ root: /r }}\ntables: {{ t: {{ columns: {{ {columns} }} }} }}");
    let lets = |lets: &str| {
        format!(
            "document: {{ root: /r }}\ntables: {{ t: {{ let: {{ {lets} }}, columns: {{ n: {{ path: '@k', type: text }} }} }} }}"
        )
    };
    let doubled = (1..30).map(|at| format!(", d{at}: {{ expr: 'd{} || d{}', type: text }}", at - 1, at - 1));
    let doubled = format!("d0: {{ path: '@a', type: text }}{}", doubled.collect::<String>());
    let tower = |inner: &str| {
        format!("<r a='{}'>{}{inner}{}</r>", "x".repeat(20_000), "<b>".repeat(200), "</b>".repeat(200))
    };
    let cases = [
        (
            "joined",
            columns("j: { path: //b, pick: \"join(', ')\", type: text }"),
            tower(&"some text".repeat(10_000)),
        ),
        (
            "joined of references",
            columns("j: { path: //b, pick: \"join(', ')\", type: text }"),
            tower(&"a&amp;b".repeat(10_000)),
        ),
        (
            "joined of little pieces",
            columns("j: { path: '//*', pick: \"join(',')\", type: text }"),
            tower(&"<c>1</c>".repeat(10_000)),
        ),
        (
            "replaced",
            columns("a: { path: '@a', type: text }, r: { expr: \"REPLACE(a, 'x', a)\", type: text }"),
            tower(""),
        ),
        ("doubled", lets(&doubled), tower("")),
    ];
    const BUDGET: u64 = 8 << 20;
    let mut wrong = String::new();
    for (name, contract, document) in cases {
        let limits = Limits { max_value_bytes: BUDGET, ..Limits::default() };
        let done = run(&contract, &document, limits);
        let bound = 2 * BUDGET as usize + document.len() * 24 + (1 << 20);
        let said = format!(
            "{name}: {:?}, {} of values, {} at once, at most {bound}\n",
            done.result, done.cost.value_bytes, done.peak
        );
        println!("{said}");
        if done.peak > bound {
            wrong += &said;
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
