//! No emitter writes Rust as text: what a document says is a literal or documentation among tokens, and can be nothing else.
//!
//! String literals of the emitters of Rust are searched for what only code has. Literals within `quote!` are the
//! tokens of what is emitted, and those of tests are what is expected.

mod common;

use std::fs;

use common::root;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, Item};

/// Files that write no Rust: text for people, what tokens look like as text, and what a file was meant to declare.
const OTHERS: &[&str] = &["layout.rs", "manifest.rs", "meant.rs", "outline.rs", "readme.rs", "surface.rs", "table.rs"];

/// What begins a piece of code, and no prose.
const BEGINNINGS: &[&str] = &[
    "pub ",
    "fn ",
    "async fn ",
    "let ",
    "use ",
    "impl ",
    "static ",
    "const ",
    "struct ",
    "enum ",
    "mod ",
    "#[",
    "#![",
];

/// What is in a piece of code, and not in prose.
const PARTS: &[&str] = &["::<", ") {", ");", " => ", "();", "(&", "&["];

#[test]
fn no_emitter_writes_rust_as_text() {
    let emit = root().join("build-tools/src/emit");
    let mut files = 0;
    for entry in fs::read_dir(&emit).expect("the emitters are there") {
        let path = entry.expect("it has a name").path();
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        if OTHERS.contains(&name.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("it is text");
        files += 1;
        let code = code_in(&text);
        assert!(code.is_empty(), "`{name}` has Rust in its literals: {code:#?}");
    }
    assert!(files >= 10, "only {files} files were found");
}

#[test]
fn code_in_literals_is_found_wherever_it_is() {
    for literal in [
        "\"pub fn get(&self)\"",
        "\"    let body = 1;\"",
        "\".send().await.expect(\\\"x\\\");\"",
        "r#\"Operation::new(\"a\", Method::GET)\"#, \") {\"",
        "\"Vec::<{}>\"",
        "\"#[inline]\"",
        "\"&[{}]\"",
    ] {
        for text in [
            format!("fn f() {{ source.line({literal}); }}"),
            format!("const A: &[&str] = &[{literal}];"),
            format!("impl A {{ fn f() {{ match a {{ _ => vec![format!({literal})] }}; }} }}"),
        ] {
            assert!(!code_in(&text).is_empty(), "{text}");
        }
        for text in [
            format!("fn f() {{ quote! {{ source.line({literal}); }} }}"),
            format!("#[cfg(test)] mod tests {{ const A: &[&str] = &[{literal}]; }}"),
            "/// Writes `pub fn get(&self) -> Self {`.\nfn f() { Docs::of(\"The method, which `use`s it (see below).\") }".to_owned(),
            "fn f() { Inline::link(\"crate::Client::{method}\"); imports.name(\"onboarding_core::derive\") }".to_owned(),
        ] {
            assert_eq!(code_in(&text), Vec::<String>::new(), "{text}");
        }
    }
}

/// The string literals of a file that hold code.
fn code_in(text: &str) -> Vec<String> {
    let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let mut found = Vec::new();
    for item in file.items.iter().filter(|item| !is_test(item)) {
        search(item.to_token_stream(), &mut found);
    }
    found
}

fn is_test(item: &Item) -> bool {
    let is_test = |attribute: &Attribute| attribute.to_token_stream().to_string().replace(' ', "") == "#[cfg(test)]";
    matches!(item, Item::Mod(item) if item.attrs.iter().any(is_test))
}

fn search(tokens: TokenStream, found: &mut Vec<String>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, tree) in trees.iter().enumerate() {
        let is = |back: usize, text: &str| {
            index.checked_sub(back).and_then(|at| trees.get(at)).is_some_and(|before| before.to_string() == text)
        };
        match tree {
            // Documentation and other attributes, and what is quoted.
            TokenTree::Group(_) if is(1, "#") || is(1, "!") && is(2, "quote") => {}
            TokenTree::Group(group) => search(group.stream(), found),
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()).map(|literal| literal.value())
                    && is_code(&text)
                {
                    found.push(text);
                }
            }
            _ => {}
        }
    }
}

fn is_code(text: &str) -> bool {
    let trimmed = text.trim_start();
    BEGINNINGS.iter().any(|beginning| trimmed.starts_with(beginning)) || PARTS.iter().any(|part| text.contains(part))
}
