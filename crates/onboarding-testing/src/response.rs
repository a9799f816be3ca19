//! A response that is changed, or filled up to its limits.

use onboarding_core::DecodeError;
use serde_json::Value;

/// A response, how it is decoded, and its places.
pub struct ResponseBody {
    /// The payload's name.
    pub name: &'static str,
    /// How it is decoded: [`decoded`](crate::mutation::decoded) of its type.
    pub decode: fn(&str) -> Result<Value, DecodeError>,
    /// The response as it is documented.
    pub text: &'static str,
    /// What is changed, a line a place.
    pub places: &'static str,
}
