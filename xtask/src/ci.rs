//! `cargo xtask ci`: everything that has to hold before a change is merged, step by step.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::iter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use build_tools::contract::{Package, Settings};
use clap::ValueEnum;
use toml::Table;

use xtask::workspace::{DOCUMENT, SETTINGS, Workspace, entries_of, files_in, is_real_directory, read_text};
use xtask::{Status, cargo, comparison};

use crate::{corpus, coverage, generate, lint, newcomers};

/// The hand-written part of a vendor crate stays small: more of it belongs into the generator or the runtime.
const LIBRARY_LINES: usize = 44;
/// The crate that offers each vendor as a feature.
const FACADE: &str = "onboarding";
/// Features of the transport that are off by default.
const TRANSPORT: &str = "blocking,compression,http2,rustls-ring";
/// The service that depends on one vendor's crate, as those of users do.
const SERVICE: &str = "examples/onboarding-service/Cargo.toml";

/// Run everything that CI runs, and stop at the first failure
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask ci                    everything, with the tests last
  cargo xtask ci format lint        some steps only

Needs cargo-deny; `.ci/run` installs it.")]
pub(crate) struct Arguments {
    /// The steps to run [default: all]
    #[arg(value_name = "STEP", value_enum)]
    steps: Vec<Step>,
}

/// The steps in the order in which they run: what is quick to fail first, the tests last so that their summary is last.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Step {
    /// The hand-written code is formatted
    Format,
    /// The documents have no mistakes
    Lint,
    /// The generated crates are up to date
    Generate,
    /// Every vendor has its crate, its feature and its re-export
    Facade,
    /// No figure of coverage is worse than committed, and what quotes them is up to date
    Coverage,
    /// Licences, sources and duplicates of dependencies
    Deny,
    /// No warning of the compiler or of clippy in any target
    Clippy,
    /// Each vendor crate builds by itself
    Alone,
    /// The facade builds with none of its features, each alone, all together, and with either TLS
    Features,
    /// With the feature `schemars`, each type's JSON Schema is that of the document
    Schemas,
    /// With the feature `mock`, what the mock is told comes out of the client, and the documentation of both builds
    Mocks,
    /// The service outside the workspace is formatted and locked, has no warnings, and its tests pass
    Service,
    /// The documentation builds without warnings
    Docs,
    /// Every example of the facade runs and succeeds
    Examples,
    /// The crates send what plain progenitor sends
    Differential,
    /// Documents as published become crates whose tests pass: ours, and three that are taken in a copy of the workspace
    Published,
    /// All tests pass, and every snapshot is used
    Tests,
}

/// A vendor, and name and version of its crate.
struct Vendor {
    name: String,
    package: String,
    version: String,
}

/// Runs the steps.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Status> {
    let vendors = vendors(workspace)?;
    let all = Step::value_variants().iter().copied();
    let steps: Vec<Step> = all.filter(|step| arguments.steps.is_empty() || arguments.steps.contains(step)).collect();
    let mut times: Vec<(String, Duration)> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let value = step.to_possible_value();
        let name = value.as_ref().map_or("step", |value| value.get_name());
        let help = value.as_ref().and_then(|value| value.get_help()).map(ToString::to_string).unwrap_or_default();
        // Before the tests and not at the end, where the summary of the test runner stands.
        if *step == Step::Tests && !times.is_empty() {
            println!("\nci: all other steps passed ({})", listed(&times));
        }
        println!("\n=== {}/{} {name}: {help}", index + 1, steps.len());
        let start = Instant::now();
        let outcome = step.run(workspace, &vendors);
        let time = start.elapsed();
        if !matches!(outcome, Ok(Status::Fine)) {
            if let Err(error) = outcome {
                eprintln!("error: {error:#}");
            }
            eprintln!(
                "ci: the step `{name}` failed after {:.0} s; repeat it with `cargo xtask ci {name}`",
                time.as_secs_f64()
            );
            return Ok(Status::Broken);
        }
        times.push((name.to_owned(), time));
    }
    if !steps.contains(&Step::Tests) {
        println!("\nci: all steps passed ({})", listed(&times));
    }
    Ok(Status::Fine)
}

/// The steps with the seconds that each took.
fn listed(times: &[(String, Duration)]) -> String {
    let times: Vec<String> = times.iter().map(|(name, time)| format!("{name} {:.0} s", time.as_secs_f64())).collect();
    times.join(", ")
}

/// Every vendor with the name of its crate. A directory with a document but no settings is a mistake here.
fn vendors(workspace: &Workspace) -> Result<Vec<Vendor>> {
    let mut vendors = Vec::new();
    for name in workspace.vendors(&[], &[DOCUMENT])? {
        let path = workspace.specs.join(&name).join(SETTINGS);
        let text = read_text(&path).context("every vendor needs settings")?;
        let settings: Settings = toml::from_str(&text)
            .with_context(|| format!("{} is not as specs/README.md describes it", path.display()))?;
        let Package { name: package, version, .. } = settings.package;
        vendors.push(Vendor { name, package, version });
    }
    Ok(vendors)
}

impl Step {
    fn run(self, workspace: &Workspace, vendors: &[Vendor]) -> Result<Status> {
        let cargo = |arguments: &[&str]| run_cargo(workspace, arguments, &[]);
        match self {
            Self::Format => cargo(&["fmt", "--all", "--check"]),
            Self::Lint => lint::run(workspace, &lint::Arguments::default()),
            Self::Generate => generate::run(workspace, &generate::Arguments::check()),
            Self::Facade => check_facade(workspace, vendors),
            Self::Coverage => coverage::run(workspace, &coverage::Arguments::check()),
            // Advisories need a network and change without us; they are for a scheduled run.
            Self::Deny => cargo(&["deny", "check", "bans", "licenses", "sources"]),
            Self::Clippy => cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
            // Through clippy, because warnings are made errors by an argument there: RUSTFLAGS would build all dependencies
            // again.
            Self::Alone => {
                every(vendors, |vendor| cargo(&["clippy", "--package", &vendor.package, "--", "-D", "warnings"]))
            }
            Self::Features => {
                let facade = |features: &str| {
                    cargo(&[
                        "clippy",
                        "--package",
                        FACADE,
                        "--no-default-features",
                        "--features",
                        features,
                        "--",
                        "-D",
                        "warnings",
                    ])
                };
                let names: Vec<&str> = vendors.iter().map(|vendor| vendor.name.as_str()).collect();
                let all = names.join(",");
                let together =
                    [format!("{all},mock,schemars,signing,webhook,{TRANSPORT}"), format!("{all},native-tls")];
                let combinations = [""].into_iter().chain(names).chain(together.iter().map(String::as_str));
                every(combinations, facade)
            }
            // Not part of the workspace's tests: those are for the crates as services mostly build them, without the feature.
            Self::Schemas => {
                // All at once, so that each crate is built once.
                let of_facade = vendors.iter().map(|vendor| format!("{FACADE}/{}", vendor.name));
                let features: Vec<String> = iter::once("schemars".to_owned()).chain(of_facade).collect();
                let features = features.join(",");
                let packages = vendors.iter().flat_map(|vendor| ["--package", &vendor.package]);
                let schemas: Vec<&str> = ["--package", FACADE, "--features", &features, "--test", "schemas"]
                    .into_iter()
                    .chain(packages)
                    .collect();
                let clippy = [&["clippy", "--lib"], schemas.as_slice(), &["--", "-D", "warnings"]].concat();
                let test = [&["test"], schemas.as_slice()].concat();
                every([clippy, test], |arguments| cargo(&arguments))
            }
            // Not part of the workspace's tests either, for the same reason.
            Self::Mocks => {
                let of_facade = vendors.iter().map(|vendor| format!("{FACADE}/{}", vendor.name));
                let features: Vec<String> = ["mock", "webhook"]
                    .map(|feature| format!("{FACADE}/{feature}"))
                    .into_iter()
                    .chain(of_facade)
                    .collect();
                let features = features.join(",");
                let packages: Vec<&str> = vendors.iter().flat_map(|vendor| ["--package", &vendor.package]).collect();
                let with = [&["--package", FACADE, "--features", &features], packages.as_slice()].concat();
                let clippy =
                    [&["clippy"], with.as_slice(), &["--lib", "--test", "mocks", "--test", "testing"]].concat();
                let clippy = [clippy.as_slice(), &["--", "-D", "warnings"]].concat();
                let test = [&["test"], with.as_slice(), &["--test", "mocks", "--test", "testing"]].concat();
                let status = every([clippy, test], |arguments| cargo(&arguments))?;
                if status != Status::Fine {
                    return Ok(status);
                }
                let doc = [&["doc", "--no-deps"], with.as_slice()].concat();
                run_cargo(workspace, &doc, &[("RUSTDOCFLAGS", "-D warnings")])
            }
            Self::Service => {
                let manifest = ["--manifest-path", SERVICE];
                // What both depend on is built once. After a change of a crate's dependencies, `cargo update --workspace` in its
                // directory writes its lock file again.
                let locked = [manifest.as_slice(), &["--target-dir", "target", "--locked"]].concat();
                let format = [&["fmt"], manifest.as_slice(), &["--check"]].concat();
                let clippy = [&["clippy"], locked.as_slice(), &["--all-targets", "--", "-D", "warnings"]].concat();
                let test = [&["test"], locked.as_slice()].concat();
                every([format, clippy, test], |arguments| cargo(&arguments))
            }
            Self::Docs => {
                run_cargo(workspace, &["doc", "--workspace", "--no-deps"], &[("RUSTDOCFLAGS", "-D warnings")])
            }
            Self::Examples => every(examples(&workspace.root)?, |example| {
                cargo(&["run", "--quiet", "--package", FACADE, "--example", &example])
            }),
            Self::Differential => comparison::run([
                OsStr::new("--root"),
                workspace.root.as_os_str(),
                OsStr::new("--specs"),
                workspace.specs.as_os_str(),
                OsStr::new("differential"),
            ]),
            Self::Published => {
                let own = corpus::Arguments::all_of(workspace.root.join("build-tools/tests/published"));
                match corpus::run(workspace, &own)? {
                    Status::Fine => newcomers::run(workspace),
                    other => Ok(other),
                }
            }
            Self::Tests => tests(workspace),
        }
    }
}

/// Runs all tests by the README's command. A snapshot that differs is not written, and one that no test compared is an error.
fn tests(workspace: &Workspace) -> Result<Status> {
    let of_core = ["test", "--package", "onboarding-core", "--no-default-features"];
    // What a client without TLS refuses.
    let without_tls = [of_core.as_slice(), &["--test", "building"]].concat();
    // What the transport does by features that are off by default, of which the workspace's tests shall have none.
    let optional = [of_core.as_slice(), &["--features", TRANSPORT, "--test", "optional"]].concat();
    let status = every([without_tls, optional], |arguments| run_cargo(workspace, &arguments, &[]))?;
    if status != Status::Fine {
        return Ok(status);
    }
    // Every test process appends to it the snapshots that it compares.
    let target = workspace.root.join("target");
    fs::create_dir_all(&target).with_context(|| format!("cannot make {}", target.display()))?;
    let compared = target.join("compared-snapshots.txt");
    fs::write(&compared, "").with_context(|| format!("cannot write {}", compared.display()))?;
    let path = compared.to_str().context("the path of the workspace is not UTF-8")?;
    let variables = [("INSTA_UPDATE", "no"), ("INSTA_SNAPSHOT_REFERENCES_FILE", path)];
    let status = run_cargo(workspace, &["test", "--workspace"], &variables)?;
    if status != Status::Fine {
        return Ok(status);
    }
    let compared: BTreeSet<PathBuf> =
        read(&compared)?.lines().map(|line| fs::canonicalize(line).unwrap_or_else(|_| line.into())).collect();
    let snapshots = snapshots(&workspace.root)?;
    ensure!(!snapshots.is_empty(), "{} holds no snapshot", workspace.root.display());
    let unused: Vec<&PathBuf> = snapshots.iter().filter(|snapshot| !compared.contains(*snapshot)).collect();
    for snapshot in &unused {
        eprintln!("error: no test compares {}: delete it", snapshot.display());
    }
    Ok(if unused.is_empty() { Status::Fine } else { Status::Broken })
}

/// All files of snapshots of the workspace, without what cargo builds and what is hidden.
fn snapshots(root: &Path) -> Result<Vec<PathBuf>> {
    let mut snapshots = Vec::new();
    for directory in entries_of(root)? {
        let name = directory.file_name().unwrap_or_default().to_string_lossy();
        if name != "target" && !name.starts_with('.') && is_real_directory(&directory) {
            let files = files_in(&directory)?.into_iter();
            snapshots.extend(files.filter(|path| path.extension().is_some_and(|extension| extension == "snap")));
        }
    }
    let canonical = |path: PathBuf| fs::canonicalize(&path).with_context(|| format!("cannot find {}", path.display()));
    snapshots.into_iter().map(canonical).collect()
}

/// Runs `work` for each, up to the first that fails.
fn every<T>(all: impl IntoIterator<Item = T>, work: impl Fn(T) -> Result<Status>) -> Result<Status> {
    for one in all {
        let status = work(one)?;
        if status != Status::Fine {
            return Ok(status);
        }
    }
    Ok(Status::Fine)
}

/// The names of the facade's examples: a file or a directory each.
fn examples(root: &Path) -> Result<Vec<String>> {
    let directory = root.join("crates").join(FACADE).join("examples");
    let list = || format!("cannot list {}", directory.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&directory).with_context(list)? {
        let path = entry.with_context(list)?.path();
        names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    names.sort();
    ensure!(!names.is_empty(), "{} holds no example", directory.display());
    Ok(names)
}

fn run_cargo(workspace: &Workspace, arguments: &[&str], variables: &[(&str, &str)]) -> Result<Status> {
    println!("$ cargo {}", arguments.join(" "));
    let status = Command::new(cargo())
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(&workspace.root)
        .status()
        .context("cannot run cargo")?;
    Ok(if status.success() { Status::Fine } else { Status::Broken })
}

/// Proves that no vendor is forgotten where people list them by hand.
fn check_facade(workspace: &Workspace, vendors: &[Vendor]) -> Result<Status> {
    let crates = workspace.root.join("crates");
    let facade = crates.join(FACADE);
    let manifest = read(&facade.join("Cargo.toml"))?;
    let manifest: Table = toml::from_str(&manifest).with_context(|| format!("{FACADE}'s Cargo.toml is not TOML"))?;
    let library = read(&facade.join("src/lib.rs"))?;
    let mut problems = Vec::new();
    for Vendor { name, package, .. } in vendors {
        let dependency = manifest.get("dependencies").and_then(|table| table.get(package));
        if dependency.and_then(|table| table.get("optional")).and_then(toml::Value::as_bool) != Some(true) {
            problems.push(format!("{FACADE} has no optional dependency `{package}`: add it"));
        }
        let feature = manifest.get("features").and_then(|table| table.get(name)).and_then(toml::Value::as_array);
        let wanted = format!("dep:{package}");
        if !feature.is_some_and(|entries| entries.iter().any(|entry| entry.as_str() == Some(&wanted))) {
            problems.push(format!("{FACADE} has no feature `{name}` with \"{wanted}\": add it"));
        }
        for forwarded in features(&crates.join(package))? {
            let wanted = format!("{package}?/{forwarded}");
            let feature =
                manifest.get("features").and_then(|table| table.get(&forwarded)).and_then(toml::Value::as_array);
            if !feature.is_some_and(|entries| entries.iter().any(|entry| entry.as_str() == Some(&wanted))) {
                problems.push(format!("{FACADE}'s feature `{forwarded}` does not hand \"{wanted}\" on: add it"));
            }
        }
        let export = format!("pub use {} as {name};", package.replace('-', "_"));
        if !library.contains(&export) {
            problems.push(format!("{FACADE}'s lib.rs does not say `{export}`: add it behind its feature"));
        }
        let lines = read(&crates.join(package).join("src/lib.rs"))?.lines().count();
        if lines >= LIBRARY_LINES {
            problems.push(format!(
                "{package}'s lib.rs has {lines} lines; it stays under {LIBRARY_LINES}: move code into the generator or the runtime"
            ));
        }
    }
    let manifest = read(&workspace.root.join("Cargo.toml"))?;
    problems.extend(other_versions(&manifest, vendors)?);
    problems.extend(orphans(&crates, vendors)?);
    for problem in &problems {
        eprintln!("error: {problem}");
    }
    if !problems.is_empty() {
        return Ok(Status::Broken);
    }
    println!("{} vendors, each with its crate, its feature and its re-export", vendors.len());
    Ok(Status::Fine)
}

/// The features of a crate that someone may ask for, the default ones by their own names.
fn features(package: &Path) -> Result<Vec<String>> {
    let path = package.join("Cargo.toml");
    let manifest: Table = toml::from_str(&read(&path)?).with_context(|| format!("{} is not TOML", path.display()))?;
    let features = manifest.get("features").and_then(toml::Value::as_table);
    Ok(features.into_iter().flat_map(Table::keys).filter(|name| *name != "default").cloned().collect())
}

/// Crates that the workspace asks for at another version than they have: whoever gets the facade gets what it was tested with.
fn other_versions(manifest: &str, vendors: &[Vendor]) -> Result<Vec<String>> {
    let manifest: Table = toml::from_str(manifest).context("the workspace's Cargo.toml is not TOML")?;
    let asked_for =
        |package: &str| manifest.get("workspace")?.get("dependencies")?.get(package)?.get("version")?.as_str();
    let differs = |vendor: &&Vendor| asked_for(&vendor.package) != Some(&vendor.version);
    let problem = |Vendor { package, version, .. }: &Vendor| {
        format!(
            "the workspace's Cargo.toml does not ask for {package} {version}: write `version = \"{version}\"` there"
        )
    };
    Ok(vendors.iter().filter(differs).map(problem).collect())
}

/// Crates with generated code that no vendor generates.
fn orphans(crates: &Path, vendors: &[Vendor]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let list = || format!("cannot list {}", crates.display());
    for entry in fs::read_dir(crates).with_context(list)? {
        let entry = entry.with_context(list)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join("src/generated").is_dir() && !vendors.iter().any(|vendor| vendor.package == name) {
            found.push(format!("crates/{name} is generated, but no directory under specs/ generates it: delete it"));
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<String> {
    read_text(path)
}

#[cfg(test)]
mod tests {
    use super::{Vendor, other_versions};

    #[test]
    fn the_facade_gets_the_versions_that_the_crates_have() {
        let vendor = |name: &str, version: &str| Vendor {
            name: name.to_owned(),
            package: format!("onboarding-{name}"),
            version: version.to_owned(),
        };
        let manifest = "[workspace.dependencies]\nonboarding-one = { path = \"one\", version = \"0.2.0\" }\n\
                        onboarding-two = { path = \"two\" }\nonboarding-three = \"0.3\"\n";
        let of = |vendors: &[Vendor]| other_versions(manifest, vendors).expect("the manifest is TOML");
        assert_eq!(of(&[vendor("one", "0.2.0")]), [""; 0]);
        let problem = |name: &str, version: &str| {
            format!(
                "the workspace's Cargo.toml does not ask for onboarding-{name} {version}: write `version = \"{version}\"` there"
            )
        };
        // Raised, but asked for as it was; asked for at any version; asked for in another form; not asked for.
        for (name, version) in [("one", "0.3.0"), ("two", "0.2.0"), ("three", "0.3.0"), ("four", "0.1.0")] {
            assert_eq!(of(&[vendor(name, version)]), [problem(name, version)]);
        }
        assert!(other_versions("[", &[]).is_err());
    }
}
