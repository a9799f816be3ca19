//! Text of a generated file, put together line by line.

use std::collections::BTreeSet;

use crate::output::header;
use crate::text::{Inline, paragraphs};

/// Columns after which documentation is wrapped.
const WIDTH: usize = 120;

/// A file being written.
#[derive(Debug, Default)]
pub(super) struct Source {
    text: String,
    indent: usize,
}

impl Source {
    /// A Rust file with the two lines that every generated file begins with.
    pub(super) fn rust(vendor: &str) -> Self {
        let mut source = Self::default();
        for line in header(vendor) {
            source.line(&format!("// {line}"));
        }
        source.blank();
        source
    }

    /// A line at the present depth. An opening bracket at its end deepens what follows, a closing one at its start ends that.
    pub(super) fn line(&mut self, line: &str) {
        if line.starts_with(['}', ')', ']']) {
            self.indent = self.indent.saturating_sub(1);
        }
        for _ in 0..self.indent {
            self.text.push_str("    ");
        }
        self.text.push_str(line);
        self.text.push('\n');
        if line.ends_with(['{', '(', '[']) && !line.starts_with("//") {
            self.indent += 1;
        }
    }

    /// Several lines.
    pub(super) fn lines<'t>(&mut self, lines: impl IntoIterator<Item = &'t str>) {
        for line in lines {
            if line.is_empty() { self.blank() } else { self.line(line) }
        }
    }

    /// A blank line, never two in a row and none behind an opening bracket.
    pub(super) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") && !self.text.ends_with("{\n") {
            self.text.push('\n');
        }
    }

    /// Documentation of what follows, wrapped. Blank lines in the text separate paragraphs.
    pub(super) fn doc(&mut self, text: &str) {
        self.paragraphs("///", &paragraphs(text));
    }

    /// Documentation of the file.
    pub(super) fn module_doc(&mut self, text: &str) {
        self.paragraphs("//!", &paragraphs(text));
    }

    fn paragraphs(&mut self, mark: &str, paragraphs: &[Inline]) {
        let width = self.width(mark);
        for (index, paragraph) in paragraphs.iter().enumerate() {
            if index > 0 {
                self.line(mark);
            }
            for line in paragraph.lines(width) {
                self.line(&format!("{mark} {line}"));
            }
        }
    }

    /// The columns that are left behind a comment's mark.
    fn width(&self, mark: &str) -> usize {
        WIDTH.saturating_sub(4 * self.indent + mark.len() + 1)
    }

    /// The text of the file.
    pub(super) fn finish(mut self) -> String {
        while self.text.ends_with("\n\n") {
            self.text.pop();
        }
        self.text
    }
}

pub(super) fn braced(names: &BTreeSet<String>) -> String {
    match names.len() {
        1 => names.iter().cloned().collect(),
        _ => format!("{{{}}}", names.iter().cloned().collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn depth_follows_brackets() {
        let mut source = Source::default();
        source.lines(["fn main() {", "call(", "1,", ");", "}"]);
        assert_eq!(source.finish(), "fn main() {\n    call(\n        1,\n    );\n}\n");
    }
}
