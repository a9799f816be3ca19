//! A member that the vendor may leave out is an `Option`.

use onboarding_core::derive::Object;

#[derive(Clone, PartialEq, Object)]
pub(crate) struct Thing {
    #[wire(optional, "name")]
    pub name: Option<String>,
}
