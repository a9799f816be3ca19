//! The error and outcome types: a variant for each declared status.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::tokens::{Docs, Imports, Scope, Written, file, ident, number};
use crate::contract::{Contract, ErrorType, Operation, OutcomeType, ResponseBody, StatusVariant};
use crate::text::Inline;

/// The text of `errors.rs`.
pub(super) fn errors(contract: &Contract) -> Result<Written, String> {
    let docs = Docs::of(
        "The errors of each operation, by status. Operations that declare the same statuses with the same bodies share a type; each \
         has a name of its own for it, so that a `match` names the call.",
    );
    let imports = Imports::new(contract, Scope::Crate);
    let by_method: ByMethod<'_> =
        contract.operations.iter().map(|operation| (operation.method_name.as_str(), operation)).collect();
    let errors: Vec<TokenStream> = contract.errors.iter().map(|one| error(&by_method, &imports, one)).collect();
    let outcomes: Vec<TokenStream> = contract.outcomes.iter().map(|one| outcome(&by_method, &imports, one)).collect();
    let uses = imports.uses();
    file(&contract.vendor, &docs, &quote! { #uses #(#errors)* #(#outcomes)* })
}

/// The operations by the names of their methods.
pub(super) type ByMethod<'c> = BTreeMap<&'c str, &'c Operation>;

/// An error type, and the names that operations have for it.
fn error(by_method: &ByMethod<'_>, imports: &Imports<'_>, error: &ErrorType) -> TokenStream {
    let docs = Docs::of_inline(&if error.aliases.is_empty() {
        let operations: Vec<Inline> = error.operations.iter().map(|method| method_link(method)).collect();
        Inline::join([&Inline::prose("How "), &in_words(&operations), &Inline::prose(" can fail, by status.")])
    } else {
        let aliases: Vec<Inline> = error.aliases.iter().map(|alias| Inline::item(alias)).collect();
        Inline::join([
            &Inline::prose(
                "The errors, by status, that several operations declare; each has a name of its own for them: ",
            ),
            &in_words(&aliases),
            &Inline::prose("."),
        ])
    });
    let (name, derive) = (ident(&error.name), imports.name("onboarding_core::derive", "StatusError"));
    let variants = error.variants.iter().map(|variant| {
        // Text and bytes are at hand in the error's response.
        let value = match &variant.body {
            ResponseBody::Json(value) => Some(imports.type_of(value)),
            ResponseBody::Nothing | ResponseBody::Text | ResponseBody::Bytes => None,
        };
        self::variant(by_method, &error.operations, variant, value, None)
    });
    let aliases = error.aliases.iter().zip(&error.operations).map(|(alias, method)| {
        let mut docs = Docs::default();
        docs.line(&Inline::join([
            &Inline::prose("How "),
            &method_link(method),
            &Inline::prose(" can fail: see "),
            &Inline::item(&error.name),
            &Inline::prose("."),
        ]));
        let alias = ident(alias);
        quote! { #docs pub type #alias = #name; }
    });
    quote! {
        #docs
        #[derive(Clone, PartialEq, #derive)]
        #[non_exhaustive]
        pub enum #name { #(#variants)* }
        #(#aliases)*
    }
}

/// The type of what an operation with several successes gives.
fn outcome(by_method: &ByMethod<'_>, imports: &Imports<'_>, outcome: &OutcomeType) -> TokenStream {
    let docs = Docs::of_inline(&Inline::join([
        &Inline::prose("What "),
        &method_link(&outcome.operation),
        &Inline::prose(" gives, by status."),
    ]));
    let (name, derive) = (ident(&outcome.name), imports.name("onboarding_core::derive", "Outcome"));
    let variants = outcome.variants.iter().map(|variant| {
        let (value, encoding) = match &variant.body {
            ResponseBody::Nothing => (None, None),
            ResponseBody::Json(value) => (Some(imports.type_of(value)), None),
            ResponseBody::Text => (Some(quote! { String }), Some(quote! { text })),
            ResponseBody::Bytes => (Some(imports.runtime("Bytes")), Some(quote! { bytes })),
        };
        self::variant(by_method, std::slice::from_ref(&outcome.operation), variant, value, encoding)
    });
    quote! {
        #docs
        #[derive(Clone, PartialEq, #derive)]
        #[non_exhaustive]
        pub enum #name { #(#variants)* }
    }
}

fn variant(
    by_method: &ByMethod<'_>,
    operations: &[String],
    variant: &StatusVariant,
    value: Option<TokenStream>,
    encoding: Option<TokenStream>,
) -> TokenStream {
    let docs = Docs::of(&meaning(by_method, operations, &variant.code));
    let (name, value) = (ident(&variant.name), value.map(|value| quote! { (#value) }));
    let arguments = std::iter::once(pattern(&variant.code)).chain(encoding);
    quote! { #docs #[wire(#(#arguments),*)] #name #value, }
}

/// What a status means, in the words of the document where all the operations agree.
pub(super) fn meaning(by_method: &ByMethod<'_>, operations: &[String], code: &str) -> String {
    let mut words: Vec<&str> = operations
        .iter()
        .filter_map(|method| by_method.get(method.as_str()))
        .flat_map(|operation| &operation.statuses)
        .filter(|status| status.code == code)
        .map(|status| status.description.as_str())
        .collect();
    words.sort_unstable();
    words.dedup();
    let range = match code {
        "4XX" => "400 to 499, save those with a variant of their own",
        "5XX" => "500 to 599, save those with a variant of their own",
        "3XX" => "300 to 399, save those with a variant of their own",
        "default" => "Any other status",
        code => code,
    };
    match words.as_slice() {
        [only] if !only.is_empty() => format!("{range}: {only}"),
        _ => format!("{range}."),
    }
}

/// The status as a pattern.
fn pattern(code: &str) -> TokenStream {
    match code.strip_suffix("XX") {
        Some(hundreds) => {
            let (first, last) = (number(&format!("{hundreds}00")), number(&format!("{hundreds}99")));
            quote! { #first..=#last }
        }
        None if code == "default" => ident(code),
        None => number(code),
    }
}

/// Several things in words.
fn in_words(items: &[Inline]) -> Inline {
    let mut parts = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let separator = match index {
            0 => "",
            _ if index + 1 == items.len() => " and ",
            _ => ", ",
        };
        parts.extend([Inline::prose(separator), item.clone()]);
    }
    Inline::join(&parts)
}

/// A method of the client as a link.
fn method_link(method: &str) -> Inline {
    Inline::link(&Inline::code(method), &format!("crate::Client::{method}"))
}
