//! What is lost on the way to the curated dialect, and how a person is told.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

use crate::spec::Span;
use crate::text::visible;

/// How many losses of one kind are listed with their places.
const LISTED: usize = 50;

/// Something of the published document that the curated one says less of, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// What kind of thing it is, such as `tuple`.
    pub construct: &'static str,
    /// Where it is, for a person.
    pub place: String,
    /// What became of it.
    pub message: String,
    /// Where it is in the text.
    pub span: Span,
}

/// On one line, and safe to print.
impl fmt::Display for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, message, span, .. } = self;
        formatter.write_str(&visible(&format!("{place} (line {}): {message}", span.line)))
    }
}

/// Losses by what kind of thing is lost.
pub fn by_construct(losses: &[Loss]) -> BTreeMap<&'static str, Vec<&Loss>> {
    let mut all: BTreeMap<&'static str, Vec<&Loss>> = BTreeMap::new();
    for loss in losses {
        all.entry(loss.construct).or_default().push(loss);
    }
    all
}

/// The text of `LOSSES.md`: what the crate has less of than the document. `callable` operations of `published` are methods.
pub(super) fn losses_file(vendor: &str, losses: &[Loss], published: usize, callable: usize) -> String {
    let mut text = format!("# What the crate of {vendor} has less of than the published document\n\n");
    let _ = writeln!(text, "Written by `cargo xtask generate`. {callable} of {published} operations are methods.\n");
    if losses.is_empty() {
        text.push_str("Nothing is lost.\n");
    }
    for (construct, losses) in by_construct(losses) {
        let _ = writeln!(text, "## {construct}: {}\n", losses.len());
        for loss in losses.iter().take(LISTED) {
            let _ = writeln!(text, "- {loss}");
        }
        if let Some(others) = losses.len().checked_sub(LISTED).filter(|others| *others > 0) {
            let _ = writeln!(text, "- and {others} more");
        }
        text.push('\n');
    }
    format!("{}\n", text.trim_end())
}
