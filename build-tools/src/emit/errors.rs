//! The error and outcome types: a variant for each declared status.

use super::rust::status_body_type;
use super::source::Source;
use crate::contract::{Contract, ResponseBody, StatusVariant};
use crate::text::Inline;

/// The text of `errors.rs`.
pub(super) fn errors(contract: &Contract) -> String {
    let mut source = Source::rust(&contract.vendor);
    source.module_doc(
        "The errors of each operation, by status. Operations that declare the same statuses with the same bodies share a type; each \
         has a name of its own for it, so that a `match` names the call.",
    );
    source.blank();
    let derives =
        [(!contract.outcomes.is_empty()).then_some("Outcome"), (!contract.errors.is_empty()).then_some("StatusError")];
    match derives.into_iter().flatten().collect::<Vec<_>>().as_slice() {
        [] => {}
        [only] => source.line(&format!("use onboarding_core::derive::{only};")),
        several => source.line(&format!("use onboarding_core::derive::{{{}}};", several.join(", "))),
    }
    let variants = contract.errors.iter().flat_map(|error| &error.variants);
    let mut all = variants.chain(contract.outcomes.iter().flat_map(|outcome| &outcome.variants));
    if all.any(|variant| status_body_type(&variant.body).is_some()) {
        source.blank();
        source.line("use super::types;");
    }
    for error in &contract.errors {
        source.blank();
        source.doc_inline(&if error.aliases.is_empty() {
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
        source.line("#[derive(Clone, PartialEq, StatusError)]");
        source.line("#[non_exhaustive]");
        source.line(&format!("pub enum {} {{", error.name));
        write_variants(&mut source, contract, &error.operations, &error.variants, false);
        source.line("}");
        for (alias, method) in error.aliases.iter().zip(&error.operations) {
            source.blank();
            source.doc_inline(&Inline::join([
                &Inline::prose("How "),
                &method_link(method),
                &Inline::prose(" can fail: see "),
                &Inline::item(&error.name),
                &Inline::prose("."),
            ]));
            source.line(&format!("pub type {alias} = {};", error.name));
        }
    }
    for outcome in &contract.outcomes {
        source.blank();
        source.doc_inline(&Inline::join([
            &Inline::prose("What "),
            &method_link(&outcome.operation),
            &Inline::prose(" gives, by status."),
        ]));
        source.line("#[derive(Clone, PartialEq, Outcome)]");
        source.line("#[non_exhaustive]");
        source.line(&format!("pub enum {} {{", outcome.name));
        write_variants(&mut source, contract, std::slice::from_ref(&outcome.operation), &outcome.variants, true);
        source.line("}");
    }
    source.finish()
}

/// `raw` says that text and bytes are part of the variants; those of an error are at hand in its response.
fn write_variants(
    source: &mut Source,
    contract: &Contract,
    operations: &[String],
    variants: &[StatusVariant],
    raw: bool,
) {
    for variant in variants {
        source.doc(&meaning(contract, operations, &variant.code));
        let (body, encoding) = match (raw, &variant.body) {
            (true, ResponseBody::Text) => ("(String)".to_owned(), ", text"),
            (true, ResponseBody::Bytes) => ("(onboarding_core::Bytes)".to_owned(), ", bytes"),
            (_, body) => (status_body_type(body).map(|body| format!("({body})")).unwrap_or_default(), ""),
        };
        source.line(&format!("#[wire({}{encoding})]", pattern(&variant.code)));
        source.line(&format!("{}{body},", variant.name));
    }
}

/// What a status means, in the words of the document where all the operations agree.
fn meaning(contract: &Contract, operations: &[String], code: &str) -> String {
    let mut words: Vec<&str> = contract
        .operations
        .iter()
        .filter(|operation| operations.contains(&operation.method_name))
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

/// The status as a Rust pattern.
fn pattern(code: &str) -> String {
    match code.strip_suffix("XX") {
        Some(hundreds) => format!("{hundreds}00..={hundreds}99"),
        None => code.to_owned(),
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
