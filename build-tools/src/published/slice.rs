//! Which operations of a published document are taken.

use std::collections::BTreeSet;

use super::lowered::short;
use super::source::list;
use crate::spec::Node;
use crate::text::visible;

/// The operations that are taken: all of them, or those that fit one of the patterns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slice {
    patterns: Vec<String>,
    /// The indexes of the patterns that nothing has fitted yet.
    unmatched: BTreeSet<usize>,
}

impl Slice {
    /// Those that fit one of the patterns; without patterns, all.
    pub(crate) fn of(patterns: Vec<String>) -> Self {
        Self { unmatched: (0..patterns.len()).collect(), patterns }
    }

    /// Whether an operation is taken: its `operationId`, its path, its method and path, or one of its tags fits.
    pub(super) fn takes(&mut self, method: &str, path: &str, operation: &Node) -> bool {
        if self.patterns.is_empty() {
            return true;
        }
        let line = format!("{} {path}", method.to_ascii_uppercase());
        let mut names = vec![path, line.as_str()];
        names.extend(operation.get("operationId").and_then(Node::as_str));
        names.extend(list(operation, "tags").into_iter().filter_map(Node::as_str));
        let mut is_taken = false;
        for (index, pattern) in self.patterns.iter().enumerate() {
            if names.iter().any(|name| fits(pattern, name)) {
                self.unmatched.remove(&index);
                is_taken = true;
            }
        }
        is_taken
    }

    /// The patterns that no operation fits, with their indexes.
    pub(crate) fn unmatched(&self) -> impl Iterator<Item = (usize, &str)> {
        self.unmatched.iter().filter_map(|index| Some((*index, self.patterns.get(*index)?.as_str())))
    }
}

/// What is wrong with a pattern that no operation fits.
pub(crate) fn nothing_fits(pattern: &str) -> String {
    format!("no operation fits `{}`", visible(&short(pattern)))
}

/// What to write instead.
pub(crate) const FITS: &str = "Give an operationId, a path, a method and a path, or a tag; `*` stands for any text.";

/// Whether a text fits a pattern, in which an asterisk is any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((first, others)) = pattern.split_once('*') else { return pattern == text };
    let (middle, last) = others.rsplit_once('*').unwrap_or(("", others));
    let Some(mut rest) = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else { return false };
    for part in middle.split('*') {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn an_asterisk_is_any_text() {
        for (pattern, text) in [
            ("a", "a"),
            ("*", ""),
            ("/pets*", "/pets"),
            ("/pets/*", "/pets/{id}"),
            ("GET *", "GET /pets"),
            ("*/b/*/d", "/a/b/c/d"),
            ("a**b", "ab"),
            ("*a*a*", "aa"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("a", "b"), ("", "a"), ("/pets/*", "/pets"), ("a*a", "a"), ("*b*a", "ab"), ("*a*a*", "a")]
        {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
