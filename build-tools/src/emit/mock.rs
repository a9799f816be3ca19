//! What stands in for the vendor in a service's tests: for each operation what can be said of its calls and what can be responded to them,
//! and a sample of each type that is read.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::errors::{ByMethod, meaning};
use super::tokens::{Docs, Imports, Scope, Written, deprecated, file, ident, number, passed, several};
use crate::contract::{
    Body, Contract, CredentialForm, Extent, Kind, Operation, Parameter, Passed, ResponseBody, Status, Tag,
    TypeDefinition, TypeUse, Webhook, is_possible, sample,
};
use crate::names::{self, response, sample_function};
use crate::payloads::Payloads;
use crate::spec::Shown;
use crate::text::{Inline, literal, raw_literal};

/// The longest sample with all that may be left out; of longer ones there is what must be there.
const MAX_SAMPLE_BYTES: usize = 32 * 1024;

/// Where a vendor is said to be that has no installation of its own.
const NOWHERE: &str = "https://mock.invalid";

/// File names and texts.
pub(super) fn mock(contract: &Contract, payloads: &Payloads) -> Vec<(String, Result<Written, String>)> {
    let mut files =
        vec![("mod.rs".to_owned(), module(contract)), ("samples.rs".to_owned(), samples(contract, payloads))];
    files.extend(webhook(contract).map(|text| ("webhook.rs".to_owned(), text)));
    let used = |tag: &&Tag| contract.operations.iter().any(|operation| operation.module == tag.module);
    let tags: Vec<&Tag> = contract.tags.iter().filter(used).collect();
    let calls =
        "What can be said of the calls of each operation. Each is what the method of its name of the mock gives.";
    let responses = "What can be responded to each operation: what its `then` gives to be called.";
    for (directory, about) in [("calls", calls), ("responses", responses)] {
        files.push((format!("{directory}/mod.rs"), index(contract, &tags, about)));
    }
    for tag in tags {
        files.push((format!("calls/{}.rs", tag.module), calls_of_tag(contract, tag)));
        files.push((format!("responses/{}.rs", tag.module), responses_of_tag(contract, tag)));
    }
    files
}

/// The types that have a sample, in the order of their names.
pub(super) fn sampled(contract: &Contract) -> impl Iterator<Item = &TypeDefinition> {
    contract.types.values().filter(|definition| is_sampled(contract, definition))
}

/// Whether a type has a sample: it is read, made of others, and not without an end.
pub(super) fn is_sampled(contract: &Contract, definition: &TypeDefinition) -> bool {
    let is_made_of_others =
        matches!(definition.kind, Kind::Object { .. } | Kind::TaggedUnion { .. } | Kind::UntaggedUnion(_));
    let is_possible = || contract.model.component(&definition.component).is_some_and(|schema| is_possible(&schema));
    definition.read && is_made_of_others && is_possible()
}

/// The method of a mock for an operation.
pub(super) fn method(operation: &Operation) -> String {
    names::Scope::Mock.name("", Some(&operation.method_name))
}

/// The method that says what a parameter is.
pub(super) fn setter(parameter: &Parameter) -> String {
    names::Scope::Expectation.name("", Some(&parameter.name))
}

fn module(contract: &Contract) -> Result<Written, String> {
    let vendor = &contract.settings.package.vendor;
    let mut docs = Docs::of(&format!("What stands in for {vendor} in the tests of a service, without a server."));
    docs.inline(&Inline::join([
        &Inline::prose("A "),
        &Inline::item("Mock"),
        &Inline::prose(" says which calls it is about and how they are responded to, "),
        &Inline::item("samples"),
        &Inline::prose(" holds a value of each type that is read, and "),
        &Inline::item("error"),
        &Inline::prose(" builds the errors that a call can end with."),
    ]));
    let mut mock_docs = Docs::of(&format!(
        "Responds to the calls of real clients in the place of {vendor}: a method for each operation says which calls are meant, and \
         its `then` how they are responded to."
    ));
    mock_docs.text(
        "Everything else that it can do is the runtime's: `client` gives a client whose calls come here, `builder` the same before \
         it is built, `transport` what a client of the service's own is built with, `raw` mocks requests that no operation is for, \
         and `verify` verifies that everything that was expected has happened and nothing else. So does dropping it.",
    );
    let environment = contract.settings.environments.first();
    let base_url = literal(environment.map_or(NOWHERE, |environment| environment.url.as_str()));
    let credentials = contract.settings.credentials.first().map(test_credentials).unwrap_or_default();
    let webhook = contract.settings.webhook.iter().map(|_| quote! { #[cfg(feature = "webhook")] pub mod webhook; });
    let new_docs = Docs::of("A mock that expects nothing yet.");
    let items = quote! {
        pub mod calls;
        pub mod responses;
        pub mod samples;
        #(#webhook)*

        use onboarding_core as runtime;
        pub use onboarding_core::mock::{Expected, Form, MockTransport, Reply, Then, Unmatched, When, error};

        use crate::generated::client::Client;

        #mock_docs
        #[derive(Debug)]
        pub struct Mock(runtime::mock::Mock<Client>);

        impl Mock {
            #new_docs
            pub fn new() -> Self {
                Self(runtime::mock::Mock::new(#base_url, runtime::Credentials::none() #credentials))
            }
        }

        impl Default for Mock {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::ops::Deref for Mock {
            type Target = runtime::mock::Mock<Client>;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
    };
    file(&contract.vendor, &docs, &items)
}

/// What signs a client of the mock in: what the vendor's first form of credentials sends, with texts that tell what they stand for.
fn test_credentials(form: &CredentialForm) -> TokenStream {
    let sent = [("header", &form.headers), ("cookie", &form.cookies), ("query", &form.query)];
    let values = sent.into_iter().flat_map(|(method, values)| {
        values.iter().map(move |(name, template)| {
            let (method, name, value) = (ident(method), literal(name), literal(&test_value(template)));
            quote! { .#method(#name, #value) }
        })
    });
    quote! { #(#values)* }
}

/// A template with `test-secret` in the place of `{secret}`.
fn test_value(template: &str) -> String {
    let mut value = String::new();
    for (index, part) in template.split(['{', '}']).enumerate() {
        // Placeholders and what stands between them take turns.
        if index % 2 == 1 {
            value.extend(["test-", &part.replace('_', "-")]);
        } else {
            value.push_str(part);
        }
    }
    value
}

/// The modules of a directory, and the types in them.
fn index(contract: &Contract, tags: &[&Tag], about: &str) -> Result<Written, String> {
    let mut modules: Vec<&str> = tags.iter().map(|tag| tag.module.as_str()).collect();
    modules.sort_unstable();
    let exported = modules.iter().filter_map(|module| {
        let mut names: Vec<&str> = contract
            .operations
            .iter()
            .filter(|operation| operation.module == *module)
            .map(|operation| operation.type_stem.as_str())
            .collect();
        names.sort_unstable();
        let (module, names) = (ident(module), several(&names.into_iter().map(ident).collect::<Vec<_>>())?);
        Some(quote! { pub use self::#module::#names; })
    });
    let names = modules.iter().map(|module| ident(module));
    file(&contract.vendor, &Docs::of(about), &quote! { #(mod #names;)* #(#exported)* })
}

/// A method of the client as a link.
fn method_link(operation: &Operation) -> Inline {
    Inline::link(&Inline::code(&operation.method_name), &format!("crate::Client::{}", operation.method_name))
}

fn calls_of_tag(contract: &Contract, tag: &Tag) -> Result<Written, String> {
    let imports = Imports::new(contract, Scope::Crate);
    let operations: Vec<&Operation> =
        contract.operations.iter().filter(|operation| operation.module == tag.module).collect();
    let mock = imports.name("crate::generated", "mock");
    let methods: Vec<TokenStream> = operations.iter().map(|operation| mock_method(operation)).collect();
    let calls: Vec<TokenStream> = operations.iter().map(|operation| call(contract, &imports, operation)).collect();
    let uses = imports.uses();
    let docs = Docs::of(&format!("What can be said of calls of {}.", tag.name));
    let items = quote! {
        use onboarding_core as runtime;
        #uses

        impl #mock::Mock { #(#methods)* }

        #(#calls)*
    };
    file(&contract.vendor, &docs, &items)
}

/// The method of the mock for an operation.
fn mock_method(operation: &Operation) -> TokenStream {
    let docs = Docs::of_inline(&Inline::join([&Inline::prose("Mocks "), &method_link(operation), &Inline::prose(".")]));
    let deprecated = deprecated(operation.deprecated);
    let (method, call, id) = (ident(&method(operation)), ident(&operation.type_stem), literal(&operation.id));
    let is_shown =
        |name: &str| operation.all_parameters().all(|parameter| parameter.wire != name || !parameter.private);
    let mut shown: Vec<&str> = operation.all_parameters().map(|parameter| parameter.wire.as_str()).collect();
    shown.retain(|name| is_shown(name));
    let optional = operation.parameters.iter().filter(|parameter| !parameter.required);
    let optional: Vec<&str> = optional.map(|parameter| parameter.wire.as_str()).collect();
    let list = |method: &str, names: &[&str]| {
        (!names.is_empty()).then(|| {
            let (method, names) = (ident(method), names.iter().map(|name| literal(name)));
            quote! { .#method(&[#(#names),*]) }
        })
    };
    let (shown, optional) = (list("shown", &shown), list("optional", &optional));
    quote! {
        #docs
        #deprecated
        pub fn #method(&self) -> #call {
            #call(self.0.when(runtime::mock::Mocked::new(#id) #shown #optional))
        }
    }
}

/// What can be said of the calls of an operation.
fn call(contract: &Contract, imports: &Imports<'_>, operation: &Operation) -> TokenStream {
    let docs = Docs::of_inline(&Inline::join([
        &Inline::prose("Which calls of "),
        &method_link(operation),
        &Inline::prose(" are meant: all, unless something is said here."),
    ]));
    let (name, derive) = (ident(&operation.type_stem), imports.name("onboarding_core::derive", "Mocked"));
    let setters: Vec<TokenStream> =
        operation.all_parameters().map(|parameter| parameter_setter(imports, parameter)).collect();
    let body = operation.body.as_ref().map(|body| body_setters(contract, imports, body));
    let items = (!setters.is_empty() || body.is_some()).then(|| quote! { impl #name { #(#setters)* #body } });
    quote! {
        #docs
        #[derive(Debug, #derive)]
        #[must_use = "nothing is mocked before `then`"]
        pub struct #name(runtime::mock::When<mock::responses::#name>);

        #items
    }
}

fn parameter_setter(imports: &Imports<'_>, parameter: &Parameter) -> TokenStream {
    let mut docs = Docs::default();
    let (what, end) = if parameter.style.is_list {
        ("The values of", " are these, in this order.")
    } else {
        ("The value of", " is this one.")
    };
    docs.inline(&Inline::join([
        &Inline::prose(&format!("{what} the {} parameter ", parameter.style.location.as_str())),
        &Inline::code(&parameter.wire),
        &Inline::prose(end),
    ]));
    docs.text(&parameter.description);
    let (name, function, wire) = (ident(&setter(parameter)), ident(parameter.style.function), literal(&parameter.wire));
    let separator = parameter.style.separator.map(|separator| {
        let separator = proc_macro2::Literal::character(separator);
        quote! { #separator, }
    });
    let value = imports.argument(&parameter.value, parameter.style.is_list);
    quote! {
        #docs
        pub fn #name(self, value: #value) -> Self {
            Self(self.0.#function(#wire, #separator value))
        }
    }
}

fn body_setters(contract: &Contract, imports: &Imports<'_>, body: &Body) -> TokenStream {
    let argument = if body.encoding.is_typed {
        imports.argument(&body.value, false)
    } else {
        let bytes = imports.runtime("Bytes");
        quote! { impl Into<#bytes> }
    };
    // What is shown decoded is compared decoded, and taken by reference.
    let (given, type_arguments, matching, judged) = match body.encoding.shown {
        Shown::Value => {
            let whole = imports.type_of(&body.value);
            let is_value = passed(contract, &body.value, false) == Passed::Value;
            let given = if is_value {
                quote! { &body }
            } else {
                quote! { body }
            };
            (given, Some(quote! { ::<#whole> }), "json_matching", whole)
        }
        Shown::Form => (quote! { body }, None, "form_matching", quote! { runtime::mock::Form }),
        Shown::Bytes => (quote! { body }, None, "bytes_matching", quote! { [u8] }),
    };
    let (exact, matching) = (ident(body.encoding.function), ident(matching));
    let (exact_docs, matching_docs, without_docs) = (
        Docs::of("The body is this one."),
        Docs::of("The function says `true` of the body."),
        Docs::of("No body is sent."),
    );
    let without = (!body.required).then(|| {
        quote! {
            #without_docs
            pub fn without_body(self) -> Self {
                Self(self.0.without_body())
            }
        }
    });
    quote! {
        #exact_docs
        pub fn body(self, body: #argument) -> Self {
            Self(self.0.#exact #type_arguments(#given))
        }

        #matching_docs
        pub fn body_matching(self, matches: impl Fn(&#judged) -> bool + Send + Sync + 'static) -> Self {
            Self(self.0.#matching(matches))
        }

        #without
    }
}

fn responses_of_tag(contract: &Contract, tag: &Tag) -> Result<Written, String> {
    let imports = Imports::new(contract, Scope::Crate);
    let operations = contract.operations.iter().filter(|operation| operation.module == tag.module);
    let responses: Vec<TokenStream> = operations.map(|operation| responses(contract, &imports, operation)).collect();
    let uses = imports.uses();
    let docs = Docs::of(&format!("What can be responded to calls of {}.", tag.name));
    file(&contract.vendor, &docs, &quote! { use onboarding_core as runtime; #uses #(#responses)* })
}

/// What can be responded to the calls of an operation.
fn responses(contract: &Contract, imports: &Imports<'_>, operation: &Operation) -> TokenStream {
    let docs = Docs::of_inline(&Inline::join([
        &Inline::prose("What can be responded to "),
        &method_link(operation),
        &Inline::prose(": the statuses that it declares and, by the runtime's `Then`, everything else."),
    ]));
    let (name, derive) = (ident(&operation.type_stem), imports.name("onboarding_core::derive", "Responses"));
    let statuses: Vec<TokenStream> =
        operation.statuses.iter().map(|status| status_method(contract, imports, operation, status)).collect();
    let items = (!statuses.is_empty()).then(|| quote! { impl #name { #(#statuses)* } });
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, #derive)]
        pub struct #name(runtime::mock::Then);

        #items
    }
}

fn status_method(contract: &Contract, imports: &Imports<'_>, operation: &Operation, status: &Status) -> TokenStream {
    let one: ByMethod<'_> = BTreeMap::from([(operation.method_name.as_str(), operation)]);
    let docs = Docs::of(&meaning(&one, std::slice::from_ref(&operation.method_name), &status.code));
    let name = ident(&response(&status.code));
    // A range is for several statuses: which one it is has to be said.
    let (parameter, code) = match status.code.parse::<u16>() {
        Ok(code) => (None, number(&code.to_string())),
        Err(_) => (Some(quote! { status: u16, }), quote! { status }),
    };
    let media_type = literal(media_type(status));
    let (argument, made) = match &status.body {
        ResponseBody::Nothing => (None, quote! { self.0.status(#code) }),
        ResponseBody::Json(value) => {
            let argument = imports.argument(value, false);
            let is_value = passed(contract, value, false) == Passed::Value;
            let given = if is_value {
                quote! { &body }
            } else {
                quote! { body }
            };
            (Some(quote! { body: #argument }), quote! { self.0.json(#code, #media_type, #given) })
        }
        ResponseBody::Text => {
            (Some(quote! { body: &str }), quote! { self.0.bytes(#code, #media_type, body.to_owned()) })
        }
        ResponseBody::Bytes => {
            let bytes = imports.runtime("Bytes");
            (Some(quote! { body: impl Into<#bytes> }), quote! { self.0.bytes(#code, #media_type, body) })
        }
    };
    quote! {
        #docs
        pub fn #name(self, #parameter #argument) -> runtime::mock::Reply {
            #made
        }
    }
}

/// The media type of a status as a response has it.
pub(super) fn media_type(status: &Status) -> &str {
    match status.media_type.as_str() {
        "" => "application/json",
        "*/*" => "application/octet-stream",
        media_type => media_type,
    }
}

/// The functions that deliver webhooks, with the types of their bodies; one for any body where the document describes none.
pub(super) fn deliveries(contract: &Contract) -> Vec<(String, Option<&Webhook>)> {
    let mut all: Vec<(String, Option<&Webhook>)> =
        contract.webhooks.iter().map(|webhook| (names::delivery(&webhook.id), Some(webhook))).collect();
    if all.is_empty() {
        all.push(("deliver".to_owned(), None));
    }
    all
}

/// How webhooks are delivered to a service under test, where `vendor.toml` says how the vendor vouches for them.
fn webhook(contract: &Contract) -> Option<Result<Written, String>> {
    let settings = contract.settings.webhook.as_ref()?;
    let vendor = &contract.settings.package.vendor;
    let imports = Imports::new(contract, Scope::Crate);
    let is_signed = settings.signature.is_some();
    let deliveries = deliveries(contract).into_iter().map(|(name, webhook)| {
        let mut docs = Docs::of(&match webhook {
            Some(webhook) => {
                format!("{}: a delivery to this address of the service.", webhook.summary.trim_end_matches('.'))
            }
            None => "A delivery of this body to this address of the service.".to_owned(),
        });
        docs.text("It panics where the address is none, such as one without a host.");
        let name = ident(&name);
        let body = webhook.map_or_else(
            || quote! { &impl runtime::__private::Serialize },
            |webhook| imports.argument(&webhook.body, false),
        );
        let is_value = webhook.is_some_and(|webhook| passed(contract, &webhook.body, false) == Passed::Value);
        let given = if is_value {
            quote! { &body }
        } else {
            quote! { body }
        };
        let (by, made) = if is_signed {
            (quote! { signer: &WebhookSigner }, quote! { signer.deliver(url, #given) })
        } else {
            let secret = imports.runtime("Secret");
            let scheme = quote! { &crate::generated::webhook::scheme() };
            (
                quote! { secret: &#secret },
                quote! { runtime::mock::webhook::deliver_with_secret(#scheme, secret, url, #given) },
            )
        };
        let bytes = imports.runtime("Bytes");
        quote! {
            #docs
            pub fn #name(url: &str, body: #body, #by) -> runtime::mock::webhook::Request<#bytes> { #made }
        }
    });
    let deliveries: Vec<TokenStream> = deliveries.collect();
    let signer = is_signed.then(|| {
        let docs = Docs::of_inline(&Inline::join([
            &Inline::prose("Signs as "),
            &Inline::link(&Inline::code("policy"), "crate::webhook::policy"),
            &Inline::prose(" asks for it, with a new key: give its `keys` to the service in place of the vendor's."),
        ]));
        quote! {
            pub use onboarding_core::mock::webhook::WebhookSigner;

            #docs
            pub fn signer() -> WebhookSigner {
                WebhookSigner::new(&crate::generated::webhook::policy())
            }
        }
    });
    let uses = imports.uses();
    let docs = Docs::of(&format!("Webhooks as {vendor} delivers them, with keys that only the test has."));
    Some(file(&contract.vendor, &docs, &quote! { use onboarding_core as runtime; #uses #signer #(#deliveries)* }))
}

fn samples(contract: &Contract, payloads: &Payloads) -> Result<Written, String> {
    let documented = documented(contract, payloads);
    let imports = Imports::new(contract, Scope::Crate);
    let functions: Vec<TokenStream> = sampled(contract)
        .map(|definition| {
            let link = Inline::link(&Inline::code(&definition.name), &format!("crate::types::{}", definition.name));
            let payload = documented.get(definition.name.as_str());
            let origin = match payload {
                Some(_) => " as the vendor documents it.",
                None => " with values that fit the document and are not the vendor's.",
            };
            let docs = Docs::of_inline(&Inline::join([&link, &Inline::prose(origin)]));
            let text = match payload {
                Some(text) => raw_literal(text.trim()),
                None => raw_literal(&made_up(contract, definition)),
            };
            let (name, value) = (ident(&sample_function(&definition.name)), imports.named(&definition.name));
            quote! { #docs pub fn #name() -> #value { runtime::mock::sample(#text) } }
        })
        .collect();
    let uses = imports.uses();
    let mut docs = Docs::of("A value of each type that is read, for tests: change what the test is about.");
    docs.text("Names, dates and amounts in them are those of the vendor's documentation, or made up to fit it.");
    let runtime = (!functions.is_empty()).then(|| quote! { use onboarding_core as runtime; });
    file(&contract.vendor, &docs, &quote! { #runtime #uses #(#functions)* })
}

/// The documented payload of each type that is the whole body of a response or of a webhook: the first that there is.
fn documented<'c>(contract: &'c Contract, payloads: &'c Payloads) -> BTreeMap<&'c str, &'c str> {
    let mut documented = BTreeMap::new();
    let mut add = |value: &'c TypeUse, payload: Option<&'c str>| {
        if let (TypeUse::Named(name), Some(payload)) = (value, payload) {
            documented.entry(name.as_str()).or_insert(payload);
        }
    };
    for operation in &contract.operations {
        let mut first = true;
        for status in &operation.statuses {
            if let ResponseBody::Json(value) = &status.body {
                if status.is_success() && std::mem::take(&mut first) {
                    add(value, payloads.get(&format!("{}.response", operation.id)));
                }
                add(value, payloads.get(&format!("{}.response.{}", operation.id, status.code)));
            }
        }
    }
    for webhook in &contract.webhooks {
        add(&webhook.body, payloads.get(&format!("{}.request", webhook.id)));
    }
    documented
}

/// A value of a type from its schema, as JSON.
fn made_up(contract: &Contract, definition: &TypeDefinition) -> String {
    let schema = contract.model.component(&definition.component);
    let of = |extent| schema.as_ref().map(|schema| sample(schema, extent).to_string()).unwrap_or_default();
    let whole = of(Extent::Everything);
    if whole.len() > MAX_SAMPLE_BYTES { of(Extent::Required) } else { whole }
}

#[cfg(test)]
mod tests {
    use super::test_value;

    #[test]
    fn credentials_of_a_test_tell_what_they_stand_for() {
        assert_eq!(test_value("Bearer {access_token}"), "Bearer test-access-token");
        assert_eq!(test_value("Key {secret}"), "Key test-secret");
        assert_eq!(test_value("fixed"), "fixed");
    }
}
