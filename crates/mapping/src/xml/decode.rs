//! Bytes to text: byte order mark, then declaration, then UTF-8 (XML 1.0, section 4.3.3 and appendix F).

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::encoding_name::unsupported_encoding;

/// Why bytes are no text. Names no part of the document, an encoding's label included: that may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// An encoding that exists and is not read here.
    #[error("the encoding is not supported: {0}")]
    Unsupported(&'static str),
    /// The declaration names an encoding that nobody knows.
    #[error("the XML declaration names an encoding that is not known")]
    Unknown,
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
    if let [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] | [b'<', 0, 0, 0, ..] | [0, 0, 0, b'<', ..] = bytes
    {
        return Err(DecodeError::Unsupported("UTF-32"));
    }
    if let Some((encoding, mark_len)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, &bytes[mark_len..]);
    }
    match bytes {
        [b'<', 0, ..] => decode_as(UTF_16LE, bytes),
        [0, b'<', ..] => decode_as(UTF_16BE, bytes),
        // `<?xm` there.
        [0x4C, 0x6F, 0xA7, 0x94, ..] => Err(DecodeError::Unsupported("EBCDIC")),
        _ => decode_as(declared(bytes)?, bytes),
    }
}

/// What the declaration says of bytes in which it could be read; UTF-8 without one.
fn declared(bytes: &[u8]) -> Result<&'static Encoding, DecodeError> {
    let Some(label) = super::declaration::declared_encoding(bytes) else { return Ok(UTF_8) };
    // The encoding standard reads labels of Latin-1 as windows-1252, which also gives C1 controls a meaning.
    match Encoding::for_label_no_replacement(label.as_bytes()) {
        // Two bytes per character, declared in bytes that are not: the declaration survived a conversion.
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(UTF_8),
        Some(encoding) => Ok(encoding),
        None => Err(unsupported_encoding(label).map_or(DecodeError::Unknown, DecodeError::Unsupported)),
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
    }

    #[test]
    fn a_declaration_that_survived_a_conversion_means_nothing() {
        for label in ["UTF-16", "utf-16le", "UCS-2", "ISO-10646-UCS-2", "unicode"] {
            let document = format!("<?xml version='1.0' encoding='{label}'?><a>é</a>");
            assert_eq!(decode(document.as_bytes()).unwrap(), document);
        }
    }

    #[test]
    fn a_label_is_told_only_when_it_is_an_encoding() {
        let said = |label: &str| {
            let document = format!("<?xml version='1.0' encoding='{label}'?><a/>");
            decode(document.as_bytes()).unwrap_err().to_string()
        };
        for (label, name) in [
            ("UCS-4", "UTF-32"),
            ("ebcdic-cp-us", "EBCDIC"),
            ("IBM037", "EBCDIC"),
            ("cp850", "a DOS code page"),
        ] {
            assert_eq!(said(label), format!("the encoding is not supported: {name}"));
        }
        for label in ["klingon", "ssn-078051120", "ebcdic", "cp99999", "ibm078051120", "replacement"] {
            assert_eq!(said(label), "the XML declaration names an encoding that is not known");
        }
    }

    #[test]
    fn wide_and_foreign_alphabets_are_told_by_their_first_bytes() {
        let utf32 =
            |order: fn(u32) -> [u8; 4]| "<a/>".chars().flat_map(|c| order(c.into())).collect::<Vec<u8>>();
        assert_eq!(decode(&utf32(u32::to_le_bytes)).unwrap_err(), DecodeError::Unsupported("UTF-32"));
        assert_eq!(decode(&utf32(u32::to_be_bytes)).unwrap_err(), DecodeError::Unsupported("UTF-32"));
        assert_eq!(decode(b"\x4C\x6F\xA7\x94\x93").unwrap_err(), DecodeError::Unsupported("EBCDIC"));
    }
}
