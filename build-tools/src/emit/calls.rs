//! What the files of tests share: how a call, a type and a payload are written there.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use super::example::{parameter_argument, setter_argument};
use super::tokens::{Docs, Imports, Written, file, ident, number, type_text};
use crate::contract::{Contract, Operation, Status, TypeUse};
use crate::model::SchemaPlace;
use crate::text::literal;

/// A test that calls an operation.
pub(super) struct TestCall {
    /// What declares the body, where it has a type.
    pub(super) body: Option<TokenStream>,
    /// The call, without `send`.
    pub(super) call: TokenStream,
}

/// The text of a file of tests: its documentation, what the items use, and the items.
pub(super) fn test_file(imports: &Imports<'_>, about: &str, items: &[TokenStream]) -> Result<Written, String> {
    let uses = imports.uses();
    file(&imports.contract().vendor, &Docs::of(about), &quote! { #uses #(#items)* })
}

/// A name that `onboarding-testing` has for the tests.
pub(super) fn testing(imports: &Imports<'_>, name: &str) -> TokenStream {
    imports.name("onboarding_testing", name)
}

/// The name of a type in the table of proofs: as tests write it, without the module of the vendor's types.
pub(super) fn type_name(value: &TypeUse) -> String {
    type_text(value)
}

/// The name of a test's function: one that the file does not import.
pub(super) fn test_name(name: &str) -> String {
    crate::names::test(name)
}

/// The way from a test to the documented payloads.
pub(super) fn path_of_payloads(contract: &Contract) -> String {
    format!("../../../../specs/{}/examples/", contract.vendor)
}

/// The text of a documented payload.
pub(super) fn included(contract: &Contract, name: &str) -> TokenStream {
    let path = literal(&format!("{}{name}.json", path_of_payloads(contract)));
    quote! { include_str!(#path) }
}

/// A call with every parameter. `text` gives an expression for the JSON of a body of that schema.
pub(super) fn call_with(
    imports: &Imports<'_>,
    operation: &Operation,
    client: &TokenStream,
    text: impl FnOnce(&SchemaPlace) -> TokenStream,
) -> TestCall {
    let required = operation.required_parameters();
    let mut arguments: Vec<TokenStream> = required.map(|parameter| parameter_argument(imports, parameter)).collect();
    let optional = operation.parameters.iter().filter(|parameter| !parameter.required);
    let mut setters: Vec<TokenStream> = optional
        .map(|parameter| {
            let (name, argument) = (ident(&parameter.name), setter_argument(imports, parameter));
            quote! { .#name(#argument) }
        })
        .collect();
    let mut declared = None;
    if let Some(body) = &operation.body {
        let argument = match (body.encoding.is_typed, body.required) {
            (false, true) => quote! { b"bytes".as_slice().into() },
            (false, false) => quote! { b"bytes".as_slice() },
            (true, _) => {
                let (read, text, value) = (testing(imports, "read"), text(&body.schema), imports.type_of(&body.value));
                declared = Some(quote! { let body: #value = #read(#text); });
                quote! { &body }
            }
        };
        if body.required {
            arguments.push(argument);
        } else {
            setters.push(quote! { .body(#argument) });
        }
    }
    let method = ident(&operation.method_name);
    TestCall { body: declared, call: quote! { #client.#method(#(#arguments),*) #(#setters)* } }
}

/// The status to respond with: the code itself, or one of its range that has no entry of its own.
pub(super) fn code(operation: &Operation, status: &Status) -> String {
    let taken = |code: &str| operation.statuses.iter().any(|other| other.code == code);
    let candidates: &[&str] = match status.code.as_str() {
        "2XX" => &["207", "226"],
        "3XX" => &["307", "308"],
        "4XX" => &["418", "451", "400"],
        "5XX" => &["599", "508", "500"],
        "default" => &["520", "521"],
        code => return code.to_owned(),
    };
    candidates.iter().find(|code| !taken(code)).unwrap_or(&candidates[0]).to_string()
}

/// The same as a number in Rust.
pub(super) fn code_number(operation: &Operation, status: &Status) -> TokenStream {
    number(&code(operation, status))
}

/// A test of that name, without anything asynchronous.
pub(super) fn test(name: &str, body: &TokenStream) -> TokenStream {
    let name = ident(name);
    quote! { #[test] fn #name() { #body } }
}

/// A test of that name that calls the vendor.
pub(super) fn calling_test(name: &str, body: &TokenStream) -> TokenStream {
    let name = ident(name);
    quote! { #[tokio::test] async fn #name() { #body } }
}

/// A text as a literal.
pub(super) fn quoted(text: &str) -> TokenStream {
    literal(text).into_token_stream()
}
