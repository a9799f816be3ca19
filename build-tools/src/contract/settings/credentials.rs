//! The forms of credentials: what the caller gives, what is sent, and how tokens are obtained.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::mistakes::{Mistake, misnamed, not_a_header, not_an_address};
use crate::names::{Scope, flow, sign_in_type};
use crate::passes::escape;

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

    /// What the types of the settings cannot rule out.
    pub(super) fn mistakes(&self, at: &str, mistakes: &mut Vec<Mistake>) {
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

/// The names between braces.
fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}
