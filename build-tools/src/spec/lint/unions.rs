//! Unions: whether a reader can tell their variants apart.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Report,
    context::{Context, Object},
    grammar::Kind,
    names::is_type_name,
    schemas::is_variant,
    suggest::nearest,
    walk::Site,
};
use crate::{
    names::type_name,
    spec::{Node, pointer::join},
};

/// How references to component schemas begin.
const COMPONENTS: &str = "#/components/schemas";

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    for site in context.objects(Kind::Schema) {
        check_variant_title(context, site, report);
        let union = ["oneOf", "anyOf"].into_iter().find_map(|key| Some((key, site.node.get(key)?.as_sequence()?)));
        let Some((key, variants)) = union else {
            if site.node.get("discriminator").is_some() {
                let help = "Write `oneOf` with the variants beside it.";
                let pointer = join(&site.pointer, "discriminator");
                report.pointed("discriminator-mapping", &pointer, "the discriminator stands beside no `oneOf`", help);
            }
            continue;
        };
        let pointer = join(&site.pointer, key);
        if variants.is_empty() {
            report.pointed("empty-union", &pointer, "the union has no variants", "List the variants.");
        }
        for other in ["properties", "allOf"].into_iter().chain((key == "oneOf").then_some("anyOf")) {
            if let Some(entry) = site.node.entry(other) {
                let message = format!("`{other}` stands beside `{key}`");
                let help = "Move what all variants have in common into each of them, by `allOf` if it is much.";
                report.at("unsupported", entry.key_span, &join(&site.pointer, other), message, help);
            }
        }
        match site.node.get("discriminator") {
            Some(discriminator) => check_discriminator(context, site, key, variants, discriminator, report),
            None => check_ambiguity(context, &pointer, variants, report),
        }
    }
}

/// Rule `variant-without-title`.
fn check_variant_title(context: &Context<'_>, site: &Site<'_>, report: &mut Report<'_>) {
    if !is_variant(site) {
        return;
    }
    // An object or an enumeration in place is a mistake of its own.
    let named_elsewhere = ["properties", "enum", "oneOf", "anyOf"].iter().any(|key| site.node.get(key).is_some());
    match site.node.get("title") {
        None if !named_elsewhere => {
            let help = "Add a `title` in PascalCase, or make the variant a component.";
            report.at("variant-without-title", site.span, &site.pointer, "the variant has no name", help);
        }
        Some(title) => {
            let Some(text) = title.as_str() else {
                return;
            };
            let pointer = join(&site.pointer, "title");
            if !is_type_name(text) {
                let message = format!("the title `{text}` is not in PascalCase");
                report.at(
                    "variant-without-title",
                    title.span,
                    &pointer,
                    message,
                    format!("Write `{}`.", type_name(text)),
                );
            }
            let same = |other: &&Site<'_>| {
                other.parent == site.parent
                    && other.role == site.role
                    && other.span < site.span
                    && other.node.get("title").and_then(Node::as_str) == Some(text)
            };
            if let Some(other) = context.objects(Kind::Schema).find(same) {
                let message = format!("the variant on line {} is titled `{text}` too", other.span.line);
                report.at(
                    "duplicate-rust-name",
                    title.span,
                    &pointer,
                    message,
                    "Give each variant a title of its own.",
                );
            }
        }
        None => {}
    }
}

/// Rule `discriminator-mapping`.
fn check_discriminator(
    context: &Context<'_>,
    site: &Site<'_>,
    key: &str,
    variants: &[Node],
    discriminator: &Node,
    report: &mut Report<'_>,
) {
    let rule = "discriminator-mapping";
    let pointer = join(&site.pointer, "discriminator");
    if key != "oneOf" {
        let help = "Write `oneOf`: a tag names exactly one variant.";
        report.pointed(rule, &pointer, format!("the discriminator stands beside `{key}`"), help);
    }
    let tag = discriminator.get("propertyName").and_then(Node::as_str);
    let Some((tag, mapping)) = tag.zip(discriminator.get("mapping").and_then(Node::as_mapping)) else {
        return;
    };
    let mapping_pointer = join(&pointer, "mapping");
    let listed = || variants.iter().filter_map(|variant| variant.get("$ref")?.as_str());
    let known: BTreeSet<&str> = listed().collect();
    let names: BTreeSet<&str> = context.schema_names().collect();
    let mut tags_of: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for entry in mapping {
        let Some(target) = entry.value.as_str() else {
            continue;
        };
        // The name of a component, whatever it looks like, or else a reference.
        let target = if names.contains(target) { join(COMPONENTS, target) } else { target.to_owned() };
        if !known.contains(target.as_str()) {
            let message = format!("the tag `{}` leads to `{target}`, which is no variant of the union", entry.key);
            let help = match nearest(&target, listed()) {
                Some(near) => format!("Write `{near}`, or add the variant to `oneOf`."),
                None => "Name one of the variants, or add this one to `oneOf`.".to_owned(),
            };
            report.at(rule, entry.value.span, &join(&mapping_pointer, &entry.key), message, help);
        }
        tags_of.entry(target).or_default().push(&entry.key);
    }
    for (index, variant) in variants.iter().enumerate() {
        let pointer = join(&join(&site.pointer, key), &index.to_string());
        let Some(reference) = variant.get("$ref").and_then(Node::as_str) else {
            let help = "Make it a component, and refer to it with `$ref`.";
            report.pointed(rule, &pointer, "a variant of a tagged union is written in place", help);
            continue;
        };
        let tags = tags_of.get(reference).map(Vec::as_slice).unwrap_or_default();
        if tags.is_empty() {
            let message = format!("no tag leads to `{reference}`");
            report.pointed(rule, &join(&pointer, "$ref"), message, "Add its tag to `mapping`.");
        }
        if let Some((message, help)) = tag_mistake(context, variant, tag, tags) {
            report.pointed(rule, &join(&pointer, "$ref"), format!("`{reference}` {message}"), help);
        }
    }
}

/// What is wrong with the tag member of a variant, and what to write instead.
fn tag_mistake<'d>(context: &Context<'d>, variant: &'d Node, tag: &str, tags: &[&str]) -> Option<(String, String)> {
    // A reference that leads nowhere is reported as such.
    context.follow(variant)?;
    if !context.json_kinds(variant).is_exactly_object() {
        return Some(("is no object".to_owned(), "Each variant is an object that has the tag.".to_owned()));
    }
    let object = context.object(variant);
    let Some(member) = object.members.iter().find(|member| member.name == tag) else {
        return Some((format!("has no member `{tag}`"), format!("Add `{tag}` to the variant's `properties`.")));
    };
    if !object.required.contains(tag) {
        return Some((format!("does not require `{tag}`"), format!("Add `{tag}` to the variant's `required`.")));
    }
    let schema = context.unwrap(member.schema)?;
    if schema.get("type").and_then(Node::as_str) != Some("string") {
        let message = format!("has a tag `{tag}` that is no text");
        return Some((message, "Write `type: string`.".to_owned()));
    }
    let in_place = member.schema.get("enum").and_then(Node::as_sequence);
    match (in_place, tags) {
        (Some([constant]), [only]) if constant.as_str() != Some(only) => {
            let message = format!("has the constant {} as its tag, but `mapping` says `{only}`", constant.to_json());
            Some((message, "Write the same value in both places.".to_owned()))
        }
        (Some([_]), [_, _, ..]) => {
            let message = format!("is used by {} tags, but its tag is a constant", tags.len());
            Some((message, format!("Make `{tag}` a plain string there.")))
        }
        _ => None,
    }
}

/// Rule `ambiguous-union`: variants are tried in order, so none may be hidden by one before it.
fn check_ambiguity<'d>(context: &Context<'d>, pointer: &str, variants: &'d [Node], report: &mut Report<'_>) {
    for (index, later) in variants.iter().enumerate() {
        let Some(earlier) = variants.iter().take(index).find(|earlier| hides(context, earlier, later)) else {
            continue;
        };
        let message = format!("{} accepts everything that {} requires, and is tried first", name(earlier), name(later));
        let help = "List the variant that requires more first, or give the variants members that tell them apart.";
        report.pointed("ambiguous-union", &join(pointer, &index.to_string()), message, help);
    }
}

/// Whether reading any value of `later` as `earlier` succeeds.
fn hides<'d>(context: &Context<'d>, earlier: &'d Node, later: &'d Node) -> bool {
    let (Some(first), Some(second)) = (context.unwrap(earlier), context.unwrap(later)) else {
        return false;
    };
    let (kinds, later_kinds) = (context.json_kinds(earlier), context.json_kinds(later));
    if kinds.is_anything() {
        return true;
    }
    if !kinds.overlap(later_kinds) || later_kinds.is_anything() {
        return false;
    }
    let text = |node: &'d Node, key: &str| node.get(key).and_then(Node::as_str);
    if kinds.is_exactly_object() && later_kinds.is_exactly_object() {
        return hides_object(context, &requirements(context, earlier), &requirements(context, later));
    }
    if kinds.is_exactly_array() && later_kinds.is_exactly_array() {
        return match (first.get("items"), second.get("items")) {
            (Some(first), Some(second)) => context.json_kinds(first).overlap(context.json_kinds(second)),
            _ => true,
        };
    }
    if kinds.is_exactly_string() {
        // These are read into types that refuse other text.
        return !matches!(text(first, "format"), Some("date" | "date-time" | "decimal"));
    }
    // An integer before a number is the right order.
    !(text(first, "type") == Some("integer") && text(second, "type") == Some("number"))
}

/// What an object needs in order to be read; of a union, what all of its variants need, above all the tag.
fn requirements<'d>(context: &Context<'d>, variant: &'d Node) -> Object<'d> {
    let union = context.unwrap(variant);
    let union = union.and_then(|schema| schema.get("oneOf").or(schema.get("anyOf"))?.as_sequence());
    let Some((first, others)) = union.and_then(<[Node]>::split_first) else {
        return context.object(variant);
    };
    let mut common = context.object(first);
    for other in others {
        let required = context.object(other).required;
        common.required.retain(|name| required.contains(name));
    }
    common.members.clear();
    common
}

fn hides_object<'d>(context: &Context<'d>, earlier: &Object<'d>, later: &Object<'d>) -> bool {
    if !earlier.required.is_subset(&later.required) {
        return false;
    }
    earlier.members.iter().all(|member| {
        let other = later.members.iter().find(|other| other.name == member.name && later.required.contains(other.name));
        other.is_none_or(|other| context.json_kinds(member.schema).overlap(context.json_kinds(other.schema)))
    })
}

/// A variant as messages name it.
fn name(variant: &Node) -> String {
    let named = variant.get("$ref").or(variant.get("title")).and_then(Node::as_str);
    match named {
        Some(name) => format!("`{}`", name.rsplit('/').next().unwrap_or(name)),
        None => format!("the variant on line {}", variant.span.line),
    }
}
