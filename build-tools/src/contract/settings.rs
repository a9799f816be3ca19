//! `vendor.toml`: what OpenAPI cannot say.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Everything in a `vendor.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The crate to generate.
    pub package: Package,
    /// The vendor's installations with an address of their own, in order; none where every customer has one.
    #[serde(default)]
    pub environments: Vec<Environment>,
    /// The forms of credentials.
    pub credentials: Vec<CredentialForm>,
    /// Names of error types that operations share: a name, and the statuses of the set.
    #[serde(default)]
    pub errors: BTreeMap<String, Vec<String>>,
    /// The first call that the README shows.
    pub first_call: String,
}

/// The crate to generate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Package {
    /// Name of the crate.
    pub name: String,
    /// The vendor's name in prose.
    pub vendor: String,
    /// What the vendor offers, to complete "Unofficial client of …".
    pub description: String,
    /// Where the vendor documents the interface.
    pub documentation: String,
}

/// One of the vendor's installations.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Environment {
    /// Its name in snake case.
    pub name: String,
    /// Its base URL.
    pub url: String,
    /// What it is for.
    pub description: String,
}

/// One way to prove who is calling.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CredentialForm {
    /// Name of the constructor in snake case.
    pub name: String,
    /// The security scheme of the document that it fulfils.
    pub scheme: String,
    /// What it is and where it comes from.
    pub description: String,
    /// What the caller gives, in order.
    pub fields: Vec<CredentialField>,
    /// The headers that are sent: name, and value with `{field}` placeholders.
    pub headers: BTreeMap<String, String>,
}

/// One thing that the caller gives.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CredentialField {
    /// Name of the argument.
    pub name: String,
    /// What it is.
    pub description: String,
}
