//! Making trees: what is written in place of a part of the published document points at that part.

use serde_json::Number;

use crate::spec::{COMPONENT_PREFIX, Entry, Mapping, Node, NodeValue, Span};

/// Entries of a mapping in the making; all of them point at one place.
pub(super) struct Made {
    span: Span,
    entries: Vec<Entry>,
}

impl Made {
    pub(super) fn at(span: Span) -> Self {
        Self { span, entries: Vec::new() }
    }

    /// The entries of a node, to add to them.
    pub(super) fn of(node: Node) -> Self {
        let span = node.span;
        let entries = match node.value {
            NodeValue::Mapping(mapping) => mapping.into_entries(),
            _ => Vec::new(),
        };
        Self { span, entries }
    }

    pub(super) fn with(mut self, key: &str, value: Node) -> Self {
        self.set(key, value);
        self
    }

    /// Adds an entry; one with the same key keeps its place and gets the new value.
    pub(super) fn set(&mut self, key: &str, value: Node) {
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.value = value,
            None => self.entries.push(Entry { key: key.to_owned(), key_span: self.span, value }),
        }
    }

    /// Adds an entry whose key is known to be new, without a look at the others.
    pub(super) fn push(&mut self, key: &str, value: Node) {
        self.entries.push(Entry { key: key.to_owned(), key_span: self.span, value });
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.entries.retain(|entry| entry.key != key);
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// The text under a key.
    pub(super) fn text_of(&self, key: &str) -> Option<&str> {
        self.entries.iter().find(|entry| entry.key == key)?.value.as_str()
    }

    /// The component that the schema under a key refers to, or the lists and maps in place there.
    pub(super) fn component_of(&self, key: &str) -> Option<&str> {
        let mut schema = &self.entries.iter().find(|entry| entry.key == key)?.value;
        loop {
            if let Some(reference) = schema.get("$ref").or_else(|| schema.at("/allOf/0/$ref")) {
                return reference.as_str()?.strip_prefix(COMPONENT_PREFIX);
            }
            schema = schema.get("items").or_else(|| schema.get("additionalProperties"))?;
        }
    }

    /// The number under a key.
    pub(super) fn number_of(&self, key: &str) -> Option<&Number> {
        self.entries.iter().find(|entry| entry.key == key)?.value.as_number()
    }

    pub(super) fn text(self, key: &str, text: &str) -> Self {
        let value = text_at(self.span, text);
        self.with(key, value)
    }

    pub(super) fn flag(self, key: &str, value: bool) -> Self {
        let value = Node { value: NodeValue::Bool(value), span: self.span };
        self.with(key, value)
    }

    pub(super) fn node(self) -> Node {
        Node { span: self.span, value: NodeValue::Mapping(Mapping::new(self.entries)) }
    }
}

pub(super) fn true_at(span: Span) -> Node {
    Node { span, value: NodeValue::Bool(true) }
}

pub(super) fn text_at(span: Span, text: &str) -> Node {
    Node { span, value: NodeValue::String(text.to_owned()) }
}

pub(super) fn number_at(span: Span, number: impl Into<Number>) -> Node {
    Node { span, value: NodeValue::Number(number.into()) }
}

pub(super) fn list_at(span: Span, items: Vec<Node>) -> Node {
    Node { span, value: NodeValue::Sequence(items) }
}

pub(super) fn texts_at<'t>(span: Span, texts: impl IntoIterator<Item = &'t str>) -> Node {
    list_at(span, texts.into_iter().map(|text| text_at(span, text)).collect())
}

/// A mapping whose keys are known to differ.
pub(super) fn mapping_at(span: Span, entries: impl IntoIterator<Item = (String, Node)>) -> Node {
    let entries = entries.into_iter().map(|(key, value)| Entry { key, key_span: value.span, value }).collect();
    Node { span, value: NodeValue::Mapping(Mapping::new(entries)) }
}
