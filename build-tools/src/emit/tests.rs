//! Tests that prove the crate against the document: every call on the wire, every declared status, every documented payload.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use super::calls::{
    TestCall, call_with, calling_test, code_number, included, quoted, test, test_file, test_name, testing,
};
use super::mock::media_type;
use super::proofs::{bodies, canaries, mutations};
use super::tokens::{Docs, Imports, Scope, Written, file, ident};
use crate::contract::{Contract, ErrorType, Extent, Level, Operation, ResponseBody, Status, Success, TypeUse, sample};
use crate::model::SchemaPlace;
use crate::payloads::Payloads;
use crate::proof::Proved;
use crate::text::raw_literal;

/// How a file is made.
type Making<'c> = Box<dyn Fn() -> Result<Written, String> + 'c>;

/// File names and files. Each is made when it is asked for.
pub(super) fn tests<'c>(
    contract: &'c Contract,
    payloads: &'c Payloads,
    proved: &'c Proved,
) -> impl Iterator<Item = (String, Result<Written, String>)> {
    let files: [(&str, Making<'c>); 8] = [
        ("main.rs", Box::new(|| main(contract))),
        ("wire.rs", Box::new(|| wire(contract, payloads))),
        ("statuses.rs", Box::new(|| statuses(contract, payloads))),
        ("payloads.rs", Box::new(|| round_trips(contract, payloads))),
        ("schemas.rs", Box::new(|| super::schemas::schemas(contract))),
        ("bodies.rs", Box::new(|| bodies(contract, proved))),
        ("mutations.rs", Box::new(|| mutations(contract, proved))),
        ("canaries.rs", Box::new(|| canaries(contract, proved))),
    ];
    files.into_iter().map(|(file, written)| (file.to_owned(), written()))
}

/// How many values all samples have together in the tests of a crate of which nothing more is proved than that it works.
const FOUND_VALUES: usize = 100_000;

/// How few values a sample is never kept to.
const FEW_VALUES: usize = 20;

/// How much of what is made from schemas the tests hold. What was taken as it was found may have ten thousand operations.
fn extent(contract: &Contract) -> Extent {
    match contract.settings.level {
        Level::Proved => Extent::Everything,
        Level::Found => Extent::UpTo((FOUND_VALUES / contract.operations.len().max(1)).max(FEW_VALUES)),
    }
}

fn main(contract: &Contract) -> Result<Written, String> {
    let imports = &Imports::new(contract, Scope::Tests);
    let modules = ["bodies", "canaries", "mutations", "payloads", "statuses", "wire"].map(ident);
    let [client, credentials, retry] = ["Client", "Credentials", "Retry"].map(|name| imports.runtime(name));
    let loopback = testing(imports, "Loopback");
    let form = &contract.settings.credentials[0];
    let constructor = ident(&form.constructor());
    let arguments = form.fields.iter().map(|field| quoted(&format!("the-{}", field.name)));
    let mut about =
        "A client that calls the loopback server. It does not try again: each test is about one response.".to_owned();
    let signer = contract.settings.requires_signer().then(|| {
        about.push_str("\n\nIts requests are not signed: signatures have tests of their own, and no two are the same.");
        let unsigned = testing(imports, "Unsigned");
        quote! { .signer(#unsigned) }
    });
    let about = Docs::of(&about);
    let uses = imports.uses();
    let items = quote! {
        #![allow(clippy::pedantic, deprecated, reason = "generated: its form is reviewed in the generator")]

        #(#[rustfmt::skip] mod #modules;)*
        #uses

        #about
        fn client(server: &#loopback) -> #client {
            #client::builder()
                .base_url(server.base_url())
                .credentials(#credentials::#constructor(#(#arguments),*))
                #signer
                .retry(#retry::never())
                .build()
                .expect("a loopback address is a base URL")
        }
    };
    file(&contract.vendor, &Docs::of("The crate against the document, over real HTTP on loopback."), &items)
}

/// The documented payload, or else a value made from the schema, as an expression of type `&str`.
pub(super) fn payload(
    contract: &Contract,
    payloads: &Payloads,
    name: &str,
    schema: Option<&SchemaPlace>,
) -> TokenStream {
    if payloads.has(name) {
        return included(contract, name);
    }
    let sample = schema.map(|schema| sample(&contract.model.schema(schema), extent(contract))).unwrap_or_default();
    raw_literal(&sample.to_string()).into_token_stream()
}

/// A call with the documented body.
fn call(imports: &Imports<'_>, payloads: &Payloads, operation: &Operation, client: &TokenStream) -> TestCall {
    let name = format!("{}.request", operation.id);
    call_with(imports, operation, client, |schema| payload(imports.contract(), payloads, &name, Some(schema)))
}

fn first_success(operation: &Operation) -> Option<&Status> {
    operation.statuses.iter().find(|status| status.is_success())
}

pub(super) fn response_body(
    contract: &Contract,
    payloads: &Payloads,
    operation: &Operation,
    status: &Status,
) -> TokenStream {
    match &status.body {
        ResponseBody::Nothing => quoted(""),
        ResponseBody::Text => quoted("text"),
        ResponseBody::Bytes => quoted("bytes"),
        ResponseBody::Json(_) => {
            let first = first_success(operation).is_some_and(|first| first.code == status.code);
            let name = if first {
                format!("{}.response", operation.id)
            } else {
                format!("{}.response.{}", operation.id, status.code)
            };
            payload(contract, payloads, &name, status.schema.as_ref())
        }
    }
}

fn wire(contract: &Contract, payloads: &Payloads) -> Result<Written, String> {
    let imports = &Imports::new(contract, Scope::Tests);
    let tests: Vec<TokenStream> = contract
        .operations
        .iter()
        .map(|operation| calling_test(&test_name(&operation.method_name), &sent(imports, payloads, operation)))
        .collect();
    let about = "Each operation as it is seen on the wire, called with its documented payload and every parameter.";
    test_file(imports, about, &tests)
}

/// The body of a test that calls an operation, looks at what was sent, and at what became of the response.
fn sent(imports: &Imports<'_>, payloads: &Payloads, operation: &Operation) -> TokenStream {
    let contract = imports.contract();
    let loopback = testing(imports, "Loopback");
    let assert_wire = testing(imports, "assert_wire");
    let client = imports.name("crate", "client");
    let status = first_success(operation);
    let (code, media_type, body) = match status {
        Some(status) => (
            code_number(operation, status),
            quoted(media_type(status)),
            response_body(contract, payloads, operation, status),
        ),
        None => (quote! { 200 }, quoted("application/json"), quoted("")),
    };
    let is_json = status.is_some_and(|status| matches!(status.body, ResponseBody::Json(_)));
    let (documented, text) =
        if is_json { (Some(quote! { let documented = #body; }), quote! { documented }) } else { (None, body) };
    let TestCall { body, call } = call(imports, payloads, operation, &quote! { #client(&server) });
    let received = quote! { #call.send().await.expect("the documented response is decoded") };
    let same_json = || {
        let assert_same_json = testing(imports, "assert_same_json");
        quote! { #assert_same_json(documented, &response); }
    };
    let outcome = match &operation.success {
        Success::Nothing => quote! { #received; },
        Success::Json(_) => {
            let same = same_json();
            quote! { let response = #received; #same }
        }
        Success::ByStatus(_) => quote! { let response = #received; drop(response); },
        Success::JsonOrNothing(_) => {
            let is_nothing = status.is_some_and(|status| status.body == ResponseBody::Nothing);
            let same = if is_nothing {
                quote! { assert!(response.is_none(), "nothing came"); }
            } else {
                same_json()
            };
            quote! { let response = #received; #same }
        }
        Success::Text => quote! { let response = #received; assert_eq!(response, "text"); },
        Success::Download => quote! {
            let file = #received;
            assert_eq!(file.bytes().await.expect("the file is read to its end"), "bytes");
        },
    };
    let name = quoted(&operation.method_name);
    quote! {
        #documented
        let server = #loopback::responding(#code, #media_type, #text).await;
        #body
        #outcome
        #assert_wire!(#name, server.request().await);
    }
}

fn statuses(contract: &Contract, payloads: &Payloads) -> Result<Written, String> {
    let imports = &Imports::new(contract, Scope::Tests);
    let errors: Errors<'_> = contract.errors.iter().map(|error| (error.name.as_str(), error)).collect();
    let tests: Vec<TokenStream> = contract
        .operations
        .iter()
        .map(|operation| {
            let received = received(imports, payloads, &errors, operation);
            calling_test(&test_name(&operation.method_name), &received)
        })
        .collect();
    test_file(imports, "Each declared status of each operation gives its variant.", &tests)
}

/// The error types by name.
type Errors<'c> = BTreeMap<&'c str, &'c ErrorType>;

/// The body of a test that calls an operation once for each of its statuses.
fn received(imports: &Imports<'_>, payloads: &Payloads, errors: &Errors<'_>, operation: &Operation) -> TokenStream {
    let contract = imports.contract();
    let client = imports.runtime("Client");
    let TestCall { body, call } = call(imports, payloads, operation, &quote! { client });
    let set = operation.error_set.as_ref().and_then(|name| errors.get(name.as_str()));
    let expectations = operation.statuses.iter().filter_map(|status| {
        let code = code_number(operation, status);
        let (media_type, text) = (quoted(media_type(status)), response_body(contract, payloads, operation, status));
        let client = imports.name("crate", "client");
        if status.is_success() {
            let expect_success = testing(imports, "expect_success");
            return Some(quote! { #expect_success!(call, #client, #code, #media_type, #text); });
        }
        let variant = set?.variants.iter().find(|variant| variant.code == status.code)?;
        let fields = matches!(variant.body, ResponseBody::Json(_)).then(|| quote! { (_) });
        let (expect_error, errors) = (testing(imports, "expect_error"), imports.module("errors"));
        let (error, variant) = (ident(operation.error.as_ref()?), ident(&variant.name));
        Some(quote! { #expect_error!(call, #client, #code, #media_type, #text, #errors::#error::#variant #fields); })
    });
    let expectations: Vec<TokenStream> = expectations.collect();
    quote! {
        #body
        let call = async |client: #client| #call.send().await;
        #(#expectations)*
    }
}

fn round_trips(contract: &Contract, payloads: &Payloads) -> Result<Written, String> {
    let imports = &Imports::new(contract, Scope::Tests);
    let tests: Vec<TokenStream> = payloads
        .sound()
        .map(|(name, _)| {
            let value = match type_of_payload(contract, name) {
                Some(value) => imports.type_of(&value),
                None => imports.runtime("JsonValue"),
            };
            let (assert_round_trip, text) = (testing(imports, "assert_round_trip"), included(contract, name));
            test(&test_name(&crate::names::payload(name)), &quote! { #assert_round_trip::<#value>(#text); })
        })
        .collect();
    let about = match payloads.unsound_count() {
        0 => "Each documented payload is decoded into its type and encoded back to equal JSON.".to_owned(),
        count => format!(
            "Each documented payload is decoded into its type and encoded back to equal JSON, save {count} that \
             `examples/unsound.yaml` lists with reasons."
        ),
    };
    test_file(imports, &about, &tests)
}

/// What a documented payload is: the body of a request, a response or a webhook.
fn type_of_payload(contract: &Contract, name: &str) -> Option<TypeUse> {
    let mut parts = name.split('.');
    let id = parts.next().unwrap_or_default();
    let side = parts.next().unwrap_or_default();
    let code = parts.next();
    let Some(operation) = contract.operations.iter().find(|operation| operation.id == id) else {
        return contract.webhooks.iter().find(|webhook| webhook.id == id).map(|webhook| webhook.body.clone());
    };
    if side == "request" {
        return operation.body.as_ref().map(|body| body.value.clone());
    }
    let status = match code {
        Some(code) => operation.statuses.iter().find(|status| status.code == code),
        None => operation
            .statuses
            .iter()
            .find(|status| status.is_success() && matches!(status.body, ResponseBody::Json(_)))
            .or_else(|| first_success(operation)),
    };
    match &status?.body {
        ResponseBody::Json(value) => Some(value.clone()),
        _ => None,
    }
}
