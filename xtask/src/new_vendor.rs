//! `cargo xtask new-vendor`: a crate from a document that a vendor publishes, in one command.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use build_tools::output::{Change, OutputFile};
use build_tools::published::{Curated, Loss, bundle, curate, library, settings};
use build_tools::spec::{SourceFile, VendorSources, parse_yaml};
use build_tools::text::visible;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Value, value};

use xtask::workspace::{PUBLISHED, SETTINGS, Workspace, read_text};
use xtask::{Status, report};

/// The longest document that is read, in bytes.
const LONGEST: u64 = 64 * 1024 * 1024;

/// How many losses of one kind are listed with their places.
const LISTED: usize = 50;

/// Make a crate from a document that a vendor publishes
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask new-vendor acme openapi.json      a document of OpenAPI 3.0, 3.1 or 3.2, in JSON or YAML
  cargo xtask new-vendor acme - < openapi.yaml  the same from standard input
  cargo xtask new-vendor acme openapi.json --dry-run

It writes specs/NAME (the document as published, vendor.toml, LOSSES.md), the crate onboarding-NAME, and its place in the workspace
and in the facade. What the document does not say is made up; what has no form yet is left out and listed in LOSSES.md.
The exit code is 1 when nothing could be made of the document; nothing is written then.")]
pub(crate) struct Arguments {
    /// The name of the vendor: small letters, digits and single hyphens
    name: String,

    /// The document, or `-` for standard input
    document: String,

    /// Tell what would be made, and write nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    shown: report::Shown,
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
    let text = read_document(&arguments.document)?;
    let mut file =
        if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') { PUBLISHED[0] } else { PUBLISHED[1] };
    let openapi = SourceFile { path: format!("specs/{name}/{file}"), text };
    let mut sources = VendorSources {
        name: name.clone(),
        openapi,
        vendor_toml: SourceFile { path: format!("specs/{name}/{SETTINGS}"), text: String::new() },
        ..VendorSources::default()
    };
    let refuse = |sources: &VendorSources, findings: &[_]| {
        let colour = report::wants_colour(&io::stderr());
        eprint!("{}", report::render(findings, sources, colour, arguments.shown));
    };
    match bundle(&sources.openapi, &mut |path| read_beside(&arguments.document, path)) {
        Ok(None) => {}
        Ok(Some(text)) => {
            sources.openapi = SourceFile { path: format!("specs/{name}/{}", PUBLISHED[0]), text };
            file = PUBLISHED[0];
        }
        Err((file, findings)) => {
            sources.openapi = file;
            refuse(&sources, &findings);
            bail!("the document cannot be read, see above; nothing was written");
        }
    }
    let root = match parse_yaml(&sources.openapi) {
        Ok(root) => root,
        Err(findings) => {
            refuse(&sources, &findings);
            bail!("the document cannot be read, see above; nothing was written");
        }
    };
    let curated = curate(&root).map_err(|(message, help)| anyhow!("{message}. {help}"))?;
    drop(root);
    sources.vendor_toml.text = settings(name, &curated);
    let generated = match build_tools::generate(&sources) {
        Ok(generated) => generated,
        Err(findings) => {
            refuse(&sources, &findings);
            bail!("no crate can be made of the document, see above; nothing was written");
        }
    };
    let types = generated.contract.types.len();
    println!(
        "{name}: {} of {} operations, {types} types, {} losses",
        generated.contract.operations.len(),
        curated.published,
        curated.losses.len()
    );
    for (construct, losses) in by_construct(&curated.losses) {
        println!(
            "  {construct}: {}, such as {}",
            losses.len(),
            losses.first().map(|loss| shown(loss)).unwrap_or_default()
        );
    }
    if arguments.dry_run {
        println!("nothing was written");
        return Ok(Status::Fine);
    }
    let mut files = generated.files;
    files.push(OutputFile::new(format!("crates/{package}/src/lib.rs"), library(&generated.contract)));
    let mut changes: Vec<Change> = files.into_iter().map(Change::Missing).collect();
    let specs = workspace.specs.strip_prefix(&workspace.root).context("the documents lie outside of the workspace")?;
    for (file, text) in [
        (file, sources.openapi.text.clone()),
        (SETTINGS, sources.vendor_toml.text.clone()),
        ("LOSSES.md", losses(name, &curated)),
    ] {
        changes.push(Change::Missing(OutputFile::new(format!("{}/{name}/{file}", specs.display()), text)));
    }
    changes.extend(enlisted(workspace, name, &package)?);
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

/// Whether a text can be the name of a vendor: of a directory, of a crate, of a feature and of a module.
fn is_name(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= 50
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(is_allowed)
        && !name.ends_with('-')
        && !name.contains("--")
        && ![
            "core",
            "derive",
            "testing",
            "compile-fail",
            "http-signatures",
            "rustls",
            "native-tls",
            "schemars",
            "signing",
            "webhook",
            "default",
        ]
        .contains(&name)
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

/// The workspace's manifest, and the facade's manifest and library, with the new crate in them.
fn enlisted(workspace: &Workspace, name: &str, package: &str) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut change = |path: &str, edit: &dyn Fn(&str) -> Result<String>| -> Result<()> {
        let before = read_text(&workspace.root.join(path))?;
        let after = edit(&before).with_context(|| format!("{path} cannot be changed"))?;
        changes.push(Change::Differs(before, OutputFile::new(path, after)));
        Ok(())
    };
    change("Cargo.toml", &|text| {
        let mut manifest: DocumentMut = text.parse()?;
        let mut dependency = InlineTable::new();
        dependency.insert("path", format!("crates/{package}").into());
        dependency.insert("version", "0.1.0".into());
        dependency.insert("default-features", false.into());
        manifest["workspace"]["dependencies"][package] = value(dependency);
        Ok(manifest.to_string())
    })?;
    if !workspace.root.join("crates/onboarding").is_dir() {
        return Ok(changes);
    }
    change("crates/onboarding/Cargo.toml", &|text| {
        let mut manifest: DocumentMut = text.parse()?;
        let mut own = Array::new();
        own.push(format!("dep:{package}"));
        manifest["features"][name] = value(own);
        for feature in ["rustls", "native-tls", "schemars"] {
            if let Some(Item::Value(Value::Array(all))) = manifest["features"].get_mut(feature) {
                let mut entry = Value::from(format!("{package}?/{feature}"));
                // The list has a line for each.
                entry.decor_mut().set_prefix("\n    ");
                all.push_formatted(entry);
            }
        }
        let mut dependency = InlineTable::new();
        dependency.insert("workspace", true.into());
        dependency.insert("optional", true.into());
        manifest["dependencies"][package] = value(dependency);
        Ok(manifest.to_string())
    })?;
    change("crates/onboarding/src/lib.rs", &|text| {
        let module = name.replace('-', "_");
        let library = package.replace('-', "_");
        let entry = format!("#[cfg(feature = \"{name}\")]\n#[doc(inline)]\npub use {library} as {module};\n");
        let last = text.rfind("pub use onboarding_").ok_or_else(|| anyhow!("there is no vendor to write it behind"))?;
        let end = text.get(last..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| last + end + 1);
        Ok(format!("{}{entry}{}", &text[..end], &text[end..]))
    })?;
    Ok(changes)
}

/// What the crate has less of than the document, for a person.
fn losses(name: &str, curated: &Curated) -> String {
    let mut text = format!("# What the crate of {name} has less of than the published document\n\n");
    let _ = writeln!(
        text,
        "Written by `cargo xtask new-vendor`. {} of {} operations are methods.\n",
        curated.callable, curated.published
    );
    if curated.losses.is_empty() {
        text.push_str("Nothing is lost.\n");
    }
    for (construct, losses) in by_construct(&curated.losses) {
        let _ = writeln!(text, "## {construct}: {}\n", losses.len());
        for loss in losses.iter().take(LISTED) {
            let _ = writeln!(text, "- {}", shown(loss));
        }
        if let Some(others) = losses.len().checked_sub(LISTED).filter(|others| *others > 0) {
            let _ = writeln!(text, "- and {others} more");
        }
        text.push('\n');
    }
    format!("{}\n", text.trim_end())
}

fn by_construct(losses: &[Loss]) -> BTreeMap<&'static str, Vec<&Loss>> {
    let mut all: BTreeMap<&'static str, Vec<&Loss>> = BTreeMap::new();
    for loss in losses {
        all.entry(loss.construct).or_default().push(loss);
    }
    all
}

fn shown(loss: &Loss) -> String {
    visible(&format!("{} (line {}): {}", loss.place, loss.span.line, loss.message))
}

#[cfg(test)]
mod tests {
    use super::is_name;

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
