//! The JSON text of a value that another deserializer reads.
//!
//! Types of this crate may stand within types of a service's own, which any deserializer of serde may read. `serde_json` hands out
//! the text itself, so nothing of it is lost; from others it is written down.

use std::cell::Cell;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

/// The JSON text of the value.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<RawValue>, D::Error> {
    let written = Cell::new(None);
    Box::<RawValue>::deserialize(Adapter { deserializer, written: &written })
        .or_else(|error| written.take().ok_or(error))
}

/// Lets `RawValue` ask the deserializer for the text, and writes it down where the deserializer does not know that question.
struct Adapter<'w, D> {
    deserializer: D,
    written: &'w Cell<Option<Box<RawValue>>>,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Adapter<'_, D> {
    type Error = D::Error;

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.deserializer.deserialize_newtype_struct(name, Fallback { visitor, written: self.written })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.deserializer.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The visitor of `RawValue`, and what is done where it is not understood.
struct Fallback<'w, V> {
    visitor: V,
    written: &'w Cell<Option<Box<RawValue>>>,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Fallback<'_, V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.visitor.expecting(formatter)
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(map)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        self.written.set(serde_json::value::to_raw_value(&value).ok());
        Err(serde::de::Error::custom("the value has been written down"))
    }
}

/// What a visitor makes of a value that another deserializer hands over piece by piece, which those do that do not know newtype
/// structs.
pub(crate) trait Finish: Sized {
    type Output;

    fn finish<E: serde::de::Error>(self, value: serde_json::Value) -> Result<Self::Output, E>;
}

/// The methods of a visitor that implements [`Finish`].
macro_rules! visit_foreign {
    () => {
        fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
            self.finish(value.into())
        }

        fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
            self.finish(value.into())
        }

        fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
            self.finish(value.into())
        }

        fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
            match serde_json::Number::from_f64(value) {
                Some(number) => self.finish(serde_json::Value::Number(number)),
                None => Err(E::invalid_value(serde::de::Unexpected::Other("a number"), &"a finite number")),
            }
        }

        fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
            self.finish(value.into())
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            self.finish(serde_json::Value::Null)
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
            let items = serde::de::value::SeqAccessDeserializer::new(items);
            self.finish(serde::Deserialize::deserialize(items)?)
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
            let members = serde::de::value::MapAccessDeserializer::new(members);
            self.finish(serde::Deserialize::deserialize(members)?)
        }
    };
}

pub(crate) use visit_foreign;
