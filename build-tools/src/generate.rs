//! The whole way: a vendor's texts in, the files of its crate out.

use std::ops::Range;
use std::path::Path;

use crate::contract::{self, Contract, Settings};
use crate::emit::{emit, surface};
use crate::output::OutputFile;
use crate::passes;
use crate::payloads::Payloads;
use crate::proof::{Proofs, prove};
use crate::spec::{Document, Finding, Severity, Span, VendorSources, lint};
use crate::text::visible;

/// What generation gives for one vendor.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The files, sorted by path.
    pub files: Vec<OutputFile>,
    /// What the linter warned of and what the passes changed, a line each.
    pub report: Vec<String>,
    /// What the interface is.
    pub contract: Contract,
    /// How much the generated proofs comprise.
    pub proofs: Proofs,
}

impl Generated {
    /// What the crate offers, a line each.
    pub fn surface(&self) -> String {
        surface(&self.contract)
    }
}

/// Generates a vendor's crate. The findings are all that stand in the way, not only the first.
pub fn generate(sources: &VendorSources) -> Result<Generated, Vec<Finding>> {
    let findings = lint(sources);
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(findings);
    }
    let mut report: Vec<String> =
        findings.iter().map(|finding| format!("allowed: {}: {}", finding.rule, finding.message)).collect();
    let document = Document::load(&sources.openapi)?;
    let settings = settings(sources)?;
    let mut lowered = document.root.to_json();
    report.extend(
        passes::run(&mut lowered)
            .map_err(|error| vec![document.finding("unsupported", &error.pointer, error.message, error.help)])?,
    );
    let report = report.iter().map(|line| visible(line)).collect();
    let contract = contract::build(&document, lowered, settings, &sources.name)?;
    let payloads = Payloads::new(sources);
    let proved = prove(&contract, &payloads);
    let files = emit(&contract, &payloads, &proved);
    for file in files.iter().filter(|file| Path::new(&file.path).extension().is_some_and(|extension| extension == "rs"))
    {
        if let Err(error) = syn::parse_file(&file.contents) {
            let message = format!("{} would not be valid Rust: {error}", file.path);
            return Err(vec![document.finding(
                "invalid-output",
                "",
                message,
                "report this as a mistake of the generator".to_owned(),
            )]);
        }
    }
    Ok(Generated { files, report, contract, proofs: proved.proofs })
}

/// Reads `vendor.toml`.
fn settings(sources: &VendorSources) -> Result<Settings, Vec<Finding>> {
    let text = &sources.vendor_toml.text;
    let finding = |range: Range<usize>, message: String| {
        let before = text.get(..range.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Finding {
            rule: "vendor-settings",
            severity: Severity::Error,
            file: sources.vendor_toml.path.clone(),
            span: Span { start: range.start, end: range.end, line, column },
            pointer: String::new(),
            message,
            help: "correct the entry; `specs/README.md` lists what `vendor.toml` may hold".to_owned(),
        }
    };
    let settings: Settings = toml::from_str(text)
        .map_err(|error| vec![finding(error.span().unwrap_or(0..0), error.message().to_owned())])?;
    let mistakes = settings.mistakes();
    if mistakes.is_empty() {
        return Ok(settings);
    }
    let findings = mistakes.into_iter().map(|mistake| {
        let start = text.find(&mistake.place).unwrap_or(0);
        finding(start..start + mistake.place.len(), mistake.message)
    });
    Err(findings.collect())
}
