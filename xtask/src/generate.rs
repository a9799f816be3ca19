//! `cargo xtask generate`: the vendor crates from their documents, or a check that they are up to date.

use std::collections::BTreeMap;
use std::io;

use anyhow::{Result, anyhow, ensure};
use build_tools::output::{Change, OutputFile, compare, handwritten, is_generated};
use build_tools::spec::{Document, Finding, VendorSources};
use build_tools::text::{visible, visible_lines};

use xtask::workspace::{DOCUMENT, SETTINGS, Workspace};
use xtask::{Status, report};

use crate::parallel;

/// The longest difference that is printed for one file, in lines: enough to see what kind of change it is.
const DIFFERENCE_LINES: usize = 200;

/// Generate the vendor crates, or check that they are up to date
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask generate              write what changed and delete what is stale, all vendors
  cargo xtask generate VENDOR       one vendor
  cargo xtask generate --check      write nothing, show what differs

A vendor's files are replaced as a whole or not at all; a vendor with mistakes does not stop the others.
The exit code is 4 when files are out of date under --check, and 1 when something is broken.")]
pub(crate) struct Arguments {
    /// The vendors to generate [default: all]
    #[arg(value_name = "VENDOR")]
    vendors: Vec<String>,

    /// Write nothing; fail when a file is missing, different or stale
    #[arg(long)]
    check: bool,

    /// Tell what the linter allowed and what each pass changed
    #[arg(long, short)]
    verbose: bool,

    #[command(flatten)]
    shown: report::Shown,
}

impl Arguments {
    /// The check of all vendors.
    pub(crate) fn check() -> Self {
        Self { vendors: Vec::new(), check: true, verbose: false, shown: report::Shown::default() }
    }
}

/// What generation came to for one vendor.
enum Outcome {
    /// The document is sound; this is what has to change on disk.
    Planned(Plan),
    /// The document is not sound.
    Refused(Box<VendorSources>, Vec<Finding>),
}

struct Plan {
    package: String,
    files: usize,
    changes: Vec<Change>,
    report: Vec<String>,
}

/// Generates the vendors and writes, or compares.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Status> {
    let vendors = workspace.vendors(&arguments.vendors, &[DOCUMENT, SETTINGS])?;
    let outcomes = parallel::for_each_vendor(&vendors, "generating", |vendor| plan(workspace, vendor));
    let outcomes = refuse_shared_packages(outcomes);
    let mut status = Status::Fine;
    let mut out_of_date = Vec::new();
    for (vendor, outcome) in outcomes {
        let finished = match outcome {
            Ok(Outcome::Planned(plan)) => finish(workspace, &vendor, &plan, arguments),
            Ok(Outcome::Refused(sources, findings)) => {
                let colour = report::wants_colour(&io::stderr());
                eprint!("{}", report::render(&findings, &sources, colour, arguments.shown));
                Err(anyhow!("its documents have mistakes, see above; its crate was left as it is"))
            }
            Err(error) => Err(error),
        };
        match finished {
            Ok(Status::OutOfDate) => {
                status = status.max(Status::OutOfDate);
                out_of_date.push(vendor);
            }
            Ok(other) => status = status.max(other),
            Err(error) => {
                eprintln!("error: {vendor}: {error:#}");
                status = Status::Broken;
            }
        }
    }
    if !out_of_date.is_empty() {
        println!("\nto bring this up to date, run `cargo xtask generate {}`", out_of_date.join(" "));
    }
    Ok(status)
}

/// Generates one vendor in memory and compares with what is on disk.
fn plan(workspace: &Workspace, vendor: &str) -> Result<Outcome> {
    let sources = workspace.read_vendor(vendor)?;
    let generated = match build_tools::generate(&sources) {
        Ok(generated) => generated,
        Err(findings) => return Ok(Outcome::Refused(Box::new(sources), findings)),
    };
    let package = generated.contract.settings.package.name;
    check_paths(&package, &generated.files)?;
    let on_disk = workspace.read_generated(&package)?;
    if let Some(reason) = owned_by_another(workspace, &package, &on_disk)? {
        let settings = Document::load_toml(&sources.vendor_toml).map_err(|_| anyhow!("{SETTINGS} cannot be read"))?;
        let help =
            "Name the crate after the vendor; if the crate is to be generated, move away what is there.".to_owned();
        let finding = settings.finding("vendor-settings", "/package/name", reason, help);
        return Ok(Outcome::Refused(Box::new(sources), vec![finding]));
    }
    let mut changes = compare(&generated.files, &on_disk);
    changes.extend(compare(&generated.beside, &workspace.read_beside(&generated.beside)?));
    let files = generated.files.len() + generated.beside.len();
    Ok(Outcome::Planned(Plan { package, files, changes, report: generated.report.lines() }))
}

/// Why the crate is not generation's to write, if it is not: somebody wrote a file of it by hand, or another package has its name.
fn owned_by_another(workspace: &Workspace, package: &str, on_disk: &[OutputFile]) -> Result<Option<String>> {
    if let Some(file) = handwritten(package, on_disk) {
        return Ok(Some(format!("`{}` was not generated, and would be overwritten", visible(&file.path))));
    }
    let other = workspace.other_package(package)?;
    Ok(other.map(|path| format!("`{package}` is the name of the package in {}", visible(&path))))
}

/// Refuses to write or delete anything outside the part of the crate that generation owns.
fn check_paths(package: &str, files: &[OutputFile]) -> Result<()> {
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|character| character.is_ascii_alphanumeric() || "-_".contains(character))
    };
    ensure!(is_name(package), "`{package}` in {SETTINGS} is no crate name: use letters, digits, `-` and `_`");
    for file in files {
        let in_crate = file.path.strip_prefix(&format!("crates/{package}/")).unwrap_or_default();
        ensure!(
            is_generated(in_crate) && !in_crate.split('/').any(|part| part == ".."),
            "the generator would write {}, which is not its own: this is a mistake of the generator",
            file.path
        );
    }
    Ok(())
}

/// Two vendors with one crate name would overwrite each other: both are refused.
fn refuse_shared_packages(outcomes: Vec<(String, Result<Outcome>)>) -> Vec<(String, Result<Outcome>)> {
    let mut vendors: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (vendor, outcome) in &outcomes {
        if let Ok(Outcome::Planned(plan)) = outcome {
            vendors.entry(plan.package.replace('_', "-")).or_default().push(vendor.clone());
        }
    }
    let refuse = |vendor: String, outcome: Result<Outcome>| {
        if let Ok(Outcome::Planned(plan)) = &outcome
            && let Some(sharing) = vendors.get(&plan.package.replace('_', "-"))
            && sharing.len() > 1
        {
            let error = anyhow!(
                "the crate name `{}` is used by {}: give each a name of its own in its {SETTINGS}",
                plan.package,
                sharing.join(" and ")
            );
            return (vendor, Err(error));
        }
        (vendor, outcome)
    };
    outcomes.into_iter().map(|(vendor, outcome)| refuse(vendor, outcome)).collect()
}

/// Writes what changed, or shows it.
fn finish(workspace: &Workspace, vendor: &str, plan: &Plan, arguments: &Arguments) -> Result<Status> {
    if arguments.verbose {
        for line in &plan.report {
            println!("{vendor}: {}", visible(line));
        }
    }
    if plan.changes.is_empty() {
        println!("{vendor}: {} files, up to date", plan.files);
        return Ok(Status::Fine);
    }
    if arguments.check {
        for change in &plan.changes {
            println!("{} {}", problem(change), change.path());
            print_difference(&change.difference());
        }
        println!("{vendor}: {} of {} files out of date", plan.changes.len(), plan.files);
        return Ok(Status::OutOfDate);
    }
    workspace.apply(&plan.changes)?;
    for change in &plan.changes {
        println!("{} {}", done(change), change.path());
    }
    println!("{vendor}: {} files, {} changed", plan.files, plan.changes.len());
    let library = format!("crates/{}/src/lib.rs", plan.package);
    if !workspace.root.join(&library).is_file() {
        eprintln!("note: {library} is not there yet; cargo cannot load the workspace before you write it");
    }
    Ok(Status::Fine)
}

fn problem(change: &Change) -> &'static str {
    match change {
        Change::Missing(_) => "missing",
        Change::Differs(..) => "differs",
        Change::Stale(..) => "stale",
    }
}

fn done(change: &Change) -> &'static str {
    match change {
        Change::Missing(_) => "added",
        Change::Differs(..) => "updated",
        Change::Stale(..) => "deleted",
    }
}

fn print_difference(difference: &str) {
    let total = difference.lines().count();
    for line in difference.lines().take(DIFFERENCE_LINES) {
        println!("{}", visible_lines(line));
    }
    if total > DIFFERENCE_LINES {
        println!("… and {} more lines", total - DIFFERENCE_LINES);
    }
}
