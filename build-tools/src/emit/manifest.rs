//! The manifest of a vendor crate.

use std::fmt::Write as _;

use super::source::header;
use crate::contract::{Contract, Offer};

/// The text of `Cargo.toml`.
pub(super) fn manifest(contract: &Contract) -> String {
    let package = &contract.settings.package;
    let [made, edit] = header(&contract.vendor);
    let mut default = vec!["rustls"];
    let mut features = String::new();
    for (name, about, offer) in [
        ("signing", "HTTP message signatures.", contract.settings.features.signing),
        ("webhook", "Verifying the webhooks that the vendor delivers.", contract.settings.features.webhook),
    ] {
        let Some(offer) = offer else { continue };
        let _ = writeln!(features, "# {about}\n{name} = [\"onboarding-core/{name}\"]");
        if offer == Offer::Default {
            default.push(name);
        }
    }
    format!(
        r#"# {made}
# {edit}

[package]
name = "{name}"
description = "Unofficial client of {description}"
documentation = "https://docs.rs/{name}"
readme = "README.md"
keywords = ["{vendor}", "onboarding", "kyc", "api", "client"]
categories = ["api-bindings"]
exclude = ["tests"]
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true

[features]
default = {default:?}
# TLS by rustls.
rustls = ["onboarding-core/rustls"]
# TLS by the system's library.
native-tls = ["onboarding-core/native-tls"]
# JSON Schemas of all types, by schemars.
schemars = ["onboarding-core/schemars"]
{features}
[dependencies]
onboarding-core.workspace = true

[dev-dependencies]
onboarding-testing.workspace = true
serde_json.workspace = true
tokio.workspace = true

[[test]]
name = "schemas"
path = "tests/generated/schemas.rs"
required-features = ["schemars"]

[lints]
workspace = true
"#,
        name = package.name,
        description = package.description,
        vendor = contract.vendor,
    )
}
