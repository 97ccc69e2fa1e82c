//! Random documents, always well-formed.

use super::Choices;

/// Deeper elements have no children.
const MAX_DEPTH: usize = 6;

/// Values as an attribute or text writes them.
const VALUES: [&str; 31] = [
    "v",
    "1",
    "",
    "2",
    " ",
    "w",
    "-3",
    "1.50",
    "abcdef",
    "&amp;",
    " 7 ",
    "v w",
    "2024-02-29",
    "true",
    "&#233;&#x1F600;",
    "a&#10;b",
    "\n\t",
    "(1,234.50)",
    "70000",
    "V",
    "\r\nv",
    "&lt;v&gt;",
    "\u{A0}5",
    "1e3",
    "2.505",
    "1.234,5 €",
    "2024-02-29Z",
    "10:00:00.1234567+02:00",
    "Thu, 29 Feb 2024 23:30:00 -0500",
    "no. 7,5",
    "6869",
];

/// A document.
pub fn document(choices: &mut Choices<'_>) -> String {
    let mut document = String::new();
    if choices.once_in(8) {
        document.push_str("<?xml version=\"1.0\"?>\n<!-- v -->");
    }
    let mut prefixes = Vec::new();
    let mut declarations = String::new();
    for (prefix, uri) in [("p", "urn:p"), ("q", "urn:q&amp;r")] {
        if choices.once_in(3) {
            prefixes.push(prefix);
            declarations.push_str(&format!(" xmlns:{prefix}=\"{uri}\""));
        }
    }
    if choices.once_in(4) {
        prefixes.push("xsi");
        declarations.push_str(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"");
    }
    if choices.once_in(12) {
        let forbidden = choices.one_of(&["\u{1}", "&#2;", "v\u{B}&#xB;", "\u{FFFF}"]);
        declarations.push_str(&format!(" u=\"{forbidden}\""));
    }
    if choices.once_in(16) {
        declarations.push_str(" v=\"&e;1&f;\"");
    }
    let root = if choices.once_in(20) { "Q" } else { "R" };
    element(choices, root, &declarations, &prefixes, 1, &mut document);
    document
}

fn element(
    choices: &mut Choices<'_>,
    name: &str,
    declarations: &str,
    prefixes: &[&str],
    depth: usize,
    out: &mut String,
) {
    out.push_str(&format!("<{name}{declarations}"));
    attributes(choices, prefixes, out);
    let count = if depth < MAX_DEPTH { choices.below(5) } else { 0 };
    if count == 0 && !choices.once_in(4) {
        out.push_str("/>");
        return;
    }
    out.push('>');
    for _ in 0..count {
        content(choices, prefixes, depth, out);
    }
    out.push_str(&format!("</{name}>"));
}

fn attributes(choices: &mut Choices<'_>, prefixes: &[&str], out: &mut String) {
    let mut names = vec!["x", "y", "z", "X"];
    let prefixed = |prefix: &&str| match *prefix {
        "p" => Some("p:x"),
        "q" => Some("q:y"),
        _ => None,
    };
    names.extend(prefixes.iter().filter_map(prefixed));
    if prefixes.contains(&"xsi") && choices.once_in(5) {
        out.push_str(choices.one_of(&[
            " xsi:nil=\"true\"",
            " xsi:nil=' 1 '",
            " xsi:nil=\"false\"",
            " nil=\"true\"",
        ]));
    }
    for name in names {
        if choices.once_in(3) {
            let value = choices.one_of(&VALUES);
            let written = choices.one_of(&[("", "\""), ("", "'"), (" ", "\""), ("\n", "'")]);
            let (blank, quote) = written;
            out.push_str(&format!(" {name}{blank}={blank}{quote}{value}{quote}"));
        }
    }
}

fn content(choices: &mut Choices<'_>, prefixes: &[&str], depth: usize, out: &mut String) {
    match choices.below(13) {
        12 if depth < MAX_DEPTH - 1 => embedded(choices, out),
        0..=5 => child(choices, prefixes, depth, out),
        6..=8 => out.push_str(choices.one_of(&VALUES)),
        9 => out.push_str(&format!("<![CDATA[{}]]>", choices.one_of(&VALUES))),
        10 => out.push_str(choices.one_of(&["<!-- v -->", "<?v w?>", "<!---->"])),
        _ => out.push_str("\n  "),
    }
}

/// An element with a document as text.
fn embedded(choices: &mut Choices<'_>, out: &mut String) {
    let mut inner = String::new();
    if choices.once_in(4) {
        inner.push_str("<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n");
    }
    let root = choices.one_of(&["R", "a", "d"]);
    let declarations = choices.one_of(&["", "", " xmlns:p=\"urn:p\"", " xmlns=\"urn:p\""]);
    let prefixes: &[&str] = if declarations.starts_with(" xmlns:p") { &["p"] } else { &[] };
    element(choices, root, declarations, prefixes, MAX_DEPTH - 2, &mut inner);
    let (before, after) = choices.one_of(&[("", ""), ("\n ", " "), ("<!-- v -->", "")]);
    let text = if inner.contains("]]>") || choices.once_in(2) {
        inner.replace('&', "&amp;").replace('<', "&lt;").replace('\r', "&#13;").replace("]]>", "]]&gt;")
    } else {
        format!("<![CDATA[{inner}]]>")
    };
    out.push_str(&format!("<d>{before}{text}{after}</d>"));
}

fn child(choices: &mut Choices<'_>, prefixes: &[&str], depth: usize, out: &mut String) {
    let local = choices.one_of(&["a", "b", "c", "a", "b", "A"]);
    let mut name = local.to_owned();
    if !prefixes.is_empty() && choices.once_in(5) {
        name = format!("{}:{local}", choices.one_of(prefixes));
    }
    let declarations = match choices.below(40) {
        36 => " xmlns=\"urn:p\"",
        37 => " xmlns=\"\"",
        38 if prefixes.contains(&"p") => " xmlns:p=\"urn:other\"",
        39 => " xmlns:q=\"urn:p\"",
        _ => "",
    };
    element(choices, &name, declarations, prefixes, depth + 1, out);
}
