//! Plain progenitor on the curated documents: what it leaves out is known, and the rest is a whole client.

use std::fs;
use std::path::Path;

use build_tools::model::Model;
use build_tools::passes;
use build_tools::spec::{Document, SourceFile};
use onboarding_comparison::baseline::{PlainOutput, plain};

fn baseline(vendor: &str) -> PlainOutput {
    let path = format!("specs/{vendor}/openapi.yaml");
    let text = fs::read_to_string(Path::new("..").join(&path)).expect("the document is there");
    let document = Document::load(&SourceFile { path, text }).expect("the document is YAML");
    let mut lowered = document.root.to_json();
    passes::run(&mut lowered).expect("the passes apply");
    let model = Model::new(lowered).expect("nothing is lost");
    plain(&model).expect("progenitor accepts the lowered document")
}

/// How many operations the output has. It must be Rust, and no two types may share a name: that, too, would not compile.
fn operations(output: &PlainOutput) -> usize {
    let file = syn::parse_file(&output.rust).expect("the output is Rust");
    let mut types = type_names(&file, "types");
    types.sort();
    let all = types.len();
    types.dedup();
    assert_eq!(types.len(), all, "two types share a name");
    type_names(&file, "builder").len()
}

/// The names of the types that a module defines.
fn type_names(file: &syn::File, module: &str) -> Vec<String> {
    let items = file.items.iter().find_map(|item| match item {
        syn::Item::Mod(found) if found.ident == module => found.content.as_ref().map(|(_, items)| items),
        _ => None,
    });
    let names = items.expect("the output has this module").iter().filter_map(|item| match item {
        syn::Item::Struct(item) => Some(item.ident.to_string()),
        syn::Item::Enum(item) => Some(item.ident.to_string()),
        _ => None,
    });
    names.collect()
}

#[test]
fn amiqus() {
    let output = baseline("amiqus");
    assert_eq!(output.left_out, [""; 0]);
    assert_eq!(operations(&output), 59);
}

#[test]
fn b2core() {
    let output = baseline("b2core");
    assert_eq!(output.left_out, [""; 0]);
    assert_eq!(operations(&output), 3);
}

#[test]
fn carium() {
    let output = baseline("carium");
    assert_eq!(output.left_out, [""; 0]);
    assert_eq!(operations(&output), 158);
}

#[test]
fn griffin() {
    let output = baseline("griffin");
    assert_eq!(output.left_out, [""; 0]);
    assert_eq!(operations(&output), 42);
}

#[test]
fn upvest() {
    let output = baseline("upvest");
    assert_eq!(output.left_out, [""; 0]);
    assert_eq!(operations(&output), 5);
}
