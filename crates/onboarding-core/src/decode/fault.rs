//! What goes wrong while a value is decoded. Serde's traits hand it the offending value; it keeps fixed texts and kinds only.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::{DecodeError, Segment};

/// An error on its way up: each object and list on the way adds where it was reading.
#[derive(Debug)]
pub(crate) struct Fault(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// Innermost first.
    path: Vec<Segment>,
    reason: Cow<'static, str>,
    /// Whether the body as a whole is at fault, so that no place says anything.
    whole: bool,
}

/// As much of a text of what was expected as is kept.
const MAX_EXPECTED: usize = 160;

impl Fault {
    pub(crate) fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { path: Vec::new(), reason: reason.into(), whole: false }))
    }

    /// A fault of the whole body.
    pub(crate) fn of_body(reason: &'static str) -> Self {
        Self(Box::new(Inner { path: Vec::new(), reason: reason.into(), whole: true }))
    }

    pub(crate) fn expected(expected: &dyn Expected, found: &str) -> Self {
        Self::new(format!("expected {}, found {found}", shortened(&expected.to_string())))
    }

    pub(crate) fn missing(member: &'static str) -> Self {
        Self::new("the member is missing").within(Segment::Member(member))
    }

    /// The same fault, seen from the object or list around it.
    #[cold]
    pub(crate) fn within(mut self, segment: Segment) -> Self {
        if !self.0.whole {
            self.0.path.push(segment);
        }
        self
    }

    #[cold]
    pub(crate) fn into_error(self) -> DecodeError {
        let Inner { path, reason, .. } = *self.0;
        DecodeError::new(super::error::path_text(path.iter().rev()), reason)
    }
}

/// A text without what could disturb a log, and not longer than is useful.
fn shortened(text: &str) -> String {
    let mut shortened: String = text.chars().filter(|character| !character.is_control()).take(MAX_EXPECTED).collect();
    if shortened.len() < text.len() {
        shortened.push('…');
    }
    shortened
}

/// The name of the kind of an unexpected value.
fn kind(unexpected: &Unexpected<'_>) -> &'static str {
    match unexpected {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "integer",
        Unexpected::Float(_) => "number",
        Unexpected::Char(_) | Unexpected::Str(_) => "string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "array",
        Unexpected::Map => "object",
        _ => "another kind",
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.reason)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    /// What a foreign type has to say may hold the value.
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self::new("the value is not of the documented form")
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected, kind(&unexpected))
    }

    fn invalid_value(_unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected, "a value out of bounds")
    }

    fn invalid_length(_length: usize, expected: &dyn Expected) -> Self {
        Self::expected(expected, "another number of items")
    }

    fn unknown_variant(_variant: &str, _expected: &'static [&'static str]) -> Self {
        Self::new("the value is none of the documented ones")
    }

    fn unknown_field(_field: &str, _expected: &'static [&'static str]) -> Self {
        Self::new("a member is not documented")
    }

    fn missing_field(field: &'static str) -> Self {
        Self::missing(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new("the member stands twice").within(Segment::Member(field))
    }
}
