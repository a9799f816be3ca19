//! Unions: whether a reader can tell their variants apart.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    rc::Rc,
};

use super::{
    context::{Context, JsonKinds, Object},
    grammar::Kind,
    report::Report,
    schemas::is_variant,
    walk::Site,
};
use crate::{
    names::{Scope, is_type_name},
    spec::{Node, TextFormat, pointer::join, text_format},
};

/// How references to component schemas begin.
const COMPONENTS: &str = "#/components/schemas";

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    let mut names = Names::new();
    let mut effort = 0;
    for site in context.objects(Kind::Schema) {
        check_variant_name(site, &mut names, report);
        let union = ["oneOf", "anyOf"].into_iter().find_map(|key| Some((key, site.node.get(key)?.as_sequence()?)));
        let Some((key, variants)) = union else {
            if site.node.get("discriminator").is_some() {
                let help = "Write `oneOf` with the variants beside it.";
                let pointer = join(&site.pointer, "discriminator");
                report.pointed("discriminator-mapping", &pointer, "there is no `oneOf` beside the discriminator", help);
            }
            continue;
        };
        let pointer = join(&site.pointer, key);
        if variants.is_empty() {
            report.pointed("empty-union", &pointer, "the union has no variants", "List the variants.");
        }
        for other in ["properties", "allOf"].into_iter().chain((key == "oneOf").then_some("anyOf")) {
            if let Some(entry) = site.node.entry(other) {
                let message = format!("`{other}` is beside `{key}`");
                let help = "Move what all variants have in common into each of them, by `allOf` if it is much.";
                report.at("unsupported", entry.key_span, &join(&site.pointer, other), message, help);
            }
        }
        match site.node.get("discriminator") {
            Some(discriminator) => check_discriminator(context, site, key, variants, discriminator, report),
            None => check_ambiguity(context, &pointer, variants, &mut effort, report),
        }
    }
}

/// The names of variants in place by their union, with the line of the first that has it.
type Names<'d> = BTreeMap<(Option<usize>, &'static str, String), usize>;

/// Rules `variant-without-title` and `duplicate-rust-name`.
fn check_variant_name<'d>(site: &Site<'d>, names: &mut Names<'d>, report: &mut Report<'_>) {
    if !is_variant(site) {
        return;
    }
    // An object or an enumeration in place is a mistake of its own.
    let named_elsewhere = ["properties", "enum", "oneOf", "anyOf"].iter().any(|key| site.node.get(key).is_some());
    let text = |key: &str| site.node.get(key).and_then(|node| Some((node, node.as_str()?)));
    let (title, given) = (text("title"), text("x-rust-name"));
    if title.is_none() && given.is_none() {
        if !named_elsewhere && site.node.get("title").is_none() {
            let help = "Add a `title` in PascalCase, or make the variant a component.";
            report.at("variant-without-title", site.span, &site.pointer, "the variant has no name", help);
        }
        return;
    }
    if let (Some((node, title)), None) = (title, given)
        && !is_type_name(title)
    {
        let (message, help) = (format!("the title `{title}` is not in PascalCase"), Scope::Variant.name(title, None));
        let pointer = join(&site.pointer, "title");
        report.at("variant-without-title", node.span, &pointer, message, format!("Write `{help}`."));
    }
    let (node, name) = (given.or(title).map_or(site.node, |(node, _)| node), title.map_or("", |(_, title)| title));
    let name = Scope::Variant.name(name, given.map(|(_, given)| given));
    let key = if given.is_some() { "x-rust-name" } else { "title" };
    match names.entry((site.parent, site.role, name.clone())) {
        Entry::Occupied(first) => {
            let message = format!("the variant on line {} is named `{name}` too", first.get());
            let help = "Give each variant a name of its own.";
            report.at("duplicate-rust-name", node.span, &join(&site.pointer, key), message, help);
        }
        Entry::Vacant(vacant) => {
            vacant.insert(site.span.line);
        }
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
        report.pointed(rule, &pointer, format!("the discriminator is beside `{key}`"), help);
    }
    let tag = discriminator.get("propertyName").and_then(Node::as_str);
    let Some((tag, mapping)) = tag.zip(discriminator.get("mapping").and_then(Node::as_mapping)) else {
        return;
    };
    let mapping_pointer = join(&pointer, "mapping");
    let listed: BTreeSet<&str> = variants.iter().filter_map(|variant| variant.get("$ref")?.as_str()).collect();
    let names: BTreeSet<&str> = context.schema_names().collect();
    // The tags of each variant.
    let mut tags_of: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for entry in mapping {
        let Some(target) = entry.value.as_str() else {
            continue;
        };
        // The name of a component, whatever it looks like, or else a reference.
        let target = if names.contains(target) { join(COMPONENTS, target) } else { target.to_owned() };
        if listed.contains(target.as_str()) {
            tags_of.entry(target).or_default().push(&entry.key);
            continue;
        }
        let message = format!("the tag `{}` leads to `{target}`, which is no variant of the union", entry.key);
        let help = match report.nearest(&target, listed.iter().copied()) {
            Some(near) => format!("Write `{near}`, or add the variant to `oneOf`."),
            None => "Name one of the variants, or add this one to `oneOf`.".to_owned(),
        };
        report.at(rule, entry.value.span, &join(&mapping_pointer, &entry.key), message, help);
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
    let Some(member) = object.member(tag) else {
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

/// How many pairs of variants are compared in all. Pairs of objects count only where the one needs some member of the other, so
/// that few documents come near this: it is for those that were made to.
const MAX_PAIRS: usize = 1_000_000;

/// Rule `ambiguous-union`: variants are tried in order, so none may be hidden by one before it. `effort` counts the pairs that were
/// compared.
fn check_ambiguity<'d>(
    context: &Context<'d>,
    pointer: &str,
    variants: &'d [Node],
    effort: &mut usize,
    report: &mut Report<'_>,
) {
    let facts: Vec<Option<Facts<'d>>> = variants.iter().map(|variant| Facts::new(context, variant)).collect();
    // Objects by the member that the fewest of them require: one that needs what another lacks cannot hide it.
    let mut frequency: BTreeMap<&str, usize> = BTreeMap::new();
    for name in facts.iter().flatten().filter(|facts| facts.is_object()).flat_map(|facts| &facts.object.required) {
        *frequency.entry(name).or_default() += 1;
    }
    let mut by_member: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut others: Vec<usize> = Vec::new();
    for (index, (later, variant)) in facts.iter().zip(variants).enumerate() {
        let Some(later) = later else {
            continue;
        };
        let mut candidates = others.clone();
        if later.is_object() {
            let named = later.object.required.iter().filter_map(|name| by_member.get(name)).flatten();
            candidates.extend(named);
            candidates.sort_unstable();
        }
        let hiding = candidates.into_iter().find_map(|candidate| {
            *effort += 1;
            let (earlier, variant) = (facts.get(candidate)?.as_ref()?, variants.get(candidate)?);
            (*effort <= MAX_PAIRS && hides(context, earlier, later)).then_some(variant)
        });
        if *effort > MAX_PAIRS {
            return;
        }
        if let Some(earlier) = hiding {
            let message =
                format!("{} accepts everything that {} requires, and is tried first", name(earlier), name(variant));
            let help = "List the variant that requires more first, or give the variants members that tell them apart.";
            report.pointed("ambiguous-union", &join(pointer, &index.to_string()), message, help);
        }
        let rarest = later.object.required.iter().min_by_key(|name| frequency.get(*name));
        match rarest.filter(|_| later.is_object()) {
            Some(name) => by_member.entry(name).or_default().push(index),
            // A variant that is hidden hides nothing more than what hides it.
            None if hiding.is_none() => others.push(index),
            None => {}
        }
    }
}

/// What of a variant decides whether it hides others.
struct Facts<'d> {
    schema: &'d Node,
    kinds: JsonKinds,
    object: Rc<Object<'d>>,
}

impl<'d> Facts<'d> {
    fn new(context: &Context<'d>, variant: &'d Node) -> Option<Facts<'d>> {
        let schema = context.unwrap(variant)?;
        Some(Facts { schema, kinds: context.json_kinds(variant), object: requirements(context, variant) })
    }

    fn is_object(&self) -> bool {
        self.kinds.is_exactly_object()
    }
}

/// Whether reading any value of `later` as `earlier` succeeds.
fn hides<'d>(context: &Context<'d>, earlier: &Facts<'d>, later: &Facts<'d>) -> bool {
    if earlier.kinds.is_anything() {
        return true;
    }
    if !earlier.kinds.overlap(later.kinds) || later.kinds.is_anything() {
        return false;
    }
    let text = |facts: &Facts<'d>, key: &str| facts.schema.get(key).and_then(Node::as_str);
    if earlier.is_object() && later.is_object() {
        return hides_object(context, &earlier.object, &later.object);
    }
    if earlier.kinds.is_exactly_array() && later.kinds.is_exactly_array() {
        return match (earlier.schema.get("items"), later.schema.get("items")) {
            (Some(first), Some(second)) => context.json_kinds(first).overlap(context.json_kinds(second)),
            _ => true,
        };
    }
    if earlier.kinds.is_exactly_string() {
        // These are read into types that refuse other text.
        return !text(earlier, "format").and_then(text_format).is_some_and(TextFormat::is_strict);
    }
    // An integer before a number is the right order.
    !(text(earlier, "type") == Some("integer") && text(later, "type") == Some("number"))
}

/// What an object needs in order to be read; of a union, what all of its variants need, above all the tag.
fn requirements<'d>(context: &Context<'d>, variant: &'d Node) -> Rc<Object<'d>> {
    let union = context.unwrap(variant);
    let union = union.and_then(|schema| schema.get("oneOf").or(schema.get("anyOf"))?.as_sequence());
    let Some((first, others)) = union.and_then(<[Node]>::split_first) else {
        return context.object(variant);
    };
    let mut required = context.object(first).required.clone();
    for other in others {
        let of_other = context.object(other);
        required.retain(|name| of_other.required.contains(name));
    }
    Rc::new(Object::requiring(required))
}

fn hides_object<'d>(context: &Context<'d>, earlier: &Object<'d>, later: &Object<'d>) -> bool {
    earlier.required.len() <= later.required.len()
        && earlier.required.is_subset(&later.required)
        && later.required.iter().all(|name| match (earlier.member(name), later.member(name)) {
            (Some(first), Some(second)) => context.json_kinds(first.schema).overlap(context.json_kinds(second.schema)),
            _ => true,
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
