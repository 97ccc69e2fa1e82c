//! Text joined of several nodes, of any length, in at most about twice the memory that it takes in the end.

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;

/// Text up to this length grows where it will stay.
const MAX_SHORT: usize = 4096;
/// Longer text is put into pieces of this length first: a buffer that doubles in an arena leaves all its smaller ones behind.
const PIECE: usize = 64 << 10;

/// The text so far.
pub(super) struct Joining<'r> {
    short: BumpString<'r>,
    /// What comes behind it.
    pieces: Vec<String>,
    length: usize,
}

impl<'r> Joining<'r> {
    pub(super) fn new(text: &str, arena: &'r Bump) -> Self {
        let mut joining = Self { short: BumpString::new_in(arena), pieces: Vec::new(), length: 0 };
        joining.push(text);
        joining
    }

    /// The caller has counted its bytes.
    pub(super) fn push(&mut self, text: &str) {
        self.length += text.len();
        if self.length <= MAX_SHORT {
            self.short.push_str(text);
            return;
        }
        match self.pieces.last_mut() {
            Some(last) if last.len() + text.len() <= last.capacity() => last.push_str(text),
            _ if text.len() > PIECE / 4 => self.pieces.push(text.to_owned()),
            _ => {
                let mut piece = String::with_capacity(PIECE);
                piece.push_str(text);
                self.pieces.push(piece);
            }
        }
    }

    /// All of it in one piece.
    pub(super) fn finish(self, arena: &'r Bump) -> &'r str {
        let Self { short, pieces, length } = self;
        if pieces.is_empty() {
            return short.into_bump_str();
        }
        let mut text = BumpString::with_capacity_in(length, arena);
        text.push_str(&short);
        for piece in pieces {
            text.push_str(&piece);
        }
        text.into_bump_str()
    }
}
