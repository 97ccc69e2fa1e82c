//! Lines and columns of places in a text.

/// A text that is asked for the lines of places in it. Goes on from the last place, so that asking for all places in their order takes
/// no longer than the text is long.
#[derive(Clone, Copy, Debug)]
pub struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    column: usize,
}

impl<'t> Lines<'t> {
    /// Of this text.
    pub fn of(text: &'t str) -> Self {
        Self { text, at: 0, line: 1, column: 1 }
    }

    /// Line and column of a byte, both from 1; columns are characters.
    pub fn place(&mut self, at: usize) -> (usize, usize) {
        let at = self.text.floor_char_boundary(at);
        if at < self.at {
            *self = Self::of(self.text);
        }
        let between = &self.text[self.at..at];
        match between.rfind('\n') {
            None => self.column += between.chars().count(),
            Some(last) => {
                self.line += between.matches('\n').count();
                self.column = between[last + 1..].chars().count() + 1;
            }
        }
        self.at = at;
        (self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_in_any_order() {
        let mut lines = Lines::of("aé\nb\n\ncd");
        let places = [0, 1, 3, 4, 5, 6, 7, 8, 9, 1, 99].map(|at| lines.place(at));
        let expected =
            [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1), (4, 1), (4, 2), (4, 3), (1, 2), (4, 3)];
        assert_eq!(places, expected);
    }
}
