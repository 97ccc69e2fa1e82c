//! Documents that are bad: broken, wrong, too large, in the wrong encoding, or made to cost much.

use fastrand::Rng;

use super::content::{Column, Content, SENTINEL};
use super::ordinary::text;

/// How a text is spoilt.
type Spoiler = fn(&mut Rng, i64) -> String;

/// One way each.
const SPOILERS: &[Spoiler] = &[
    cut_off,
    changed,
    |_, _| "<a/>".to_owned(),
    |_, _| format!("  {SENTINEL}  "),
    |_, key| format!("<{SENTINEL} id='{key}'/>"),
    |random, key| text(random, key.wrapping_add(1)),
    |_, _| format!("<request>{SENTINEL}</request>"),
    |_, _| format!("<request id='{SENTINEL}'/>"),
    |random, key| replaced(key, "<born>19", "<born>S078051120 ", random),
    |random, key| replaced(key, "<amount>", "<amount>S078051120", random),
    |random, key| replaced(key, "<amount>", "<amount>78051120078051120", random),
    |random, key| replaced(key, "role=\"", "role=\"S078051120", random),
    |random, key| replaced(key, "<name>", &format!("<name>{}", SENTINEL.repeat(9)), random),
    |random, key| replaced(key, "<report", "<item no='0'/><item no='0' sku='S078051120'/><report", random),
    |random, key| replaced(key, "</report>", &format!("{}</report>", "<x/>".repeat(2_000)), random),
    |random, key| replaced(key, "</report>", &deep(random, 200), random),
    |random, key| replaced(key, "</report>", &deep(random, 5_000), random),
    |random, key| replaced(key, "<report", &format!("<report {}", attributes(random, 1_000)), random),
    |random, key| replaced(key, "<report", &format!("<report {}", attributes(random, 5_000)), random),
    |random, key| replaced(key, "</report>", &declarations(random), random),
    |random, key| {
        replaced(
            key,
            "<report",
            &format!("<note>{}</note><report", "N".repeat(random.usize(..3_000_000))),
            random,
        )
    },
    |random, key| replaced(key, "<report", &items(random), random),
    |random, key| replaced(key, "</report>", &format!("&{SENTINEL};</report>"), random),
    |random, key| replaced(key, "</report>", &format!("<{SENTINEL}:a/></report>"), random),
    |random, key| replaced(key, "</report>", "\u{1}</report>", random),
    |random, key| replaced(key, "member=\"", "member=\"S078051120", random),
    |random, key| replaced(key, "<raw>", "<raw>!S078051120", random),
    |random, key| format!("<!DOCTYPE request SYSTEM 'http://localhost/{SENTINEL}'>{}", text(random, key)),
    |random, key| {
        format!("<!DOCTYPE request [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>{}", text(random, key))
    },
    |random, key| format!("<!DOCTYPE request [{}]>{}", laughs(), text(random, key)),
    |random, key| {
        format!("<!DOCTYPE request [<!ATTLIST request b CDATA '{SENTINEL}'>]>{}", text(random, key))
    },
    |random, key| format!("<!DOCTYPE request [<!ELEMENT {SENTINEL}>]>{}", text(random, key)),
    |random, key| format!("<?xml version='1.0' encoding='{SENTINEL}'?>{}", text(random, key)),
];

/// A bad document; some turn out well.
pub(super) fn document(random: &mut Rng, key: i64, column: Column) -> Content {
    if random.u8(..20) == 0 {
        return Content::Null;
    }
    let spoiler = SPOILERS[random.usize(..SPOILERS.len())];
    let text = spoiler(random, key);
    if column == Column::Text {
        return Content::Text(text);
    }
    if random.u8(..4) != 0 {
        return encoded(random, &text);
    }
    let mut bytes = text.into_bytes();
    for _ in 0..random.usize(1..4) {
        let at = random.usize(..bytes.len());
        bytes[at] = random.u8(..);
    }
    Content::Bytes(bytes)
}

/// The text in an encoding that a document may have, with or without saying so.
pub(super) fn encoded(random: &mut Rng, text: &str) -> Content {
    let utf16 = |order: fn(u16) -> [u8; 2], text: &str| text.encode_utf16().flat_map(order).collect();
    let declared = |label: &str| format!("<?xml version='1.0' encoding='{label}'?>{text}");
    let bytes: Vec<u8> = match random.u8(..12) {
        0 => utf16(u16::to_le_bytes, &format!("\u{FEFF}{text}")),
        1 => utf16(u16::to_be_bytes, &format!("\u{FEFF}{text}")),
        2 => utf16(u16::to_le_bytes, text),
        3 => utf16(u16::to_le_bytes, &declared("UTF-16")),
        4 => declared("ISO-8859-1").chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
        5 => format!("\u{FEFF}{text}").into_bytes(),
        6 => declared("UTF-16").into_bytes(),
        _ => text.as_bytes().to_vec(),
    };
    Content::Bytes(bytes)
}

fn replaced(key: i64, what: &str, with: &str, random: &mut Rng) -> String {
    text(random, key).replacen(what, with, 1)
}

fn cut_off(random: &mut Rng, key: i64) -> String {
    let text = text(random, key);
    let end = text.floor_char_boundary(random.usize(..text.len()));
    text[..end].to_owned()
}

/// Some characters changed, doubled or lost.
fn changed(random: &mut Rng, key: i64) -> String {
    let mut chars: Vec<char> = text(random, key).chars().collect();
    for _ in 0..random.usize(1..4) {
        let at = random.usize(..chars.len());
        match random.u8(..3) {
            0 => drop(chars.remove(at)),
            1 => chars.insert(at, ['<', '>', '&', '"', ']', 'x', '\u{FFFD}'][random.usize(..7)]),
            _ => chars.swap(at, 0),
        }
    }
    chars.into_iter().collect()
}

fn deep(random: &mut Rng, depth: usize) -> String {
    let depth = random.usize(depth / 2..=depth);
    format!("{}{}</report>", "<d>".repeat(depth), "</d>".repeat(depth))
}

/// Attributes, most of them with a prefix of their own.
fn attributes(random: &mut Rng, count: usize) -> String {
    let count = random.usize(count / 2..=count);
    (0..count)
        .map(|at| if at % 3 == 0 { format!("xmlns:p{at}='u{at}' ") } else { format!("a{at}='' ") })
        .collect()
}

/// Prefixes that hide each other, with attributes that use them.
fn declarations(random: &mut Rng) -> String {
    let count = random.usize(50..150);
    let open: String =
        (0..count).map(|at| format!("<d xmlns:q{at}='v{at}' q{at}:a='' xmlns:q='w{at}'>")).collect();
    format!("{open}{}</report>", "</d>".repeat(count))
}

/// Many rows, or a few thousand.
fn items(random: &mut Rng) -> String {
    let count = random.usize(100..3_000);
    let items: String =
        (10..count + 10).map(|no| format!("<item no='{no}' sku='{no}'><part>p</part></item>")).collect();
    format!("{items}<report")
}

fn laughs() -> String {
    let levels =
        (1..10).map(|level| format!("<!ENTITY l{level} '{}'>", format!("&l{};", level - 1).repeat(10)));
    format!("<!ENTITY l0 '{SENTINEL}'>{}", levels.collect::<String>())
}
