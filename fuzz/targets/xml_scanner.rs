//! No text makes the scanner panic; what it takes, roxmltree takes, and it has the same elements, attributes and text there.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use xmlshred_mapping::contract::Contract;
use xmlshred_mapping::xml::{Handler, Nobody, RawText, ScanLimits, StartTag, TextKind, XmlError, XmlErrorKind, scan};
use xmlshred_reference::compare::{compare, contract};

const CONTRACT: &str = r#"
xmlshred: 1
name: everything
source: { table: t, key: k, xml: x }
document: { root: /R, namespaces: { p: "urn:p" } }
tables:
  main: { columns: { text: { path: ".", type: text, blank: keep }, markup: { path: ".", type: xml } } }
  element:
    each: "//*"
    columns:
      text: { path: "text()", type: text, pick: "join('|')", blank: keep }
      attributes: { path: "@*", type: text, pick: "join('|')", blank: keep }
      in_namespace: { path: "@p:x", type: text, blank: keep }
      is_a: { path: "self", type: text }
  named: { each: "//p:a", columns: { text: { path: ".", type: text, blank: keep } } }
"#;

static EVERYTHING: LazyLock<Contract> = LazyLock::new(|| contract(CONTRACT).expect("the contract is right"));

/// Listens to nothing.
struct Deaf;

impl Handler<'_> for Deaf {
    type Taker<'t>
        = Nobody
    where
        Self: 't;

    fn start(&mut self, _: &StartTag<'_, '_>) {}
    fn end(&mut self, _: usize) {}
    fn text(&mut self, _: RawText<'_>, _: TextKind) {}
}

fuzz_target!(|text: &str| {
    let ours = scan(text, ScanLimits { max_depth: 100, max_attributes: 100 }, &mut Deaf);
    if let Err(XmlError { offset, .. }) = ours {
        assert!(text.get(..offset).is_some(), "an error without a place in the text");
    }
    // What we refuse on purpose, and what roxmltree does not read.
    let is_refused = matches!(
        ours,
        Err(XmlError {
            kind: XmlErrorKind::TooDeep(_)
                | XmlErrorKind::TooManyAttributes(_)
                | XmlErrorKind::RefusedDoctype,
            ..
        })
    );
    // roxmltree leaves carriage returns beside references alone; section 2.11 of XML 1.0 makes them line feeds.
    if is_refused || text.contains("<!DOCTYPE") || (text.contains('\r') && text.contains('&')) {
        return;
    }
    let theirs = roxmltree::Document::parse(text);
    match (&ours, &theirs) {
        (Ok(()), Err(error)) => panic!("we take what roxmltree refuses: {error}"),
        // It takes names with a colon at their start, any `standalone`, and more: whether we refuse too much, libxml2 says in the tests of
        // `mapping` (`wellformed`).
        (Err(_), _) => {}
        (Ok(()), Ok(_)) => {
            if let Err(difference) = compare(&EVERYTHING, text) {
                panic!("{difference}");
            }
        }
    }
});
