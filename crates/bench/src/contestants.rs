//! Who is measured, by name.

use std::hint::black_box;

use xmlshred_demo::CONTRACT;

use crate::by_hand;
use crate::corpus::GOOD;
use crate::parsers::{self, AttributeCheck};
use crate::shredder::Ours;
use crate::three_tables::{self, TABLES};
#[cfg(feature = "xml2arrow")]
use crate::{
    by_xml2arrow::{ONE_PASS, Parsers, TWO_PASSES},
    three_tables::TABLES_OF_LISTS,
};

/// Somebody who can go over all documents once.
pub(crate) struct Contestant {
    /// The name in arguments and figures.
    pub(crate) name: &'static str,
    /// One pass. What it makes is dropped.
    pub(crate) pass: Pass,
}

/// Goes over all documents once.
type Pass = Box<dyn FnMut(&[String])>;

/// All of them, or the one of this name.
pub(crate) fn contestants(only: Option<&str>) -> Vec<Contestant> {
    MAKERS
        .iter()
        .filter(|(name, _)| only.is_none_or(|only| only == *name))
        .map(|(name, make)| Contestant { name, pass: make() })
        .collect()
}

type Maker = fn() -> Pass;

/// In the order of measuring: who is compared with whom comes close to it.
const MAKERS: &[(&str, Maker)] = &[
    ("quick-xml", || Box::new(|documents| parsers::quick_xml(documents, AttributeCheck::Duplicates))),
    ("quick-xml-unchecked", || Box::new(|documents| parsers::quick_xml(documents, AttributeCheck::None))),
    ("shred", || ours(CONTRACT)),
    ("infer", || Box::new(parsers::infer)),
    ("roxmltree", || Box::new(parsers::roxmltree)),
    ("shred-3-tables", || ours(&three_tables::contract(&TABLES))),
    ("by-hand-3-tables", || {
        Box::new(|documents| {
            by_hand::shred(documents, |rows| {
                black_box(rows);
            })
            .expect(GOOD);
        })
    }),
    #[cfg(feature = "xml2arrow")]
    ("xml2arrow-2-passes", || by_xml2arrow(TWO_PASSES)),
    #[cfg(feature = "xml2arrow")]
    ("shred-3-lists", || ours(&three_tables::contract(&TABLES_OF_LISTS))),
    #[cfg(feature = "xml2arrow")]
    ("xml2arrow-1-pass", || by_xml2arrow(ONE_PASS)),
];

fn ours(contract: &str) -> Pass {
    let mut ours = Ours::new(contract);
    Box::new(move |documents| {
        ours.shred(documents, |batch| {
            black_box(batch);
        });
    })
}

#[cfg(feature = "xml2arrow")]
fn by_xml2arrow(passes: &[&[three_tables::Table]]) -> Pass {
    let parsers = Parsers::new(passes);
    Box::new(move |documents| parsers.pass(documents))
}
