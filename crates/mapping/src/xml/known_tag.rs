//! Start tags that are as those before them: a known element without prefix, known attributes without prefix.
//!
//! Most tags are, and take one straight way here: names are compared and not read, values go where the handler wants them. A tag that
//! is otherwise, be it only unusual or against a rule, is left to [`Scanner::any_tag`] from its beginning. So nothing is refused here, and
//! what is taken here would be taken there.

use super::attribute_value::{self, ValueEnd};
use super::chars::is_space;
use super::handler::{AttributeSpan, Handler, Taking};
use super::names::{Expected, MAX_ATTRIBUTES, Name};
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
        let taking = handler.begin(id, offset);
        if taking == Taking::Whole {
            return false;
        }
        let name = offset + 1;
        let Some((at, end)) = self.known_attributes(handler, id, name + length, taking) else {
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
                self.before = 0;
            }
        }
        true
    }

    /// The attributes from `at` to the end of the tag; `None` when it is another kind of tag.
    #[inline(always)]
    fn known_attributes<H: Handler<'d>>(
        &self,
        handler: &mut H,
        element: u32,
        at: usize,
        taking: Taking,
    ) -> Option<(usize, TagEnd)> {
        let bytes = self.bytes;
        let names = self.names.attributes(element);
        let mut rest = &bytes[at..];
        let mut next = names;
        let mut seen = 0_u64;
        loop {
            match rest {
                [b' ', after @ ..] => rest = after,
                [b'>', after @ ..] => return Some((bytes.len() - after.len(), TagEnd::Open)),
                [b'/', b'>', after @ ..] => return Some((bytes.len() - after.len(), TagEnd::Empty)),
                [first, ..] if is_space(*first) => rest = behind_space(rest),
                _ => return None,
            }
            let Some((name, after)) = Name::find(names, next, rest) else {
                // Perhaps there is only more white space.
                match rest {
                    [b'>' | b'/', ..] => continue,
                    [first, ..] if is_space(*first) => continue,
                    _ => return None,
                }
            };
            next = after;
            let bit = 1 << name.bit;
            if seen & bit != 0 {
                return None;
            }
            seen |= bit;
            let (quote, value) = rest[name.length()..].split_first()?;
            let start = bytes.len() - value.len();
            let plain_len = if *quote == b'"' { attribute_value::plain_len(value) } else { None };
            let ValueEnd { at: stop, is_plain } = match plain_len {
                Some(length) => ValueEnd { at: start + length, is_plain: true },
                None if is_quote(*quote) => attribute_value::read(self.text, start).ok()?,
                None => return None,
            };
            rest = &bytes[stop + 1..];
            if taking == Taking::Each
                && !handler.attribute(AttributeSpan { known: name.id, start, stop, is_plain })
            {
                return None;
            }
        }
    }
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

fn behind_space(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|&byte| !is_space(byte));
    &bytes[end.unwrap_or(bytes.len())..]
}
