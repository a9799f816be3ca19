//! Tables for people, and the marked blocks of the documents that show them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use build_tools::text::visible;

use crate::workspace::read_text;

/// A Markdown table whose columns are aligned, so that it reads well on a terminal, too. The first column is text, the others
/// are figures.
pub fn table<const COLUMNS: usize>(heading: [&str; COLUMNS], rows: &[[String; COLUMNS]]) -> String {
    // A bar would end a cell, and a line break the row.
    let cell = |text: &String| visible(text).replace('|', "\\|");
    let rows: Vec<[String; COLUMNS]> = rows.iter().map(|row| row.each_ref().map(cell)).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([heading[column].chars().count(), 2]).max().unwrap_or_default()
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let line = |cells: [&str; COLUMNS]| {
        let mut line = format!("| {:<width$} |", cells[0], width = widths[0]);
        for (cell, width) in cells.iter().zip(widths).skip(1) {
            let _ = write!(line, " {cell:>width$} |");
        }
        line + "\n"
    };
    let rule = widths.map(|width| format!("{}:", "-".repeat(width - 1)));
    let mut rule = rule.each_ref().map(String::as_str);
    let left = "-".repeat(widths[0]);
    rule[0] = &left;
    let mut text = line(heading) + &line(rule);
    for row in &rows {
        text.push_str(&line(row.each_ref().map(String::as_str)));
    }
    text
}

/// A document with the contents of one marked block replaced in memory.
#[derive(Debug)]
pub struct Replaced {
    path: PathBuf,
    before: String,
    after: String,
}

impl Replaced {
    /// Reads the document and replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->`.
    pub fn new(path: &Path, name: &str, block: &str) -> Result<Self> {
        let before = read_text(path)?;
        let begin = format!("<!-- {name}:begin -->");
        let end = format!("<!-- {name}:end -->");
        let (head, rest) = before
            .split_once(&begin)
            .ok_or_else(|| anyhow!("{} has no line `{begin}`: add it where the table belongs", path.display()))?;
        let (_, tail) = rest
            .split_once(&end)
            .ok_or_else(|| anyhow!("{} has no line `{end}` behind `{begin}`: add it", path.display()))?;
        let after = format!("{head}{begin}\n\n{}\n\n{end}{tail}", block.trim_end());
        Ok(Self { path: path.to_owned(), after, before })
    }

    /// Whether the document shows something else now.
    pub fn differs(&self) -> bool {
        self.before != self.after
    }

    /// Writes the document, if it changed.
    pub fn write(&self) -> Result<()> {
        if !self.differs() {
            return Ok(());
        }
        fs::write(&self.path, &self.after).with_context(|| format!("cannot write {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_aligned() {
        let rows = [["pigeon".to_owned(), "42".to_owned()], ["owl".to_owned(), "3".to_owned()]];
        assert_eq!(
            table(["vendor", "operations"], &rows),
            "| vendor | operations |\n| ------ | ---------: |\n| pigeon |         42 |\n| owl    |          3 |\n"
        );
    }
}
