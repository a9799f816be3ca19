//! A member has a type that is read from JSON.

use onboarding_core::derive::Object;

#[derive(Clone, PartialEq, Object)]
pub(crate) struct Thing {
    #[wire(required, "since")]
    pub since: onboarding_core::Timestamp,
}
