//! From offsets in a text to lines and columns.

use super::node::Span;

/// Turns the offsets of parsers into spans. Built once for a text; each place is then found by bisection.
pub(crate) struct Positions {
    /// Byte offset of every character, and of the end.
    offsets: Vec<usize>,
    /// Index of the first character of every line.
    lines: Vec<usize>,
    /// For every character, whether it is blank: an end is moved back over blanks.
    blanks: Vec<bool>,
}

impl Positions {
    pub(crate) fn new(text: &str) -> Positions {
        let mut positions = Positions { offsets: Vec::new(), lines: vec![0], blanks: Vec::new() };
        for (index, (offset, character)) in text.char_indices().enumerate() {
            positions.offsets.push(offset);
            positions.blanks.push(character.is_whitespace());
            if character == '\n' {
                positions.lines.push(index + 1);
            }
        }
        positions.offsets.push(text.len());
        positions
    }

    /// The span of a range of characters, without the blanks at its end.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let mut end = end.max(start);
        while end > start && self.blanks.get(end - 1).is_some_and(|blank| *blank) {
            end -= 1;
        }
        // The first line begins at 0, so at least one line begins at or before any index.
        let line = self.lines.partition_point(|first| *first <= start);
        let first = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        Span { start: self.offset(start), end: self.offset(end), line, column: start - first + 1 }
    }

    /// The span of a range of bytes.
    pub(crate) fn span_of_bytes(&self, start: usize, end: usize) -> Span {
        let index = |offset: usize| self.offsets.partition_point(|other| *other < offset);
        self.span(index(start), index(end))
    }

    fn offset(&self, index: usize) -> usize {
        self.offsets.get(index).or(self.offsets.last()).copied().unwrap_or_default()
    }
}
