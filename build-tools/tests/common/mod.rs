//! Vendors for tests: those of the workspace, read as `xtask` does, and one of a few lines.

#![allow(dead_code, reason = "each test uses a part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use build_tools::spec::{SourceFile, VendorSources};
use quote::ToTokens as _;

const HEAD: &str = "\
openapi: 3.0.3
info: {title: Tiny, version: '1', description: A tiny interface.}
servers: [{url: https://tiny.example}]
security: [{bearer: []}]
tags: [{name: Things, description: All things.}]
";

const VENDOR: &str = r#"
sign-in = "use onboarding_tiny::Client;"
first-call = "use onboarding_tiny::Client;"
[package]
name = "onboarding-tiny"
version = "0.1.0"
vendor = "Tiny"
description = "Tiny, an interface for tests."
documentation = "https://tiny.example/docs"
[[credentials]]
name = "token"
scheme = "bearer"
description = "A token."
fields = [{ name = "token", description = "The token." }]
headers = { authorization = "Bearer {token}" }
"#;

/// The workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("build-tools lies in the workspace").to_owned()
}

/// The vendors that have a document.
pub(crate) fn vendors() -> Vec<String> {
    let directories = fs::read_dir(root().join("specs")).expect("there is a directory of documents");
    let mut vendors: Vec<String> = directories
        .map(|entry| entry.expect("the directory can be read").path())
        .filter(|path| path.join("openapi.yaml").exists())
        .map(|path| path.file_name().expect("a directory has a name").to_string_lossy().into_owned())
        .collect();
    vendors.sort();
    assert!(!vendors.is_empty(), "there are documents");
    vendors
}

/// The texts of one vendor.
pub(crate) fn sources(vendor: &str) -> VendorSources {
    let directory = root().join("specs").join(vendor);
    let file = |name: &str| {
        let text = fs::read_to_string(directory.join(name)).unwrap_or_else(|error| panic!("{vendor}/{name}: {error}"));
        SourceFile { path: format!("specs/{vendor}/{name}"), text }
    };
    let mut examples = BTreeMap::new();
    for entry in fs::read_dir(directory.join("examples")).expect("there are examples") {
        let name = entry.expect("the directory can be read").file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_some_and(|extension| extension == "json") {
            examples.insert(name.clone(), file(&format!("examples/{name}")));
        }
    }
    let optional = |name: &str| directory.join(name).exists().then(|| file(name));
    VendorSources {
        name: vendor.to_owned(),
        openapi: file("openapi.yaml"),
        vendor_toml: file("vendor.toml"),
        overlay: None,
        documented: optional("documented.yaml"),
        unsound: optional("examples/unsound.yaml"),
        examples,
    }
}

/// A small vendor: what a test says of its document, and what every document has.
pub(crate) fn tiny(document: &str) -> VendorSources {
    let text = format!("{HEAD}{document}");
    VendorSources {
        name: "tiny".to_owned(),
        openapi: SourceFile { path: "specs/tiny/openapi.yaml".to_owned(), text },
        vendor_toml: SourceFile { path: "specs/tiny/vendor.toml".to_owned(), text: VENDOR.to_owned() },
        overlay: None,
        documented: None,
        examples: BTreeMap::new(),
        unsound: None,
    }
}

/// The Rust files below a directory, by path.
pub(crate) fn rust_files(directory: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.expect("the directory can be read").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(directory).expect("it lies below").to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read_to_string(&path).expect("the file can be read"));
            }
        }
    }
    files
}

/// Whether an attribute leaves an item to tests.
pub(crate) fn is_for_tests(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.to_token_stream().to_string().replace(' ', "").contains("cfg(test")
}
