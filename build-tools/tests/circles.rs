//! No files of a crate that is written by hand import each other in a circle: each can be read when those that it imports are
//! known, and a part can be moved to a crate of its own.
//!
//! An import is any path that leads into another file of the crate, wherever it is written. A path leads to the file that defines
//! what it names: re-exports are followed, so that `super::Name` means the sibling that has `Name` where `mod.rs` only passes it on.
//! Declaring a module and re-exporting what it has are no imports. What only tests see does not count.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use common::{is_for_tests, root, rust_files};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, Item, UseTree, Visibility};

#[test]
fn no_files_import_each_other_in_a_circle() {
    let (mut found, mut imports) = (BTreeSet::new(), BTreeSet::new());
    let mut crates = 0;
    for member in members() {
        let source = member.join("src");
        // What is generated is read by itself; what such a crate has by hand only re-exports it.
        if source.join("generated").exists() {
            continue;
        }
        crates += 1;
        let name = member.strip_prefix(root()).expect("a member lies in the workspace").to_string_lossy().into_owned();
        let files = rust_files(&source);
        for entry in ["lib.rs", "main.rs"].into_iter().filter(|entry| files.contains_key(*entry)) {
            let modules = Modules::read(&files, entry);
            for circle in modules.circles() {
                imports.extend(modules.imports_within(&circle).into_iter().map(|import| format!("{name}: {import}")));
                found.insert((name.clone(), circle));
            }
        }
    }
    assert!(crates >= 6, "only {crates} crates were found");
    assert!(
        found.is_empty(),
        "these files import each other; move what they share to a file of its own: {found:#?}\n{imports:#?}"
    );
}

#[test]
fn circles_are_found_whatever_the_path_looks_like() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let circles = |files: &[(String, String)]| Modules::read(&files.iter().cloned().collect(), "lib.rs").circles();
    let other = file("other.rs", "pub fn made() {} pub struct Other;");
    for text in [
        "use crate::one::One;",
        "use super::one::{One};",
        "use super::{one::{self, One as Renamed}}; fn f() { one::g() }",
        "use super::one; fn f() -> one::One { loop {} }",
        "fn f() { if true { crate::one::g(); } }",
        "fn f() { use crate::one::*; }",
        "fn f() { println!(\"{}\", crate::one::g()); }",
        // By the re-export of the crate.
        "use crate::One;",
        "use super::*; fn f() { use crate::{One}; }",
        "pub(crate) use crate::one::One;",
    ] {
        let files = [
            file("lib.rs", "mod one; mod two; mod other; pub use self::one::One; pub use crate::two::Two;"),
            file("one.rs", "use crate::two::Two; pub fn g() {} pub struct One;"),
            file("two.rs", &format!("{text} pub struct Two;")),
            other.clone(),
        ];
        assert_eq!(circles(&files), [["one.rs", "two.rs"]], "{text}");
    }
    for text in [
        "",
        "use crate::other::made;",
        "use super::Other; fn f() { crate::made() }",
        "#[cfg(test)] mod tests { use crate::one::One; }",
        "#[cfg(test)] use crate::one::One;",
        "/// See [`crate::one::One`].\nfn f() { let text = \"crate::one::One\"; }",
        "use std::one::One; fn f() { tokio::one::g(); other::one::g() }",
    ] {
        let files = [
            file("lib.rs", "mod one; mod two; mod other; pub use self::{one::One, two::Two}; pub use crate::other::*;"),
            file("one.rs", "use crate::two::Two; pub fn g() {} pub struct One;"),
            file("two.rs", &format!("{text} pub struct Two;")),
            other.clone(),
        ];
        assert_eq!(circles(&files), Vec::<Vec<String>>::new(), "{text}");
    }
}

#[test]
fn a_parent_that_uses_what_uses_it_is_in_a_circle() {
    let circles = |parent: &str, child: &str| {
        let files = [
            ("lib.rs", "mod parent;"),
            ("parent/mod.rs", parent),
            ("parent/child.rs", &format!("{child} pub fn g() {{}}")),
            ("parent/leaf.rs", "pub struct Leaf;"),
        ];
        let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        Modules::read(&files, "lib.rs").circles()
    };
    let both = [["parent/child.rs", "parent/mod.rs"]];
    assert_eq!(circles("mod child; mod leaf; struct Own; fn f() { child::g() }", "use super::Own;"), both);
    assert_eq!(circles("mod child; mod leaf; struct Own; use self::child::g;", "use super::Own;"), both);
    // What the parent only passes on is the child's, or another child's.
    let none = Vec::<Vec<String>>::new();
    assert_eq!(circles("mod child; mod leaf; struct Own; pub use self::child::g;", "use super::Own;"), none);
    assert_eq!(
        circles("mod child; mod leaf; pub use self::leaf::Leaf; fn f() { child::g() }", "use super::Leaf;"),
        none
    );
    assert_eq!(circles("mod child; mod leaf; use self::leaf::Leaf; fn f() { child::g() }", "use super::Leaf;"), none);
}

/// The directories of the workspace's crates.
fn members() -> Vec<std::path::PathBuf> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace has a manifest");
    let manifest: toml::Table = manifest.parse().expect("the manifest is TOML");
    let members = manifest["workspace"]["members"].as_array().expect("the workspace has members");
    let mut found = Vec::new();
    for member in members.iter().filter_map(toml::Value::as_str) {
        match member.strip_suffix("/*") {
            None => found.push(root().join(member)),
            Some(parent) => {
                let entries = fs::read_dir(root().join(parent)).expect("the directory can be read");
                let entries = entries.map(|entry| entry.expect("the directory can be read").path());
                found.extend(entries.filter(|entry| entry.join("Cargo.toml").exists()));
            }
        }
    }
    found.sort();
    found
}

/// A module by its names from the root of the crate.
type ModulePath = Vec<String>;

/// The modules of a crate.
#[derive(Default)]
struct Modules {
    modules: BTreeMap<ModulePath, Module>,
}

/// One module: in a file of its own, or within that of its parent.
#[derive(Default)]
struct Module {
    file: String,
    /// What is brought in by name, and the path to it.
    names: BTreeMap<String, Vec<String>>,
    /// What is brought in as a whole.
    globs: Vec<Vec<String>>,
    /// What is defined here.
    items: BTreeSet<String>,
    /// The paths that are imports.
    imports: Vec<Vec<String>>,
}

impl Modules {
    /// The modules that belong to the file `entry`, the root of the crate.
    fn read(files: &BTreeMap<String, String>, entry: &str) -> Self {
        let mut modules = Self::default();
        modules.add_file(files, entry, "", Vec::new());
        modules
    }

    /// `directory` is where the files of the modules within are, with a slash behind it.
    fn add_file(&mut self, files: &BTreeMap<String, String>, file: &str, directory: &str, path: ModulePath) {
        let text = files.get(file).unwrap_or_else(|| panic!("there is no file {file}"));
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.add(files, file, directory, path, &parsed.items);
    }

    fn add(&mut self, files: &BTreeMap<String, String>, file: &str, directory: &str, path: ModulePath, items: &[Item]) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items {
            let (attributes, name) = described(item);
            if attributes.iter().any(is_for_tests) {
                continue;
            }
            module.items.extend(name);
            match item {
                Item::Mod(inner) => {
                    let name = inner.ident.to_string();
                    let directory = format!("{directory}{name}/");
                    let path = [path.clone(), vec![name.clone()]].concat();
                    if let Some((_, items)) = &inner.content {
                        self.add(files, file, &directory, path, items);
                    } else {
                        let own = format!("{}.rs", directory.trim_end_matches('/'));
                        let own = if files.contains_key(&own) { own } else { format!("{directory}mod.rs") };
                        self.add_file(files, &own, &directory, path);
                    }
                }
                Item::Use(item) => {
                    let mut used = Vec::new();
                    leaves(&item.tree, &mut Vec::new(), &mut used);
                    let passed_on = !matches!(item.vis, Visibility::Inherited);
                    for (target, name) in used {
                        // An ancestor that passes on what is below it only says where it is found.
                        if !passed_on || !self.is_below(&path, &target) {
                            module.imports.push(target.clone());
                        }
                        match name {
                            Some(name) => drop(module.names.insert(name, target)),
                            None => module.globs.push(target),
                        }
                    }
                }
                other => scan(&other.to_token_stream(), &mut module.imports),
            }
        }
        self.modules.insert(path, module);
    }

    /// Whether a path of a `use` in a module leads to what is within it.
    fn is_below(&self, module: &[String], target: &[String]) -> bool {
        match target.split_first() {
            Some((first, rest)) if first == "crate" => rest.starts_with(module),
            Some((first, _)) => {
                first == "self" || self.modules.contains_key(&[module, std::slice::from_ref(first)].concat())
            }
            None => false,
        }
    }

    /// The files that a file imports.
    fn graph(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut graph: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (path, module) in &self.modules {
            for import in &module.imports {
                if let Some(file) = self.file_of(path, import, 0).filter(|file| *file != module.file) {
                    graph.entry(&module.file).or_default().insert(file);
                }
            }
        }
        graph
    }

    /// The file that defines what a path in a module names; none for a module as such, whose uses say what of it is meant, and for
    /// what is of another crate.
    fn file_of(&self, module: &[String], path: &[String], depth: usize) -> Option<&str> {
        if depth > 16 {
            return None;
        }
        let (first, mut rest) = path.split_first()?;
        let mut at: Vec<String> = match first.as_str() {
            "crate" => Vec::new(),
            "self" => module.to_vec(),
            "super" => module.split_last()?.1.to_vec(),
            name => {
                let child = [module, std::slice::from_ref(first)].concat();
                if self.modules.contains_key(&child) {
                    child
                } else {
                    let target = self.modules.get(module)?.names.get(name)?;
                    return self.file_of(module, &[target, rest].concat(), depth + 1);
                }
            }
        };
        while let Some((next, behind)) = rest.split_first() {
            let child = [at.as_slice(), std::slice::from_ref(next)].concat();
            if next == "super" {
                at.pop()?;
            } else if next == "self" {
            } else if self.modules.contains_key(&child) {
                at = child;
            } else {
                let own = || self.modules.get(&at).filter(|_| depth == 0).map(|module| module.file.as_str());
                // What no item defines comes from a macro.
                return self.item(&at, next, behind, depth).or_else(own);
            }
            rest = behind;
        }
        None
    }

    /// The file that defines a name which a module has; `behind` is what of it is meant.
    fn item(&self, module: &[String], name: &str, behind: &[String], depth: usize) -> Option<&str> {
        let found = self.modules.get(module)?;
        if name == "*" {
            return (!found.items.is_empty()).then_some(&found.file);
        }
        if found.items.contains(name) {
            return Some(&found.file);
        }
        if let Some(target) = found.names.get(name) {
            return self.file_of(module, &[target, behind].concat(), depth + 1);
        }
        let through = |glob: &Vec<String>| {
            let (_, parent) = glob.split_last()?;
            let path = [parent, &[name.to_owned()], behind].concat();
            self.file_of(module, &path, depth + 1).filter(|file| *file != found.file)
        };
        found.globs.iter().find_map(through)
    }

    /// The imports of files from each other, as sentences.
    fn imports_within(&self, files: &[String]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (path, module) in self.modules.iter().filter(|(_, module)| files.contains(&module.file)) {
            for import in &module.imports {
                let file = self.file_of(path, import, 0);
                if let Some(file) = file.filter(|file| *file != module.file && files.iter().any(|other| other == file))
                {
                    found.insert(format!("{} imports {} from {file}", module.file, import.join("::")));
                }
            }
        }
        found
    }

    /// The sets of files each of which leads to each other one, in order.
    fn circles(&self) -> Vec<Vec<String>> {
        let graph = self.graph();
        let reached: BTreeMap<&str, BTreeSet<&str>> = graph.keys().map(|file| (*file, reached(&graph, file))).collect();
        let circles: BTreeSet<Vec<String>> = reached
            .iter()
            .filter(|(file, all)| all.contains(*file))
            .map(|(file, all)| {
                let back = |other: &&&str| reached.get(**other).is_some_and(|back| back.contains(file));
                all.iter().filter(back).map(|other| (*other).to_owned()).collect()
            })
            .collect();
        circles.into_iter().collect()
    }
}

/// The files to which a file leads.
fn reached<'f>(graph: &BTreeMap<&'f str, BTreeSet<&'f str>>, from: &'f str) -> BTreeSet<&'f str> {
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut open = vec![from];
    while let Some(next) = open.pop() {
        open.extend(graph.get(next).into_iter().flatten().filter(|file| reached.insert(file)));
    }
    reached
}

/// The attributes of an item, and the name that it defines.
fn described(item: &Item) -> (&[Attribute], Option<String>) {
    let (attributes, name) = match item {
        Item::Const(item) => (&item.attrs, Some(&item.ident)),
        Item::Enum(item) => (&item.attrs, Some(&item.ident)),
        Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
        Item::Static(item) => (&item.attrs, Some(&item.ident)),
        Item::Struct(item) => (&item.attrs, Some(&item.ident)),
        Item::Trait(item) => (&item.attrs, Some(&item.ident)),
        Item::Type(item) => (&item.attrs, Some(&item.ident)),
        Item::Union(item) => (&item.attrs, Some(&item.ident)),
        Item::Mod(item) => (&item.attrs, None),
        Item::Use(item) => (&item.attrs, None),
        Item::Impl(item) => (&item.attrs, None),
        _ => return (&[], None),
    };
    (attributes, name.map(ToString::to_string))
}

/// Each path of a `use`, with the name that it brings in; none for a glob.
fn leaves(tree: &UseTree, before: &mut Vec<String>, found: &mut Vec<(Vec<String>, Option<String>)>) {
    let named = |before: &[String], name: String| [before, &[name]].concat();
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            leaves(&path.tree, before, found);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => found.push((before.clone(), before.last().cloned())),
        UseTree::Name(name) => {
            found.push((named(before, name.ident.to_string()), Some(name.ident.to_string())));
        }
        UseTree::Rename(rename) if rename.ident == "self" => {
            found.push((before.clone(), Some(rename.rename.to_string())));
        }
        UseTree::Rename(rename) => {
            found.push((named(before, rename.ident.to_string()), Some(rename.rename.to_string())));
        }
        UseTree::Glob(_) => found.push((named(before, "*".to_owned()), None)),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, before, found)),
    }
}

/// Finds the paths in the code of an item, also within macros and in a `use` of a function.
fn scan(tokens: &TokenStream, found: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let is_colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Group(group) => {
                scan(&group.stream(), found);
                at += 1;
            }
            TokenTree::Ident(first) if is_colon(at + 1) && is_colon(at + 2) => {
                let mut path = vec![first.to_string()];
                at += 3;
                loop {
                    match tokens.get(at) {
                        Some(TokenTree::Ident(next)) => path.push(next.to_string()),
                        Some(TokenTree::Punct(punct)) if punct.as_char() == '*' => path.push("*".to_owned()),
                        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                            let mut within = Vec::new();
                            branches(&group.stream(), &mut within);
                            found.extend(within.into_iter().map(|rest| [path.clone(), rest].concat()));
                            break;
                        }
                        _ => break,
                    }
                    at += 1;
                    if !(is_colon(at) && is_colon(at + 1)) {
                        break;
                    }
                    at += 2;
                }
                found.push(path);
            }
            _ => at += 1,
        }
    }
}

/// The paths of a group of a `use`.
fn branches(tokens: &TokenStream, found: &mut Vec<Vec<String>>) {
    let tree: Result<UseTree, _> = syn::parse2(quote::quote! { { #tokens } });
    let mut used = Vec::new();
    if let Ok(tree) = tree {
        leaves(&tree, &mut Vec::new(), &mut used);
    }
    found.extend(used.into_iter().map(|(path, _)| path));
}
