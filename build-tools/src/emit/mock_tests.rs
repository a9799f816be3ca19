//! Tests that prove the mock by the client: every declared status of each operation is said to the mock and comes out of the client, and
//! every sample is of its type.

use proc_macro2::TokenStream;
use quote::quote;

use super::calls::{self, TestCall, call_with, calling_test, code_number, test, test_name};
use super::example::{owned, parameter_argument};
use super::mock::{method, sampled, setter};
use super::testing;
use super::tests::{payload, response_body};
use super::tokens::{Docs, Imports, Scope, Written, file, ident, passed};
use crate::contract::{Contract, Operation, Parameter, Passed, ResponseBody, Status, TypeUse};
use crate::names::{response, sample_function};
use crate::payloads::Payloads;

/// The text of `mocks.rs`.
pub(super) fn mocks(contract: &Contract, payloads: &Payloads) -> Result<Written, String> {
    let imports = &Imports::new(contract, Scope::Tests);
    let [client, retry] = ["Client", "Retry"].map(|name| imports.runtime(name));
    let of_mock = |name: &str| imports.name(&format!("{}::mock", imports.package()), name);
    let mock = of_mock("Mock");
    let mut tests: Vec<TokenStream> = contract
        .operations
        .iter()
        .map(|operation| calling_test(&test_name(&operation.method_name), &mocked(imports, payloads, operation, &mock)))
        .collect();
    let samples: Vec<TokenStream> = sampled(contract)
        .map(|definition| {
            let (samples, sample) = (of_mock("samples"), ident(&sample_function(&definition.name)));
            quote! { let _sample = #samples::#sample(); }
        })
        .collect();
    tests.push(test("every_sample_is_of_its_type", &quote! { #(#samples)* }));
    if let Some(example) = testing::example(contract) {
        let (docs, function) = (Docs::of("The example of the README."), example.function);
        tests.push(quote! { #docs #function });
    }
    let uses = imports.uses();
    let docs = Docs::of("A client of the mock. It does not try again: each test is about one response.");
    let items = quote! {
        #![allow(clippy::pedantic, deprecated, reason = "generated: its form is reviewed in the generator")]
        #![cfg_attr(rustfmt, rustfmt_skip)]

        #uses

        #docs
        fn client(mock: &#mock) -> #client {
            mock.builder().retry(#retry::never()).build().expect("the mock has all that a client needs")
        }

        #(#tests)*
    };
    file(&contract.vendor, &Docs::of("The mock by the client: what is said to the one comes out of the other."), &items)
}

/// The body of a test that mocks an operation and calls it, once for each of its statuses and once for a failure on the way.
fn mocked(imports: &Imports<'_>, payloads: &Payloads, operation: &Operation, mock: &TokenStream) -> TokenStream {
    let contract = imports.contract();
    let name = format!("{}.request", operation.id);
    let client = quote! { client(&mock) };
    let text = |schema: &_| payload(contract, payloads, &name, Some(schema));
    let TestCall { body, call } = call_with(imports, operation, &client, text);
    let when = when(imports, operation);
    let statuses = operation.statuses.iter().map(|status| {
        let responds = responds(imports, payloads, operation, status);
        let outcome = match variant(imports, operation, status) {
            _ if status.is_success() => quote! { assert!(call().await.is_ok(), "a declared success is one"); },
            Some(variant) => quote! {
                assert!(matches!(call().await.expect_err("an error status is an error").declared(), Some(#variant)));
            },
            None => quote! { drop(call().await.expect_err("an error status is an error")); },
        };
        quote! {
            when().then(|respond| #responds).times(1);
            #outcome
        }
    });
    let statuses: Vec<TokenStream> = statuses.collect();
    quote! {
        let mock = #mock::new();
        #body
        let call = async || #call.send().await;
        let when = || #when;
        #(#statuses)*
        when().then(|respond| respond.refuse()).times(1);
        assert!(call().await.expect_err("nothing was sent").is_connect());
        mock.verify();
    }
}

/// What is said of the call that the test makes.
fn when(imports: &Imports<'_>, operation: &Operation) -> TokenStream {
    let method = ident(&method(operation));
    let setters = operation.all_parameters().map(|parameter| {
        let (name, value) = (ident(&setter(parameter)), argument(imports, parameter));
        quote! { .#name(#value) }
    });
    let body = operation.body.as_ref().map(|body| {
        let given = if body.encoding.is_typed {
            by_type(imports.contract(), &body.value, &quote! { body })
        } else {
            quote! { b"bytes".as_slice() }
        };
        quote! { .body(#given) }
    });
    quote! { mock.#method() #(#setters)* #body }
}

/// The value that the client's call is given, as the mock takes it.
fn argument(imports: &Imports<'_>, parameter: &Parameter) -> TokenStream {
    if parameter.style.is_list && !parameter.required && parameter.limits.items.most != Some(1) {
        let value = owned(imports, &parameter.value, &parameter.sample);
        return quote! { &[#value, #value] };
    }
    parameter_argument(imports, parameter)
}

/// A value as an argument of its type.
fn by_type(contract: &Contract, value: &TypeUse, given: &TokenStream) -> TokenStream {
    match passed(contract, value, false) {
        Passed::Value => given.clone(),
        Passed::Text | Passed::Slice | Passed::Reference => quote! { &#given },
    }
}

/// The response with a status.
fn responds(imports: &Imports<'_>, payloads: &Payloads, operation: &Operation, status: &Status) -> TokenStream {
    let contract = imports.contract();
    let name = ident(&response(&status.code));
    let code = status.code.parse::<u16>().is_err().then(|| code_number(operation, status));
    let text = response_body(contract, payloads, operation, status);
    let body = match &status.body {
        ResponseBody::Nothing => None,
        ResponseBody::Text | ResponseBody::Bytes => Some(text),
        ResponseBody::Json(value) => {
            let (read, of) = (calls::testing(imports, "read"), imports.type_of(value));
            Some(by_type(contract, value, &quote! { #read::<#of>(#text) }))
        }
    };
    let arguments = code.into_iter().chain(body);
    quote! { respond.#name(#(#arguments),*) }
}

/// The variant of the error that a status becomes, as a pattern.
fn variant(imports: &Imports<'_>, operation: &Operation, status: &Status) -> Option<TokenStream> {
    let (error, set) = (operation.error.as_ref()?, operation.error_set.as_ref()?);
    let of_set = imports.contract().errors.iter().find(|other| other.name == *set)?;
    let variant = of_set.variants.iter().find(|variant| variant.code == status.code)?;
    let fields = matches!(variant.body, ResponseBody::Json(_)).then(|| quote! { (_) });
    let (errors, error, variant) = (imports.module("errors"), ident(error), ident(&variant.name));
    Some(quote! { #errors::#error::#variant #fields })
}
