//! Good documents: rows in every table, now and then an issue.

use std::fmt::Write as _;

use fastrand::Rng;

use super::content::SENTINEL;

/// The text of a good document.
pub(super) fn text(random: &mut Rng, key: i64) -> String {
    let role = ["PR", "AU", "CO"][random.usize(..3)];
    let mut out = format!("<request id=\"{key}\" role=\"{role}\" member=\"{}\">", random.bool());
    let name_length = random.usize(1..20);
    let name: String = (0..name_length).map(|_| random.alphabetic()).collect();
    let _ = write!(out, "<name>{SENTINEL} {name} é</name>");
    if random.bool() {
        let _ = write!(out, "<weight>{}.5</weight>", random.u8(..));
    }
    let _ = write!(
        out,
        "<born>19{:02}-0{}-1{}</born><seen>2024-01-02T03:04:05.{:06}</seen><at>2024-05-06T07:08:09+02:00</at>",
        random.u8(10..99),
        random.u8(1..10),
        random.u8(..10),
        random.u32(..1_000_000)
    );
    let _ = write!(out, "<amount>{}.{:02}</amount>", random.i32(-99_999..99_999), random.u8(..100));
    if random.u8(..4) == 0 {
        let _ = write!(
            out,
            "<note><![CDATA[{} ]] > & < ]]> &amp; &#233;</note>",
            "n".repeat(random.usize(..300))
        );
    }
    if random.bool() {
        out.push_str("<raw>AAEC/w==</raw>");
    }
    for no in 0..random.usize(..5) {
        let _ = write!(out, "<item no=\"{no}\" sku=\"A-{}\" n='{}'>", random.u16(..), random.u8(1..9));
        let _ = write!(out, "<price>{}.25</price>", random.u8(..));
        for _ in 0..random.usize(..3) {
            let _ = write!(out, "<part>part {}</part>", "p".repeat(random.usize(..90)));
        }
        out.push_str("</item>");
    }
    for _ in 0..random.usize(..4) {
        let _ = write!(out, "<contact id='{}' kind='k{}'/>", random.u8(..3), random.u8(..));
    }
    // Few codes in all, so that documents share them, and some have one twice.
    for _ in 0..random.usize(..4) {
        let _ = write!(out, "<site code='s{}' title='{key} {}'/>", random.u8(..30), random.u8(..));
    }
    let _ = write!(out, "<report xmlns:r='urn:r'><r:{SENTINEL} r:a='1'/>\n</report></request>");
    out
}
