//! A contract that is nothing unusual, ordinary documents, and documents that were made to cost much under it.

pub(crate) const CONTRACT: &str = "\
xmlshred: 1
name: bounded
source: { table: app_xml, key: app_id, xml: xml }
document: { root: /r, limits: { bytes: 2097152, row_bytes: 4194304, value_bytes: 4194304 } }
tables:
  line:
    each: line
    columns:
      n: { generate: row_number, type: int }
      first: { path: '../line[1]/@sku', type: text }
      last: { path: '../line[last()]/@sku', type: text }
      none: { path: \"../line[@sku = 'x']/@sku\", type: text }
  small: { each: a, columns: { n: { path: '@n', type: int } } }
  nested: { each: \"//b[contains(., 'zzz')]\", columns: { k: { path: '@k', type: text } } }
  joined:
    each: j
    columns:
      whole: { path: //b, pick: \"join(', ')\", type: text }
      pieces: { path: './/*', pick: \"join('')\", type: text }
  replaced:
    each: x
    let: { a: { path: '@a', type: text } }
    columns: { r: { expr: \"REPLACE(a, 'x', a)\", type: text } }
  markup: { each: //m, columns: { m: { path: ., type: xml } } }
  text: { each: t, columns: { t: { path: ., type: text } } }
  parent: { each: p, columns: { app_id: { generate: document_key, key: true }, n: { generate: row_number, type: int, key: true }, t: { path: '@t', type: text } } }
  child:
    within: parent
    each: c
    columns: { app_id: { parent: parent.app_id }, n: { parent: parent.n }, u: { expr: UPPER(parent.t), type: text }, k: { path: ../@t, type: text } }
  one: { each: o, one_per: { key: '@k' }, columns: { k: { path: '@k', type: text } } }
";

/// One of this many bytes, at most.
type Document = fn(usize) -> Vec<u8>;

pub(crate) const HOSTILE: &[(&str, Document)] = &[
    ("siblings by position", |size| repeated("<line sku='a-12'/>", size)),
    ("rows of one column", |size| repeated("<a/>", size)),
    ("a condition on deep text", |size| repeated(&tower("some text &amp; more of it<d/>and again"), size)),
    ("text joined of deep elements", |size| repeated(&format!("<j>{}</j>", tower("text")), size)),
    ("text joined of one deep element", |size| {
        format!("<r><j/>{}</r>", tower(&"text &lt; text".repeat(size / 14 - 200))).into_bytes()
    }),
    ("text that is replaced by itself", |size| {
        format!("<r><x a='{}'/></r>", "x".repeat(size - 100)).into_bytes()
    }),
    ("markup in markup", |size| {
        repeated(&"<m>".repeat(200).chars().chain("</m>".repeat(200).chars()).collect::<String>(), size)
    }),
    ("markup below declarations", |size| {
        let declarations = (0..50).map(|n| format!(" xmlns:p{n}='urn:n{n}'")).collect::<String>();
        format!("<r{declarations}>{}</r>", "<m/>".repeat((size - 2_000) / 4)).into_bytes()
    }),
    ("one text", |size| format!("<r><t>{}</t></r>", "t".repeat(size - 100)).into_bytes()),
    ("one text of references", |size| {
        format!("<r><t>{}</t></r>", "&#65;".repeat((size - 100) / 5)).into_bytes()
    }),
    ("text in pieces", |size| format!("<r><t>{}</t></r>", "a<!---->".repeat((size - 100) / 8)).into_bytes()),
    ("UTF-16", |size| {
        let text = format!("<r><t>{}</t></r>", "語".repeat(size / 3 - 100));
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    }),
    ("parents that children read", |size| repeated("<p t='abc'><c/><c/></p>", size)),
    ("one parent that children read", |size| {
        format!("<r><p t='{}'>{}</p></r>", "t".repeat(size / 2), "<c/>".repeat(size / 8 - 10)).into_bytes()
    }),
    ("one per key", |size| {
        let count = size / 16;
        (0..count)
            .fold("<r>".to_owned(), |text, n| text + &format!("<o k='{n}'/>"))
            .into_bytes()
            .into_iter()
            .chain(*b"</r>")
            .collect()
    }),
];

/// Of some hundred bytes.
pub(crate) fn ordinary() -> Vec<u8> {
    repeated("<line sku='a-12'/><a n='3'/><p t='x'><c/></p><t>some &amp; more</t>", 600)
}

fn repeated(part: &str, size: usize) -> Vec<u8> {
    format!("<r>{}</r>", part.repeat(size / part.len() - 1)).into_bytes()
}

/// Elements 200 deep.
fn tower(inner: &str) -> String {
    "<b>".repeat(200) + inner + &"</b>".repeat(200)
}
