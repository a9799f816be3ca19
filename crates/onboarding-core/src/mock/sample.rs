//! The values of generated samples, made from their JSON texts; the generated tests prove that each text is of its type.

use serde::de::DeserializeOwned;

use crate::decode;

/// The value of a text that fits its type: how generated samples are made.
///
/// # Panics
///
/// When the text is not of that type, which the generated tests rule out.
#[doc(hidden)]
pub fn sample<T: DeserializeOwned>(text: &str) -> T {
    decode::json(text.as_bytes()).unwrap_or_else(|error| panic!("the sample is not of its type: {error}"))
}
