#![doc = include_str!("../README.md")]

#[rustfmt::skip]
#[allow(clippy::pedantic, deprecated, reason = "generated: its form is reviewed in the generator")]
mod generated;

pub use onboarding_core::{
    Answer, BuildError, Bytes, Call, ClientBuilder, DateTime, Decimal, DecodeError, Download, Error, JsonValue, Map,
    NaiveDate, NoDeclaredError, Patch, Refused, Response, Secret, StatusCode, Timestamp, TransportError, Utc,
};

pub use crate::generated::client::{Client, Credentials, Environment};
pub use crate::generated::{calls, errors, types};
