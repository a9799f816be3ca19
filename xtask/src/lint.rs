//! `cargo xtask lint`: everything that is wrong with the vendors' documents.

use std::fmt::Write as _;
use std::io;
use std::sync::LazyLock;

use anyhow::{Context as _, Result};
use build_tools::spec::{Finding, RULES, Severity};
use clap::ValueEnum;

use xtask::workspace::{DOCUMENT, Workspace};
use xtask::{Status, report};

use crate::parallel;

/// The examples, and every rule with what a finding of it means.
static AFTER_HELP: LazyLock<String> = LazyLock::new(|| {
    let mut help = EXAMPLES.to_owned();
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    for rule in RULES {
        // Writing to a string cannot fail.
        let _ = write!(help, "\n  {:width$}  {:7}  {}", rule.id, rule.severity.to_string(), rule.summary);
    }
    help
});

const EXAMPLES: &str = "\
Examples:
  cargo xtask lint                  all vendors
  cargo xtask lint VENDOR           one vendor
  cargo xtask lint --format json    for a program: one array of findings on standard output

The exit code is 1 when there is an error; warnings alone leave it at 0. Whatever passes can be generated.

Rules:";

/// Tell everything that is wrong with the vendors' documents
#[derive(Debug, Default, clap::Args)]
#[command(after_help = AFTER_HELP.as_str())]
pub(crate) struct Arguments {
    /// The vendors to look at [default: all]
    #[arg(value_name = "VENDOR")]
    vendors: Vec<String>,

    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    #[command(flatten)]
    shown: report::Shown,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// As excerpts of the documents
    #[default]
    Text,
    /// As one JSON array
    Json,
}

/// Lints the vendors and prints what was found.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Status> {
    let vendors = workspace.vendors(&arguments.vendors, &[DOCUMENT])?;
    let colour = report::wants_colour(&io::stdout());
    let mut status = Status::Fine;
    let mut all: Vec<Finding> = Vec::new();
    let linted = parallel::for_each_vendor(&vendors, "linting", |vendor| {
        let sources = workspace.read_vendor(vendor)?;
        let findings = build_tools::lint(&sources);
        Ok((sources, findings))
    });
    for (vendor, result) in linted {
        match result {
            Ok((sources, findings)) => {
                if findings.iter().any(|finding| finding.severity == Severity::Error) {
                    status = Status::Broken;
                }
                match arguments.format {
                    Format::Text if findings.is_empty() => println!("{vendor}: nothing found"),
                    Format::Text => print!("{}", report::render(&findings, &sources, colour, arguments.shown)),
                    Format::Json => all.extend(findings),
                }
            }
            Err(error) => {
                eprintln!("error: {vendor}: {error:#}");
                status = Status::Broken;
            }
        }
    }
    if matches!(arguments.format, Format::Json) {
        println!("{}", serde_json::to_string_pretty(&all).context("cannot write the findings as JSON")?);
    }
    Ok(status)
}
