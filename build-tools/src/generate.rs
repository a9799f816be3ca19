//! The whole way: a vendor's texts in, the files of its crate out.

use std::collections::BTreeMap;

use crate::contract::Contract;
use crate::emit::{Unmeant, emit, surface};
use crate::lint::{Built, check};
use crate::output::OutputFile;
use crate::payloads::Payloads;
use crate::proof::{Proofs, prove};
use crate::report::Report;
use crate::spec::{Document, Finding, Loaded, MISTAKE, Severity, Span, VendorSources};
use crate::text::visible;

/// What generation gives for one vendor.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The files, sorted by path.
    pub files: Vec<OutputFile>,
    /// What is written beside the document, where it was taken as its vendor publishes it.
    pub beside: Vec<OutputFile>,
    /// What the linter warned of and what the passes changed.
    pub report: Report,
    /// What the interface is.
    pub contract: Contract,
    /// How much the generated proofs comprise.
    pub proofs: Proofs,
}

impl Generated {
    /// What the crate offers, as the texts of an outline that a person reviews: by name, such as `types/payments`.
    pub fn surface(&self) -> BTreeMap<String, String> {
        surface(&self.contract)
    }
}

/// Generates a vendor's crate. The findings are all that stand in the way, not only the first: those of [`lint`](crate::lint()).
pub fn generate(sources: &VendorSources) -> Result<Generated, Vec<Finding>> {
    let (document, beside) = match Document::of_vendor(sources) {
        Ok(Loaded { document, beside }) => (Ok(document), beside),
        Err(findings) => (Err(findings), Vec::new()),
    };
    Ok(Generated { beside, ..generate_loaded(sources, document)? })
}

/// The same from a document that was loaded already, or could not be.
pub(crate) fn generate_loaded(
    sources: &VendorSources,
    document: Result<Document, Vec<Finding>>,
) -> Result<Generated, Vec<Finding>> {
    let checked = check(sources, document);
    let Some(Built { changes, contract }) = checked.built else {
        return Err(checked.findings);
    };
    let allowed =
        checked.findings.iter().map(|finding| visible(&format!("{}: {}", finding.rule, finding.message))).collect();
    let report = Report { allowed, changes };
    let payloads = Payloads::new(sources);
    let proved = prove(&contract, &payloads);
    let files = emit(&contract, &payloads, &proved).map_err(|mistake| vec![unmeant(&mistake)])?;
    Ok(Generated { files, beside: Vec::new(), report, contract, proofs: proved.proofs })
}

/// A file that is not what was meant is a mistake of the generator, and reported for the file that was to be written. Without
/// positions of the parser, which cost every other build time, it has no better place than the beginning.
fn unmeant(mistake: &Unmeant) -> Finding {
    Finding {
        rule: MISTAKE,
        severity: Severity::Error,
        file: visible(&mistake.file),
        span: Span { line: 1, column: 1, ..Span::default() },
        pointer: String::new(),
        message: format!("this file is not what was meant: {}", visible(&mistake.how)),
        help: "Report this as a mistake of the generator.".to_owned(),
    }
}
