//! Tests that hold the crate against what the document promises: changed answers, and private values.

use super::rust::{Scope, type_text};
use super::source::Source;
use super::tests::{included, raw};
use crate::contract::{Contract, TypeUse};
use crate::proof::answers::Text;
use crate::proof::mutants::Place;
use crate::proof::{Mutated, Proved};

/// `mutations.rs`.
pub(super) fn mutations(contract: &Contract, proved: &Proved) -> String {
    let mut body = Source::default();
    for (module, mutated) in &proved.mutated {
        let count: usize = mutated.iter().flat_map(|mutated| &mutated.places).map(Place::mutants).sum();
        body.blank();
        body.line("#[test]");
        body.line(&format!("fn {module}() {{"));
        body.line(&format!("assert_mutants({count}, &["));
        for Mutated { answer, places } in mutated {
            let text = match &answer.text {
                Text::Documented(name) => included(contract, name),
                Text::Sample(text) => raw(text),
            };
            body.line("Answer {");
            body.line(&format!("name: {:?},", answer.name));
            body.line(&format!("decode: decoded::<{}>,", own_type(&answer.body)));
            body.line(&format!("text: {text},"));
            let places: Vec<String> =
                places.iter().map(|place| format!("\n{} {}", place.pointer, place.changes)).collect();
            body.line(&format!("places: {},", raw(&places.concat())));
            body.line("},");
        }
        body.line("]);");
        body.line("}");
    }
    let body = body.finish();
    let mut source = Source::rust(&contract.vendor);
    source.module_doc(
        "Each answer, changed in one place at a time, comes to what the document says. `onboarding_testing::mutation` tells what \
         the letters mean.",
    );
    source.blank();
    imports(&mut source, contract, &body);
    source.line("use onboarding_testing::mutation::{Answer, assert_mutants, decoded};");
    source.blank();
    source.finish() + "\n" + &body
}

/// A type as tests write it.
fn own_type(value: &TypeUse) -> String {
    type_text(value, Scope::Crate).replace("onboarding_core::", "")
}

/// Imports what of the crate a file's text names.
fn imports(source: &mut Source, contract: &Contract, body: &str) {
    let package = contract.settings.package.name.replace('-', "_");
    let names = ["Decimal", "JsonValue", "Map", "NaiveDate", "Secret", "Timestamp"];
    let mut own: Vec<&str> = names.into_iter().filter(|name| body.contains(&format!("<{name}"))).collect();
    own.extend(body.contains("types::").then_some("types"));
    match own.as_slice() {
        [] => {}
        [only] => source.line(&format!("use {package}::{only};")),
        several => source.line(&format!("use {package}::{{{}}};", several.join(", "))),
    }
}
