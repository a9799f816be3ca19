//! The program behind `cargo xtask bench` and `cargo xtask differential`. It reads the same command line as `cargo xtask`.

#![expect(clippy::print_stderr, reason = "a command line talks to its user")]

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use onboarding_comparison::{bench, differential};
use xtask::comparison::Command;
use xtask::{Places, Status};

/// Compares the vendor crates with plain progenitor's clients of the same documents.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    places: Places,

    #[command(subcommand)]
    command: Command,
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
    let workspace = cli.places.find()?;
    match cli.command {
        Command::Bench(arguments) => bench::run(&workspace, &arguments),
        Command::Differential(arguments) => differential::run(&workspace, &arguments),
    }
}
