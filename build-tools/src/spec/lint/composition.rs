//! How much a schema is composed of: a few lines can mean more than could ever be expanded.

use std::collections::{BTreeMap, BTreeSet};

use crate::spec::{
    Document, Entry, Node,
    pointer::unescape,
    reference::{COMPONENT_PREFIX, reference},
};

/// How many references may follow each other without a member, an item or a map between them.
pub(super) const MAX_DEPTH: usize = 16;

/// How many schemas a schema may be composed of.
pub(super) const MAX_PARTS: usize = 4096;

/// The component schemas of a document.
pub(super) fn components(document: &Document) -> &[Entry] {
    document.root.at("/components/schemas").and_then(Node::as_mapping).unwrap_or_default()
}

/// The component schemas that are composed of too much to be expanded, those without an end included.
pub(super) fn oversized(document: &Document) -> BTreeSet<String> {
    let entries = components(document);
    let targets = compositions(entries, COMPONENT_PREFIX);
    let count = |counts: &[usize], targets: &[usize]| {
        let parts = targets.iter().map(|target| counts.get(*target).copied().unwrap_or_default());
        parts.fold(1_usize, usize::saturating_add).min(MAX_PARTS)
    };
    // After n rounds, the count of each covers n levels; what still grows after the last is too deep.
    let mut counts = vec![1; entries.len()];
    for _ in 0..MAX_DEPTH {
        counts = targets.iter().map(|targets| count(&counts, targets)).collect();
    }
    let mut names = BTreeSet::new();
    for ((entry, targets), before) in entries.iter().zip(&targets).zip(&counts) {
        if *before >= MAX_PARTS || count(&counts, targets) != *before {
            names.insert(entry.key.clone());
        }
    }
    names
}

/// How many members an object may get by `allOf`, and how many all objects may get so together: each is written out in full.
pub(super) const MAX_MEMBERS: usize = 50_000;
pub(super) const MAX_ALL_MEMBERS: usize = 500_000;

/// The first component whose members, once `allOf` is followed, are too many; itself or together with those before it.
pub(super) fn overfull(document: &Document) -> Option<String> {
    let entries = components(document);
    let targets = compositions(entries, COMPONENT_PREFIX);
    let own: Vec<usize> = entries.iter().map(|entry| own_members(&entry.value)).collect();
    let count = |counts: &[usize], index: usize| {
        let joined = targets.get(index).into_iter().flatten().filter_map(|target| counts.get(*target));
        let own = own.get(index).copied().unwrap_or_default();
        joined.fold(own, |sum, count| sum.saturating_add(*count)).min(MAX_ALL_MEMBERS)
    };
    let mut counts = own.clone();
    for _ in 0..MAX_DEPTH {
        counts = (0..entries.len()).map(|index| count(&counts, index)).collect();
    }
    let mut all = 0;
    for (entry, count) in entries.iter().zip(counts).filter(|(entry, _)| entry.value.get("allOf").is_some()) {
        all += count;
        if count > MAX_MEMBERS || all > MAX_ALL_MEMBERS {
            return Some(entry.key.clone());
        }
    }
    None
}

/// The members of a schema and of the parts that are written in place.
fn own_members(node: &Node) -> usize {
    let parts = node.get("allOf").and_then(Node::as_sequence).unwrap_or_default();
    let own = node.get("properties").and_then(Node::as_mapping).map_or(0, <[Entry]>::len);
    parts.iter().fold(own, |sum, part| sum.saturating_add(own_members(part)))
}

/// For each entry of a section of components, which other entries it is composed of: by `$ref`, `allOf`, `oneOf` and
/// `anyOf`, but not by members, items or entries of maps.
pub(super) fn compositions(entries: &[Entry], prefix: &str) -> Vec<Vec<usize>> {
    let mut indexes = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        indexes.insert(entry.key.as_str(), index);
    }
    let mut all = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut references = Vec::new();
        collect_references(&entry.value, &mut references);
        let names = references.into_iter().filter_map(|reference| reference.strip_prefix(prefix));
        all.push(names.filter_map(|name| indexes.get(unescape(name).as_str()).copied()).collect());
    }
    all
}

fn collect_references<'d>(node: &'d Node, references: &mut Vec<&'d str>) {
    references.extend(reference(node));
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in node.get(key).and_then(Node::as_sequence).unwrap_or_default() {
            collect_references(part, references);
        }
    }
}
