//! The published document: where its references lead, and what a schema is once everything that it is composed of is side by side.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

use crate::spec::reference::MAX_REFERENCES;
use crate::spec::{Node, NodeValue};

/// The published document.
#[derive(Clone, Copy)]
pub(super) struct Source<'d> {
    pub(super) root: &'d Node,
}

/// What a schema turns out to be.
pub(super) enum Seen<'d> {
    /// Another schema of the document, at a JSON pointer.
    Reference { pointer: String, target: &'d Node, nullable: bool },
    /// A reference that leads nowhere, or out of the document.
    Lost { reference: &'d str },
    /// A schema of its own.
    Flat(Flat<'d>),
}

/// A schema with everything that it is composed of.
#[derive(Clone, Debug, Default)]
pub(super) struct Flat<'d> {
    /// Schemas that all hold for a value.
    pub(super) facets: Vec<&'d Node>,
    /// Unions that all hold for a value.
    pub(super) unions: Vec<Alternatives<'d>>,
    /// Whether null is a value.
    pub(super) nullable: bool,
    /// References that lead nowhere.
    pub(super) lost: Vec<&'d str>,
}

/// A union as it is published.
#[derive(Clone, Debug)]
pub(super) struct Alternatives<'d> {
    pub(super) variants: Vec<&'d Node>,
    pub(super) discriminator: Option<&'d Node>,
}

impl<'d> Source<'d> {
    /// What a reference leads to, at the end of all references: its JSON pointer, and what is there.
    pub(super) fn resolve(self, reference: &str) -> Option<(String, &'d Node)> {
        let mut reference = reference;
        for _ in 0..MAX_REFERENCES {
            let pointer = reference.strip_prefix('#')?;
            let decoded = percent_decode_str(pointer).decode_utf8().ok()?;
            let node = self.root.at(&decoded)?;
            match node.get("$ref").and_then(Node::as_str) {
                Some(next) if !has_structure(node) => reference = next,
                _ => return Some((decoded.into_owned(), node)),
            }
        }
        None
    }

    /// An object of the document that may be a reference to a component: the object itself.
    pub(super) fn object(self, node: &'d Node) -> Option<&'d Node> {
        match node.get("$ref").and_then(Node::as_str) {
            Some(reference) => self.resolve(reference).map(|(_, node)| node),
            None => Some(node),
        }
    }

    /// What a schema is.
    pub(super) fn see(self, node: &'d Node) -> Seen<'d> {
        let (mut node, mut nullable) = (node, false);
        for _ in 0..MAX_REFERENCES {
            nullable |= says_null(node);
            if let Some(reference) = node.get("$ref").and_then(Node::as_str)
                && !has_structure(node)
            {
                return match self.resolve(reference) {
                    Some((pointer, target)) => Seen::Reference { pointer, target, nullable },
                    None => Seen::Lost { reference },
                };
            }
            let Some((only, with_null)) = only_part(node) else { break };
            nullable |= with_null;
            node = only;
        }
        let mut flat = self.flat(&[node]);
        flat.nullable |= nullable;
        Seen::Flat(flat)
    }

    /// A schema, or the one that it refers to, with everything that it is composed of; `None` for what is only another name.
    pub(super) fn followed(self, node: &'d Node) -> Option<Flat<'d>> {
        let seen = match self.see(node) {
            Seen::Reference { target, .. } => self.see(target),
            seen => seen,
        };
        match seen {
            Seen::Flat(flat) => Some(flat),
            Seen::Reference { .. } | Seen::Lost { .. } => None,
        }
    }

    /// Schemas that all hold for one value, with everything that they are composed of.
    pub(super) fn flat(self, nodes: &[&'d Node]) -> Flat<'d> {
        let mut flat = Flat { nullable: nodes.iter().any(|node| says_null(node)), ..Flat::default() };
        let mut visited = BTreeSet::new();
        // The next one is the last.
        let mut open: Vec<&'d Node> = nodes.iter().rev().copied().collect();
        while let Some(node) = open.pop() {
            flat.facets.push(node);
            let mut parts: Vec<&'d Node> = Vec::new();
            if let Some(reference) = node.get("$ref").and_then(Node::as_str) {
                match self.resolve(reference) {
                    Some((pointer, target)) if visited.insert(pointer.clone()) => parts.push(target),
                    Some(_) => {}
                    None => flat.lost.push(reference),
                }
            }
            parts.extend(list(node, "allOf"));
            for key in ["oneOf", "anyOf"] {
                let all = list(node, key);
                flat.nullable |= all.iter().copied().any(is_null);
                // Variants that only require members say nothing of what the members are.
                let live = all.iter().copied().filter(|part| !is_null(part) && !is_constraint(part));
                let live: Vec<&'d Node> = live.collect();
                match live.as_slice() {
                    [] => {}
                    [only] => parts.push(only),
                    _ => flat.unions.push(Alternatives { variants: live, discriminator: node.get("discriminator") }),
                }
            }
            open.extend(parts.into_iter().rev());
        }
        flat
    }
}

impl<'d> Flat<'d> {
    /// The first value that a facet has under a key.
    pub(super) fn first(&self, key: &str) -> Option<&'d Node> {
        self.facets.iter().find_map(|facet| facet.get(key))
    }
}

/// The items of a list under a key.
pub(super) fn list<'d>(node: &'d Node, key: &str) -> Vec<&'d Node> {
    node.get(key).and_then(Node::as_sequence).unwrap_or_default().iter().collect()
}

/// The names of the types that a schema lists, null left out.
pub(super) fn types(node: &Node) -> Vec<&str> {
    let all = match node.get("type").map(|kinds| &kinds.value) {
        Some(NodeValue::String(kind)) => vec![kind.as_str()],
        Some(NodeValue::Sequence(kinds)) => kinds.iter().filter_map(Node::as_str).collect(),
        _ => Vec::new(),
    };
    all.into_iter().filter(|kind| *kind != "null").collect()
}

/// Whether a schema itself says that null is a value.
fn says_null(node: &Node) -> bool {
    let is_true = |key: &str| node.get(key).and_then(Node::as_bool) == Some(true);
    let lists_null = |key: &str, null: fn(&Node) -> bool| list(node, key).into_iter().any(null);
    is_true("nullable")
        || is_true("x-nullable")
        || lists_null("type", |kind| kind.as_str() == Some("null"))
        || (node.get("type").is_none() && lists_null("enum", Node::is_null))
}

/// Whether null is the only value of a schema.
fn is_null(node: &Node) -> bool {
    let only_null = |key: &str| {
        let values = list(node, key);
        !values.is_empty() && values.into_iter().all(Node::is_null)
    };
    node.get("type").and_then(Node::as_str) == Some("null")
        || node.get("const").is_some_and(Node::is_null)
        || only_null("enum")
}

/// Whether a schema says nothing but which members must be there, or what a value is not.
fn is_constraint(node: &Node) -> bool {
    const SILENT: [&str; 6] = ["required", "not", "title", "description", "minProperties", "maxProperties"];
    node.as_mapping().is_some_and(|entries| {
        entries.iter().all(|entry| SILENT.contains(&entry.key.as_str()))
            && node.get("required").or(node.get("not")).is_some()
    })
}

/// Whether a schema says what a value is made of, beside a reference.
pub(super) fn has_structure(node: &Node) -> bool {
    let is_full = |key: &str| match node.get(key).map(|value| &value.value) {
        Some(NodeValue::Sequence(items)) => !items.is_empty(),
        Some(NodeValue::Mapping(entries)) => !entries.is_empty(),
        _ => false,
    };
    ["properties", "additionalProperties", "items", "prefixItems", "enum", "allOf", "oneOf", "anyOf", "required"]
        .into_iter()
        .any(is_full)
        || node.get("const").is_some()
}

/// The one schema that a schema wraps without saying more, and whether null is a value beside it.
fn only_part(node: &Node) -> Option<(&Node, bool)> {
    let composed: Vec<&str> =
        ["allOf", "oneOf", "anyOf"].into_iter().filter(|key| !list(node, key).is_empty()).collect();
    let [key] = composed.as_slice() else { return None };
    let all = list(node, key);
    let live: Vec<&Node> = all.iter().copied().filter(|part| *key == "allOf" || !is_null(part)).collect();
    let [only] = live.as_slice() else { return None };
    let others = [
        "properties",
        "additionalProperties",
        "items",
        "prefixItems",
        "enum",
        "const",
        "required",
        "$ref",
        "discriminator",
    ];
    let is_alone = others.into_iter().all(|key| node.get(key).is_none());
    is_alone.then_some((*only, live.len() < all.len()))
}
