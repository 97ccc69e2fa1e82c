//! How many bytes are surely plain: sixteen at a time, compared at once.

use wide::u8x16;

/// Bytes that are compared at once.
pub(super) const BLOCK: usize = 16;

/// The last control character.
const LAST_CONTROL: u8 = 0x1F;

/// The first byte that may begin U+FFFE or U+FFFF, which XML forbids.
const MAYBE_NONCHARACTER: u8 = 0xEF;

/// The first byte of an attribute value that is this quote, `&`, `<`, a control character or 0xEF; [`BLOCK`] when none is.
#[inline(always)]
pub(super) fn special_in_value(block: &[u8; BLOCK], quote: u8) -> usize {
    let block = u8x16::new(*block);
    let is = |byte| block.simd_eq(u8x16::splat(byte));
    let special = is(quote) | is(b'&') | is(b'<') | is(MAYBE_NONCHARACTER) | controls(block);
    first(special)
}

/// The first byte of content that is `<`, `&`, `]`, 0xEF or a control character but line feed; [`BLOCK`] when none is.
#[inline(always)]
pub(super) fn special_in_content(block: &[u8; BLOCK]) -> usize {
    let block = u8x16::new(*block);
    let is = |byte| block.simd_eq(u8x16::splat(byte));
    let special = is(b'<') | is(b'&') | is(b']') | is(MAYBE_NONCHARACTER) | (controls(block) & !is(b'\n'));
    first(special)
}

/// The first byte that is 0xEF or a control character but line feed; [`BLOCK`] when none is.
#[inline(always)]
pub(super) fn special(block: &[u8; BLOCK]) -> usize {
    let block = u8x16::new(*block);
    let is = |byte| block.simd_eq(u8x16::splat(byte));
    first(is(MAYBE_NONCHARACTER) | (controls(block) & !is(b'\n')))
}

/// A bit for each byte that is the same in both.
#[inline(always)]
pub(super) fn equal(one: &[u8; BLOCK], other: &[u8; BLOCK]) -> u32 {
    u8x16::new(*one).simd_eq(u8x16::new(*other)).to_bitmask()
}

#[inline(always)]
fn controls(block: u8x16) -> u8x16 {
    let last = u8x16::splat(LAST_CONTROL);
    block.max(last).simd_eq(last)
}

#[inline(always)]
fn first(marks: u8x16) -> usize {
    (marks.to_bitmask() | (1 << BLOCK)).trailing_zeros() as usize
}
