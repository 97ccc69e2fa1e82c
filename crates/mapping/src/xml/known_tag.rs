//! Start tags that are as those before them: a known element without prefix, known attributes without prefix.
//!
//! Most tags are, and take one straight way here: names are compared and not read, values go where the handler wants them. A tag that
//! is otherwise, be it only unusual or against a rule, is left to [`Scanner::any_tag`] from its beginning. So nothing is refused here, and
//! what is taken here would be taken there.

use super::attribute_value::{self, ValueEnd};
use super::chars::is_space;
use super::handler::{AttributeSpan, Handler, Nobody, Taker, Taking};
use super::names::{Expected, MAX_ATTRIBUTES, Name, UNKNOWN};
use super::scanner::{Open, Scanner, TagEnd};

impl<'d> Scanner<'d, '_> {
    /// Reads the tag at `at`, when it is such a tag; else the handler knows nothing of it, and nothing has changed.
    #[inline(always)]
    pub(super) fn known_tag<H: Handler<'d>>(&mut self, handler: &mut H, expected: Expected) -> bool {
        let Expected { id, length } = expected;
        let offset = self.at;
        if self.open.len() >= self.limits.max_depth as usize
            || (self.limits.max_attributes as usize) < MAX_ATTRIBUTES
        {
            return false;
        }
        let name = offset + 1;
        let behind_name = name + length;
        let end = match handler.begin(id, offset) {
            Taking::Whole => return false,
            Taking::Nothing => self.known_attributes(id, behind_name, Nobody),
            Taking::Each(taker) => self.known_attributes(id, behind_name, taker),
        };
        let Some((at, end)) = end else {
            handler.forget();
            return false;
        };
        self.at = at;
        handler.begun();
        match end {
            TagEnd::Empty => {
                handler.end(at);
                self.before = id;
            }
            TagEnd::Open => {
                self.open.push(Open { name, name_len: length, known: id });
                self.before = UNKNOWN;
            }
        }
        true
    }

    /// The attributes from `at` to the end of the tag; `None` when it is another kind of tag.
    #[inline(always)]
    fn known_attributes(&self, element: u32, at: usize, taker: impl Taker) -> Option<(usize, TagEnd)> {
        let bytes = self.bytes;
        match bytes.get(at) {
            Some(b'>') => Some((at + 1, TagEnd::Open)),
            _ => known_attributes(self.text, at, self.names.attributes(element), taker),
        }
    }
}

/// The attributes of a tag from `at` to its end, which are those known by these names; `None` when it is another kind of tag.
///
/// The loop over most bytes of most documents. It stands alone, with all that it needs at hand.
#[inline(never)]
fn known_attributes(text: &str, at: usize, names: &[Name], mut taker: impl Taker) -> Option<(usize, TagEnd)> {
    let bytes = text.as_bytes();
    let mut rest = bytes.get(at..)?;
    let mut next = names.iter();
    let mut seen = 0_u64;
    loop {
        match rest {
            [b' ', after @ ..] => rest = after,
            [b'>', after @ ..] => return Some((bytes.len() - after.len(), TagEnd::Open)),
            [b'/', b'>', after @ ..] => return Some((bytes.len() - after.len(), TagEnd::Empty)),
            [first, ..] if is_space(*first) => rest = behind_space(rest),
            _ => return None,
        }
        let Some(name) = Name::find(names, &mut next, rest) else {
            // Perhaps there is only more white space.
            match rest {
                [b'>' | b'/', ..] => continue,
                [first, ..] if is_space(*first) => continue,
                _ => return None,
            }
        };
        if seen & name.bit != 0 {
            return None;
        }
        seen |= name.bit;
        let (quote, value) = rest.get(name.length()..)?.split_first()?;
        let start = bytes.len() - value.len();
        let plain_len = if *quote == b'"' { attribute_value::plain_len(value) } else { None };
        let ValueEnd { at: stop, is_plain } = match plain_len {
            Some(length) => ValueEnd { at: start + length, is_plain: true },
            None => read_value(text, start, *quote)?,
        };
        if !taker.attribute(AttributeSpan { known: name.id, start, stop, is_plain }) {
            return None;
        }
        rest = bytes.get(stop + 1..)?;
    }
}

/// A value that needs a closer look.
#[inline(never)]
fn read_value(text: &str, start: usize, quote: u8) -> Option<ValueEnd> {
    matches!(quote, b'"' | b'\'').then(|| attribute_value::read(text, start).ok()).flatten()
}

fn behind_space(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|&byte| !is_space(byte));
    &bytes[end.unwrap_or(bytes.len())..]
}
