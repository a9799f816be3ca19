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

pub use crate::generated::client::{Client, Credentials, Environment};
#[cfg(feature = "mock")]
pub use crate::generated::mock;
pub use crate::generated::offered::*;
pub use crate::generated::{calls, errors, types};

/// HTTP message signatures, and how the vendor wants requests signed.
#[cfg(feature = "signing")]
pub mod signing {
    pub use onboarding_core::signing::*;

    pub use crate::generated::signing::profile;
}

/// Verifying webhooks, and how the vendor vouches for its own.
#[cfg(feature = "webhook")]
pub mod webhook {
    pub use onboarding_core::webhook::*;

    pub use crate::generated::webhook::policy;
}
