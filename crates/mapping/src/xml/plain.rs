//! How many bytes are surely plain: eight at a time, as one number.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The high bit of the first byte that is this one; bits above it mean nothing.
#[inline]
fn is(word: u64, byte: u8) -> u64 {
    let differs = word ^ (ONES * u64::from(byte));
    differs.wrapping_sub(ONES) & !differs
}

#[inline]
fn is_control(word: u64) -> u64 {
    word.wrapping_sub(ONES * 0x20) & !word
}

#[inline]
fn first(bits: u64) -> Option<usize> {
    let bits = bits & HIGHS;
    (bits != 0).then(|| bits.trailing_zeros() as usize / 8)
}

/// The first byte of an attribute value that is this quote, `&`, `<`, a control character or 0xEF.
#[inline]
pub(super) fn special_in_value(block: &[u8; 8], quote: u8) -> Option<usize> {
    let word = u64::from_le_bytes(*block);
    first(is(word, quote) | is(word, b'&') | is(word, b'<') | is(word, 0xEF) | is_control(word))
}

/// The first byte of content that is `<`, `&`, `]`, a control character or 0xEF.
#[inline]
pub(super) fn special_in_content(block: &[u8; 8]) -> Option<usize> {
    let word = u64::from_le_bytes(*block);
    first(is(word, b']') | is(word, b'&') | is(word, b'<') | is(word, 0xEF) | is_control(word))
}
