//! Which kind of schema a published one is (texts, a list, an object, a union, …), before its members or variants are looked at.

use std::collections::{BTreeMap, BTreeSet};

use super::lowered::{Kind, entries};
use super::source::{Alternatives, Flat, Seen, Source, has_structure, list};
use crate::spec::Node;

/// What a flat schema is, before what it is made of is looked at.
#[derive(Clone, Debug)]
pub(super) enum Shape<'d> {
    Anything,
    Union(Alternatives<'d>),
    /// Texts.
    Enumeration(Vec<String>),
    Text,
    Integer,
    Number,
    Boolean,
    List(Option<&'d Node>),
    Map(Option<&'d Node>),
    Open,
    Object,
    /// One of several types.
    Types(Vec<&'d str>),
    /// A parent whose children name it, by its JSON pointer.
    Family(String),
}

pub(super) fn needs_name(shape: &Shape<'_>) -> bool {
    matches!(shape, Shape::Object | Shape::Union(_) | Shape::Enumeration(_) | Shape::Types(_) | Shape::Family(_))
}

/// What a schema is made of, as addresses within the document, and as what it is taken.
pub(super) fn identity(flat: &Flat<'_>, shape: &Shape<'_>) -> Vec<usize> {
    let code = match shape {
        Shape::Object => 0,
        Shape::Union(_) => 1,
        Shape::Enumeration(_) => 2,
        Shape::List(_) => 3,
        Shape::Map(_) => 4,
        Shape::Types(_) => 5,
        _ => 6,
    };
    let variants = flat.unions.iter().flat_map(|union| union.variants.iter());
    let address = |node: &&Node| std::ptr::from_ref::<Node>(*node).addr();
    std::iter::once(code).chain(flat.facets.iter().map(address)).chain(variants.map(address)).collect()
}

pub(super) fn kind_of(shape: &Shape<'_>) -> Kind {
    match shape {
        Shape::Object => Kind::Object,
        Shape::Union(_) | Shape::Types(_) | Shape::Family(_) => Kind::Union,
        Shape::Enumeration(_) => Kind::Enumeration,
        Shape::List(_) | Shape::Map(_) => Kind::Collection,
        _ => Kind::Anything,
    }
}

/// The values of texts, where every variant of a union is a list of texts.
pub(super) fn texts_of<'d>(source: Source<'d>, variants: &[&'d Node]) -> Option<Vec<String>> {
    let (mut texts, mut known) = (Vec::new(), BTreeSet::new());
    for variant in variants {
        let Seen::Flat(flat) = source.see(variant) else { return None };
        if !flat.unions.is_empty() {
            return None;
        }
        let values = flat.facets.iter().find_map(|facet| values_of(facet))?;
        for value in values.into_iter().filter(|value| !value.is_null()) {
            let text = value.as_str()?.to_owned();
            if known.insert(text.clone()) {
                texts.push(text);
            }
        }
    }
    (!texts.is_empty()).then_some(texts)
}

pub(super) fn values_of(node: &Node) -> Option<Vec<&Node>> {
    if let Some(value) = node.get("const") {
        return Some(vec![value]);
    }
    let values = list(node, "enum");
    (!values.is_empty()).then_some(values)
}

/// The members that facets require.
pub(super) fn required_of<'d>(facets: &[&'d Node]) -> Vec<&'d str> {
    facets.iter().flat_map(|facet| list(facet, "required")).filter_map(Node::as_str).collect()
}

/// The members that must have one value.
pub(super) fn constants_of<'d>(facets: &[&'d Node]) -> BTreeMap<&'d str, String> {
    let required: BTreeSet<&str> = required_of(facets).into_iter().collect();
    let members = facets.iter().flat_map(|facet| entries(facet.get("properties")));
    let constants = members.filter(|(name, _)| required.contains(name)).filter_map(|(name, schema)| {
        let values = values_of(schema)?;
        let [only] = values.as_slice() else { return None };
        Some((name, only.as_str()?.to_owned()))
    });
    constants.collect()
}

/// Whether a facet says something of a value's members.
pub(super) fn says_members(facet: &Node) -> bool {
    entries(facet.get("properties")).next().is_some()
}

/// Whether a schema says anything of a value beside what it is for.
pub(super) fn says_something(node: &Node) -> bool {
    has_structure(node) || node.get("$ref").is_some() || node.get("type").is_some() || node.get("format").is_some()
}
