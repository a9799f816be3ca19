//! The `lib.rs` of a new vendor crate: written once, and the vendor's own from then on.

use crate::contract::{Contract, CredentialForm};

/// The file that re-exports what is generated, beside what every vendor crate offers.
pub(super) fn library(contract: &Contract) -> String {
    let mut own = vec!["Client".to_owned(), "Credentials".to_owned()];
    if !contract.settings.environments.is_empty() {
        own.push("Environment".to_owned());
    }
    own.extend(
        contract.settings.credentials.iter().filter(|form| form.tokens.is_some()).map(CredentialForm::sign_in_type),
    );
    own.sort();
    format!(
        "{HEAD}pub use crate::generated::client::{{{}}};\n#[cfg(feature = \"mock\")]\npub use crate::generated::mock;\npub use crate::generated::offered::*;\npub use crate::generated::{{calls, errors, types}};\n",
        own.join(", ")
    )
}

const HEAD: &str = r#"#![doc = include_str!("../README.md")]
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

"#;
