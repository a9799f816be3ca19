//! Decoding JSON, with the path of the member that failed and without the value that stood there.

use std::fmt;

use serde::de::DeserializeOwned;

/// Why a body could not be decoded: where, and what was expected there. It never holds what stood there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    reason: String,
}

impl DecodeError {
    pub(crate) fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
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

    /// What a serde error tells, without the values that serde puts into its texts.
    fn from_serde(path: String, error: &serde_json::Error) -> Self {
        let reason = match error.classify() {
            serde_json::error::Category::Data => data_reason(error),
            serde_json::error::Category::Eof => "the body ends too early".to_owned(),
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
                format!("the body is not JSON (line {}, column {})", error.line(), error.column())
            }
        };
        if let Some((inner, reason)) = reason.strip_prefix(NESTED).and_then(|rest| rest.split_once(NESTED)) {
            return Self::new(joined(&path, inner), reason);
        }
        // Serde sees the object that lacks the member; the path is to name the member.
        match reason.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
            Some(member) => Self::new(joined(&path, member), "the member is missing"),
            None => Self::new(path, reason),
        }
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

/// Separates path and reason when the error of a union's variant travels inside a serde error.
const NESTED: char = '\u{1f}';

/// A serde error that carries the path inside a buffered value.
pub(crate) fn nested<E: serde::de::Error>(error: &DecodeError) -> E {
    E::custom(format_args!("{NESTED}{}{NESTED}{}", error.path, error.reason))
}

fn joined(outer: &str, inner: &str) -> String {
    match (outer, inner) {
        ("", inner) => inner.to_owned(),
        (outer, "") => outer.to_owned(),
        (outer, inner) if inner.starts_with('[') => format!("{outer}{inner}"),
        (outer, inner) => format!("{outer}.{inner}"),
    }
}

/// Serde writes the offending value into its texts: `invalid type: string "Ann", expected i64 at line 1 column 9`. What
/// stands before the value and after the last `expected` is fixed text, so that alone is kept.
fn data_reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // A buffered value has no position, and then ` at line ` can only be part of the value.
    let text = match error.line() {
        0 => text.as_str(),
        _ => text.rsplit_once(" at line ").map_or(text.as_str(), |(before, _)| before),
    };
    if let Some(kind) =
        ["invalid type: ", "invalid value: ", "invalid length "].iter().find(|kind| text.starts_with(**kind))
    {
        let found = text[kind.len()..].split([' ', ',']).next().unwrap_or_default();
        let found = if kind.starts_with("invalid type") { found } else { "a value out of bounds" };
        return match text.rsplit_once("expected ") {
            Some((_, expected)) => format!("expected {expected}, found {found}"),
            None => format!("found {found}"),
        };
    }
    if text.starts_with("missing field") || text.starts_with(NESTED) || text.starts_with(FIXED) {
        return text.trim_start_matches(FIXED).to_owned();
    }
    "the value is not of the documented form".to_owned()
}

/// Marks texts of our own that hold no value.
pub(crate) const FIXED: char = '\u{1e}';

/// Decodes a JSON body. Only when that fails is it read a second time, to find the path.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(bytes).or_else(|_| {
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let value = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| DecodeError::from_serde(path_of(&error), error.inner()))?;
        deserializer.end().map_err(|error| DecodeError::from_serde(String::new(), &error))?;
        Ok(value)
    })
}

/// Decodes a buffered value, with the path inside it on failure.
pub(crate) fn buffered<T: DeserializeOwned>(value: &serde_json::Value) -> Result<T, DecodeError> {
    T::deserialize(value).or_else(|_| {
        serde_path_to_error::deserialize(value).map_err(|error| DecodeError::from_serde(path_of(&error), error.inner()))
    })
}

/// The path as text; the root is empty.
fn path_of(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    match error.path().to_string().as_str() {
        "." => String::new(),
        path => path.to_owned(),
    }
}
