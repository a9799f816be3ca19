//! The client itself: what it is called, where it calls, and how it signs in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use quote::quote;

use super::source::{Source, write_use};
use super::tokens::{Docs, file};
use crate::contract::{
    Contract, CredentialField, CredentialForm, Given, REFRESH_TOKEN, TokenField, TokenRequestBody,
    TokenRequestSettings, TokenSettings,
};
use crate::text::{Inline, literal};

/// The text of `mod.rs`.
pub(super) fn module(contract: &Contract) -> Result<String, String> {
    let docs = Docs::of("Everything that is generated; `lib.rs` chooses what of it is public.");
    let settings = &contract.settings;
    let signing = settings.signing.iter().map(|_| quote! { #[cfg(feature = "signing")] pub(crate) mod signing; });
    let webhook = settings.webhook.iter().map(|_| quote! { #[cfg(feature = "webhook")] pub(crate) mod webhook; });
    let modules = quote! {
        pub(crate) mod client;
        pub mod errors;
        #[path = "operations/mod.rs"]
        pub mod calls;
        #(#signing)*
        pub mod types;
        #(#webhook)*
    };
    file(&contract.vendor, &docs, &modules)
}

/// The text of `client.rs`.
pub(super) fn client(contract: &Contract) -> String {
    let vendor = &contract.settings.package.vendor;
    let environments = &contract.settings.environments;
    let mut source = Source::rust(&contract.vendor);
    source.module_doc(&format!("The client of {vendor}: where it calls, and how it signs in."));
    source.blank();
    let flows: Vec<&TokenSettings> =
        contract.settings.credentials.iter().filter_map(|form| form.tokens.as_ref()).collect();
    let mut imports = BTreeSet::from(["ClientBuilder", "VendorClient"]);
    if contract.settings.credentials.iter().any(|form| !form.fields.is_empty()) {
        imports.insert("Secret");
    }
    if !environments.is_empty() {
        imports.insert("BuildError");
    }
    if !flows.is_empty() {
        imports.extend(["FieldValue", "TokenFlow", "TokenRequest", "TokenSource"]);
    }
    if flows.iter().any(|flow| flow.expires_in.is_some() || flow.expires_at.is_some()) {
        imports.insert("Expiry");
    }
    source.line("use onboarding_core as runtime;");
    write_use(&mut source, "use", "onboarding_core", &imports.into_iter().map(str::to_owned).collect());
    source.blank();
    source.doc(&format!(
        "The client of {vendor}. Each operation is a method. Clones are cheap and share connections and settings."
    ));
    source.line("#[derive(Clone, Debug)]");
    source.lines(["pub struct Client {", "pub(crate) core: runtime::Client,", "}"]);
    source.blank();
    source.line("impl Client {");
    if !environments.is_empty() {
        if contract.settings.requires_signer() {
            source.doc("A client of one of the vendor's installations, with default limits. The vendor refuses requests that are not signed.");
            source.lines([
                "pub fn new(",
                "environment: Environment,",
                "credentials: impl Into<Credentials>,",
                "signer: impl runtime::Signer + 'static,",
                ") -> Result<Self, BuildError> {",
                "Self::builder().environment(environment).credentials(credentials).signer(signer).build()",
            ]);
        } else {
            source.doc("A client of one of the vendor's installations, with default limits.");
            source.line(
                "pub fn new(environment: Environment, credentials: impl Into<Credentials>) -> Result<Self, BuildError> {",
            );
            source.line("Self::builder().environment(environment).credentials(credentials).build()");
        }
        source.line("}");
        source.blank();
    }
    source.doc("Begins to build a client: where it calls, how it signs in, and its limits.");
    source.lines(["pub fn builder() -> ClientBuilder<Self> {", "ClientBuilder::default()", "}", ""]);
    source.doc(
        "The client below this one: requests that the vendor's document lacks go out by its `raw`, with the same credentials, \
         signatures, limits and retries.",
    );
    source.lines(["pub fn core(&self) -> &runtime::Client {", "&self.core", "}", "}"]);
    source.blank();
    source.line("impl VendorClient for Client {");
    source.line(&format!("const VENDOR: &'static str = {};", literal(&contract.vendor)));
    source.line(&format!(
        "const USER_AGENT: &'static str = concat!({}, env!(\"CARGO_PKG_VERSION\"));",
        literal(&format!("{}/", contract.settings.package.name))
    ));
    let environment = if environments.is_empty() { "std::convert::Infallible" } else { "Environment" };
    source.line(&format!("type Environment = {environment};"));
    source.line("type Credentials = Credentials;");
    if contract.settings.requires_signer() {
        source.line("const REQUIRES_SIGNER: bool = true;");
    }
    source.lines(["", "fn from_core(core: runtime::Client) -> Self {"]);
    source.lines(["Self { core }", "}", "}"]);
    if !environments.is_empty() {
        write_environments(&mut source, contract);
    }
    write_credentials(&mut source, contract);
    source.finish()
}

fn write_environments(source: &mut Source, contract: &Contract) {
    source.blank();
    source.doc("The installations that the vendor runs.");
    source.line("#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]");
    source.line("#[non_exhaustive]");
    source.line("pub enum Environment {");
    for environment in &contract.settings.environments {
        source.doc(&format!("{} Calls {}.", environment.description, environment.url));
        source.line(&format!("{},", environment.variant()));
    }
    source.line("}");
    source.blank();
    source.lines(["impl runtime::Environment for Environment {", "fn base_url(&self) -> &str {", "match self {"]);
    for environment in &contract.settings.environments {
        source.line(&format!("Self::{} => {},", environment.variant(), literal(&environment.url)));
    }
    source.lines(["}", "}", "}"]);
}

fn write_credentials(source: &mut Source, contract: &Contract) {
    let forms = &contract.settings.credentials;
    source.blank();
    source.doc("What proves to the vendor who is calling. It never shows itself.");
    source.line("#[derive(Clone, Debug)]");
    source.line("pub struct Credentials(runtime::Credentials);");
    source.blank();
    source.line("impl Credentials {");
    for form in forms {
        source.blank();
        match &form.tokens {
            Some(_) => write_token_constructor(source, form),
            None => write_header_constructor(source, form),
        }
    }
    source.line("}");
    source.blank();
    source.lines([
        "impl From<Credentials> for runtime::Credentials {",
        "fn from(credentials: Credentials) -> Self {",
        "credentials.0",
        "}",
        "}",
        "",
    ]);
    source.doc(
        "Credentials of a form that this crate does not know, such as those of an `Authenticate` of the service's own.",
    );
    source.lines([
        "impl From<runtime::Credentials> for Credentials {",
        "fn from(credentials: runtime::Credentials) -> Self {",
        "Self(credentials)",
        "}",
        "}",
    ]);
    for form in forms {
        if let Some(tokens) = &form.tokens {
            write_token_flow(source, form, tokens);
            write_sign_in(source, form, tokens);
        }
    }
}

/// The first lines of a constructor: its documentation and signature.
fn write_constructor_head(source: &mut Source, form: &CredentialForm, returned: &str) {
    source.doc(&form.description);
    source.line("///");
    let required: Vec<_> = form.fields.iter().filter(|field| field.given == Given::Always).collect();
    for field in &required {
        source.doc_item(&field.argument(), &field.description);
    }
    let arguments: Vec<String> =
        required.iter().map(|field| format!("{}: impl Into<Secret>", field.argument())).collect();
    let line = format!("pub fn {}({}) -> {returned} {{", form.constructor(), arguments.join(", "));
    if line.len() <= 110 {
        source.line(&line);
        return;
    }
    source.line(&format!("pub fn {}(", form.constructor()));
    for argument in arguments {
        source.line(&format!("{argument},"));
    }
    source.line(&format!(") -> {returned} {{"));
}

fn write_header_constructor(source: &mut Source, form: &CredentialForm) {
    write_constructor_head(source, form, "Self");
    let fields: Vec<String> = form.fields.iter().map(CredentialField::argument).collect();
    for field in &fields {
        source.line(&format!("let {field} = {field}.into();"));
    }
    let mut headers = Vec::new();
    for (method, values) in [("header", &form.headers), ("cookie", &form.cookies), ("query", &form.query)] {
        for (name, template) in values {
            let value = sent_value(form, template);
            headers.push(format!(".{method}({}, {value})", literal(name)));
        }
    }
    let line = format!("Self(runtime::Credentials::none(){})", headers.concat());
    if line.len() <= 100 {
        source.line(&line);
    } else {
        source.line("Self(");
        source.line("runtime::Credentials::none()");
        let last = headers.len().saturating_sub(1);
        for (index, header) in headers.iter().enumerate() {
            source.line(&format!("    {header}{}", if index == last { "," } else { "" }));
        }
        source.line(")");
    }
    source.line("}");
}

/// An expression for the value of a header, cookie or query parameter: its template with what the caller gave in place of `{field}`.
fn sent_value(form: &CredentialForm, template: &str) -> String {
    let mut pattern = String::new();
    let mut arguments = Vec::new();
    let mut rest = template;
    while let Some(character) = rest.chars().next() {
        let field = form.fields.iter().find(|field| rest.starts_with(&format!("{{{}}}", field.name)));
        if let Some(field) = field {
            pattern.push_str("{}");
            arguments.push(field.argument());
            rest = &rest[field.name.len() + 2..];
            continue;
        }
        pattern.push(character);
        if matches!(character, '{' | '}') {
            pattern.push(character);
        }
        rest = &rest[character.len_utf8()..];
    }
    if let ("{}", [only]) = (pattern.as_str(), arguments.as_slice()) {
        // What is sent in several places is handed on to each.
        let uses = [&form.headers, &form.cookies, &form.query].into_iter().flat_map(BTreeMap::values);
        let count: usize = uses.map(|value| value.matches(template).count()).sum();
        return if count > 1 { format!("{only}.clone()") } else { only.clone() };
    }
    let arguments: Vec<String> = arguments.iter().map(|name| format!(", {name}.reveal()")).collect();
    format!("format!({}{})", literal(&pattern), arguments.concat())
}

/// The name of the type that signs in.
fn sign_in_type(form: &CredentialForm) -> String {
    form.sign_in_type()
}

fn write_token_constructor(source: &mut Source, form: &CredentialForm) {
    let returned = sign_in_type(form);
    write_constructor_head(source, form, &returned);
    source.line(&format!("{returned}("));
    source.line(&format!("TokenSource::new(&{})", flow_name(form)));
    let required: Vec<_> = form.fields.iter().filter(|field| field.given == Given::Always).collect();
    for (index, field) in required.iter().enumerate() {
        let end = if index + 1 == required.len() { "," } else { "" };
        source.line(&format!("    .given({}, {}){end}", literal(&field.name), field.argument()));
    }
    source.lines([")", "}"]);
}

/// The name of the static that holds the flow.
fn flow_name(form: &CredentialForm) -> String {
    form.flow()
}

fn write_token_flow(source: &mut Source, form: &CredentialForm, tokens: &TokenSettings) {
    source.blank();
    source.doc(&format!("How the vendor gives out tokens to `{}`.", sign_in_type(form)));
    source.line(&format!("static {}: TokenFlow = TokenFlow::new(", flow_name(form)));
    write_token_request(source, form, &tokens.sign_in);
    source.line(")");
    if let (Some(request), Some(pointer)) = (&tokens.refresh, &tokens.refresh_token) {
        source.line(".refresh(");
        write_token_request(source, form, request);
        source.line(&format!("{},", literal(pointer)));
        source.line(")");
    }
    if tokens.single_use_refresh_token {
        source.line(".single_use_refresh_token()");
    }
    source.line(&format!(".access_token({})", literal(&tokens.access_token)));
    if let Some(pointer) = &tokens.expires_in {
        source.line(&format!(".expiry(Expiry::Seconds({}))", literal(pointer)));
    }
    if let Some(pointer) = &tokens.expires_at {
        source.line(&format!(".expiry(Expiry::DateTime({}))", literal(pointer)));
    }
    if let Some(pointer) = &tokens.second_factor {
        source.line(&format!(".second_factor({})", literal(pointer)));
    }
    source.line(&format!(".headers(&[{}]);", header_pairs(&form.headers)));
}

fn write_token_request(source: &mut Source, form: &CredentialForm, request: &TokenRequestSettings) {
    let body = match request.body {
        TokenRequestBody::Json => "json",
        TokenRequestBody::Form => "form",
    };
    let mut line = format!("TokenRequest::{body}({})", literal(&request.path));
    if request.above_base > 0 {
        let _ = write!(line, ".above_base({})", request.above_base);
    }
    if let Some(accept) = &request.accept {
        let _ = write!(line, ".accept({})", literal(accept));
    }
    if request.once {
        line.push_str(".once()");
    }
    if !request.headers.is_empty() {
        let _ = write!(line, ".headers(&[{}])", header_pairs(&request.headers));
    }
    source.line(&format!("{line}.fields(&["));
    for (name, field) in &request.fields {
        let value = match (field, field.placeholder()) {
            (TokenField::Flag(flag), _) => format!("Flag({flag})"),
            (TokenField::Text(_), Some(REFRESH_TOKEN)) => "RefreshToken".to_owned(),
            (TokenField::Text(_), Some(given)) => {
                // A request that can be made once is not made without what it needs; from any other, what was not given is left out.
                let optional = form.fields.iter().filter(|field| field.name == given).any(|field| match field.given {
                    Given::Always => false,
                    Given::Optionally => !request.once,
                    Given::WhenAsked => true,
                });
                format!("{}({})", if optional { "Optional" } else { "Given" }, literal(given))
            }
            (TokenField::Text(text), None) => format!("Text({})", literal(text)),
        };
        source.line(&format!("({}, FieldValue::{value}),", literal(name)));
    }
    source.line("]),");
}

fn header_pairs(headers: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> =
        headers.iter().map(|(name, value)| format!("({}, {})", literal(name), literal(value))).collect();
    pairs.join(", ")
}

/// The type that holds what was given, with a setter for everything that may be left out.
fn write_sign_in(source: &mut Source, form: &CredentialForm, tokens: &TokenSettings) {
    let name = sign_in_type(form);
    source.blank();
    source.doc_inline(&Inline::join([
        &Inline::prose(
            "Signs in when the first call needs it, and renews the tokens once for all calls that wait: made by ",
        ),
        &Inline::item(&format!("Credentials::{}", form.constructor())),
        &Inline::prose(". It never shows itself."),
    ]));
    source.line("#[derive(Clone, Debug)]");
    source.line(&format!("pub struct {name}(TokenSource);"));
    source.blank();
    source.line(&format!("impl {name} {{"));
    for field in &form.fields {
        let method = field.argument();
        let (argument, call) = match field.given {
            Given::Always => continue,
            Given::Optionally => ("impl Into<Secret>", "given"),
            Given::WhenAsked => ("impl Fn() -> Option<Secret> + Send + Sync + 'static", "asked"),
        };
        source.blank();
        source.doc(&field.description);
        source.line("#[must_use]");
        source.line(&format!("pub fn {method}(self, {method}: {argument}) -> Self {{"));
        source.line(&format!("Self(self.0.{call}({}, {method}))", literal(&field.name)));
        source.line("}");
    }
    if let Some(url) = &tokens.authorize_url {
        source.blank();
        source.doc(
            "The page to send a person to who is asked to agree. The vendor sends them back to the redirect URI with a `code` and \
             with this `state`, which must be one that nobody can guess and has to be compared.",
        );
        source.line("pub fn authorize_url(&self, state: &str) -> Result<runtime::Url, runtime::CredentialsError> {");
        source.line(&format!("self.0.authorize_url({}, state)", literal(url)));
        source.line("}");
    }
    source.blank();
    source.doc(
        "Keeps the tokens in this store, and begins with those that it holds. Otherwise they are kept in memory for as long as the \
         client lives.",
    );
    source.lines([
        "#[must_use]",
        "pub fn store(self, store: impl runtime::TokenStore + 'static) -> Self {",
        "Self(self.0.store(store))",
        "}",
        "",
    ]);
    source.doc(
        "How long one call of the store may take: 5 seconds by default. A `load` or a `lock` that takes longer is tried once more, a \
         `save` later; calls that have a good token do not wait for the store.",
    );
    source.lines([
        "#[must_use]",
        "pub fn store_timeout(self, limit: std::time::Duration) -> Self {",
        "Self(self.0.store_timeout(limit))",
        "}",
        "}",
        "",
    ]);
    source.line(&format!("impl From<{name}> for Credentials {{"));
    source.line(&format!("fn from(sign_in: {name}) -> Self {{"));
    source.line("Self(runtime::Credentials::none().authenticate(sign_in.0))");
    source.lines(["}", "}"]);
}
