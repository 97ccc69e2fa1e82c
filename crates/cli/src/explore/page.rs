//! The page, and the JSON alone.

use super::document::DocumentText;
use super::head::Head;
use crate::page::{COPY, DOM, Page};

const STYLE: &str = include_str!("page/page.css");
const BODY: &str = include_str!("page/body.html");
const SCRIPTS: [&str; 7] = [
    include_str!("page/data.js"),
    DOM,
    COPY,
    include_str!("page/tree.js"),
    include_str!("page/grid.js"),
    include_str!("page/detail.js"),
    include_str!("page/main.js"),
];

/// One self-contained page. Each document is JSON of its own, so that only the one that is looked at is read.
pub(crate) fn page(head: &Head, documents: &[DocumentText]) -> serde_json::Result<String> {
    let head = serde_json::to_string(head)?;
    let room = documents.iter().map(|document| document.json.len()).sum::<usize>() + head.len();
    let mut data = String::with_capacity(room + room / 8);
    push_json("head", &head, &mut data);
    for (at, document) in documents.iter().enumerate() {
        push_json(&format!("document-{at}"), &document.json, &mut data);
    }
    let (title, style, body) = ("xmlshred explore", STYLE, BODY);
    Ok(Page { command: "explore", title, style, body, data: &data, scripts: &SCRIPTS }.text())
}

/// JSON that no text of can end: `<` stands in texts only.
fn push_json(id: &str, json: &str, page: &mut String) {
    page.push_str(&format!("<script type=\"application/json\" id=\"{id}\">"));
    let mut parts = json.split('<');
    page.push_str(parts.next().unwrap_or_default());
    for part in parts {
        page.push_str("\\u003c");
        page.push_str(part);
    }
    page.push_str("</script>\n");
}

/// What the page shows, as one object: the head, and the documents.
pub(crate) fn json(head: &Head, documents: &[DocumentText]) -> serde_json::Result<String> {
    let head = serde_json::to_string(head)?;
    let documents = documents.iter().map(|document| &*document.json).collect::<Vec<_>>().join(",\n");
    Ok(format!("{{\"head\":{head},\n\"documents\":[{documents}]}}"))
}
