//! The command line of this workspace. It decides what to run and touches the disk; how to generate is for `build-tools`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to its user")]

mod bench;
mod ci;
mod coverage;
mod differential;
mod generate;
mod lint;
mod markdown;
mod overhead;
mod parallel;
mod report;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// Generates the vendor crates from the documents under `specs/`, and checks everything that CI checks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    /// The workspace: `crates/` is written there [default: the one that this command was built from]
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,

    /// The vendors' documents [default: `specs/` in the workspace]
    #[arg(long, global = true, value_name = "DIR")]
    specs: Option<PathBuf>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Generate(generate::Arguments),
    Lint(lint::Arguments),
    Coverage(coverage::Arguments),
    Bench(bench::Arguments),
    Differential(differential::Arguments),
    Ci(ci::Arguments),
}

/// How a command ended, when it could do its work.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Status {
    /// Everything is as it should be.
    Fine,
    /// Something on disk is not what the documents give.
    OutOfDate,
    /// A document, a figure or a step is wrong.
    Broken,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Fine => ExitCode::SUCCESS,
            // 2 is clap's, 3 is left to the shell conventions of other tools.
            Status::OutOfDate => ExitCode::from(4),
            Status::Broken => ExitCode::FAILURE,
        }
    }
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(status) => status.into(),
        Err(error) => {
            eprintln!("error: {error:#}");
            Status::Broken.into()
        }
    }
}

fn run(cli: Cli) -> Result<Status> {
    let workspace = Workspace::find(cli.root, cli.specs)?;
    match cli.command {
        Command::Generate(arguments) => generate::run(&workspace, &arguments),
        Command::Lint(arguments) => lint::run(&workspace, &arguments),
        Command::Coverage(arguments) => coverage::run(&workspace, &arguments),
        Command::Bench(arguments) => bench::run(&workspace, &arguments),
        Command::Differential(arguments) => differential::run(&workspace, &arguments),
        Command::Ci(arguments) => ci::run(&workspace, &arguments),
    }
}
