//! `cargo xtask corpus`: how much of a directory of published documents is taken, what is lost on the way, and what it costs.

use std::collections::{BTreeMap, BTreeSet};
use std::panic;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, Result, anyhow, ensure};
use build_tools::Generated;
use build_tools::published::{NotPublished, Published};
use build_tools::spec::{Finding, Severity};
use build_tools::text::visible;

use xtask::Status;
use xtask::workspace::{Workspace, files_in, read_text, write_if_changed};

/// How long a document may take before its time is shown.
const SLOW: Duration = Duration::from_secs(5);

/// How many crates are compiled by one call of cargo.
const AT_ONCE: usize = 8;

/// Take every published document of a directory, and count what comes of it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask corpus DIR                          every .json, .yaml and .yml below DIR that is OpenAPI 3
  cargo xtask corpus DIR --list FILE              those that the first column of FILE names
  cargo xtask corpus DIR --compile 20 --prove 5   20 of them, evenly spread, are compiled with warnings denied; of those, 5 are generated
                                                  with all proofs, and their generated tests run
  cargo xtask corpus FILE --times                 what a document costs; build with `cargo run --release -p xtask --` for figures that count

Nothing is written but under target/corpus. The exit code is 1 when a document that is OpenAPI 3 gives no crate, an operation is no
method, a crate does not compile, or a generated test fails.")]
pub(crate) struct Arguments {
    /// The directory with the documents, or one document
    directory: PathBuf,

    /// A file whose lines begin with the path of a document, up to a tab
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,

    /// How many of the crates are compiled
    #[arg(long, value_name = "N", default_value_t = 0)]
    compile: usize,

    /// How many of those that are compiled are proved
    #[arg(long, value_name = "N", default_value_t = 0)]
    prove: usize,

    /// Tell of each document how long it took and how much memory
    #[arg(long)]
    times: bool,
}

/// A crate that is compiled.
struct Compiled {
    package: String,
    /// The document, for a person.
    shown: String,
    /// Whether its generated tests are run.
    proved: bool,
}

/// What becomes of the crates that are compiled.
#[derive(Default)]
struct Results {
    compiled: usize,
    proved: usize,
    failures: Vec<String>,
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
    /// A crate.
    Crate(Box<Generated>, Box<Published>),
    /// Why there is none.
    Refused(String),
}

impl Arguments {
    /// All documents of a directory, each compiled and proved.
    pub(crate) fn all_of(directory: PathBuf) -> Self {
        Self { directory, list: None, compile: usize::MAX, prove: usize::MAX, times: false }
    }
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Status> {
    ensure!(arguments.prove <= arguments.compile, "only crates that are compiled are proved: give a higher --compile");
    let documents = documents(arguments)?;
    ensure!(!documents.is_empty(), "there is no document in {}", arguments.directory.display());
    let mut totals = Totals::default();
    let scratch = workspace.root.join("target/corpus");
    // Every so many documents one is compiled, and every so many of those one is proved.
    let step = documents.len().checked_div(arguments.compile).unwrap_or(0).max(1);
    let proved_step = arguments.compile.checked_div(arguments.prove).unwrap_or(usize::MAX);
    let mut compiled: Vec<Compiled> = Vec::new();
    let mut names = Names::default();
    for (index, path) in documents.iter().enumerate() {
        let shown = visible(&path.strip_prefix(&arguments.directory).unwrap_or(path).display().to_string());
        let shown = if shown.is_empty() { visible(&path.display().to_string()) } else { shown };
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let Ok(text) = String::from_utf8(bytes) else {
            totals.failures.push(format!("{shown}: it is not UTF-8"));
            continue;
        };
        let name = names.name(&shown);
        reset_peak();
        let started = Instant::now();
        let outcome = panic::catch_unwind(|| take(&name, text));
        let took = started.elapsed();
        if totals.slowest.as_ref().is_none_or(|(slowest, _)| *slowest < took) {
            totals.slowest = Some((took, shown.clone()));
        }
        if took > SLOW || arguments.times {
            println!("{shown}: {:.2} s, {} MiB", took.as_secs_f64(), peak() >> 20);
        }
        match outcome {
            Err(_) => totals.failures.push(format!("{shown}: a panic")),
            Ok(Outcome::Other) => totals.others += 1,
            Ok(Outcome::Refused(why)) => {
                totals.documents += 1;
                totals.failures.push(format!("{shown}: {why}"));
            }
            Ok(Outcome::Crate(generated, published)) => {
                totals.add(&published, &generated, &shown);
                let has_operations = !generated.contract.operations.is_empty();
                if compiled.len() < arguments.compile && index % step == step / 2 && has_operations {
                    let proved = compiled.len() % proved_step == proved_step / 2;
                    let package = generated.contract.settings.package.name.clone();
                    if proved {
                        write_crate(&scratch, &with_proofs(*generated, *published)?)?;
                    } else {
                        write_crate(&scratch, &generated)?;
                    }
                    write_own_test(&scratch, path, &package)?;
                    compiled.push(Compiled { package, shown, proved });
                }
            }
        }
    }
    let results = compile(workspace, &scratch, &compiled)?;
    Ok(report(&totals, &results))
}

impl Totals {
    /// Counts a crate.
    fn add(&mut self, published: &Published, generated: &Generated, shown: &str) {
        let methods = generated.contract.operations.len();
        self.documents += 1;
        self.generated += 1;
        self.operations += published.operations;
        self.methods += methods;
        if methods < published.operations {
            println!("{shown}: {methods} of {} operations are methods", published.operations);
        }
        for loss in &published.losses {
            let place = || visible(&format!("{shown}: {}: {}", loss.place, loss.message));
            self.losses.entry(loss.construct).or_insert_with(|| (0, place())).0 += 1;
        }
    }
}

fn documents(arguments: &Arguments) -> Result<Vec<PathBuf>> {
    if arguments.directory.is_file() {
        return Ok(vec![arguments.directory.clone()]);
    }
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

fn take(name: &str, text: String) -> Outcome {
    let refused = |findings: &[Finding]| {
        let errors: Vec<String> =
            findings.iter().filter(|finding| finding.severity == Severity::Error).map(ToString::to_string).collect();
        let first =
            errors.first().map(|first| visible(&first.chars().take(300).collect::<String>())).unwrap_or_default();
        Outcome::Refused(format!("{} findings, the first: {first}", errors.len()))
    };
    let (published, document) = match Published::read(name, text, &[], &mut |_| Err("it has one file".to_owned())) {
        Ok(read) => read,
        Err(NotPublished::Other(..)) => return Outcome::Other,
        Err(NotPublished::Unreadable(_, findings)) => return refused(&findings),
    };
    match published.generate(document) {
        Ok(generated) => Outcome::Crate(Box::new(generated), Box::new(published)),
        Err(findings) => refused(&findings),
    }
}

/// The names of vendors that have been given.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    /// A name after the path of a document.
    fn name(&mut self, path: &str) -> String {
        let (stem, _) = path.rsplit_once('.').unwrap_or((path, ""));
        let words = stem.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let words: Vec<String> =
            std::iter::once("found".to_owned()).chain(words.map(str::to_ascii_lowercase)).collect();
        let stem: String = words.join("-").chars().take(40).collect();
        let stem = stem.trim_end_matches('-');
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let mut names = std::iter::once(stem.to_owned()).chain(numbered);
        names.find(|name| self.0.insert(name.clone())).unwrap_or_default()
    }
}

/// The same crate with everything that can be proved of it.
fn with_proofs(found: Generated, published: Published) -> Result<Generated> {
    let mut sources = published.sources;
    sources.vendor_toml.text = sources.vendor_toml.text.replacen("level = \"found\"", "level = \"proved\"", 1);
    let mut generated =
        build_tools::generate(&sources).map_err(|findings| anyhow!("{} findings with all proofs", findings.len()))?;
    generated.files.extend(found.files.into_iter().filter(|file| file.path.ends_with("/src/lib.rs")));
    Ok(generated)
}

fn write_crate(scratch: &Path, generated: &Generated) -> Result<()> {
    generated.files.iter().try_for_each(|file| write(&scratch.join(&file.path), &file.contents))
}

/// A test that was written for a document stands beside it.
fn write_own_test(scratch: &Path, document: &Path, package: &str) -> Result<()> {
    let test = document.with_extension("rs");
    if test.is_file() {
        write(&scratch.join("crates").join(package).join("tests/own.rs"), &read_text(&test)?)?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    write_if_changed(path, text)
}

/// Compiles the crates in a workspace of their own, several at once, and runs the tests of those that are proved.
fn compile(workspace: &Workspace, scratch: &Path, crates: &[Compiled]) -> Result<Results> {
    let mut results = Results { compiled: crates.len(), ..Results::default() };
    if crates.is_empty() {
        return Ok(results);
    }
    write(&scratch.join("Cargo.toml"), &manifest(workspace, crates)?)?;
    workspace.share_lock(scratch)?;
    let cargo = |command: &[&str], packages: &[&Compiled]| -> Result<bool> {
        let packages = packages.iter().flat_map(|one| ["--package", one.package.as_str()]);
        let status = Command::new(xtask::cargo())
            .args(command.iter().copied().take(2).chain(packages).chain(command.iter().copied().skip(2)))
            .current_dir(scratch)
            // What both workspaces depend on is built once.
            .env(
                "CARGO_TARGET_DIR",
                env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| workspace.root.join("target").into()),
            )
            // What is sent is recorded, and not compared with anything.
            .env("INSTA_UPDATE", "always")
            // What is traced is looked at in one thread; another that traces first, in so small a test binary, can hide it.
            .env("RUST_TEST_THREADS", "1")
            .status()
            .context("cannot run cargo")?;
        Ok(status.success())
    };
    for group in crates.chunks(AT_ONCE) {
        let all: Vec<&Compiled> = group.iter().collect();
        println!("compiling {}", group.iter().map(|one| one.shown.as_str()).collect::<Vec<_>>().join(", "));
        // Which of them it was is found one by one.
        if !cargo(&["check", "--quiet"], &all)? {
            for one in all {
                if !cargo(&["check", "--quiet"], &[one])? {
                    results.failures.push(format!("does not compile: {}", one.shown));
                }
            }
        }
    }
    for one in crates.iter().filter(|one| one.proved) {
        println!("testing {}", one.shown);
        results.proved += 1;
        if !cargo(&["test", "--quiet", "--tests"], &[one])? {
            results.failures.push(format!("its tests fail: {}", one.shown));
        }
    }
    Ok(results)
}

/// The manifest of the workspace of the crates: that of this one, with its own members and with the paths of ours.
fn manifest(workspace: &Workspace, crates: &[Compiled]) -> Result<String> {
    let text = read_text(&workspace.root.join("Cargo.toml"))?;
    let mut manifest: toml_edit::DocumentMut = text.parse().context("the workspace's manifest is no TOML")?;
    let members: toml_edit::Array = crates.iter().map(|one| format!("crates/{}", one.package)).collect();
    manifest["workspace"]["members"] = toml_edit::value(members);
    manifest["workspace"]["lints"]["rust"]["warnings"] = toml_edit::value("deny");
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

fn report(totals: &Totals, results: &Results) -> Status {
    for failure in &totals.failures {
        println!("failed: {failure}");
    }
    for failure in &results.failures {
        println!("{failure}");
    }
    for (construct, (count, first)) in &totals.losses {
        println!("loss {construct}: {count}, such as {first}");
    }
    if let Some((took, shown)) = &totals.slowest {
        println!("slowest: {shown}, {:.1} s", took.as_secs_f64());
    }
    println!(
        "{} of {} documents generate ({} others are no OpenAPI 3); {} of {} operations are methods; {} crates compiled, {} proved, {} \
         failures",
        totals.generated,
        totals.documents,
        totals.others,
        totals.methods,
        totals.operations,
        results.compiled,
        results.proved,
        totals.failures.len() + results.failures.len()
    );
    if totals.failures.is_empty() && results.failures.is_empty() { Status::Fine } else { Status::Broken }
}

/// The most memory that the process has taken since the last reset, in bytes; 0 where the system does not tell.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).unwrap_or_default() * 1024
}

fn reset_peak() {
    // Where that is not allowed, the peak is that of all documents before.
    let _ = fs::write("/proc/self/clear_refs", "5");
}
