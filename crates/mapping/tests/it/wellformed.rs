//! Well-formedness: our verdict over a corpus of good and broken documents is the corpus's, and libxml2's.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use xmlshred_mapping::xml::{Handler, RawText, ScanLimits, StartTag, TextKind, XmlError, XmlErrorKind, scan};

/// Listens to nothing.
struct Deaf;

impl Handler<'_> for Deaf {
    fn start(&mut self, _: &StartTag<'_, '_>) {}
    fn end(&mut self, _: usize) {}
    fn text(&mut self, _: RawText<'_>, _: TextKind) {}
}

fn verdict(document: &str) -> Result<(), XmlError> {
    scan(document, ScanLimits { max_depth: 200, max_attributes: 100 }, &mut Deaf)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Ok,
    Bad,
    Refused,
}

fn corpus() -> Vec<(Expected, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wellformed/cases.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let case = |line: &str| {
        let (kind, document) = line.split_once(' ').unwrap();
        let expected = match kind {
            "ok" => Expected::Ok,
            "bad" => Expected::Bad,
            "refused" => Expected::Refused,
            _ => panic!("{line}"),
        };
        (expected, unescape(document))
    };
    text.lines().filter(|line| !line.starts_with('#')).map(case).collect()
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let digits = match rest.as_bytes()[at + 1] {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            other => {
                out.push_str(match other {
                    b'n' => "\n",
                    b'r' => "\r",
                    b't' => "\t",
                    b'e' => "",
                    _ => panic!("unknown escape in {text}"),
                });
                0
            }
        };
        let end = at + 2 + digits;
        if digits > 0 {
            let code = u32::from_str_radix(&rest[at + 2..end], 16).unwrap();
            out.push(char::from_u32(code).unwrap());
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[test]
fn every_document_of_the_corpus_gets_its_verdict() {
    let mut wrong = String::new();
    for (expected, document) in corpus() {
        let verdict = verdict(&document);
        if verdict.is_ok() != (expected == Expected::Ok) {
            writeln!(wrong, "{expected:?} expected, {verdict:?}: {document:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The documents of the corpus, and many made from them by small changes, always the same.
fn mutated_corpus() -> Vec<String> {
    let corpus = corpus();
    let mut documents: Vec<String> = corpus
        .iter()
        .filter(|(expected, _)| *expected != Expected::Refused)
        .map(|(_, document)| document.clone())
        .collect();
    let larger = "<?xml version=\"1.0\"?>\n<r xmlns:p=\"u\" a=\"1\"><p:b c='x &amp; y' p:d=\"\"/><!-- note --><e>t<![CDATA[<]]>&#65;</e><?pi x?></r>\n";
    let pieces = [
        "<", ">", "/", "&", ";", "\"", "'", "=", " ", "a", ":", "]]>", "<!--", "-->", "<b>", "</b>", "\u{1}",
        "é", "?",
    ];
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |bound: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % bound as u64) as usize
    };
    let seeds: Vec<String> = documents
        .iter()
        .filter(|document| verdict(document).is_ok())
        .cloned()
        .chain([larger.to_owned()])
        .collect();
    for round in 0..3000 {
        let source = if round % 2 == 0 { larger } else { &seeds[next(seeds.len())] };
        let mut chars: Vec<char> = source.chars().collect();
        for _ in 0..=next(2) {
            let at = next(chars.len());
            match next(3) {
                0 => drop(chars.remove(at)),
                1 => drop(chars.splice(at..at, pieces[next(pieces.len())].chars())),
                _ => chars.truncate(at.max(1)),
            }
        }
        documents.push(chars.into_iter().collect());
    }
    // What we refuse on purpose has no counterpart in libxml2; which version and encoding it supports is its own affair.
    documents.retain(|document| {
        !document.contains("<!ENTITY")
            && !document.contains("<!ATTLIST")
            && !document.contains("version=\"1.1")
    });
    let mut seen = HashSet::new();
    documents.retain(|document| seen.insert(document.clone()));
    documents
}

#[test]
fn libxml2_gives_the_same_verdict() {
    if Command::new("xmllint").arg("--version").output().is_err() {
        println!("skipped: libxml2_gives_the_same_verdict (apt-get install libxml2-utils)");
        return;
    }
    let folder = std::env::temp_dir().join(format!("xmlshred-wellformed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let documents = mutated_corpus();
    assert!(documents.len() > 2000, "{}", documents.len());
    for (at, document) in documents.iter().enumerate() {
        std::fs::write(folder.join(format!("{at}.xml")), document).unwrap();
    }
    let names: Vec<String> = (0..documents.len()).map(|at| format!("{at}.xml")).collect();
    let output = Command::new("xmllint")
        .args(["--noout", "--nonet"])
        .args(&names)
        .current_dir(&folder)
        .output()
        .unwrap();
    let refused: HashSet<usize> = String::from_utf8_lossy(&output.stderr)
        .lines()
        .filter(|line| line.contains("parser error") || line.contains("namespace error"))
        // Namespaces in XML asks for a URI reference, but says that processors need not check it; libxml2 warns.
        .filter(|line| !line.contains("is not a valid URI"))
        .filter_map(|line| line.split_once(".xml:")?.0.parse().ok())
        .collect();
    let _ = std::fs::remove_dir_all(&folder);
    let mut wrong = String::new();
    for (at, document) in documents.iter().enumerate() {
        let ours = verdict(document);
        // libxml2 reads `version="1."` and `encoding="…"standalone="…"`, which productions 26 and 32 of XML 1.0 forbid.
        if matches!(ours, Err(XmlError { kind: XmlErrorKind::InvalidDeclaration, .. })) {
            continue;
        }
        if ours.is_err() != refused.contains(&at) {
            let theirs = if refused.contains(&at) { "refused" } else { "accepted" };
            writeln!(wrong, "libxml2 {theirs}, we say {ours:?}: {document:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{wrong}", wrong.lines().count());
}
