//! Bytes of a file as the text that JSON is.

/// Larger files are no contracts: the largest that is known has some hundred kilobytes.
pub(crate) const MAX_BYTES: u64 = 16 << 20;

/// Why bytes are no JSON text, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct TextError {
    pub(crate) message: String,
    pub(crate) hint: &'static str,
}

const SAVE_AS: &str = "save it as UTF-8, in PowerShell with `Set-Content -Encoding utf8`";

/// The text; a byte order mark of UTF-8 is read past.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, TextError> {
    let wrong = |message: &str, hint| Err(TextError { message: message.to_owned(), hint });
    if let [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] = bytes {
        return wrong("the file is UTF-16", SAVE_AS);
    }
    if let [0, _, ..] | [_, 0, ..] = bytes {
        return wrong("the file is UTF-16 or UTF-32 without a byte order mark, or binary", SAVE_AS);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{FEFF}').unwrap_or(text),
        Err(error) => {
            let good = &bytes[..error.valid_up_to()];
            let line = good.iter().filter(|&&byte| byte == b'\n').count() + 1;
            return wrong(&format!("the file is not UTF-8: a wrong byte in line {line}"), SAVE_AS);
        }
    };
    match text.trim_start().chars().next() {
        None => wrong("the file is empty", "give the JSON file of the old contract"),
        Some('<') => wrong(
            "the file is XML",
            "give the JSON file of the old contract; `xmlshred infer` makes a contract from documents",
        ),
        Some(_) => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_told() {
        for (bytes, message) in [
            (&b""[..], "the file is empty"),
            (b" \n", "the file is empty"),
            (b"\xEF\xBB\xBF", "the file is empty"),
            (b"\xFF\xFE{\0", "the file is UTF-16"),
            (b"\xFE\xFF\0{", "the file is UTF-16"),
            (b"{\0}\0", "the file is UTF-16 or UTF-32 without a byte order mark, or binary"),
            (b"{\n\"\xE4\"}", "the file is not UTF-8: a wrong byte in line 2"),
            (b"<a/>", "the file is XML"),
        ] {
            assert_eq!(decode(bytes).unwrap_err().message, message, "{bytes:?}");
        }
        assert_eq!(decode(b"\xEF\xBB\xBF{}").unwrap(), "{}");
    }
}
