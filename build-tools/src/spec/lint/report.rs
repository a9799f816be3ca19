//! Where the rules report what they find.

use super::suggest;
use crate::spec::{Document, Finding, Span};

/// Collects findings about one document.
#[derive(Debug)]
pub(super) struct Report<'d> {
    pub(super) document: &'d Document,
    pub(super) findings: Vec<Finding>,
    /// What has been spent on suggestions.
    effort: usize,
}

impl<'d> Report<'d> {
    pub(super) fn new(document: &'d Document) -> Report<'d> {
        Report { document, findings: Vec::new(), effort: 0 }
    }

    /// The name among `candidates` that was probably meant by `name`.
    pub(super) fn nearest<'a>(&mut self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        suggest::nearest(name, candidates, &mut self.effort)
    }

    /// Reports something at `span`.
    pub(super) fn at(
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
    pub(super) fn pointed(
        &mut self,
        rule: &'static str,
        pointer: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.findings.push(self.document.finding(rule, pointer, message.into(), help.into()));
    }

    /// Reports something about a file other than the document.
    pub(super) fn other(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}
