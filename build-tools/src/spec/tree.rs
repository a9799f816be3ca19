//! From the events of a parser to a tree with places; what no reader of a tree could bear is refused here, for YAML and JSON alike.

use std::collections::BTreeMap;

use serde_json::Number;

use super::{
    SourceFile,
    finding::Finding,
    node::{Entry, Mapping, Node, NodeValue, Span},
    pointer,
    positions::Positions,
};

/// How deeply mappings and sequences may be nested; every later walk over a tree may therefore recurse.
pub(super) const MAX_DEPTH: usize = 128;

/// How long a text may be, in bytes: every later stage needs a multiple of it in memory.
const MAX_TEXT: usize = 16 * 1024 * 1024;

/// How long a published text may be: those of the largest interfaces have 20 MiB.
const MAX_PUBLISHED: usize = 64 * 1024 * 1024;

/// How long all names on the way to a node may be together, in bytes: every node that is written about is written with its way.
const MAX_POINTER: usize = 4096;

/// Why a text cannot be read by any parser: it is too long, or holds what no text may hold.
pub(super) fn unreadable(file: &SourceFile, positions: &Positions) -> Option<Finding> {
    let finding = |index: usize, message: String, help: &str| {
        let span = positions.span(index, index + 1);
        Finding::new("syntax", &file.path, span, "", message, help.to_owned())
    };
    let longest = if file.is_published() { MAX_PUBLISHED } else { MAX_TEXT };
    if file.text.len() > longest {
        let index = file.text.char_indices().take_while(|(offset, _)| *offset < longest).count();
        let message = format!("the file is longer than {} MiB", longest / 1024 / 1024);
        return Some(finding(index, message, "Split the document, or remove what does not belong to the interface."));
    }
    // The text of what is published was UTF-8 when it came.
    if file.is_published() {
        return None;
    }
    let mut characters = file.text.chars().enumerate();
    let index =
        characters.find_map(|(index, character)| (character == char::REPLACEMENT_CHARACTER).then_some(index))?;
    let message = "this is not UTF-8: these bytes are no character".to_owned();
    Some(finding(
        index,
        message,
        "Save the file as UTF-8; U+FFFD itself is what such bytes became elsewhere, so it is refused too.",
    ))
}

/// Whether a reader has to go on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Step {
    Next,
    Stop,
}

/// What may be in a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Numbers {
    /// Every number is one that 64 bits hold exactly.
    Exact,
    /// Numbers may be of any size, and are rounded: of a payload only the kind of a number matters, and its text is kept elsewhere.
    Rounded,
}

/// A mapping or a sequence that is still open, and how long the names on the way to it are.
struct Frame {
    span: Span,
    way: usize,
    kind: FrameKind,
}

enum FrameKind {
    Sequence { items: Vec<Node> },
    Mapping { entries: Vec<Entry>, lines: BTreeMap<String, usize>, key: Option<(String, Span)> },
}

/// Puts a tree together.
pub(super) struct Builder<'a> {
    file: &'a SourceFile,
    positions: &'a Positions,
    numbers: Numbers,
    stack: Vec<Frame>,
    root: Option<Node>,
    findings: Vec<Finding>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(file: &'a SourceFile, positions: &'a Positions, numbers: Numbers) -> Builder<'a> {
        Builder { file, positions, numbers, stack: Vec::new(), root: None, findings: Vec::new() }
    }

    /// Whether the root is complete.
    pub(super) fn has_root(&self) -> bool {
        self.root.is_some()
    }

    /// Whether the next scalar is a key.
    pub(super) fn expects_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { kind: FrameKind::Mapping { key: None, .. }, .. }))
    }

    pub(super) fn key(&mut self, text: String, span: Span) -> Step {
        if self.way() + text.len() > MAX_POINTER {
            let message = format!("the names that lead here have more than {MAX_POINTER} bytes together");
            self.report("unsupported-yaml", span, message, "Give it a shorter name.");
            return Step::Stop;
        }
        let Some(Frame { kind: FrameKind::Mapping { lines, key, .. }, .. }) = self.stack.last_mut() else {
            return Step::Stop;
        };
        let line = lines.get(&text).copied();
        let message = line.map(|line| format!("`{text}` is already given on line {line}"));
        *key = Some((text, span));
        if let Some(message) = message {
            self.report("duplicate-key", span, message, "Keep one of the two, or rename this one.");
        }
        Step::Next
    }

    pub(super) fn open_sequence(&mut self, span: Span) -> Step {
        self.open(span, FrameKind::Sequence { items: Vec::new() })
    }

    pub(super) fn open_mapping(&mut self, span: Span) -> Step {
        self.open(span, FrameKind::Mapping { entries: Vec::new(), lines: BTreeMap::new(), key: None })
    }

    fn open(&mut self, span: Span, kind: FrameKind) -> Step {
        if self.expects_key() {
            let message = "a list or a mapping is used as a key".to_owned();
            self.report(
                "unsupported-yaml",
                span,
                message,
                "Keys are text; quote the key if it begins with `[` or `{`.",
            );
            return Step::Stop;
        }
        if self.stack.len() >= MAX_DEPTH {
            self.refuse_nesting(span);
            return Step::Stop;
        }
        let way = self.way() + 1;
        self.stack.push(Frame { span, way, kind });
        Step::Next
    }

    /// How long the names on the way to the next node are.
    fn way(&self) -> usize {
        let Some(frame) = self.stack.last() else {
            return 0;
        };
        match &frame.kind {
            FrameKind::Mapping { key: Some((key, _)), .. } => frame.way + key.len(),
            _ => frame.way,
        }
    }

    /// Closes the innermost collection. `end` is empty where nothing in the text closes it: a block ends where its last child does.
    pub(super) fn close(&mut self, end: Span) -> Step {
        let Some(Frame { mut span, kind, .. }) = self.stack.pop() else {
            return Step::Stop;
        };
        let (value, last) = match kind {
            FrameKind::Sequence { items } => {
                let last = items.last().map(|item| item.span.end);
                (NodeValue::Sequence(items), last)
            }
            FrameKind::Mapping { entries, .. } => {
                let last = entries.last().map(|entry| entry.value.span.end.max(entry.key_span.end));
                (NodeValue::Mapping(Mapping::new(entries)), last)
            }
        };
        let closed_by_bracket = end.end > end.start;
        span.end = if closed_by_bracket { end.end } else { last.unwrap_or(span.end) };
        self.insert(Node { value, span })
    }

    /// A number as it is written, in decimal.
    pub(super) fn number(&mut self, text: &str, span: Span) -> Step {
        let (number, is_exact) = decimal(text);
        if !is_exact && self.numbers == Numbers::Exact {
            self.refuse_number(text, span);
        }
        self.insert(Node { value: NodeValue::Number(number), span })
    }

    pub(super) fn refuse_number(&mut self, text: &str, span: Span) {
        let message = format!("the number {text} cannot be kept exactly");
        let help = "Write no more digits than 64 bits hold, or put quotes around it where text will do.";
        self.report("inexact-number", span, message, help);
    }

    pub(super) fn insert(&mut self, node: Node) -> Step {
        match self.stack.last_mut().map(|frame| &mut frame.kind) {
            None => self.root = Some(node),
            Some(FrameKind::Sequence { items }) => items.push(node),
            Some(FrameKind::Mapping { entries, lines, key }) => match key.take() {
                Some((key, key_span)) => {
                    // A duplicate has been reported; the first entry counts.
                    if !lines.contains_key(&key) {
                        lines.insert(key.clone(), key_span.line);
                        entries.push(Entry { key, key_span, value: node });
                    }
                }
                // Only an alias gets here: it has been reported, and is taken for a key.
                None => *key = Some((String::new(), node.span)),
            },
        }
        Step::Next
    }

    pub(super) fn refuse_nesting(&mut self, span: Span) {
        let message = format!("nested deeper than {MAX_DEPTH} levels");
        self.report("unsupported-yaml", span, message, "Move the inner part into a component and refer to it.");
    }

    pub(super) fn report(&mut self, rule: &'static str, span: Span, message: String, help: &str) {
        let pointer = self.pointer();
        self.findings.push(Finding::new(rule, &self.file.path, span, &pointer, message, help.to_owned()));
    }

    /// Where the next node goes.
    fn pointer(&self) -> String {
        let mut path = String::new();
        for frame in &self.stack {
            path = match &frame.kind {
                FrameKind::Sequence { items } => pointer::join(&path, &items.len().to_string()),
                FrameKind::Mapping { key: Some((key, _)), .. } => pointer::join(&path, key),
                FrameKind::Mapping { key: None, .. } => path,
            };
        }
        path
    }

    pub(super) fn finish(mut self) -> Result<Node, Vec<Finding>> {
        if !self.findings.is_empty() {
            return Err(self.findings);
        }
        if let Some(root) = self.root.take() {
            return Ok(root);
        }
        let message = "the file holds no document".to_owned();
        self.report("syntax", self.positions.span(0, 0), message, "Write the document, or remove the file.");
        Err(self.findings)
    }
}

/// The number that a decimal text is, and whether 64 bits hold it exactly: a fraction does when its digits come back.
fn decimal(text: &str) -> (Number, bool) {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    if let Ok(integer) = unsigned.parse::<i64>() {
        return (integer.into(), true);
    }
    if let Ok(integer) = unsigned.parse::<u64>() {
        return (integer.into(), true);
    }
    let value: f64 = unsigned.parse().unwrap_or_default();
    match Number::from_f64(value) {
        Some(number) => (number, digits(unsigned) == digits(&format!("{value:e}"))),
        // Beyond every number of that size.
        None => (Number::from_f64(f64::MAX).unwrap_or_else(|| 0.into()), false),
    }
}

/// A decimal number without regard to how it is written: whether it is negative, its digits without zeros at either end, and how
/// many of them are before the point.
fn digits(text: &str) -> (bool, String, i64) {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    // An exponent that is no such number is beyond every other anyway.
    let exponent: i64 = exponent.parse().unwrap_or(i64::MAX / 2);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    let leading = all.len() - significant.len();
    let digits = significant.trim_end_matches('0');
    if digits.is_empty() {
        return (negative, String::new(), 0);
    }
    let point = i64::try_from(whole.len()).unwrap_or(i64::MAX / 4) - i64::try_from(leading).unwrap_or(i64::MAX / 4);
    (negative, digits.to_owned(), point.saturating_add(exponent))
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn a_number_is_exact_when_its_digits_come_back() {
        let exact = [
            "0",
            "-0",
            "0.0",
            "1",
            "-9223372036854775808",
            "18446744073709551615",
            "1.10",
            "0.1",
            "1e3",
            "1E-2",
            "1.5e300",
            "007",
            "-.5",
            "2.",
            "1e22",
        ];
        for text in exact {
            assert!(decimal(text).1, "{text}");
        }
        let rounded = [
            "18446744073709551616",
            "18446744073709551616123",
            "9007199254740993.01",
            "0.1000000000000000000001",
            "1e400",
            "-1e400",
            "1e-400",
            "1e99999999999999999999",
        ];
        for text in rounded {
            assert!(!decimal(text).1, "{text}");
        }
    }
}
