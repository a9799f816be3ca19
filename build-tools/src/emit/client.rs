//! The client itself: what it is called, where it calls, and how it signs in.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::operations::has_followed;
use super::tokens::{Docs, Imports, Scope, Written, file, ident, number};
use crate::contract::{
    Contract, CredentialField, CredentialForm, Given, REFRESH_TOKEN, TokenField, TokenRequestBody,
    TokenRequestSettings, TokenSettings,
};
use crate::names::OFFERED;
use crate::text::{Inline, literal};

/// The text of `mod.rs`.
pub(super) fn module(contract: &Contract) -> Result<Written, String> {
    let docs = Docs::of("Everything that is generated; `lib.rs` chooses what of it is public.");
    let settings = &contract.settings;
    let signing = settings.signing.iter().map(|_| quote! { #[cfg(feature = "signing")] pub(crate) mod signing; });
    let webhook = settings.webhook.iter().map(|_| quote! { #[cfg(feature = "webhook")] pub(crate) mod webhook; });
    let modules = quote! {
        #[path = "operations/mod.rs"]
        pub mod calls;
        pub(crate) mod client;
        pub mod errors;
        #[cfg(feature = "mock")]
        pub mod mock;
        pub(crate) mod offered;
        #(#signing)*
        pub mod types;
        #(#webhook)*
    };
    file(&contract.vendor, &docs, &modules)
}

/// The text of `offered.rs`.
pub(super) fn offered(contract: &Contract) -> Result<Written, String> {
    let docs = Docs::of("What every vendor crate offers of the runtime, beside the vendor's own.");
    let names = OFFERED.iter().map(|name| ident(name));
    file(&contract.vendor, &docs, &quote! { pub use onboarding_core::{#(#names),*}; })
}

/// The text of `client.rs`.
pub(super) fn client(contract: &Contract) -> Result<Written, String> {
    let vendor = &contract.settings.package.vendor;
    let emitter = Emitter { contract, imports: &Imports::new(contract, Scope::Crate) };
    let client = emitter.client();
    let environments = (!contract.settings.environments.is_empty()).then(|| emitter.environments());
    let credentials = emitter.credentials();
    let uses = emitter.imports.uses();
    let items = quote! {
        use onboarding_core as runtime;
        #uses
        #client
        #environments
        #credentials
    };
    file(&contract.vendor, &Docs::of(&format!("The client of {vendor}: where it calls, and how it signs in.")), &items)
}

/// Writes the file.
#[derive(Clone, Copy)]
struct Emitter<'c> {
    contract: &'c Contract,
    imports: &'c Imports<'c>,
}

impl Emitter<'_> {
    /// A name of the runtime. None of the vendor's is in this file, so that it needs no path.
    fn runtime(self, name: &str) -> TokenStream {
        self.imports.name("onboarding_core", name)
    }

    fn client(self) -> TokenStream {
        let (settings, vendor) = (&self.contract.settings, &self.contract.settings.package.vendor);
        let docs = Docs::of(&format!(
            "The client of {vendor}. Each operation is a method. Clones are cheap and share connections and settings."
        ));
        let new = (!settings.environments.is_empty()).then(|| self.constructor_of_client());
        let builder_docs = Docs::of("Begins to build a client: where it calls, how it signs in, and its limits.");
        let core_docs = Docs::of(
            "The client below this one: requests that the vendor's document lacks go out by its `raw`, with the same credentials, \
             signatures, limits and retries.",
        );
        let idle_docs = Docs::of(
            "Waits until no call, no renewal of tokens and no download of this client and its clones is under way: for a service that \
             has stopped taking in work and wants to end.",
        );
        let (builder, vendor_client) = (self.runtime("ClientBuilder"), self.runtime("VendorClient"));
        let (name, user_agent) = (literal(&self.contract.vendor), literal(&format!("{}/", settings.package.name)));
        let environment = if settings.environments.is_empty() {
            quote! { std::convert::Infallible }
        } else {
            quote! { Environment }
        };
        let signer = settings.requires_signer().then(|| quote! { const REQUIRES_SIGNER: bool = true; });
        let request_id = (!settings.request_id_headers.is_empty()).then(|| {
            let headers = settings.request_id_headers.iter().map(|header| literal(header));
            quote! { const REQUEST_ID_HEADERS: &'static [&'static str] = &[#(#headers),*]; }
        });
        let follow = has_followed(self.contract).then(|| {
            let docs = Docs::of(
                "The call that gives what stands at an address that the vendor gave, such as one in a response: to the client's own host, with \
                 its credentials. It is refused before anything is sent where the address is on another host, or not of the form that the \
                 vendor documents for it.",
            );
            let follow = self.runtime("Follow");
            quote! {
                #docs
                pub fn follow<U: #follow<Self>>(&self, url: &U) -> U::Call {
                    url.follow(self)
                }
            }
        });
        let webhook_keys = settings.webhook_keys().map(|path| {
            let docs = Docs::of(
                "The keys that the vendor signs its webhooks with: fetched when they are first needed, and again when a webhook names one \
                 that is not known. The client and its clones keep them, so that asking for them again fetches nothing anew.",
            );
            let path = literal(path);
            quote! {
                #docs
                #[cfg(feature = "webhook")]
                pub fn webhook_keys(&self) -> runtime::webhook::FetchedKeys {
                    runtime::webhook::FetchedKeys::from_client(&self.core, #path)
                }
            }
        });
        quote! {
            #docs
            #[derive(Clone, Debug)]
            pub struct Client {
                pub(crate) core: runtime::Client,
            }

            impl Client {
                #new
                #builder_docs
                pub fn builder() -> #builder<Self> {
                    #builder::default()
                }
                #core_docs
                pub fn core(&self) -> &runtime::Client {
                    &self.core
                }
                #idle_docs
                pub async fn idle(&self) {
                    self.core.idle().await;
                }
                #follow
                #webhook_keys
            }

            impl #vendor_client for Client {
                const VENDOR: &'static str = #name;
                const USER_AGENT: &'static str = concat!(#user_agent, env!("CARGO_PKG_VERSION"));
                type Environment = #environment;
                type Credentials = Credentials;
                #signer
                #request_id
                fn from_core(core: runtime::Client) -> Self {
                    Self { core }
                }
            }
        }
    }

    fn constructor_of_client(self) -> TokenStream {
        let error = self.runtime("BuildError");
        if self.contract.settings.requires_signer() {
            let docs = Docs::of(
                "A client of one of the vendor's installations, with default limits. The vendor refuses requests that are not signed.",
            );
            quote! {
                #docs
                pub fn new(
                    environment: Environment,
                    credentials: impl Into<Credentials>,
                    signer: impl runtime::Signer + 'static,
                ) -> Result<Self, #error> {
                    Self::builder().environment(environment).credentials(credentials).signer(signer).build()
                }
            }
        } else {
            let docs = Docs::of("A client of one of the vendor's installations, with default limits.");
            quote! {
                #docs
                pub fn new(environment: Environment, credentials: impl Into<Credentials>) -> Result<Self, #error> {
                    Self::builder().environment(environment).credentials(credentials).build()
                }
            }
        }
    }

    fn environments(self) -> TokenStream {
        let environments = &self.contract.settings.environments;
        let docs = Docs::of("The installations that the vendor runs.");
        let variants = environments.iter().map(|environment| {
            let docs = Docs::of(&format!("{} Calls {}.", environment.description, environment.url));
            let variant = ident(&environment.variant());
            quote! { #docs #variant, }
        });
        let urls = environments.iter().map(|environment| {
            let (variant, url) = (ident(&environment.variant()), literal(&environment.url));
            quote! { Self::#variant => #url, }
        });
        quote! {
            #docs
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum Environment { #(#variants)* }

            impl runtime::Environment for Environment {
                fn base_url(&self) -> &str {
                    match self { #(#urls)* }
                }
            }
        }
    }

    fn credentials(self) -> TokenStream {
        let docs = Docs::of("What proves to the vendor who is calling. It never shows itself.");
        let foreign = Docs::of(
            "Credentials of a form that this crate does not know, such as those of an `Authenticate` of the service's own.",
        );
        let forms = &self.contract.settings.credentials;
        let constructors = forms.iter().map(|form| match &form.tokens {
            Some(_) => self.token_constructor(form),
            None => self.header_constructor(form),
        });
        let with_tokens = forms.iter().filter_map(|form| form.tokens.as_ref().map(|tokens| (form, tokens)));
        let sign_ins = with_tokens.map(|(form, tokens)| {
            let (flow, sign_in) = (self.token_flow(form, tokens), self.sign_in(form, tokens));
            quote! { #flow #sign_in }
        });
        quote! {
            #docs
            #[derive(Clone, Debug)]
            pub struct Credentials(runtime::Credentials);

            impl Credentials { #(#constructors)* }

            impl From<Credentials> for runtime::Credentials {
                fn from(credentials: Credentials) -> Self {
                    credentials.0
                }
            }

            #foreign
            impl From<runtime::Credentials> for Credentials {
                fn from(credentials: runtime::Credentials) -> Self {
                    Self(credentials)
                }
            }

            #(#sign_ins)*
        }
    }

    /// A constructor of credentials.
    fn constructor(self, form: &CredentialForm, returned: &TokenStream, body: &TokenStream) -> TokenStream {
        let mut docs = Docs::of(&form.description);
        let arguments: Vec<(String, &str)> =
            always_given(form).map(|field| (field.argument(), field.description.as_str())).collect();
        docs.list(arguments.iter().map(|(name, description)| (name.as_str(), (*description).to_owned())));
        let name = ident(&form.constructor());
        let arguments = arguments.iter().map(|(name, _)| {
            let (name, secret) = (ident(name), self.runtime("Secret"));
            quote! { #name: impl Into<#secret> }
        });
        quote! {
            #docs
            pub fn #name(#(#arguments),*) -> #returned { #body }
        }
    }

    fn header_constructor(self, form: &CredentialForm) -> TokenStream {
        let given = form.fields.iter().map(|field| {
            let name = ident(&field.argument());
            quote! { let #name = #name.into(); }
        });
        let sent = [("header", &form.headers), ("cookie", &form.cookies), ("query", &form.query)];
        let headers = sent.into_iter().flat_map(|(method, values)| {
            values.iter().map(move |(name, template)| {
                let (method, name, value) = (ident(method), literal(name), sent_value(form, template));
                quote! { .#method(#name, #value) }
            })
        });
        let body = quote! { #(#given)* Self(runtime::Credentials::none() #(#headers)*) };
        self.constructor(form, &quote! { Self }, &body)
    }

    fn token_constructor(self, form: &CredentialForm) -> TokenStream {
        let (returned, flow) = (ident(&form.sign_in_type()), ident(&form.flow()));
        let source = self.runtime("TokenSource");
        let given = always_given(form).map(|field| {
            let (wire, name) = (literal(&field.name), ident(&field.argument()));
            quote! { .given(#wire, #name) }
        });
        let body = quote! { #returned(#source::new(&#flow) #(#given)*) };
        self.constructor(form, &returned, &body)
    }

    fn token_flow(self, form: &CredentialForm, tokens: &TokenSettings) -> TokenStream {
        let docs = Docs::of(&format!("How the vendor gives out tokens to `{}`.", form.sign_in_type()));
        let (name, flow) = (ident(&form.flow()), self.runtime("TokenFlow"));
        let sign_in = self.token_request(form, &tokens.sign_in);
        let refresh = tokens.refresh.as_ref().zip(tokens.refresh_token.as_ref()).map(|(request, pointer)| {
            let (request, pointer) = (self.token_request(form, request), literal(pointer));
            quote! { .refresh(#request, #pointer) }
        });
        let single_use = tokens.single_use_refresh_token.then(|| quote! { .single_use_refresh_token() });
        let access_token = literal(&tokens.access_token);
        let expiries = [("Seconds", &tokens.expires_in), ("DateTime", &tokens.expires_at)];
        let expiries = expiries.into_iter().filter_map(|(kind, pointer)| {
            let (expiry, kind, pointer) =
                (self.runtime_if(pointer.is_some(), "Expiry")?, ident(kind), pointer.as_ref()?);
            let pointer = literal(pointer);
            Some(quote! { .expiry(#expiry::#kind(#pointer)) })
        });
        let second_factor = tokens.second_factor.as_ref().map(|pointer| {
            let pointer = literal(pointer);
            quote! { .second_factor(#pointer) }
        });
        let headers = header_pairs(&form.headers);
        quote! {
            #docs
            static #name: #flow = #flow::new(#sign_in)
                #refresh
                #single_use
                .access_token(#access_token)
                #(#expiries)*
                #second_factor
                .headers(&[#(#headers),*]);
        }
    }

    fn runtime_if(self, is_used: bool, name: &str) -> Option<TokenStream> {
        is_used.then(|| self.runtime(name))
    }

    fn token_request(self, form: &CredentialForm, request: &TokenRequestSettings) -> TokenStream {
        let (of, field_value) = (self.runtime("TokenRequest"), self.runtime("FieldValue"));
        let encoding = ident(match request.body {
            TokenRequestBody::Json => "json",
            TokenRequestBody::Form => "form",
        });
        let path = literal(&request.path);
        let above_base = (request.above_base > 0).then(|| {
            let steps = number(&request.above_base.to_string());
            quote! { .above_base(#steps) }
        });
        let accept = request.accept.as_ref().map(|accept| {
            let accept = literal(accept);
            quote! { .accept(#accept) }
        });
        let once = request.once.then(|| quote! { .once() });
        let headers = (!request.headers.is_empty()).then(|| {
            let headers = header_pairs(&request.headers);
            quote! { .headers(&[#(#headers),*]) }
        });
        let fields = request.fields.iter().map(|(name, field)| {
            let value = match (field, field.placeholder()) {
                (TokenField::Flag(flag), _) => quote! { Flag(#flag) },
                (TokenField::Text(_), Some(REFRESH_TOKEN)) => quote! { RefreshToken },
                (TokenField::Text(_), Some(given)) => {
                    // A request that can be made once is not made without what it needs; from any other, what was not given is left out.
                    let optional =
                        form.fields.iter().filter(|field| field.name == given).any(|field| match field.given {
                            Given::Always => false,
                            Given::Optionally => !request.once,
                            Given::WhenAsked => true,
                        });
                    let (kind, given) = (ident(if optional { "Optional" } else { "Given" }), literal(given));
                    quote! { #kind(#given) }
                }
                (TokenField::Text(text), None) => {
                    let text = literal(text);
                    quote! { Text(#text) }
                }
            };
            let name = literal(name);
            quote! { (#name, #field_value::#value) }
        });
        quote! { #of::#encoding(#path) #above_base #accept #once #headers .fields(&[#(#fields),*]) }
    }

    /// The type that holds what was given, with a setter for everything that may be left out.
    fn sign_in(self, form: &CredentialForm, tokens: &TokenSettings) -> TokenStream {
        let (name, source) = (ident(&form.sign_in_type()), self.runtime("TokenSource"));
        let docs = Docs::of_inline(&Inline::join([
            &Inline::prose(
                "Signs in when the first call needs it, and renews the tokens once for all calls that wait: made by ",
            ),
            &Inline::item(&format!("Credentials::{}", form.constructor())),
            &Inline::prose(". It never shows itself."),
        ]));
        let setters = form.fields.iter().filter_map(|field| {
            let (method, wire, docs) = (ident(&field.argument()), literal(&field.name), Docs::of(&field.description));
            let (argument, call) = match field.given {
                Given::Always => return None,
                Given::Optionally => {
                    let secret = self.runtime("Secret");
                    (quote! { impl Into<#secret> }, quote! { given })
                }
                Given::WhenAsked => {
                    let secret = self.runtime("Secret");
                    (quote! { impl Fn() -> Option<#secret> + Send + Sync + 'static }, quote! { asked })
                }
            };
            Some(quote! {
                #docs
                #[must_use]
                pub fn #method(self, #method: #argument) -> Self {
                    Self(self.0.#call(#wire, #method))
                }
            })
        });
        let authorize = tokens.authorize_url.as_ref().map(|url| {
            let docs = Docs::of(
                "The page to send a person to who is asked to agree. The vendor sends them back to the redirect URI with a `code` \
                 and with this `state`, which must be one that nobody can guess and has to be compared.",
            );
            let url = literal(url);
            quote! {
                #docs
                pub fn authorize_url(&self, state: &str) -> Result<runtime::Url, runtime::CredentialsError> {
                    self.0.authorize_url(#url, state)
                }
            }
        });
        let store = Docs::of(
            "Keeps the tokens in this store, and begins with those that it holds. Otherwise they are kept in memory for as long as \
             the client lives.",
        );
        let store_timeout = Docs::of(
            "How long one call of the store may take: 5 seconds by default. A `load` or a `lock` that takes longer is tried once \
             more, a `save` later; calls that have a good token do not wait for the store.",
        );
        quote! {
            #docs
            #[derive(Clone, Debug)]
            pub struct #name(#source);

            impl #name {
                #(#setters)*
                #authorize
                #store
                #[must_use]
                pub fn store(self, store: impl runtime::TokenStore + 'static) -> Self {
                    Self(self.0.store(store))
                }
                #store_timeout
                #[must_use]
                pub fn store_timeout(self, limit: std::time::Duration) -> Self {
                    Self(self.0.store_timeout(limit))
                }
            }

            impl From<#name> for Credentials {
                fn from(sign_in: #name) -> Self {
                    Self(runtime::Credentials::none().authenticate(sign_in.0))
                }
            }
        }
    }
}

/// What a constructor asks for.
fn always_given(form: &CredentialForm) -> impl Iterator<Item = &CredentialField> {
    form.fields.iter().filter(|field| field.given == Given::Always)
}

/// An expression for the value of a header, cookie or query parameter: its template with what the caller gave in place of `{field}`.
fn sent_value(form: &CredentialForm, template: &str) -> TokenStream {
    let mut pattern = String::new();
    let mut arguments = Vec::new();
    let mut rest = template;
    while let Some(character) = rest.chars().next() {
        let field = form.fields.iter().find(|field| rest.starts_with(&format!("{{{}}}", field.name)));
        if let Some(field) = field {
            pattern.push_str("{}");
            arguments.push(ident(&field.argument()));
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
        return if count > 1 {
            quote! { #only.clone() }
        } else {
            only.clone()
        };
    }
    let pattern = literal(&pattern);
    quote! { format!(#pattern #(, #arguments.reveal())*) }
}

fn header_pairs(headers: &BTreeMap<String, String>) -> impl Iterator<Item = TokenStream> {
    headers.iter().map(|(name, value)| {
        let (name, value) = (literal(name), literal(value));
        quote! { (#name, #value) }
    })
}
