//! `cargo xtask bench`: what the vendor crates cost to generate and to build, beside plain progenitor's of the same document.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, ensure};
use build_tools::Generated;
use build_tools::output::compare;
use build_tools::spec::VendorSources;
use nix::sys::resource::{UsageWho, getrusage};
use xtask::comparison::{Bench as Arguments, Part};
use xtask::markdown::{self, Replaced};
use xtask::workspace::{DOCUMENT, INVENTORY, SETTINGS, Workspace, write_if_changed};
use xtask::{Status, cargo, report};

use crate::command::output;
use crate::{baseline, callers, overhead};

/// How often a build is measured; the smallest figure counts, as everything that disturbs only adds.
const BUILDS: usize = 2;
/// How often a generation is measured.
const GENERATIONS: usize = 5;

/// One thing that is measured.
struct Figure {
    heading: &'static str,
    meaning: &'static str,
    decimals: usize,
}

const FIGURES: [Figure; 7] = [
    Figure {
        heading: "generate (ms)",
        meaning: "from the documents' texts to the texts of all files, in process, by a debug build",
        decimals: 0,
    },
    Figure {
        heading: "lines",
        meaning: "lines of generated library code that a service compiles; tests and the feature `mock`, which is off by default, are not counted",
        decimals: 0,
    },
    Figure { heading: "size (kB)", meaning: "the same in units of 1000 bytes", decimals: 0 },
    Figure {
        heading: "check (s)",
        meaning: "processor time of `cargo check` of the crate alone, its dependencies being built",
        decimals: 2,
    },
    Figure {
        heading: "build (s)",
        meaning: "processor time of `cargo build --release` of the crate alone, its dependencies being built",
        decimals: 2,
    },
    Figure {
        heading: "rlib (kB)",
        meaning: "size of the library that this build gives, in units of 1000 bytes",
        decimals: 0,
    },
    Figure {
        heading: "with callers (s)",
        meaning: "processor time of `cargo build --release` of the crate and of a library that calls each of its operations once",
        decimals: 2,
    },
];

/// The figures of one crate, in the order of [`FIGURES`].
type Measured = [f64; FIGURES.len()];

/// Measures the vendors and prints the table.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Status> {
    if let Some(Part::Overhead { write }) = arguments.part {
        return overhead::run(workspace, write);
    }
    let vendors = workspace.vendors(&arguments.vendors, &[DOCUMENT, INVENTORY, SETTINGS])?;
    let mut rows = Vec::new();
    let mut remarks = Vec::new();
    let mut sums = [[0.0; FIGURES.len()]; 2];
    // One after the other: what runs at the same time would be measured, too.
    for vendor in &vendors {
        let ours_and_plain =
            measure(workspace, vendor, &mut remarks).with_context(|| format!("cannot measure {vendor}"))?;
        for (sum, measured) in sums.iter_mut().zip(&ours_and_plain) {
            for (total, value) in sum.iter_mut().zip(measured) {
                *total += value;
            }
        }
        rows.push(row(vendor, &ours_and_plain));
    }
    rows.push(row("all", &sums));
    rows.push(row("empty", &measure_empty(workspace).context("cannot measure an empty crate")?));
    let text = format!("{}\n{}", table(&rows), legend(&remarks)?);
    print!("{text}");
    if arguments.write {
        Replaced::new(&workspace.root.join("docs").join("figures.md"), "bench", &text)?.write()?;
    }
    if arguments.vendors.is_empty() {
        return overhead::run(workspace, arguments.write);
    }
    Ok(Status::Fine)
}

fn table(rows: &[[String; FIGURES.len() + 1]]) -> String {
    let mut heading = ["vendor"; FIGURES.len() + 1];
    for (cell, figure) in heading[1..].iter_mut().zip(&FIGURES) {
        *cell = figure.heading;
    }
    markdown::table(heading, rows)
}

fn row(vendor: &str, [ours, plain]: &[Measured; 2]) -> [String; FIGURES.len() + 1] {
    std::array::from_fn(|column| match column.checked_sub(1) {
        None => vendor.to_owned(),
        Some(index) => {
            let decimals = FIGURES[index].decimals;
            let (ours, plain) = (ours[index], plain[index]);
            // An empty crate is neither generated nor called.
            if ours + plain > 0.0 {
                format!("{ours:.decimals$} : {plain:.decimals$} = {:.2}", ours / plain)
            } else {
                String::new()
            }
        }
    })
}

fn legend(remarks: &[String]) -> Result<String> {
    let compiler = output(Command::new("rustc").arg("--version"))?;
    let mut text = format!(
        "Each cell is ours : plain progenitor's = ratio. Plain is progenitor 0.15 in its builder style on the same document, \
         brought down to what it can express (`comparison/src/baseline.rs`). Generation is the best of {GENERATIONS}, a build \
         the best of {BUILDS}; with {}.\n\n",
        compiler.trim()
    );
    for Figure { heading, meaning, .. } in &FIGURES {
        let _ = writeln!(text, "- {heading}: {meaning}.");
    }
    text.push_str(
        "\nOurs and plain progenitor's both leave most of an operation to be compiled by whoever calls it; the last column shows what \
         that is for a service that calls everything. `empty` is a crate without any code and with the same dependencies: below \
         it no crate of either side can come, and a small vendor's ratios cannot come far below 1.\n",
    );
    for remark in remarks {
        let _ = writeln!(text, "- Without {remark}.");
    }
    Ok(text)
}

/// Measures one vendor: our crate, and plain progenitor's.
fn measure(workspace: &Workspace, vendor: &str, remarks: &mut Vec<String>) -> Result<[Measured; 2]> {
    let sources = workspace.read_vendor(vendor)?;
    eprintln!("{vendor}: generating");
    let (generation, generated) = best_of_generations(|| generate(&sources))?;
    let (plain_generation, plain) = best_of_generations(|| Ok(baseline::plain(&generated.contract.model)?))?;
    remarks.extend(plain.left_out.iter().map(|left_out| format!("{vendor}'s {left_out} (in plain progenitor)")));

    let package = &generated.contract.settings.package.name;
    let outdated = compare(&generated.files, &workspace.read_generated(package)?);
    ensure!(
        outdated.is_empty(),
        "{} of its files on disk are out of date: run `cargo xtask generate {vendor}` first",
        outdated.len()
    );
    let is_compiled = |path: &str| path.contains("/src/generated/") && !path.contains("/src/generated/mock/");
    let library = generated.files.iter().filter(|file| is_compiled(&file.path));
    let texts: Vec<&str> = library.map(|file| file.contents.as_str()).collect();
    let bench = Bench { workspace, directory: workspace.root.join("target/bench") };
    let ours = bench.ours(package, &callers::ours(&generated.contract))?;
    let theirs = bench.plain(&format!("plain-{vendor}"), &plain.rust)?;
    Ok([
        ours.measure(generation, &texts).with_context(|| format!("cannot build {package}"))?,
        theirs.measure(plain_generation, &[&plain.rust]).with_context(|| format!("cannot build {}", theirs.package))?,
    ])
}

/// Measures a crate without any code on both sides.
fn measure_empty(workspace: &Workspace) -> Result<[Measured; 2]> {
    let bench = Bench { workspace, directory: workspace.root.join("target/bench") };
    let empty = "//! Nothing.\n";
    let core = workspace.root.join("crates/onboarding-core");
    let dependencies = format!("onboarding-core = {{ path = {:?} }}\n", core.display().to_string());
    let directory = bench.write_crate("ours-empty", &dependencies, empty)?;
    let ours =
        Build { directory, package: "ours-empty".to_owned(), target: bench.directory.join("ours"), callers: None };
    let directory = bench.write_crate("plain-empty", &baseline::dependencies(""), empty)?;
    let theirs =
        Build { directory, package: "plain-empty".to_owned(), target: bench.directory.join("plain"), callers: None };
    Ok([ours.measure(0.0, &[])?, theirs.measure(0.0, &[])?])
}

fn generate(sources: &VendorSources) -> Result<Generated> {
    build_tools::generate(sources).map_err(|findings| {
        eprint!(
            "{}",
            report::render(&findings, sources, report::wants_colour(&std::io::stderr()), report::Shown::default())
        );
        anyhow!("its documents have mistakes, see above")
    })
}

/// The shortest time of several runs in milliseconds, and what the last one gave.
fn best_of_generations<T>(mut run: impl FnMut() -> Result<T>) -> Result<(f64, T)> {
    let mut timed = || {
        let start = Instant::now();
        let result = run()?;
        anyhow::Ok((start.elapsed().as_secs_f64() * 1000.0, result))
    };
    let (mut best, mut result) = timed()?;
    for _ in 1..GENERATIONS {
        let (time, again) = timed()?;
        best = best.min(time);
        result = again;
    }
    Ok((best, result))
}

/// A crate to build, over and over.
struct Build {
    directory: PathBuf,
    package: String,
    target: PathBuf,
    /// Where the crate stands that calls each of its operations; its name is `callers`.
    callers: Option<PathBuf>,
}

/// The name of every crate that calls all operations of another.
const CALLERS: &str = "callers";

impl Build {
    fn measure(&self, generation: f64, texts: &[&str]) -> Result<Measured> {
        let lines: usize = texts.iter().map(|text| text.lines().count()).sum();
        let bytes: usize = texts.iter().map(|text| text.len()).sum();
        eprintln!("{}: checking and building", self.package);
        let package = [self.package.as_str()];
        let check = self.processor_time(&self.directory, &["check"], &["clean"], &package)?;
        let build = self.processor_time(&self.directory, &["build", "--release"], &["clean", "--release"], &package)?;
        let library = format!("release/lib{}.rlib", self.package.replace('-', "_"));
        let library = self.target.join(library);
        let size = fs::metadata(&library).with_context(|| format!("cannot look at {}", library.display()))?.len();
        let with_callers = match &self.callers {
            Some(directory) => {
                let both = [CALLERS, self.package.as_str()];
                self.processor_time(directory, &["build", "--release"], &["clean", "--release"], &both)?
            }
            None => 0.0,
        };
        let size = as_f64(usize::try_from(size)?) / 1000.0;
        Ok([generation, as_f64(lines), as_f64(bytes) / 1000.0, check, build, size, with_callers])
    }

    /// The smallest processor time of a command for the first of the packages in seconds, when only these have to be compiled.
    fn processor_time(&self, directory: &Path, command: &[&str], clean: &[&str], packages: &[&str]) -> Result<f64> {
        self.cargo(directory, command, &packages[..1])?;
        let mut best = f64::INFINITY;
        for _ in 0..BUILDS {
            self.cargo(directory, clean, packages)?;
            let before = children_time()?;
            self.cargo(directory, command, &packages[..1])?;
            best = best.min(children_time()? - before);
        }
        Ok(best)
    }

    fn cargo(&self, directory: &Path, arguments: &[&str], packages: &[&str]) -> Result<()> {
        let mut command = Command::new(cargo());
        command
            .args(arguments)
            .args(packages.iter().flat_map(|package| ["--package", package]))
            .arg("--target-dir")
            .arg(&self.target)
            .current_dir(directory)
            // A cache in front of the compiler, or work kept from the last build, would hide what is measured.
            .env("RUSTC_WRAPPER", "")
            .env("CARGO_INCREMENTAL", "0");
        output(&mut command).map(drop)
    }
}

/// Processor time of all processes that this one has started and that have ended, in seconds.
fn children_time() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("cannot read the processor time of child processes")?;
    let seconds = |time: nix::sys::time::TimeVal| {
        let micros = u32::try_from(time.tv_usec()).unwrap_or_default();
        as_f64(usize::try_from(time.tv_sec()).unwrap_or_default()) + f64::from(micros) / 1e6
    };
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}

#[expect(clippy::cast_precision_loss, reason = "figures for people, far below 2^52")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

/// Where the crates that are only measured are written.
struct Bench<'w> {
    workspace: &'w Workspace,
    directory: PathBuf,
}

impl Bench<'_> {
    /// Our crate as it stands in the workspace.
    fn ours(&self, package: &str, callers: &str) -> Result<Build> {
        let directory = self.workspace.root.clone();
        let target = self.directory.join("ours");
        let callers = self.write_callers(package, &directory.join("crates").join(package), callers)?;
        Ok(Build { directory, package: package.to_owned(), target, callers: Some(callers) })
    }

    /// Plain progenitor's output as a crate of its own.
    fn plain(&self, package: &str, rust: &str) -> Result<Build> {
        let directory = self.write_crate(package, &baseline::dependencies(rust), rust)?;
        let callers = self.write_callers(package, &directory, &callers::plain(package, rust)?)?;
        Ok(Build {
            directory,
            package: package.to_owned(),
            target: self.directory.join("plain"),
            callers: Some(callers),
        })
    }

    fn write_callers(&self, package: &str, path: &Path, rust: &str) -> Result<PathBuf> {
        let dependency = format!("{package} = {{ path = {:?} }}\n", path.display().to_string());
        self.write_named(&format!("{package}-{CALLERS}"), CALLERS, &dependency, rust)
    }

    fn write_crate(&self, package: &str, dependencies: &str, rust: &str) -> Result<PathBuf> {
        self.write_named(package, package, dependencies, rust)
    }

    /// Writes a crate outside our workspace and gives its directory.
    fn write_named(&self, name: &str, package: &str, dependencies: &str, rust: &str) -> Result<PathBuf> {
        let directory = self.directory.join(name);
        let manifest = format!(
            r#"# Written by `cargo xtask bench`.

[package]
name = "{package}"
version = "0.0.0"
edition = "2024"

[workspace]

# As in the workspace that this is compared with.
[profile.dev]
debug = "line-tables-only"

[dependencies]
{dependencies}"#
        );
        write_if_changed(&directory.join("Cargo.toml"), &manifest)?;
        write_if_changed(&directory.join("src/lib.rs"), rust)?;
        self.workspace.share_lock(&directory)?;
        Ok(directory)
    }
}
