//! Contracts from schemas alone: what they say and tell (cases as text; `UPDATE_CASES=1` writes what comes now), and that documents of
//! the schema load with every attribute and text of them.

use std::fmt::Write as _;
use std::path::Path;

use xmlshred_mapping::infer::{
    InferError, InferOptions, Inferred, ProfileLimits, Schema, Values, XsdFile, infer_from_schema,
};

use crate::infer::{Facts, facts_of, facts_of_rows, options};
use xmlshred_model::DocumentKey;

/// The files in their order; those without a namespace are in that of the first.
fn schema(files: &[String]) -> Schema {
    let mut read = Vec::<XsdFile>::new();
    for file in files {
        let namespace = read.first().map_or("", XsdFile::target).to_owned();
        let file =
            XsdFile::read(file.as_bytes(), &namespace).unwrap_or_else(|error| panic!("{error}\n{file}"));
        read.push(file);
    }
    Schema::new(read)
}

fn inferred(files: &[String], options: &InferOptions) -> Result<Inferred, InferError> {
    infer_from_schema(&schema(files), ProfileLimits::default(), options)
}

/// Dates and times have their zones in columns of their own.
fn with_zones_apart(facts: Facts) -> Facts {
    let mut apart = Facts::new();
    for (text, count) in facts {
        let is_time =
            text.starts_with(|c: char| c.is_ascii_digit()) && (text.contains(':') || text.len() > 10);
        let offset = text.len().checked_sub(6).filter(|&at| is_time && text.is_char_boundary(at));
        let offset =
            offset.filter(|&at| text[at..].starts_with(['+', '-']) && text.as_bytes()[at + 3] == b':');
        let zone = if is_time && text.ends_with('Z') { Some(text.len() - 1) } else { offset };
        match zone {
            Some(at) => {
                *apart.entry(text[..at].to_owned()).or_default() += count;
                *apart.entry(text[at..].to_owned()).or_default() += count;
            }
            None => *apart.entry(text).or_default() += count,
        }
    }
    apart
}

fn assert_lossless(contract: &str, document: &str) {
    let mut expected = Facts::new();
    facts_of(document, &mut expected);
    let mut found = facts_of_rows(contract, document, DocumentKey::Int(1));
    // Names of elements and namespaces that the schema does not know are rows, too.
    let tree = roxmltree::Document::parse(document).unwrap();
    for node in tree.descendants().filter(|node| node.is_element() && node.has_attribute("unknown")) {
        for text in [node.tag_name().name(), node.tag_name().namespace().unwrap_or_default()] {
            *found.entry(text.to_owned()).or_default() -= 1;
        }
    }
    found.retain(|_, &mut count| count != 0);
    assert_eq!(found, with_zones_apart(expected), "{document}\n{contract}");
}

/// A part of a case: what its heading says, and its text.
fn parts(case: &str) -> Vec<(&str, String)> {
    let parts = case.split("--- ").skip(1).map(|part| part.split_once('\n').unwrap_or((part, "")));
    parts
        .map(|(heading, text)| (heading.split(' ').next().unwrap_or_default(), text.trim_end().to_owned()))
        .collect()
}

#[test]
fn every_schema_gives_its_contract_and_its_documents_lose_nothing() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/infer/schemas.txt");
    let text = std::fs::read_to_string(&file).unwrap();
    let (mut wrong, mut updated) = (String::new(), text.split("=== ").next().unwrap().to_owned());
    for section in text.split("=== ").skip(1) {
        let (given, expected) = section.split_once("--- gives\n").unwrap();
        let name = given.lines().next().unwrap();
        let parts = parts(given);
        let of = |kind: &str| {
            let found = parts.iter().filter(|(known, _)| *known == kind);
            found.map(|(_, text)| text.clone()).collect::<Vec<_>>()
        };
        let mut options = options();
        options.values = if name.contains("(values shown)") { Values::Shown } else { Values::Hidden };
        options.root = name.split_once("(root ").map(|(_, rest)| rest.trim_end_matches(')').to_owned());
        let found = match inferred(&of("schema"), &options) {
            Ok(Inferred { text, notes, .. }) => {
                of("document").iter().for_each(|document| assert_lossless(&text, document));
                notes.iter().fold(text, |text, note| text + "note: " + note + "\n")
            }
            Err(error) => format!("error: {error}\nhint: {}\n", error.hint().unwrap_or_default()),
        };
        let head = found.find("tables:\n").unwrap_or(0);
        let namespaces =
            found.find("  namespaces:\n").or_else(|| found.find("codes:")).filter(|&at| at < head);
        let found = &found[namespaces.unwrap_or(head)..];
        if found.trim_end() != expected.trim_end() {
            writeln!(wrong, "{name}\nexpected:\n{expected}\nfound:\n{found}").unwrap();
        }
        write!(updated, "=== {given}--- gives\n{}\n\n", found.trim_end()).unwrap();
    }
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(&file, updated.trim_end().to_owned() + "\n").unwrap();
        return;
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn simple_schema(body: &str) -> String {
    format!(
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns:t='urn:t' targetNamespace='urn:t'>{body}</xs:schema>"
    )
}

#[test]
fn what_is_no_schema_is_called_what_it_is() {
    for (text, expected) in [
        ("<!ELEMENT note (to, from)>", "it is a DTD, no XML Schema"),
        ("<?xml version='1.0'?>\n<!-- of notes --><!ELEMENT note (to)>", "it is a DTD, no XML Schema"),
        ("<grammar xmlns='http://relaxng.org/ns/structure/1.0'/>", "it is a RELAX NG schema, no XML Schema"),
        ("start = element note { text }", "it is a RELAX NG schema in compact syntax, no XML Schema"),
        (
            "<s:schema xmlns:s='http://purl.oclc.org/dsdl/schematron'/>",
            "it is a Schematron schema, no XML Schema",
        ),
        (
            "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'><types><schema xmlns='http://www.w3.org/2001/XMLSchema'/></types></definitions>",
            "it is a WSDL description, no XML Schema",
        ),
        ("{ \"$schema\": \"…\" }", "it is a JSON file, no XML Schema"),
        (
            "<schema xmlns='http://www.w3.org/2000/10/XMLSchema'/>",
            "it is a schema in a draft of the language (http://www.w3.org/2000/10/XMLSchema), no XML Schema",
        ),
        ("<note/>", "it is an XML document with the root element `note`, no XML Schema"),
    ] {
        let error = XsdFile::read(text.as_bytes(), "").unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().is_some(), "{expected}");
    }
    let broken =
        XsdFile::read(b"<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element></xs:schema>", "");
    assert!(broken.unwrap_err().to_string().contains("at line 1 column"));
}

/// XML Signature's begins like this; its DTD is not read.
#[test]
fn a_schema_may_have_a_type_declaration_with_entities() {
    let text = "<!DOCTYPE schema PUBLIC '-//W3C//DTD XMLSchema 200102//EN' 'http://www.w3.org/2001/XMLSchema.dtd' [
          <!ATTLIST schema xmlns:ds CDATA #FIXED 'urn:ds'>
          <!ENTITY ds 'urn:ds'>
          <!ENTITY % p ''>
        ]>
        <schema xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='&ds;'><element name='a' type='string'/></schema>";
    assert_eq!(XsdFile::read(text.as_bytes(), "").unwrap().target(), "urn:ds");
}

#[test]
fn circles_and_towers_of_a_schema_end() {
    let groups = (0..200).map(|at| {
        format!("<xs:group name='g{at}'><xs:sequence><xs:group ref='t:g{0}'/><xs:group ref='t:g{0}'/></xs:sequence></xs:group>", at + 1)
    });
    let types = (0..500).map(|at| {
        format!("<xs:complexType name='c{at}'><xs:complexContent><xs:extension base='t:c{}'/></xs:complexContent></xs:complexType>", at + 1)
    });
    let body = format!(
        "{}{}<xs:simpleType name='u'><xs:union memberTypes='t:u t:u'/></xs:simpleType>
         <xs:complexType name='self'><xs:complexContent><xs:extension base='t:self'><xs:sequence><xs:element name='x' type='t:u'/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
         <xs:attributeGroup name='a'><xs:attributeGroup ref='t:a'/></xs:attributeGroup>
         <xs:element name='h' substitutionGroup='t:h'/>
         <xs:element name='r'><xs:complexType><xs:sequence><xs:group ref='t:g0'/><xs:element name='s' type='t:self'/>
         <xs:element name='c' type='t:c0'/><xs:element ref='t:h'/></xs:sequence><xs:attributeGroup ref='t:a'/></xs:complexType></xs:element>",
        groups.collect::<String>(),
        types.collect::<String>(),
    );
    let options = InferOptions { root: Some("r".to_owned()), ..options() };
    let found = inferred(&[simple_schema(&body)], &options).unwrap();
    assert!(found.text.contains("path: s/x"), "{}", found.text);
}

/// A tree of ten children at each of eight levels: 10⁸ paths, of which a contract has what there is room for.
#[test]
fn a_schema_of_any_size_gives_a_contract_within_bounds() {
    let level = |at: usize| {
        let children =
            (0..10).map(|child| format!("<xs:element name='e{child}' type='t:l{}' minOccurs='0'/>", at + 1));
        format!(
            "<xs:complexType name='l{at}'><xs:sequence>{}</xs:sequence></xs:complexType>",
            children.collect::<String>()
        )
    };
    let levels = (0..8).map(level).collect::<String>();
    let body = format!(
        "{levels}<xs:simpleType name='l8'><xs:restriction base='xs:string'/></xs:simpleType><xs:element name='r' type='t:l0'/>"
    );
    let limits = ProfileLimits { max_elements: 1_000, ..ProfileLimits::default() };
    let found = infer_from_schema(&schema(&[simple_schema(&body)]), limits, &options()).unwrap();
    assert!((500..1_500).contains(&found.column_count), "{}", found.column_count);
    assert!(
        found.notes[0].contains("beyond the paths of elements that the contract has"),
        "{:?}",
        found.notes
    );
    let document =
        "<r xmlns='urn:t'><e1><e2><e3><e4><e5><e6><e7><e8>deep</e8></e7></e6></e5></e4></e3></e2></e1></r>";
    assert_lossless(&found.text, document);
}

#[test]
fn booleans_that_samples_write_as_numbers_are_booleans() {
    let schema = schema(&[
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='r'><xs:complexType><xs:sequence>
         <xs:element name='flag' type='xs:boolean'/><xs:element name='count' type='xs:int'/></xs:sequence></xs:complexType></xs:element></xs:schema>"
            .to_owned(),
    ]);
    let mut profile = xmlshred_mapping::infer::Profile::new(ProfileLimits::default());
    for flag in ["1", " 0 "] {
        let document = format!("<r><flag>{flag}</flag><count>{}</count></r>", flag.trim());
        profile.observe(xmlshred_mapping::Content::Text(&document), None).unwrap();
    }
    let found = xmlshred_mapping::infer::infer(&profile, Some(&schema), &options()).unwrap();
    assert!(found.text.contains("{ path: flag, type: bool, required: true }"), "{}", found.text);
    assert!(found.text.contains("{ path: count, type: int, required: true }"), "{}", found.text);
    facts_of_rows(&found.text, "<r><flag>true</flag><count>3</count></r>", DocumentKey::Int(1));
}
