//! No public signature of a published crate names a type of the HTTP client, so that a new major version of it, or another one, breaks
//! no service; save the two methods that exist to be given such a type.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::root;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::{Fields, ImplItem, Item, TraitItem, UseTree, Visibility};

/// The HTTP client's crate.
const CLIENT: &str = "reqwest";
/// The one place: the file, and the methods.
const ALLOWED: [(&str, &str); 2] = [
    ("crates/onboarding-core/src/builder.rs", "http_client_builder"),
    ("crates/onboarding-core/src/builder.rs", "http_client"),
];
/// Crates that no service depends on.
const UNPUBLISHED: [&str; 2] = ["onboarding-compile-fail", "onboarding-testing"];

#[test]
fn two_methods_alone_name_the_http_client() {
    let (mut found, mut crates) = (Vec::new(), 0);
    let mut entries: Vec<_> = fs::read_dir(root().join("crates"))
        .expect("there are crates")
        .map(|entry| entry.expect("it is read"))
        .collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if UNPUBLISHED.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        crates += 1;
        let mut files = Vec::new();
        rust_files(&entry.path().join("src"), &mut files);
        assert!(!files.is_empty(), "{} has no sources", entry.path().display());
        for file in files {
            let text = fs::read_to_string(&file).expect("the file is read");
            let file =
                file.strip_prefix(root()).expect("it lies in the workspace").to_string_lossy().replace('\\', "/");
            found.extend(leaks(&text).into_iter().map(|name| (file.clone(), name)));
        }
    }
    assert!(crates >= 8, "only {crates} crates were found");
    let allowed = ALLOWED.map(|(file, name)| (file.to_owned(), name.to_owned()));
    assert_eq!(found, allowed, "public signatures that name {CLIENT}");
}

#[test]
fn whatever_kind_of_item_names_the_http_client_is_found() {
    for text in [
        "pub use reqwest::Client;",
        "pub use reqwest;",
        "pub fn f(client: reqwest::Client) {}",
        "pub fn f() -> ::reqwest::Client { loop {} }",
        "use reqwest::Client as Http; pub fn f() -> Result<(), Http> { loop {} }",
        "use reqwest as http; pub fn f(client: &http::Client) {}",
        "pub struct S { pub client: reqwest::Client }",
        "pub struct S(pub reqwest::Client);",
        "pub struct S<T: Into<reqwest::Client>>(T);",
        "pub enum E { A { client: reqwest::Client } }",
        "pub enum E { A(reqwest::Error) }",
        "pub type T = reqwest::Client;",
        "pub const C: Option<reqwest::Client> = None;",
        "pub static C: Option<reqwest::Client> = None;",
        "pub trait T: AsRef<reqwest::Client> {}",
        "pub trait T { fn f(&self, client: reqwest::Client); }",
        "pub trait T { type Client: Into<reqwest::Client>; }",
        "pub struct S; impl S { pub fn f(&self) -> reqwest::Client { loop {} } }",
        "pub struct S; impl From<reqwest::Error> for S { fn from(error: reqwest::Error) -> Self { S } }",
        "pub struct S; impl std::ops::Deref for S { type Target = reqwest::Client; fn deref(&self) -> &Self::Target { loop {} } }",
        "pub struct S; impl From<S> for reqwest::Client { fn from(s: S) -> Self { loop {} } }",
        "pub mod m { pub fn f(client: reqwest::Client) {} }",
        "#[macro_export] macro_rules! m { () => { reqwest::Client::new() } }",
    ] {
        assert_eq!(leaks(text).len(), 1, "{text}");
    }
    for text in [
        "use reqwest::Client; fn f(client: Client) {} pub fn g() { Client::new(); }",
        "pub(crate) fn f(client: reqwest::Client) {} pub(crate) use reqwest::Client;",
        "pub struct S { client: reqwest::Client } impl S { fn f(&self) -> reqwest::Client { loop {} } }",
        "pub struct S(reqwest::Client);",
        "/// See [`reqwest::Client`].\npub fn f() -> &'static str { \"reqwest::Client\" }",
        "pub fn f() { let client: reqwest::Client = reqwest::Client::new(); }",
        "#[cfg(test)] mod tests { pub fn f(client: reqwest::Client) {} }",
        "struct S<T>(T); impl<T: Into<reqwest::Client>> From<reqwest::Client> for S<T> { }",
        "macro_rules! m { () => { reqwest::Client::new() } }",
    ] {
        assert_eq!(leaks(text), Vec::<String>::new(), "{text}");
    }
}

fn rust_files(directory: &Path, found: &mut Vec<std::path::PathBuf>) {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let mut entries: Vec<_> = entries.map(|entry| entry.expect("the directory is read").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The public items of a file that name the HTTP client or what the file imports from it. What a private module has counts as well, since
/// it may be passed on; impls count unless the type is private.
fn leaks(text: &str) -> Vec<String> {
    let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let (mut names, mut found) = (BTreeSet::from([CLIENT.to_owned()]), Vec::new());
    imported(&file.items, &mut names);
    each(&file.items, &mut |name, tokens| {
        if mentions(tokens, &names) {
            found.push(name.to_owned());
        }
    });
    found
}

/// What a file imports from the HTTP client, by the names that it has here.
fn imported(items: &[Item], names: &mut BTreeSet<String>) {
    for item in items {
        match item {
            Item::Use(item) => from_client(&item.tree, false, names),
            Item::Mod(item) => imported(item.content.as_ref().map_or(&[][..], |(_, items)| items), names),
            _ => {}
        }
    }
}

fn from_client(tree: &UseTree, within: bool, names: &mut BTreeSet<String>) {
    let mut add = |ident: &syn::Ident, name: &syn::Ident| {
        if within || ident == CLIENT {
            names.insert(name.to_string());
        }
    };
    match tree {
        UseTree::Path(path) => from_client(&path.tree, within || path.ident == CLIENT, names),
        UseTree::Name(name) => add(&name.ident, &name.ident),
        UseTree::Rename(rename) => add(&rename.ident, &rename.rename),
        UseTree::Group(group) => group.items.iter().for_each(|tree| from_client(tree, within, names)),
        UseTree::Glob(_) => assert!(!within, "a glob of {CLIENT} hides what is imported"),
    }
}

/// Calls with the name and the public part of each item.
fn each(items: &[Item], see: &mut impl FnMut(&str, &TokenStream)) {
    let is_public = |visibility: &Visibility| matches!(visibility, Visibility::Public(_));
    let for_tests = |attributes: &[syn::Attribute]| {
        attributes.iter().any(|attribute| attribute.to_token_stream().to_string().replace(' ', "").contains("cfg(test"))
    };
    // Types that cannot be reached from outside.
    let own: BTreeSet<String> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) if !is_public(&item.vis) => Some(item.ident.to_string()),
            Item::Enum(item) if !is_public(&item.vis) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect();
    for item in items {
        match item {
            Item::Mod(item) if !for_tests(&item.attrs) => {
                each(item.content.as_ref().map_or(&[][..], |(_, items)| items), see);
            }
            Item::Use(item) if is_public(&item.vis) => see("use", &item.tree.to_token_stream()),
            Item::Fn(item) if is_public(&item.vis) => see(&item.sig.ident.to_string(), &item.sig.to_token_stream()),
            Item::Type(item) if is_public(&item.vis) => {
                let (generics, ty) = (&item.generics, &item.ty);
                see(&item.ident.to_string(), &quote!(#generics #ty));
            }
            Item::Const(item) if is_public(&item.vis) => see(&item.ident.to_string(), &item.ty.to_token_stream()),
            Item::Static(item) if is_public(&item.vis) => see(&item.ident.to_string(), &item.ty.to_token_stream()),
            Item::Struct(item) if is_public(&item.vis) => {
                let fields = public_fields(&item.fields, false);
                let (generics, bounds) = (&item.generics, &item.generics.where_clause);
                see(&item.ident.to_string(), &quote!(#generics #bounds #fields));
            }
            Item::Enum(item) if is_public(&item.vis) => {
                let fields = item.variants.iter().map(|variant| public_fields(&variant.fields, true));
                let (generics, bounds) = (&item.generics, &item.generics.where_clause);
                see(&item.ident.to_string(), &quote!(#generics #bounds #(#fields)*));
            }
            Item::Trait(item) if is_public(&item.vis) => {
                let (generics, supertraits) = (&item.generics, &item.supertraits);
                let items = item.items.iter().map(|item| match item {
                    TraitItem::Fn(method) => method.sig.to_token_stream(),
                    other => other.to_token_stream(),
                });
                see(&item.ident.to_string(), &quote!(#generics #supertraits #(#items)*));
            }
            Item::Impl(item) => {
                let (generics, ty) = (&item.generics, &item.self_ty);
                let first = ty.to_token_stream().into_iter().next();
                if first.is_some_and(|name| own.contains(&name.to_string())) {
                    continue;
                }
                if let Some((of, _)) = &item.trait_ {
                    let types = item.items.iter().filter_map(|item| match item {
                        ImplItem::Type(item) => Some(item.ty.to_token_stream()),
                        _ => None,
                    });
                    see("impl", &quote!(#generics #of #ty #(#types)*));
                    continue;
                }
                for item in &item.items {
                    match item {
                        ImplItem::Fn(method) if is_public(&method.vis) => {
                            see(&method.sig.ident.to_string(), &method.sig.to_token_stream());
                        }
                        ImplItem::Const(item) if is_public(&item.vis) => {
                            see(&item.ident.to_string(), &item.ty.to_token_stream());
                        }
                        _ => {}
                    }
                }
            }
            Item::Macro(item) if item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) => {
                see("macro", &item.mac.tokens);
            }
            _ => {}
        }
    }
}

/// The types of the fields that can be reached from outside.
fn public_fields(fields: &Fields, all: bool) -> TokenStream {
    let types = fields.iter().filter(|field| all || matches!(field.vis, Visibility::Public(_))).map(|field| &field.ty);
    quote!(#(#types)*)
}

/// Whether one of the names stands somewhere in the tokens.
fn mentions(tokens: &TokenStream, names: &BTreeSet<String>) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&ident.to_string()),
        TokenTree::Group(group) => mentions(&group.stream(), names),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
