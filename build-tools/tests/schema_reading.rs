//! Behind the passes the typed document is the only way to a schema: no file reads one by the names of its keywords.
//!
//! What is found: a keyword that is no English word, as a text anywhere in code (`"minLength"`, also in a pattern or a list); any
//! keyword as the key of a look-up (`.get("type")`, `schema["type"]`, `.pointer("/type")`), also by a closure or a function that passes
//! its argument on to one (`text("type")`). What only tests see does not count.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use build_tools::spec::accepted_keywords;
use common::{is_for_tests, root, rust_files};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, LitStr};

/// Where a document is read that is not typed yet, or typed: below `build-tools/src/`.
const READERS: [&str; 4] = ["model/", "passes/", "published/", "spec/lint/"];

/// Other files that look such a key up, with the reason. Whoever removes the last look-up of a file removes its line.
const KNOWN: [(&str, &str); 3] = [
    ("build-tools/src/emit/manifest.rs", "`description` and `default` are keys of the TOML that it writes"),
    ("build-tools/src/spec/dialect.rs", "it makes OpenAPI 3.0 of 3.1 before anything else reads the document"),
    ("build-tools/src/spec/reference.rs", "it follows references for lint and the passes"),
];

/// Keywords that are words, or words of Rust, too: only a look-up reads them.
const WORDS: [&str; 14] = [
    "default",
    "deprecated",
    "description",
    "enum",
    "example",
    "format",
    "items",
    "mapping",
    "maximum",
    "minimum",
    "pattern",
    "required",
    "title",
    "type",
];

/// The methods that look a key up.
const LOOK_UPS: [&str; 14] = [
    "at",
    "at_pointer",
    "child",
    "contains_key",
    "entry",
    "entry_of",
    "get",
    "get_key_value",
    "get_mut",
    "pointer",
    "pointer_mut",
    "remove",
    "shift_remove",
    "swap_remove",
];

#[test]
fn only_the_typed_document_reads_schemas() {
    let keywords = keywords();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for directory in ["build-tools/src", "comparison/src", "xtask/src"] {
        for (name, text) in rust_files(&root().join(directory)) {
            if directory == "build-tools/src" && READERS.iter().any(|reader| name.starts_with(reader)) {
                continue;
            }
            let readings = readings(&text, &keywords);
            if !readings.is_empty() {
                found.insert(format!("{directory}/{name}"), readings);
            }
        }
    }
    let known: BTreeSet<&str> = KNOWN.iter().map(|(file, _)| *file).collect();
    let new: Vec<_> = found.iter().filter(|(file, _)| !known.contains(file.as_str())).collect();
    assert!(new.is_empty(), "these files read schemas by key; read them through `build_tools::model`: {new:#?}");
    let gone: Vec<_> = known.iter().filter(|file| !found.contains_key(**file)).collect();
    assert!(gone.is_empty(), "these files read no schema any more; remove them from `KNOWN`: {gone:#?}");
}

#[test]
fn each_spelling_of_a_reading_is_found() {
    let keywords = keywords();
    assert!(keywords.len() > 30 && WORDS.iter().all(|word| keywords.contains(*word)), "{keywords:?}");
    for (code, expected) in [
        ("fn f(s: &Value) { s.get(\"properties\"); }", "properties"),
        ("fn f(s: &Value) { s.get(\"type\"); }", "type"),
        ("fn f(s: &Value) { s.get_mut(\n\"type\",\n); }", "type"),
        ("fn f(s: &Node) { s.at(\"/discriminator/mapping\"); }", "/discriminator/mapping"),
        ("fn f(s: &Value) { s.pointer(\"/0/type\"); }", "/0/type"),
        ("fn f(s: &Value) { s[\"type\"].as_str(); }", "type"),
        ("fn f(s: &Value) { g(s)[\"type\"].as_str(); }", "type"),
        ("fn f(s: &Value) { s[\"x\"][\"type\"].as_str(); }", "type"),
        ("fn f(s: &mut Value) { s[\"type\"] = 1; }", "type"),
        ("fn f(s: &Value) { assert_eq!(s[\"type\"], 1); }", "type"),
        ("fn f(s: &Value) { println!(\"{:?}\", s.get(\"type\")); }", "type"),
        ("fn f(s: &Value) { let text = |key: &str| s.get(key)?.as_str(); text(\"type\"); }", "type"),
        ("fn f(s: &Value) { let text = |key| &s[key]; g(text(\"type\")); }", "type"),
        (
            "fn text<'s>(s: &'s Value, key: &str) -> &'s Value { &s[key] } fn f(s: &Value) { text(s, \"type\"); }",
            "type",
        ),
        (
            "impl S { fn text(&self, key: &str) -> &Value { self.0.get(key) } fn f(&self) { self.text(\"type\"); } }",
            "type",
        ),
        ("fn f(k: &str) -> bool { matches!(k, \"allOf\" | \"b\") }", "allOf"),
        ("fn f(k: &str) -> u8 { match k { \"minLength\" => 1, _ => 2 } }", "minLength"),
        ("const KEYS: [&str; 2] = [\"a\", \"x-sensitive\"];", "x-sensitive"),
        ("fn f(k: &str) -> bool { k == \"$ref\" }", "$ref"),
    ] {
        assert_eq!(readings(code, &keywords), [expected], "{code}");
    }
    for code in [
        "#[cfg(test)] mod tests { fn f(s: &Value) { s.get(\"type\"); } }",
        "#[doc = \"minLength\"] fn f() {}",
        "/// `minLength`\nfn f() { g(\"of minLength\"); }",
        "fn f() { mark(true, \"deprecated\"); let mark = |a| a; mark(\"deprecated\"); }",
        "fn f() { for a in [\"type\"] {} g(&[\"type\"]); }",
        "fn f(m: &M) { m.get(\"name\"); m[\"version\"]; m.get(key); }",
        "fn f(s: &str) { s.strip_prefix(\"type\"); s.contains(\"format\"); }",
    ] {
        assert_eq!(readings(code, &keywords), [""; 0], "{code}");
    }
}

/// The keywords of schemas and of what tells the variants of a union apart.
fn keywords() -> BTreeSet<&'static str> {
    let of_schemas = |kind: &str| ["Schema", "Discriminator"].contains(&kind);
    let own = accepted_keywords().filter(|(kind, _)| of_schemas(kind)).map(|(_, keyword)| keyword);
    own.chain(["$ref"]).collect()
}

/// The texts by which a file reads schemas.
fn readings(text: &str, keywords: &BTreeSet<&str>) -> Vec<String> {
    let file = syn::parse_file(text).expect("the file is Rust");
    let mut tokens = TokenStream::new();
    for item in file.items {
        without_tests(item, &mut tokens);
    }
    let mut scan = Scan { keywords, passing_on: BTreeSet::new(), found: Vec::new() };
    scan.passing_on(&tokens);
    scan.readings(&tokens);
    scan.found
}

/// An item without its documentation and without what only tests see.
fn without_tests(item: Item, tokens: &mut TokenStream) {
    match item {
        Item::Mod(module) if module.attrs.iter().any(is_for_tests) => {}
        Item::Fn(function) if function.attrs.iter().any(is_for_tests) => {}
        Item::Impl(block) if block.attrs.iter().any(is_for_tests) => {}
        Item::Mod(module) => {
            for item in module.content.into_iter().flat_map(|(_, items)| items) {
                without_tests(item, tokens);
            }
        }
        item => item.to_tokens(tokens),
    }
}

struct Scan<'k> {
    keywords: &'k BTreeSet<&'k str>,
    /// The closures and functions that look up what they are given.
    passing_on: BTreeSet<String>,
    found: Vec<String>,
}

impl Scan<'_> {
    /// Finds `let name = |key| ….get(key)…` and `fn name(…, key: …) { …[key]… }`.
    fn passing_on(&mut self, tokens: &TokenStream) {
        let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(word) if word == "let" => {
                    if let (Some(TokenTree::Ident(name)), Some(true)) =
                        (tokens.get(at + 1), tokens.get(at + 2).map(is_mark('=')))
                    {
                        let rest = &tokens[at + 3..];
                        let end = rest.iter().position(is_mark(';')).unwrap_or(rest.len());
                        let mut bars =
                            rest[..end].iter().enumerate().filter(|(_, token)| is_mark('|')(token)).map(|(at, _)| at);
                        if let (Some(open), Some(close)) = (bars.next(), bars.next()) {
                            let parameters = names(&rest[open..close]);
                            if open <= 1 && looks_up(&rest[close..end], &parameters) {
                                self.passing_on.insert(name.to_string());
                            }
                        }
                    }
                }
                TokenTree::Ident(word) if word == "fn" => {
                    let name = tokens.get(at + 1).map(ToString::to_string).unwrap_or_default();
                    let mut groups = tokens[at + 1..].iter().filter_map(|token| match token {
                        TokenTree::Group(group) => Some(group),
                        _ => None,
                    });
                    let is_of = |delimiter| move |group: &&proc_macro2::Group| group.delimiter() == delimiter;
                    let parameters = groups.find(is_of(Delimiter::Parenthesis));
                    let body = groups.find(is_of(Delimiter::Brace));
                    if let (Some(parameters), Some(body)) = (parameters, body) {
                        let parameters: Vec<TokenTree> = parameters.stream().into_iter().collect();
                        let body: Vec<TokenTree> = body.stream().into_iter().collect();
                        if looks_up(&body, &names(&parameters)) {
                            self.passing_on.insert(name);
                        }
                    }
                }
                TokenTree::Group(group) => self.passing_on(&group.stream()),
                _ => {}
            }
        }
    }

    fn readings(&mut self, tokens: &TokenStream) {
        let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                // An attribute: documentation and settings of the compiler.
                TokenTree::Punct(mark) if mark.as_char() == '#' => at += 1,
                TokenTree::Literal(literal) => {
                    let is_own =
                        |text: &String| self.keywords.contains(text.as_str()) && !WORDS.contains(&text.as_str());
                    self.found.extend(text_of(literal).filter(is_own));
                }
                TokenTree::Group(group) => {
                    let within: Vec<TokenTree> = group.stream().into_iter().collect();
                    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
                    let arguments = within.split(is_mark(','));
                    let texts = arguments.filter_map(|argument| match argument {
                        [TokenTree::Literal(literal)] => text_of(literal),
                        _ => None,
                    });
                    let is_look_up = match (group.delimiter(), before) {
                        (Delimiter::Parenthesis, Some(TokenTree::Ident(name))) => {
                            let is_method = at.checked_sub(2).is_some_and(|at| is_mark('.')(&tokens[at]));
                            (is_method && LOOK_UPS.iter().any(|method| name == method))
                                || self.passing_on.contains(&name.to_string())
                        }
                        (Delimiter::Bracket, Some(TokenTree::Ident(name))) => {
                            syn::parse_str::<syn::Ident>(&name.to_string()).is_ok()
                        }
                        (Delimiter::Bracket, Some(TokenTree::Group(_))) => true,
                        (Delimiter::Bracket, Some(TokenTree::Punct(mark))) => mark.as_char() == '?',
                        _ => false,
                    };
                    let is_read = |text: &String| {
                        self.is_keyword(text) && (WORDS.contains(&text.as_str()) || text.starts_with('/'))
                    };
                    let read: Vec<String> = texts.filter(|text| is_look_up && is_read(text)).collect();
                    self.found.extend(read);
                    self.readings(&group.stream());
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Whether a text is a keyword, or a pointer that goes through one.
    fn is_keyword(&self, text: &str) -> bool {
        match text.strip_prefix('/') {
            Some(pointer) => pointer.split('/').any(|segment| self.keywords.contains(segment)),
            None => self.keywords.contains(text),
        }
    }
}

/// Whether one of these names is what a look-up is given.
fn looks_up(tokens: &[TokenTree], names: &BTreeSet<String>) -> bool {
    let is_given = |group: &proc_macro2::Group| match group.stream().into_iter().collect::<Vec<_>>().as_slice() {
        [TokenTree::Ident(name)] => names.contains(&name.to_string()),
        [TokenTree::Punct(mark), TokenTree::Ident(name)] => mark.as_char() == '&' && names.contains(&name.to_string()),
        _ => false,
    };
    tokens.iter().enumerate().any(|(at, token)| {
        let TokenTree::Group(group) = token else { return false };
        let within: Vec<TokenTree> = group.stream().into_iter().collect();
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let is_look_up = match (group.delimiter(), before) {
            (Delimiter::Parenthesis, Some(TokenTree::Ident(name))) => LOOK_UPS.iter().any(|method| name == method),
            (Delimiter::Bracket, Some(TokenTree::Ident(_) | TokenTree::Group(_))) => true,
            _ => false,
        };
        (is_look_up && is_given(group)) || looks_up(&within, names)
    })
}

/// The identifiers among some tokens.
fn names(tokens: &[TokenTree]) -> BTreeSet<String> {
    let names = tokens.iter().filter_map(|token| match token {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    });
    names.filter(|name| name != "self").collect()
}

fn text_of(literal: &proc_macro2::Literal) -> Option<String> {
    let text: LitStr = syn::parse2(TokenTree::Literal(literal.clone()).into()).ok()?;
    Some(text.value())
}

fn is_mark(mark: char) -> impl Fn(&TokenTree) -> bool {
    move |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}
