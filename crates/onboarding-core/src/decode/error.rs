//! Why a text could not be decoded, and where.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;

/// As long as a path is at most; of longer ones the middle is left out.
const MAX_PATH: usize = 256;

/// Why a body could not be decoded: where, and what was expected there. It never holds what stood there.
///
/// A path names documented members only. Keys of maps and names that nobody documented are data, so `[?]` stands for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    reason: Cow<'static, str>,
}

impl DecodeError {
    pub(crate) fn new(path: impl Into<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }

    /// The member that failed, such as `data[3].address.city`; empty when the whole body is at fault.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => formatter.write_str(&self.reason),
            path => write!(formatter, "at `{path}`: {}", self.reason),
        }
    }
}

impl std::error::Error for DecodeError {}

/// A step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// A documented member.
    Member(&'static str),
    /// An item of a list.
    Item(usize),
    /// An entry of a map, or a member that nobody documented.
    Further,
}

/// A path as text, given from the outside in.
pub(super) fn path_text<'a>(segments: impl Iterator<Item = &'a Segment>) -> String {
    let mut path = String::new();
    for segment in segments {
        // Writing to a string cannot fail.
        let _ = match segment {
            Segment::Member(name) => {
                let dot = if path.is_empty() { "" } else { "." };
                write!(path, "{dot}{}", name.escape_debug())
            }
            Segment::Item(index) => write!(path, "[{index}]"),
            Segment::Further => write!(path, "[?]"),
        };
    }
    if path.len() > MAX_PATH {
        let half = (MAX_PATH - '…'.len_utf8()) / 2;
        let (mut head, mut tail) = (half, path.len() - half);
        while !path.is_char_boundary(head) {
            head -= 1;
        }
        while !path.is_char_boundary(tail) {
            tail += 1;
        }
        path.replace_range(head..tail, "…");
    }
    path
}
