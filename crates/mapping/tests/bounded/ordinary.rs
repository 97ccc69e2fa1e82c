//! Documents that are as they should be come nowhere near the budget that ends others.

use std::path::Path;

use xmlshred_demo::{CONTRACT, Generator};
use xmlshred_mapping::contract::load;
use xmlshred_mapping::{Content, DocumentContext, Limits, Plan, Shredder};
use xmlshred_model::BatchBuilder;

/// The budget over what an ordinary document takes of it, at least; for a document of this many bytes.
const ROOM: u64 = 1_000;
const ORDINARY_BYTES: u64 = 64 * 1024;

/// Sees that no document takes more of the default budget than its size allows.
fn check<'d>(name: &str, contract: &str, documents: impl IntoIterator<Item = &'d str>) {
    let loaded = load(contract);
    let contract = loaded.contract.unwrap_or_else(|| panic!("{name}: {:?}", loaded.diagnostics));
    let plan = std::sync::Arc::new(Plan::new(contract));
    let mut shredder = Shredder::new(std::sync::Arc::clone(&plan), Limits::default());
    let Limits { max_steps, max_value_bytes, .. } = Limits::default();
    let context = DocumentContext {
        key: Some(&xmlshred_model::DocumentKey::Int(1)),
        session: "s",
        now: 0,
        source_columns: &[],
        must_end: None,
    };
    let mut count = 0;
    for document in documents {
        let mut rows = BatchBuilder::new(std::sync::Arc::clone(plan.schema()));
        // What the contract refuses in a document is no matter here.
        let _ = shredder.shred(Content::Text(document), &context, &mut rows);
        let cost = shredder.last_cost();
        let bytes = (document.len() as u64).max(ORDINARY_BYTES);
        let room = |limit: u64| limit / ROOM * bytes / ORDINARY_BYTES;
        let length = document.len();
        assert!(cost.steps <= room(max_steps), "{name}: {length} bytes: {} steps", cost.steps);
        assert!(
            cost.value_bytes <= room(max_value_bytes),
            "{name}: {length} bytes: {} of values",
            cost.value_bytes
        );
        count += 1;
    }
    assert!(count > 0, "{name}: no documents");
}

#[test]
fn invented_applications_take_a_thousandth_of_the_budget_at_most() {
    for average in [5_000, 50_000, 500_000] {
        let generator = Generator::new(7, average);
        let mut documents = Vec::new();
        for key in 0..3_000_000 / average as i64 {
            let mut text = String::new();
            documents.extend(generator.document(key, &mut text).then_some(text));
        }
        check(&format!("{average} bytes"), CONTRACT, documents.iter().map(String::as_str));
    }
}

#[test]
fn locales_take_a_thousandth_of_the_budget_at_most() {
    const FOLDER: &str = "/usr/share/unicode/cldr/common/main";
    let Ok(files) = std::fs::read_dir(FOLDER) else {
        println!("skipped: no LDML files (apt-get install unicode-cldr-core)");
        return;
    };
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cldr/contract.yaml");
    let contract = std::fs::read_to_string(contract).expect("the example is there");
    let files: Vec<_> = files.map(|file| file.expect("the folder can be read").path()).collect();
    // The largest ones, and some of the others.
    let chosen = files.iter().filter(|path| path.metadata().is_ok_and(|file| file.len() > 400_000));
    let texts: Vec<_> = chosen
        .chain(files.iter().step_by(60))
        .map(|path| std::fs::read_to_string(path).expect("LDML is UTF-8"))
        .collect();
    check("LDML", &contract, texts.iter().map(String::as_str));
}
