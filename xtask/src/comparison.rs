//! The commands that compare the vendor crates with plain progenitor's: their arguments, and how their program is run.
//!
//! That program is the package `onboarding-comparison`, which depends on progenitor and is built only when one of these commands
//! is run. Both read the command line by the types of this module, so that options, help and mistakes are the same.

use std::ffi::OsStr;
use std::process;

use anyhow::{Context as _, Result};

use crate::workspace::enclosing_workspace;
use crate::{Status, cargo};

/// The package that measures and compares.
const PACKAGE: &str = "onboarding-comparison";

/// A command of that package.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Measure what the vendor crates cost, beside plain progenitor
    Bench(Bench),
    /// Compare what our crates send with what plain progenitor sends
    Differential(Differential),
}

/// What `cargo xtask bench` is given.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  cargo xtask bench                 all vendors; takes several minutes, on an otherwise idle machine
  cargo xtask bench VENDOR          one vendor
  cargo xtask bench --write         all vendors, and put the tables into docs/figures.md
  cargo xtask bench overhead        only what a call costs at run time, beside the same call by hand

The first run fetches what progenitor's client needs; later ones need no network."
)]
pub struct Bench {
    /// The vendors to measure [default: all]
    #[arg(value_name = "VENDOR")]
    pub vendors: Vec<String>,

    /// Replace the table in docs/figures.md
    #[arg(long, conflicts_with = "vendors")]
    pub write: bool,

    /// What to measure alone.
    #[command(subcommand)]
    pub part: Option<Part>,
}

/// What can be measured alone.
#[derive(Debug, clap::Subcommand)]
pub enum Part {
    /// Measure what a call costs at run time, beside the same call on reqwest and serde by hand
    Overhead {
        /// Replace the table in docs/figures.md
        #[arg(long)]
        write: bool,
    },
}

/// What `cargo xtask differential` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask differential             all vendors
  cargo xtask differential VENDOR      one vendor

Our requests are those of the wire snapshots under crates/*/tests/snapshots: run the tests first if they may be out of date.
The first run fetches what progenitor's client needs; later ones need no network.")]
pub struct Differential {
    /// The vendors to compare [default: all]
    #[arg(value_name = "VENDOR")]
    pub vendors: Vec<String>,
}

/// Builds the package and runs it with these arguments, which are those of `cargo xtask`.
///
/// # Errors
///
/// When cargo cannot be started.
pub fn run(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Status> {
    let manifest = enclosing_workspace()?.join("Cargo.toml");
    let status = process::Command::new(cargo())
        .args(["run", "--quiet", "--package", PACKAGE, "--manifest-path"])
        .arg(manifest)
        .arg("--")
        .args(arguments)
        .status()
        .context("cannot run cargo")?;
    // What went wrong was said by the program itself, or by cargo.
    Ok(if status.success() { Status::Fine } else { Status::Broken })
}
