//! Bytes to text: byte order mark, then declaration, then UTF-8 (XML 1.0, section 4.3.3 and appendix F).

use std::borrow::Cow;

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

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

/// An encoding by one of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset {
    encoding: &'static Encoding,
    /// The encoding standard reads US-ASCII as windows-1252; here its other bytes mean nothing.
    is_ascii: bool,
}

impl Charset {
    const UTF_8: Self = Self { encoding: UTF_8, is_ascii: false };

    /// The encoding with this label, as the encoding standard knows them.
    pub fn for_label(label: &str) -> Option<Self> {
        const ASCII: [&str; 8] =
            ["us-ascii", "ascii", "ansi_x3.4-1968", "iso-ir-6", "iso646-us", "us", "cp367", "ibm367"];
        if ASCII.iter().any(|known| known.eq_ignore_ascii_case(label)) {
            return Some(Self { encoding: UTF_8, is_ascii: true });
        }
        let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
        Some(Self { encoding, is_ascii: false })
    }

    fn name(self) -> &'static str {
        if self.is_ascii { "US-ASCII" } else { self.encoding.name() }
    }

    fn decode<'b>(self, bytes: &'b [u8]) -> Result<Cow<'b, str>, DecodeError> {
        let malformed = DecodeError::Malformed { encoding: self.name() };
        if self.is_ascii && !bytes.is_ascii() {
            return Err(malformed);
        }
        self.encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or(malformed)
    }

    /// The text in which each sequence of bytes that means nothing is this; how many there were.
    fn decode_with(self, bytes: &[u8], instead: &str) -> (String, u32) {
        let mut text = String::with_capacity(bytes.len());
        let mut count = 0;
        if self.is_ascii {
            for &byte in bytes {
                if byte.is_ascii() {
                    text.push(byte as char);
                } else {
                    text.push_str(instead);
                    count += 1;
                }
            }
            return (text, count);
        }
        let mut decoder = self.encoding.new_decoder_without_bom_handling();
        let mut rest = bytes;
        loop {
            text.reserve(
                decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len()),
            );
            let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
            rest = &rest[read..];
            match result {
                DecoderResult::InputEmpty => return (text, count),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    text.push_str(instead);
                    count += 1;
                }
            }
        }
    }
}

/// The text of a document that came as bytes. Borrowed when it is UTF-8.
///
/// # Errors
/// When the encoding is not known or the bytes do not fit it: never a replacement character.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    let (charset, bytes) = charset_of(bytes, None)?;
    charset.decode(bytes)
}

/// [`decode`] of documents that say nothing as `otherwise`.
///
/// # Errors
/// As [`decode`].
pub fn decode_as(bytes: &[u8], otherwise: Option<Charset>) -> Result<Cow<'_, str>, DecodeError> {
    let (charset, bytes) = charset_of(bytes, otherwise)?;
    charset.decode(bytes)
}

/// [`decode_as`] with `instead` for each sequence of bytes that means nothing; how many there were.
///
/// # Errors
/// When the encoding is not known.
pub fn decode_leniently(
    bytes: &[u8],
    otherwise: Option<Charset>,
    instead: &str,
) -> Result<(String, u32), DecodeError> {
    let (charset, bytes) = charset_of(bytes, otherwise)?;
    Ok(charset.decode_with(bytes, instead))
}

/// The encoding of a document, and its bytes behind a byte order mark.
fn charset_of(bytes: &[u8], otherwise: Option<Charset>) -> Result<(Charset, &[u8]), DecodeError> {
    if let [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] | [b'<', 0, 0, 0, ..] | [0, 0, 0, b'<', ..] = bytes
    {
        return Err(DecodeError::Unsupported("UTF-32"));
    }
    if let Some((encoding, mark_len)) = Encoding::for_bom(bytes) {
        return Ok((Charset { encoding, is_ascii: false }, &bytes[mark_len..]));
    }
    match bytes {
        [b'<', 0, ..] => Ok((Charset { encoding: UTF_16LE, is_ascii: false }, bytes)),
        [0, b'<', ..] => Ok((Charset { encoding: UTF_16BE, is_ascii: false }, bytes)),
        // `<?xm` there.
        [0x4C, 0x6F, 0xA7, 0x94, ..] => Err(DecodeError::Unsupported("EBCDIC")),
        _ => Ok((declared(bytes)?.or(otherwise).unwrap_or(Charset::UTF_8), bytes)),
    }
}

/// What the declaration says of bytes in which it could be read.
fn declared(bytes: &[u8]) -> Result<Option<Charset>, DecodeError> {
    let Some(label) = super::declaration::declared_encoding(bytes) else { return Ok(None) };
    // The encoding standard reads labels of Latin-1 as windows-1252, which also gives C1 controls a meaning.
    match Charset::for_label(label) {
        // Two bytes per character, declared in bytes that are not: the declaration survived a conversion.
        Some(Charset { encoding, .. }) if encoding == UTF_16LE || encoding == UTF_16BE => {
            Ok(Some(Charset::UTF_8))
        }
        Some(charset) => Ok(Some(charset)),
        None => Err(unsupported_encoding(label).map_or(DecodeError::Unknown, DecodeError::Unsupported)),
    }
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
    fn ascii_has_no_other_bytes() {
        for label in ["US-ASCII", "ascii", "cp367"] {
            let document = format!("<?xml version='1.0' encoding='{label}'?><a>é</a>");
            let refused = DecodeError::Malformed { encoding: "US-ASCII" };
            assert_eq!(decode(document.as_bytes()).unwrap_err(), refused);
            assert_eq!(decode(document.replace('é', "e").as_bytes()).unwrap(), document.replace('é', "e"));
        }
    }

    #[test]
    fn documents_that_say_nothing_are_what_the_contract_says() {
        let windows = Charset::for_label("windows-1252");
        assert_eq!(decode_as(b"<a>\xE9\x80</a>", windows).unwrap(), "<a>é€</a>");
        let utf8 = "<?xml version='1.0' encoding='utf-8'?><a>é</a>";
        assert_eq!(decode_as(utf8.as_bytes(), windows).unwrap(), utf8);
        assert_eq!(decode_as("\u{FEFF}<a>é</a>".as_bytes(), windows).unwrap(), "<a>é</a>");
        assert_eq!(Charset::for_label("klingon"), None);
    }

    #[test]
    fn bytes_that_mean_nothing_are_replaced_and_counted() {
        let lenient = |bytes: &[u8], instead| decode_leniently(bytes, None, instead).unwrap();
        assert_eq!(lenient(b"<a>\xE9b\xFF</a>", "?"), ("<a>?b?</a>".to_owned(), 2));
        assert_eq!(lenient(b"<a>\xE9b\xFF</a>", ""), ("<a>b</a>".to_owned(), 2));
        let ascii = b"<?xml version='1.0' encoding='us-ascii'?><a>\xE9</a>";
        assert_eq!(lenient(ascii, "").1, 1);
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
