//! Well-formedness: our verdict over a corpus of good and broken documents is the corpus's, and libxml2's.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use xmlshred_mapping::xml::{
    Entities, Handler, Nobody, RawText, ScanLimits, StartTag, TextKind, XmlError, XmlErrorKind, resolve, scan,
};
use xmlshred_test_servers::skip;

/// Listens to nothing.
pub(crate) struct Deaf;

impl Handler<'_> for Deaf {
    type Taker<'t>
        = Nobody
    where
        Self: 't;

    fn start(&mut self, _: &StartTag<'_, '_>) {}
    fn end(&mut self, _: usize) {}
    fn text(&mut self, _: RawText<'_>, _: TextKind) {}
}

fn verdict(document: &str) -> Result<(), XmlError> {
    scan(document, ScanLimits { max_depth: 200, max_attributes: 100 }, &mut Deaf)
}

#[test]
fn many_declarations_of_namespaces_mean_what_few_do() {
    let eight: String = ('a'..='h').map(|prefix| format!(" xmlns:{prefix}='{prefix}'")).collect();
    for more in ["", " xmlns:i='i'", " xmlns:i='i' xmlns:j='j'"] {
        let is_good = |inner: &str| verdict(&format!("<x{eight}{more}>{inner}</x>")).is_ok();
        assert!(is_good("<y a:z='1' h:z='2'/>"));
        assert!(is_good("<y xmlns:a='b'><z a:q='1' c:q='2'/></y><z a:q='1' b:q='2'/>"));
        assert!(is_good("<y xmlns:k='a'/><y xmlns:k='k' xmlns:a='v'><z a:q='1' k:q='2'/></y>"));
        assert!(!is_good("<y xmlns:a='b' a:q='1' b:q='2'/>"));
        assert!(!is_good("<y xmlns:k='a' a:q='1' k:q='1'/>"));
        assert!(!is_good("<y xmlns:k='v'/><k:z/>"));
        assert!(!is_good("<y xmlns:a='b'/><z xmlns:k='a' a:q='1' k:q='2'/>"));
    }
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
        let found = match verdict {
            Ok(()) => Expected::Ok,
            Err(XmlError { kind: XmlErrorKind::RefusedDoctype, .. }) => Expected::Refused,
            Err(_) => Expected::Bad,
        };
        if found != expected {
            writeln!(wrong, "{expected:?} expected, {verdict:?}: {document:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The same numbers in every run.
struct Random(u64);

impl Random {
    fn new() -> Self {
        Self(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// With one or two small changes.
fn mutated(source: &str, pieces: &[&str], random: &mut Random) -> String {
    let mut chars: Vec<char> = source.chars().collect();
    for _ in 0..=random.below(2) {
        let at = random.below(chars.len());
        match random.below(3) {
            0 => drop(chars.remove(at)),
            1 => drop(chars.splice(at..at, pieces[random.below(pieces.len())].chars())),
            _ => chars.truncate(at.max(1)),
        }
    }
    chars.into_iter().collect()
}

/// Internal subsets made by small changes from well-formed ones, before an element.
fn mutated_declarations() -> Vec<String> {
    let seeds = [
        "<!ELEMENT a (b?,(c|d)*,(e,(f+)))+><!ELEMENT b EMPTY><!ELEMENT c (#PCDATA|b)*><!ELEMENT d ANY>",
        "<!ATTLIST a b CDATA #IMPLIED c (x|y) 'x' d NOTATION (n) #REQUIRED><!ATTLIST a e ID #IMPLIED>",
        "<!NOTATION n SYSTEM \"x\"><!NOTATION m PUBLIC 'y' \"x\"><!NOTATION l PUBLIC 'y'>",
        "<!ENTITY e \"x &lt; &f; &#65;\"><!ENTITY g SYSTEM 'x' NDATA n><!ENTITY h PUBLIC 'x' 'y'>",
        "<!ATTLIST a b CDATA #FIXED '&amp;&#10;'><!ENTITY % p 'x'><!-- c --><?pi x?>",
    ];
    let pieces = [
        "<", ">", "&", ";", "\"", "'", "(", ")", "|", ",", "*", "+", "?", " ", "#PCDATA", "a", "CDATA",
        "#FIXED", "SYSTEM", "PUBLIC", "<!", "--",
    ];
    let mut random = Random::new();
    let documents = (0..3000).map(|round| {
        format!("<!DOCTYPE a [{}]><a/>", mutated(seeds[round % seeds.len()], &pieces, &mut random))
    });
    let mut seen = HashSet::new();
    documents.filter(|document| seen.insert(document.clone())).collect()
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
    let mut random = Random::new();
    // What a declaration adds to a document is tried by the changes of declarations.
    let is_as_it_is =
        |document: &str| matches!(resolve(document, &Entities::Predefined, u64::MAX), Ok(Cow::Borrowed(_)));
    let seeds: Vec<String> = documents
        .iter()
        .filter(|document| verdict(document).is_ok() && is_as_it_is(document))
        .cloned()
        .chain([larger.to_owned()])
        .collect();
    for round in 0..3000 {
        let source = if round % 2 == 0 { larger } else { &seeds[random.below(seeds.len())] };
        documents.push(mutated(source, &pieces, &mut random));
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

/// Which of these documents `xmllint` refuses; `None` without it.
fn refused_by_libxml2(documents: &[String]) -> Option<HashSet<usize>> {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..documents.len()).map(|at| format!("{at}.xml")).collect();
    for (name, document) in names.iter().zip(documents) {
        std::fs::write(folder.path().join(name), document).unwrap();
    }
    let mut command = Command::new("xmllint");
    let output = command.args(["--noout", "--nonet"]).args(&names).current_dir(&folder).output().ok()?;
    let refused = String::from_utf8_lossy(&output.stderr)
        .lines()
        .filter(|line| line.contains("parser error") || line.contains("namespace error"))
        // Namespaces and system identifiers should be URI references, but processors need not check it.
        .filter(|line| !line.contains("is not a valid URI") && !line.contains("Invalid URI"))
        .filter_map(|line| line.split_once(".xml:")?.0.parse().ok())
        .collect();
    Some(refused)
}

fn compare_with_libxml2(what: &str, documents: &[String]) {
    assert!(documents.len() > 2000, "{}", documents.len());
    let Some(refused) = refused_by_libxml2(documents) else {
        return skip(what, &"no xmllint (apt-get install libxml2-utils)");
    };
    let mut wrong = String::new();
    for (at, document) in documents.iter().enumerate() {
        let ours = verdict(document);
        let is_refused = match ours {
            // libxml2 reads `version="1."` and `encoding="…"standalone="…"`, which productions 26 and 32 of XML 1.0 forbid.
            Err(XmlError { kind: XmlErrorKind::InvalidDeclaration, .. }) => continue,
            // Well-formed, and refused by design.
            Ok(()) | Err(XmlError { kind: XmlErrorKind::RefusedDoctype, .. }) => false,
            Err(_) => true,
        };
        if is_refused != refused.contains(&at) {
            let theirs = if refused.contains(&at) { "refused" } else { "accepted" };
            writeln!(wrong, "libxml2 {theirs}, we say {ours:?}: {document:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{wrong}", wrong.lines().count());
}

#[test]
fn libxml2_gives_the_same_verdict() {
    compare_with_libxml2("libxml2's verdict over broken documents", &mutated_corpus());
}

#[test]
fn libxml2_gives_the_same_verdict_over_declarations() {
    compare_with_libxml2("libxml2's verdict over broken declarations", &mutated_declarations());
}
