//! Variants say how they are told apart, or which status they are.

use onboarding_core::JsonValue;
use onboarding_core::derive::{StatusError, UntaggedUnion};

#[derive(Clone, PartialEq, UntaggedUnion)]
pub(crate) enum Thing {
    #[wire(string)]
    Text(String),
    #[wire(object(member("name")))]
    Named(JsonValue),
    #[wire(unknown)]
    Unknown(JsonValue),
}

#[derive(Clone, PartialEq, StatusError)]
pub(crate) enum ThingError {
    #[wire(404)]
    NotFound,
}
