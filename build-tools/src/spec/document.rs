//! One `OpenAPI` document: its text, its tree, and how to get about in it.

use super::{
    SourceFile,
    finding::Finding,
    node::{Node, Span},
    pointer,
    yaml::parse_yaml,
};

/// An `OpenAPI` document that could be parsed; whether it makes sense is for [`lint`](super::lint()) to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The text and where it came from.
    pub file: SourceFile,
    /// The tree of the text.
    pub root: Node,
}

impl Document {
    /// Parses the text; the findings say why it cannot be parsed.
    pub fn load(file: &SourceFile) -> Result<Document, Vec<Finding>> {
        let root = parse_yaml(file)?;
        Ok(Document { file: file.clone(), root })
    }

    /// What a reference within the document, such as `#/components/schemas/Client`, points at.
    ///
    /// One step only: when the target is a reference itself, that reference is returned.
    pub fn resolve(&self, reference: &str) -> Option<&Node> {
        self.root.at(reference.strip_prefix('#')?)
    }

    /// Where to point a person who is told about `pointer`: the value if it is a scalar, otherwise the key that leads
    /// to it; for what does not exist, its deepest ancestor that does.
    pub fn locate(&self, pointer: &str) -> Span {
        let mut span = Span { end: self.root.span.start, ..self.root.span };
        let mut node = &self.root;
        for key in pointer::split(pointer).into_iter().flatten() {
            let key_span = node.entry(&key).map(|entry| entry.key_span);
            let Some(child) = node.child(&key) else {
                break;
            };
            span = match key_span {
                Some(key_span) if child.is_container() || child.is_null() => key_span,
                _ => child.span,
            };
            node = child;
        }
        span
    }

    /// A finding about the place that `pointer` leads to, see [`Document::locate`].
    pub fn finding(&self, rule: &'static str, pointer: &str, message: String, help: String) -> Finding {
        Finding::new(rule, &self.file.path, self.locate(pointer), pointer, message, help)
    }
}
