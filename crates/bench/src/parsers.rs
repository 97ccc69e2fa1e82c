//! Parsers that only read, and `infer`, which only counts.

use std::hint::black_box;

use quick_xml::events::{BytesStart, Event};
use xmlshred_mapping::Content;
use xmlshred_mapping::infer::{Profile, ProfileLimits};

use crate::corpus::GOOD;

/// What quick-xml's attributes are checked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AttributeCheck {
    /// Duplicates are noticed, as quick-xml does unless told otherwise.
    Duplicates,
    /// They are not.
    None,
}

/// The bare event loop: every event, every attribute with its value unescaped, and nothing done with it.
pub(crate) fn quick_xml(documents: &[String], check: AttributeCheck) {
    let mut total = 0;
    for text in documents {
        let mut reader = quick_xml::Reader::from_str(text);
        loop {
            total += match reader.read_event().expect(GOOD) {
                Event::Start(start) | Event::Empty(start) => attributes(&start, check),
                Event::Text(text) => text.len(),
                Event::CData(text) => text.len(),
                Event::Eof => break,
                _ => 1,
            };
        }
    }
    black_box(total);
}

fn attributes(start: &BytesStart<'_>, check: AttributeCheck) -> usize {
    let mut attributes = start.attributes();
    attributes.with_checks(matches!(check, AttributeCheck::Duplicates));
    attributes
        .map(|attribute| {
            let attribute = attribute.expect(GOOD);
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            attribute.key.as_ref().len() + value.expect(GOOD).len()
        })
        .sum()
}

/// A tree of every document.
pub(crate) fn roxmltree(documents: &[String]) {
    for text in documents {
        black_box(roxmltree::Document::parse(text).expect(GOOD).descendants().count());
    }
}

/// What `infer` does with documents before it decides anything.
pub(crate) fn infer(documents: &[String]) {
    let mut profile = Profile::new(ProfileLimits::default());
    for text in documents {
        profile.observe(Content::Text(text), None).expect(GOOD);
    }
    black_box(profile.byte_count());
}
