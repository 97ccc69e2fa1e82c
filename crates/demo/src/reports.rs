//! Reports and logs: most of a document's bytes, and hardly anything that the contract reads. Blocks are made once per
//! generator and repeated in any order, so that a gigabyte of them costs little more than copying.

use std::fmt::Write as _;

use fastrand::Rng;

use super::names;

/// Ready-made elements, each about 250 to 1,500 bytes.
#[derive(Debug)]
pub(super) struct Blocks {
    tradelines: Vec<String>,
    inquiries: Vec<String>,
    log_entries: Vec<String>,
}

impl Blocks {
    /// The blocks of a seed.
    pub(super) fn new(rng: &mut Rng) -> Self {
        let mut make = |write: fn(&mut Rng, &mut String)| {
            (0..64)
                .map(|_| {
                    let mut block = String::new();
                    write(rng, &mut block);
                    block
                })
                .collect()
        };
        Self { tradelines: make(tradeline), inquiries: make(inquiry), log_entries: make(log_entry) }
    }

    /// Appends tradelines and inquiries until the document has `end` bytes.
    pub(super) fn fill_bureau(&self, rng: &mut Rng, end: usize, out: &mut String) {
        while out.len() < end {
            let list = if rng.u8(..4) == 0 { &self.inquiries } else { &self.tradelines };
            out.push_str(&list[rng.usize(..list.len())]);
        }
    }

    /// Appends log entries until the document has `end` bytes.
    pub(super) fn fill_log(&self, rng: &mut Rng, end: usize, out: &mut String) {
        while out.len() < end {
            out.push_str(&self.log_entries[rng.usize(..self.log_entries.len())]);
        }
    }
}

const TRADELINE_ATTRIBUTES: &[&str] = &[
    "acct_no",
    "acct_type_c",
    "bal_amt",
    "high_credit",
    "limit_amt",
    "past_due",
    "mop",
    "open_dt",
    "close_dt",
    "report_dt",
    "terms",
    "pay_pattern",
    "subscriber",
    "ecoa",
    "dlq_30",
    "dlq_60",
    "dlq_90",
    "last_pay_dt",
    "loan_type",
    "status_c",
    "verified_dt",
    "chargeoff_amt",
    "actual_pay_amt",
    "orig_creditor",
    "remarks_c",
    "narrative_1",
    "narrative_2",
    "kob",
];

fn tradeline(rng: &mut Rng, out: &mut String) {
    let indented = rng.bool();
    let newline = if indented { "\n      " } else { "" };
    write!(out, "{newline}<tradeline seq='{}'", rng.u16(..999)).expect("writing to a string cannot fail");
    for name in TRADELINE_ATTRIBUTES {
        if rng.u8(..5) == 0 {
            continue;
        }
        out.push_str(if indented && rng.u8(..6) == 0 { "\n        " } else { " " });
        value(rng, name, out);
    }
    if rng.bool() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    for _ in 0..rng.u8(..4) {
        write!(
            out,
            "{newline}  <hist period=\"{:04}-{:02}\" mop=\"{}\" bal=\"{}\"/>",
            rng.u16(2012..2024),
            rng.u8(1..=12),
            rng.u8(..9),
            rng.u32(..40_000)
        )
        .expect("writing to a string cannot fail");
    }
    out.push_str("<remark>");
    names::words(rng, 6, out);
    out.push_str(" &amp; paid as agreed &#8212; &lt;ok&gt;</remark></tradeline>");
}

fn value(rng: &mut Rng, name: &str, out: &mut String) {
    let written = match name {
        _ if name.ends_with("_dt") => write!(out, "{name}=\"{:02}/{}\"", rng.u8(1..=12), rng.u16(1999..2024)),
        "pay_pattern" => write!(out, "{name}=\"{:024}\"", rng.u64(..1_000_000_000_000)),
        "orig_creditor" => write!(out, "{name}='Bank \"of\" Éxample &amp; Co {}'", rng.u8(..)),
        _ if name.starts_with("narrative") => {
            write!(out, "{name}=\"").expect("writing to a string cannot fail");
            names::words(rng, 4, out);
            write!(out, "\"")
        }
        _ if name.ends_with("_c") => write!(out, "{name}=\"{}\"", (b'A' + rng.u8(..26)) as char),
        _ => write!(out, "{name}=\"{}\"", rng.u32(..99_999)),
    };
    written.expect("writing to a string cannot fail");
}

fn inquiry(rng: &mut Rng, out: &mut String) {
    writeln!(
        out,
        "<inquiry date=\"{}-{:02}-{:02}\" subscriber=\"{:07}\"><name>Sample Lender {}</name><kind>auto</kind>\
         <!-- soft --><amount/></inquiry>",
        rng.u16(2019..2024),
        rng.u8(1..=12),
        rng.u8(1..=28),
        rng.u32(..9_999_999),
        rng.u8(..)
    )
    .expect("writing to a string cannot fail");
}

fn log_entry(rng: &mut Rng, out: &mut String) {
    write!(
        out,
        "<entry at=\"2024-02-{:02}T{:02}:{:02}:00Z\" level=\"{}\"><node name=\"n{}\"><node name=\"rule\"><out>",
        rng.u8(1..=28),
        rng.u8(..24),
        rng.u8(..60),
        names::one(rng, &["INFO", "DEBUG", "WARN"]),
        rng.u16(..)
    )
    .expect("writing to a string cannot fail");
    names::words(rng, 10, out);
    out.push_str("</out></node></node>");
    match rng.u8(..3) {
        0 => out.push_str("<![CDATA[<raw>not <markup> & not checked</raw>]]>"),
        1 => out.push_str("<?trace step=\"7\"?>"),
        _ => {}
    }
    out.push_str("</entry>\n");
}
