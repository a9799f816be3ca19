//! The form of schemas: what is a component of its own, what is written in place, and which keywords go together.

use super::{context::Context, grammar::Kind, report::Report, walk::Site};
use crate::passes::joined::{OF_OBJECTS, joined};
use crate::spec::{Node, TextFormat, pointer::join, text_format};

/// Keywords that mean something for one type only.
const TYPED_KEYWORDS: [(&str, &[&str]); 17] = [
    ("minLength", &["string"]),
    ("maxLength", &["string"]),
    ("pattern", &["string"]),
    ("minimum", &["integer", "number"]),
    ("maximum", &["integer", "number"]),
    ("exclusiveMinimum", &["integer", "number"]),
    ("exclusiveMaximum", &["integer", "number"]),
    ("multipleOf", &["integer", "number"]),
    ("items", &["array"]),
    ("minItems", &["array"]),
    ("maxItems", &["array"]),
    ("uniqueItems", &["array"]),
    ("properties", &["object"]),
    ("required", &["object"]),
    ("additionalProperties", &["object"]),
    ("minProperties", &["object"]),
    ("maxProperties", &["object"]),
];

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    for site in context.objects(Kind::Schema) {
        check_type(site, report);
        check_nullable(site, report);
        check_array_and_object(site, report);
        check_all_of(context, site, report);
        check_title(site, report);
        check_place(context, site, report);
    }
    check_joined(context, report);
}

/// Rule `all-of-conflict`: what parts of one object say about the same member has to fit together.
fn check_joined(context: &Context<'_>, report: &mut Report<'_>) {
    let is_composed = |site: &Site<'_>| site.is_component() && site.node.get("allOf").is_some();
    if !context.objects(Kind::Schema).any(is_composed) {
        return;
    }
    let document = context.document.root.to_json();
    for site in context.objects(Kind::Schema).filter(|site| is_composed(site)) {
        for disagreement in joined(&document, site.name).into_iter().flat_map(|joined| joined.disagreements) {
            let line = context.document.locate(&disagreement.other).line;
            let message = format!("{} (the other is on line {line})", disagreement.message);
            let help = "Let all parts say the same of the member, or leave it to one of them.";
            report.pointed("all-of-conflict", &disagreement.pointer, message, help);
        }
    }
}

/// Rules `missing-type` and `misplaced-keyword`.
fn check_type(site: &Site<'_>, report: &mut Report<'_>) {
    let composed = ["allOf", "oneOf", "anyOf"].iter().any(|key| site.node.get(key).is_some());
    let declared = site.node.get("type").and_then(Node::as_str);
    let mut untyped = None;
    for (keyword, types) in TYPED_KEYWORDS {
        let Some(entry) = site.node.entry(keyword) else {
            continue;
        };
        match declared {
            Some(declared) if !types.contains(&declared) => {
                let message = format!("`{keyword}` means nothing for a schema of type `{declared}`");
                let help = format!("Remove it, or write `type: {}`.", types.join("` or `type: "));
                report.at("misplaced-keyword", entry.key_span, &join(&site.pointer, keyword), message, help);
            }
            None if !composed => untyped = untyped.or(Some((keyword, types))),
            _ => {}
        }
    }
    if site.node.get("type").is_some() || composed {
        return;
    }
    if let Some((keyword, types)) = untyped {
        let message = format!("the schema has `{keyword}`, but no `type`");
        let help = format!("Add `type: {}`; a schema without a type is any JSON value.", types.join("` or `type: "));
        report.at("missing-type", site.span, &site.pointer, message, help);
    } else if site.node.get("enum").is_some() {
        let message = "the enumeration has no `type`";
        report.at("missing-type", site.span, &site.pointer, message, "Add `type: string`.");
    }
}

/// Rule `nullable-without-type`.
fn check_nullable(site: &Site<'_>, report: &mut Report<'_>) {
    let nullable = site.node.get("nullable").and_then(Node::as_bool) == Some(true);
    if nullable && site.node.get("type").is_none() && site.node.get("allOf").is_none() {
        let message = "`nullable` is beside neither a `type` nor an `allOf`";
        let help = "Add the `type`; for a reference, write `allOf` with the reference as its only item. Any JSON value \
                    includes null already.";
        report.pointed("nullable-without-type", &join(&site.pointer, "nullable"), message, help);
    }
}

/// Rules `array-without-items`, `object-without-members` and `closed-object`.
fn check_array_and_object(site: &Site<'_>, report: &mut Report<'_>) {
    let has = |key: &str| site.node.get(key).is_some();
    match site.node.get("type").and_then(Node::as_str) {
        Some("array") if !has("items") => {
            let help = "Add `items`; `items: {}` means any JSON value.";
            report.at("array-without-items", site.span, &site.pointer, "the array has no `items`", help);
        }
        Some("object") => {
            let known = ["properties", "additionalProperties", "allOf", "oneOf", "anyOf"];
            // A component may be an object without members, and a part of `allOf` may only add to `required`.
            let complete = site.is_component() || site.role == "allOf";
            if !complete && !known.iter().any(|key| has(key)) {
                let message = "the object has neither `properties` nor `additionalProperties`";
                let help = "Write `additionalProperties: true` for a free-form object, or refer to a component that \
                            lists the members.";
                report.at("object-without-members", site.span, &site.pointer, message, help);
            }
        }
        _ => {}
    }
    if let Some(additional) = site.node.get("additionalProperties")
        && additional.as_bool() == Some(false)
    {
        let message = "`additionalProperties: false` makes a new member of the vendor an error";
        let pointer = join(&site.pointer, "additionalProperties");
        report.at("closed-object", additional.span, &pointer, message, "Remove it.");
    }
}

/// Rule `all-of-form`: `allOf` wraps one reference, or joins objects; the members may also be beside it.
fn check_all_of(context: &Context<'_>, site: &Site<'_>, report: &mut Report<'_>) {
    let Some(parts) = site.node.get("allOf").and_then(Node::as_sequence) else {
        return;
    };
    let pointer = join(&site.pointer, "allOf");
    if parts.is_empty() {
        report.pointed("all-of-form", &pointer, "`allOf` is empty", "Name what it is made of, or remove it.");
        return;
    }
    let wraps_one = parts.len() == 1 && site.node.get("properties").is_none();
    if wraps_one {
        check_beside_reference(context, site, &parts[0], report);
        let is_joined = OF_OBJECTS.iter().any(|keyword| site.node.get(keyword).is_some());
        if site.is_component() && parts[0].get("$ref").is_none() && !is_joined {
            let message = "`allOf` has one part, which is written in place";
            report.pointed("all-of-form", &pointer, message, "Write what the part says without `allOf`.");
        }
        return;
    }
    for (index, part) in parts.iter().enumerate() {
        let is_union =
            context.unwrap(part).is_some_and(|schema| schema.get("oneOf").is_some() || schema.get("anyOf").is_some());
        let kinds = context.json_kinds(part);
        if (kinds.is_exactly_object() || kinds.is_anything()) && !is_union {
            continue;
        }
        let message =
            if is_union { "`allOf` joins a union with something else" } else { "`allOf` joins what is no object" };
        let help = "Join object schemas only; give the union or the value a member of its own.";
        report.pointed("all-of-form", &join(&pointer, &index.to_string()), message, help);
    }
}

/// Rule `all-of-form` for what is beside a single reference: limits hold too, but what the value is made of is said by the
/// component.
fn check_beside_reference(context: &Context<'_>, site: &Site<'_>, part: &Node, report: &mut Report<'_>) {
    let of_object = ["required", "additionalProperties", "minProperties", "maxProperties"];
    let is_object = context.unwrap(part).is_some_and(|schema| schema.get("properties").is_some());
    for entry in site.node.as_mapping().unwrap_or_default() {
        let key = entry.key.as_str();
        let lost = match key {
            "enum" | "items" | "x-enum-varnames" | "x-resource" => true,
            // A format that is no limit of what is sent may decide what the value is made of.
            "format" => !entry.value.as_str().and_then(text_format).is_some_and(TextFormat::is_limit),
            // A component that requires more than the one that it refers to is an object of its own.
            key if of_object.contains(&key) => !(site.is_component() && is_object),
            _ => false,
        };
        if lost {
            let message = format!("`{key}` is beside a single reference, where it would be lost");
            let help = "Write a component that says it, and refer to that.";
            report.at("all-of-form", entry.key_span, &join(&site.pointer, key), message, help);
        }
    }
}

/// Rule `title-outside-union`.
fn check_title(site: &Site<'_>, report: &mut Report<'_>) {
    if site.node.get("title").is_some() && !is_variant(site) {
        let help = "Remove it: a component is named by its key, a member by its own.";
        report.pointed("title-outside-union", &join(&site.pointer, "title"), "the `title` names nothing here", help);
    }
}

/// Rule `inline-schema`.
fn check_place(context: &Context<'_>, site: &Site<'_>, report: &mut Report<'_>) {
    // A part of `allOf` belongs to the schema that joins it, unless it wraps a single schema in place.
    if site.is_component() || site.role == "allOf" {
        return;
    }
    let has = |key: &str| site.node.get(key).is_some();
    let values = site.node.get("enum").and_then(Node::as_sequence).map_or(0, <[Node]>::len);
    let parts = site.node.get("allOf").and_then(Node::as_sequence).unwrap_or_default();
    let wraps_reference = matches!(parts, [only] if only.get("$ref").is_some());
    let found = if has("properties") {
        "an object with members"
    } else if has("oneOf") || has("anyOf") {
        "a union"
    } else if values > 1 {
        "an enumeration"
    } else if !parts.is_empty() && !wraps_reference {
        "a joined object"
    } else if is_collection(site.node) && is_inside_collection(context, site) {
        "a collection inside a collection"
    } else {
        return;
    };
    let message = format!("{found} is written in place");
    let help = "Move it to `components/schemas` under a name of its own, and refer to it with `$ref`.";
    report.at("inline-schema", site.span, &site.pointer, message, help);
}

/// Whether this is a variant of a union.
pub(super) fn is_variant(site: &Site<'_>) -> bool {
    matches!(site.role, "oneOf" | "anyOf")
}

/// Whether a schema is an array or a map; a free-form object counts as a value.
fn is_collection(node: &Node) -> bool {
    let is_map = node.get("additionalProperties").is_some_and(|additional| additional.as_bool().is_none());
    node.get("type").and_then(Node::as_str) == Some("array") || is_map
}

/// Whether this is what an array or a map consists of that is written in place itself.
fn is_inside_collection(context: &Context<'_>, site: &Site<'_>) -> bool {
    let in_place = context.parent(site).is_some_and(|parent| !parent.is_component());
    in_place && matches!(site.role, "items" | "additionalProperties")
}
