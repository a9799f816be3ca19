//! A member of a type that is not read from JSON: the error is at the type.

use onboarding_core::derive::Object;

#[derive(Clone, PartialEq, Object)]
pub(crate) struct Thing {
    #[wire(required, "since")]
    pub since: onboarding_core::Timestamp,
}
