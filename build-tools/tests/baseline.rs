//! Plain progenitor on the curated documents: what it leaves out is known, and the rest is a whole client.

use std::fs;
use std::path::Path;

use build_tools::baseline::{PlainOutput, plain};
use build_tools::passes;
use build_tools::spec::{Document, SourceFile};

fn baseline(vendor: &str) -> PlainOutput {
    let path = format!("specs/{vendor}/openapi.yaml");
    let text = fs::read_to_string(Path::new("..").join(&path)).expect("the document is there");
    let document = Document::load(&SourceFile { path, text }).expect("the document is YAML");
    let mut lowered = document.root.to_json();
    passes::run(&mut lowered).expect("the passes apply");
    plain(&lowered).expect("progenitor accepts the lowered document")
}

/// The names of the operations' builders in progenitor's output.
fn methods(output: &PlainOutput) -> usize {
    let file = syn::parse_file(&output.rust).expect("the output is Rust");
    let builder = file.items.iter().find_map(|item| match item {
        syn::Item::Mod(module) if module.ident == "builder" => module.content.as_ref(),
        _ => None,
    });
    let (_, items) = builder.expect("the output has builders");
    items
        .iter()
        .filter(|item| matches!(item, syn::Item::Struct(_)))
        .count()
}

#[test]
fn amiqus() {
    let output = baseline("amiqus");
    assert_eq!(output.left_out, [""; 0]);
    assert_eq!(methods(&output), 58);
}

#[test]
fn b2core() {
    let output = baseline("b2core");
    assert_eq!(output.left_out, [""; 0]);
    assert_eq!(methods(&output), 3);
}

#[test]
fn carium() {
    let output = baseline("carium");
    assert_eq!(output.left_out, [""; 0]);
    assert_eq!(methods(&output), 158);
}

#[test]
fn griffin() {
    let output = baseline("griffin");
    assert_eq!(output.left_out, [""; 0]);
    assert_eq!(methods(&output), 42);
}

#[test]
fn upvest() {
    let output = baseline("upvest");
    assert_eq!(output.left_out, [""; 0]);
    assert_eq!(methods(&output), 5);
}
