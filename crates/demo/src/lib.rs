//! Loan applications, made up. The same seed and key give the same document, in any order and on any machine.
//!
//! Life of a document: its fault (from its key) → its size (most are small, few are large) → the head → the application
//! (`application`, `contact`) → reports and log until the size is reached (`reports`) → faults of the text itself.

mod application;
mod contact;
mod fault;
mod markup;
mod names;
mod reports;
mod subject;

use std::fmt::Write as _;

use fastrand::Rng;

pub use fault::Fault;
use markup::{Layout, Markup, Spelling};
use reports::Blocks;
use subject::Subject;

/// The contract that takes them to fifteen tables, as it stands in a file: with comments, for a database without schemas.
pub const CONTRACT: &str = include_str!("../contract.yaml");

/// No document is larger than this.
const MAX_BYTES: usize = 1_000_000;

/// Makes documents. One is enough for any number of them.
#[derive(Debug)]
pub struct Generator {
    seed: u64,
    average_bytes: usize,
    blocks: Blocks,
}

impl Generator {
    /// A generator of documents of about `average_bytes` bytes.
    pub fn new(seed: u64, average_bytes: usize) -> Self {
        Self { seed, average_bytes, blocks: Blocks::new(&mut Rng::with_seed(seed)) }
    }

    /// Writes document `app_id` into `out`, whatever was there before. `false`: there is no document, the column is null.
    pub fn document(&self, app_id: i64, out: &mut String) -> bool {
        out.clear();
        let fault = Fault::of(app_id);
        match fault {
            Some(Fault::Null) => return false,
            Some(Fault::TooShort) => {
                write!(out, "<Provenir><Request ID=\"{app_id}\"/></Provenir>")
                    .expect("writing to a string cannot fail");
                return true;
            }
            _ => {}
        }
        let mut rng = Rng::with_seed(self.seed ^ app_id.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let target_bytes = self.size(&mut rng);
        out.reserve(target_bytes + 8_192);
        self.write(&mut rng, Subject { app_id, fault, target_bytes }, out);
        if let Some(fault) = fault {
            spoil(fault, out);
        }
        true
    }

    /// Seven of ten documents have 0.3 to 0.7 times the average, one in two hundred up to 30 times.
    fn size(&self, rng: &mut Rng) -> usize {
        let percent = match rng.u16(..1000) {
            ..700 => rng.usize(30..70),
            700..950 => rng.usize(70..200),
            950..995 => rng.usize(200..800),
            _ => rng.usize(800..3000),
        };
        (self.average_bytes * percent / 100).min(MAX_BYTES)
    }

    fn write(&self, rng: &mut Rng, subject: Subject, out: &mut String) {
        let Subject { app_id, fault, target_bytes } = subject;
        let layout = if rng.u8(..3) == 0 { Layout::Indented } else { Layout::Compact };
        let spelling = if rng.u8(..4) == 0 { Spelling::References } else { Spelling::Literal };
        match rng.u8(..4) {
            0 => out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"),
            // A lie that text columns often tell: the text was UTF-16 before it came into the database.
            1 => out.push_str(
                "<?xml version='1.0' encoding='UTF-16' standalone='yes'?>\n<?routing queue=\"retail\"?>",
            ),
            2 => out.push_str("<!-- exported by the demo -->\n"),
            _ => {}
        }
        if fault == Some(Fault::EntityBomb) {
            out.push_str("<!DOCTYPE Provenir [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>");
        }
        let root = if fault == Some(Fault::WrongRoot) { "Quotation" } else { "Provenir" };
        let mut markup = Markup::new(out, layout, spelling, 0);
        markup.start(root).plain("xmlns:p", "urn:example:provenir").open();
        markup.start("Request");
        match fault {
            Some(Fault::KeyMissing) => {}
            Some(Fault::KeyMismatch) => {
                markup.attribute("ID", app_id + 1_000_000);
            }
            _ => {
                markup.attribute("ID", app_id);
            }
        }
        markup.attribute("p:version", format_args!("4.{}", rng.u8(..10))).plain("mode", "LIVE").open();
        markup
            .start("p:trace")
            .attribute("p:id", format_args!("{:016x}", rng.u64(..)))
            .plain("id", "plain")
            .close_empty();
        markup.start("CustData").open();
        if fault != Some(Fault::NoApplication) {
            application::write(&mut markup, rng, subject);
        }
        markup.end("CustData");
        let end = target_bytes.saturating_sub(120);
        let bureau_end = markup.len() + end.saturating_sub(markup.len()) * 7 / 10;
        markup.start("Reports").open();
        markup.start("CreditBureau").plain("name", "TU").attribute("hits", rng.u8(..9)).open();
        self.blocks.fill_bureau(rng, bureau_end, markup.out());
        markup.end("CreditBureau");
        markup
            .start("Valuation")
            .plain("source", "book")
            .attribute("value", rng.u32(900..90_000))
            .close_empty();
        markup.end("Reports");
        markup.start("Log").open();
        self.blocks.fill_log(rng, end, markup.out());
        markup.end("Log");
        markup.end("Request");
        markup.end(root);
    }
}

/// Builds faults of the text itself into a good document.
fn spoil(fault: Fault, out: &mut String) {
    match fault {
        Fault::Truncated => {
            let mut end = out.len() * 2 / 3;
            while !out.is_char_boundary(end) {
                end -= 1;
            }
            out.truncate(end);
        }
        Fault::WrongEndTag => replace(out, "</CustData>", "</CustDate>"),
        Fault::DuplicateAttribute => replace(out, " mode=\"LIVE\"", " mode=\"LIVE\" mode=\"TEST\""),
        Fault::BareAmpersand => replace(out, " mode=\"LIVE\"", " mode=\"R & D\""),
        Fault::SecondRoot => out.push_str("<Provenir/>"),
        Fault::ControlCharacter => replace(out, " mode=\"LIVE\"", " mode=\"LI\u{1}VE\""),
        Fault::UnboundPrefix => replace(out, "<Log>", "<Log><q:entry/>"),
        Fault::TooDeep => {
            let deep = format!("<Log>{}{}", "<d>".repeat(300), "</d>".repeat(300));
            replace(out, "<Log>", &deep);
        }
        Fault::EntityBomb
        | Fault::WrongRoot
        | Fault::KeyMissing
        | Fault::KeyMismatch
        | Fault::NoApplication
        | Fault::ImpossibleDate
        | Fault::WordsForAmount
        | Fault::TooLong
        | Fault::UnknownCode
        | Fault::NoLastName
        | Fault::ZeroValue
        | Fault::OptionTwice
        | Fault::TooShort
        | Fault::Null => {}
    }
}

fn replace(out: &mut String, from: &str, to: &str) {
    let at = out.find(from).expect("every document has this part");
    out.replace_range(at..at + from.len(), to);
}

/// How many of documents 1 to `count` name a contact twice, which `one_per` resolves.
pub fn repeated_contact_count(count: i64) -> i64 {
    (1..=count)
        .filter(|app_id| {
            app_id % contact::REPEATED_ONE_IN == 3
                && !matches!(Fault::of(*app_id), Some(Fault::Null | Fault::TooShort | Fault::NoApplication))
        })
        .count()
        .try_into()
        .expect("no more than count")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_key_give_the_same_document_in_any_order() {
        let (mut first, mut second) = (String::new(), String::new());
        let generator = Generator::new(7, 8_000);
        generator.document(12, &mut first);
        generator.document(3, &mut second);
        Generator::new(7, 8_000).document(12, &mut second);
        assert_eq!(first, second);
        Generator::new(8, 8_000).document(12, &mut second);
        assert_ne!(first, second);
    }

    #[test]
    fn documents_are_as_large_as_asked_for_on_average() {
        for average in [6_000, 50_000] {
            let generator = Generator::new(1, average);
            let mut out = String::new();
            let mut sizes = Vec::new();
            for app_id in 1..=2_000 {
                generator.document(app_id, &mut out);
                sizes.push(out.len());
            }
            let mean = sizes.iter().sum::<usize>() / sizes.len();
            assert!((average * 85 / 100..average * 125 / 100).contains(&mean), "{mean} instead of {average}");
            assert!(sizes.iter().all(|&size| size < MAX_BYTES + 10_000));
        }
    }
}
