//! Exact decimals, as text and as numbers.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::decode::{ask, foreign_text, string};
use crate::number;

/// A text that is no decimal, or one with more than 28 digits, which would have to be rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseDecimalError;

impl fmt::Display for ParseDecimalError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(EXPECTED)
    }
}

impl std::error::Error for ParseDecimalError {}

const EXPECTED: &str = "a decimal of at most 28 digits";

macro_rules! decimals {
    ($($(#[$meta:meta])* $Name:ident: $write:ident;)*) => {
        $(
            $(#[$meta])*
            ///
            /// It holds 28 digits and as many decimal places; what has more is an error and is never rounded. For arithmetic it
            /// gives a [`rust_decimal::Decimal`].
            #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $Name(rust_decimal::Decimal);

            impl $Name {
                /// The value to calculate with.
                pub const fn get(self) -> rust_decimal::Decimal {
                    self.0
                }
            }

            impl From<rust_decimal::Decimal> for $Name {
                fn from(decimal: rust_decimal::Decimal) -> Self {
                    Self(decimal)
                }
            }

            impl From<$Name> for rust_decimal::Decimal {
                fn from(decimal: $Name) -> Self {
                    decimal.0
                }
            }

            impl From<i64> for $Name {
                fn from(integer: i64) -> Self {
                    Self(integer.into())
                }
            }

            impl std::ops::Deref for $Name {
                type Target = rust_decimal::Decimal;

                fn deref(&self) -> &rust_decimal::Decimal {
                    &self.0
                }
            }

            impl PartialEq<rust_decimal::Decimal> for $Name {
                fn eq(&self, other: &rust_decimal::Decimal) -> bool {
                    self.0 == *other
                }
            }

            impl FromStr for $Name {
                type Err = ParseDecimalError;

                fn from_str(text: &str) -> Result<Self, ParseDecimalError> {
                    number::decimal(text).map(Self).ok_or(ParseDecimalError)
                }
            }

            impl fmt::Display for $Name {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(formatter)
                }
            }

            impl fmt::Debug for $Name {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    fmt::Display::fmt(&self.0, formatter)
                }
            }

            /// Reads a string or a number.
            impl<'de> Deserialize<'de> for $Name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_newtype_struct(ask::NUMBER, DecimalVisitor).map(Self)
                }
            }

            impl Serialize for $Name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    $write(&self.0, serializer)
                }
            }

            impl crate::Parameter for $Name {
                fn to_text(&self) -> std::borrow::Cow<'_, str> {
                    std::borrow::Cow::Owned(self.0.to_string())
                }
            }
        )*
    };
}

decimals! {
    /// An amount or another exact decimal that travels as a string, such as `"12.50"`.
    Decimal: as_string;
    /// An amount or another exact decimal that travels as a JSON number, such as `12.50`.
    DecimalNumber: as_number;
}

fn as_string<S: Serializer>(decimal: &rust_decimal::Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(decimal)
}

/// Writes the digits as they are: a double would not have all of them.
fn as_number<S: Serializer>(decimal: &rust_decimal::Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    // A decimal's text is a number of JSON.
    let number = RawValue::from_string(decimal.to_string()).map_err(serde::ser::Error::custom)?;
    number.serialize(serializer)
}

/// Gets the text of a number, or what a string holds.
struct DecimalVisitor;

impl<'de> Visitor<'de> for DecimalVisitor {
    type Value = rust_decimal::Decimal;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(EXPECTED)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        number::decimal(text).ok_or_else(|| E::invalid_value(Unexpected::Other("a text or number"), &self))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(number.into())
    }

    /// Another deserializer than ours.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let text = foreign_text(deserializer)?;
        match text.get().as_bytes().first() {
            Some(b'"') => match string(text.get()) {
                Ok(Some(text)) => self.visit_str(&text),
                _ => Err(D::Error::invalid_value(Unexpected::Other("a text"), &self)),
            },
            Some(b'-' | b'0'..=b'9') => self.visit_str(text.get()),
            _ => Err(D::Error::invalid_type(Unexpected::Other("another kind"), &self)),
        }
    }
}

crate::__json_schema!(scalar DecimalNumber "number");
