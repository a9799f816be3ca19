//! `OpenAPI` 3.1 and 3.2 written as 3.0, so that every later stage knows one dialect.
//!
//! What 3.0 can say in another way is rewritten; every node keeps its place in the text. What it cannot say stays as it is, and the
//! linter reports it there. A document of any other version is left alone.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::node::{Entry, Mapping, Node, NodeValue, Span};
use super::numbers::compare;

/// Members that hold objects by names of the document's choice, or a list of objects.
const NAMED: &[&str] = &[
    "callbacks",
    "content",
    "encoding",
    "headers",
    "links",
    "parameters",
    "pathItems",
    "paths",
    "requestBodies",
    "responses",
    "securitySchemes",
    "tags",
    "x-webhooks",
];

/// Members that hold data of the document's choice.
const DATA: &[&str] = &["const", "default", "enum", "example", "examples"];

/// The versions that are written as 3.0. What 3.2 adds has keywords of its own, which are reported as those of 3.1 are.
const NEWER: &[&str] = &["3.1.", "3.2."];

/// Writes a document of a newer version as one of 3.0.3.
pub(super) fn lower(root: &mut Node) {
    let version = root.get("openapi").and_then(Node::as_str).unwrap_or_default();
    if !NEWER.iter().any(|newer| version.starts_with(newer)) {
        return;
    }
    rewrite(root, |entries| {
        renamed(entries, "webhooks", "x-webhooks", Some);
        if let Some(version) = entries.iter_mut().find(|entry| entry.key == "openapi") {
            version.value.value = NodeValue::String("3.0.3".to_owned());
        }
    });
    object(root);
}

/// An object of the document that is no schema.
fn object(node: &mut Node) {
    rewrite(node, |entries| {
        for entry in entries {
            match entry.key.as_str() {
                "schema" => schema(&mut entry.value),
                "schemas" => each(&mut entry.value, schema),
                key if NAMED.contains(&key) => each(&mut entry.value, object),
                key if DATA.contains(&key) || key.starts_with("x-") => {}
                _ => object(&mut entry.value),
            }
        }
    });
}

fn schema(node: &mut Node) {
    rewrite(node, |entries| {
        for entry in entries.iter_mut() {
            match entry.key.as_str() {
                "properties" | "allOf" | "oneOf" | "anyOf" => each(&mut entry.value, schema),
                "items" | "additionalProperties" | "not" => schema(&mut entry.value),
                _ => {}
            }
        }
        kinds(entries);
        union_with_null(entries);
        bound(entries, "minimum", "exclusiveMinimum", Ordering::Greater);
        bound(entries, "maximum", "exclusiveMaximum", Ordering::Less);
        renamed(entries, "const", "enum", |value| {
            Some(Node { span: value.span, value: NodeValue::Sequence(vec![value]) })
        });
        renamed(entries, "examples", "example", |value| match value.value {
            NodeValue::Sequence(examples) => examples.into_iter().next(),
            _ => None,
        });
        renamed(entries, "contentEncoding", "format", |value| format(&value, "base64", "byte"));
        renamed(entries, "contentMediaType", "format", |value| format(&value, "application/octet-stream", "binary"));
        reference_with_siblings(entries);
    });
}

/// `type: [string, 'null']` is `type: string` and `nullable: true`.
fn kinds(entries: &mut Vec<Entry>) {
    let Some(entry) = entries.iter_mut().find(|entry| entry.key == "type") else { return };
    let NodeValue::Sequence(kinds) = &entry.value.value else { return };
    let others: Vec<&Node> = kinds.iter().filter(|kind| kind.as_str() != Some("null")).collect();
    let [only] = others.as_slice() else { return };
    let (only, is_nullable, span) = ((*only).clone(), others.len() < kinds.len(), entry.key_span);
    entry.value = only;
    if is_nullable {
        nullable(entries, span);
    }
}

/// `{type: 'null'}` among the schemas of a union is `nullable: true`; a union of one schema that is left is that schema.
fn union_with_null(entries: &mut Vec<Entry>) {
    let Some(index) = entries.iter().position(|entry| matches!(entry.key.as_str(), "oneOf" | "anyOf")) else { return };
    let entry = &mut entries[index];
    let NodeValue::Sequence(schemas) = &mut entry.value.value else { return };
    let before = schemas.len();
    schemas.retain(|schema| schema.get("type").and_then(Node::as_str) != Some("null"));
    if schemas.len() == before {
        return;
    }
    let span = entry.key_span;
    if let [only] = schemas.as_slice() {
        let only = only.clone();
        if only.get("$ref").is_some() {
            if entries.iter().all(|entry| entry.key != "allOf") {
                "allOf".clone_into(&mut entries[index].key);
            }
        } else if let Some(members) = only.as_mapping()
            && is_disjoint(members, entries)
        {
            let members = members.to_vec();
            entries.splice(index..=index, members);
        }
    }
    nullable(entries, span);
}

/// Whether no two have the same key.
fn is_disjoint(some: &[Entry], others: &[Entry]) -> bool {
    let keys: BTreeSet<&str> = some.iter().map(|entry| entry.key.as_str()).collect();
    others.iter().all(|entry| !keys.contains(entry.key.as_str()))
}

fn nullable(entries: &mut Vec<Entry>, span: Span) {
    if entries.iter().all(|entry| entry.key != "nullable") {
        entries.push(flag("nullable", span));
    }
}

fn flag(key: &str, span: Span) -> Entry {
    Entry { key: key.to_owned(), key_span: span, value: Node { value: NodeValue::Bool(true), span } }
}

/// An exclusive bound is a number of its own; of two bounds the stricter one holds: `stricter` is how its number compares then.
fn bound(entries: &mut Vec<Entry>, included: &str, excluded: &str, stricter: Ordering) {
    let position = |entries: &[Entry], key: &str| entries.iter().position(|entry| entry.key == key);
    let Some(index) = position(entries, excluded) else { return };
    let Some(number) = entries[index].value.as_number().cloned() else { return };
    let exclusive = entries.remove(index);
    let other = position(entries, included);
    if let Some(other) = other {
        match entries[other].value.as_number().and_then(|other| compare(other, &number)) {
            Some(order) if order == stricter => return,
            _ => drop(entries.remove(other)),
        }
    }
    entries.push(flag(excluded, exclusive.key_span));
    entries.push(Entry { key: included.to_owned(), ..exclusive });
}

/// Gives a member the name and the form that it has in 3.0, where it has one and the name is not taken.
fn renamed(entries: &mut [Entry], from: &str, to: &str, form: impl Fn(Node) -> Option<Node>) {
    if entries.iter().any(|entry| entry.key == to) {
        return;
    }
    if let Some(entry) = entries.iter_mut().find(|entry| entry.key == from)
        && let Some(value) = form(entry.value.clone())
    {
        entry.value = value;
        to.clone_into(&mut entry.key);
    }
}

fn format(value: &Node, from: &str, to: &str) -> Option<Node> {
    (value.as_str() == Some(from)).then(|| Node { value: NodeValue::String(to.to_owned()), span: value.span })
}

/// What is said beside a reference holds in 3.1, and is ignored in 3.0 unless the reference is the entry of an `allOf`.
fn reference_with_siblings(entries: &mut [Entry]) {
    if entries.len() < 2 || entries.iter().any(|entry| entry.key == "allOf") {
        return;
    }
    if let Some(reference) = entries.iter_mut().find(|entry| entry.key == "$ref") {
        let span = reference.key_span;
        let entry = std::mem::replace(reference, flag("allOf", span));
        let schema = Node { value: NodeValue::Mapping(Mapping::new(vec![entry])), span };
        reference.value = Node { value: NodeValue::Sequence(vec![schema]), span };
    }
}

/// Does it to each item of a list, or to what each entry of a mapping leads to.
fn each(node: &mut Node, change: fn(&mut Node)) {
    match &mut node.value {
        NodeValue::Sequence(items) => items.iter_mut().for_each(change),
        _ => rewrite(node, |entries| entries.iter_mut().for_each(|entry| change(&mut entry.value))),
    }
}

/// Changes the entries of a mapping.
fn rewrite(node: &mut Node, change: impl FnOnce(&mut Vec<Entry>)) {
    if let NodeValue::Mapping(mapping) = &mut node.value {
        let mut entries = std::mem::take(mapping).into_entries();
        change(&mut entries);
        *mapping = Mapping::new(entries);
    }
}
