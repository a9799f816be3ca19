//! What has to be built before a document can be linted or a crate generated.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use toml::{Table, Value};

/// All packages that a package depends on, by the lock file: for members of the workspace those of their tests, too.
fn dependencies_of(package: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    let lock: Table = toml::from_str(&fs::read_to_string(path).expect("the lock file is there")).expect("it is TOML");
    let name = |table: &Value| table["name"].as_str().expect("a package has a name").to_owned();
    let direct = |table: &Value| -> Vec<String> {
        let list = table.get("dependencies").and_then(Value::as_array).into_iter().flatten();
        // A version follows the name where there are several.
        list.filter_map(|entry| entry.as_str()?.split(' ').next().map(str::to_owned)).collect()
    };
    let packages = lock["package"].as_array().expect("a list of packages");
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for table in packages {
        known.entry(name(table)).or_default().extend(direct(table));
    }
    let mut found = BTreeSet::new();
    let mut open = vec![package.to_owned()];
    while let Some(package) = open.pop() {
        let dependencies = known.get(&package).expect("a package that something depends on is in the lock file");
        open.extend(dependencies.iter().filter(|name| found.insert((*name).clone())).cloned());
    }
    found
}

/// Each of these costs more to build than the generator itself, or could break with the crates that it repairs.
#[test]
fn the_generator_needs_neither_progenitor_nor_an_http_client_nor_a_generated_crate() {
    let needed = dependencies_of("xtask");
    assert!(needed.contains("build-tools"));
    for package in [
        "progenitor",
        "progenitor-impl",
        "typify",
        "reqwest",
        "hyper",
        "tokio",
        "icu_segmenter",
        "onboarding-comparison",
    ] {
        assert!(!needed.contains(package), "xtask depends on {package}");
    }
    let ours: Vec<&String> = needed.iter().filter(|package| package.starts_with("onboarding-")).collect();
    assert!(ours.is_empty(), "xtask depends on {ours:?}");
    assert!(dependencies_of("onboarding-comparison").contains("progenitor"));
}
