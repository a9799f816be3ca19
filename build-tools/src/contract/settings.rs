//! `vendor.toml`: what `OpenAPI` cannot say.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::names::{Scope, type_name};

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

/// Parts of the runtime that are features of the crate where the vendor has a use for them.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
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
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
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
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
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
    /// The headers that are sent: name, and value with `{field}` placeholders, and `{access_token}` where tokens are had.
    pub headers: BTreeMap<String, String>,
    /// How tokens are had, where the caller gives what they are had with.
    #[serde(default)]
    pub tokens: Option<TokenSettings>,
}

/// One thing that the caller gives.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
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
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
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
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
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

/// A mistake in the settings: what is wrong, and the text in `vendor.toml` that shows where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsMistake {
    /// What is wrong.
    pub message: String,
    /// What to look for in the file.
    pub place: String,
}

impl Settings {
    /// Whether the vendor refuses requests that are not signed.
    pub fn requires_signer(&self) -> bool {
        self.features.signing == Some(Offer::Default)
    }

    /// What the types of the settings cannot rule out.
    pub fn mistakes(&self) -> Vec<SettingsMistake> {
        let forms = self.credentials.iter().map(|form| form.name.as_str());
        let fields = self.credentials.iter().map(|form| form.fields.iter().map(|field| field.name.as_str()));
        let mut mistakes = misnamed("credentials", forms);
        mistakes.extend(fields.flat_map(|fields| misnamed("field", fields)));
        mistakes.extend(self.credentials.iter().flat_map(CredentialForm::mistakes));
        let environments = self.environments.iter().map(|environment| environment.name.as_str());
        mistakes.extend(met("environments", environments));
        // Those that stand twice are reported above.
        let forms: BTreeSet<&str> = self.credentials.iter().map(|form| form.name.as_str()).collect();
        mistakes.extend(met("credentials", forms.into_iter()));
        for name in self.errors.keys() {
            if type_name(name) != *name || Scope::Type.is_taken(name) {
                let message = format!("the error type `{name}` is not in PascalCase, or the language has it already");
                mistakes.push(SettingsMistake { message, place: name.clone() });
            }
        }
        mistakes
    }
}

impl CredentialForm {
    fn mistakes(&self) -> Vec<SettingsMistake> {
        let mut mistakes = Vec::new();
        let mut mistake = |message: String, place: &str| {
            mistakes.push(SettingsMistake {
                message: format!("credentials `{}`: {message}", self.name),
                place: place.to_owned(),
            });
        };
        let known = |name: &str| self.fields.iter().any(|field| field.name == name);
        for value in self.headers.values() {
            for name in placeholders(value) {
                if !(known(name) || (self.tokens.is_some() && name == ACCESS_TOKEN)) {
                    mistake(format!("the header's `{{{name}}}` is none of the fields"), value);
                }
            }
        }
        let Some(tokens) = &self.tokens else {
            for field in self.fields.iter().filter(|field| field.given != Given::Always) {
                mistake(format!("without `tokens`, `{}` has to be given always", field.name), &field.name);
            }
            return mistakes;
        };
        for field in self.fields.iter().filter(|field| field.given != Given::Always) {
            if Scope::SignIn.is_taken(&field.name) {
                let message =
                    format!("the field `{}` becomes a setter, and what signs in has a method of that name", field.name);
                mistake(message, &field.name);
            }
        }
        if tokens.refresh.is_some() != tokens.refresh_token.is_some() {
            mistake("`refresh` and `refresh-token` go together".to_owned(), "refresh");
        }
        if tokens.expires_in.is_some() && tokens.expires_at.is_some() {
            mistake("`expires-in` and `expires-at` exclude each other".to_owned(), "expires-at");
        }
        if tokens.authorize_url.is_some() && !(known("client_id") && known("redirect_uri")) {
            let message = "`authorize-url` needs the fields `client_id` and `redirect_uri`";
            mistake(message.to_owned(), "authorize-url");
        }
        let pointers = [&tokens.refresh_token, &tokens.expires_in, &tokens.expires_at, &tokens.second_factor];
        for pointer in pointers.into_iter().flatten().chain([&tokens.access_token]) {
            if !pointer.starts_with('/') {
                mistake(format!("`{pointer}` is no JSON pointer: it begins with `/`"), pointer);
            }
        }
        for (request, refreshes) in
            [Some((&tokens.sign_in, false)), tokens.refresh.as_ref().map(|request| (request, true))]
                .into_iter()
                .flatten()
        {
            if !request.path.starts_with('/') {
                mistake(format!("the path `{}` does not begin with `/`", request.path), &request.path);
            }
            let names = request.fields.values().filter_map(TokenField::placeholder);
            for name in names.chain(request.headers.values().flat_map(|value| placeholders(value))) {
                if !(known(name) || (refreshes && name == REFRESH_TOKEN)) {
                    mistake(format!("`{{{name}}}` is none of the fields"), &format!("{{{name}}}"));
                }
            }
        }
        mistakes
    }
}

/// Names that could be none in Rust, and those that stand twice.
fn misnamed<'n>(what: &str, names: impl Iterator<Item = &'n str>) -> Vec<SettingsMistake> {
    let mut seen = BTreeSet::new();
    let mut mistakes = Vec::new();
    for name in names {
        let is_snake_case = name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        let message = match (is_snake_case, seen.insert(name)) {
            (true, true) => continue,
            (false, _) => format!("the {what} `{name}` is not in snake case"),
            (_, false) => format!("the {what} `{name}` stands twice"),
        };
        mistakes.push(SettingsMistake { message, place: format!("{name:?}") });
    }
    mistakes
}

/// Different names that become one type or variant.
fn met<'n>(what: &str, names: impl Iterator<Item = &'n str>) -> Vec<SettingsMistake> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for name in names {
        if let Some(other) = owners.insert(type_name(name), name) {
            let message = format!("the {what} `{other}` and `{name}` become one Rust name, `{}`", type_name(name));
            mistakes.push(SettingsMistake { message, place: format!("{name:?}") });
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
    use super::{CredentialForm, Settings, misnamed};

    fn mistakes(form: &str) -> Vec<String> {
        let form: CredentialForm = toml::from_str(form).expect("it is of the form");
        form.mistakes().into_iter().map(|mistake| format!("{} @ {}", mistake.message, mistake.place)).collect()
    }

    const HEAD: &str = r#"
name = "password"
scheme = "bearer"
description = "A user."
fields = [{ name = "user", description = "The user." }, { name = "code", description = "A code.", given = "when-asked" }]
"#;

    #[test]
    fn placeholders_have_to_name_fields() {
        let form = format!(
            "{HEAD}headers = {{ authorization = \"Bearer {{token}}\" }}\n[tokens]\naccess-token = \"token\"\n[tokens.sign-in]\n\
             path = \"sign-in\"\nbody = \"json\"\nfields = {{ user = \"{{usr}}\", refresh = \"{{refresh_token}}\" }}\n"
        );
        assert_eq!(
            mistakes(&form),
            [
                "credentials `password`: the header's `{token}` is none of the fields @ Bearer {token}",
                "credentials `password`: `token` is no JSON pointer: it begins with `/` @ token",
                "credentials `password`: the path `sign-in` does not begin with `/` @ sign-in",
                "credentials `password`: `{refresh_token}` is none of the fields @ {refresh_token}",
                "credentials `password`: `{usr}` is none of the fields @ {usr}",
            ]
        );
    }

    #[test]
    fn what_goes_together_is_asked_for() {
        let form = format!(
            "{HEAD}headers = {{ authorization = \"Bearer {{access_token}}\" }}\n[tokens]\naccess-token = \"/token\"\n\
             refresh-token = \"/refresh\"\nexpires-in = \"/a\"\nexpires-at = \"/b\"\nauthorize-url = \"https://vendor.example\"\n\
             [tokens.sign-in]\npath = \"/sign-in\"\nbody = \"json\"\nfields = {{ user = \"{{user}}\" }}\n"
        );
        assert_eq!(
            mistakes(&form),
            [
                "credentials `password`: `refresh` and `refresh-token` go together @ refresh",
                "credentials `password`: `expires-in` and `expires-at` exclude each other @ expires-at",
                "credentials `password`: `authorize-url` needs the fields `client_id` and `redirect_uri` @ authorize-url",
            ]
        );
    }

    #[test]
    fn without_tokens_everything_is_given_always() {
        let form = format!("{HEAD}headers = {{ authorization = \"{{user}}\" }}\n");
        assert_eq!(mistakes(&form), ["credentials `password`: without `tokens`, `code` has to be given always @ code"]);
    }

    #[test]
    fn names_are_names_and_stand_once() {
        let messages: Vec<String> = misnamed("field", ["user", "e mail", "", "user", "_x"].into_iter())
            .into_iter()
            .map(|mistake| format!("{} @ {}", mistake.message, mistake.place))
            .collect();
        assert_eq!(
            messages,
            [
                "the field `e mail` is not in snake case @ \"e mail\"",
                "the field `` is not in snake case @ \"\"",
                "the field `user` stands twice @ \"user\"",
                "the field `_x` is not in snake case @ \"_x\"",
            ]
        );
    }

    #[test]
    fn keys_that_nobody_knows_are_refused() {
        let error = toml::from_str::<Settings>("first-calls = ''").expect_err("it is misspelt");
        assert!(error.message().contains("first-calls"), "{error}");
    }
}
