//! The page, and the JSON alone.

use super::document::DocumentText;
use super::head::Head;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPTS: [&str; 6] = [
    include_str!("page/data.js"),
    include_str!("page/dom.js"),
    include_str!("page/tree.js"),
    include_str!("page/grid.js"),
    include_str!("page/detail.js"),
    include_str!("page/main.js"),
];

/// The first line behind which a file is a page that we wrote, and may be written again.
const SIGN: &str = "<!doctype html>\n<!-- xmlshred explore -->\n";

/// Whether a file is such a page.
pub(crate) fn is_page(beginning: &[u8]) -> bool {
    beginning.starts_with(SIGN.as_bytes())
}

/// One self-contained page. Each document is JSON of its own, so that only the one that is looked at is read.
pub(crate) fn page(head: &Head, documents: &[DocumentText]) -> serde_json::Result<String> {
    let head = serde_json::to_string(head)?;
    let room = documents.iter().map(|document| document.json.len()).sum::<usize>() + head.len();
    let mut data = String::with_capacity(room + room / 8);
    push_json("head", &head, &mut data);
    for (at, document) in documents.iter().enumerate() {
        push_json(&format!("document-{at}"), &document.json, &mut data);
    }
    let scripts = SCRIPTS.concat();
    let mut page = String::with_capacity(data.len() + 64 * 1024);
    page.push_str(SIGN);
    let mut rest = PAGE.strip_prefix("<!doctype html>\n").expect("the page begins so");
    // What is put in may hold the words of places: they are looked for in the page alone.
    for (place, text) in
        [("<!-- style -->\n", STYLE), ("<!-- data -->\n", &data), ("<!-- script -->\n", &scripts)]
    {
        let (before, after) = rest.split_once(place).expect("the page has a place for everything");
        page.push_str(before);
        page.push_str(text);
        rest = after;
    }
    page.push_str(rest);
    Ok(page)
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
