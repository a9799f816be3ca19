//! `cargo xtask remove-vendor`: everything that `new-vendor` made, gone in one command.

use std::fs;

use anyhow::{Context, Result};
use build_tools::contract::Settings;
use build_tools::output::Change;
use build_tools::spec::Document;
use build_tools::text::visible;

use xtask::Status;
use xtask::workspace::{SETTINGS, Workspace, entries_of, files_in, is_real_directory, slashed};

use crate::enlisted::strike;

/// Remove a vendor: its documents, its crate, and its places in the workspace and the facade
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask remove-vendor acme --dry-run    tell what would go
  cargo xtask remove-vendor acme

What is under version control can be had back from there. Files that still name the crate, such as examples, are listed: they are
yours to change.")]
pub(crate) struct Arguments {
    /// The vendor
    name: String,

    /// Tell what would go, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

impl Arguments {
    /// This vendor.
    pub(crate) fn of(name: &str) -> Self {
        Self { name: name.to_owned(), dry_run: false }
    }
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Status> {
    let name = &arguments.name;
    workspace.vendors(std::slice::from_ref(name), &[SETTINGS])?;
    let sources = workspace.read_vendor(name)?;
    let settings = Document::load_toml(&sources.vendor_toml).ok().and_then(|settings| Settings::read(&settings).ok());
    // Settings that cannot be read name no crate.
    let package = settings.map_or_else(|| format!("onboarding-{name}"), |settings| settings.package.name);
    let mut changes = Vec::new();
    for directory in [workspace.specs.join(name), workspace.root.join("crates").join(&package)] {
        for file in files_in(&directory)? {
            let path = file.strip_prefix(&workspace.root).context("the documents lie outside of the workspace")?;
            changes.push(Change::Stale(slashed(path), String::new()));
        }
    }
    let files = changes.len();
    changes.extend(strike(workspace, name, &package)?);
    let what =
        format!("specs/{name} and crates/{package} ({files} files), and their places in the workspace and the facade");
    if arguments.dry_run {
        println!("would remove {what}");
        return Ok(Status::Fine);
    }
    workspace.apply(&changes)?;
    println!("removed {what}");
    for path in still_named(workspace, name, &package)? {
        println!("still names it: {}", visible(&path));
    }
    Ok(Status::Fine)
}

/// The files of the workspace that name a crate.
fn still_named(workspace: &Workspace, name: &str, package: &str) -> Result<Vec<String>> {
    let words = [package.to_owned(), package.replace('-', "_"), format!("onboarding::{}", name.replace('-', "_"))];
    let mut found = Vec::new();
    let mut directories = vec![workspace.root.clone()];
    while let Some(directory) = directories.pop() {
        for path in entries_of(&directory)? {
            let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            // What is built or generated is written anew.
            if file.starts_with('.') || ["target", "generated", "Cargo.lock"].contains(&file.as_str()) {
                continue;
            }
            if is_real_directory(&path) {
                directories.push(path);
            } else if fs::read_to_string(&path).is_ok_and(|text| words.iter().any(|word| text.contains(word.as_str())))
            {
                found.push(slashed(path.strip_prefix(&workspace.root).unwrap_or(&path)));
            }
        }
    }
    found.sort();
    Ok(found)
}
