//! What has to be known of the whole document before a schema is looked at: which schemas differ by direction, and what tells the
//! variants of tagged unions apart.

use std::collections::{BTreeMap, BTreeSet};

use super::lowered::entries;
use super::source::{Seen, Source, list};
use crate::spec::{Node, NodeValue, escape, unescape};

/// Where the document has its schemas.
const SCHEMAS: &str = "/components/schemas/";

/// What the variants of tagged unions need in order to be told apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) values: BTreeSet<String>,
    /// Whether two unions want different members.
    pub(super) torn: bool,
}

/// What is known of the whole document, by JSON pointers of schemas.
#[derive(Default)]
pub(super) struct Survey {
    /// Schemas in which a member is only sent or only read, themselves or by what they refer to.
    pub(super) differing: BTreeSet<String>,
    /// What tells variants apart.
    pub(super) tags: BTreeMap<String, Tag>,
    /// Parents with a discriminator: the tags, and the children that they lead to.
    pub(super) families: BTreeMap<String, Vec<(String, String)>>,
}

impl Survey {
    pub(super) fn of(source: Source<'_>) -> Self {
        let mut survey = Self { differing: differing(source), ..Self::default() };
        for (union, discriminator) in tagged_unions(source.root) {
            let key = if list(union, "oneOf").is_empty() { "anyOf" } else { "oneOf" };
            let variants = list(union, key).into_iter().filter_map(|variant| match source.see(variant) {
                Seen::Reference { pointer, .. } => Some(pointer),
                _ => None,
            });
            survey.claim(source, discriminator, &variants.collect::<Vec<_>>());
        }
        survey.find_families(source);
        survey
    }

    /// Parents that say by which member their children are told apart, and are no union themselves.
    fn find_families(&mut self, source: Source<'_>) {
        let parents = parents(source);
        for (key, schema) in entries(source.root.at("/components/schemas")) {
            let is_union = schema.get("oneOf").is_some() || schema.get("anyOf").is_some();
            let Some(discriminator) = schema.get("discriminator").filter(|_| !is_union) else { continue };
            let own = pointer_of(key);
            let mut children: BTreeSet<String> = parents.get(&own).into_iter().flatten().cloned().collect();
            let mapped =
                entries(discriminator.get("mapping")).filter_map(|(_, target)| mapped(source, target.as_str()?));
            children.extend(mapped.filter(|pointer| *pointer != own));
            children.retain(|child| {
                let seen = source.root.at(child).map(|target| source.see(target));
                matches!(seen, Some(Seen::Flat(flat)) if flat.unions.is_empty() && flat.facets.len() > 1)
            });
            if children.is_empty() {
                continue;
            }
            let children: Vec<String> = children.into_iter().collect();
            self.claim(source, discriminator, &children);
            let name = discriminator.get("propertyName").and_then(Node::as_str).unwrap_or_default();
            let tags = children.iter().map(|child| self.tags.get(child).filter(|tag| !tag.torn && tag.name == name));
            if let Some(tags) = tags.collect::<Option<Vec<&Tag>>>() {
                let tagged = tags.into_iter().zip(&children);
                let all = tagged.flat_map(|(tag, child)| tag.values.iter().map(|value| (value.clone(), child.clone())));
                self.families.insert(own, all.collect());
            }
        }
        // A parent that is a variant of another union stays the object that it is.
        let tags = &self.tags;
        self.families.retain(|parent, _| !tags.contains_key(parent));
    }

    /// Notes which member tells these schemas apart, and by which values.
    fn claim(&mut self, source: Source<'_>, discriminator: &Node, variants: &[String]) {
        let Some(name) = discriminator.get("propertyName").and_then(Node::as_str) else { return };
        let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (value, target) in entries(discriminator.get("mapping")) {
            if let Some(pointer) = target.as_str().and_then(|text| mapped(source, text)) {
                values.entry(pointer).or_default().insert(value.to_owned());
            }
        }
        for variant in variants {
            let own = values.remove(variant).unwrap_or_else(|| {
                let last = variant.rsplit('/').next().unwrap_or_default();
                BTreeSet::from([unescape(last)])
            });
            let tag =
                self.tags.entry(variant.clone()).or_insert_with(|| Tag { name: name.to_owned(), ..Tag::default() });
            tag.torn |= tag.name != name;
            tag.values.extend(own);
        }
    }
}

/// The pointer of a component.
pub(super) fn pointer_of(key: &str) -> String {
    format!("{SCHEMAS}{}", escape(key))
}

/// What an entry of a mapping leads to: the name of a component, or a reference.
fn mapped(source: Source<'_>, text: &str) -> Option<String> {
    let by_name = pointer_of(text);
    let reference = if source.root.at(&by_name).is_some() { format!("#{by_name}") } else { text.to_owned() };
    source.resolve(&reference).map(|(pointer, _)| pointer)
}

/// The components that join each component by `allOf`.
fn parents(source: Source<'_>) -> BTreeMap<String, Vec<String>> {
    let mut parents: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, schema) in entries(source.root.at("/components/schemas")) {
        for reference in list(schema, "allOf").into_iter().filter_map(|part| part.get("$ref")?.as_str()) {
            if let Some((parent, _)) = source.resolve(reference) {
                parents.entry(parent).or_default().push(pointer_of(key));
            }
        }
    }
    parents
}

/// The components that have a member that is only sent or only read, and those that lead to one.
fn differing(source: Source<'_>) -> BTreeSet<String> {
    let mut flagged = Vec::new();
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, schema) in entries(source.root.at("/components/schemas")) {
        let own = pointer_of(key);
        let mut open = vec![schema];
        while let Some(node) = open.pop() {
            match &node.value {
                NodeValue::Mapping(mapping) => {
                    for entry in mapping {
                        match (entry.key.as_str(), &entry.value.value) {
                            ("example" | "examples" | "default" | "enum", _) => {}
                            ("readOnly" | "writeOnly", NodeValue::Bool(true)) => flagged.push(own.clone()),
                            ("$ref", NodeValue::String(text)) => {
                                if let Some((target, _)) = source.resolve(text) {
                                    users.entry(target).or_default().push(own.clone());
                                }
                            }
                            _ => open.push(&entry.value),
                        }
                    }
                }
                NodeValue::Sequence(items) => open.extend(items),
                _ => {}
            }
        }
    }
    let mut differing = BTreeSet::new();
    while let Some(pointer) = flagged.pop() {
        if !differing.contains(&pointer) {
            flagged.extend(users.get(&pointer).into_iter().flatten().cloned());
            differing.insert(pointer);
        }
    }
    differing
}

/// All unions with a discriminator beside them, wherever they are.
fn tagged_unions(root: &Node) -> Vec<(&Node, &Node)> {
    let mut open = vec![root];
    let mut unions = Vec::new();
    while let Some(node) = open.pop() {
        match &node.value {
            NodeValue::Mapping(mapping) => {
                let discriminator = node.get("discriminator").filter(|found| found.as_mapping().is_some());
                if let Some(discriminator) = discriminator
                    && node.get("oneOf").or(node.get("anyOf")).is_some()
                {
                    unions.push((node, discriminator));
                }
                let inner = mapping.into_iter().filter(|entry| entry.key != "example" && entry.key != "examples");
                open.extend(inner.map(|entry| &entry.value));
            }
            NodeValue::Sequence(items) => open.extend(items),
            _ => {}
        }
    }
    unions
}
