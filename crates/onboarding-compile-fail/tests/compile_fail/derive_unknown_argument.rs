//! An argument of `wire` that nothing takes, and one that is there twice.

use onboarding_core::derive::Object;

#[derive(Clone, PartialEq, Object)]
pub struct Misspelt {
    #[wire(required, "name", privat)]
    pub name: String,
}

#[derive(Clone, PartialEq, Object)]
pub struct Repeated {
    #[wire(required, "name", private, private)]
    pub name: String,
}

#[derive(Clone, PartialEq, Object)]
#[wire(sent)]
pub struct RepeatedRule {
    #[wire(required, "name", max_length(3), max_length(4))]
    pub name: String,
}

#[derive(Clone, PartialEq, Object)]
#[wire(sent)]
pub struct UnknownRule {
    #[wire(required, "name", max_lenght(3))]
    pub name: String,
}

fn main() {}
