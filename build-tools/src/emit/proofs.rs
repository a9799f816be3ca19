//! Tests that hold the crate against what the document promises: changed responses, and private values.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::calls::{TestCall, call_with, calling_test, quoted, test, test_file, test_name, testing, type_name};
use super::tokens::{Docs, Imports, Scope, Written, ident};
use crate::contract::{Contract, TypeUse};
use crate::proof::Proved;
use crate::proof::canaries::Call;

/// `bodies.rs`: each type that a proof is about, by the name that the table has for it.
pub(super) fn bodies(contract: &Contract, proved: &Proved) -> Result<Written, String> {
    let mut types: BTreeMap<String, (&TypeUse, bool, bool)> = BTreeMap::new();
    for mutated in proved.mutated.values().flatten() {
        let value = &mutated.response.body;
        types.entry(type_name(value)).or_insert((value, false, false)).1 = true;
    }
    for body in &proved.canaries.bodies {
        let value = &body.name.value;
        types.entry(type_name(value)).or_insert((value, false, false)).2 |= body.sent;
    }
    let imports = &Imports::new(contract, Scope::Tests);
    let [body, proofs] = ["Body", "Proofs"].map(|name| imports.name("onboarding_testing::proofs", name));
    let types = types.into_iter().map(|(name, (value, is_read, is_sent))| {
        let kind = ident(match (is_read, is_sent) {
            (_, false) => "read",
            (false, true) => "sent",
            (true, true) => "both",
        });
        let (value, name) = (imports.type_of(value), quoted(&name));
        quote! { #body::#kind::<#value>(#name) }
    });
    let types: Vec<TokenStream> = types.collect();
    let (package, vendor) = (quoted(&contract.settings.package.name), quoted(&contract.vendor));
    let docs = Docs::of("What the document promises, and the types that are to keep it.");
    let items = quote! {
        #docs
        pub(crate) fn proofs() -> &'static #proofs {
            #proofs::of(#package, #vendor, BODIES)
        }

        const BODIES: &[#body] = &[#(#types),*];
    };
    test_file(imports, "The types that the proofs are about, by the names that `proofs.txt` has for them.", &[items])
}

/// `mutations.rs`: a test for each module of operations.
pub(super) fn mutations(contract: &Contract, proved: &Proved) -> Result<Written, String> {
    let imports = &Imports::new(contract, Scope::Tests);
    let tests = proved.mutated.keys().map(|module| {
        let assert_mutants = imports.name("onboarding_testing::mutation", "assert_mutants");
        let (proofs, name) = (imports.name("crate::bodies", "proofs"), quoted(module));
        test(&test_name(module), &quote! { #assert_mutants(#proofs(), #name); })
    });
    let tests: Vec<TokenStream> = tests.collect();
    test_file(imports, "Each response, changed in one place at a time, comes to what `proofs.txt` says.", &tests)
}

/// `canaries.rs`: a test of all bodies, and one for each operation that sends or receives what is sensitive.
pub(super) fn canaries(contract: &Contract, proved: &Proved) -> Result<Written, String> {
    let imports = &Imports::new(contract, Scope::Tests);
    let (assert_silent, proofs) = (of_canaries(imports, "assert_silent"), imports.name("crate::bodies", "proofs"));
    let mut tests = vec![test("bodies", &quote! { #assert_silent(#proofs()); })];
    for call in &proved.canaries.calls {
        tests.push(calling_test(&test_name(&call.operation.method_name), &watched_call(imports, call)));
    }
    let about = "No value that the document marks as sensitive shows in `Debug`, in errors or in traces.";
    test_file(imports, about, &tests)
}

fn of_canaries(imports: &Imports<'_>, name: &str) -> TokenStream {
    imports.name("onboarding_testing::canary", name)
}

/// The body of a test that calls an operation with canaries and responds with canaries.
fn watched_call(imports: &Imports<'_>, watched: &Call) -> TokenStream {
    let operation = &watched.operation;
    let client = imports.name("crate", "client");
    let client = &quote! { #client(&server) };
    let TestCall { body, call } = call_with(imports, operation, client, |_| quote! { &watch.request() });
    let (watch, proofs) = (of_canaries(imports, "Watch"), imports.name("crate::bodies", "proofs"));
    let (expect_silence, id) = (testing(imports, "expect_silence"), quoted(&operation.id));
    let refusals = refusals(imports, watched, client).into_iter().map(|call| {
        let expect_refusal = testing(imports, "expect_refusal");
        quote! { #expect_refusal!(watch, server, #call); }
    });
    quote! {
        let watch = #watch::new(#proofs(), #id);
        #body
        #expect_silence!(watch, server, #call);
        #(#refusals)*
    }
}

/// The call once for each sensitive parameter that has a rule, which it breaks there.
fn refusals(imports: &Imports<'_>, watched: &Call, client: &TokenStream) -> Vec<TokenStream> {
    let mut refusals = Vec::new();
    for (wire, trace) in &watched.parameters {
        let (Some(text), Some(violation)) = (&trace.text, &trace.violation) else {
            continue;
        };
        let mut operation = watched.operation.clone();
        let parameters = operation.path_parameters.iter_mut().chain(&mut operation.parameters);
        for parameter in parameters.filter(|parameter| parameter.wire == *wire) {
            let broken = if violation == "p" { format!("{text} !") } else { text.clone() };
            parameter.sample = Value::String(broken);
        }
        let call = || call_with(imports, &operation, client, |_| TokenStream::new()).call;
        refusals.push(match violation.strip_prefix('l') {
            Some(length) => imports.with_text(text, &lengthened(imports, text, length), call),
            None => call(),
        });
    }
    refusals
}

/// A text that begins with another one, and is longer than so many characters.
fn lengthened(imports: &Imports<'_>, text: &str, length: &str) -> TokenStream {
    let (long, text, length) = (of_canaries(imports, "long"), quoted(text), super::tokens::number(length));
    quote! { #long(#text, #length).as_str() }
}
