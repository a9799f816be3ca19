//! Whether a person takes a published document to a crate with passing tests, and removes the vendor again, touching nothing by hand:
//! three documents, in a copy of the workspace.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use xtask::workspace::{Workspace, entries_of, files_in, is_real_directory, read_text};
use xtask::{Status, cargo};

use crate::{generate, new_vendor, remove_vendor};

/// The documents, each with the name of its vendor: `OpenAPI` 3.0 as JSON, 3.1 as YAML, and one of several files.
const DOCUMENTS: [(&str, &str); 3] =
    [("pets", "pets.json"), ("parcels", "parcels.yaml"), ("library", "library/openapi.yaml")];

/// What is changed by a new vendor beside what is its own.
const SHARED: [&str; 3] = ["Cargo.toml", "crates/onboarding/Cargo.toml", "crates/onboarding/src/lib.rs"];

/// Takes the documents, runs what the command advises, and removes the vendors again.
pub(crate) fn run(workspace: &Workspace) -> Result<Status> {
    let root = workspace.root.join("target/newcomers");
    if root.exists() {
        fs::remove_dir_all(&root).with_context(|| format!("cannot remove {}", root.display()))?;
    }
    copy(&workspace.root, &root)?;
    let copy = Workspace { specs: root.join("specs"), root };
    let before = shared(&copy)?;
    for (name, document) in DOCUMENTS {
        let path = copy.root.join("build-tools/tests/newcomers").join(document);
        let taken = new_vendor::run(&copy, &new_vendor::Arguments::of(name, &path.to_string_lossy()))?;
        ensure!(taken == Status::Fine, "{document} is not taken");
    }
    let packages: Vec<String> = DOCUMENTS.iter().map(|(name, _)| format!("onboarding-{name}")).collect();
    let packages: Vec<&str> = packages.iter().flat_map(|package| ["--package", package]).collect();
    let of_all = |command: &[&'static str], rest: &[&'static str]| [command, packages.as_slice(), rest].concat();
    let steps = [
        of_all(&["fmt"], &["--check"]),
        // The facade has them, too.
        of_all(&["check", "--package", "onboarding", "--features", "pets,parcels,library"], &[]),
        of_all(&["test"], &["--test", "generated"]),
    ];
    for step in steps {
        if !succeeds(workspace, &copy, &step)? {
            return Ok(Status::Broken);
        }
    }
    let checked = generate::run(&copy, &generate::Arguments::check())?;
    if checked != Status::Fine {
        return Ok(checked);
    }
    for (name, _) in DOCUMENTS {
        remove_vendor::run(&copy, &remove_vendor::Arguments::of(name))?;
        ensure!(!copy.specs.join(name).exists(), "specs/{name} is still there");
    }
    ensure!(shared(&copy)? == before, "a vendor that was removed left something behind in {}", SHARED.join(", "));
    Ok(Status::Fine)
}

/// Runs cargo in the copy. What both workspaces depend on is built once.
fn succeeds(workspace: &Workspace, copy: &Workspace, arguments: &[&str]) -> Result<bool> {
    println!("$ cargo {}", arguments.join(" "));
    let mut command = Command::new(cargo());
    command.args(arguments).current_dir(&copy.root).env("INSTA_UPDATE", "always");
    if std::env::var_os("CARGO_TARGET_DIR").is_none() {
        command.env("CARGO_TARGET_DIR", workspace.root.join("target"));
    }
    Ok(command.status().context("cannot run cargo")?.success())
}

/// The texts that all vendors share.
fn shared(workspace: &Workspace) -> Result<Vec<String>> {
    SHARED.iter().map(|path| read_text(&workspace.root.join(path))).collect()
}

/// Copies a workspace, without what is built or under version control only.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for path in entries_of(from)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name == "target" || name == ".git" {
            continue;
        }
        let files = if is_real_directory(&path) { files_in(&path)? } else { vec![path] };
        for file in files {
            let target = to.join(file.strip_prefix(from).unwrap_or(&file));
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
            }
            fs::copy(&file, &target).with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(())
}
