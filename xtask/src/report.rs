//! Findings for people, as excerpts of the files that they are about. Time and output are linear in the findings that are shown: the
//! lines of a file are found once, an excerpt is a few lines of bounded width, and only so many findings are shown.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::{env, io};

use build_tools::spec::{Finding, Severity, Span, VendorSources, elided};
use build_tools::text::{visible, visible_in_place};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

/// How many findings of a vendor are shown unless all are asked for.
const SHOWN: usize = 100;

/// How many lines are shown before and behind the one of a finding.
const CONTEXT: usize = 2;

/// How many characters of a line are shown, and how many of them before the place of the finding.
const WIDTH: usize = 160;
const BEFORE: usize = 60;

/// How long the pointer beside an excerpt may be, in characters.
const POINTER: usize = 160;

/// How many findings are shown.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Shown {
    /// Show every finding, not only the first hundred of each vendor
    #[arg(long)]
    all: bool,
}

/// Whether colours reach a person: the stream is a terminal and `NO_COLOR` is not set.
pub fn wants_colour(stream: &impl io::IsTerminal) -> bool {
    stream.is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The findings as excerpts, errors first where not all are shown, with a line at the end that counts them.
pub fn render(findings: &[Finding], sources: &VendorSources, colour: bool, shown: Shown) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler =
        GraphicalReportHandler::new_themed(theme).with_links(false).with_width(100).with_context_lines(CONTEXT);
    let files = files(sources);
    let limit = if shown.all { findings.len() } else { SHOWN };
    let mut first: Vec<&Finding> = findings.iter().collect();
    if first.len() > limit {
        // Stable: within each severity the order stays.
        first.sort_by_key(|finding| finding.severity);
        first.truncate(limit);
    }
    let mut rendered = String::new();
    for finding in first {
        let excerpt = Excerpt::new(finding, files.get(finding.file.as_str()));
        if handler.render_report(&mut rendered, &excerpt).is_err() {
            // Never lose a finding to its decoration.
            let _ = writeln!(rendered, "{finding}\n  help: {}", finding.help);
        }
        rendered.push('\n');
    }
    if findings.len() > limit {
        let rest = findings.len() - limit;
        let _ = writeln!(rendered, "{}: … and {rest} more: give `--all` to see them", sources.name);
    }
    let _ = writeln!(rendered, "{}: {}", sources.name, count(findings));
    rendered
}

/// How many errors and warnings there are, in words.
pub fn count(findings: &[Finding]) -> String {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let words = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (errors, findings.len() - errors) {
        (0, 0) => "nothing found".to_owned(),
        (0, warnings) => words(warnings, "warning"),
        (errors, 0) => words(errors, "error"),
        (errors, warnings) => format!("{} and {}", words(errors, "error"), words(warnings, "warning")),
    }
}

/// A file whose lines have been found.
struct File<'a> {
    path: &'a str,
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl File<'_> {
    /// The text of a line, counted from 0, without what ends it; `None` behind the last.
    fn line(&self, number: usize) -> Option<&str> {
        let start = *self.lines.get(number)?;
        let end = self.lines.get(number + 1).copied().unwrap_or(self.text.len());
        self.text.get(start..end).map(|line| line.trim_end_matches(['\n', '\r']))
    }
}

fn files(sources: &VendorSources) -> BTreeMap<&str, File<'_>> {
    [&sources.openapi, &sources.vendor_toml]
        .into_iter()
        .chain(&sources.overlay)
        .chain(&sources.documented)
        .chain(&sources.unsound)
        .chain(sources.examples.values())
        .map(|file| {
            let begins = file.text.match_indices('\n').map(|(end, _)| end + 1);
            let lines = std::iter::once(0).chain(begins).collect();
            (file.path.as_str(), File { path: &file.path, text: &file.text, lines })
        })
        .collect()
}

/// A finding in the form that miette shows, with the few lines that it shows of the file.
#[derive(Debug)]
struct Excerpt<'a> {
    finding: &'a Finding,
    lines: Option<Lines>,
}

/// Some lines of a file, safe to print and of bounded width.
#[derive(Debug)]
struct Lines {
    path: String,
    text: String,
    /// The number of the first line, from 0.
    first: usize,
    /// Where the finding is within the text.
    label: SourceSpan,
    /// Where it is in the file.
    span: Span,
}

impl<'a> Excerpt<'a> {
    fn new(finding: &'a Finding, file: Option<&File<'_>>) -> Self {
        Self { finding, lines: file.and_then(|file| Lines::new(finding.span, file)) }
    }
}

impl Lines {
    /// `None` for what is not in the file; of an empty file there is nothing to show.
    fn new(span: Span, file: &File<'_>) -> Option<Self> {
        if file.text.is_empty() {
            return None;
        }
        let own = span.line.checked_sub(1)?;
        let first = own.saturating_sub(CONTEXT);
        let mut text = String::new();
        let mut label = SourceSpan::from((0, 0));
        for number in first..=own + CONTEXT {
            let Some(line) = file.line(number) else {
                break;
            };
            if number == own {
                let start = file.lines.get(own).copied().unwrap_or_default();
                let from = span.start.saturating_sub(start).min(line.len());
                let to = span.end.saturating_sub(start).clamp(from, line.len());
                let (shown, from, to) = narrowed(line, from, to);
                label = SourceSpan::from((text.len() + from, to - from));
                text.push_str(&shown);
            } else {
                text.push_str(&narrowed(line, 0, 0).0);
            }
            text.push('\n');
        }
        Some(Self { path: visible(file.path), text, first, label, span })
    }
}

/// A line of bounded width around a range of it, and where the range is then.
fn narrowed(line: &str, from: usize, to: usize) -> (String, usize, usize) {
    let (before, rest) = line.split_at_checked(from).unwrap_or((line, ""));
    let (marked, after) = rest.split_at_checked(to - from).unwrap_or((rest, ""));
    let mut shown = String::new();
    let skipped: Vec<char> = before.chars().rev().take(BEFORE + 1).collect();
    if skipped.len() > BEFORE {
        shown.push('…');
    }
    let near: String = skipped.iter().take(BEFORE).rev().collect();
    shown.push_str(&visible_in_place(&near));
    let from = shown.len();
    let room = WIDTH.saturating_sub(BEFORE.min(skipped.len()));
    let short: String = marked.chars().take(room).collect();
    shown.push_str(&visible_in_place(&short));
    let to = shown.len();
    let room = room.saturating_sub(short.chars().count());
    let next: String = after.chars().take(room).collect();
    shown.push_str(&visible_in_place(&next));
    if short.len() < marked.len() || next.len() < after.len() {
        shown.push('…');
    }
    (shown, from, to)
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
        Some(Box::new(format!("{rule} {}:{}:{}", visible(file), span.line, span.column)))
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
        self.lines.as_ref().map(|lines| -> &dyn SourceCode { lines })
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let lines = self.lines.as_ref()?;
        let pointer = &self.finding.pointer;
        let label = (!pointer.is_empty()).then(|| elided(&visible(pointer), POINTER));
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(label, lines.label))))
    }
}

impl SourceCode for Lines {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        before: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Without context, it is the place for the headline that is asked for.
        let (line, column) =
            if before == 0 { (self.span.line - 1, self.span.column.saturating_sub(1)) } else { (self.first, 0) };
        let all = SourceSpan::from((0, self.text.len()));
        let count = self.text.lines().count();
        let contents = MietteSpanContents::new_named(self.path.clone(), self.text.as_bytes(), all, line, column, count);
        Ok(Box::new(contents))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use build_tools::spec::{Finding, Severity, SourceFile, Span, VendorSources};

    use super::{SHOWN, Shown, render};

    fn sources(text: String) -> VendorSources {
        VendorSources {
            name: "acme".to_owned(),
            openapi: SourceFile { path: "openapi.yaml".to_owned(), text },
            vendor_toml: SourceFile { path: "vendor.toml".to_owned(), text: String::new() },
            overlay: None,
            documented: None,
            examples: BTreeMap::new(),
            unsound: None,
        }
    }

    fn finding(severity: Severity, start: usize, end: usize, line: usize, column: usize) -> Finding {
        Finding {
            rule: "unknown-key",
            severity,
            file: "openapi.yaml".to_owned(),
            span: Span { start, end, line, column },
            pointer: "/a".to_owned(),
            message: format!("wrong on line {line}"),
            help: "Write it.".to_owned(),
        }
    }

    #[test]
    fn the_place_is_that_of_the_file_and_the_excerpt_is_around_it() {
        let text = "one: 1\ntwo: 2\nthree: 3\nfour: ä 4\nfive: 5\nsix: 6\nseven: 7\n";
        let start = text.find('ä').expect("it is there");
        let sources = sources(text.to_owned());
        let rendered = render(&[finding(Severity::Error, start, start + 2, 4, 7)], &sources, false, Shown::default());
        assert!(rendered.contains("unknown-key openapi.yaml:4:7"), "{rendered}");
        assert!(rendered.contains("[openapi.yaml:4:7]"), "{rendered}");
        assert!(rendered.contains(" 2 │ two: 2\n 3 │ three: 3\n 4 │ four: ä 4\n   ·       ┬\n"), "{rendered}");
        assert!(rendered.contains(" 6 │ six: 6\n") && !rendered.contains("seven"), "{rendered}");
    }

    #[test]
    fn a_line_of_any_length_is_shown_around_the_place() {
        let text = format!("{}HERE{}\n", "ä".repeat(5_000_000), "x".repeat(5_000_000));
        let findings = vec![finding(Severity::Error, 10_000_000, 10_000_004, 1, 5_000_001); 50];
        let rendered = render(&findings, &sources(text), false, Shown::default());
        assert_eq!(rendered.matches(&format!("…{}HERE", "ä".repeat(60))).count(), 50);
        assert!(rendered.len() < 50 * 4_000, "{}", rendered.len());
    }

    #[test]
    fn nothing_of_a_file_reaches_the_terminal_as_a_command() {
        let sources = sources("a: \u{1b}[2Jb\u{9b}31m\u{202e}c\u{7}\r\n".to_owned());
        let rendered = render(&[finding(Severity::Error, 3, 4, 1, 4)], &sources, false, Shown::default());
        let hidden = |other: &char| other.is_control() && *other != '\n' || *other == '\u{202e}';
        assert_eq!(rendered.chars().find(hidden), None, "{rendered:?}");
        assert!(rendered.contains("a: ?[2Jb\u{b7}31m\u{fffd}c?"), "{rendered}");
    }

    #[test]
    fn only_so_many_findings_are_shown_and_the_rest_is_counted() {
        let text = (0..50_000).map(|number| format!("key{number}: 1\n")).collect::<Vec<_>>().concat();
        let mut findings: Vec<Finding> = (1..=48_733).map(|line| finding(Severity::Warning, 0, 0, line, 1)).collect();
        findings.push(finding(Severity::Error, 0, 0, 49_000, 1));
        let sources = sources(text);
        let rendered = render(&findings, &sources, false, Shown::default());
        assert_eq!(rendered.matches("Write it.").count(), SHOWN);
        assert!(rendered.contains("wrong on line 49000"), "an error comes before warnings");
        assert!(rendered.contains("acme: … and 48634 more: give `--all` to see them\n"), "{}", rendered.len());
        assert!(rendered.ends_with("acme: 1 error and 48733 warnings\n"));
        let all = render(&findings[..2_000], &sources, false, Shown { all: true });
        assert_eq!(all.matches("Write it.").count(), 2_000);
    }

    #[test]
    fn a_place_that_is_not_there_loses_no_finding() {
        for text in ["", "a", "ä\n"] {
            for (start, end, line) in [(0, 0, 1), (1, 1, 1), (9, 7, 1), (0, 9, 3), (0, 0, 0)] {
                let findings = [finding(Severity::Error, start, end, line, 1)];
                let rendered = render(&findings, &sources(text.to_owned()), false, Shown::default());
                assert!(rendered.contains("Write it."), "{text:?} {start}..{end}: {rendered}");
            }
        }
    }
}
