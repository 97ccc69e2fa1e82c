//! Paths select what libxml2's XPath engine selects: random paths over random documents, many in one process.

use std::process::Command;

use xmlshred_mapping::contract::{Case, ColumnSource};
use xmlshred_mapping::path::{Namespaces, Path};
use xmlshred_model::{DocumentKey, OwnedValue};
use xmlshred_reference::compare::{compare, context, contract};
use xmlshred_reference::generate::{self, Choices, End, to_xpath_from_root};
use xmlshred_reference::shred;
use xmlshred_test_servers::skip;

const DOCUMENTS: u64 = 120;
const PATHS: usize = 25;
/// Matches of a path that are compared; their number always is.
const MATCHES: usize = 6;
/// Between texts; no document has it.
const SEPARATOR: &str = "¦";

const CONTRACT: &str = r#"
xmlshred: 1
name: paths
source: { table: t, key: k, xml: x }
document: { root: [/R, /Q] }
tables: { t: { columns: { c: { path: "@x", type: text, pick: "join('¦')", blank: keep } } } }
"#;

#[test]
fn paths_select_what_libxml2_selects() {
    if Command::new("xmllint").arg("--version").output().is_err() {
        skip("the comparison of paths with libxml2's XPath", &"no xmllint (apt-get install libxml2-utils)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let (mut wrong, mut matched) = (Vec::new(), 0);
    for _ in 0..DOCUMENTS {
        // What is nil is null for us, and empty text for XPath.
        let document =
            generate::document(&mut Choices::new(&random.bytes(260))).replace("xsi:nil", "xsi:type");
        let document = without_comments(&document);
        let case = if random.next().is_multiple_of(4) { Case::Insensitive } else { Case::Sensitive };
        let paths = (0..PATHS).map(|_| generate::path(&mut Choices::new(&random.bytes(40)), End::Anything));
        let paths = paths.map(|text| Path::parse(&text, &namespaces()).expect(&text)).collect::<Vec<_>>();
        let file = folder.path().join("document.xml");
        std::fs::write(&file, &document).unwrap();
        for (path, theirs) in paths.iter().zip(by_libxml2(&file, &paths, case)) {
            let ours = by_us(path, case, &document);
            matched += usize::from(ours != "0");
            if ours != theirs {
                let xpath = to_xpath_from_root(path, case);
                wrong.push(format!(
                    "{}\n  as {xpath}\n  in {document}\n  libxml2 {theirs:?}\n  ours    {ours:?}",
                    path.text
                ));
            }
        }
    }
    wrong.sort_by_key(String::len);
    assert!(
        wrong.is_empty(),
        "{} differ, the shortest are\n{}",
        wrong.len(),
        wrong[..wrong.len().min(3)].join("\n")
    );
    let share = matched as f64 / (DOCUMENTS as usize * PATHS) as f64;
    assert!(share > 0.15, "only {share} of the paths match anything");
}

fn namespaces() -> Namespaces {
    Namespaces::from([("p".to_owned(), "urn:p".to_owned()), ("q".to_owned(), "urn:q&r".to_owned())])
}

/// Entities are a contract's affair. Comments and instructions end text nodes in XPath and not in contracts, on purpose; characters that XML forbids are for contracts alone, and
/// libxml2 takes a CDATA section of nothing for a text node.
fn without_comments(document: &str) -> String {
    [
        "&e;",
        "&f;",
        "<!-- v -->",
        "<?v w?>",
        "<!---->",
        "\u{1}",
        "&#2;",
        "\u{B}",
        "&#xB;",
        "\u{FFFF}",
        "<![CDATA[]]>",
    ]
    .iter()
    .fold(document.to_owned(), |text, comment| text.replace(comment, ""))
}

/// Per path the number of matches and the texts of the first ones.
fn by_libxml2(file: &std::path::Path, paths: &[Path], case: Case) -> Vec<String> {
    let told = paths.iter().map(|path| {
        let xpath = to_xpath_from_root(path, case);
        let texts =
            (1..=MATCHES).map(|at| format!(", '{SEPARATOR}', string(({xpath})[{at}])")).collect::<String>();
        format!("count({xpath}){texts}, '{SEPARATOR}{SEPARATOR}'")
    });
    let expression = format!("concat({}, '')", told.collect::<Vec<_>>().join(", "));
    let output = Command::new("xmllint")
        .args(["--noent", "--nocdata", "--xpath", &expression])
        .arg(file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}: {expression}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // Behind the last one is the end of line that xmllint writes.
    let mut told = split_told(&text);
    assert_eq!(told.len(), paths.len());
    told.iter_mut().for_each(|told| *told = without_missing(told));
    told
}

/// Each path's answer has a count and this many texts.
fn split_told(text: &str) -> Vec<String> {
    let parts = text.split(SEPARATOR).collect::<Vec<_>>();
    let size = MATCHES + 2;
    parts[..parts.len() - 1].chunks(size).map(|chunk| chunk[..=MATCHES].join(SEPARATOR)).collect()
}

/// The texts of matches that are not there are left out.
fn without_missing(told: &str) -> String {
    let count = told.split(SEPARATOR).next().unwrap().parse::<usize>().unwrap();
    told.split(SEPARATOR).take(count + 1).collect::<Vec<_>>().join(SEPARATOR)
}

fn by_us(path: &Path, case: Case, document: &str) -> String {
    let mut contract = contract(CONTRACT).unwrap();
    contract.document.case = case;
    contract.tables[0].templates[0].columns[0].source = ColumnSource::Path(path.clone());
    if let Err(difference) = compare(&contract, document) {
        panic!("{}\n{document}\n{difference}", path.text);
    }
    // Product and reference agree, so that either can be asked.
    let shredded = shred(&contract, document, &context(&DocumentKey::Int(1), &[])).unwrap();
    let OwnedValue::Text(text) = &shredded.tables[0][0][0] else { return "0".to_owned() };
    let texts = text.split(SEPARATOR).collect::<Vec<_>>();
    let shown = texts.iter().take(MATCHES).map(|text| format!("{SEPARATOR}{text}")).collect::<String>();
    format!("{}{shown}", texts.len())
}

/// A generator of bytes (xorshift), the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}
