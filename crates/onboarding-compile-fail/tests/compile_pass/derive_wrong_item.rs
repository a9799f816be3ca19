//! Each item is what its derive is for.

use onboarding_core::derive::{Identifier, Object, StringEnum};

#[derive(Clone, PartialEq, Object)]
pub(crate) struct Thing {
    #[wire(required, "name")]
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Identifier)]
pub(crate) struct ThingId(String);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, StringEnum)]
pub(crate) enum Open {
    #[wire("a")]
    A,
    #[wire(unknown)]
    Unknown(String),
}
