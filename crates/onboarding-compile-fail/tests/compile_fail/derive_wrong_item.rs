//! An item that is not what the derive is for.

use onboarding_core::derive::{Identifier, Object, StringEnum};

#[derive(Clone, PartialEq, Object)]
pub enum Thing {
    Name(String),
}

#[derive(Clone, PartialEq, Object)]
pub struct Generic<T> {
    #[wire(required, "name")]
    pub name: T,
}

#[derive(Clone, PartialEq, Identifier)]
pub struct ThingId(bool);

#[derive(Clone, PartialEq, StringEnum)]
pub enum Closed {
    #[wire("a")]
    A,
}

fn main() {}
