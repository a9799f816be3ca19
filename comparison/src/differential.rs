//! `cargo xtask differential`: what our crates send is what plain progenitor sends, called with the same arguments.
//!
//! Ours is read from the reviewed wire snapshots of the crates: `cargo test` proves that these are what is sent. Plain progenitor's is
//! sent to a recording server on loopback, by a program that is generated for it.

mod recorder;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, anyhow};
use build_tools::contract::Contract;
use build_tools::spec::Location;
use build_tools::{Generated, Payloads};
use xtask::comparison::Differential;
use xtask::workspace::{DOCUMENT, INVENTORY, SETTINGS, Workspace, read_text, write_if_changed};
use xtask::{Status, cargo, report};

use crate::baseline::{self, Style, plain_in};
use crate::command::output;
use crate::differential::recorder::Recorder;
use crate::differential::wire::{Explained, Wire, difference};
use crate::program::{Program, program};

/// A vendor with the program that calls it by plain progenitor.
struct Vendor {
    name: String,
    contract: Contract,
    program: Program,
}

/// What came of a vendor.
#[derive(Default)]
struct Outcome {
    equal: usize,
    /// How many operations differ only in a way that a rule explains, by rule.
    explained: BTreeMap<Explained, usize>,
    /// What is wrong, ready to print.
    problems: Vec<String>,
}

/// Compares the vendors.
pub fn run(workspace: &Workspace, arguments: &Differential) -> Result<Status> {
    let names = workspace.vendors(&arguments.vendors, &[DOCUMENT, INVENTORY, SETTINGS])?;
    let directory = workspace.root.join("target/differential");
    let mut vendors = Vec::new();
    for name in names {
        let vendor = prepare(workspace, &directory, &name).with_context(|| format!("cannot prepare {name}"))?;
        vendors.push(vendor);
    }
    let programs = build(workspace, &directory, &vendors)?;
    let mut status = Status::Fine;
    for (vendor, path) in vendors.iter().zip(&programs) {
        let outcome = compare(workspace, vendor, path).with_context(|| format!("cannot compare {}", vendor.name))?;
        println!("{}: {} of {} operations equal", vendor.name, outcome.equal, vendor.contract.operations.len());
        for (rule, count) in &outcome.explained {
            println!("  {count} of them but for this: {}", rule.reason());
        }
        for problem in &outcome.problems {
            eprintln!("error: {}: {problem}", vendor.name);
        }
        if outcome.equal != vendor.contract.operations.len() {
            status = Status::Broken;
        }
    }
    Ok(status)
}

/// Generates plain progenitor's crate and the program that calls it.
fn prepare(workspace: &Workspace, directory: &Path, vendor: &str) -> Result<Vendor> {
    let sources = workspace.read_vendor(vendor)?;
    let Generated { contract, .. } = build_tools::generate(&sources).map_err(|findings| {
        eprint!(
            "{}",
            report::render(&findings, &sources, report::wants_colour(&std::io::stderr()), report::Shown::default())
        );
        anyhow!("its documents have mistakes, see above")
    })?;
    let plain = plain_in(Style::Positional, &contract.model)?;
    let package = format!("plain-{vendor}");
    let program = program(&contract, &Payloads::new(&sources), &plain, &package)
        .context("plain progenitor's output cannot be read")?;
    let crate_directory = directory.join(&package);
    let manifest = format!(
        "# Written by `cargo xtask differential`.\n\n[package]\nname = \"{package}\"\nversion = \"0.0.0\"\n\
         edition = \"2024\"\n\n[dependencies]\n{}tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n",
        baseline::dependencies(&plain.rust)
    );
    write_if_changed(&crate_directory.join("Cargo.toml"), &manifest)?;
    write_if_changed(&crate_directory.join("src/lib.rs"), &plain.rust)?;
    write_if_changed(&crate_directory.join("src/main.rs"), &program.rust)?;
    Ok(Vendor { name: vendor.to_owned(), contract, program })
}

/// Builds the programs, all in one workspace so that what they depend on is built once, and gives their paths.
fn build(workspace: &Workspace, directory: &Path, vendors: &[Vendor]) -> Result<Vec<PathBuf>> {
    let packages: Vec<String> = vendors.iter().map(|vendor| format!("plain-{}", vendor.name)).collect();
    let manifest = format!(
        "# Written by `cargo xtask differential`.\n\n[workspace]\nresolver = \"3\"\nmembers = {packages:?}\n\n\
         # Each program runs once, for a moment.\n[profile.dev]\ndebug = false\nincremental = false\n"
    );
    write_if_changed(&directory.join("Cargo.toml"), &manifest)?;
    workspace.share_lock(directory)?;
    let target = directory.join("target");
    eprintln!("building plain progenitor's crates");
    let mut command = Command::new(cargo());
    command.args(["build", "--workspace", "--target-dir"]).arg(&target).current_dir(directory);
    output(&mut command)?;
    Ok(packages.iter().map(|package| target.join("debug").join(package)).collect())
}

/// Lets the program make its calls and holds each against ours.
fn compare(workspace: &Workspace, vendor: &Vendor, path: &Path) -> Result<Outcome> {
    let recorder = Recorder::start()?;
    let printed = output(Command::new(path).arg(recorder.address()))?;
    let requests = recorder.requests();
    let mut reasons: BTreeMap<&str, &str> = printed.lines().filter_map(|line| line.split_once('\t')).collect();
    reasons.extend(vendor.program.left_out.iter().map(|(name, reason)| (name.as_str(), reason.as_str())));
    let snapshots = workspace.root.join("crates").join(&vendor.contract.settings.package.name).join("tests/snapshots");
    let mut outcome = Outcome::default();
    for operation in &vendor.contract.operations {
        let name = operation.method_name.as_str();
        let sent: Vec<_> = requests.iter().filter(|request| request.operation == name).collect();
        let [theirs] = sent.as_slice() else {
            let reason = reasons.get(name).copied().unwrap_or("plain progenitor refused the call without a reason");
            outcome.problems.push(format!("{name} could not be compared, {} requests came: {reason}", sent.len()));
            continue;
        };
        let headers = operation.parameters.iter().filter(|parameter| parameter.style.location == Location::Header);
        let headers: Vec<&str> = headers.map(|parameter| parameter.wire.as_str()).collect();
        let snapshot = snapshots.join(format!("{name}.snap"));
        let text = read_text(&snapshot)?;
        let mut ours =
            Wire::of_snapshot(&text, &headers).with_context(|| format!("{} is no request", snapshot.display()))?;
        let theirs = Wire::of_recorded(theirs, &headers);
        let mut explained = BTreeSet::new();
        let called = vendor.program.called.iter().find(|called| called.name == name);
        for parameter in called.iter().flat_map(|called| &called.withheld) {
            ours.withhold(parameter, &mut explained);
        }
        match difference(ours, &theirs, &mut explained) {
            None => outcome.equal += 1,
            Some(text) => {
                let mut problem = format!("{name} is not sent as by plain progenitor:\n");
                let _ = write!(problem, "{text}");
                outcome.problems.push(problem);
            }
        }
        for rule in explained {
            *outcome.explained.entry(rule).or_default() += 1;
        }
    }
    Ok(outcome)
}
