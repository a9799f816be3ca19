//! Headers that travel as they were given, or not at all.

use http::header::{HeaderName, HeaderValue};

/// A header as it travels; `None` when its name is none, its value has characters that no header can carry, or space around it, which
/// would be lost on the way.
pub(crate) fn checked_header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let wire_name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let wire_value = HeaderValue::from_str(value).ok()?;
    (value.trim_matches([' ', '\t']) == value).then_some((wire_name, wire_value))
}
