//! From YAML text to a tree with places.

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::{
    SourceFile,
    finding::Finding,
    json::{Refused, parse_json},
    looks_like_json,
    node::{Node, NodeValue, Span},
    positions::Positions,
    tree::{Builder, Numbers, Step, unreadable},
};

/// Parses a YAML text, or a JSON text: one that begins as an object or a list does and is JSON is read as JSON is meant, with
/// surrogate pairs and control characters that YAML knows nothing of.
///
/// Scalars of YAML follow the core schema of YAML 1.2: dates, `yes` and `no` stay strings, and keys are strings whatever they
/// look like. Whatever a reader could miss is refused with a finding: duplicate keys, anchors, aliases, tags, more
/// than one document, keys that are no scalars, control characters, numbers that 64 bits cannot hold exactly, nesting deeper than
/// 128, names that are too long, and files beyond 16 MiB.
pub fn parse_yaml(file: &SourceFile) -> Result<Node, Vec<Finding>> {
    // What a vendor publishes may have limits beyond 64 bits, which then limit nothing.
    let numbers = if file.is_published() { Numbers::Rounded } else { Numbers::Exact };
    if looks_like_json(&file.text) {
        match parse_json(file, numbers) {
            Ok(root) => return Ok(root),
            Err(Refused::Findings(findings)) => return Err(findings),
            Err(Refused::NotJson(_)) => {}
        }
    }
    let positions = Positions::new(&file.text);
    if let Some(finding) = unreadable(file, &positions).or_else(|| unprintable(file, &positions)) {
        return Err(vec![finding]);
    }
    let mut reader = Reader { file, builder: Builder::new(file, &positions, numbers) };
    let mut parser = Parser::new_from_str(&file.text);
    while let Some(event) = parser.next_event() {
        let step = match event {
            Ok((event, span)) => {
                let span = positions.span(span.start.index(), span.end.index());
                reader.accept(event, span)
            }
            Err(error) => {
                let index = error.marker().index();
                let span = positions.span(index, index);
                if error.info().contains("recursion limit") {
                    reader.builder.refuse_nesting(span);
                } else {
                    let message = format!("this is not YAML: {}", error.info());
                    let help =
                        "Mend the text; indentation, quotes and the characters after a colon are the usual causes.";
                    reader.builder.report("syntax", span, message, help);
                }
                Step::Stop
            }
        };
        if step == Step::Stop {
            break;
        }
    }
    reader.builder.finish()
}

/// Parses a documented payload, which is JSON. Its numbers may be of any size: the text of a payload is kept as it is.
pub(super) fn parse_payload(file: &SourceFile) -> Result<Node, Vec<Finding>> {
    parse_json(file, Numbers::Rounded).map_err(|refused| match refused {
        Refused::NotJson(finding) => vec![*finding],
        Refused::Findings(findings) => findings,
    })
}

struct Reader<'a> {
    file: &'a SourceFile,
    builder: Builder<'a>,
}

impl Reader<'_> {
    fn accept(&mut self, event: Event<'_>, span: Span) -> Step {
        match event {
            Event::StreamEnd => return Step::Stop,
            Event::DocumentStart(_) if self.builder.has_root() => {
                let message = "a second document begins here".to_owned();
                let help = "Keep one document in a file: remove the line `---`.";
                self.builder.report("unsupported-yaml", span, message, help);
                return Step::Stop;
            }
            Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {}
            Event::Alias(_) => {
                let message = "an alias repeats a node that is written elsewhere".to_owned();
                self.builder.report("unsupported-yaml", span, message, "Write the value out, or use `$ref`.");
                return self.builder.insert(Node { value: NodeValue::Null, span });
            }
            Event::Scalar(text, style, anchor, tag) => {
                let span = self.without_comment(span, style);
                self.refuse_anchor_and_tag(anchor, tag.is_some(), span);
                if self.builder.expects_key() {
                    return self.builder.key(text.into_owned(), span);
                }
                if style == ScalarStyle::Plain {
                    return self.plain(&text, span);
                }
                return self.builder.insert(Node { value: NodeValue::String(text.into_owned()), span });
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_anchor_and_tag(anchor, tag.is_some(), span);
                return self.builder.open_sequence(span);
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_anchor_and_tag(anchor, tag.is_some(), span);
                return self.builder.open_mapping(span);
            }
            Event::SequenceEnd | Event::MappingEnd => return self.builder.close(span),
        }
        Step::Next
    }

    /// What an unquoted scalar means in the core schema of YAML 1.2.
    fn plain(&mut self, text: &str, span: Span) -> Step {
        let value = match text {
            "" | "~" | "null" | "Null" | "NULL" => NodeValue::Null,
            "true" | "True" | "TRUE" => NodeValue::Bool(true),
            "false" | "False" | "FALSE" => NodeValue::Bool(false),
            _ if is_decimal(text) => return self.builder.number(text, span),
            _ => match radix_digits(text) {
                Some((digits, radix)) => {
                    let number = u64::from_str_radix(digits, radix);
                    if number.is_err() {
                        self.builder.refuse_number(text, span);
                    }
                    NodeValue::Number(number.unwrap_or(u64::MAX).into())
                }
                None => NodeValue::String(text.to_owned()),
            },
        };
        self.builder.insert(Node { value, span })
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

    fn refuse_anchor_and_tag(&mut self, anchor: usize, tagged: bool, span: Span) {
        if anchor > 0 {
            let message = "an anchor names this node for use elsewhere".to_owned();
            let help = "Remove the anchor, and write the value out where it is used.";
            self.builder.report("unsupported-yaml", span, message, help);
        }
        if tagged {
            let message = "a tag overrides the kind of this node".to_owned();
            let help = "Remove the tag; put quotes around what must stay text.";
            self.builder.report("unsupported-yaml", span, message, help);
        }
    }
}

/// Whether an unquoted scalar is a decimal number in the core schema.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let has_digit = !whole.is_empty() || !fraction.is_empty();
    has_digit
        && digits_only(whole)
        && digits_only(fraction)
        && exponent.is_none_or(|digits| !digits.is_empty() && digits_only(digits))
}

/// The digits of a hexadecimal or octal number, and their radix.
fn radix_digits(text: &str) -> Option<(&str, u32)> {
    let (digits, radix) = match (text.strip_prefix("0x"), text.strip_prefix("0o")) {
        (Some(digits), _) => (digits, 16),
        (_, Some(digits)) => (digits, 8),
        _ => return None,
    };
    (!digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix))).then_some((digits, radix))
}

/// A control character ends the text for some readers and is invisible to a person, so none is allowed in it.
fn unprintable(file: &SourceFile, positions: &Positions) -> Option<Finding> {
    let is_unprintable = |character: char| {
        let harmless = matches!(character, '\t' | '\n' | '\r' | '\u{85}');
        (character.is_control() && !harmless) || matches!(character, '\u{FFFE}' | '\u{FFFF}')
    };
    let (index, character) = file.text.chars().enumerate().find(|(_, character)| is_unprintable(*character))?;
    let message = format!("the control character U+{:04X} is not allowed in YAML", u32::from(character));
    let help = "Remove it, or write it as an escape in double quotes.".to_owned();
    Some(Finding::new("syntax", &file.path, positions.span(index, index + 1), "", message, help))
}
