//! probe
use std::sync::Arc;
use xmlshred_mapping::contract::{RenderStyle, load, render};
use xmlshred_mapping::*;
use xmlshred_model::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&args[1]).unwrap();
    let loaded = load(&text);
    print!("{}", render(&loaded.diagnostics, &args[1], &text, RenderStyle::Plain));
    let Some(contract) = loaded.contract else { return };
    let plan = Arc::new(Plan::new(contract));
    let mut shredder = Shredder::new(Arc::clone(&plan), Limits::default());
    for file in &args[2..] {
        let bytes = std::fs::read(file).unwrap();
        let mut rows = BatchBuilder::new(Arc::clone(plan.schema()));
        let context = DocumentContext { key: None, session: "s", now: 0 };
        match shredder.shred(Content::Bytes(&bytes), &context, &mut rows) {
            Err(failure) => println!("{failure}"),
            Ok(shredded) => {
                println!("{shredded:?}");
                rows.finish_document(DocumentRecord {
                    key: DocumentKey(1),
                    outcome: Outcome::Success,
                    issues: vec![],
                    document_hash: 0,
                    byte_count: 0,
                    duration: Default::default(),
                    processed_at: 0,
                });
                let batch = rows.finish();
                for (at, table) in plan.schema().tables.iter().enumerate() {
                    println!("{}: {:?}", table.name, batch.rows(at).columns());
                }
            }
        }
    }
}
