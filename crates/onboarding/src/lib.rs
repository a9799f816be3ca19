#![doc = include_str!("../README.md")]
#![allow(clippy::doc_markdown, reason = "the README is prose with names in it")]

#[cfg(feature = "amiqus")]
#[doc(inline)]
pub use onboarding_amiqus as amiqus;
#[cfg(feature = "b2core")]
#[doc(inline)]
pub use onboarding_b2core as b2core;
#[cfg(feature = "carium")]
#[doc(inline)]
pub use onboarding_carium as carium;
#[cfg(feature = "griffin")]
#[doc(inline)]
pub use onboarding_griffin as griffin;
#[cfg(feature = "upvest")]
#[doc(inline)]
pub use onboarding_upvest as upvest;

/// One error for all calls of all vendors, which `?` makes of each vendor's `Error`.
pub use onboarding_core::AnyError;

/// The code in the workspace's README compiles.
#[cfg(all(doctest, feature = "griffin"))]
#[doc = include_str!("../../../README.md")]
struct WorkspaceReadme;
