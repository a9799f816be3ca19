//! What depends on who uses a type: whether it is sent and read, which module holds it, where it must be boxed, what tells the
//! variants of a union apart, and whether it has a builder.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::calls::{Found, Tag};
use super::definitions::{Kind, Member, Presence, TypeDefinition, TypeUse, VariantForm};
use super::forms::forms;
use crate::graph::groups;
use crate::names::builder_type;

/// Settles what depends on the operations: who sends and reads a type, which module holds it, and where it must be boxed.
pub(super) fn settle(types: &mut IndexMap<String, TypeDefinition>, found: &Found, tags: &[Tag]) {
    let indexes: BTreeMap<String, usize> =
        types.values().enumerate().map(|(index, definition)| (definition.name.clone(), index)).collect();
    let targets = |names: BTreeSet<String>| -> Vec<usize> {
        names.iter().filter_map(|name| indexes.get(name).copied()).collect()
    };
    let uses: Vec<Vec<usize>> = types.values().map(|definition| targets(used_by(&definition.kind))).collect();
    let reach = |sent: bool| {
        let roots = found.roots.iter().filter(|root| root.sent == sent);
        reached(&uses, roots.filter_map(|root| indexes.get(&root.name).copied()))
    };
    let (sent, read) = (reach(true), reach(false));
    let modules = modules(&uses, found, &indexes);
    let parameters: BTreeSet<&str> =
        found.roots.iter().filter(|root| root.parameter).map(|root| root.name.as_str()).collect();
    let held: Vec<Vec<usize>> = types.values().map(|definition| targets(held_by(&definition.kind))).collect();
    // A type that is held by what it holds itself has no end unless it is boxed.
    let circles = groups(&held);
    for (index, definition) in types.values_mut().enumerate() {
        definition.parameter = parameters.contains(definition.name.as_str());
        definition.sent = sent[index];
        definition.read = read[index];
        definition.module = match modules[index] {
            Module::Only(module) => module.to_owned(),
            Module::None | Module::Shared => "shared".to_owned(),
        };
        if let [only] = tags {
            definition.module.clone_from(&only.module);
        }
        let is_circular = |name: &str| indexes.get(name).is_some_and(|other| circles[*other] == circles[index]);
        let settle = |value: &mut TypeUse| {
            if let TypeUse::Named(name) = value
                && is_circular(name)
            {
                *value = TypeUse::Boxed(name.clone());
            }
        };
        match &mut definition.kind {
            Kind::Object { members, .. } => {
                for member in members {
                    settle(&mut member.value);
                    if member.presence == Presence::ThreeState && !definition.sent {
                        member.presence = Presence::Optional;
                    }
                }
            }
            Kind::TaggedUnion { variants, .. } | Kind::UntaggedUnion(variants) => {
                for variant in variants {
                    settle(&mut variant.value);
                }
            }
            _ => {}
        }
    }
    tell_variants_apart(types);
    let mut index = 0;
    types.retain(|_, _| {
        index += 1;
        modules[index - 1] != Module::None
    });
    name_builders(types);
}

/// How many required members can be given as a text before they are given by name.
const MAX_TEXTS_IN_ORDER: usize = 3;

/// Gives a builder to what is made from many texts.
fn name_builders(types: &mut IndexMap<String, TypeDefinition>) {
    let mut names: BTreeSet<String> = types.values().map(|definition| definition.name.clone()).collect();
    let texts: BTreeSet<String> = types
        .values()
        .filter(|definition| {
            matches!(definition.kind, Kind::StringEnum(_) | Kind::TextIdentifier | Kind::ResourceUrl { .. })
        })
        .map(|definition| definition.name.clone())
        .collect();
    for definition in types.values_mut().filter(|definition| definition.sent) {
        let Kind::Object { members, .. } = &definition.kind else { continue };
        let is_text = |member: &&Member| match &member.value {
            TypeUse::Scalar(scalar) => scalar.is_text() && member.presence == Presence::Required,
            TypeUse::Named(name) => member.presence == Presence::Required && texts.contains(name),
            _ => false,
        };
        if members.iter().filter(is_text).count() > MAX_TEXTS_IN_ORDER {
            let mut name = builder_type(&definition.name);
            while !names.insert(name.clone()) {
                name.push('_');
            }
            definition.builder = Some(name);
        }
    }
}

/// Says of each variant of a union without a tag what tells it from the others.
fn tell_variants_apart(types: &mut IndexMap<String, TypeDefinition>) {
    let by_name: BTreeMap<&str, &TypeDefinition> =
        types.values().map(|definition| (definition.name.as_str(), definition)).collect();
    let found: Vec<Option<Vec<Vec<VariantForm>>>> = types
        .values()
        .map(|definition| match &definition.kind {
            Kind::UntaggedUnion(variants) => {
                let values: Vec<&TypeUse> = variants.iter().map(|variant| &variant.value).collect();
                Some(forms(&by_name, &values))
            }
            _ => None,
        })
        .collect();
    for (definition, found) in types.values_mut().zip(found) {
        if let (Kind::UntaggedUnion(variants), Some(found)) = (&mut definition.kind, found) {
            for (variant, forms) in variants.iter_mut().zip(found) {
                variant.forms = forms;
            }
        }
    }
}

/// The types that a type mentions.
fn used_by(kind: &Kind) -> BTreeSet<String> {
    if let Kind::ResourceUrl { identifier, .. } = kind {
        return BTreeSet::from([identifier.clone()]);
    }
    kind.values().into_iter().filter_map(TypeUse::named).map(str::to_owned).collect()
}

/// The types whose values lie within a type's own value, not behind a list or map.
fn held_by(kind: &Kind) -> BTreeSet<String> {
    let values: Vec<&TypeUse> = match kind {
        Kind::Object { members, .. } => members.iter().map(|member| &member.value).collect(),
        Kind::TaggedUnion { variants, .. } | Kind::UntaggedUnion(variants) => {
            variants.iter().map(|variant| &variant.value).collect()
        }
        _ => Vec::new(),
    };
    values
        .into_iter()
        .filter_map(|value| match value {
            TypeUse::Named(name) | TypeUse::Boxed(name) => Some(name.clone()),
            _ => None,
        })
        .collect()
}

/// Which modules a type is needed by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Module<'f> {
    None,
    Only(&'f str),
    Shared,
}

/// The module of each type: that of the only tag that reaches it. Each type is visited at most twice, when it is found to be needed
/// and when it is found to be shared.
fn modules<'f>(uses: &[Vec<usize>], found: &'f Found, indexes: &BTreeMap<String, usize>) -> Vec<Module<'f>> {
    let mut modules = vec![Module::None; uses.len()];
    let roots = found.roots.iter();
    let mut open: Vec<(usize, Module<'f>)> = roots
        .filter_map(|root| Some((indexes.get(&root.name).copied()?, Module::Only(root.module.as_str()))))
        .collect();
    while let Some((index, module)) = open.pop() {
        let joined = match (modules[index], module) {
            (Module::None, module) => module,
            (Module::Only(one), Module::Only(other)) if one == other => continue,
            (Module::Shared, _) => continue,
            (Module::Only(_), _) => Module::Shared,
        };
        modules[index] = joined;
        open.extend(uses[index].iter().map(|next| (*next, joined)));
    }
    modules
}

/// What can be reached from some types, themselves included.
fn reached(uses: &[Vec<usize>], roots: impl Iterator<Item = usize>) -> Vec<bool> {
    let mut reached = vec![false; uses.len()];
    let mut open: Vec<usize> = roots.collect();
    while let Some(index) = open.pop() {
        if !std::mem::replace(&mut reached[index], true) {
            open.extend(&uses[index]);
        }
    }
    reached
}
