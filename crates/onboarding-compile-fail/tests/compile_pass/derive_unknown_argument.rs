//! Each argument of `wire` is one that the derive takes, and is there once.

use onboarding_core::derive::Object;

#[derive(Clone, PartialEq, Object)]
#[wire(sent)]
pub(crate) struct Thing {
    #[wire(required, "name", private, max_length(3))]
    pub name: String,
}
