//! The table of names that are taken, against what the emitters and the macros of the runtime write.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use build_tools::names::{Scope, is_derive, is_offered};
use build_tools::spec::{Finding, SourceFile, VendorSources};
use build_tools::{generate, lint};

use common::{root, sources, vendors};

/// What a generated file imports and defines.
#[derive(Default)]
struct Names {
    imported: BTreeSet<String>,
    /// Methods by the type that has them.
    methods: BTreeSet<(String, String)>,
}

fn names(text: &str) -> Names {
    let mut names = Names::default();
    for item in syn::parse_file(text).expect("it is Rust").items {
        match item {
            syn::Item::Use(item) => collect_imports(&item.tree, &mut names.imported),
            syn::Item::Impl(syn::ItemImpl { trait_: None, self_ty, items, .. }) => {
                let syn::Type::Path(path) = &*self_ty else { continue };
                let of = path.path.get_ident().map(ToString::to_string).unwrap_or_default();
                for inner in items {
                    if let syn::ImplItem::Fn(method) = inner {
                        names.methods.insert((of.clone(), method.sig.ident.to_string()));
                    }
                }
            }
            _ => {}
        }
    }
    names
}

fn collect_imports(tree: &syn::UseTree, imported: &mut BTreeSet<String>) {
    match tree {
        syn::UseTree::Path(path) => collect_imports(&path.tree, imported),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| collect_imports(tree, imported)),
        syn::UseTree::Name(name) => {
            imported.insert(name.ident.to_string());
        }
        syn::UseTree::Rename(rename) => {
            imported.insert(rename.rename.to_string());
        }
        syn::UseTree::Glob(_) => panic!("what a glob imports cannot be seen"),
    }
}

fn is_type(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
}

#[test]
fn what_generated_files_import_and_define_is_taken() {
    let mut seen = BTreeSet::new();
    for vendor in vendors() {
        let sources = sources(&vendor);
        let generated = generate(&sources).expect("the vendors' documents are sound");
        let is_rust = |path: &str| Path::new(path).extension().is_some_and(|extension| extension == "rs");
        for file in generated.files.iter().filter(|file| is_rust(&file.path)) {
            let Some((_, path)) = file.path.split_once("/src/generated/").or(file.path.split_once("/tests/")) else {
                continue;
            };
            let found = names(&file.contents);
            let mut expect = |scope: Scope, name: &str| {
                assert!(scope.is_taken(name), "{}: `{name}` is not taken as {scope:?}", file.path);
                seen.insert(format!("{scope:?}"));
            };
            match path.split_once('/') {
                None if path == "client.rs" => {
                    for (of, method) in &found.methods {
                        let given = generated
                            .contract
                            .settings
                            .credentials
                            .iter()
                            .any(|form| form.fields.iter().any(|field| field.name == *method));
                        if of == "Client" {
                            expect(Scope::Method, method);
                        } else if of.ends_with("SignIn") && !given {
                            expect(Scope::SignIn, method);
                        }
                    }
                }
                Some(("operations", name)) if name != "mod.rs" => {
                    found.imported.iter().filter(|name| is_type(name)).for_each(|name| expect(Scope::CallType, name));
                }
                Some(("generated", name)) if name != "main.rs" => {
                    let modules = ["errors", "types"];
                    let functions =
                        found.imported.iter().filter(|name| !is_type(name) && !modules.contains(&name.as_str()));
                    functions.for_each(|name| expect(Scope::Test, name));
                }
                _ => {}
            }
        }
    }
    let scopes = ["CallType", "Method", "SignIn", "Test"];
    assert_eq!(seen, scopes.map(str::to_owned).into(), "each of them was looked at");
}

/// What stands on a generated type or within it by a short name is of the vendor, imported, or taken: no type of a vendor hides it.
#[test]
fn what_generated_types_name_is_taken() {
    let (mut derived, mut named) = (BTreeSet::new(), BTreeSet::new());
    for vendor in vendors() {
        let generated = generate(&sources(&vendor)).expect("the vendors' documents are sound");
        let files = generated.files.iter().filter(|file| file.path.contains("/src/generated/types/"));
        let files: Vec<_> =
            files.map(|file| (&file.path, syn::parse_file(&file.contents).expect("it is Rust"))).collect();
        let own: BTreeSet<String> = files.iter().flat_map(|(_, file)| &file.items).filter_map(defined).collect();
        for (path, file) in &files {
            let (mut imported, mut on_types, mut short) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
            for item in &file.items {
                match item {
                    syn::Item::Use(item) => collect_imports(&item.tree, &mut imported),
                    syn::Item::Struct(item) => {
                        derives_of(&item.attrs, &mut on_types);
                        short_names(&item.fields, &mut short);
                    }
                    syn::Item::Enum(item) => {
                        derives_of(&item.attrs, &mut on_types);
                        item.variants.iter().for_each(|variant| short_names(&variant.fields, &mut short));
                    }
                    _ => {}
                }
            }
            for name in &on_types {
                assert!(is_derive(name) || Scope::Type.is_taken(name), "{path}: the derive `{name}` is not known");
            }
            for name in short.iter().filter(|name| is_type(name)) {
                let known = own.contains(name) || imported.contains(name) || Scope::Type.is_taken(name);
                assert!(known, "{path}: `{name}` is used by its short name and is not taken");
            }
            derived.append(&mut on_types);
            named.append(&mut short);
        }
    }
    assert!(named.contains("Option") && named.contains("Vec"), "{named:?}");
    // Nothing is known for nothing.
    let text = fs::read_to_string(root().join("crates/onboarding-derive/src/lib.rs")).expect("there are derives");
    let macros = regex_lite::Regex::new(r"proc_macro_derive\((\w+)").expect("it is a pattern");
    let macros: BTreeSet<&str> = macros.captures_iter(&text).filter_map(|found| Some(found.get(1)?.as_str())).collect();
    assert!(macros.len() >= 6, "{macros:?}");
    for name in macros.iter().filter(|name| is_derive(name)) {
        assert!(derived.contains(*name), "no type derives `{name}`");
    }
    for name in derived.iter().filter(|name| is_derive(name)) {
        let of_the_prelude = ["Copy", "Debug", "Eq", "Hash", "Ord", "PartialEq", "PartialOrd"].contains(&name.as_str());
        assert!(of_the_prelude || macros.contains(name.as_str()), "the runtime has no derive `{name}`");
    }
}

fn defined(item: &syn::Item) -> Option<String> {
    match item {
        syn::Item::Struct(item) => Some(item.ident.to_string()),
        syn::Item::Enum(item) => Some(item.ident.to_string()),
        syn::Item::Type(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

fn derives_of(attributes: &[syn::Attribute], found: &mut BTreeSet<String>) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let add = |path: syn::Path| found.extend(path.get_ident().map(ToString::to_string));
        let paths = attribute
            .parse_args_with(syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated)
            .expect("derives are paths");
        paths.into_iter().for_each(add);
    }
}

/// The names in the types of fields that are not behind a path.
fn short_names(fields: &syn::Fields, found: &mut BTreeSet<String>) {
    for field in fields {
        let text = quote::ToTokens::to_token_stream(&field.ty).to_string().replace(" :: ", "::");
        let words = text.split(|character: char| !character.is_alphanumeric() && character != '_' && character != ':');
        found.extend(words.filter(|word| !word.is_empty() && !word.contains(':')).map(str::to_owned));
    }
}

/// The text of the runtime's macros.
fn macros() -> String {
    let directory = root().join("crates/onboarding-core/src");
    let mut text = String::new();
    let mut files: Vec<_> = fs::read_dir(&directory)
        .expect("the runtime is there")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    files.extend(
        fs::read_dir(directory.join("macros")).into_iter().flatten().map(|entry| entry.expect("it can be read").path()),
    );
    for path in files {
        let file = fs::read_to_string(&path).unwrap_or_default();
        if file.contains("macro_rules!") {
            text.push_str(&file);
        }
    }
    assert!(text.contains("macro_rules! __object"), "the macros are where they were");
    text
}

/// The text of one macro.
fn macro_text<'t>(macros: &'t str, name: &str) -> &'t str {
    let start = macros.find(&format!("macro_rules! {name} ")).unwrap_or_else(|| panic!("there is a macro {name}"));
    let rest = &macros[start..];
    &rest[..rest.find("\n}\n").expect("a macro ends")]
}

#[test]
fn what_the_macros_define_is_taken() {
    let macros = macros();
    let method = regex_lite::Regex::new(r"pub (?:const |async )*fn (\w+)").expect("it is a pattern");
    for (name, scope, some) in [
        ("__call", Scope::Setter, "into_call"),
        ("__pages", Scope::Setter, "items"),
        ("__constructor", Scope::Member, "builder"),
    ] {
        let found: BTreeSet<&str> =
            method.captures_iter(macro_text(&macros, name)).filter_map(|found| Some(found.get(1)?.as_str())).collect();
        assert!(found.contains(some), "{name}: {found:?}");
        for found in found {
            assert!(scope.is_taken(found), "`{found}` of `{name}!` is not taken as {scope:?}");
        }
    }
}

/// Where a macro names the types of the vendor's members, whatever it names itself could hide one of them.
#[test]
fn what_macros_name_within_themselves_hides_no_type() {
    let macros = macros();
    let inner = regex_lite::Regex::new(r"(?:struct|enum) (\w+)|fn \w+<([^>]*)>").expect("it is a pattern");
    let mut count = 0;
    for found in inner.captures_iter(macro_text(&macros, "__object")) {
        let names = found.get(1).or(found.get(2)).map_or("", |names| names.as_str());
        let parameters = names.split(',').map(|name| name.split(':').next().unwrap_or_default().trim());
        for parameter in parameters.filter(|name| !name.starts_with('\'')) {
            count += 1;
            assert!(parameter.starts_with("__"), "`{parameter}` of `__object!` could be a type of the vendor's");
        }
    }
    assert!(count >= 4, "the macro has type parameters");
}

/// The lint rule `offered-rust-name` knows all that a vendor crate offers beside its own types.
#[test]
fn what_vendor_crates_offer_is_known() {
    for vendor in vendors() {
        let text = |file: &str| {
            let path = root().join(format!("crates/onboarding-{vendor}/src/{file}"));
            fs::read_to_string(path).expect("there is a crate")
        };
        let of_runtime = "pub use crate::generated::offered::*;";
        let own = text("lib.rs");
        assert!(own.contains(of_runtime), "{vendor}: what the runtime gives is offered");
        let mut offered = names(&own.replace(of_runtime, "")).imported;
        offered.extend(names(&text("generated/offered.rs")).imported);
        let types: Vec<&String> = offered.iter().filter(|name| is_type(name)).collect();
        assert!(types.len() > 20, "{vendor}: {types:?}");
        for name in types {
            // What signs in is made from `vendor.toml`, not from the document.
            assert!(is_offered(name) || name.ends_with("SignIn"), "{vendor}: `{name}` is not known as offered");
        }
    }
}

const SETTINGS: &str = r#"sign-in = "use onboarding_names::Client;"
first-call = "use onboarding_names::Client;"
[package]
name = "onboarding-names"
vendor = "Names"
description = "Names."
documentation = "https://names.example/docs"
version = "0.1.0"
[[credentials]]
name = "token"
scheme = "bearer"
description = "A token."
fields = [{ name = "token", description = "The token." }]
headers = { authorization = "Bearer {token}" }
[errors]
GetDError = ["404"]
PutEOutcome = ["410"]
"#;

/// Every collision of a document is in one list, whichever stage sees it, and each finding has the lines of both.
#[test]
fn names_that_become_one_are_reported_with_both_places() {
    let path = root().join("build-tools/tests/fixtures/names/collisions.yaml");
    let file = |name: &str, text: String| SourceFile { path: format!("specs/names/{name}"), text };
    let sources = VendorSources {
        name: "names".to_owned(),
        openapi: file("openapi.yaml", fs::read_to_string(path).expect("there is a fixture")),
        vendor_toml: file("vendor.toml", SETTINGS.to_owned()),
        overlay: None,
        documented: None,
        examples: BTreeMap::new(),
        unsound: None,
    };
    let of_names = [
        "duplicate-rust-name",
        "enum-value-collision",
        "enum-value-unnamed",
        "reserved-rust-name",
        "duplicate-parameter",
    ];
    let findings: Vec<Finding> =
        lint(&sources).into_iter().filter(|finding| of_names.contains(&finding.rule)).collect();
    for finding in findings.iter().filter(|finding| finding.rule != "enum-value-unnamed") {
        let other = regex_lite::Regex::new(r"on line (\d+)").expect("it is a pattern");
        let line = other.captures(&finding.message).and_then(|found| found.get(1)?.as_str().parse::<usize>().ok());
        match finding.rule {
            // The other place is in generated code.
            "reserved-rust-name" => assert_eq!(line, None, "{finding}"),
            _ if finding.file.ends_with("vendor.toml") => assert!(line.is_some_and(|line| 0 < line), "{finding}"),
            _ => assert!(line.is_some_and(|line| 0 < line && line <= finding.span.line), "{finding}"),
        }
    }
    assert!(findings.len() >= 40, "{} findings", findings.len());
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| format!("{}:{}: {}: {}", finding.span.line, finding.span.column, finding.rule, finding.message))
        .collect();
    insta::assert_snapshot!("collisions", lines.join("\n"));
}
