//! `cargo xtask corpus`: how much of a directory of published documents is taken, and what is lost on the way.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use build_tools::Generated;
use build_tools::published::{curate, library, settings};
use build_tools::spec::{Severity, SourceFile, VendorSources, parse_yaml};
use build_tools::text::visible;

use xtask::Status;
use xtask::workspace::{PUBLISHED, SETTINGS, Workspace, files_in, read_text, write_if_changed};

/// How long a document may take before its time is shown.
const SLOW: Duration = Duration::from_secs(5);

/// Take every published document of a directory, and count what comes of it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask corpus DIR                 every .json, .yaml and .yml below DIR that is OpenAPI 3
  cargo xtask corpus DIR --list FILE     those that the first column of FILE names
  cargo xtask corpus DIR --compile 20    20 of them, evenly spread, are compiled with warnings denied

Nothing is written but under target/corpus. The exit code is 1 when a document that is OpenAPI 3 gives no crate, an operation is no
method, or a crate does not compile.")]
pub(crate) struct Arguments {
    /// The directory with the documents
    directory: PathBuf,

    /// A file whose lines begin with the path of a document, up to a tab
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,

    /// How many of the crates are compiled
    #[arg(long, value_name = "N", default_value_t = 0)]
    compile: usize,
}

/// What is counted over all documents.
#[derive(Default)]
struct Totals {
    documents: usize,
    /// Those that are no `OpenAPI` 3.
    others: usize,
    generated: usize,
    operations: usize,
    methods: usize,
    losses: BTreeMap<&'static str, (usize, String)>,
    failures: Vec<String>,
    slowest: Option<(Duration, String)>,
}

/// What one document comes to.
enum Outcome {
    /// It is no `OpenAPI` 3.
    Other,
    /// A crate, and how many operations the document has.
    Crate(Box<Generated>, usize, Box<VendorSources>),
    /// Why there is none.
    Refused(String),
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Status> {
    let documents = documents(arguments)?;
    ensure!(!documents.is_empty(), "there is no document in {}", arguments.directory.display());
    let mut totals = Totals::default();
    let scratch = workspace.root.join("target/corpus");
    // Every so many documents one is compiled.
    let step = documents.len().checked_div(arguments.compile).unwrap_or(0).max(1);
    let mut compiled = Vec::new();
    for (index, path) in documents.iter().enumerate() {
        let shown = visible(&path.strip_prefix(&arguments.directory).unwrap_or(path).display().to_string());
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let Ok(text) = String::from_utf8(bytes) else {
            totals.failures.push(format!("{shown}: it is not UTF-8"));
            continue;
        };
        let started = Instant::now();
        let name = format!("d{index:04}");
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| take(&name, text, &shown, &mut totals.losses)));
        let took = started.elapsed();
        if totals.slowest.as_ref().is_none_or(|(slowest, _)| *slowest < took) {
            totals.slowest = Some((took, shown.clone()));
        }
        if took > SLOW {
            println!("{shown}: {:.1} s", took.as_secs_f64());
        }
        match outcome {
            Err(_) => totals.failures.push(format!("{shown}: a panic")),
            Ok(Outcome::Other) => totals.others += 1,
            Ok(Outcome::Refused(why)) => {
                totals.documents += 1;
                totals.failures.push(format!("{shown}: {why}"));
            }
            Ok(Outcome::Crate(generated, operations, sources)) => {
                totals.documents += 1;
                totals.generated += 1;
                let methods = generated.contract.operations.len();
                totals.operations += operations;
                totals.methods += methods;
                if methods < operations {
                    println!("{shown}: {methods} of {operations} operations are methods");
                }
                if arguments.compile > compiled.len() && index % step == step / 2 && methods > 0 {
                    write_crate(&scratch, &generated, &sources)?;
                    compiled.push((generated.contract.settings.package.name.clone(), shown));
                }
            }
        }
    }
    let failed = compile(workspace, &scratch, &compiled)?;
    Ok(report(&totals, &compiled, &failed))
}

fn documents(arguments: &Arguments) -> Result<Vec<PathBuf>> {
    if let Some(list) = &arguments.list {
        let text = read_text(list)?;
        let names = text.lines().filter_map(|line| line.split('\t').next());
        let paths = names.map(|name| arguments.directory.join(name)).filter(|path| path.is_file());
        return Ok(paths.collect());
    }
    let is_document = |path: &PathBuf| {
        path.extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| ["json", "yaml", "yml"].contains(&extension))
    };
    let mut documents = files_in(&arguments.directory)?;
    documents.retain(is_document);
    documents.sort();
    Ok(documents)
}

fn take(name: &str, text: String, shown: &str, losses: &mut BTreeMap<&'static str, (usize, String)>) -> Outcome {
    let openapi = SourceFile { path: format!("specs/{name}/{}", PUBLISHED[1]), text };
    let refused = |findings: &[build_tools::spec::Finding]| {
        let errors: Vec<String> =
            findings.iter().filter(|finding| finding.severity == Severity::Error).map(ToString::to_string).collect();
        let first =
            errors.first().map(|first| visible(&first.chars().take(300).collect::<String>())).unwrap_or_default();
        Outcome::Refused(format!("{} findings, the first: {first}", errors.len()))
    };
    let root = match parse_yaml(&openapi) {
        Ok(root) => root,
        Err(findings) => return refused(&findings),
    };
    let Ok(curated) = curate(&root) else { return Outcome::Other };
    drop(root);
    for loss in &curated.losses {
        let place = || visible(&format!("{shown}: {}: {}", loss.place, loss.message));
        losses.entry(loss.construct).or_insert_with(|| (0, place())).0 += 1;
    }
    let vendor_toml = SourceFile { path: format!("specs/{name}/{SETTINGS}"), text: settings(name, &curated) };
    let published = curated.published;
    drop(curated);
    let sources = VendorSources { name: name.to_owned(), openapi, vendor_toml, ..VendorSources::default() };
    match build_tools::generate(&sources) {
        Ok(generated) => Outcome::Crate(Box::new(generated), published, Box::new(sources)),
        Err(findings) => refused(&findings),
    }
}

fn write_crate(scratch: &Path, generated: &Generated, sources: &VendorSources) -> Result<()> {
    for file in &generated.files {
        write(&scratch.join(&file.path), &file.contents)?;
    }
    let own = scratch.join("crates").join(&generated.contract.settings.package.name);
    write(&own.join("src/lib.rs"), &library(&generated.contract))?;
    write(&own.join(SETTINGS), &sources.vendor_toml.text)
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    write_if_changed(path, text)
}

/// Compiles the crates in a workspace of their own; the names of those that failed.
fn compile(workspace: &Workspace, scratch: &Path, crates: &[(String, String)]) -> Result<Vec<String>> {
    if crates.is_empty() {
        return Ok(Vec::new());
    }
    write(&scratch.join("Cargo.toml"), &manifest(workspace, crates)?)?;
    workspace.share_lock(scratch)?;
    let mut failed = Vec::new();
    for (package, shown) in crates {
        println!("compiling {shown}");
        let status = Command::new(xtask::cargo())
            .args(["check", "--quiet", "--package", package])
            .current_dir(scratch)
            .env("CARGO_TARGET_DIR", scratch.join("target"))
            .env("RUSTFLAGS", "-D warnings")
            .status()
            .context("cannot run cargo")?;
        if !status.success() {
            failed.push(shown.clone());
        }
    }
    Ok(failed)
}

/// The manifest of the workspace of the crates: that of this one, with its own members and with the paths of ours.
fn manifest(workspace: &Workspace, crates: &[(String, String)]) -> Result<String> {
    let text = read_text(&workspace.root.join("Cargo.toml"))?;
    let mut manifest: toml_edit::DocumentMut = text.parse().context("the workspace's manifest is no TOML")?;
    let members: toml_edit::Array = crates.iter().map(|(package, _)| format!("crates/{package}")).collect();
    manifest["workspace"]["members"] = toml_edit::value(members);
    manifest.remove("profile");
    let own = workspace.root.canonicalize().context("the workspace is not there")?;
    if let Some(dependencies) = manifest["workspace"]["dependencies"].as_table_like_mut() {
        for (_, dependency) in dependencies.iter_mut() {
            let path = dependency.as_table_like().and_then(|table| table.get("path")).and_then(toml_edit::Item::as_str);
            if let Some(path) = path.map(|path| own.join(path).display().to_string())
                && let Some(table) = dependency.as_table_like_mut()
            {
                table.insert("path", toml_edit::value(path));
            }
        }
    }
    Ok(manifest.to_string())
}

fn report(totals: &Totals, compiled: &[(String, String)], failed: &[String]) -> Status {
    for failure in &totals.failures {
        println!("failed: {failure}");
    }
    for shown in failed {
        println!("does not compile: {shown}");
    }
    for (construct, (count, first)) in &totals.losses {
        println!("loss {construct}: {count}, such as {first}");
    }
    if let Some((took, shown)) = &totals.slowest {
        println!("slowest: {shown}, {:.1} s", took.as_secs_f64());
    }
    println!(
        "{} of {} documents generate ({} others are no OpenAPI 3); {} of {} operations are methods; {} of {} crates compile",
        totals.generated,
        totals.documents,
        totals.others,
        totals.methods,
        totals.operations,
        compiled.len() - failed.len(),
        compiled.len()
    );
    if totals.failures.is_empty() && failed.is_empty() { Status::Fine } else { Status::Broken }
}
