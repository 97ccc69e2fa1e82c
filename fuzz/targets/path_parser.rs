//! No text makes the path parser panic; mistakes have a place in the text; what is read says itself again, and selects what the
//! reference selects.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use xmlshred_mapping::contract::{ColumnSource, Contract};
use xmlshred_mapping::path::{Namespaces, Path};
use xmlshred_reference::compare::{compare, contract};

const CONTRACT: &str = r#"
xmlshred: 1
name: paths
source: { table: t, key: k, xml: x }
document: { root: /R/m }
tables: { t: { columns: { c: { path: "@x", type: text, pick: "join('|')", blank: keep } } } }
"#;

const DOCUMENT: &str = "<R x='0' xmlns:p='urn:p'><m x='1' y='v'>t<a x='v' y='2'>1<b x='w'>2</b><b p:x='3'/></a>\
    <p:a y='v'><c><a x=' 7 '><b>v</b></a></c></p:a><a/>u<b><a><a y='-3'>1.5</a></a></b></m><n x='9'/></R>";

static BASE: LazyLock<Contract> = LazyLock::new(|| contract(CONTRACT).expect("the contract is right"));

fuzz_target!(|text: &str| {
    let namespaces = Namespaces::from([("p".to_owned(), "urn:p".to_owned())]);
    let path = match Path::parse(text, &namespaces) {
        Ok(path) => path,
        Err(problem) => {
            assert!(text.get(problem.span.clone()).is_some(), "{problem:?} has no place in the text");
            return;
        }
    };
    let again = Path::parse(&path.text, &namespaces).expect("a path that was read can be read again");
    // Numbers may be no numbers, which are never equal.
    assert_eq!(format!("{path:?}"), format!("{again:?}"));
    let mut contract = BASE.clone();
    contract.tables[0].templates[0].columns[0].source = ColumnSource::Path(path);
    if let Err(difference) = compare(&contract, DOCUMENT) {
        panic!("{text}\n{difference}");
    }
});
