//! Unions: those that a member tells apart, those that are tried in order, and those that are one object.

use std::collections::{BTreeMap, BTreeSet};

use super::component::{Component, Work, plain};
use super::lowered::{Kind, Lowered, Wish};
use super::make::{Made, list_at, mapping_at, text_at};
use super::names::{Given, camel};
use super::schemas::Schemas;
use super::shape::{constants_of, required_of, says_members};
use super::source::{Alternatives, Flat, Seen};
use crate::names::Scope;
use crate::spec::{COMPONENT_PREFIX, Node, Span, unescape};

/// How many pairs of variants are compared.
const MAX_PAIRS: usize = 10_000;

impl<'d> Schemas<'d> {
    /// A union whose variants are tried in order.
    pub(super) fn untagged(lowered: Vec<Lowered>, span: Span) -> Component {
        if lowered.is_empty() || lowered.iter().any(|variant| variant.kind == Kind::Anything) {
            return plain(Made::at(span), span);
        }
        let mut names = Given::default();
        let mut known = BTreeSet::new();
        let mut references = Vec::new();
        let mut variants = Vec::new();
        for name in lowered.iter().filter_map(|variant| variant.component.as_ref()) {
            names.variant(name);
        }
        for variant in lowered {
            let Some(name) = variant.component.clone() else {
                let title = match variant.kind {
                    Kind::Text | Kind::Constant => "Text",
                    Kind::List => "List",
                    Kind::Map | Kind::Open => "Object",
                    _ => match variant.made_type() {
                        Some("integer") => "Integer",
                        Some("boolean") => "Boolean",
                        _ => "Number",
                    },
                };
                let node = variant.node(None);
                if known.insert(node.to_json().to_string()) {
                    let mut made = Made::of(node);
                    made.remove("nullable");
                    let title = names.variant(title);
                    variants.push(made.text("title", &title).node());
                }
                continue;
            };
            if known.insert(name.clone()) {
                variants.push(Made::at(span).text("$ref", &format!("{COMPONENT_PREFIX}{name}")).node());
                references.push(name);
            }
        }
        let key = if variants.len() == 1 && references.len() == 1 { "allOf" } else { "anyOf" };
        let made = Made::at(span).with(key, list_at(span, variants));
        Component { made, span, required: Vec::new(), variants: references }
    }

    pub(super) fn union(&mut self, work: &Work<'d>, alternatives: &Alternatives<'d>, span: Span) -> Component {
        if let Some(component) = self.tagged(work, alternatives, span) {
            return component;
        }
        let base: Vec<&'d Node> = work.flat.facets.iter().copied().filter(|facet| says_members(facet)).collect();
        let mut lowered = Vec::new();
        let variants = self.spliced(&alternatives.variants);
        if let Some(flats) = self.alike(&variants) {
            // Nothing tells these objects apart: one that has the members of all of them loses nothing.
            let mut required: Vec<&'d str> = flats.first().map(|flat| required_of(&flat.facets)).unwrap_or_default();
            for flat in &flats {
                let own: BTreeSet<&str> = required_of(&flat.facets).into_iter().collect();
                required.retain(|name| own.contains(name));
            }
            required.extend(required_of(&base));
            let facets: Vec<&'d Node> =
                base.iter().copied().chain(flats.iter().flat_map(|flat| flat.facets.iter().copied())).collect();
            return self.object_of(work, &facets, required, true, span);
        }
        for (index, variant) in variants.into_iter().enumerate() {
            let label = label(variant).unwrap_or_else(|| format!("Variant{}", index + 1));
            let name = if label.starts_with(&work.wish.name) { label } else { format!("{}{label}", work.wish.name) };
            let wish = work.wish.inner(name, format!("{}, variant {}", work.wish.place, index + 1));
            lowered.push(if base.is_empty() {
                self.lower(variant, &wish)
            } else {
                let nodes: Vec<&'d Node> = std::iter::once(variant).chain(base.iter().copied()).collect();
                let mut flat = self.source.flat(&nodes);
                // The union itself is among what its members are beside.
                flat.unions.retain(|other| !std::ptr::eq(first(&other.variants), first(&alternatives.variants)));
                self.flat(flat, &wish, span)
            });
        }
        Self::untagged(lowered, span)
    }

    /// The variants, where all are objects and at least two of them cannot be told apart by what they require.
    pub(super) fn alike(&self, variants: &[&'d Node]) -> Option<Vec<Flat<'d>>> {
        let mut flats = Vec::new();
        for variant in variants {
            let flat = self.source.followed(variant)?;
            let is_object = flat.unions.is_empty() && flat.facets.iter().any(|facet| says_members(facet));
            if !is_object {
                return None;
            }
            flats.push(flat);
        }
        // A value of the later variant is read as the earlier one where that requires no more, and no constant differs.
        let facts: Vec<(BTreeSet<&str>, BTreeMap<&str, String>)> = flats
            .iter()
            .map(|flat| (required_of(&flat.facets).into_iter().collect(), constants_of(&flat.facets)))
            .collect();
        let hides = |(earlier, own): &(BTreeSet<&str>, BTreeMap<&str, String>),
                     (later, others): &(BTreeSet<&str>, BTreeMap<&str, String>)| {
            earlier.is_subset(later)
                && !own.iter().any(|(name, value)| others.get(name).is_some_and(|other| other != value))
        };
        let mut pairs = facts
            .iter()
            .enumerate()
            .flat_map(|(index, earlier)| facts.iter().skip(index + 1).map(move |later| (earlier, later)));
        pairs.by_ref().take(MAX_PAIRS).any(|(earlier, later)| hides(earlier, later)).then_some(flats)
    }

    /// Variants, and those of unions among them.
    pub(super) fn spliced(&self, variants: &[&'d Node]) -> Vec<&'d Node> {
        let mut visited = BTreeSet::new();
        let mut open: Vec<&'d Node> = variants.iter().rev().copied().collect();
        let mut all = Vec::new();
        while let Some(variant) = open.pop() {
            let flat = match self.source.see(variant) {
                Seen::Reference { pointer, target, .. } => {
                    if !visited.insert(pointer.clone()) {
                        continue;
                    }
                    match self.source.see(target) {
                        Seen::Flat(flat) if !self.survey.families.contains_key(&pointer) => flat,
                        _ => Flat::default(),
                    }
                }
                Seen::Flat(flat) => flat,
                Seen::Lost { .. } => Flat::default(),
            };
            match flat.unions.as_slice() {
                [inner] if inner.discriminator.is_none() && !flat.facets.iter().any(|facet| says_members(facet)) => {
                    open.extend(inner.variants.iter().rev());
                }
                _ => all.push(variant),
            }
        }
        all
    }

    /// A union whose variants a member tells apart; `None` where the document does not say enough for that.
    pub(super) fn tagged(&mut self, work: &Work<'d>, alternatives: &Alternatives<'d>, span: Span) -> Option<Component> {
        let tag = alternatives.discriminator?.get("propertyName")?.as_str()?;
        if work.flat.facets.iter().any(|facet| says_members(facet)) {
            return None;
        }
        let mut pointers = Vec::new();
        for variant in &alternatives.variants {
            let Seen::Reference { pointer, .. } = self.source.see(variant) else { return None };
            pointers.push((pointer, *variant));
        }
        let mut mapping = Vec::new();
        let mut lowered = Vec::new();
        for (pointer, variant) in pointers {
            let values =
                self.survey.tags.get(&pointer).filter(|found| !found.torn && found.name == tag)?.values.clone();
            let wish = work.wish.inner(work.wish.name.clone(), work.wish.place.clone());
            lowered.push((self.lower(variant, &wish), values));
        }
        for (variant, values) in lowered {
            let name = variant.component.filter(|_| variant.kind == Kind::Object)?;
            mapping.extend(values.into_iter().map(|value| (value, name.clone())));
        }
        Some(tagged_union(tag, mapping, span))
    }

    /// A parent with a discriminator: one of its children.
    pub(super) fn family(&mut self, pointer: &str, wish: &Wish, span: Span) -> Component {
        let children = self.survey.families.get(pointer).cloned().unwrap_or_default();
        let tag = children
            .first()
            .and_then(|(_, child)| self.survey.tags.get(child))
            .map(|tag| tag.name.clone())
            .unwrap_or_default();
        let mut mapping = Vec::new();
        for (value, child) in children {
            let Some(target) = self.source.root.at(&child) else { continue };
            let lowered = self.reference(child, target, wish, span);
            if let Some(name) = lowered.component.filter(|_| lowered.kind == Kind::Object) {
                mapping.push((value, name));
            }
        }
        tagged_union(&tag, mapping, span)
    }
}

fn tagged_union(tag: &str, mapping: Vec<(String, String)>, span: Span) -> Component {
    let mut given = Given::default();
    let mut names = Vec::new();
    let mut references: Vec<String> = Vec::new();
    let mut known = BTreeSet::new();
    let mut targets = Vec::new();
    let mut values = BTreeSet::new();
    for (value, name) in mapping {
        if !values.insert(value.clone()) {
            continue;
        }
        let rust_name = given.variant(&value);
        if rust_name != Scope::Variant.name(&value, None) {
            names.push((value.clone(), text_at(span, &rust_name)));
        }
        targets.push((value, text_at(span, &format!("{COMPONENT_PREFIX}{name}"))));
        if known.insert(name.clone()) {
            references.push(name);
        }
    }
    if references.is_empty() {
        return plain(Made::at(span), span);
    }
    let variants =
        references.iter().map(|name| Made::at(span).text("$ref", &format!("{COMPONENT_PREFIX}{name}")).node());
    let variants = list_at(span, variants.collect());
    let mut discriminator = Made::at(span).text("propertyName", tag).with("mapping", mapping_at(span, targets));
    if !names.is_empty() {
        discriminator = discriminator.with("x-rust-name", mapping_at(span, names));
    }
    let made = Made::at(span).with("oneOf", variants).with("discriminator", discriminator.node());
    Component { made, span, required: Vec::new(), variants: references }
}

fn first(variants: &[&Node]) -> *const Node {
    variants.first().map_or(std::ptr::null(), |node| std::ptr::from_ref::<Node>(node))
}

/// What a variant is called: by its title, or by the name of what it refers to.
fn label(variant: &Node) -> Option<String> {
    let reference = variant.get("$ref").and_then(Node::as_str).and_then(|text| text.rsplit('/').next()).map(unescape);
    let title = || variant.get("title").and_then(Node::as_str).map(str::to_owned);
    reference.or_else(title).map(|text| camel(&text)).filter(|text| !text.is_empty())
}
