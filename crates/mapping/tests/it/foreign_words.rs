//! Words of a document are in no message about it: values, but also names, prefixes, entities, targets and labels. Whatever is wrong
//! with a document that is full of a sentinel, the sentinel is not told.

use std::collections::BTreeSet;
use std::sync::Arc;

use xmlshred_mapping::contract::load;
use xmlshred_mapping::{Content, DocumentContext, Limits, NoRows, Plan, ShredError, Shredder};
use xmlshred_model::{BatchBuilder, DocumentKey, FailureCode};

/// A number of social security, as a name, a value or a label could have it.
const SENTINEL: &str = "ssn078051120";

const CONTRACT: &str = r#"
xmlshred: 1
name: sentinel
source: { table: documents, key: id, xml: xml }
document: { root: /r, key: "@id", require: ["@needed"] }
codes: { colour: { red: 1 } }
tables:
  base:
    let:
      divisor: { path: divisor, type: int, default: 1 }
      castable: { path: castable, default: "1" }
    where: "1 / divisor > 0"
    columns:
      id:     { path: "@id", type: int, key: true }
      number: { path: number, type: int }
      short:  { path: short, type: varchar(5) }
      colour: { path: colour, codes: colour, type: smallint }
      born:   { path: born, type: date }
      amount: { path: amount, type: "decimal(4,1)" }
      flag:   { path: flag, type: bool }
      uuid:   { path: uuid, type: uuid }
      bytes:  { path: bytes, type: binary }
      double: { path: double, type: double }
      time:   { path: time, type: time }
      seen:   { path: seen, type: timestamp }
      zoned:  { path: zoned, type: timestamptz }
      only:   { path: only, pick: only, type: text }
      length: { expr: "CAST(castable AS int)", type: int }
      markup: { path: markup, type: xml }
  row:
    each: row
    columns:
      name:   { path: "@name", type: text, required: true }
      number: { path: "@number", type: int, default: 0 }
"#;

/// `§` is the sentinel.
const DOCUMENTS: &[(FailureCode, &[&str])] = &[
    (
        FailureCode::InvalidEncoding,
        &[
            "<?xml version='1.0' encoding='§'?><r id='17'/>",
            "<?xml version='1.0' encoding='ebcdic-§'?><r id='17'/>",
            "<?xml version='1.0' encoding='ibm§'?><r id='17'/>",
        ],
    ),
    (
        FailureCode::NotWellFormed,
        &[
            "§",
            "<§>",
            "<r><§></r>",
            "<r></§>",
            "<r/><§/>",
            "<§:r/>",
            "<r §:a=''/>",
            "<r § />",
            "<r §='1' §='2'/>",
            "<r xmlns:§='u' xmlns:b='u' §:a='1' b:a='2'/>",
            "<r xmlns:§=''/>",
            "<r xmlns='http://www.w3.org/2000/xmlns/' a='§'/>",
            "<r a='§<'/>",
            "<r a='&§;'/>",
            "<r>&§;</r>",
            "<r>&§</r>",
            "<r>&#§;</r>",
            "<r>§&#0;</r>",
            "<r>§]]></r>",
            "<r>§\u{1}</r>",
            "<r><!-- § -- --></r>",
            "<r><!-- §",
            "<r><![CDATA[§",
            "<r><?§:x y?></r>",
            "<r><?xml §?></r>",
            "<r><!§></r>",
            "<r><§:a:b/></r>",
            "<?xml version='§'?><r/>",
            "<?xml version='1.0' encoding='078§'?><r/>",
            "<?xml version='1.0' standalone='§'?><r/>",
            "<!DOCTYPE § §><r/>",
            "<!DOCTYPE r [<!§>]><r/>",
            "<!DOCTYPE r [<!ELEMENT § (§,§|§)>]><r/>",
            "<!DOCTYPE r [<!ATTLIST § § §>]><r/>",
            "<!DOCTYPE r [<!ATTLIST § § CDATA '&§;'>]><r/>",
            "<!DOCTYPE r [<!NOTATION § §>]><r/>",
            "<!DOCTYPE r [<!ENTITY § §>]><r/>",
            "<!DOCTYPE r PUBLIC '§<' '§'><r/>",
        ],
    ),
    (FailureCode::TooDeep, &["<r><§><§><§><§><§><§><§><§/></§></§></§></§></§></§></§></r>"]),
    (
        FailureCode::TooManyAttributes,
        &["<r §1='' §2='' §3='' §4='' §5='' §6='' §7='' §8='' §9='' §10='' §11=''/>"],
    ),
    (
        FailureCode::DoctypeRefused,
        &[
            "<!DOCTYPE r [<!ENTITY § '§'>]><r>&§;</r>",
            "<!DOCTYPE r [<!ENTITY § '§'><!ATTLIST § § CDATA '&§;'>]><r/>",
            "<!DOCTYPE r [%§;]><r/>",
        ],
    ),
    (FailureCode::WrongRoot, &["<§/>", "<§:§ xmlns:§='§'/>"]),
    (FailureCode::KeyMissing, &["<r §='§'>§</r>"]),
    (FailureCode::KeyMismatch, &["<r id='§'/>", "<r id='78051120'/>"]),
    (FailureCode::MissingElement, &["<r id='17' §='§'>§</r>"]),
    (
        FailureCode::InvalidValue,
        &[
            "<r id='17' needed=''><number>§</number></r>",
            "<r id='17' needed=''><number>78051120078051120</number></r>",
            "<r id='17' needed=''><born>§</born></r>",
            "<r id='17' needed=''><amount>78051120</amount></r>",
            "<r id='17' needed=''><amount>1.§</amount></r>",
            "<r id='17' needed=''><flag>§</flag></r>",
            "<r id='17' needed=''><uuid>§</uuid></r>",
            "<r id='17' needed=''><bytes>§!</bytes></r>",
            "<r id='17' needed=''><double>§</double></r>",
            "<r id='17' needed=''><time>§</time></r>",
            "<r id='17' needed=''><seen>§</seen></r>",
            "<r id='17' needed=''><zoned>§</zoned></r>",
            "<r id='17' needed=''><only>§</only><only>§</only></r>",
            "<r id='17' needed=''><§/><row name='§' number='§'/></r>",
        ],
    ),
    (FailureCode::TooLong, &["<r id='17' needed=''><short>§</short></r>"]),
    (FailureCode::UnmappedCode, &["<r id='17' needed=''><colour>§</colour></r>"]),
    (FailureCode::MissingValue, &["<r id='17' needed=''><row §='§'/></r>"]),
    (
        FailureCode::ExpressionError,
        &[
            "<r id='17' needed=''><divisor>0</divisor>§</r>",
            "<r id='17' needed=''><castable>§</castable></r>",
        ],
    ),
    (
        FailureCode::TooManyRows,
        &["<r id='17' needed=''><row name='§§§§§§§§§§§§§§§§§§§§'/><row name='§§§§§§§§§§§§§§§§§§§§'/></r>"],
    ),
];

#[test]
fn no_word_of_a_document_is_in_a_message_about_it() {
    let loaded = load(CONTRACT);
    let contract = loaded.contract.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
    let plan = Arc::new(Plan::new(contract));
    let limits = Limits { max_depth: 8, max_attributes: 10, max_row_bytes: 400, ..Limits::default() };
    let mut shredder = Shredder::new(Arc::clone(&plan), limits);
    let context = DocumentContext {
        key: Some(&DocumentKey::Int(17)),
        session: "s1",
        now: 0,
        source_columns: &[],
        must_end: None,
    };
    let mut messages = BTreeSet::new();
    for &(code, documents) in DOCUMENTS {
        for document in documents {
            let document = document.replace('§', SENTINEL);
            for content in [Content::Bytes(document.as_bytes()), Content::Text(&document)] {
                let is_text = matches!(content, Content::Text(_));
                if is_text && code == FailureCode::InvalidEncoding {
                    continue;
                }
                let mut rows = BatchBuilder::new(Arc::clone(plan.schema()));
                let Err(ShredError::NoRows(NoRows::Failed(failure))) =
                    shredder.shred(content, &context, &mut rows)
                else {
                    panic!("{document} does not fail");
                };
                assert_eq!(failure.code, code, "{failure}: {document}");
                for word in [SENTINEL, "78051120"] {
                    assert!(!failure.to_string().contains(word), "{failure}: {document}");
                }
                messages.insert(failure.message);
            }
        }
    }
    assert!(messages.len() > 40, "{messages:#?}");
}
