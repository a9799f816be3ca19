//! Everything that is wrong with a vendor's documents, in one list: what the documents say, what `vendor.toml` says, and what only
//! shows when the contract is built. The contract is built of a document that has no error but in its names.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::contract::{self, Contract, Settings};
use crate::model::{Fault, Model};
use crate::passes::{self, Change};
use crate::spec::{self, Document, Finding, Severity, VendorSources};
use crate::text::visible;

/// All findings of a vendor at once, by file, line, column and rule. Without an error among them, [`generate`](crate::generate())
/// gives a crate.
pub fn lint(sources: &VendorSources) -> Vec<Finding> {
    check(sources, Document::of_vendor(sources).map(|loaded| loaded.document)).findings
}

/// What is wrong with a vendor's documents, and what is generated from them when there is no error.
pub(crate) struct Checked {
    pub(crate) findings: Vec<Finding>,
    pub(crate) built: Option<Built>,
}

/// A sound contract.
pub(crate) struct Built {
    /// What the passes changed.
    pub(crate) changes: Vec<Change>,
    pub(crate) contract: Contract,
}

/// The rules of names: where one is broken, the document can be read nevertheless.
const RULES_OF_NAMES: [&str; 7] = [
    "component-name-form",
    "duplicate-rust-name",
    "enum-value-collision",
    "enum-value-unnamed",
    "operation-id-form",
    "reserved-rust-name",
    "rust-name-form",
];

/// Checks everything, with the document as it was loaded, or why it could not be. Later stages need a document without errors;
/// mistakes in the other files do not keep them from looking at it.
pub(crate) fn check(sources: &VendorSources, document: Result<Document, Vec<Finding>>) -> Checked {
    let mut findings = spec::lint_loaded(sources, document.as_ref());
    // Names that meet keep nothing from being read, so that those that only the contract can see are found at once.
    let is_sound = |findings: &[Finding], file: &str| {
        let stands_in_the_way = |finding: &&Finding| {
            finding.severity == Severity::Error && finding.file == file && !RULES_OF_NAMES.contains(&finding.rule)
        };
        findings.iter().find(stands_in_the_way).is_none()
    };
    let mut settings = None;
    // What is no TOML has been reported already.
    if let Ok(document) = Document::load_toml(&sources.vendor_toml) {
        findings.extend(misnamed(&sources.name, &document));
        findings.extend(divided(sources, &document));
        match Settings::read(&document) {
            Ok(found) => settings = Some((found, document)),
            Err(mistakes) => findings.extend(mistakes),
        }
    }
    let mut built = None;
    if let Some(document) = document.ok().filter(|_| is_sound(&findings, &sources.openapi.path)) {
        match build(&document, settings, &sources.name) {
            Ok(found) => built = found,
            Err(mistakes) => {
                // What the linter has said already of a name is not said again.
                let known: BTreeSet<(&str, &str, usize)> = findings
                    .iter()
                    .filter(|finding| RULES_OF_NAMES.contains(&finding.rule))
                    .map(|finding| (finding.rule, finding.file.as_str(), finding.span.line))
                    .collect();
                let is_new = |mistake: &Finding| {
                    !RULES_OF_NAMES.contains(&mistake.rule)
                        || !known.contains(&(mistake.rule, mistake.file.as_str(), mistake.span.line))
                };
                let mistakes: Vec<Finding> = mistakes.into_iter().filter(is_new).collect();
                findings.extend(mistakes);
            }
        }
    }
    let findings = spec::in_order(findings);
    let built = built.filter(|_| findings.iter().all(|finding| finding.severity != Severity::Error));
    Checked { findings, built }
}

/// Builds the contract. Without settings there is none, but everything that prevents it is found nevertheless.
fn build(
    document: &Document,
    settings: Option<(Settings, Document)>,
    vendor: &str,
) -> Result<Option<Built>, Vec<Finding>> {
    let typed = |json: Value| {
        Model::new(json).map_err(|faults| {
            let finding = |fault: Fault| document.finding("unsupported", &fault.pointer, fault.message, fault.help);
            faults.into_iter().map(finding).collect::<Vec<_>>()
        })
    };
    let mut lowered = document.root.to_json();
    let curated = typed(lowered.clone())?;
    let changes = passes::run(&mut lowered)
        .map_err(|error| vec![document.finding("unsupported", &error.pointer, error.message, error.help)])?;
    let is_complete = settings.is_some();
    let (settings, places) =
        settings.map_or((Settings::default(), None), |(settings, places)| (settings, Some(places)));
    let contract = contract::build(document, curated, typed(lowered)?, settings, places.as_ref(), vendor)?;
    Ok(is_complete.then_some(Built { changes, contract }))
}

/// A curated document has what is wanted, and nothing else.
fn divided(sources: &VendorSources, settings: &Document) -> Option<Finding> {
    let has_patterns = settings.root.get("operations").is_some() && !sources.openapi.is_published();
    let message = || "a part of a curated document is taken".to_owned();
    let help = "Remove `operations`, and from the document what is not wanted.";
    has_patterns.then(|| settings.finding("vendor-settings", "/operations", message(), help.to_owned()))
}

/// The name of the vendor's directory is part of paths, of comments and of the crate's keywords.
fn misnamed(vendor: &str, settings: &Document) -> Option<Finding> {
    let is_name = vendor.starts_with(|first: char| first.is_ascii_alphanumeric())
        && vendor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let message = || format!("the vendor's directory is named `{}`", visible(vendor));
    let help = "Name the directory with letters, digits, `-` and `_`.";
    (!is_name).then(|| settings.finding("vendor-settings", "/package", message(), help.to_owned()))
}
