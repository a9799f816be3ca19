//! `vendor.toml`: what `OpenAPI` cannot say.

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
    /// The header that makes repeating a call safe. The client fills it in where an operation has it and the caller gives none.
    #[serde(default)]
    pub idempotency_key: Option<String>,
    /// How lists come in pages.
    #[serde(default)]
    pub paging: Vec<Paging>,
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

/// One way in which lists come in pages. It holds for every operation that has both parameters and whose answer is an object
/// with the items as a required list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Paging {
    /// How pages are counted.
    pub style: PagingStyle,
    /// The query parameter for the number of the page, or for the number of items before it.
    pub at: String,
    /// The query parameter for the most items on a page.
    pub limit: String,
    /// The member of the answer that holds the items.
    pub items: String,
    /// The members that lead to the number of items on all pages; none where the vendor tells no total.
    #[serde(default)]
    pub total: Vec<String>,
}

/// How pages are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PagingStyle {
    /// By the number of the page, from 1.
    Number,
    /// By the number of items before the page.
    Offset,
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
