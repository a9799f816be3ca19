//! `cargo xtask new-vendor`: a crate from a document that a vendor publishes, in one command.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use build_tools::FEATURES;
use build_tools::output::{Change, OutputFile};
use build_tools::published::{NotPublished, Published, by_construct};
use build_tools::spec::VendorSources;
use build_tools::text::visible;

use xtask::workspace::{SETTINGS, Workspace};
use xtask::{Status, report};

use crate::enlisted::enlist;

/// The longest document that is read, in bytes.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Make a crate from a document that a vendor publishes
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask new-vendor acme openapi.json      a document of OpenAPI 3.0, 3.1 or 3.2, in JSON or YAML
  cargo xtask new-vendor acme - < openapi.yaml  the same from standard input
  cargo xtask new-vendor acme openapi.json --dry-run
  cargo xtask new-vendor acme openapi.json --operations 'GET /pets*' --operations Owners

It writes specs/NAME (the document as published, vendor.toml, LOSSES.md), the crate onboarding-NAME, and its place in the workspace
and in the facade. What the document does not say is made up; what has no form yet is left out and listed in LOSSES.md.
The exit code is 1 when nothing could be made of the document; nothing is written then.")]
pub(crate) struct Arguments {
    /// The name of the vendor: small letters, digits and single hyphens
    name: String,

    /// The document, or `-` for standard input
    document: String,

    /// Take only the operations of which the operationId, the path, the method and path, or a tag fits; `*` stands for any text. May be
    /// given several times
    #[arg(long, value_name = "PATTERN")]
    operations: Vec<String>,

    /// Tell what would be made, and write nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    shown: report::Shown,
}

impl Arguments {
    /// All operations of a document.
    pub(crate) fn of(name: &str, document: &str) -> Self {
        Self {
            name: name.to_owned(),
            document: document.to_owned(),
            operations: Vec::new(),
            dry_run: false,
            shown: report::Shown::default(),
        }
    }
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Status> {
    let name = &arguments.name;
    ensure!(
        is_name(name),
        "`{}` is no name for a vendor: use small letters, digits and single hyphens, and a letter first",
        visible(name)
    );
    let directory = workspace.specs.join(name);
    ensure!(!directory.exists(), "{} is there already: choose another name, or remove it first", directory.display());
    let package = format!("onboarding-{name}");
    let crate_directory = workspace.root.join("crates").join(&package);
    ensure!(!crate_directory.exists(), "{} is there already: choose another name", crate_directory.display());
    let refuse = |sources: &VendorSources, findings: &[_]| {
        let colour = report::wants_colour(&io::stderr());
        eprint!("{}", report::render(findings, sources, colour, arguments.shown));
    };
    let text = read_document(&arguments.document)?;
    let read = Published::read(name, text, &arguments.operations, &mut |path| read_beside(&arguments.document, path));
    let (published, document) = match read {
        Ok(read) => read,
        Err(NotPublished::Other(message, help)) => bail!("{message}. {help}"),
        Err(NotPublished::Unreadable(openapi, findings)) => {
            refuse(&VendorSources { name: name.clone(), openapi, ..VendorSources::default() }, &findings);
            bail!("the document cannot be read, see above; nothing was written");
        }
    };
    let generated = match published.generate(document) {
        Ok(generated) => generated,
        Err(findings) => {
            refuse(&published.sources, &findings);
            bail!("no crate can be made of the document, see above; nothing was written");
        }
    };
    let types = generated.contract.types.len();
    println!(
        "{name}: {} of {} operations, {types} types, {} losses",
        generated.contract.operations.len(),
        published.operations,
        published.losses.len()
    );
    for (construct, losses) in by_construct(&published.losses) {
        println!(
            "  {construct}: {}, such as {}",
            losses.len(),
            losses.first().map(ToString::to_string).unwrap_or_default()
        );
    }
    if arguments.dry_run {
        println!("nothing was written");
        return Ok(Status::Fine);
    }
    let sources = &published.sources;
    let written = [
        (sources.openapi.path.clone(), sources.openapi.text.clone()),
        (sources.vendor_toml.path.clone(), sources.vendor_toml.text.clone()),
    ];
    let written = written.into_iter().chain(generated.beside.into_iter().map(|file| (file.path, file.contents)));
    let specs = workspace.specs.strip_prefix(&workspace.root).context("the documents lie outside of the workspace")?;
    let written = written.map(|(path, text)| {
        let path =
            path.strip_prefix("specs/").map_or_else(|| path.clone(), |path| format!("{}/{path}", specs.display()));
        OutputFile::new(path, text)
    });
    let mut changes: Vec<Change> = generated.files.into_iter().chain(written).map(Change::Missing).collect();
    changes.extend(enlist(workspace, name, &package)?);
    workspace.apply(&changes)?;
    println!("wrote specs/{name}, crates/{package}, and their places in the workspace and the facade\n");
    print!("{}", next_steps(name, &package));
    Ok(Status::Fine)
}

fn next_steps(name: &str, package: &str) -> String {
    format!(
        "Next:\n  cargo check -p {package}                                            the crate compiles\n  \
         INSTA_UPDATE=always cargo test -p {package} --test generated        records what each operation sends, and tests the rest\n  \
         specs/{name}/{SETTINGS}                                      correct credentials, environments, description\n  \
         specs/{name}/LOSSES.md                                        what was left out or taken for less\n  \
         cargo xtask generate {name}                                      after each change\n"
    )
}

/// What crates of the workspace and features of the facade are named after already, beside the features of every vendor crate.
const TAKEN: [&str; 11] = [
    "bench",
    "comparison",
    "compile-fail",
    "core",
    "default",
    "derive",
    "http-signatures",
    "service",
    "signing",
    "testing",
    "webhook",
];

/// Whether a text can be the name of a vendor: of a directory, of a crate, of a feature and of a module.
fn is_name(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= 50
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(is_allowed)
        && !name.ends_with('-')
        && !name.contains("--")
        && !TAKEN.contains(&name)
        && !FEATURES.iter().any(|(feature, _)| *feature == name)
        && !build_tools::names::is_keyword(name)
}

fn read_document(path: &str) -> Result<String> {
    let mut bytes = Vec::new();
    if path == "-" {
        io::stdin().take(LONGEST + 1).read_to_end(&mut bytes).context("cannot read standard input")?;
    } else {
        let file = fs::File::open(path).with_context(|| format!("cannot open {path}"))?;
        file.take(LONGEST + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {path}"))?;
    }
    ensure!(bytes.len() as u64 <= LONGEST, "the document is longer than {} MiB", LONGEST / 1024 / 1024);
    String::from_utf8(bytes)
        .map_err(|error| anyhow!("the document is not UTF-8: byte {}", error.utf8_error().valid_up_to()))
}

/// A file that the document refers to, by its path from the document's directory.
fn read_beside(document: &str, path: &str) -> Result<String, String> {
    if document == "-" {
        return Err("standard input has no directory".to_owned());
    }
    let directory = Path::new(document).parent().unwrap_or(Path::new(""));
    read_document(&directory.join(path).to_string_lossy()).map_err(|error| format!("{error:#}"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::is_name;

    /// A crate or a feature that comes later is not forgotten here.
    #[test]
    fn no_vendor_takes_the_name_of_a_crate_or_of_a_feature() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace");
        let read = |path: &Path| -> toml::Table {
            let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            toml::from_str(&text).expect("a manifest is TOML")
        };
        let is_vendor = |name: &str| root.join("specs").join(name).is_dir();
        let manifest = read(&root.join("crates/onboarding/Cargo.toml"));
        let features = manifest["features"].as_table().expect("the facade has features");
        let mut names: Vec<String> = features.keys().cloned().collect();
        let places = [root.to_owned(), root.join("crates"), root.join("examples")];
        let directories = places.iter().flat_map(|place| fs::read_dir(place).expect("it can be listed"));
        for directory in directories.map(|entry| entry.expect("it can be listed").path()) {
            let path = directory.join("Cargo.toml");
            if directory.is_dir() && path.is_file() {
                let manifest = read(&path);
                let package = manifest["package"]["name"].as_str().expect("a package has a name").to_owned();
                names.extend(package.strip_prefix("onboarding-").map(str::to_owned));
            }
        }
        assert!(names.len() >= 20, "{names:?}");
        for name in names.iter().filter(|name| !is_vendor(name)) {
            assert!(!is_name(name), "a vendor could be named `{name}`");
        }
    }

    #[test]
    fn a_vendor_has_a_name_that_a_crate_and_a_module_can_have() {
        for name in ["acme", "acme-pay", "a1"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "Acme", "1a", "acme_pay", "acme-", "a--b", "../x", "core", "default", "type", "a b"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
