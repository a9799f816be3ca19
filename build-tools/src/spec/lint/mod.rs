//! Everything that is wrong with a vendor's document, at once.
//!
//! [`mod@walk`] goes over the document once along the table in [`grammar`], reports what does not fit and lists every
//! object. Each other module holds the rules of one subject: they look at the listed objects through [`Context`] and
//! never stop at the first mistake.

mod context;
mod descriptions;
mod examples;
mod grammar;
mod names;
mod operations;
mod parameters;
mod references;
mod rules;
mod schemas;
mod security;
mod sensitive;
mod suggest;
mod unions;
mod unused;
mod values;
mod walk;

use toml::Table;

pub use self::rules::{RULES, Rule};

use self::context::Context;
use super::{Document, Finding, Severity, SourceFile, Span, VendorSources, parse_yaml, yaml::Positions};

/// All findings of a vendor at once, sorted by file, line, column and rule.
pub fn lint(sources: &VendorSources) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(documented) = &sources.documented
        && let Err(mistakes) = parse_yaml(documented)
    {
        findings.extend(mistakes);
    }
    let vendor = match toml::from_str(&sources.vendor_toml.text) {
        Ok(table) => table,
        Err(error) => {
            findings.push(not_toml(&sources.vendor_toml, &error));
            Table::new()
        }
    };
    match Document::load(&sources.openapi) {
        Ok(document) => findings.extend(lint_document(sources, &document, &vendor)),
        Err(mistakes) => findings.extend(mistakes),
    }
    findings.sort_by(|left, right| {
        (&left.file, left.span, left.rule, &left.pointer).cmp(&(&right.file, right.span, right.rule, &right.pointer))
    });
    findings.dedup();
    findings
}

/// The severity of the rule with this id.
pub(crate) fn severity(id: &str) -> Severity {
    RULES.iter().find(|rule| rule.id == id).map_or(Severity::Error, |rule| rule.severity)
}

fn lint_document(sources: &VendorSources, document: &Document, vendor: &Table) -> Vec<Finding> {
    let mut report = Report { document, findings: Vec::new() };
    let context = Context::new(document, walk::walk(document, &mut report));
    references::check(&context, &mut report);
    names::check(&context, &mut report);
    operations::check(&context, &mut report);
    parameters::check(&context, &mut report);
    security::check(&context, &mut report);
    schemas::check(&context, &mut report);
    values::check(&context, &mut report);
    unions::check(&context, &mut report);
    descriptions::check(&context, &mut report);
    sensitive::check(&context, &mut report);
    unused::check(&context, vendor, &mut report);
    examples::check(&context, sources, &mut report);
    report.findings
}

/// Collects findings about one document.
#[derive(Debug)]
struct Report<'d> {
    document: &'d Document,
    findings: Vec<Finding>,
}

impl Report<'_> {
    /// Reports something at `span`.
    fn at(
        &mut self,
        rule: &'static str,
        span: Span,
        pointer: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let file = &self.document.file.path;
        self.findings.push(Finding::new(rule, file, span, pointer, message.into(), help.into()));
    }

    /// Reports something at the place that `pointer` leads to.
    fn pointed(&mut self, rule: &'static str, pointer: &str, message: impl Into<String>, help: impl Into<String>) {
        self.findings.push(self.document.finding(rule, pointer, message.into(), help.into()));
    }

    /// Reports something about a file other than the document.
    fn other(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

fn not_toml(file: &SourceFile, error: &toml::de::Error) -> Finding {
    let range = error.span().unwrap_or_default();
    let span = Positions::new(&file.text).span_of_bytes(range.start, range.end);
    let message = format!("this is not TOML: {}", error.message());
    let help = "Mend the text; strings stand in quotes, and a key is given once.".to_owned();
    Finding::new("syntax", &file.path, span, "", message, help)
}
