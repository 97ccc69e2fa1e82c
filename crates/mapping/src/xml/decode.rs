//! Bytes to text: byte order mark, then declaration, then UTF-8 (XML 1.0, section 4.3.3 and appendix F).

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Why bytes are no text. Names no part of the document but the declared encoding's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The declaration names an encoding that we do not know.
    #[error("unknown encoding `{0}`")]
    UnknownEncoding(String),
    /// Bytes that mean nothing in the encoding.
    #[error("bytes that are not {encoding}")]
    Malformed {
        /// The encoding's name.
        encoding: &'static str,
    },
}

/// The text of a document that came as bytes. Borrowed when it is UTF-8.
///
/// # Errors
/// When the encoding is not known or the bytes do not fit it: never a replacement character.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    if bytes.starts_with(&[0xFF, 0xFE, 0, 0]) || bytes.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return Err(DecodeError::UnknownEncoding("UTF-32".to_owned()));
    }
    if let Some((encoding, mark_len)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, &bytes[mark_len..]);
    }
    match bytes {
        [b'<', 0, ..] => decode_as(UTF_16LE, bytes),
        [0, b'<', ..] => decode_as(UTF_16BE, bytes),
        _ => match super::declaration::declared_encoding(bytes) {
            None => decode_as(UTF_8, bytes),
            // Declared as UTF-16 in bytes that are not: the declaration survived a conversion, the text is UTF-8.
            Some(label) if label.to_ascii_lowercase().starts_with("utf-16") => decode_as(UTF_8, bytes),
            // The encoding standard reads these labels as windows-1252, which also gives C1 controls a meaning.
            Some(label) => match Encoding::for_label_no_replacement(label.as_bytes()) {
                Some(encoding) => decode_as(encoding, bytes),
                None => Err(DecodeError::UnknownEncoding(label.to_owned())),
            },
        },
    }
}

fn decode_as<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Result<Cow<'b, str>, DecodeError> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or(DecodeError::Malformed { encoding: encoding.name() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mark_wins_over_declaration_and_declaration_over_utf8() {
        let latin1 = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>";
        assert!(decode(latin1).unwrap().ends_with("<a>é</a>"));
        let utf8 = "<a>é</a>".as_bytes();
        assert_eq!(decode(utf8).unwrap(), "<a>é</a>");
        let marked = [b"\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-1'?>".as_slice(), utf8].concat();
        assert!(decode(&marked).unwrap().ends_with("<a>é</a>"));
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("<a>é</a>".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decode(&utf16).unwrap(), "<a>é</a>");
        assert_eq!(decode(&utf16[2..]).unwrap(), "<a>é</a>");
    }

    #[test]
    fn bytes_that_do_not_fit_are_refused() {
        assert_eq!(decode(b"<a>\xE9</a>").unwrap_err(), DecodeError::Malformed { encoding: "UTF-8" });
        assert!(matches!(
            decode(b"<?xml version='1.0' encoding='klingon'?><a/>"),
            Err(DecodeError::UnknownEncoding(_))
        ));
    }
}
