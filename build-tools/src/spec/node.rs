//! A tree of YAML, JSON or TOML in which every node and every key knows its place.

use std::ops::Deref;

use serde_json::{Map, Number, Value};

use super::pointer;

/// A node with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What the node holds.
    pub value: NodeValue,
    /// Where the node is.
    pub span: Span,
}

/// What a node holds. There are no anchors and no tags: [`parse_yaml`](super::parse_yaml) refuses them. No number has lost a digit:
/// what 64 bits cannot hold is refused too, save in payloads, of which only the kind of a number matters.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeValue {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer or a finite decimal.
    Number(Number),
    /// Every other scalar.
    String(String),
    /// A list.
    Sequence(Vec<Node>),
    /// Entries in the order of the text; no two have the same key.
    Mapping(Mapping),
}

/// The entries of a mapping in the order of the text, no two of which have the same key. An entry is found by its key without a
/// look at all others.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    entries: Vec<Entry>,
    /// The indexes of the entries, sorted by key; empty for so few entries that a look at each is faster.
    sorted: Vec<usize>,
}

/// How many entries are found by a look at each.
const FEW_ENTRIES: usize = 8;

impl Mapping {
    /// A mapping of entries with different keys.
    pub(crate) fn new(entries: Vec<Entry>) -> Mapping {
        let mut sorted = Vec::new();
        if entries.len() > FEW_ENTRIES {
            sorted.extend(0..entries.len());
            sorted.sort_by(|left, right| key_at(&entries, *left).cmp(key_at(&entries, *right)));
        }
        Mapping { entries, sorted }
    }

    /// The entries, to make another mapping of them.
    pub(crate) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    /// The entry under `key`.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.get(self.index_of(key)?)
    }

    /// The value under `key`, to be changed.
    pub(crate) fn value_mut(&mut self, key: &str) -> Option<&mut Node> {
        let index = self.index_of(key)?;
        self.entries.get_mut(index).map(|entry| &mut entry.value)
    }

    fn index_of(&self, key: &str) -> Option<usize> {
        if self.sorted.is_empty() {
            return self.entries.iter().position(|entry| entry.key == key);
        }
        let found = self.sorted.binary_search_by(|index| key_at(&self.entries, *index).cmp(key)).ok()?;
        self.sorted.get(found).copied()
    }
}

fn key_at(entries: &[Entry], index: usize) -> &str {
    entries.get(index).map_or("", |entry| entry.key.as_str())
}

impl Deref for Mapping {
    type Target = [Entry];

    fn deref(&self) -> &[Entry] {
        &self.entries
    }
}

impl PartialEq for Mapping {
    fn eq(&self, other: &Mapping) -> bool {
        self.entries == other.entries
    }
}

impl<'m> IntoIterator for &'m Mapping {
    type Item = &'m Entry;
    type IntoIter = std::slice::Iter<'m, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

/// One entry of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as text: `200:` is the key `"200"`.
    pub key: String,
    /// Where the key is.
    pub key_span: Span,
    /// What the key leads to.
    pub value: Node,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset of the byte after the last.
    pub end: usize,
    /// Line of the first character, from 1.
    pub line: usize,
    /// Column of the first character in characters, from 1.
    pub column: usize,
}

impl From<Span> for miette::SourceSpan {
    fn from(span: Span) -> Self {
        (span.start, span.end.saturating_sub(span.start)).into()
    }
}

impl Node {
    /// The value under `key`, when this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry under `key`, when this is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            NodeValue::Mapping(mapping) => mapping.entry(key),
            _ => None,
        }
    }

    /// The text, when this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            NodeValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, when this is a mapping.
    pub fn as_mapping(&self) -> Option<&[Entry]> {
        match &self.value {
            NodeValue::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, when this is a sequence.
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match &self.value {
            NodeValue::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The truth value, when this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            NodeValue::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The number, when this is one.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.value {
            NodeValue::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Whether this is `null` or nothing at all.
    pub fn is_null(&self) -> bool {
        matches!(self.value, NodeValue::Null)
    }

    /// What kind of value this is, for messages: "a mapping", "text", ….
    pub fn kind_name(&self) -> &'static str {
        match self.value {
            NodeValue::Null => "nothing",
            NodeValue::Bool(_) => "a boolean",
            NodeValue::Number(_) => "a number",
            NodeValue::String(_) => "text",
            NodeValue::Sequence(_) => "a list",
            NodeValue::Mapping(_) => "a mapping",
        }
    }

    /// The same value without places; mappings keep their order.
    pub fn to_json(&self) -> Value {
        match &self.value {
            NodeValue::Null => Value::Null,
            NodeValue::Bool(value) => Value::Bool(*value),
            NodeValue::Number(number) => Value::Number(number.clone()),
            NodeValue::String(text) => Value::String(text.clone()),
            NodeValue::Sequence(items) => Value::Array(items.iter().map(Node::to_json).collect()),
            NodeValue::Mapping(entries) => {
                let mut object = Map::new();
                for entry in entries {
                    object.insert(entry.key.clone(), entry.value.to_json());
                }
                Value::Object(object)
            }
        }
    }

    /// What a JSON pointer (RFC 6901) leads to from here.
    pub fn at(&self, pointer: &str) -> Option<&Node> {
        let mut node = self;
        for key in pointer::split(pointer)? {
            node = node.child(&key)?;
        }
        Some(node)
    }

    /// The value under a key of a mapping or an index of a sequence.
    pub(crate) fn child(&self, key: &str) -> Option<&Node> {
        match &self.value {
            NodeValue::Sequence(items) => items.get(key.parse::<usize>().ok()?),
            _ => self.get(key),
        }
    }

    /// Whether this is a mapping or a sequence.
    pub(crate) fn is_container(&self) -> bool {
        matches!(self.value, NodeValue::Sequence(_) | NodeValue::Mapping(_))
    }
}
