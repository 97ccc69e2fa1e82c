//! The language as data: every key with its place, the shape of its value, its default and its meaning.
//!
//! One table for all who need it: the reader takes the keys of each place from here, `xmlshred schema` makes a JSON Schema of it, and
//! the tables of keys in `docs/contract.md` are tested against it.

mod keys;
mod section;
mod values;

pub use keys::{
    CONTRACT, DOCUMENT, LIMITS, ONE_PER, PREFER, ROW, SOURCE, TABLE, TARGET, UNPIVOT, UNPIVOT_ROW,
};
pub use section::{Absent, Key, Rule, Section, Shape};
pub use values::{COLUMN, DEFAULTS, FORMATS, GENERATED_DEFAULT, LET};

/// Every section of the language, from the outermost in.
pub fn sections() -> [&'static Section; 16] {
    [
        &CONTRACT,
        &SOURCE,
        &TARGET,
        &DOCUMENT,
        &LIMITS,
        &DEFAULTS,
        &FORMATS,
        &TABLE,
        &ROW,
        &UNPIVOT,
        &UNPIVOT_ROW,
        &ONE_PER,
        &PREFER,
        &COLUMN,
        &GENERATED_DEFAULT,
        &LET,
    ]
}
