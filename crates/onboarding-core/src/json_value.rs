//! Any JSON value, kept as it came.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::decode::{
    self, Cursor, DecodeError, Finish, Kind, State, ask, foreign_text, of_checked_within, visit_foreign,
};
use crate::number;

/// Any JSON value: the type of members that the vendor leaves open.
///
/// It holds the JSON text as it came, so that nothing of it is changed: no digit of a number, no order of members. Two are equal when
/// they are the same JSON: the order of members, white space, and how numbers and characters are written do not matter; of members
/// of the same name the last one counts. `Debug` does not show it, since it can be anything; `Display` writes the JSON text.
#[derive(Clone)]
pub struct JsonValue(Box<RawValue>);

impl JsonValue {
    /// The value `null`.
    pub fn null() -> Self {
        Self(RawValue::NULL.to_owned())
    }

    /// Reads a JSON text.
    pub fn parse(text: impl Into<String>) -> Result<Self, DecodeError> {
        let text = text.into();
        decode::check(&text)?;
        RawValue::from_string(text).map(Self).map_err(|_| DecodeError::new("", "the text is not JSON"))
    }

    /// Encodes a value, which has to have a JSON form: a number that is not finite has none.
    pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Self, EncodeError> {
        serde_json::value::to_raw_value(value).map(Self).map_err(|_| EncodeError)
    }

    /// The JSON text, as it came.
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// Decodes the value as another type.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        decode::checked(self.text())
    }

    /// The member of that name, when the value is an object that has it.
    pub fn get(&self, name: &str) -> Option<Self> {
        let tokens = of_checked_within(self.text(), usize::MAX).ok()?;
        let state = State::new(self.text(), &tokens);
        state.root().member(name).map(Self::of)
    }

    /// The items, when the value is a list.
    pub fn items(&self) -> Option<Vec<Self>> {
        let tokens = of_checked_within(self.text(), usize::MAX).ok()?;
        let state = State::new(self.text(), &tokens);
        (state.root().kind() == Kind::Array).then(|| state.root().items().map(Self::of).collect())
    }

    /// The members in the order of the text, when the value is an object.
    pub fn members(&self) -> Option<Vec<(String, Self)>> {
        let tokens = of_checked_within(self.text(), usize::MAX).ok()?;
        let state = State::new(self.text(), &tokens);
        let name = |key: Cursor<'_, '_>| key.string().ok().flatten().map(Cow::into_owned).unwrap_or_default();
        (state.root().kind() == Kind::Object)
            .then(|| state.root().members().map(|(key, value)| (name(key), Self::of(value))).collect())
    }

    /// What the value holds, when it is a string.
    pub fn as_str(&self) -> Option<Cow<'_, str>> {
        decode::string(self.text()).ok().flatten()
    }

    /// The value, when it is `true` or `false`.
    pub fn as_bool(&self) -> Option<bool> {
        match self.text() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The value, when it is a whole number that an `i64` holds.
    pub fn as_i64(&self) -> Option<i64> {
        self.is_number().then(|| number::integer(self.text()).ok().and_then(|number| number.try_into().ok()))?
    }

    /// The value, when it is a whole number that a `u64` holds.
    pub fn as_u64(&self) -> Option<u64> {
        self.is_number().then(|| number::integer(self.text()).ok().and_then(|number| number.try_into().ok()))?
    }

    /// The value, when it is a number that an `f64` holds.
    pub fn as_f64(&self) -> Option<f64> {
        self.is_number().then(|| number::float(self.text()))?
    }

    /// Whether the value is `null`.
    pub fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether the value is an object.
    pub fn is_object(&self) -> bool {
        self.kind() == Kind::Object
    }

    /// Whether the value is a list.
    pub fn is_array(&self) -> bool {
        self.kind() == Kind::Array
    }

    /// Whether the value is a string.
    pub fn is_string(&self) -> bool {
        self.kind() == Kind::String
    }

    /// Whether the value is a number.
    pub fn is_number(&self) -> bool {
        self.kind() == Kind::Number
    }

    fn kind(&self) -> Kind {
        Kind::of(self.text().as_bytes().first().copied().unwrap_or(b'n'))
    }

    /// A value that lies within another.
    fn of(cursor: Cursor<'_, '_>) -> Self {
        // A value of JSON text is JSON text.
        RawValue::from_string(cursor.text().to_owned()).map_or_else(|_| Self::null(), Self)
    }
}

/// A value has no JSON form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeError;

impl fmt::Display for EncodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the value has no JSON form")
    }
}

impl std::error::Error for EncodeError {}

impl fmt::Debug for JsonValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JsonValue([redacted])")
    }
}

impl fmt::Display for JsonValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}

impl PartialEq for JsonValue {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text() || is_same_json(self.text(), other.text())
    }
}

impl PartialEq<serde_json::Value> for JsonValue {
    fn eq(&self, other: &serde_json::Value) -> bool {
        let other = Self::from(other.clone());
        *self == other
    }
}

/// Whether two JSON texts are the same JSON.
fn is_same_json(left: &str, right: &str) -> bool {
    let (Ok(left_tokens), Ok(right_tokens)) =
        (of_checked_within(left, usize::MAX), of_checked_within(right, usize::MAX))
    else {
        return false;
    };
    let (left, right) = (State::new(left, &left_tokens), State::new(right, &right_tokens));
    // A list of its own instead of recursion: texts may be deeper than the stack.
    let mut open = vec![(left.root(), right.root())];
    while let Some((left, right)) = open.pop() {
        let same = left.kind() == right.kind()
            && match left.kind() {
                Kind::Null => true,
                Kind::Boolean => left.text() == right.text(),
                Kind::Number => number::equal(left.text(), right.text()),
                Kind::String => is_same_string(left, right),
                Kind::Array => {
                    let begin = open.len();
                    open.extend(left.items().zip(right.items()));
                    let count = open.len() - begin;
                    left.items().count() == count && right.items().count() == count
                }
                Kind::Object => {
                    let (left, right) = (sorted(left), sorted(right));
                    let same =
                        left.len() == right.len() && left.iter().zip(&right).all(|(left, right)| left.0 == right.0);
                    open.extend(left.into_iter().zip(right).map(|(left, right)| (left.1, right.1)));
                    same
                }
            };
        if !same {
            return false;
        }
    }
    true
}

/// Strings are the same by their characters, or by their text when an escape sequence is no character.
fn is_same_string(left: Cursor<'_, '_>, right: Cursor<'_, '_>) -> bool {
    match (left.string(), right.string()) {
        (Ok(left), Ok(right)) => left == right,
        _ => left.text() == right.text(),
    }
}

/// The members of an object in the order of their names, each name once.
fn sorted<'t, 's>(object: Cursor<'t, 's>) -> Vec<(Cow<'t, str>, Cursor<'t, 's>)> {
    let name = |key: Cursor<'t, 's>| match key.string() {
        Ok(Some(name)) => name,
        _ => Cow::Borrowed(key.text()),
    };
    let mut members: Vec<_> = object.members().map(|(key, value)| (name(key), value)).collect();
    members.sort_by(|left, right| left.0.cmp(&right.0));
    // The sort keeps the order of equal names: the last of them is the one behind which another name follows.
    members.reverse();
    members.dedup_by(|later, earlier| later.0 == earlier.0);
    members
}

impl<'de> Deserialize<'de> for JsonValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(ask::TEXT, TextVisitor).map(Self)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Box<RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    /// The JSON text, from our own deserializer.
    fn visit_bytes<E: serde::de::Error>(self, text: &[u8]) -> Result<Self::Value, E> {
        let text = std::str::from_utf8(text).map_err(E::custom)?;
        RawValue::from_string(text.to_owned()).map_err(E::custom)
    }

    visit_foreign!();

    /// Another deserializer than ours.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        foreign_text(deserializer)
    }
}

impl Finish for TextVisitor {
    type Output = Box<RawValue>;

    fn finish<E: serde::de::Error>(self, value: serde_json::Value) -> Result<Box<RawValue>, E> {
        serde_json::value::to_raw_value(&value).map_err(E::custom)
    }
}

impl Serialize for JsonValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl From<serde_json::Value> for JsonValue {
    fn from(value: serde_json::Value) -> Self {
        // Every such value has a text.
        serde_json::value::to_raw_value(&value).map_or_else(|_| Self::null(), Self)
    }
}

macro_rules! from_scalars {
    ($($Type:ty),*) => {
        $(impl From<$Type> for JsonValue {
            fn from(value: $Type) -> Self {
                Self::from(serde_json::Value::from(value))
            }
        })*
    };
}

from_scalars!(bool, i8, i16, i32, i64, u8, u16, u32, u64, &str, String);

/// A number that is not finite has no JSON form.
impl TryFrom<f64> for JsonValue {
    type Error = EncodeError;

    fn try_from(number: f64) -> Result<Self, EncodeError> {
        serde_json::Number::from_f64(number)
            .map(|number| Self::from(serde_json::Value::Number(number)))
            .ok_or(EncodeError)
    }
}
