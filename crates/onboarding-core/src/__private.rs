//! What is called by the code that this crate's macros write. Not for use by hand; it changes without notice.

use std::borrow::Cow;
use std::fmt;

use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, VariantAccess, Visitor,
};
pub use serde::de::{Error as DeError, IgnoredAny};
use serde::ser::SerializeMap;
pub use serde::{self, Serialize};
#[cfg(feature = "mock")]
pub use serde_json;

pub use crate::check::{all, extra, member, within};
use crate::decode::{self, DecodeError, Finish as _, ask};
pub use crate::missing_members::missing_members;
#[cfg(feature = "schemars")]
pub use crate::schema::described as schema;
#[cfg(feature = "mock")]
pub use crate::status_error::DeclaredStatus;
use crate::unknown;
use crate::{JsonValue, Patch};

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
        deserializer.deserialize_identifier(TextVisitor("a member's name")).map(Self)
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
    map.next_value::<Constant>().map(drop)
}

/// Any text.
struct Constant;

impl<'de> Deserialize<'de> for Constant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "a string").map(|_| Self)
    }
}

/// Reads the value of a member into its place.
///
/// A function of its own, so that what is on its way lies on the stack only while it is.
pub fn read<'de, A: MapAccess<'de>, T: Deserialize<'de>>(map: &mut A, place: &mut Option<T>) -> Result<(), A::Error> {
    *place = Some(map.next_value()?);
    Ok(())
}

/// Reads the value of a member that may be null into its place.
pub fn read_optional<'de, A: MapAccess<'de>, T: Deserialize<'de>>(map: &mut A, place: &mut T) -> Result<(), A::Error> {
    *place = map.next_value()?;
    Ok(())
}

/// Reads a member beyond the documented ones.
pub fn further<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    map: &mut A,
    key: Key<'_>,
    further: &mut crate::Map<T>,
) -> Result<(), A::Error> {
    let Further(value) = map.next_value()?;
    further.insert(key.into_string(), value);
    Ok(())
}

/// The value of a member beyond the documented ones.
struct Further<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Further<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(ask::FURTHER, FurtherVisitor(PhantomData)).map(Self)
    }
}

struct FurtherVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for FurtherVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a member's value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }
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

/// A union, with or without a tag.
pub trait Union: Sized + DeserializeOwned {
    /// Its name.
    const NAME: &'static str;

    /// What tells its variants apart; `decode/union.rs` says how it is written.
    const TABLE: &'static [&'static str];

    /// Decodes the variant of that index; what is beyond the last is unknown.
    fn variant<'de, A: VariantAccess<'de>>(index: usize, access: A) -> Result<Self, A::Error>;
}

/// Reads a union: its variant is chosen first, and then decoded once.
pub fn union<'de, T: Union, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(ask::UNION, UnionVisitor(PhantomData))
}

struct UnionVisitor<T>(PhantomData<T>);

impl<'de, T: Union> Visitor<'de> for UnionVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a union")
    }

    /// Our own deserializer.
    fn visit_enum<A: EnumAccess<'de>>(self, union: A) -> Result<T, A::Error> {
        let (index, access) = union.variant_seed(Choice { name: T::NAME, table: T::TABLE })?;
        T::variant(index, access)
    }

    /// Another one: the outermost union takes its text from it, and goes on with ours.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        let text = decode::foreign_text(deserializer)?;
        decode::checked(text.get()).map_err(D::Error::custom)
    }

    decode::visit_foreign!();
}

impl<T: Union> decode::Finish for UnionVisitor<T> {
    type Output = T;

    fn finish<E: DeError>(self, value: serde_json::Value) -> Result<T, E> {
        decode::checked(&value.to_string()).map_err(E::custom)
    }
}

/// Asks for the index of a union's variant.
struct Choice {
    name: &'static str,
    table: &'static [&'static str],
}

impl<'de> DeserializeSeed<'de> for Choice {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_enum(self.name, self.table, IndexVisitor)
    }
}

struct IndexVisitor;

impl Visitor<'_> for IndexVisitor {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the index of a variant")
    }

    fn visit_u32<E>(self, index: u32) -> Result<usize, E> {
        Ok(index as usize)
    }
}

/// Notes a value or variant that nobody documented, for the observer of the call, if there is one.
pub fn note_unknown(type_name: &'static str, value: &str) {
    unknown::note(type_name, value);
}

/// The tag of an unknown variant, for `Debug`: its beginning, since nobody documented how long it is.
pub fn shown_tag(value: &JsonValue, member: &str) -> String {
    let tag = value.get(member);
    let tag = tag.as_ref().and_then(JsonValue::as_str).unwrap_or_default();
    tag.chars().take(64).collect()
}

/// Decodes an error's or outcome's body.
pub fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    decode::json(bytes)
}

/// A body that is text.
pub fn text_body(bytes: &[u8]) -> Result<String, DecodeError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| DecodeError::new("", "the body is not UTF-8"))
}

/// The same, and how often a value or name of the body was looked at: what decoding costs, whatever the machine.
pub fn counted<T: DeserializeOwned>(bytes: &[u8]) -> (Result<T, DecodeError>, usize) {
    decode::counted(bytes)
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
