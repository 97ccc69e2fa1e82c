//! Contracts from samples: what they say (cases as text; `UPDATE_CASES=1` writes what comes now), and that their rows hold every
//! attribute and text of the samples, as another parser finds them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use xmlshred_mapping::contract::load;
use xmlshred_mapping::infer::{
    InferError, InferOptions, Profile, ProfileLimits, Schema, Values, XsdFile, infer,
};
use xmlshred_mapping::{Content, DocumentContext, Limits, Plan, Shredder};
use xmlshred_model::lexical::TemporalFormat;
use xmlshred_model::{
    BatchBuilder, CellReader, DataType, DocumentKey, DocumentRecord, Outcome, Value, lexical,
};

pub(crate) fn options() -> InferOptions {
    InferOptions {
        name: None,
        root: None,
        key_path: None,
        source_table: "app_xml".to_owned(),
        source_key: "app_id".to_owned(),
        source_key_type: xmlshred_model::KeyType::Integer,
        source_xml: "xml".to_owned(),
        values: Values::Hidden,
    }
}

/// The contract of documents whose keys are 101, 102, …
fn inferred(
    documents: &[String],
    limits: ProfileLimits,
    options: &InferOptions,
) -> Result<String, InferError> {
    let mut profile = Profile::new(limits);
    for (key, document) in (101..).zip(documents) {
        profile.observe(Content::Text(document), Some(DocumentKey::Int(key))).unwrap();
    }
    infer(&profile, None, options).map(|inferred| inferred.text)
}

/// How often each value stands somewhere.
pub(crate) type Facts = BTreeMap<String, i64>;

/// What two ways to write the same value have in common.
fn canonical(text: &str) -> String {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let has_leading_zero = unsigned.len() > 1 && unsigned.starts_with('0') && !unsigned.starts_with("0.");
    if let (Ok(number), false) = (text.parse::<f64>(), has_leading_zero || text.starts_with('+'))
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'.' | b'e' | b'E'))
    {
        return format!("{number:e}");
    }
    for data_type in [DataType::Time, DataType::Timestamp, DataType::TimestampTz] {
        if let Ok(value) = lexical::parse(text, data_type, &[])
            && text.len() != 10
            && (data_type != DataType::TimestampTz || text.ends_with('Z'))
        {
            let mut out = String::new();
            lexical::format(&value, &mut out);
            return out;
        }
    }
    for (pattern, data_type) in [("%m/%d/%Y %H:%M:%S", DataType::Timestamp), ("%d.%m.%Y", DataType::Date)] {
        let format = TemporalFormat::new(pattern).unwrap();
        if let Ok(value) = lexical::parse(text, data_type, &[format]) {
            let mut out = String::new();
            lexical::format(&value, &mut out);
            return out;
        }
    }
    text.to_owned()
}

fn add(facts: &mut Facts, text: &str) {
    let text = canonical(text);
    if !text.is_empty() {
        *facts.entry(text).or_default() += 1;
    }
}

/// Every attribute and every element's own text in some markup.
pub(crate) fn facts_of(markup: &str, facts: &mut Facts) {
    let tree = roxmltree::Document::parse(markup).unwrap();
    for element in tree.descendants().filter(roxmltree::Node::is_element) {
        element.attributes().for_each(|attribute| add(facts, attribute.value()));
        let own = element.children().filter(roxmltree::Node::is_text).filter_map(|node| node.text());
        add(facts, &own.collect::<String>());
    }
}

/// Every value in the rows of a document, those in markup one by one; keys are not the document's.
pub(crate) fn facts_of_rows(contract: &str, document: &str, key: DocumentKey) -> Facts {
    let loaded = load(contract);
    let plan = Arc::new(Plan::new(
        loaded.contract.unwrap_or_else(|| panic!("{:?}\n{contract}", loaded.diagnostics)),
    ));
    let mut rows = BatchBuilder::new(Arc::clone(plan.schema()));
    let context =
        DocumentContext { key: Some(&key), session: "test", now: 0, source_columns: &[], must_end: None };
    let shredded = Shredder::new(Arc::clone(&plan), Limits::default())
        .shred(Content::Text(document), &context, &mut rows)
        .unwrap_or_else(|failure| panic!("{failure}\n{document}\n{contract}"));
    assert!(shredded.issues.is_empty(), "{:?}\n{document}\n{contract}", shredded.issues);
    rows.finish_document(DocumentRecord {
        key,
        outcome: Outcome::Success,
        issues: Vec::new(),
        document_hash: 0,
        source_version: None,
        byte_count: 0,
        duration: std::time::Duration::ZERO,
        processed_at: 0,
    });
    let batch = rows.finish();
    let mut facts = Facts::new();
    for (at, table) in plan.schema().tables.iter().enumerate() {
        let rows = batch.rows(at);
        for (column, array) in table.columns.iter().zip(rows.columns()).skip(table.primary_key.len()) {
            let reader = CellReader::new(array.as_ref(), column.data_type);
            for row in 0..rows.num_rows() {
                match (reader.value(row), column.data_type) {
                    (Value::Text(markup), DataType::Xml) => facts_of(markup, &mut facts),
                    (value, _) => {
                        let mut text = String::new();
                        lexical::format(&value, &mut text);
                        add(&mut facts, &text);
                    }
                }
            }
        }
    }
    facts
}

fn assert_lossless(contract: &str, documents: &[String]) {
    for (key, document) in (101..).zip(documents) {
        let mut expected = Facts::new();
        facts_of(document, &mut expected);
        let found = facts_of_rows(contract, document, DocumentKey::Int(key));
        assert_eq!(found, expected, "{document}\n{contract}");
    }
}

#[test]
fn every_case_gives_its_contract_and_loses_nothing() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/infer/cases.txt");
    let text = std::fs::read_to_string(&file).unwrap();
    let (mut wrong, mut updated) = (String::new(), text.split("=== ").next().unwrap().to_owned());
    for section in text.split("=== ").skip(1) {
        let (name, rest) = section.split_once('\n').unwrap();
        let (given, expected) = rest.split_once("--- gives\n").unwrap();
        let documents =
            given.split("--- and\n").map(|document| document.trim_end().to_owned()).collect::<Vec<_>>();
        let mut options = options();
        options.values = if name.ends_with("(values shown)") { Values::Shown } else { Values::Hidden };
        let found = match inferred(&documents, ProfileLimits::default(), &options) {
            Ok(contract) => {
                assert_lossless(&contract, &documents);
                contract
            }
            Err(error) => format!("error: {error}\nhint: {}\n", error.hint().unwrap_or_default()),
        };
        if found.trim_end() != expected.trim_end() {
            writeln!(wrong, "{name}\nexpected:\n{expected}\nfound:\n{found}").unwrap();
        }
        write!(updated, "=== {name}\n{given}--- gives\n{}\n\n", found.trim_end()).unwrap();
    }
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(&file, updated.trim_end().to_owned() + "\n").unwrap();
        return;
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn no_value_of_a_document_is_in_the_contract_unless_asked_for() {
    let document = |code: &str| {
        format!(
            "<r secret='{code}-attribute'><a>{code}-text</a><b>{code}-mixed<i/></b><c>{code}-1</c><c>{code}-2</c></r>"
        )
    };
    let documents = (0..40).map(|at| document(if at % 2 == 0 { "Zebra" } else { "Yak" })).collect::<Vec<_>>();
    let hidden = inferred(&documents, ProfileLimits::default(), &options()).unwrap();
    assert!(!hidden.contains("Zebra") && !hidden.contains("Yak"), "{hidden}");
    let shown = InferOptions { values: Values::Shown, ..options() };
    let shown = inferred(&documents, ProfileLimits::default(), &shown).unwrap();
    assert!(shown.contains("Zebra-text"), "{shown}");
    assert_lossless(&shown, &documents);
}

fn repeated(count: usize, part: &dyn Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

fn one(content: &str) -> Vec<String> {
    vec![format!("<r>{content}</r>")]
}

/// Documents of a size.
type Documents = dyn Fn(usize) -> Vec<String>;

#[test]
fn twice_as_much_takes_twice_the_steps() {
    let shapes: [(&str, &Documents); 6] = [
        ("documents", &|count| vec!["<r><a x='1'>1</a><b>2</b></r>".to_owned(); count]),
        ("rows", &|count| one(&repeated(count, &|at| format!("<row n='{at}'><a>{at}</a><b/></row>")))),
        ("names", &|count| one(&repeated(count, &|at| format!("<n{at}>{at}</n{at}>")))),
        ("names in another order", &|count| {
            let backwards = repeated(count, &|at| format!("<n{0}/>", count - at));
            vec![
                format!("<r>{}</r>", repeated(count, &|at| format!("<n{at}/>"))),
                format!("<r>{backwards}</r>"),
            ]
        }),
        ("attributes", &|count| {
            vec![format!("<r><e{}/></r>", repeated(count, &|at| format!(" x{at}='{at}'")))]
        }),
        ("paragraphs", &|count| one(&repeated(count, &|at| format!("<p>a <b>{at}</b> <i>c</i> d</p>")))),
    ];
    for (name, documents) in shapes {
        let [small, large] = [200, 400].map(|count| {
            let mut profile = Profile::new(ProfileLimits::default());
            for document in documents(count) {
                profile.observe(Content::Text(&document), None).unwrap();
            }
            profile.step_count()
        });
        assert!(
            small >= 200 && large <= small * 21 / 10 + 100,
            "{name}: {small} steps, twice as much {large}"
        );
    }
}

#[test]
fn several_roots_that_are_asked_for_make_one_contract() {
    let documents = [
        "<Invoice xmlns='urn:i'><ID>1</ID><InvoiceLine>a</InvoiceLine><InvoiceLine>b</InvoiceLine></Invoice>",
        "<c:CreditNote xmlns:c='urn:c'><c:ID>2</c:ID><c:CreditNoteLine><c:Note>x</c:Note></c:CreditNoteLine></c:CreditNote>",
    ];
    let documents = documents.map(str::to_owned);
    let roots = ["Invoice", "CreditNote"].map(str::to_owned);
    let mut profile = Profile::of_roots(ProfileLimits::default(), &roots);
    for document in &documents {
        profile.observe(Content::Text(document), None).unwrap();
    }
    let options = InferOptions { root: Some("Invoice".to_owned()), ..options() };
    let contract = infer(&profile, None, &options).unwrap().text;
    for line in ["  root: [/Invoice, /CreditNote]", "    each: InvoiceLine", "    each: CreditNoteLine"] {
        assert!(contract.lines().any(|found| found == line), "{line}\n{contract}");
    }
    assert_lossless(&contract, &documents);
    let mut profile = Profile::of_roots(ProfileLimits::default(), &roots);
    profile.observe(Content::Text(&documents[0]), None).unwrap();
    assert!(
        matches!(infer(&profile, None, &options), Err(InferError::NoSuchRoot(name)) if name == "CreditNote")
    );
}

#[test]
fn a_broken_document_leaves_no_trace() {
    let good = "<r><a>1</a></r>".to_owned();
    let mut profile = Profile::new(ProfileLimits::default());
    profile.observe(Content::Text(&good), None).unwrap();
    for broken in ["<r><a>x</a><new/><a>2</a>", "<other><a/></r>", "<r a='1' a='2'/>", ""] {
        assert!(profile.observe(Content::Text(broken), None).is_err());
    }
    let found = infer(&profile, None, &options()).unwrap().text;
    assert_eq!(found, inferred(&[good], ProfileLimits::default(), &options()).unwrap());
}

#[test]
fn memory_is_bounded_and_what_is_too_much_is_kept_as_markup() {
    let children = |from: usize| {
        (from..from + 60).map(|at| format!("<n{at} x{at}='{at}'>{at}</n{at}>")).collect::<String>()
    };
    let documents = [0, 40].map(|from| format!("<r><id>{from}</id><many>{}</many></r>", children(from)));
    for limits in [
        ProfileLimits { max_elements: 30, ..ProfileLimits::default() },
        ProfileLimits { max_values: 40, ..ProfileLimits::default() },
        ProfileLimits { max_names: 50, ..ProfileLimits::default() },
    ] {
        let contract = inferred(&documents, limits, &options()).unwrap();
        assert!(contract.contains("type: xml"), "{contract}");
        assert_lossless(&contract, &documents);
    }
    let attributes = |from: usize| (from..from + 60).map(|at| format!(" x{at}='{at}'")).collect::<String>();
    let documents = [0, 40].map(|from| format!("<r><e{}/></r>", attributes(from)));
    let limits = ProfileLimits { max_names: 50, ..ProfileLimits::default() };
    assert_lossless(&inferred(&documents, limits, &options()).unwrap(), &documents);
}

#[test]
fn what_is_too_wide_for_a_table_is_spread_over_several() {
    let attributes = (0..700).map(|at| format!(" x{at}='{at}'")).collect::<String>();
    let leaves = (0..300).map(|at| format!("<l{at}>v{at}</l{at}>")).collect::<String>();
    let documents = [format!("<r{attributes}><part>{leaves}</part><e{attributes}/><e{attributes}/></r>")];
    let contract = inferred(&documents, ProfileLimits::default(), &options()).unwrap();
    assert_lossless(&contract, &documents);
    let loaded = load(&contract).contract.unwrap();
    assert!(loaded.tables.iter().all(|table| table.templates[0].columns.len() <= 260), "{contract}");
    assert!(loaded.tables.len() > 6, "{contract}");
}

#[test]
fn a_schema_corrects_types_order_repetition_and_what_is_required() {
    let main = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t" elementFormDefault="qualified">
        <xs:include schemaLocation="types.xsd"/>
        <xs:element name="order"><xs:complexType><xs:sequence>
            <xs:element name="zip" type="t:Zip"/>
            <xs:element name="amount" type="t:Amount"/>
            <xs:element name="note" type="xs:string" minOccurs="0"/>
            <xs:element ref="t:line" maxOccurs="unbounded"/>
            <xs:any minOccurs="0"/>
        </xs:sequence><xs:attribute name="no" type="xs:positiveInteger" use="required"/></xs:complexType></xs:element>
        <xs:element name="line" type="t:Line"/>
    </xs:schema>"#;
    let types = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
        <xs:simpleType name="Zip"><xs:restriction base="xs:string"><xs:maxLength value="8"/></xs:restriction></xs:simpleType>
        <xs:complexType name="Amount"><xs:simpleContent><xs:extension base="Money"><xs:attribute name="currency" type="xs:string"/>
            </xs:extension></xs:simpleContent></xs:complexType>
        <xs:simpleType name="Money"><xs:restriction base="xs:decimal"><xs:totalDigits value="12"/><xs:fractionDigits value="2"/>
            </xs:restriction></xs:simpleType>
        <xs:complexType name="Line"><xs:sequence><xs:element name="day" type="xs:date"/></xs:sequence></xs:complexType>
    </xs:schema>"#;
    let files = [main, types].map(|text| XsdFile::read(text.as_bytes(), "urn:t").unwrap());
    assert_eq!(files[0].references()[0].location.as_deref(), Some("types.xsd"));
    let schema = Schema::new(files.into());
    assert_eq!(schema.wildcards(), ["any (1 times)"]);
    let document =
        "<order xmlns='urn:t' no='7'><note>1</note><amount currency='EUR'>5</amount><zip>12345</zip>\
                    <line><day>2024-01-31</day></line></order>"
            .to_owned();
    let mut profile = Profile::new(ProfileLimits::default());
    profile.observe(Content::Text(&document), None).unwrap();
    let inferred = infer(&profile, Some(&schema), &options()).unwrap();
    assert_eq!(
        inferred.notes,
        [
            "the schema knows 5 of the elements of the documents",
            "where the schema lets documents have what it does not name, the contract has what they have: any (1 times)"
        ]
    );
    let columns = inferred
        .text
        .lines()
        .filter(|line| line.contains("path: "))
        .map(|line| line.split("  #").next().unwrap().trim());
    let columns =
        columns.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>();
    assert_eq!(
        columns,
        [
            r#""no": { path: "@no", type: bigint, required: true }"#,
            "zip: { path: zip, type: varchar(8), blank: keep, required: true }",
            "amount_currency: { path: amount/@currency, type: varchar(100) }",
            r#"amount: { path: amount, type: "decimal(14,2)", required: true }"#,
            "note: { path: note, type: text }",
            "day: { path: day, type: date, required: true }",
        ]
    );
    assert!(inferred.text.contains("each: line"), "{}", inferred.text);
    assert_lossless(&inferred.text, &[document]);
}

const NAMES: [&str; 8] = ["a", "b", "c", "A", "p:a", "q:a", "value", "a.b"];
const ATTRIBUTES: [&str; 8] = ["x", "y", "X", "p:x", "value", "a_b", "xml:lang", "app_id"];
const TEXTS: [&str; 19] = [
    "",
    " ",
    "1",
    "-20",
    "007",
    "1.50",
    "true",
    "x",
    "two words",
    " around ",
    "2024-01-31",
    "2024-01-31T10:00:00",
    "2024-01-31T10:00:00Z",
    "2024-01-31T10:00:00+01:00",
    "10:30:00",
    "&lt;&amp;&#65;",
    "1e3",
    "é€😀",
    "12345678901234567890",
];

/// Markup of an element, as deep as `depth`; attributes are made unique.
fn element(depth: u32) -> BoxedStrategy<String> {
    let attributes = proptest::collection::btree_map(
        proptest::sample::select(ATTRIBUTES.as_slice()),
        proptest::sample::select(TEXTS.as_slice()),
        0..3,
    );
    let text = proptest::sample::select(TEXTS.as_slice()).prop_map(str::to_owned);
    let content = if depth == 0 {
        text.boxed()
    } else {
        let children =
            proptest::collection::vec(element(depth - 1), 0..4).prop_map(|children| children.concat());
        let mixed = (text.clone(), element(depth - 1), text.clone())
            .prop_map(|(before, child, after)| before + &child + &after);
        prop_oneof![4 => children, 2 => text, 1 => mixed].boxed()
    };
    let name = proptest::sample::select(NAMES.as_slice());
    (name, attributes, content)
        .prop_map(|(name, attributes, content)| {
            let attributes =
                attributes.iter().map(|(name, value)| format!(" {name}=\"{value}\"")).collect::<String>();
            format!("<{name}{attributes}>{content}</{name}>")
        })
        .boxed()
}

fn document() -> impl Strategy<Value = String> {
    proptest::collection::vec(element(3), 0..4).prop_map(|children| {
        format!("<root xmlns:p=\"urn:p\" xmlns:q=\"urn:q\">{}</root>", children.concat())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn rows_hold_every_attribute_and_text_of_any_samples(documents in proptest::collection::vec(document(), 1..5)) {
        let contract = inferred(&documents, ProfileLimits::default(), &options()).unwrap();
        assert_lossless(&contract, &documents);
        let shown = InferOptions { values: Values::Shown, ..options() };
        assert_lossless(&inferred(&documents, ProfileLimits::default(), &shown).unwrap(), &documents);
    }
}
