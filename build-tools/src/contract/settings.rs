//! `vendor.toml`: what `OpenAPI` cannot say.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::example_code;
use crate::names::{Scope, flow, is_keyword, is_snake_case, is_type_name, sign_in_type};
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
    /// Parts of the runtime that are features of the crate.
    #[serde(default)]
    pub features: Features,
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

/// Parts of the runtime that are features of the crate where the vendor has a use for them.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Features {
    /// HTTP message signatures.
    #[serde(default)]
    pub signing: Option<Offer>,
    /// Webhooks that the vendor delivers.
    #[serde(default)]
    pub webhook: Option<Offer>,
}

/// How a feature is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Offer {
    /// On unless it is switched off: the vendor refuses calls without it. A client without a signer is then refused, too.
    Default,
    /// Off unless it is asked for.
    Offered,
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

/// One way in which lists come in pages. It holds for every operation that has both parameters and whose response is an object
/// with the items as a required list, or a union of such an object and a bare list of the same items.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Paging {
    /// How pages are counted.
    pub style: PagingStyle,
    /// The query parameter for the number of the page, or for the number of items before it.
    pub at: String,
    /// The query parameter for the most items on a page.
    pub limit: String,
    /// The member of the response that holds the items.
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
#[serde(rename_all = "kebab-case")]
pub struct CredentialForm {
    /// Name of the constructor in snake case.
    pub name: String,
    /// The security scheme of the document that it fulfils; none where the document declares none.
    #[serde(default)]
    pub scheme: Option<String>,
    /// What it is and where it comes from.
    pub description: String,
    /// What the caller gives, in order.
    pub fields: Vec<CredentialField>,
    /// The headers that are sent: name, and value with `{field}` placeholders, and `{access_token}` where tokens are had.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The query parameters that are sent, in the same way; not where tokens are had.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// The cookies that are sent, in the same way; not where tokens are had.
    #[serde(default)]
    pub cookies: BTreeMap<String, String>,
    /// How tokens are had, where the caller gives what they are had with.
    #[serde(default)]
    pub tokens: Option<TokenSettings>,
}

/// One thing that the caller gives.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CredentialField {
    /// Name of the argument.
    pub name: String,
    /// What it is.
    pub description: String,
    /// How it is given.
    #[serde(default)]
    pub given: Given,
}

/// How the caller gives something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Given {
    /// As an argument of the constructor.
    #[default]
    Always,
    /// By a setter, if at all.
    Optionally,
    /// By a function that is called each time when it is needed, if at all.
    WhenAsked,
}

/// How a vendor gives out tokens.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TokenSettings {
    /// The request that signs in.
    pub sign_in: TokenRequestSettings,
    /// The request that gets new tokens for a refresh token.
    #[serde(default)]
    pub refresh: Option<TokenRequestSettings>,
    /// Whether a refresh token is good for one use.
    #[serde(default)]
    pub single_use_refresh_token: bool,
    /// JSON pointer to the access token.
    pub access_token: String,
    /// JSON pointer to the refresh token; given exactly where there is a request that uses one.
    #[serde(default)]
    pub refresh_token: Option<String>,
    /// JSON pointer to the seconds until the access token ends.
    #[serde(default)]
    pub expires_in: Option<String>,
    /// JSON pointer to the time when it ends.
    #[serde(default)]
    pub expires_at: Option<String>,
    /// JSON pointer to the truth value that tells of a second factor.
    #[serde(default)]
    pub second_factor: Option<String>,
    /// The page on which a person agrees to an application of the OAuth 2.0 authorization code grant.
    #[serde(default)]
    pub authorize_url: Option<String>,
}

/// A `POST` that is answered with tokens.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TokenRequestSettings {
    /// The path below the base URL.
    pub path: String,
    /// How many segments of the base URL's path are left off first.
    #[serde(default)]
    pub above_base: usize,
    /// How the body is written.
    pub body: TokenRequestBody,
    /// The members of the body: a truth value, a fixed text, or the `{placeholder}` of a field or of `{refresh_token}`.
    pub fields: BTreeMap<String, TokenField>,
    /// Further headers, with placeholders.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The media type asked for, where it is not JSON.
    #[serde(default)]
    pub accept: Option<String>,
    /// Whether what is sent is good for one use.
    #[serde(default)]
    pub once: bool,
}

/// How the body of a request for tokens is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenRequestBody {
    /// A JSON object.
    Json,
    /// A form.
    Form,
}

/// A member of a request for tokens.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum TokenField {
    /// A fixed truth value.
    Flag(bool),
    /// A fixed text, or a placeholder.
    Text(String),
}

impl TokenField {
    /// The name in a member that is one placeholder.
    pub fn placeholder(&self) -> Option<&str> {
        match self {
            Self::Text(text) => text.strip_prefix('{')?.strip_suffix('}'),
            Self::Flag(_) => None,
        }
    }
}

/// The placeholder of the token in a header.
const ACCESS_TOKEN: &str = "access_token";
/// The placeholder of the refresh token in a request for tokens.
pub const REFRESH_TOKEN: &str = "refresh_token";

impl Settings {
    /// Whether the vendor refuses requests that are not signed.
    pub fn requires_signer(&self) -> bool {
        self.features.signing == Some(Offer::Default)
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
        for (index, form) in self.credentials.iter().enumerate() {
            form.mistakes(&format!("/credentials/{index}"), &mut mistakes);
        }
        mistakes
    }
}

/// The rule of all of these.
const RULE: &str = "vendor-settings";

const HELP: &str = "Correct the entry; `specs/README.md` lists what `vendor.toml` may hold.";

/// A mistake in the settings: where it is, what is wrong, and what to write instead.
struct Mistake {
    pointer: String,
    message: String,
    help: String,
}

impl Mistake {
    fn new(pointer: impl Into<String>, message: impl Into<String>, help: &str) -> Mistake {
        Mistake { pointer: pointer.into(), message: message.into(), help: help.to_owned() }
    }
}

impl Environment {
    /// Its variant in Rust.
    pub fn variant(&self) -> String {
        Scope::Environment.name(&self.name, None)
    }
}

impl CredentialField {
    /// The argument or setter in Rust.
    pub fn argument(&self) -> String {
        Scope::Constructor.name(&self.name, None)
    }
}

impl CredentialForm {
    /// The function in Rust that makes it.
    pub fn constructor(&self) -> String {
        Scope::Constructor.name(&self.name, None)
    }

    /// The type in Rust that signs in with it, where that takes a request.
    pub fn sign_in_type(&self) -> String {
        sign_in_type(&self.name)
    }

    /// The static in Rust that holds how its tokens are obtained.
    pub fn flow(&self) -> String {
        flow(&self.name)
    }

    fn mistakes(&self, at: &str, mistakes: &mut Vec<Mistake>) {
        let fields = self.fields.iter().enumerate();
        let names = fields.map(|(index, field)| (format!("{at}/fields/{index}/name"), field.name.clone()));
        mistakes.extend(misnamed("field", names.collect(), |name| Scope::Constructor.name(name, None)));
        let known: BTreeSet<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        let access = self.tokens.is_some().then_some(ACCESS_TOKEN);
        check_headers(&format!("{at}/headers"), &self.headers, &known, access, mistakes);
        for (place, values) in [("query", &self.query), ("cookies", &self.cookies)] {
            for (name, value) in values {
                let pointer = format!("{at}/{place}/{}", escape(name));
                let unknown = placeholders(value).filter(|placeholder| !known.contains(placeholder));
                mistakes.extend(unknown.map(|placeholder| unknown_placeholder(pointer.clone(), placeholder)));
                if place == "cookies" {
                    mistakes.extend(not_a_header(&pointer, name));
                } else if name.is_empty() {
                    mistakes.push(Mistake::new(&pointer, "a query parameter has no name", "Write its name."));
                }
            }
            if self.tokens.is_some() && !values.is_empty() {
                let message = format!("tokens travel in `headers`, not in `{place}`");
                mistakes.push(Mistake::new(format!("{at}/{place}"), message, "Send the token in a header."));
            }
        }
        for name in self.headers.keys().filter(|name| name.eq_ignore_ascii_case("cookie")) {
            let pointer = format!("{at}/headers/{}", escape(name));
            mistakes.push(Mistake::new(pointer, "cookies stand by their names", "Write them under `cookies`."));
        }
        match &self.tokens {
            Some(tokens) => {
                for (index, field) in self.fields.iter().enumerate().filter(|(_, field)| field.given != Given::Always) {
                    if Scope::SignIn.is_taken(&field.name) {
                        let message = format!(
                            "the field `{}` becomes a setter, and what signs in has a method of that name",
                            field.name
                        );
                        let help = "Give the field another name.";
                        mistakes.push(Mistake::new(format!("{at}/fields/{index}/name"), message, help));
                    }
                }
                tokens.mistakes(&format!("{at}/tokens"), &known, mistakes);
            }
            None => {
                for (index, field) in self.fields.iter().enumerate().filter(|(_, field)| field.given != Given::Always) {
                    let message = format!("without `tokens`, `{}` has to be given always", field.name);
                    let help = "Remove `given`: a header is made once, of what is there.";
                    mistakes.push(Mistake::new(format!("{at}/fields/{index}/given"), message, help));
                }
            }
        }
    }
}

impl TokenSettings {
    fn mistakes(&self, at: &str, known: &BTreeSet<&str>, mistakes: &mut Vec<Mistake>) {
        let mut mistake = |key: &str, message: &str, help: &str| {
            mistakes.push(Mistake::new(format!("{at}/{key}"), message, help));
        };
        match (&self.refresh, &self.refresh_token) {
            (Some(_), None) => {
                mistake("refresh", "`refresh` and `refresh-token` go together", "Add `refresh-token`.");
            }
            (None, Some(_)) => {
                mistake("refresh-token", "`refresh` and `refresh-token` go together", "Add `refresh`.");
            }
            _ => {}
        }
        if self.expires_in.is_some() && self.expires_at.is_some() {
            let message = "`expires-in` and `expires-at` exclude each other";
            mistake("expires-at", message, "Keep the one that the vendor documents.");
        }
        if self.authorize_url.is_some() && !(known.contains("client_id") && known.contains("redirect_uri")) {
            let message = "`authorize-url` needs the fields `client_id` and `redirect_uri`";
            mistake("authorize-url", message, "Add the fields.");
        }
        let pointers = [
            ("access-token", Some(&self.access_token)),
            ("refresh-token", self.refresh_token.as_ref()),
            ("expires-in", self.expires_in.as_ref()),
            ("expires-at", self.expires_at.as_ref()),
            ("second-factor", self.second_factor.as_ref()),
        ];
        for (key, pointer) in pointers {
            if let Some(pointer) = pointer.filter(|pointer| !pointer.starts_with('/')) {
                let message = format!("`{pointer}` is no JSON pointer");
                mistake(key, &message, &format!("Begin it with a slash: `/{pointer}`."));
            }
        }
        if let Some(address) = &self.authorize_url {
            mistakes.extend(not_an_address(&format!("{at}/authorize-url"), address));
        }
        self.sign_in.mistakes(&format!("{at}/sign-in"), known, None, mistakes);
        if let Some(refresh) = &self.refresh {
            refresh.mistakes(&format!("{at}/refresh"), known, Some(REFRESH_TOKEN), mistakes);
        }
    }
}

impl TokenRequestSettings {
    /// `token` is what may be sent besides the fields.
    fn mistakes(&self, at: &str, known: &BTreeSet<&str>, token: Option<&str>, mistakes: &mut Vec<Mistake>) {
        if !self.path.starts_with('/') || self.path.contains(|other: char| !other.is_ascii_graphic()) {
            let message = format!("`{}` is no path", self.path);
            mistakes.push(Mistake::new(format!("{at}/path"), message, "Begin it with a slash, and leave out blanks."));
        }
        for (name, field) in &self.fields {
            if let Some(placeholder) = field.placeholder()
                && !known.contains(placeholder)
                && token != Some(placeholder)
            {
                let pointer = format!("{at}/fields/{}", escape(name));
                mistakes.push(unknown_placeholder(pointer, placeholder));
            }
        }
        check_headers(&format!("{at}/headers"), &self.headers, known, token, mistakes);
        if let Some(accept) = &self.accept
            && !(accept.contains('/') && accept.bytes().all(|byte| (b' '..=b'~').contains(&byte)))
        {
            let message = format!("`{accept}` is no media type");
            mistakes.push(Mistake::new(format!("{at}/accept"), message, "Write one such as `application/json`."));
        }
    }
}

fn check_headers(
    at: &str,
    headers: &BTreeMap<String, String>,
    known: &BTreeSet<&str>,
    token: Option<&str>,
    mistakes: &mut Vec<Mistake>,
) {
    for (name, value) in headers {
        let pointer = format!("{at}/{}", escape(name));
        mistakes.extend(not_a_header(&pointer, name));
        if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            let message = format!("the value of the header `{name}` has characters that no header may have");
            mistakes.push(Mistake::new(&pointer, message, "Keep to the visible characters of ASCII, and blanks."));
        }
        for placeholder in placeholders(value) {
            if !known.contains(placeholder) && token != Some(placeholder) {
                mistakes.push(unknown_placeholder(pointer.clone(), placeholder));
            }
        }
    }
}

fn unknown_placeholder(pointer: String, name: &str) -> Mistake {
    let help = "Write the name of a field in the braces, or declare the field.";
    Mistake::new(pointer, format!("`{{{name}}}` is none of the fields"), help)
}

/// RFC 9110: a header's name is a token.
fn not_a_header(pointer: &str, name: &str) -> Option<Mistake> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let help = "Keep to letters, digits and hyphens.";
    (name.is_empty() || !name.bytes().all(is_token))
        .then(|| Mistake::new(pointer, format!("`{name}` is no name of a header"), help))
}

/// Crates that a vendor's crate is built with or would take the place of, and the names of the language's own.
const TAKEN_CRATES: &[&str] = &[
    "alloc",
    "build-tools",
    "core",
    "onboarding",
    "onboarding-compile-fail",
    "onboarding-core",
    "onboarding-testing",
    "proc-macro",
    "serde-json",
    "std",
    "test",
    "tokio",
    "xtask",
];

/// The longest name that a registry takes.
const MAX_CRATE_NAME: usize = 64;

/// The name becomes a directory under `crates/` and a name in Rust.
fn not_a_crate(name: &str) -> Option<Mistake> {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let has_form = name.starts_with(|first: char| first.is_ascii_lowercase()) && name.split(['-', '_']).all(is_word);
    let (message, help) = if !has_form || name.len() > MAX_CRATE_NAME || is_keyword(name) {
        (
            "is no name of a crate",
            "Write one such as `onboarding-vendor`: small letters and digits, words joined by `-`.",
        )
    } else if TAKEN_CRATES.contains(&name.replace('_', "-").as_str()) {
        ("is the name of another crate", "Name it after the vendor, such as `onboarding-vendor`.")
    } else {
        return None;
    };
    Some(Mistake::new("/package/name", format!("`{name}` {message}"), help))
}

/// How long a version may be, in characters: cargo and registries show it beside the name.
const MAX_VERSION: usize = 64;

fn not_a_version(version: &str) -> Option<Mistake> {
    let is_version = version.len() <= MAX_VERSION && semver::Version::parse(version).is_ok();
    let help = "Write one of Semantic Versioning, such as `0.1.0`: major, minor and patch.";
    (!is_version).then(|| Mistake::new("/package/version", format!("`{version}` is no version"), help))
}

fn not_an_address(pointer: &str, text: &str) -> Option<Mistake> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let is_address = host.is_some_and(|host| !host.is_empty()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let help = "Write an absolute one, such as `https://api.vendor.example/v1`.";
    (!is_address).then(|| Mistake::new(pointer, format!("`{text}` is no address"), help))
}

/// Names that could be none in Rust, and those that become one name there, each with its place.
fn misnamed(what: &str, names: Vec<(String, String)>, in_rust: impl Fn(&str) -> String) -> Vec<Mistake> {
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for (pointer, name) in names {
        let rust_name = in_rust(&name);
        if !is_snake_case(&name) {
            let message = format!("the {what} `{name}` is not in snake case");
            mistakes.push(Mistake::new(pointer, message, "Use small letters, digits and single underscores."));
        } else if let Some(other) = owners.insert(rust_name.clone(), name.clone()) {
            let message = if other == name {
                format!("the {what} `{name}` is given twice")
            } else {
                format!("the {what} `{other}` and the {what} `{name}` become one Rust name, `{rust_name}`")
            };
            mistakes.push(Mistake::new(pointer, message, "Rename one of the two."));
        }
    }
    mistakes
}

/// The names between braces.
fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::Settings;
    use crate::spec::{Document, SourceFile};

    const HEAD: &str = r#"
sign-in = ""
first-call = ""
[package]
name = "onboarding-tiny"
version = "0.1.0"
vendor = "Tiny"
description = "Tiny."
documentation = "https://tiny.example"
"#;

    const FORM: &str = r#"
[[credentials]]
name = "password"
scheme = "bearer"
description = "A user."
fields = [
    { name = "user", description = "The user." },
    { name = "code", description = "A code.", given = "when-asked" },
]
"#;

    /// What is found in a `vendor.toml`: line, rule and message of each.
    fn mistakes(text: &str) -> Vec<String> {
        let file = SourceFile { path: "vendor.toml".to_owned(), text: text.to_owned() };
        let document = Document::load_toml(&file).expect("it is TOML");
        let findings = Settings::read(&document).err().unwrap_or_default();
        findings
            .into_iter()
            .map(|finding| format!("{} {} {}", finding.span.line, finding.rule, finding.message))
            .collect()
    }

    #[test]
    fn sound_settings_are_read() {
        let form = FORM.replace(", given = \"when-asked\"", "");
        assert_eq!(mistakes(&format!("{HEAD}{form}headers = {{ authorization = \"{{user}} {{code}}\" }}\n")), [""; 0]);
    }

    #[test]
    fn placeholders_have_to_name_fields() {
        let text = format!(
            "{HEAD}{FORM}headers = {{ authorization = \"Bearer {{token}}\" }}\n[credentials.tokens]\naccess-token = \"token\"\n\
             [credentials.tokens.sign-in]\npath = \"sign-in\"\nbody = \"json\"\n\
             fields = {{ user = \"{{usr}}\", refresh = \"{{refresh_token}}\" }}\n"
        );
        assert_eq!(
            mistakes(&text),
            [
                "19 vendor-settings `{token}` is none of the fields",
                "21 vendor-settings `token` is no JSON pointer",
                "23 vendor-settings `sign-in` is no path",
                "25 vendor-settings `{refresh_token}` is none of the fields",
                "25 vendor-settings `{usr}` is none of the fields",
            ]
        );
    }

    #[test]
    fn what_goes_together_is_asked_for() {
        let text = format!(
            "{HEAD}{FORM}headers = {{ authorization = \"Bearer {{access_token}}\" }}\n[credentials.tokens]\n\
             access-token = \"/token\"\nrefresh-token = \"/refresh\"\nexpires-in = \"/a\"\nexpires-at = \"/b\"\n\
             authorize-url = \"vendor.example\"\n[credentials.tokens.sign-in]\npath = \"/sign-in\"\nbody = \"json\"\n\
             fields = {{ user = \"{{user}}\" }}\n"
        );
        assert_eq!(
            mistakes(&text),
            [
                "22 vendor-settings `refresh` and `refresh-token` go together",
                "24 vendor-settings `expires-in` and `expires-at` exclude each other",
                "25 vendor-settings `authorize-url` needs the fields `client_id` and `redirect_uri`",
                "25 vendor-settings `vendor.example` is no address",
            ]
        );
    }

    #[test]
    fn without_tokens_everything_is_given_always() {
        let text = format!("{HEAD}{FORM}headers = {{ authorization = \"{{user}}\" }}\n");
        assert_eq!(mistakes(&text), ["17 vendor-settings without `tokens`, `code` has to be given always"]);
    }

    #[test]
    fn names_are_names_and_are_given_once() {
        let form = |name: &str, fields: &str| {
            format!(
                "[[credentials]]\nname = {name:?}\nscheme = \"s\"\ndescription = \"\"\nheaders = {{}}\nfields = [{fields}]\n"
            )
        };
        let field = |name: &str| format!("\n{{ name = {name:?}, description = \"\" }},");
        let fields = ["user", "e mail", "", "user", "_x", "type_"].map(field).concat();
        let forms = [form("token", &fields), form("token", ""), form("user1", ""), form("user_1", "")].concat();
        assert_eq!(
            mistakes(&format!("{HEAD}{forms}")),
            [
                "23 vendor-settings the form of credentials `token` is given twice",
                "35 vendor-settings the form of credentials `user1` and the form of credentials `user_1` become one Rust name, `User1SignIn`",
                "17 vendor-settings the field `e mail` is not in snake case",
                "18 vendor-settings the field `` is not in snake case",
                "19 vendor-settings the field `user` is given twice",
                "20 vendor-settings the field `_x` is not in snake case",
                "21 vendor-settings the field `type_` is not in snake case",
            ]
        );
    }

    #[test]
    fn what_becomes_code_or_a_header_has_to_have_its_form() {
        let text = HEAD.replace("https://tiny.example", "tiny")
            + "[[environments]]\nname = \"a b\"\nurl = \"https://\"\ndescription = \"\"\n[errors]\nwrong_case = [\"404\"]\n\
               None = []\n[[credentials]]\nname = \"token\"\nscheme = \"s\"\ndescription = \"\"\nfields = []\n\
               [credentials.headers]\n\"x y\" = \"\"\nok = \"\\u0007\"\n";
        assert_eq!(
            mistakes(&text),
            [
                "11 vendor-settings the environment `a b` is not in snake case",
                "12 vendor-settings `https://` is no address",
                "9 vendor-settings `tiny` is no address",
                "16 vendor-settings the language has a type `None` already",
                "16 vendor-settings the error type `None` has no statuses",
                "15 vendor-settings the error type `wrong_case` is not in PascalCase",
                "24 vendor-settings the value of the header `ok` has characters that no header may have",
                "23 vendor-settings `x y` is no name of a header",
            ]
        );
    }

    #[test]
    fn all_mistakes_are_found_at_once() {
        let text = format!("first-calls = 1\n{}credentials = []\n", HEAD.replace("vendor = \"Tiny\"\n", ""))
            .replace("[package]", "credentials = []\n[[paging]]\nstyle = \"cursor\"\n[package]")
            .replacen("credentials = []\n", "", 1)
            .replace("documentation = \"https://tiny.example\"\ncredentials = []\n", "documentation = 3\n");
        let found = mistakes(&text);
        for expected in ["unknown-key", "missing-key", "unknown-value", "wrong-kind"] {
            assert!(found.iter().any(|finding| finding.contains(expected)), "{expected}: {found:#?}");
        }
    }

    #[test]
    fn there_has_to_be_a_form_of_credentials() {
        let text = format!("credentials = []{HEAD}");
        assert_eq!(mistakes(&text), ["1 vendor-settings there is no form of credentials"]);
    }

    #[test]
    fn a_crate_has_a_name_of_its_own_and_of_the_right_form() {
        for name in ["onboarding-acme", "k44", "acme_v2", "a"] {
            assert!(super::not_a_crate(name).is_none(), "{name}");
        }
        let long = "a".repeat(65);
        for name in [
            "",
            "..",
            ".",
            "/tmp/x",
            "a/b",
            "a\\b",
            "../onboarding-core",
            "Acme",
            "acme ",
            "acme\n",
            "1acme",
            "-acme",
            "acme-",
            "a--b",
            "type",
            "self",
            "onboarding-core",
            "onboarding_core",
            "onboarding",
            "tokio",
            "std",
            "test",
            "ac\u{e9}",
            "a\"\nb",
            &long,
        ] {
            assert!(super::not_a_crate(name).is_some(), "{name:?}");
        }
    }
}
