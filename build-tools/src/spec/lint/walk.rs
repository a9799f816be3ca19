//! One walk over the document along the grammar: it reports what does not fit, and lists every object for the rules.

use super::{
    grammar::{Key, Keys, Kind, Shape},
    report::Report,
};
use crate::spec::{Document, Node, NodeValue, Span, node::Entry, pointer::join};

/// One object of the document, and how the walk got there.
#[derive(Debug)]
pub(super) struct Site<'d> {
    /// What kind of object it is.
    pub(super) kind: Kind,
    /// The key of the parent under which it was found, such as `properties`, `items` or `schemas`.
    pub(super) role: &'static str,
    /// Its name, when the parent maps names to objects; otherwise empty.
    pub(super) name: &'d str,
    /// Its JSON pointer.
    pub(super) pointer: String,
    /// The object itself.
    pub(super) node: &'d Node,
    /// Where findings about all of it point: the key that leads to it, or its beginning.
    pub(super) span: Span,
    /// The index of the object around it.
    pub(super) parent: Option<usize>,
}

impl Site<'_> {
    /// Whether this is a `$ref` in place of an object.
    pub(super) fn is_reference(&self) -> bool {
        self.kind.section().is_some() && self.node.get("$ref").is_some()
    }

    /// Whether this is a component: a direct entry of a section of `components`.
    pub(super) fn is_component(&self) -> bool {
        self.kind.section() == Some(self.role) && !self.name.is_empty() && self.pointer.starts_with("/components/")
    }
}

/// Walks the document, whose root is of that kind. An object that does not fit the grammar is reported and not walked into; parents come before
/// children, in the order of the text.
pub(super) fn walk<'d>(document: &'d Document, kind: Kind, report: &mut Report<'_>) -> Vec<Site<'d>> {
    let mut walker = Walker { report, sites: Vec::new() };
    let root = &document.root;
    let span = document.locate("");
    walker.object(Place { kind, role: "", name: "", pointer: String::new(), span, parent: None }, root);
    walker.sites
}

/// An object that is about to be visited.
struct Place<'d> {
    kind: Kind,
    role: &'static str,
    name: &'d str,
    pointer: String,
    span: Span,
    parent: Option<usize>,
}

struct Walker<'d, 'r, 'f> {
    report: &'r mut Report<'f>,
    sites: Vec<Site<'d>>,
}

impl<'d> Walker<'d, '_, '_> {
    fn object(&mut self, place: Place<'d>, node: &'d Node) {
        let Place { kind, role, name, pointer, span, parent } = place;
        let Some(entries) = node.as_mapping() else {
            self.wrong_kind(kind.name(), "a mapping", node, span, &pointer);
            return;
        };
        let index = self.sites.len();
        self.sites.push(Site { kind, role, name, pointer: pointer.clone(), node, span, parent });
        if kind.section().is_some() && node.get("$ref").is_some() {
            self.reference(entries, &pointer);
            return;
        }
        match kind.keys() {
            Keys::Any(shape) => {
                for entry in entries {
                    self.value(shape, role_of_entries(kind), &entry.key, entry, &pointer, index);
                }
            }
            Keys::Fixed(keys) => {
                for entry in entries {
                    match keys.iter().find(|key| key.name == entry.key) {
                        Some(key) => self.value(key.shape, key.name, "", entry, &pointer, index),
                        None => self.unknown_key(kind, keys, entry, &pointer),
                    }
                }
                for key in keys.iter().filter(|key| key.required && node.get(key.name).is_none()) {
                    let message = format!("{} has no `{}`", subject(kind, name), key.name);
                    self.report.at("missing-key", span, &pointer, message, format!("Add `{}`.", key.name));
                }
            }
        }
    }

    fn value(
        &mut self,
        shape: Shape,
        role: &'static str,
        name: &'d str,
        entry: &'d Entry,
        parent_pointer: &str,
        parent: usize,
    ) {
        let node = &entry.value;
        let pointer = join(parent_pointer, &entry.key);
        let place =
            |kind| Place { kind, role, name, pointer: pointer.clone(), span: entry.key_span, parent: Some(parent) };
        match (shape, &node.value) {
            (Shape::Refused(help), _) => {
                let message = format!("`{}` is not supported here", entry.key);
                self.report.at("unsupported", entry.key_span, &pointer, message, help);
            }
            (Shape::One(kind), _) => self.object(place(kind), node),
            (Shape::SchemaOrBoolean, value) if !matches!(value, NodeValue::Bool(_)) => {
                self.object(place(Kind::Schema), node);
            }
            (Shape::Many(kind), NodeValue::Sequence(items)) => {
                for (index, item) in items.iter().enumerate() {
                    let pointer = join(&pointer, &index.to_string());
                    self.object(Place { name: "", pointer, span: head(item), ..place(kind) }, item);
                }
            }
            (Shape::Named(kind), NodeValue::Mapping(entries)) => {
                for named in entries {
                    let pointer = join(&pointer, &named.key);
                    let span = named.key_span;
                    self.object(Place { name: &named.key, pointer, span, ..place(kind) }, &named.value);
                }
            }
            (Shape::Word(words), NodeValue::String(text)) => self.word(words, text, node, &entry.key, &pointer),
            (Shape::Texts | Shape::Words(_), NodeValue::Sequence(items)) => {
                let what = format!("an item of `{}`", entry.key);
                for (index, item) in items.iter().enumerate() {
                    let pointer = join(&pointer, &index.to_string());
                    match (shape, item.as_str()) {
                        (Shape::Words(words), Some(text)) => self.word(words, text, item, &entry.key, &pointer),
                        (_, Some(_)) => {}
                        (_, None) => self.wrong_kind(&what, "text", item, item.span, &pointer),
                    }
                }
            }
            (Shape::TextMap, NodeValue::Mapping(entries)) => {
                for inner in entries.iter().filter(|inner| inner.value.as_str().is_none()) {
                    let what = format!("`{}`", inner.key);
                    self.wrong_kind(&what, "text", &inner.value, inner.key_span, &join(&pointer, &inner.key));
                }
            }
            (Shape::FieldMap, NodeValue::Mapping(entries)) => {
                let is_field = |value: &NodeValue| matches!(value, NodeValue::String(_) | NodeValue::Bool(_));
                for inner in entries.iter().filter(|inner| !is_field(&inner.value.value)) {
                    let what = format!("`{}`", inner.key);
                    let pointer = join(&pointer, &inner.key);
                    self.wrong_kind(&what, "text or a boolean", &inner.value, inner.key_span, &pointer);
                }
            }
            (Shape::Count, NodeValue::Number(number)) if number.is_u64() => {}
            (Shape::Anything | Shape::SchemaOrBoolean, _)
            | (Shape::Text, NodeValue::String(_))
            | (Shape::Boolean, NodeValue::Bool(_))
            | (Shape::Number, NodeValue::Number(_))
            | (Shape::Values, NodeValue::Sequence(_)) => {}
            _ => {
                let points_at_key = node.is_container() || node.is_null();
                let span = if points_at_key { entry.key_span } else { node.span };
                self.wrong_kind(&format!("`{}`", entry.key), shape.expected(), node, span, &pointer);
            }
        }
    }

    fn reference(&mut self, entries: &[Entry], pointer: &str) {
        for entry in entries {
            let pointer = join(pointer, &entry.key);
            if entry.key == "$ref" {
                if entry.value.as_str().is_none() {
                    self.wrong_kind("`$ref`", "text", &entry.value, entry.key_span, &pointer);
                }
                continue;
            }
            let message = format!("`{}` is beside `$ref`, where it is ignored", entry.key);
            let help = "In a schema, write `allOf` with the reference as its only item and this key beside it; \
                        elsewhere, remove the key.";
            self.report.at("reference-siblings", entry.key_span, &pointer, message, help);
        }
    }

    fn word(&mut self, words: &[&str], text: &str, node: &Node, key: &str, pointer: &str) {
        if words.contains(&text) {
            return;
        }
        let message = format!("`{text}` is no value of `{key}`");
        let help = if (key, text) == ("type", "null") {
            "Write the type of the other values, and `nullable: true` beside it.".to_owned()
        } else {
            self.one_of("Write", text, words)
        };
        self.report.at("unknown-value", node.span, pointer, message, help);
    }

    fn unknown_key(&mut self, kind: Kind, keys: &[Key], entry: &Entry, pointer: &str) {
        let name = entry.key.as_str();
        let message = format!("`{name}` means nothing in {}", kind.name());
        let allowed = || keys.iter().filter(|key| !matches!(key.shape, Shape::Refused(_))).map(|key| key.name);
        let help = match (kind.hint(name), self.report.nearest(name, allowed())) {
            (Some(hint), _) => hint.to_owned(),
            (None, Some(near)) => format!("Write `{near}`, or remove the key."),
            (None, None) => {
                let extension = name.starts_with("x-");
                let names: Vec<&str> = allowed().filter(|key| key.starts_with("x-") == extension).collect();
                self.one_of("Remove it, or write", "", &names)
            }
        };
        self.report.at("unknown-key", entry.key_span, &join(pointer, name), message, help);
    }

    fn wrong_kind(&mut self, what: &str, expected: &str, found: &Node, span: Span, pointer: &str) {
        let message = format!("{what} is {}, but has to be {expected}", found.kind_name());
        let help = match (expected, &found.value) {
            ("text", NodeValue::Number(_) | NodeValue::Bool(_)) => "Put quotes around it.".to_owned(),
            ("text", NodeValue::Sequence(_)) if pointer.ends_with("/type") => {
                "Write the one type, and `nullable: true` beside it if null is among them.".to_owned()
            }
            _ => format!("Write {expected}."),
        };
        self.report.at("wrong-kind", span, pointer, message, help);
    }

    /// A sentence that offers the nearest of some words, or all of them.
    fn one_of(&mut self, verb: &str, text: &str, words: &[&str]) -> String {
        if let Some(near) = self.report.nearest(text, words.iter().copied()) {
            return format!("{verb} `{near}`.");
        }
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        match words.split_last() {
            None => "Remove it.".to_owned(),
            Some((only, [])) => format!("{verb} {only}."),
            Some((last, others)) => format!("{verb} one of {} and {last}.", others.join(", ")),
        }
    }
}

/// The role of the entries of an object that is a mapping itself.
fn role_of_entries(kind: Kind) -> &'static str {
    match kind {
        Kind::Paths => "paths",
        Kind::Responses => "responses",
        _ => "",
    }
}

/// Where findings about an item of a list point: its first key, not all of its lines.
fn head(node: &Node) -> Span {
    match node.as_mapping().and_then(<[Entry]>::first) {
        Some(entry) if entry.key_span.start >= node.span.start => entry.key_span,
        _ => node.span,
    }
}

/// An object with its name, for messages.
fn subject(kind: Kind, name: &str) -> String {
    if name.is_empty() { kind.name().to_owned() } else { format!("{} `{name}`", kind.name()) }
}
