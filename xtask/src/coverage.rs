//! `cargo xtask coverage`: how much of what the vendors document is generated and proved by a test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use build_tools::contract::{Contract, Provenance};
use build_tools::output::OutputFile;
use build_tools::spec::{VendorSources, parse_yaml};
use build_tools::{Generated, Payloads};
use serde::{Deserialize, Serialize};

use xtask::markdown::{self, Replaced};
use xtask::workspace::{DOCUMENT, INVENTORY, SETTINGS, Workspace, files_in, read_text};
use xtask::{Status, report};

use crate::parallel;

/// The committed figures, in the directory of the documents.
const COMMITTED: &str = "coverage.toml";

/// Count how much of what the vendors document is generated and proved by a test
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask coverage              print the figures; fail when one is worse than in specs/coverage.toml
  cargo xtask coverage --check      fail, too, when specs/coverage.toml or the table in README.md is out of date
  cargo xtask coverage --write      bring both up to date

The exit code is 1 when a figure is worse, and 4 when it is only out of date.")]
pub(crate) struct Arguments {
    /// Fail when specs/coverage.toml or the table in README.md is out of date
    #[arg(long, conflicts_with = "write")]
    check: bool,

    /// Write specs/coverage.toml and the table in README.md
    #[arg(long)]
    write: bool,
}

impl Arguments {
    /// The check of everything that quotes the figures.
    pub(crate) fn check() -> Self {
        Self { check: true, write: false }
    }
}

/// What is counted for one vendor.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Figures {
    /// Operations and webhooks in `documented.yaml`.
    operations_documented: usize,
    /// Those of them that the document has, with the same method and path.
    operations_in_document: usize,
    /// Operations of the document for which the crate has a method, and webhooks for which it has a type.
    operations_generated: usize,
    /// Operations whose request is recorded in a snapshot; webhooks are never sent.
    operations_on_the_wire: usize,
    /// Payloads in `documented.yaml`.
    payloads_documented: usize,
    /// Payloads that a test decodes and encodes again.
    payloads_round_tripped: usize,
    /// Payloads that the vendor's own schema contradicts.
    payloads_unsound: usize,
    /// Statuses that the document declares, over all operations.
    statuses_declared: usize,
    /// Those of them that a test decodes.
    statuses_decoded: usize,
    /// Changed responses that a test decodes, of which the document says what comes of them.
    mutants_strict: usize,
    /// Changed responses that a test decodes to whatever fits.
    mutants_open: usize,
    /// Members and parameters that the document marks as sensitive.
    sensitive_marked: usize,
    /// Those of them for whose value a test looks wherever it could show.
    sensitive_covered: usize,
    /// Operations whose method and path the vendor states.
    provenance_stated: usize,
    /// Operations whose method or path another source has.
    provenance_restored: usize,
    /// Operations whose method or path is inferred.
    provenance_inferred: usize,
}

type Committed = BTreeMap<String, Figures>;

/// Counts, prints, and compares or writes.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Status> {
    let vendors = workspace.vendors(&[], &[DOCUMENT, INVENTORY, SETTINGS])?;
    let counted = parallel::for_each_vendor(&vendors, "counting", |vendor| count(workspace, vendor));
    let mut figures = Committed::new();
    let mut gaps = Vec::new();
    let mut status = Status::Fine;
    for (vendor, result) in counted {
        match result {
            Ok((found, missing)) => {
                gaps.extend(missing.into_iter().map(|gap| format!("{vendor}: {gap}")));
                figures.insert(vendor, found);
            }
            Err(error) => {
                eprintln!("error: {vendor}: {error:#}");
                status = Status::Broken;
            }
        }
    }
    let table = table(&figures);
    print!("{table}");
    for gap in &gaps {
        println!("{gap}");
    }
    if status == Status::Broken {
        return Ok(status);
    }

    let committed_path = workspace.specs.join(COMMITTED);
    let readme_path = workspace.root.join("README.md");
    if arguments.write {
        fs::write(&committed_path, committed_text(&figures)?)
            .with_context(|| format!("cannot write {}", committed_path.display()))?;
        Replaced::new(&readme_path, "coverage", &lasting_table(&figures))?.write()?;
        return Ok(Status::Fine);
    }
    let text = read_committed(&committed_path)?;
    let committed: Committed =
        toml::from_str(&text).with_context(|| format!("{} is not as `--write` makes it", committed_path.display()))?;
    for worse in worse(&figures, &committed) {
        println!("worse: {worse}");
        status = Status::Broken;
    }
    if arguments.check {
        let readme = Replaced::new(&readme_path, "coverage", &lasting_table(&figures))?;
        for (path, differs) in [(&committed_path, text != committed_text(&figures)?), (&readme_path, readme.differs())]
        {
            if differs {
                println!("{} is out of date", path.display());
                status = status.max(Status::OutOfDate);
            }
        }
    }
    if status != Status::Fine {
        println!("if this is meant, run `cargo xtask coverage --write`");
    }
    Ok(status)
}

fn read_committed(path: &Path) -> Result<String> {
    if !path.exists() {
        bail!("{} is not there yet: make it with `cargo xtask coverage --write`", path.display());
    }
    read_text(path)
}

fn committed_text(figures: &Committed) -> Result<String> {
    let tables = toml::to_string(figures).context("cannot write the figures as TOML")?;
    Ok(format!(
        "# Written by `cargo xtask coverage --write`. `cargo xtask coverage` fails when a figure gets worse than here.\n\n{tables}"
    ))
}

/// Each figure that is worse than the committed one, in words.
fn worse(figures: &Committed, committed: &Committed) -> Vec<String> {
    let mut found = Vec::new();
    for (vendor, before) in committed {
        let Some(now) = figures.get(vendor) else {
            found.push(format!("{vendor} is in {COMMITTED}, but there is no such vendor"));
            continue;
        };
        // Of these, more is better; the number of restored operations says nothing by itself.
        let at_least = [
            ("operations documented", before.operations_documented, now.operations_documented),
            ("operations in the document", before.operations_in_document, now.operations_in_document),
            ("operations generated", before.operations_generated, now.operations_generated),
            ("operations on the wire", before.operations_on_the_wire, now.operations_on_the_wire),
            ("payloads documented", before.payloads_documented, now.payloads_documented),
            ("payloads decoded and encoded again", before.payloads_round_tripped, now.payloads_round_tripped),
            ("statuses declared", before.statuses_declared, now.statuses_declared),
            ("statuses decoded", before.statuses_decoded, now.statuses_decoded),
            ("strict mutants", before.mutants_strict, now.mutants_strict),
            ("members marked as sensitive", before.sensitive_marked, now.sensitive_marked),
            ("sensitive members with a canary", before.sensitive_covered, now.sensitive_covered),
            ("operations whose path is stated", before.provenance_stated, now.provenance_stated),
        ];
        let at_most = [
            ("unsound payloads", before.payloads_unsound, now.payloads_unsound),
            ("operations whose path is inferred", before.provenance_inferred, now.provenance_inferred),
        ];
        let fewer = at_least.into_iter().filter(|(_, before, now)| now < before);
        let more = at_most.into_iter().filter(|(_, before, now)| now > before);
        found.extend(fewer.chain(more).map(|(what, before, now)| format!("{vendor}: {now} {what}, {before} before")));
    }
    found
}

/// `documented.yaml`: what the vendor documents.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inventory {
    operations: Vec<Documented>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Documented {
    operation: String,
    #[serde(default)]
    webhook: bool,
    method: Option<String>,
    path: Option<String>,
    #[serde(default)]
    statuses: Vec<String>,
    #[serde(default)]
    payloads: Vec<String>,
}

/// Counts one vendor; the lines say what is documented and missing.
fn count(workspace: &Workspace, vendor: &str) -> Result<(Figures, Vec<String>)> {
    let sources = workspace.read_vendor(vendor)?;
    let Generated { contract, files, proofs, .. } = build_tools::generate(&sources).map_err(|findings| {
        eprint!(
            "{}",
            report::render(&findings, &sources, report::wants_colour(&io::stderr()), report::Shown::default())
        );
        anyhow!("its documents have mistakes, see above")
    })?;
    let inventory = inventory(&sources)?;
    let package = workspace.root.join("crates").join(&contract.settings.package.name);
    let mut figures = Figures::default();
    let mut gaps = Vec::new();
    count_operations(&contract, &inventory, &package, &mut figures, &mut gaps)?;
    count_payloads(&sources, &inventory, &package, &mut figures, &mut gaps)?;
    count_statuses(&contract, &inventory, &package, &mut figures, &mut gaps)?;
    let table = is_up_to_date(workspace, &files, "proofs.txt", &mut gaps)?
        && is_up_to_date(workspace, &files, "bodies.rs", &mut gaps)?;
    if table && is_up_to_date(workspace, &files, "mutations.rs", &mut gaps)? {
        figures.mutants_strict = proofs.mutants_strict;
        figures.mutants_open = proofs.mutants_open;
    }
    figures.sensitive_marked = proofs.sensitive;
    if table && is_up_to_date(workspace, &files, "canaries.rs", &mut gaps)? {
        figures.sensitive_covered = proofs.sensitive - proofs.uncovered.len();
    }
    gaps.extend(proofs.uncovered.iter().map(|name| format!("{name} is marked as sensitive, but has no canary")));
    gaps.extend(proofs.unreached.iter().map(|member| format!("{member} is in no response that is changed")));
    Ok((figures, gaps))
}

fn inventory(sources: &VendorSources) -> Result<Inventory> {
    let file = sources
        .documented
        .as_ref()
        .ok_or_else(|| anyhow!("documented.yaml is missing: list there what the vendor documents"))?;
    let root = parse_yaml(file).map_err(|findings| {
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        anyhow!("{}", lines.join("; "))
    })?;
    serde_json::from_value(root.to_json())
        .with_context(|| format!("{} is not as specs/README.md describes it", file.path))
}

fn count_operations(
    contract: &Contract,
    inventory: &Inventory,
    package: &Path,
    figures: &mut Figures,
    gaps: &mut Vec<String>,
) -> Result<()> {
    let methods = read_all(&package.join("src/generated/operations"))?;
    for documented in &inventory.operations {
        figures.operations_documented += 1;
        let in_document = if documented.webhook {
            contract.webhooks.iter().any(|webhook| webhook.id == documented.operation)
        } else {
            contract.operations.iter().any(|operation| {
                operation.id == documented.operation
                    && documented.method.as_deref() == Some(operation.method.as_str())
                    && documented.path.as_deref() == Some(&operation.path)
            })
        };
        if in_document {
            figures.operations_in_document += 1;
        } else {
            gaps.push(format!(
                "{} is documented, but not in the document with that method and path",
                documented.operation
            ));
        }
    }
    // A webhook is not called: what is generated for it is the type of its body.
    let types = read_all(&package.join("src/generated/types"))?;
    for webhook in &contract.webhooks {
        let body = webhook.body.named().unwrap_or_default();
        if [format!("pub enum {body} {{"), format!("pub struct {body} {{")].iter().any(|text| types.contains(text)) {
            figures.operations_generated += 1;
        } else {
            gaps.push(format!("{} has no type", webhook.id));
        }
    }
    for operation in &contract.operations {
        let name = &operation.method_name;
        if methods.contains(&format!("pub fn {name}(")) {
            figures.operations_generated += 1;
        } else {
            gaps.push(format!("{name} has no method"));
        }
        if package.join("tests/snapshots").join(format!("{name}.snap")).is_file() {
            figures.operations_on_the_wire += 1;
        } else {
            gaps.push(format!("{name} has no snapshot of its request"));
        }
        match operation.provenance {
            Provenance::Stated => figures.provenance_stated += 1,
            Provenance::Restored => figures.provenance_restored += 1,
            Provenance::Inferred(_) => figures.provenance_inferred += 1,
        }
    }
    Ok(())
}

fn count_payloads(
    sources: &VendorSources,
    inventory: &Inventory,
    package: &Path,
    figures: &mut Figures,
    gaps: &mut Vec<String>,
) -> Result<()> {
    let payloads = Payloads::new(sources);
    let tests = read_if_there(&package.join("tests/generated/payloads.rs"))?;
    figures.payloads_unsound = payloads.unsound_count();
    for documented in &inventory.operations {
        for side in &documented.payloads {
            figures.payloads_documented += 1;
            // The success that the page shows is `response`; another status has its code behind.
            let name = format!("{}.{side}", documented.operation);
            if !sources
                .examples
                .keys()
                .any(|file| *file == format!("{name}.json") || file.starts_with(&format!("{name}.")))
            {
                gaps.push(format!("the payload {name} is documented, but not under examples/"));
            }
        }
    }
    for (name, _) in payloads.sound() {
        if tests.contains(&format!("/{name}.json\"")) {
            figures.payloads_round_tripped += 1;
        } else {
            gaps.push(format!("the payload {name} has no test"));
        }
    }
    Ok(())
}

fn count_statuses(
    contract: &Contract,
    inventory: &Inventory,
    package: &Path,
    figures: &mut Figures,
    gaps: &mut Vec<String>,
) -> Result<()> {
    let decoded = decoded_statuses(&read_if_there(&package.join("tests/generated/statuses.rs"))?);
    for operation in &contract.operations {
        let declared = operation.statuses.len();
        let tested = decoded.get(&operation.method_name).copied().unwrap_or_default().min(declared);
        figures.statuses_declared += declared;
        figures.statuses_decoded += tested;
        if tested < declared {
            gaps.push(format!("{}: {tested} of {declared} statuses are decoded in a test", operation.method_name));
        }
        let codes: BTreeSet<&str> = operation.statuses.iter().map(|status| status.code.as_str()).collect();
        let documented = inventory.operations.iter().filter(|documented| documented.operation == operation.id);
        for status in documented.flat_map(|documented| &documented.statuses) {
            if !codes.contains(status.as_str()) {
                gaps.push(format!("{}: the status {status} is documented, but not declared", operation.method_name));
            }
        }
    }
    Ok(())
}

/// Whether a generated test is on disk as it would be generated: only then does it prove what was counted.
fn is_up_to_date(workspace: &Workspace, files: &[OutputFile], name: &str, gaps: &mut Vec<String>) -> Result<bool> {
    let end = format!("/tests/generated/{name}");
    let file = files.iter().find(|file| file.path.ends_with(&end)).ok_or_else(|| anyhow!("{name} is not generated"))?;
    let same = read_if_there(&workspace.root.join(&file.path))? == file.contents;
    if !same {
        gaps.push(format!("{} is not as `cargo xtask generate` makes it", file.path));
    }
    Ok(same)
}

/// How many statuses each test function of `statuses.rs` decodes, by its name.
fn decoded_statuses(tests: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut function = "";
    for line in tests.lines().map(str::trim_start) {
        if let Some(rest) = line.strip_prefix("async fn ") {
            function = rest.split('(').next().unwrap_or_default();
        } else if line.starts_with("expect_success!(") || line.starts_with("expect_error!(") {
            *counts.entry(function.to_owned()).or_default() += 1;
        }
    }
    counts
}

fn read_if_there(path: &Path) -> Result<String> {
    if path.exists() { read_text(path) } else { Ok(String::new()) }
}

fn read_all(directory: &Path) -> Result<String> {
    let mut text = String::new();
    for path in files_in(directory)? {
        text.push_str(&read_if_there(&path)?);
    }
    Ok(text)
}

const COLUMNS: usize = 17;

/// The columns of the table.
const HEADING: [&str; COLUMNS] = [
    "vendor",
    "operations",
    "described",
    "generated",
    "on the wire",
    "payloads",
    "proved",
    "unsound",
    "statuses",
    "decoded",
    "mutants-strict",
    "mutants-open",
    "sensitive",
    "watched",
    "paths stated",
    "restored",
    "inferred",
];

/// The columns of the table in README.md: those that do not change with every member of a document.
const LASTING: [usize; 13] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15, 16];

fn table(figures: &Committed) -> String {
    markdown::table(HEADING, &rows(figures))
}

/// The table of README.md.
fn lasting_table(figures: &Committed) -> String {
    let rows: Vec<_> = rows(figures).iter().map(|row| LASTING.map(|column| row[column].clone())).collect();
    markdown::table(LASTING.map(|column| HEADING[column]), &rows)
}

fn rows(figures: &Committed) -> Vec<[String; COLUMNS]> {
    let mut rows: Vec<_> = figures.iter().map(|(vendor, figures)| row(vendor, figures)).collect();
    let all = figures.values().fold(Figures::default(), Figures::plus);
    rows.push(row("all", &all));
    rows
}

fn row(vendor: &str, figures: &Figures) -> [String; COLUMNS] {
    [
        vendor.to_owned(),
        figures.operations_documented.to_string(),
        figures.operations_in_document.to_string(),
        figures.operations_generated.to_string(),
        figures.operations_on_the_wire.to_string(),
        figures.payloads_documented.to_string(),
        figures.payloads_round_tripped.to_string(),
        figures.payloads_unsound.to_string(),
        figures.statuses_declared.to_string(),
        figures.statuses_decoded.to_string(),
        figures.mutants_strict.to_string(),
        figures.mutants_open.to_string(),
        figures.sensitive_marked.to_string(),
        figures.sensitive_covered.to_string(),
        figures.provenance_stated.to_string(),
        figures.provenance_restored.to_string(),
        figures.provenance_inferred.to_string(),
    ]
}

impl Figures {
    fn plus(self, other: &Self) -> Self {
        Self {
            operations_documented: self.operations_documented + other.operations_documented,
            operations_in_document: self.operations_in_document + other.operations_in_document,
            operations_generated: self.operations_generated + other.operations_generated,
            operations_on_the_wire: self.operations_on_the_wire + other.operations_on_the_wire,
            payloads_documented: self.payloads_documented + other.payloads_documented,
            payloads_round_tripped: self.payloads_round_tripped + other.payloads_round_tripped,
            payloads_unsound: self.payloads_unsound + other.payloads_unsound,
            statuses_declared: self.statuses_declared + other.statuses_declared,
            statuses_decoded: self.statuses_decoded + other.statuses_decoded,
            mutants_strict: self.mutants_strict + other.mutants_strict,
            mutants_open: self.mutants_open + other.mutants_open,
            sensitive_marked: self.sensitive_marked + other.sensitive_marked,
            sensitive_covered: self.sensitive_covered + other.sensitive_covered,
            provenance_stated: self.provenance_stated + other.provenance_stated,
            provenance_restored: self.provenance_restored + other.provenance_restored,
            provenance_inferred: self.provenance_inferred + other.provenance_inferred,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Committed, Figures, decoded_statuses, worse};

    #[test]
    fn only_what_is_worse_is_told() {
        let before = Figures { operations_generated: 3, provenance_inferred: 1, ..Figures::default() };
        let now = Figures { operations_generated: 2, provenance_inferred: 0, ..Figures::default() };
        let committed = Committed::from([("x".to_owned(), before), ("gone".to_owned(), before)]);
        let told = worse(&Committed::from([("x".to_owned(), now)]), &committed);
        assert_eq!(
            told,
            ["gone is in coverage.toml, but there is no such vendor", "x: 2 operations generated, 3 before"]
        );
    }

    #[test]
    fn statuses_are_counted_by_test() {
        let tests = "async fn a() {\n    expect_success!(call);\n    expect_error!(call);\n}\nasync fn b() {\n}\n";
        let counts = decoded_statuses(tests);
        assert_eq!(counts.get("a"), Some(&2));
        assert_eq!(counts.get("b"), None);
    }
}
