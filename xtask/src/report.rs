//! Findings for people, as excerpts of the files that they are about.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::{env, io};

use build_tools::spec::{Finding, Severity, VendorSources};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

/// Whether colours reach a person: the stream is a terminal and `NO_COLOR` is not set.
pub(crate) fn wants_colour(stream: &impl io::IsTerminal) -> bool {
    stream.is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The findings as excerpts, with a line at the end that counts them.
pub(crate) fn render(findings: &[Finding], sources: &VendorSources, colour: bool) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(100).with_context_lines(2);
    let texts = texts(sources);
    let mut rendered = String::new();
    for finding in findings {
        let excerpt = Excerpt { finding, text: texts.get(finding.file.as_str()) };
        if handler.render_report(&mut rendered, &excerpt).is_err() {
            // Never lose a finding to its decoration.
            let _ = writeln!(rendered, "{finding}\n  help: {}", finding.help);
        }
        rendered.push('\n');
    }
    let _ = writeln!(rendered, "{}: {}", sources.name, count(findings));
    rendered
}

/// How many errors and warnings there are, in words.
pub(crate) fn count(findings: &[Finding]) -> String {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let words = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (errors, findings.len() - errors) {
        (0, 0) => "nothing found".to_owned(),
        (0, warnings) => words(warnings, "warning"),
        (errors, 0) => words(errors, "error"),
        (errors, warnings) => format!("{} and {}", words(errors, "error"), words(warnings, "warning")),
    }
}

fn texts(sources: &VendorSources) -> BTreeMap<&str, NamedSource<Arc<str>>> {
    [&sources.openapi, &sources.vendor_toml]
        .into_iter()
        .chain(&sources.documented)
        .chain(&sources.unsound)
        .chain(sources.examples.values())
        .map(|file| (file.path.as_str(), NamedSource::new(&file.path, Arc::from(file.text.as_str()))))
        .collect()
}

/// A finding in the form that miette shows.
#[derive(Debug)]
struct Excerpt<'a> {
    finding: &'a Finding,
    text: Option<&'a NamedSource<Arc<str>>>,
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.finding.message)
    }
}

impl std::error::Error for Excerpt<'_> {}

impl Diagnostic for Excerpt<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let Finding { rule, file, span, .. } = self.finding;
        Some(Box::new(format!("{rule} {file}:{}:{}", span.line, span.column)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.finding.help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        // miette has no excerpt of an empty file: the place above has to do.
        let text = self.text.filter(|text| !text.inner().is_empty())?;
        Some(text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source_code()?;
        let label = (!self.finding.pointer.is_empty()).then(|| self.finding.pointer.clone());
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(label, self.finding.span))))
    }
}
