//! What is written by hand for every vendor names none: what one of them does differently is in its directory under `specs/`.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::root;

/// What is written for every vendor.
const SHARED: &[&str] = &[
    "build-tools/src",
    "crates/onboarding-core",
    "crates/onboarding-derive",
    "crates/onboarding-http-signatures",
    "crates/onboarding-testing",
    "xtask/src",
];

#[test]
fn no_file_that_is_for_every_vendor_names_one() {
    let vendors = vendors();
    let (mut named, mut files) = (Vec::new(), 0);
    for directory in SHARED {
        for path in files_below(&root().join(directory)) {
            files += 1;
            let text = fs::read(&path).expect("the file can be read");
            let text = String::from_utf8_lossy(&text);
            let shown = path.strip_prefix(root()).expect("it lies in the workspace").display().to_string();
            named.extend(lines_with(&vendors, &shown).map(|(_, vendor)| format!("the path of {shown}: {vendor}")));
            named.extend(lines_with(&vendors, &text).map(|(line, vendor)| format!("{shown}:{line}: {vendor}")));
        }
    }
    assert!(files > 200 && vendors.len() >= 5, "only {files} files and {vendors:?} were found");
    assert!(named.is_empty(), "put what is particular to a vendor into `specs/`:\n{}", named.join("\n"));
}

#[test]
fn a_name_is_found_whatever_its_case() {
    let vendors = ["acme".to_owned()];
    let found = |text: &str| lines_with(&vendors, text).map(|(line, _)| line).collect::<Vec<_>>();
    assert_eq!(found("a\nconst ACME_URL: &str = \"\";\n// As Acme does.\n"), [2, 3]);
    assert_eq!(found("a cme\n"), [0; 0]);
}

/// The names of the vendors: those of their directories.
fn vendors() -> Vec<String> {
    let entries = fs::read_dir(root().join("specs")).expect("the directory can be read");
    let paths = entries.map(|entry| entry.expect("the directory can be read").path());
    paths
        .filter(|path| path.join("vendor.toml").is_file())
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().to_lowercase()))
        .collect()
}

/// Each line that has the name of a vendor in any case, with that name.
fn lines_with<'t>(vendors: &'t [String], text: &'t str) -> impl Iterator<Item = (usize, &'t String)> {
    text.lines().enumerate().flat_map(|(index, line)| {
        let line = line.to_lowercase();
        vendors.iter().filter(move |vendor| line.contains(vendor.as_str())).map(move |vendor| (index + 1, vendor))
    })
}

/// All files below a directory.
fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("the directory can be read") {
            let path = entry.expect("the directory can be read").path();
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files
}
