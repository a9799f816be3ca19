//! Variants that do not say how they are told apart, or which status they are.

use onboarding_core::JsonValue;
use onboarding_core::derive::{StatusError, TaggedUnion, UntaggedUnion};

#[derive(Clone, PartialEq, TaggedUnion)]
pub enum Untold {
    #[wire("text")]
    Text(String),
    #[wire(unknown)]
    Unknown(JsonValue),
}

#[derive(Clone, PartialEq, UntaggedUnion)]
pub enum Shapeless {
    Text(String),
    #[wire(unknown)]
    Unknown(JsonValue),
}

#[derive(Clone, PartialEq, UntaggedUnion)]
pub enum Vague {
    #[wire(object(membre("name")))]
    Text(JsonValue),
    #[wire(unknown)]
    Unknown(JsonValue),
}

#[derive(Clone, PartialEq, StatusError)]
pub enum NoStatus {
    NotFound,
}

fn main() {}
