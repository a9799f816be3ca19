//! Everything that is wrong with a vendor's document, at once.
//!
//! [`mod@walk`] goes over the document once along the table in [`grammar`], reports what does not fit and lists every
//! object. The rules are in modules by subject (names, operations, schemas, …): they look at the listed objects through [`Context`]
//! and never stop at the first mistake. `rules` is the table of all of them.

mod composition;
mod context;
mod descriptions;
mod examples;
mod forms;
mod grammar;
mod names;
mod operations;
mod parameters;
mod prose;
mod references;
mod report;
mod rules;
mod schemas;
mod security;
mod sensitive;
mod suggest;
mod unions;
mod unused;
mod validation;
mod values;
mod walk;

use std::collections::BTreeSet;

pub(crate) use self::examples::unsound_payloads;
pub(super) use self::rules::severity;
pub use self::rules::{RULES, Rule};
pub use self::validation::{Direction, SchemaSet, Violation};

use self::composition::{MAX_ALL_MEMBERS, MAX_MEMBERS, overfull};
use self::{context::Context, grammar::Kind, report::Report};
use super::pointer::join;
use super::{Document, Finding, VendorSources};

/// All findings about what the vendor's document and the files beside it say, in order. [`crate::lint()`] adds what only later
/// stages can tell.
pub fn lint(sources: &VendorSources) -> Vec<Finding> {
    let document = Document::of_vendor(sources).map(|loaded| loaded.document);
    in_order(lint_loaded(sources, document.as_ref()))
}

/// The same, in any order, of a document that was loaded already, or could not be.
pub(crate) fn lint_loaded(sources: &VendorSources, document: Result<&Document, &Vec<Finding>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(documented) = &sources.documented {
        match Document::load(documented) {
            Ok(documented) => findings.extend(walked(&documented, Kind::Inventory)),
            Err(mistakes) => findings.extend(mistakes),
        }
    }
    let settings = match Document::load_toml(&sources.vendor_toml) {
        Ok(settings) => Some(settings),
        Err(mistakes) => {
            findings.extend(mistakes);
            None
        }
    };
    match document {
        Ok(document) => findings.extend(lint_document(sources, document, settings.as_ref())),
        Err(mistakes) => findings.extend_from_slice(mistakes),
    }
    findings
}

/// Every key of a document or of a file beside it that holds text, for tests that go through all of them.
pub fn text_keys() -> BTreeSet<&'static str> {
    grammar::text_keys()
}

/// What does not have the form of a `vendor.toml`.
pub(crate) fn lint_settings(settings: &Document) -> Vec<Finding> {
    walked(settings, Kind::Settings)
}

/// Findings by file, line, column and rule, each once.
pub(crate) fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|left, right| {
        (&left.file, left.span, left.rule, &left.pointer).cmp(&(&right.file, right.span, right.rule, &right.pointer))
    });
    findings.dedup();
    findings
}

/// Every keyword that a document may have, by the kind of object that has it: `("Schema", "maxLength")`. What is refused by name is
/// left out.
pub fn accepted_keywords() -> impl Iterator<Item = (String, &'static str)> {
    grammar::accepted()
}

/// What in a file does not fit the grammar of its root.
fn walked(document: &Document, kind: Kind) -> Vec<Finding> {
    let mut report = Report::new(document);
    walk::walk(document, kind, &mut report);
    report.findings
}

fn lint_document(sources: &VendorSources, document: &Document, settings: Option<&Document>) -> Vec<Finding> {
    let mut report = Report::new(document);
    let sites = walk::walk(document, Kind::Document, &mut report);
    // What would be too much to write out would be too much to look at.
    if let Some(name) = overfull(document) {
        let message = format!(
            "`{name}` gets more than {MAX_MEMBERS} members by `allOf`, or all objects get more than {MAX_ALL_MEMBERS} together"
        );
        let help = "Refer to what is joined by a member, or split the document.";
        report.pointed("unsupported", &join("/components/schemas", &name), message, help);
        return report.findings;
    }
    let context = Context::new(document, sites);
    references::check(&context, &mut report);
    names::check(&context, &mut report);
    operations::check(&context, &mut report);
    parameters::check(&context, &mut report);
    forms::check(&context, &mut report);
    security::check(&context, settings, &mut report);
    schemas::check(&context, &mut report);
    values::check(&context, &mut report);
    unions::check(&context, &mut report);
    descriptions::check(&context, &mut report);
    // Prose and names of what is published are the vendor's; what the names suggest has been marked.
    if !document.file.is_published() {
        prose::check(&context, settings, &mut report);
        sensitive::check(&context, &mut report);
    }
    unused::check(&context, settings, &mut report);
    examples::check(&context, sources, &mut report);
    report.findings
}
