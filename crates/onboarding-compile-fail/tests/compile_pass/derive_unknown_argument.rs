//! An argument of `wire` that nothing takes, and one that is there twice.

use onboarding_core::derive::Object;

#[derive(Clone, PartialEq, Object)]
#[wire(sent)]
pub(crate) struct Thing {
    #[wire(required, "name", private, max_length(3))]
    pub name: String,
}
