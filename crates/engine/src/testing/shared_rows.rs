//! A real contract whose documents share rows, and such documents.

use std::fmt::Write as _;
use std::sync::Arc;

use xmlshred_mapping::Plan;
use xmlshred_mapping::contract::load;
use xmlshred_model::OnExisting;

/// People that documents have in common; the document's key is in a column of this type, as the contract writes it.
///
/// # Panics
/// When it is no type.
pub fn plan(on_existing: OnExisting, key_type: &str) -> Arc<Plan> {
    let on_existing = match on_existing {
        OnExisting::Fail => "fail",
        OnExisting::Skip => "skip",
        OnExisting::Replace => "replace",
    };
    let text = format!(
        "xmlshred: 1\n\
         name: contract\n\
         source: {{ table: app_xml, key: app_id, xml: xml }}\n\
         target: {{ on_existing: {on_existing} }}\n\
         document: {{ root: /d }}\n\
         tables:\n  \
           person:\n    \
             each: p\n    \
             columns:\n      \
               id:    {{ path: \"@id\", type: int, key: true }}\n      \
               owner: {{ generate: document_key, type: \"{key_type}\" }}\n      \
               age:   {{ path: \"@age\", type: int }}\n"
    );
    Arc::new(Plan::new(load(&text).contract.expect("the contract is good")))
}

/// A document with a row for each of these people; it fails where it is to.
pub fn document(people: &[u8], fails: bool) -> String {
    let mut text = "<d>".to_owned();
    for (at, id) in people.iter().enumerate() {
        let age = if fails { "old".to_owned() } else { at.to_string() };
        write!(text, "<p id=\"{id}\" age=\"{age}\"/>").expect("writing to a string succeeds");
    }
    text + "</d>"
}
