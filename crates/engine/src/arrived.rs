//! A document as it came from wherever documents come from, before anyone has looked into it.

use xmlshred_mapping::{Content, Limits};
use xmlshred_model::{Failure, FailureCode, Stage};
use xxhash_rust::xxh3::xxh3_128;

/// A document as it arrived, where whoever fetched it holds it.
#[derive(Clone, Copy, Debug)]
pub enum Arrived<'a> {
    /// It was read.
    Document(Content<'a>),
    /// There is a null in its place.
    Null,
    /// Larger than allowed, and not read: this many bytes.
    TooLarge(u64),
}

impl<'a> Arrived<'a> {
    /// What is to be shredded.
    ///
    /// # Errors
    /// What there is to say before anyone looks into the document.
    pub fn content(self, min_bytes: u64, limits: &Limits) -> Result<Content<'a>, Failure> {
        let refused = |code, message: String| Failure::new(Stage::Fetch, code, message);
        match self {
            Self::Null => Err(refused(FailureCode::DocumentMissing, "the column is null".to_owned())),
            Self::TooLarge(byte_count) => {
                let message = format!("{byte_count} bytes, the limit is {}", limits.max_bytes);
                Err(refused(FailureCode::DocumentTooLarge, message))
            }
            Self::Document(content) => match self.byte_count() {
                byte_count if byte_count < min_bytes => {
                    let message = format!("{byte_count} bytes, the contract asks for {min_bytes}");
                    Err(refused(FailureCode::DocumentTooShort, message))
                }
                _ => Ok(content),
            },
        }
    }

    /// Its bytes, read or not.
    pub(crate) fn byte_count(self) -> u64 {
        match self {
            Self::Document(Content::Text(text)) => text.len() as u64,
            Self::Document(Content::Bytes(bytes)) => bytes.len() as u64,
            Self::Null => 0,
            Self::TooLarge(byte_count) => byte_count,
        }
    }

    /// XXH3-128 of what was read; zero where nothing was, for there is nothing to hash.
    pub fn hash(self) -> u128 {
        match self {
            Self::Document(Content::Text(text)) => xxh3_128(text.as_bytes()),
            Self::Document(Content::Bytes(bytes)) => xxh3_128(bytes),
            Self::Null | Self::TooLarge(_) => 0,
        }
    }
}
