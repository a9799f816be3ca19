//! A member that the vendor may leave out, without `Option`.

use onboarding_core::derive::Object;

#[derive(Clone, PartialEq, Object)]
pub struct Thing {
    #[wire(optional, "name")]
    pub name: String,
}

fn main() {}
