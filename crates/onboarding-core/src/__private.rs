//! What the macros of this crate expand to calls of. Not for use by hand; it changes without notice.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
pub use serde::de::{Error as DeError, IgnoredAny};
use serde::ser::SerializeMap;
pub use serde::{self, Serialize};
pub use serde_json::{Map, Value};

use crate::Patch;
pub use crate::check::{all, extra, member, within};
use crate::decode::{self, DecodeError, FIXED};
#[cfg(feature = "schemars")]
pub use crate::schema::described as schema;
use crate::unknown;

/// Stands in `Debug` for what must not be shown.
pub struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// Prints an object: its name, and its members in order.
pub fn debug_object(
    formatter: &mut fmt::Formatter<'_>,
    name: &str,
    members: &[(&str, &dyn fmt::Debug)],
) -> fmt::Result {
    let mut object = formatter.debug_struct(name);
    for (member, value) in members {
        object.field(member, value);
    }
    object.finish()
}

/// A member's name, borrowed from the input where that is possible.
pub struct Key<'de>(Cow<'de, str>);

impl AsRef<str> for Key<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Key<'_> {
    /// The name as an owned text.
    pub fn into_string(self) -> String {
        self.0.into_owned()
    }
}

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor("a member's name")).map(Self)
    }
}

/// Reads a text, borrowed from the input where that is possible.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D, expected: &'static str) -> Result<Cow<'de, str>, D::Error> {
    deserializer.deserialize_str(TextVisitor(expected))
}

struct TextVisitor(&'static str);

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text))
    }
}

/// The value of a required member, or the error that it is missing.
pub fn required<T, E: DeError>(value: Option<T>, member: &'static str) -> Result<T, E> {
    value.ok_or_else(|| E::missing_field(member))
}

/// Reads a constant: its kind is checked, its value is not, since a later release of the vendor may send another.
pub fn constant<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<Key<'de>>().map(drop)
}

/// Writes a three-state member unless it is left out.
pub fn patch_entry<M: SerializeMap, T: Serialize>(
    map: &mut M,
    member: &'static str,
    value: &Patch<T>,
) -> Result<(), M::Error> {
    match value {
        Patch::Keep => Ok(()),
        Patch::Clear => map.serialize_entry(member, &()),
        Patch::Set(value) => map.serialize_entry(member, value),
    }
}

/// Reads a value whole, so that its form can be looked at before it is decoded.
pub fn buffer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Value::deserialize(deserializer)
}

/// The tag of a buffered object.
pub fn tag<'v, E: DeError>(value: &'v Value, member: &'static str) -> Result<&'v str, E> {
    let object = value.as_object().ok_or_else(|| E::custom(format_args!("{FIXED}expected an object")))?;
    let tag = object.get(member).ok_or_else(|| E::missing_field(member))?;
    tag.as_str().ok_or_else(|| decode::nested(&DecodeError::new(member, "expected a string")))
}

/// Decodes a buffered value as a union's variant; an error tells the path inside it.
pub fn variant<T: DeserializeOwned, E: DeError>(value: &Value) -> Result<T, E> {
    decode::buffered(value).map_err(|error| decode::nested(&error))
}

/// Decodes a buffered value as a variant of a union without a tag, if it has that form and the constants of that variant.
pub fn attempt<T: DeserializeOwned>(value: &Value, constants: &[(&str, &str)]) -> Option<T> {
    let has = |(member, constant): &(&str, &str)| value.get(member).and_then(Value::as_str) == Some(constant);
    if constants.iter().all(has) { unknown::attempt(|| T::deserialize(value).ok()) } else { None }
}

/// Notes a value or variant that nobody documented, for the observer of the call, if there is one.
pub fn note_unknown(type_name: &'static str, value: &str) {
    unknown::note(type_name, value);
}

/// The tag of an unknown variant, for `Debug`.
pub fn shown_tag<'v>(value: &'v Value, member: &str) -> &'v str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// Decodes an error's or outcome's body.
pub fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    decode::json(bytes)
}

/// A body that is text.
pub fn text_body(bytes: &[u8]) -> Result<String, DecodeError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| DecodeError::new("", "the body is not UTF-8"))
}

/// The one identifier in an address of the form of `template`, whose last `{placeholder}` it fills. The address may be relative
/// or absolute, with or without query.
pub fn identifier_in<'u>(template: &str, url: &'u str) -> Option<&'u str> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let parts = template.split('/').filter(|part| !part.is_empty());
    let found = path.split('/').filter(|part| !part.is_empty());
    let mut found = found.rev();
    let mut identifier = None;
    for part in parts.rev() {
        let segment = found.next()?;
        if part.starts_with('{') {
            identifier = identifier.or(Some(segment));
        } else if part != segment {
            return None;
        }
    }
    identifier
}

/// An address of the form of `template`, with its one placeholder filled.
pub fn fill(template: &str, identifier: &str) -> String {
    match (template.find('{'), template.rfind('}')) {
        (Some(start), Some(end)) => {
            let encoded = crate::parameter::encode(identifier);
            format!("{}{encoded}{}", &template[..start], &template[end + 1..])
        }
        _ => template.to_owned(),
    }
}
