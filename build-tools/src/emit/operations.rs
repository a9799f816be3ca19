//! The operations, a file for each tag: a method of the client each, and a type of its own for each call that has optional parameters
//! or comes in pages.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::example;
use super::limits::{is_limited, rules, sentence};
use super::tokens::{
    Docs, Example, Imports, Scope, Written, deprecated, file, ident, number, passed, several, type_text,
};
use crate::contract::{
    Body, Contract, Kind, Method, Operation, Parameter, Passed, Provenance, ResponseBody, Success, Tag, TypeDefinition,
    TypeUse,
};
use crate::text::{Inline, literal};

/// File names and files, `mod.rs` among them. Each is made when it is asked for.
pub(super) fn operations(contract: &Contract) -> impl Iterator<Item = (String, Result<Written, String>)> {
    let modules: BTreeSet<&str> = contract.operations.iter().map(|operation| operation.module.as_str()).collect();
    let used: Vec<&Tag> = contract.tags.iter().filter(|tag| modules.contains(tag.module.as_str())).collect();
    let index = index(contract, &used);
    let tags = used.into_iter().map(|tag| (format!("{}.rs", tag.module), operations_of_tag(contract, tag)));
    std::iter::once(("mod.rs".to_owned(), index)).chain(tags)
}

fn index(contract: &Contract, tags: &[&Tag]) -> Result<Written, String> {
    let mut docs = Docs::of_inline(&Inline::join([
        &Inline::prose("The operations, grouped as the vendor groups them. Each is a method of "),
        &Inline::link(&Inline::code("Client"), "crate::Client"),
        &Inline::prose("."),
    ]));
    docs.text("Calls with optional parameters have types of their own here: set what is wanted, then `send`.");
    let mut modules: Vec<&str> = tags.iter().map(|tag| tag.module.as_str()).collect();
    modules.sort_unstable();
    let exported = modules.iter().filter_map(|module| {
        let mut names: Vec<&str> = contract
            .operations
            .iter()
            .filter(|operation| operation.module == *module && has_call_type(operation))
            .map(|operation| operation.type_stem.as_str())
            .collect();
        names.sort_unstable();
        let (module, names) = (ident(module), several(&names.into_iter().map(ident).collect::<Vec<_>>())?);
        Some(quote! { pub use self::#module::#names; })
    });
    let names = modules.iter().map(|module| ident(module));
    file(&contract.vendor, &docs, &quote! { #(mod #names;)* #(#exported)* })
}

/// Whether the call has anything optional or comes in pages, and so a type of its own.
pub(super) fn has_call_type(operation: &Operation) -> bool {
    has_setters(operation) || operation.paging.is_some()
}

/// Whether the call has anything optional.
fn has_setters(operation: &Operation) -> bool {
    operation.parameters.iter().any(|parameter| !parameter.required)
        || operation.body.as_ref().is_some_and(|body| !body.required)
}

/// The type of the addresses at which the operation gives the thing, where there is one: a GET of that path, with nothing else that must be
/// given.
pub(super) fn followed<'c>(contract: &'c Contract, operation: &Operation) -> Option<&'c TypeDefinition> {
    let is_get = operation.method == Method::Get && operation.body.is_none();
    let [only] = operation.path_parameters.as_slice() else { return None };
    if !is_get || operation.parameters.iter().any(|parameter| parameter.required) {
        return None;
    }
    let is_placeholder = |segment: &str| segment.starts_with('{');
    let leads_here = |template: &str| {
        let (mut here, mut there) = (operation.path.split('/'), template.split('/'));
        loop {
            match (here.next(), there.next()) {
                (None, None) => return true,
                (Some(one), Some(other)) if one == other || (is_placeholder(one) && is_placeholder(other)) => {}
                _ => return false,
            }
        }
    };
    contract.types.values().find(|definition| match &definition.kind {
        Kind::ResourceUrl { template, identifier } => {
            leads_here(template) && only.value.named() == Some(identifier.as_str()) && !only.style.is_list
        }
        _ => false,
    })
}

/// Whether there is an address that can be followed.
pub(super) fn has_followed(contract: &Contract) -> bool {
    contract.operations.iter().any(|operation| followed(contract, operation).is_some())
}

fn operations_of_tag(contract: &Contract, tag: &Tag) -> Result<Written, String> {
    let imports = Imports::new(contract, Scope::Crate);
    imports.name("crate::generated", "client::Client");
    let of_tag = contract.operations.iter().filter(|operation| operation.module == tag.module);
    let emitters: Vec<Emitter<'_>> =
        of_tag.map(|operation| Emitter { contract, imports: &imports, operation }).collect();
    let methods: Vec<TokenStream> = emitters.iter().map(|emitter| emitter.method()).collect();
    let calls: Vec<TokenStream> =
        emitters.iter().filter(|emitter| has_call_type(emitter.operation)).map(|emitter| emitter.call()).collect();
    let followed: Vec<TokenStream> = emitters.iter().filter_map(|emitter| emitter.followed()).collect();
    let uses = imports.uses();
    let items = quote! { #uses impl Client { #(#methods)* } #(#calls)* #(#followed)* };
    file(&contract.vendor, &Docs::of(&tag.description), &items)
}

/// What the method of an operation is given beside the client: names and types, by their paths from outside the crate.
pub fn arguments(contract: &Contract, operation: &Operation) -> Vec<(String, String)> {
    let imports = Imports::new(contract, Scope::Paths);
    let emitter = Emitter { contract, imports: &imports, operation };
    let flat = |(name, value): (&str, TokenStream)| (name.to_owned(), super::layout::flat(value));
    emitter.arguments().into_iter().map(flat).collect()
}

/// Writes one operation.
#[derive(Clone, Copy)]
struct Emitter<'c> {
    contract: &'c Contract,
    imports: &'c Imports<'c>,
    operation: &'c Operation,
}

impl<'c> Emitter<'c> {
    fn optional(self) -> impl Iterator<Item = &'c Parameter> {
        self.operation.parameters.iter().filter(|parameter| !parameter.required)
    }

    fn arguments(self) -> Vec<(&'c str, TokenStream)> {
        let parameters = self.operation.required_parameters().map(|parameter| {
            (parameter.name.as_str(), self.imports.argument(&parameter.value, parameter.style.is_list))
        });
        let body = self.operation.body.as_ref().filter(|body| body.required).map(|body| {
            let value = if body.encoding.is_typed {
                self.imports.argument(&body.value, false)
            } else {
                self.imports.runtime("Bytes")
            };
            ("body", value)
        });
        parameters.chain(body).collect()
    }

    /// The type of a call without optional parameters.
    fn call_type(self) -> TokenStream {
        let call = self.imports.runtime("Call");
        let success = self.imports.success(&self.operation.success);
        let error = match &self.operation.error {
            Some(name) => {
                let (errors, name) = (self.imports.module("errors"), ident(name));
                quote! { #errors::#name }
            }
            None => self.imports.runtime("NoDeclaredError"),
        };
        quote! { #call<#success, #error> }
    }

    /// What an address has to do with the operation that stands there.
    fn followed(self) -> Option<TokenStream> {
        let Self { contract, operation, imports } = self;
        let url = followed(contract, operation)?;
        let (follow, types) = (imports.runtime("Follow"), imports.module("types"));
        let (url, method) = (ident(&url.name), ident(&operation.method_name));
        let identifier = imports.type_of(&operation.path_parameters.first()?.value);
        let elsewhere = quote! { client.#method(&#identifier::from("")) };
        let (call, elsewhere) = if has_call_type(operation) {
            let call = ident(&operation.type_stem);
            (quote! { #call }, quote! { #call(#elsewhere.0.leading_elsewhere()) })
        } else {
            (self.call_type(), quote! { #elsewhere.leading_elsewhere() })
        };
        Some(quote! {
            impl #follow<Client> for #types::#url {
                type Call = #call;
                #[inline]
                fn follow(&self, client: &Client) -> Self::Call {
                    match self.identifier().filter(|_| client.core.is_own_url(self.as_str())) {
                        Some(identifier) => client.#method(&identifier),
                        None => #elsewhere,
                    }
                }
            }
        })
    }

    fn method(self) -> TokenStream {
        let Self { operation, .. } = self;
        let (docs, deprecated) = (self.docs(), deprecated(operation.deprecated));
        let name = ident(&operation.method_name);
        let arguments = self.arguments().into_iter().map(|(name, value)| {
            let name = ident(name);
            quote! { #name: #value }
        });
        let constant = self.constant();
        let steps = self.steps();
        let request = quote! { self.core.request(&OPERATION) #(#steps)* };
        let (returned, request) = if has_call_type(operation) {
            let call = ident(&operation.type_stem);
            (call.clone(), quote! { #call(#request) })
        } else {
            (self.call_type(), request)
        };
        // Compiled where it is called: decoding hangs on it, and a service uses few of the operations.
        quote! {
            #docs
            #deprecated
            #[inline]
            pub fn #name(&self, #(#arguments),*) -> #returned {
                #constant
                #request
            }
        }
    }

    /// What every call of the operation has in common.
    fn constant(self) -> TokenStream {
        let Self { contract, operation, .. } = self;
        let (of, method) = (self.imports.runtime("Operation"), self.imports.runtime("Method"));
        let (id, verb, path) = (literal(&operation.id), ident(operation.method.as_str()), literal(&operation.path));
        let public = (!operation.authenticated).then(|| quote! { .public() });
        let deprecated = operation.deprecated.then(|| quote! { .deprecated() });
        let is_key = |header: &&String| {
            operation.parameters.iter().any(|parameter| parameter.is_one_in_header() && parameter.wire == **header)
        };
        let key = contract.settings.idempotency_key.as_ref().filter(is_key).map(|header| {
            let header = literal(header);
            quote! { .idempotency_key(#header) }
        });
        let has_redirects = operation.statuses.iter().any(|status| status.code.starts_with('3'));
        let redirects = has_redirects.then(|| quote! { .redirects() });
        let accept = (operation.accept != "application/json").then(|| {
            let accept = literal(&operation.accept);
            quote! { .accept(#accept) }
        });
        quote! {
            static OPERATION: #of = #of::new(#id, #method::#verb, #path) #public #deprecated #key #redirects #accept;
        }
    }

    /// The steps that put the request together.
    fn steps(self) -> Vec<TokenStream> {
        let mut steps: Vec<TokenStream> =
            self.operation.required_parameters().flat_map(|parameter| self.parameter_steps(parameter)).collect();
        steps.extend(self.operation.body.as_ref().filter(|body| body.required).map(|body| {
            let is_value = passed(self.contract, &body.value, false) == Passed::Value;
            let given = if is_value && body.encoding.is_typed {
                quote! { &body }
            } else {
                quote! { body }
            };
            let step = body_step(body, &given);
            quote! { .#step }
        }));
        steps.push(match self.operation.success {
            Success::Nothing => quote! { .returns_nothing() },
            Success::Json(_) => quote! { .returns_json() },
            Success::JsonOrNothing(_) => quote! { .returns_json_or_nothing() },
            Success::Text => quote! { .returns_text() },
            Success::Download => quote! { .returns_download() },
            Success::ByStatus(_) => quote! { .returns_by_status() },
        });
        steps
    }

    /// What validates a parameter that must be given, and what writes it.
    fn parameter_steps(self, parameter: &Parameter) -> Vec<TokenStream> {
        let (function, separator) = (ident(parameter.style.function), separator(parameter));
        let (wire, name) = (literal(&parameter.wire), ident(&parameter.name));
        let is_list = parameter.style.is_list;
        let reference = match passed(self.contract, &parameter.value, is_list) {
            // A `str` has no fixed size: a reference to the reference can be handed on as a trait object.
            Passed::Value | Passed::Text => quote! { &#name },
            Passed::Slice | Passed::Reference => name.clone(),
        };
        let check = (is_limited(&parameter.limits) || self.has_rules(&parameter.value)).then(|| {
            // Nor has a slice.
            let checked = if is_list {
                quote! { &#name }
            } else {
                reference.clone()
            };
            let rules = self.rules(parameter);
            quote! { .check(#wire, #checked, #rules) }
        });
        check.into_iter().chain([quote! { .#function(#wire, #separator #reference) }]).collect()
    }

    /// The rules of a parameter, which are read while the crate is compiled.
    fn rules(self, parameter: &Parameter) -> TokenStream {
        if !is_limited(&parameter.limits) {
            return quote! { &[] };
        }
        let rules = rules(&parameter.limits, &self.imports.runtime("Rule"));
        quote! { const { &[#(#rules),*] } }
    }

    /// Whether a type has rules of its own, whatever uses it.
    fn has_rules(self, value: &TypeUse) -> bool {
        let definition = value.named().and_then(|name| self.contract.definition(name));
        definition.is_some_and(|definition| match &definition.kind {
            Kind::UntaggedUnion(variants) => variants.iter().any(|variant| self.has_rules(&variant.value)),
            _ => is_limited(&definition.limits),
        })
    }

    fn docs(self) -> Docs {
        let Self { contract, operation, .. } = self;
        let mut docs = Docs::of(&format!("{}.", operation.summary.trim_end_matches('.')));
        docs.text(&operation.description);
        for note in notes(operation) {
            docs.text(&note);
        }
        docs.list(self.operation.required_parameters().map(|parameter| {
            let limits = sentence(&parameter.limits).map(|limits| format!(" {limits}")).unwrap_or_default();
            (parameter.name.as_str(), format!("{}{limits}", parameter.description))
        }));
        let rows: Vec<[Inline; 3]> = operation
            .statuses
            .iter()
            .map(|status| {
                let body = match &status.body {
                    ResponseBody::Json(value) => link(value),
                    _ if status.media_type.is_empty() => Inline::default(),
                    _ => Inline::code(&status.media_type),
                };
                [Inline::prose(&status.code), Inline::prose(&status.description), body]
            })
            .collect();
        docs.table(["status", "meaning", "body"], &rows);
        if let Some(error) = &operation.error {
            docs.line(&Inline::join([
                &Inline::prose("Errors by status: "),
                &Inline::link(&Inline::code(error), &format!("crate::errors::{error}")),
                &Inline::prose("."),
            ]));
        }
        let request = Inline::code(&format!("{} {}", operation.method.as_str(), operation.path));
        // What is published need not say where it is documented.
        docs.line(&if operation.url.is_empty() {
            Inline::join([&request, &Inline::prose(".")])
        } else {
            Inline::join([
                &request,
                &Inline::prose(&format!(", under \"{}\" in ", operation.title)),
                &Inline::page(&Inline::prose("the vendor's documentation"), &operation.url),
                &Inline::prose("."),
            ])
        });
        docs.example(&example(contract, operation));
        docs
    }

    /// The type of a call with optional parameters or with pages: its methods for sending come from a derive, its setters are written here.
    fn call(self) -> TokenStream {
        let Self { operation, .. } = self;
        let link =
            Inline::link(&Inline::code(&operation.method_name), &format!("crate::Client::{}", operation.method_name));
        let send = Inline::link(&Inline::code("send"), "Self::send");
        let items = Inline::link(&Inline::code("items"), "Self::items");
        let mut docs = Docs::default();
        docs.line(&if has_setters(operation) {
            Inline::join([
                &Inline::prose("A call of "),
                &link,
                &Inline::prose(": set what is optional, then "),
                &send,
                &Inline::prose("."),
            ])
        } else {
            Inline::join([
                &Inline::prose("A call of "),
                &link,
                &Inline::prose(": "),
                &send,
                &Inline::prose(" it for one page, or take the "),
                &items,
                &Inline::prose(" of all."),
            ])
        });
        let derive = self.imports.name("onboarding_core::derive", "Call");
        let paged = operation.paging.as_ref().map(|paged| {
            let style = ident(paged.style.name);
            let names = [&paged.at, &paged.limit].into_iter().flatten().map(|name| literal(name));
            let default = paged.default_limit.map(|limit| number(&limit.to_string()));
            let default = default.into_iter();
            let most = paged.max_limit.map(|limit| number(&limit.to_string())).into_iter();
            let full = paged.full_pages.then(|| quote! { , full });
            quote! { #[wire(pages(#style #(, #names)* #(, #default)* #(, max = #most)* #full))] }
        });
        // The derive has the name `Call`, and so has what it is derived for.
        let (name, call) = (ident(&operation.type_stem), self.call_type());
        let setters = self.optional().map(|parameter| self.setter(parameter));
        let body = operation.body.as_ref().filter(|body| !body.required).map(|body| self.body_setter(body));
        let setters = has_setters(operation).then(|| quote! { impl #name { #(#setters)* #body } });
        quote! {
            #docs
            #[derive(Debug, #derive)]
            #[must_use = "nothing is sent before `send`"]
            #paged
            pub struct #name(pub(crate) #call);
            #setters
        }
    }

    /// The setter of an optional parameter.
    fn setter(self, parameter: &Parameter) -> TokenStream {
        let mut docs = Docs::of(&parameter.description);
        if let Some(limits) = sentence(&parameter.limits) {
            docs.text(&limits);
        }
        let (deprecated, name) = (deprecated(parameter.deprecated), ident(&parameter.name));
        let value = self.imports.type_of(&parameter.value);
        let (argument, given) = if parameter.style.is_list {
            (quote! { values: impl IntoIterator<Item = impl Into<#value>> }, quote! { values })
        } else {
            (quote! { value: impl Into<#value> }, quote! { value.into() })
        };
        let (function, wire) = (ident(parameter.style.function), literal(&parameter.wire));
        let (separator, rules) = (separator(parameter), self.rules(parameter));
        quote! {
            #docs
            #deprecated
            pub fn #name(self, #argument) -> Self {
                Self(self.0.#function::<#value>(#wire, #separator #given, #rules))
            }
        }
    }

    fn body_setter(self, body: &Body) -> TokenStream {
        let docs = Docs::of(if body.description.is_empty() { "What is sent." } else { &body.description });
        let value = match (body.encoding.is_typed, &body.value) {
            (false, _) => {
                let bytes = self.imports.runtime("Bytes");
                quote! { impl Into<#bytes> }
            }
            (_, TypeUse::List(item)) => {
                let item = self.imports.type_of(item);
                quote! { &[#item] }
            }
            (_, value) => {
                let value = self.imports.type_of(value);
                quote! { &#value }
            }
        };
        let step = body_step(body, &quote! { body });
        quote! {
            #docs
            pub fn body(self, body: #value) -> Self {
                Self(self.0.#step)
            }
        }
    }
}

/// What puts the body into the request.
fn body_step(body: &Body, given: &TokenStream) -> TokenStream {
    let function = ident(body.encoding.function);
    let media_type = body.encoding.takes_media_type.then(|| {
        let media_type = literal(&body.media_type);
        quote! { #media_type, }
    });
    quote! { #function(#media_type #given) }
}

/// What is between the items of a list, as the argument before them.
fn separator(parameter: &Parameter) -> Option<TokenStream> {
    parameter.style.separator.map(|separator| {
        let separator = proc_macro2::Literal::character(separator);
        quote! { #separator, }
    })
}

/// The call with the least that must be given.
fn example(contract: &Contract, operation: &Operation) -> Example {
    let package = ident(&contract.settings.package.name.replace('-', "_"));
    let (name, arguments) = (ident(&operation.method_name), example::arguments(contract, operation));
    let call = quote! { client.#name(#(#arguments),*).send().await?; };
    let (shown, used) = match operation.success {
        Success::Nothing => (call, None),
        Success::Download => (quote! { let file = #call }, Some(quote! { drop(file); })),
        _ => (quote! { let response = #call }, Some(quote! { drop(response); })),
    };
    Example {
        imports: quote! { use #package::{Client, types, *}; },
        function: quote! { async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> },
        allowed: if operation.deprecated {
            quote! { #[allow(deprecated)] }
        } else {
            TokenStream::new()
        },
        shown,
        hidden: quote! { #used Ok(()) },
        has_samples: !arguments.is_empty(),
    }
}

/// A type as a link, through lists and maps.
fn link(value: &TypeUse) -> Inline {
    let text = type_text(value);
    let Some(name) = value.named() else { return Inline::code(&text) };
    let target = format!("crate::types::{name}");
    // The name is innermost.
    match text.trim_end_matches('>').strip_suffix(name) {
        None | Some("") => Inline::link(&Inline::code(name), &target),
        Some(before) => Inline::code_with_link(before, name, &target, &text[before.len() + name.len()..]),
    }
}

/// What a caller should know besides what the operation does.
fn notes(operation: &Operation) -> Vec<String> {
    let mut notes = Vec::new();
    match &operation.provenance {
        Provenance::Stated => {}
        Provenance::Restored => notes.push(
            "Provenance: the vendor's page does not state method and path of this operation; they are restored from another \
             source."
                .to_owned(),
        ),
        Provenance::Inferred(confidence) => notes.push(format!(
            "Provenance: no source states method and path of this operation; they are inferred, with {confidence} confidence."
        )),
    }
    if !operation.authenticated {
        notes.push("Sent without credentials.".to_owned());
    }
    if let Some(body) = operation.body.as_ref().filter(|body| !body.encoding.is_typed) {
        notes.push(format!("The body is sent as it is given, as `{}`.", body.media_type));
    }
    notes
}
