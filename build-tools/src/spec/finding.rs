//! What is reported about a document.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::node::Span;
use super::severity::Severity;
use super::{lint, wording};

/// The rule of what no document can be blamed for.
pub(crate) const MISTAKE: &str = "invalid-output";

/// One thing that is wrong in a document, with the remedy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// Id of the rule, one of [`RULES`](super::RULES), or `invalid-output` for a mistake of the generator.
    pub rule: &'static str,
    /// Whether generation stops.
    pub severity: Severity,
    /// Path of the file, relative to the workspace.
    pub file: String,
    /// The place in the file.
    pub span: Span,
    /// The place in the tree, as a JSON pointer; empty for the whole document.
    pub pointer: String,
    /// What is wrong, with the names involved.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl Finding {
    /// A finding of `rule` with the severity that [`RULES`](super::RULES) gives it. What comes from the document is made safe to
    /// print here, and of bounded length, so that no rule has to.
    pub(crate) fn new(
        rule: &'static str,
        file: &str,
        span: Span,
        pointer: &str,
        message: String,
        help: String,
    ) -> Finding {
        Finding {
            rule,
            severity: lint::severity(rule),
            file: file.to_owned(),
            span,
            pointer: pointer.to_owned(),
            message: wording::message(message),
            help: wording::message(help),
        }
    }
}

/// `file:line:column: severity[rule]: message`, as editors understand it.
impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { rule, severity, file, span, message, .. } = self;
        write!(formatter, "{file}:{}:{}: {severity}[{rule}]: {message}", span.line, span.column)
    }
}

/// The form that `cargo xtask lint --format json` prints: the span becomes `line` and `column`.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Finding", 8)?;
        object.serialize_field("rule", self.rule)?;
        object.serialize_field("severity", &self.severity)?;
        object.serialize_field("file", &self.file)?;
        object.serialize_field("line", &self.span.line)?;
        object.serialize_field("column", &self.span.column)?;
        object.serialize_field("pointer", &self.pointer)?;
        object.serialize_field("message", &self.message)?;
        object.serialize_field("help", &self.help)?;
        object.end()
    }
}
