//! Where the values of a JSON text begin and end, so that any of them can be reached, skipped or copied without reading it again.
//!
//! The text is checked once by `serde_json`, for its grammar, and then read into a flat list of tokens: one for each value and one for
//! each member's name, in the order of the text.

use memchr::memchr2;
use serde::de::IgnoredAny;

use super::DecodeError;

/// How deeply lists and objects may lie within each other: as deeply as `serde_json` allows.
pub(crate) const MAX_DEPTH: usize = 128;

/// Texts above this size are counted before they are indexed, so that the index does not grow by copying itself.
const COUNTED_FROM: usize = 64 * 1024;

/// A value, or a member's name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// Where its text begins.
    pub(crate) start: u32,
    /// Where its text ends, and in the highest bit whether it is a string with an escape sequence.
    end: u32,
    /// The token behind it and everything within it.
    pub(crate) next: u32,
}

/// The bit of [`Token::end`] that no place in a text needs.
const ESCAPED: u32 = 1 << 31;

impl Token {
    /// Where its text ends.
    pub(crate) const fn end(self) -> u32 {
        self.end & !ESCAPED
    }

    /// Whether it is a string with an escape sequence, so that what it holds is not what stands there.
    pub(crate) const fn is_escaped(self) -> bool {
        self.end & ESCAPED != 0
    }
}

/// The kinds of JSON values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    /// The kind of the value whose text begins with this byte.
    pub(crate) const fn of(first: u8) -> Self {
        match first {
            b'n' => Self::Null,
            b't' | b'f' => Self::Boolean,
            b'"' => Self::String,
            b'[' => Self::Array,
            b'{' => Self::Object,
            _ => Self::Number,
        }
    }

    /// The name that errors have for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// Checks a body and indexes it.
pub(crate) fn of_body(body: &[u8]) -> Result<(&str, Vec<Token>), DecodeError> {
    of_body_within(body, MAX_DEPTH)
}

/// Checks a body that holds several events and indexes it, however deep it is: each event is decoded by itself.
#[cfg(feature = "webhook")]
pub(crate) fn of_events(body: &[u8]) -> Result<(&str, Vec<Token>), DecodeError> {
    of_body_within(body, usize::MAX)
}

fn of_body_within(body: &[u8], max_depth: usize) -> Result<(&str, Vec<Token>), DecodeError> {
    let text = std::str::from_utf8(body).map_err(|error| not_utf8(&body[..error.valid_up_to()]))?;
    check(text)?;
    Ok((text, of_checked_within(text, max_depth)?))
}

/// Whether a text is one JSON value.
pub(crate) fn check(text: &str) -> Result<(), DecodeError> {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => Ok(()),
        Err(error) if error.is_eof() => Err(DecodeError::new("", "the body ends too early")),
        Err(error) => Err(not_json(error.line(), error.column())),
    }
}

/// Indexes a text that is known to be JSON.
pub(crate) fn of_checked(text: &str) -> Result<Vec<Token>, DecodeError> {
    of_checked_within(text, MAX_DEPTH)
}

/// Indexes a text that is known to be JSON and lies no deeper than this.
pub(crate) fn of_checked_within(text: &str, max_depth: usize) -> Result<Vec<Token>, DecodeError> {
    let bytes = text.as_bytes();
    if bytes.len() >= ESCAPED as usize {
        return Err(DecodeError::new("", "the body is longer than 2 GiB"));
    }
    let capacity = if bytes.len() > COUNTED_FROM { count(bytes) } else { bytes.len() / 10 + 4 };
    let mut tokens: Vec<Token> = Vec::with_capacity(capacity);
    let mut open: Vec<u32> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' | b',' | b':' => at += 1,
            b'{' | b'[' => {
                if open.len() == max_depth {
                    return Err(DecodeError::new("", TOO_DEEP));
                }
                open.push(position(tokens.len()));
                tokens.push(Token { start: position(at), end: 0, next: 0 });
                at += 1;
            }
            b'}' | b']' => {
                at += 1;
                let next = position(tokens.len());
                if let Some(token) = open.pop().and_then(|opened| tokens.get_mut(opened as usize)) {
                    (token.end, token.next) = (position(at), next);
                }
            }
            _ => {
                let (end, escaped) = match byte {
                    b'"' => end_of_string(bytes, at),
                    _ => (end_of_scalar(bytes, at), 0),
                };
                let next = position(tokens.len() + 1);
                tokens.push(Token { start: position(at), end: position(end) | escaped, next });
                at = end;
            }
        }
    }
    Ok(tokens)
}

/// What is wrong with a value that lies too deep.
pub(crate) const TOO_DEEP: &str = "lists and objects lie too deep within each other";

/// The text's length has been seen to fit.
#[expect(
    clippy::cast_possible_truncation,
    reason = "no place in the text, and no count of its values, is beyond its length"
)]
const fn position(place: usize) -> u32 {
    place as u32
}

/// How many tokens a text has.
fn count(bytes: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' | b',' | b':' | b'}' | b']' => at += 1,
            b'{' | b'[' => {
                count += 1;
                at += 1;
            }
            _ => {
                count += 1;
                at = if byte == b'"' { end_of_string(bytes, at).0 } else { end_of_scalar(bytes, at) };
            }
        }
    }
    count
}

/// Where the string ends that begins at `start`, its quotes included, and the bit of whether it has an escape sequence.
fn end_of_string(bytes: &[u8], start: usize) -> (usize, u32) {
    let mut at = start + 1;
    let mut escaped = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return (at + 1, escaped);
        }
        escaped = ESCAPED;
        at += 2;
    }
    (bytes.len(), escaped)
}

/// Where the number, boolean or null ends that begins at `start`.
fn end_of_scalar(bytes: &[u8], start: usize) -> usize {
    let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
    bytes[start..].iter().position(is_end).map_or(bytes.len(), |length| start + length)
}

/// The error of a body that is UTF-8 no further than this.
fn not_utf8(before: &[u8]) -> DecodeError {
    let line = before.split(|byte| *byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    not_json(line, column)
}

fn not_json(line: usize, column: usize) -> DecodeError {
    DecodeError::new("", format!("the body is not JSON (line {line}, column {column})"))
}
