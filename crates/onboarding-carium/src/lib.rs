#![doc = include_str!("../README.md")]
#![allow(clippy::doc_markdown, reason = "the README is prose with names in it")]

#[rustfmt::skip]
#[allow(
    clippy::large_enum_variant,
    clippy::pedantic,
    deprecated,
    reason = "generated: its form is reviewed in the generator; variants have the size of what the vendor documents"
)]
mod generated;

/// The runtime: what observers, signers, stores of tokens and requests beyond the document are made of.
#[doc(no_inline)]
pub use onboarding_core as runtime;

pub use crate::generated::client::{Client, Credentials, Environment, PasswordSignIn};
#[cfg(feature = "mock")]
pub use crate::generated::mock;
pub use crate::generated::offered::*;
pub use crate::generated::{calls, errors, types};
