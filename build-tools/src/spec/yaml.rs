//! From YAML text to a tree with places.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::Number;

use super::{
    SourceFile,
    finding::Finding,
    node::{Entry, Node, NodeValue, Span},
    pointer,
};

/// How deeply mappings and sequences may be nested; every later walk over a tree may therefore recurse.
const MAX_DEPTH: usize = 128;

/// Parses a YAML text; JSON is YAML too.
///
/// Scalars follow the core schema of YAML 1.2: dates, `yes` and `no` stay strings, and keys are strings whatever they
/// look like. Whatever a reader could miss is refused with a finding: duplicate keys, anchors, aliases, tags, more
/// than one document, keys that are no scalars, control characters, and nesting deeper than 128.
pub fn parse_yaml(file: &SourceFile) -> Result<Node, Vec<Finding>> {
    let positions = Positions::new(&file.text);
    if let Some(finding) = unprintable(file, &positions) {
        return Err(vec![finding]);
    }
    let mut builder = Builder { file, positions: &positions, stack: Vec::new(), root: None, findings: Vec::new() };
    let mut parser = Parser::new_from_str(&file.text);
    while let Some(event) = parser.next_event() {
        let step = match event {
            Ok((event, span)) => {
                let span = positions.span(span.start.index(), span.end.index());
                builder.accept(event, span)
            }
            Err(error) => {
                let index = error.marker().index();
                let span = positions.span(index, index);
                if error.info().contains("recursion limit") {
                    builder.refuse_nesting(span);
                } else {
                    let message = format!("this is not YAML: {}", error.info());
                    let help =
                        "Mend the text; indentation, quotes and the characters after a colon are the usual causes.";
                    builder.report("syntax", span, message, help);
                }
                Step::Stop
            }
        };
        if matches!(step, Step::Stop) {
            break;
        }
    }
    builder.finish()
}

/// Whether the parser has to read on.
enum Step {
    Next,
    Stop,
}

/// A mapping or a sequence that is still open.
enum Frame {
    Sequence { span: Span, items: Vec<Node> },
    Mapping { span: Span, entries: Vec<Entry>, lines: BTreeMap<String, usize>, key: Option<(String, Span)> },
}

struct Builder<'a> {
    file: &'a SourceFile,
    positions: &'a Positions,
    stack: Vec<Frame>,
    root: Option<Node>,
    findings: Vec<Finding>,
}

impl Builder<'_> {
    fn accept(&mut self, event: Event<'_>, span: Span) -> Step {
        match event {
            Event::StreamEnd => return Step::Stop,
            Event::DocumentStart(_) if self.root.is_some() => {
                let message = "a second document begins here".to_owned();
                self.report("unsupported-yaml", span, message, "Keep one document in a file: remove the line `---`.");
                return Step::Stop;
            }
            Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {}
            Event::Alias(_) => {
                let message = "an alias stands for a node that is written elsewhere".to_owned();
                self.report("unsupported-yaml", span, message, "Write the value out, or use `$ref`.");
                return self.insert(Node { value: NodeValue::Null, span });
            }
            Event::Scalar(text, style, anchor, tag) => {
                let span = self.without_comment(span, style);
                self.refuse_anchor_and_tag(anchor, tag.is_some(), span);
                let plain = style == ScalarStyle::Plain;
                if let Some(Frame::Mapping { key: key @ None, .. }) = self.stack.last_mut() {
                    *key = Some((text.into_owned(), span));
                    return self.refuse_duplicate_key(span);
                }
                let value = if plain { resolve_plain(&text) } else { NodeValue::String(text.into_owned()) };
                return self.insert(Node { value, span });
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_anchor_and_tag(anchor, tag.is_some(), span);
                return self.open(Frame::Sequence { span, items: Vec::new() }, span);
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_anchor_and_tag(anchor, tag.is_some(), span);
                let frame = Frame::Mapping { span, entries: Vec::new(), lines: BTreeMap::new(), key: None };
                return self.open(frame, span);
            }
            Event::SequenceEnd | Event::MappingEnd => return self.close(span),
        }
        Step::Next
    }

    /// The parser takes a comment after a quoted scalar to be part of it; this ends the span at the closing quote.
    fn without_comment(&self, span: Span, style: ScalarStyle) -> Span {
        let quote = match style {
            ScalarStyle::SingleQuoted => '\'',
            ScalarStyle::DoubleQuoted => '"',
            _ => return span,
        };
        let text = self.file.text.get(span.start..span.end).unwrap_or_default();
        let mut characters = text.char_indices().peekable();
        if characters.next().is_none_or(|(_, first)| first != quote) {
            return span;
        }
        while let Some((offset, character)) = characters.next() {
            let escaped_quote = quote == '\'' && characters.peek().is_some_and(|(_, next)| *next == quote);
            if (character == '\\' && quote == '"') || (character == quote && escaped_quote) {
                characters.next();
            } else if character == quote {
                return Span { end: span.start + offset + quote.len_utf8(), ..span };
            }
        }
        span
    }

    fn open(&mut self, frame: Frame, span: Span) -> Step {
        if matches!(self.stack.last(), Some(Frame::Mapping { key: None, .. })) {
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
        self.stack.push(frame);
        Step::Next
    }

    fn close(&mut self, end: Span) -> Step {
        let Some(frame) = self.stack.pop() else {
            return Step::Stop;
        };
        let (value, mut span, last) = match frame {
            Frame::Sequence { span, items } => {
                let last = items.last().map(|item| item.span.end);
                (NodeValue::Sequence(items), span, last)
            }
            Frame::Mapping { span, entries, .. } => {
                let last = entries.last().map(|entry| entry.value.span.end.max(entry.key_span.end));
                (NodeValue::Mapping(entries), span, last)
            }
        };
        // A block ends where its last child does; only a flow collection has an end of its own.
        let closed_by_bracket = end.end > end.start;
        span.end = if closed_by_bracket { end.end } else { last.unwrap_or(span.end) };
        self.insert(Node { value, span })
    }

    fn insert(&mut self, node: Node) -> Step {
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Frame::Sequence { items, .. }) => items.push(node),
            Some(Frame::Mapping { entries, lines, key, .. }) => match key.take() {
                Some((key, key_span)) => {
                    // A duplicate has been reported; the first entry stands.
                    if !lines.contains_key(&key) {
                        lines.insert(key.clone(), key_span.line);
                        entries.push(Entry { key, key_span, value: node });
                    }
                }
                // Only an alias gets here: it has been reported, and stands for a key.
                None => *key = Some((String::new(), node.span)),
            },
        }
        Step::Next
    }

    fn refuse_duplicate_key(&mut self, span: Span) -> Step {
        let Some(Frame::Mapping { lines, key: Some((key, _)), .. }) = self.stack.last() else {
            return Step::Next;
        };
        if let Some(line) = lines.get(key) {
            let message = format!("`{key}` is already given on line {line}");
            self.report("duplicate-key", span, message, "Keep one of the two, or rename this one.");
        }
        Step::Next
    }

    fn refuse_nesting(&mut self, span: Span) {
        let message = format!("nested deeper than {MAX_DEPTH} levels");
        self.report("unsupported-yaml", span, message, "Move the inner part into a component and refer to it.");
    }

    fn refuse_anchor_and_tag(&mut self, anchor: usize, tagged: bool, span: Span) {
        if anchor > 0 {
            let message = "an anchor names this node for use elsewhere".to_owned();
            self.report(
                "unsupported-yaml",
                span,
                message,
                "Remove the anchor, and write the value out where it is used.",
            );
        }
        if tagged {
            let message = "a tag overrides the kind of this node".to_owned();
            self.report("unsupported-yaml", span, message, "Remove the tag; put quotes around what must stay text.");
        }
    }

    fn report(&mut self, rule: &'static str, span: Span, message: String, help: &str) {
        let pointer = self.pointer();
        self.findings.push(Finding::new(rule, &self.file.path, span, &pointer, message, help.to_owned()));
    }

    /// Where the next node goes.
    fn pointer(&self) -> String {
        let mut path = String::new();
        for frame in &self.stack {
            path = match frame {
                Frame::Sequence { items, .. } => pointer::join(&path, &items.len().to_string()),
                Frame::Mapping { key: Some((key, _)), .. } => pointer::join(&path, key),
                Frame::Mapping { key: None, .. } => path,
            };
        }
        path
    }

    fn finish(mut self) -> Result<Node, Vec<Finding>> {
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

/// What an unquoted scalar stands for in the core schema of YAML 1.2.
fn resolve_plain(text: &str) -> NodeValue {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return NodeValue::Null,
        "true" | "True" | "TRUE" => return NodeValue::Bool(true),
        "false" | "False" | "FALSE" => return NodeValue::Bool(false),
        _ => {}
    }
    match resolve_number(text) {
        Some(number) => NodeValue::Number(number),
        None => NodeValue::String(text.to_owned()),
    }
}

fn resolve_number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix_number(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix_number(digits, 8);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let no_digit = whole.is_empty() && fraction.is_none_or(str::is_empty);
    if no_digit || !digits_only(whole) || !fraction.is_none_or(digits_only) {
        return None;
    }
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !digits_only(digits) {
            return None;
        }
    }
    if fraction.is_none() && exponent.is_none() {
        let signed = text.strip_prefix('+').unwrap_or(text);
        if let Ok(integer) = signed.parse::<i64>() {
            return Some(integer.into());
        }
        if let Ok(integer) = signed.parse::<u64>() {
            return Some(integer.into());
        }
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

fn radix_number(digits: &str, radix: u32) -> Option<Number> {
    let unsigned = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    unsigned.then(|| u64::from_str_radix(digits, radix).ok())?.map(Number::from)
}

/// A control character ends the text for some readers and is invisible to a person, so none may stand in it.
fn unprintable(file: &SourceFile, positions: &Positions) -> Option<Finding> {
    let is_unprintable = |character: char| {
        let harmless = matches!(character, '\t' | '\n' | '\r' | '\u{85}');
        (character.is_control() && !harmless) || matches!(character, '\u{FFFE}' | '\u{FFFF}')
    };
    let (index, character) = file.text.chars().enumerate().find(|(_, character)| is_unprintable(*character))?;
    let message = format!("the control character U+{:04X} may not stand in YAML", u32::from(character));
    let help = "Remove it, or write it as an escape in double quotes.".to_owned();
    Some(Finding::new("syntax", &file.path, positions.span(index, index + 1), "", message, help))
}

/// Turns the character indexes of the parser into byte offsets, lines and columns.
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
