//! No text makes the loader, the rendering of its problems, the plan or the shredding by it panic; problems have places in the text.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use xmlshred_mapping::contract::{RenderStyle, Severity, load, render};
use xmlshred_mapping::{Content, DocumentContext, Limits, Plan, Shredder};
use xmlshred_model::{BatchBuilder, DocumentKey};

const DOCUMENT: &str = "<R x='1' y='a'><a x='v'>1<b y='2'/></a><a><b>w</b>2024-01-31</a></R>";

fuzz_target!(|text: &str| {
    let loaded = load(text);
    for problem in &loaded.diagnostics {
        assert!(text.get(problem.span.clone()).is_some(), "{problem:?} has no place in the text");
    }
    let _ = render(&loaded.diagnostics, "contract.yaml", text, RenderStyle::Plain);
    let errors = loaded.diagnostics.iter().filter(|problem| problem.severity() == Severity::Error).count();
    assert_eq!(loaded.contract.is_none(), errors > 0, "a contract is refused for an error, and only for one");
    let Some(contract) = loaded.contract else { return };
    let plan = Arc::new(Plan::new(contract));
    let mut rows = BatchBuilder::new(Arc::clone(plan.schema()));
    let context = DocumentContext { key: Some(&DocumentKey::Int(1)), session: "s", now: 0, source_columns: &[], must_end: None };
    let _ = Shredder::new(plan, Limits::default()).shred(Content::Text(DOCUMENT), &context, &mut rows);
});
