//! Documents to measure with: those of the demo that are good.

use xmlshred_demo::{Fault, Generator};

/// Documents per batch of rows, as in a run.
pub(crate) const DOCUMENTS_PER_BATCH: usize = 64;

/// Why nothing fails here that could.
pub(crate) const GOOD: &str = "only good documents are measured";

/// Which documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Their size on average, in bytes.
    pub(crate) average_bytes: usize,
    /// How many are made; one in fifty is bad and left out.
    pub(crate) count: i64,
    /// The same seed gives the same documents.
    pub(crate) seed: u64,
    /// Those of fewer bytes only.
    pub(crate) below: usize,
}

/// Documents in memory.
#[derive(Debug)]
pub(crate) struct Corpus {
    /// Their text.
    pub(crate) documents: Vec<String>,
    /// Bytes of all of them.
    pub(crate) byte_count: u64,
}

impl Corpus {
    /// Makes them.
    pub(crate) fn generate(wanted: &Wanted) -> Self {
        let Wanted { average_bytes, count, seed, below } = *wanted;
        let generator = Generator::new(seed, average_bytes);
        let mut text = String::new();
        let mut documents = Vec::new();
        for key in (1..=count).filter(|&key| Fault::of(key).is_none()) {
            if generator.document(key, &mut text) && text.len() < below {
                documents.push(text.as_str().to_owned());
            }
        }
        let byte_count = documents.iter().map(|text| text.len() as u64).sum();
        Self { documents, byte_count }
    }
}
