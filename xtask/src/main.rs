//! The command line of this workspace. It decides what to run and touches the disk; how to generate is for `build-tools`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to its user")]

mod ci;
mod corpus;
mod coverage;
mod enlisted;
mod generate;
mod lint;
mod new_vendor;
mod newcomers;
mod parallel;
mod remove_vendor;

use std::env;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::{Places, Status, comparison};

/// Generates the vendor crates from the documents under `specs/`, and checks everything that CI checks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    places: Places,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Generate(generate::Arguments),
    Lint(lint::Arguments),
    NewVendor(new_vendor::Arguments),
    RemoveVendor(remove_vendor::Arguments),
    Coverage(coverage::Arguments),
    Corpus(corpus::Arguments),
    #[command(flatten)]
    Comparison(comparison::Command),
    Ci(ci::Arguments),
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
        Command::Generate(arguments) => generate::run(&workspace, &arguments),
        Command::Lint(arguments) => lint::run(&workspace, &arguments),
        Command::NewVendor(arguments) => new_vendor::run(&workspace, &arguments),
        Command::RemoveVendor(arguments) => remove_vendor::run(&workspace, &arguments),
        Command::Corpus(arguments) => corpus::run(&workspace, &arguments),
        Command::Coverage(arguments) => coverage::run(&workspace, &arguments),
        // Their program reads the same command line again.
        Command::Comparison(_) => comparison::run(env::args_os().skip(1)),
        Command::Ci(arguments) => ci::run(&workspace, &arguments),
    }
}
