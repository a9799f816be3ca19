//! `vendor.toml`: what `OpenAPI` cannot say.

mod credentials;
mod mistakes;
mod paging;
mod signing;
#[cfg(test)]
mod tests;
mod webhook;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use self::credentials::{
    CredentialField, CredentialForm, Given, REFRESH_TOKEN, TokenField, TokenRequestBody, TokenRequestSettings,
    TokenSettings,
};
use self::mistakes::{Mistake, misnamed, not_a_crate, not_a_header, not_a_version, not_an_address};
pub use self::paging::Paging;
pub use self::signing::{
    BodyDigest, ComponentNames, Covered, DigestAlgorithm, DigestHeader, DigestedWhen, EcdsaEncoding,
    SignatureParameter, SigningSettings, UnsignedHeaders, When,
};
pub use self::webhook::{SharedSecret, SignatureAlgorithm, WebhookSettings, WebhookSignature};
use crate::example_code;
use crate::names::{Scope, is_type_name, sign_in_type};
use crate::passes::escape;
use crate::spec::{Document, Finding, lint_settings};

/// Everything in a `vendor.toml`. Which keys there may be, and of what kind, is for the linter's grammar to say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Settings {
    /// The crate to generate.
    pub package: Package,
    /// How much of the crate is proved.
    #[serde(default)]
    pub level: Level,
    /// Patterns of the operations that are taken of a published document; all, where there are none.
    #[serde(default)]
    pub operations: Vec<String>,
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
    /// The headers of a response in which the vendor names the request; the first that came counts.
    #[serde(default)]
    pub request_id_headers: Vec<String>,
    /// How requests are signed, where the vendor knows signatures: then the crate has the feature `signing`.
    #[serde(default)]
    pub signing: Option<SigningSettings>,
    /// How webhooks are vouched for, where the vendor delivers some: then the crate has the feature `webhook`.
    #[serde(default)]
    pub webhook: Option<WebhookSettings>,
    /// How lists come in pages.
    #[serde(default)]
    pub paging: Vec<Paging>,
    /// How the README shows signing in.
    pub sign_in: String,
    /// The first call that the README shows.
    pub first_call: String,
}

/// How far a vendor has come. Each level includes the ones before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Taken as its document was published: it generates and compiles, its requests are recorded and its statuses are decoded.
    Found,
    /// Changes of each response, sensitive places and JSON Schemas are proved as well.
    #[default]
    Proved,
}

/// The crate to generate.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Package {
    /// Name of the crate.
    pub name: String,
    /// Version of the crate.
    pub version: String,
    /// The vendor's name in prose.
    pub vendor: String,
    /// What the vendor offers, to complete "Unofficial client of …".
    pub description: String,
    /// Where the vendor documents the interface.
    pub documentation: String,
}

impl Package {
    /// What a service's manifest asks for: the version without its last number.
    pub fn requirement(&self) -> &str {
        self.version.rsplit_once('.').map_or(&*self.version, |(requirement, _)| requirement)
    }
}

/// One of the vendor's installations.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Environment {
    /// Its name in snake case.
    pub name: String,
    /// Its base URL.
    pub url: String,
    /// What it is for.
    pub description: String,
}

impl Settings {
    /// Whether the vendor refuses requests that are not signed.
    pub fn requires_signer(&self) -> bool {
        self.signing.as_ref().is_some_and(|signing| signing.required)
    }

    /// The path of the keys that the vendor signs its webhooks with, where it publishes them.
    pub fn webhook_keys(&self) -> Option<&str> {
        self.webhook.as_ref()?.signature.as_ref()?.keys.as_deref()
    }

    /// Reads a `vendor.toml`, or says all that is wrong with it.
    pub fn read(document: &Document) -> Result<Settings, Vec<Finding>> {
        let mut findings = lint_settings(document);
        let mistake = |mistake: Mistake| document.finding(RULE, &mistake.pointer, mistake.message, mistake.help);
        let settings: Option<Settings> = match serde_json::from_value(document.root.to_json()) {
            Ok(settings) => Some(settings),
            Err(error) if findings.is_empty() => {
                findings.push(mistake(Mistake::new(String::new(), error.to_string(), HELP)));
                None
            }
            // What the grammar has found is why.
            Err(_) => None,
        };
        findings.extend(settings.iter().flat_map(Settings::mistakes).map(mistake));
        match settings {
            Some(settings) if findings.is_empty() => Ok(settings),
            _ => Err(findings),
        }
    }

    /// What the types of the settings cannot rule out.
    fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        if self.credentials.is_empty() {
            let help = "Add a `[[credentials]]`; where the vendor needs none, one without `fields` and `headers`.";
            mistakes.push(Mistake::new("/credentials", "there is no form of credentials", help));
        }
        let names = |key: &str, names: Vec<&str>| {
            let pointed = names.into_iter().enumerate().map(|(index, name)| (format!("/{key}/{index}/name"), name));
            pointed.map(|(pointer, name)| (pointer, name.to_owned())).collect::<Vec<_>>()
        };
        let environments = self.environments.iter().map(|environment| environment.name.as_str()).collect();
        let variant = |name: &str| Scope::Environment.name(name, None);
        mistakes.extend(misnamed("environment", names("environments", environments), variant));
        let forms = self.credentials.iter().map(|form| form.name.as_str()).collect();
        // The constructor, the type that signs in and the static with its flow: of the three the type keeps least of the name.
        mistakes.extend(misnamed("form of credentials", names("credentials", forms), sign_in_type));
        for (index, environment) in self.environments.iter().enumerate() {
            mistakes.extend(not_an_address(&format!("/environments/{index}/url"), &environment.url));
        }
        mistakes.extend(not_a_crate(&self.package.name));
        mistakes.extend(not_a_version(&self.package.version));
        mistakes.extend(not_an_address("/package/documentation", &self.package.documentation));
        for (key, code) in [("sign-in", &self.sign_in), ("first-call", &self.first_call)] {
            mistakes.extend(example_code::fault(code).map(|fault| {
                let help = "Write a small Rust program that calls the client: it is compiled as a test of the README.";
                Mistake::new(format!("/{key}"), format!("the example is none: {fault}"), help)
            }));
        }
        for (name, statuses) in &self.errors {
            let pointer = format!("/errors/{}", escape(name));
            if !is_type_name(name) || Scope::Result.name(name, None) != *name {
                let help = format!("Write `{}`.", Scope::Result.name(name, None));
                mistakes.push(Mistake::new(&pointer, format!("the error type `{name}` is not in PascalCase"), &help));
            } else if Scope::Result.is_taken(name) {
                let message = format!("the language has a type `{name}` already");
                mistakes.push(Mistake::new(&pointer, message, "Give the error type another name."));
            }
            if statuses.is_empty() {
                let help = "List the statuses that the operations declare.";
                mistakes.push(Mistake::new(&pointer, format!("the error type `{name}` has no statuses"), help));
            }
        }
        if let Some(header) = &self.idempotency_key {
            mistakes.extend(not_a_header("/idempotency-key", header));
        }
        for (index, header) in self.request_id_headers.iter().enumerate() {
            mistakes.extend(not_a_header(&format!("/request-id-headers/{index}"), header));
        }
        if let Some(signing) = &self.signing {
            signing.mistakes("/signing", &mut mistakes);
        }
        if let Some(webhook) = &self.webhook {
            webhook.mistakes("/webhook", &mut mistakes);
        }
        for (index, paging) in self.paging.iter().enumerate() {
            paging.mistakes(&format!("/paging/{index}"), &mut mistakes);
        }
        for (index, form) in self.credentials.iter().enumerate() {
            form.mistakes(&format!("/credentials/{index}"), &mut mistakes);
        }
        mistakes
    }
}

/// The rule of all of these.
const RULE: &str = "vendor-settings";

const HELP: &str = "Correct the entry; `specs/README.md` lists what `vendor.toml` may hold.";

impl Environment {
    /// Its variant in Rust.
    pub fn variant(&self) -> String {
        Scope::Environment.name(&self.name, None)
    }
}
