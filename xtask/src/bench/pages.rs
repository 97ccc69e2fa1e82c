//! The page of `explore` for a document of 5 MB in headless Chromium: how long it takes to be written and read, and until a click is answered.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use super::place::{folder, program};
use super::results::{Figures, Measured, Table};
use crate::workspace::{Error, root};

/// Rows of the document, of three nodes each.
const ROW_COUNT: usize = 33_000;
/// Bytes of the text that each has.
const TEXT_BYTES: usize = 100;

const CONTRACT: &str = "xmlshred: 1
name: large
source: { table: app_xml, key: app_id, xml: xml }
document: { root: /request, key: \"@id\" }
tables:
  request:
    columns:
      id: { path: \"@id\", type: int, key: true }
  line:
    each: line[@kind = 'a' or @kind = 'b']
    columns:
      id:   { parent: request.id, key: true }
      no:   { path: \"@no\", type: int, key: true }
      kind: { path: \"@kind\", type: varchar(1) }
";

/// What the script says, and what it is called.
const FIGURES: [(&str, &str); 6] = [
    ("write", "written by xmlshred"),
    ("load", "read by the browser"),
    ("node", "click on a node"),
    ("cell", "click on a cell"),
    ("filter", "only problems"),
    ("scroll", "a step of scrolling"),
];

/// Measures.
///
/// # Errors
/// When the page cannot be written or the browser does not end.
pub(super) fn measure() -> Result<Measured, Error> {
    let tools = std::env::var_os("XMLSHRED_TEST_BROWSER").map(PathBuf::from);
    let tools = tools.unwrap_or_else(|| root().join("target/tools/browser"));
    if !tools.join("node_modules/puppeteer-core").is_dir() {
        let why = "there is no puppeteer-core in target/tools/browser, where `./x test` puts it";
        return Ok(Measured::Skipped { what: "pages in a browser", why: why.into() });
    }
    let place = folder().join("pages");
    fs::create_dir_all(&place)?;
    let (contract, document, page) =
        (place.join("contract.yaml"), place.join("1.xml"), place.join("explore.html"));
    fs::write(&contract, CONTRACT)?;
    let text = document_of_many_nodes();
    fs::write(&document, &text)?;
    let start = Instant::now();
    let mut command = Command::new(program());
    command.arg("explore").arg(&document).arg("-c").arg(&contract).arg("-o").arg(&page);
    if !command.stderr(Stdio::null()).status()?.success() {
        return Err("xmlshred explore failed".into());
    }
    let written = start.elapsed().as_secs_f64() * 1e3;
    let script = root().join("crates/cli/tests/browser/explore_speed.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(&page)
        .env("XMLSHRED_TEST_BROWSER", &tools)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the browser did not answer".into());
    }
    let mut seen: Value = serde_json::from_slice(&output.stdout)?;
    seen["write"] = json!(written);
    seen["page_bytes"] = json!(fs::metadata(&page)?.len());
    seen["document_bytes"] = json!(text.len());
    let rows = FIGURES.map(|(name, words)| {
        (words.to_owned(), vec![format!("{:.0}", seen[name].as_f64().unwrap_or(f64::NAN))])
    });
    let megabytes = |bytes: f64| bytes / 1e6;
    let title = format!("explore, {:.1} MB with {} nodes", megabytes(text.len() as f64), seen["nodes"]);
    let size = seen["page_bytes"].as_f64().unwrap_or(f64::NAN);
    let note = format!("the page has {:.1} MB; clicks are medians until they are painted", megabytes(size));
    let json = seen.as_object().cloned().unwrap_or_default();
    let table = Table { title, columns: vec!["ms"], rows: rows.into() };
    Ok(Measured::Done(Figures { tables: vec![table], notes: vec![note], json }))
}

fn document_of_many_nodes() -> String {
    let mut text = String::from("<request id=\"1\">\n");
    for row in 0..ROW_COUNT {
        let kind = ["a", "b", "c"][row % 3];
        let words = "some words ".repeat(TEXT_BYTES / 11);
        writeln!(text, "<line no=\"{row}\" kind=\"{kind}\" part=\"7\">{words}</line>")
            .expect("writing to a string succeeds");
    }
    text.push_str("</request>\n");
    text
}
