//! Which attribute of an element is which, by slot: one byte for each slot of each element that has some, one element behind the other.

/// From here on the slots of an element are not by index.
pub(super) const MAX_SLOTS: u32 = 1 << 31;

/// Slots that one unusual document made more than this are given back.
const MAX_KEPT: usize = 4 << 20;

#[derive(Debug, Default)]
pub(super) struct Slots {
    /// Positions of attributes among those of their element, from 1; 0 is none. Behind `end`, all are 0 but those of the element that
    /// is being read.
    positions: Vec<u8>,
    end: usize,
}

impl Slots {
    /// Forgets the document before.
    pub(super) fn clear(&mut self) {
        let Self { positions, end } = self;
        if positions.len() > MAX_KEPT {
            *positions = Vec::new();
        } else {
            positions[..*end].fill(0);
        }
        *end = 0;
    }

    /// Makes room for the next element's slots: whether there can be so many.
    #[inline(always)]
    pub(super) fn reserve(&mut self, count: u32) -> bool {
        let end = self.end + count as usize;
        if end > self.positions.len() {
            self.grow(end);
        }
        end < MAX_SLOTS as usize
    }

    #[cold]
    fn grow(&mut self, end: usize) {
        self.positions.resize(end + end / 4 + 64, 0);
    }

    /// The slots of the next element, which has so many.
    #[inline(always)]
    pub(super) fn next(&mut self, count: u32) -> &mut [u8] {
        &mut self.positions[self.end..self.end + count as usize]
    }

    /// Empties the slots of the next element.
    #[cold]
    pub(super) fn take_back(&mut self, count: u32) {
        self.positions[self.end..self.end + count as usize].fill(0);
    }

    /// The next element has so many slots: answers the first.
    #[inline(always)]
    pub(super) fn end(&mut self, count: u32) -> u32 {
        let first = self.end;
        self.end += count as usize;
        first as u32
    }

    /// The slots of the element whose first one this is, which has so many.
    #[inline]
    pub(super) fn of(&self, first: u32, count: u32) -> &[u8] {
        &self.positions[first as usize..(first + count) as usize]
    }

    /// What stands in a slot (from 1) of the element whose first one this is.
    #[inline]
    pub(super) fn position(&self, first: u32, slot: u32) -> u32 {
        u32::from(self.positions[(first + slot - 1) as usize])
    }
}
