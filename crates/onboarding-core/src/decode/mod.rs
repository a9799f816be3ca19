//! Decoding JSON: each value once, with the path of the member that failed and without the value that stood there.
//!
//! A body is checked and indexed (`index`), and then types read what they want from a deserializer over the index (`cursor`). So a
//! union can look at the members of its object before it decodes it (`union`), what nobody documented can be kept as it came,
//! and no value is copied on the way.

mod cursor;
mod fault;
mod foreign;
mod index;
mod union;

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;

use serde::de::DeserializeOwned;

pub(crate) use self::cursor::{Cursor, State, ask, string};
pub(crate) use self::fault::Fault;
pub(crate) use self::foreign::{Finish, text as foreign_text, visit_foreign};
#[cfg(feature = "webhook")]
pub(crate) use self::index::of_events;
pub(crate) use self::index::{Kind, check, of_checked_within};

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
fn path_text<'a>(segments: impl Iterator<Item = &'a Segment>) -> String {
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

/// Decodes a JSON body.
pub(crate) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    counted(body).0
}

/// Decodes a JSON body, and says how often a value or name of it was looked at.
pub(crate) fn counted<T: DeserializeOwned>(body: &[u8]) -> (Result<T, DecodeError>, usize) {
    let (text, tokens) = match index::of_body(body) {
        Ok(indexed) => indexed,
        Err(error) => return (Err(error), 0),
    };
    let state = State::new(text, &tokens);
    let decoded = T::deserialize(state.root()).map_err(Fault::into_error);
    (decoded, state.looks())
}

/// Decodes a text that is known to be JSON.
pub(crate) fn checked<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    let tokens = index::of_checked(text)?;
    T::deserialize(State::new(text, &tokens).root()).map_err(Fault::into_error)
}
