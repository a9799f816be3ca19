//! Decoding JSON: each value once, with the path of the member that failed and without the value that stood there.
//!
//! A body is checked and indexed (`index`), and then types read what they want from a deserializer over the index (`cursor`). So a
//! union can look at the members of its object before it decodes it (`union`), what nobody documented can be kept as it came,
//! and nothing is decoded into a value in between.

mod cursor;
mod error;
mod fault;
mod foreign;
mod index;
mod union;

use serde::de::DeserializeOwned;

pub(crate) use self::cursor::{Cursor, State, ask, string};
pub use self::error::DecodeError;
pub(crate) use self::error::Segment;
pub(crate) use self::fault::Fault;
pub(crate) use self::foreign::{Finish, text as foreign_text, visit_foreign};
#[cfg(feature = "webhook")]
pub(crate) use self::index::of_events;
pub(crate) use self::index::{Kind, check, of_checked_within};

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
