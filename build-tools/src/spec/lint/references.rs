//! References that lead nowhere, or round in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::composition::{MAX_DEPTH, MAX_PARTS, compositions, oversized};
use super::{context::Context, grammar::Kind, report::Report, walk::Site};
use crate::graph::in_circles;
use crate::spec::{
    Node,
    pointer::{join, unescape},
    reference::{COMPONENT_PREFIX, only_part, reference},
};

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    for site in &context.sites {
        if let (Some(section), Some(reference)) = (site.kind.section(), site.node.get("$ref")) {
            check_reference(context, site, section, reference, report);
        }
        if site.kind == Kind::Resource {
            check_resource(context, site, report);
        }
    }
    check_cycles(context, report);
    check_collections(context, report);
}

/// Rules `unknown-reference` and, for references out of the document, `unsupported`.
fn check_reference(
    context: &Context<'_>,
    site: &Site<'_>,
    section: &'static str,
    reference: &Node,
    report: &mut Report<'_>,
) {
    let Some(text) = reference.as_str() else {
        return;
    };
    let pointer = join(&site.pointer, "$ref");
    if !text.starts_with('#') {
        let message = format!("`{text}` refers to another file");
        let help = format!("Copy what it points at to `components/{section}`, and refer to that.");
        report.at("unsupported", reference.span, &pointer, message, help);
        return;
    }
    let prefix = format!("#/components/{section}/");
    let known = context.document.root.get("components").and_then(|components| components.get(section));
    let Some(name) = text.strip_prefix(&prefix) else {
        let message = format!("`{text}` cannot be used as {}", site.kind.name());
        let help = format!("Refer to a component under `{prefix}`.");
        report.at("unknown-reference", reference.span, &pointer, message, help);
        return;
    };
    let name = unescape(name);
    if known.is_some_and(|known| known.entry(&name).is_some()) {
        return;
    }
    let message = format!("there is no `{name}` under `components/{section}`");
    let names = known.and_then(Node::as_mapping).unwrap_or_default().iter().map(|entry| entry.key.as_str());
    let help = match report.nearest(&name, names) {
        Some(near) => format!("Write `{prefix}{near}`, or add the component."),
        None => "Add the component, or refer to another one.".to_owned(),
    };
    report.at("unknown-reference", reference.span, &pointer, message, help);
}

/// Rule `resource-link`.
fn check_resource(context: &Context<'_>, site: &Site<'_>, report: &mut Report<'_>) {
    if let Some(identifier) = site.node.get("identifier")
        && let Some(name) = identifier.as_str()
        && context.document.root.at("/components/schemas").is_none_or(|schemas| schemas.entry(name).is_none())
    {
        let message = format!("the identifier `{name}` is no schema component");
        let help = match report.nearest(name, context.schema_names()) {
            Some(near) => format!("Write `{near}`."),
            None => "Write the name of the component that identifies the resource.".to_owned(),
        };
        report.at("resource-link", identifier.span, &join(&site.pointer, "identifier"), message, help);
    }
    if let Some(path) = site.node.get("path")
        && let Some(text) = path.as_str()
        && !text.rsplit('/').next().is_some_and(|last| last.starts_with('{') && last.ends_with('}'))
    {
        let message = format!("the path `{text}` does not end in a parameter");
        let help = "Write the path template of the resource; its last part is the identifier in braces.";
        report.at("resource-link", path.span, &join(&site.pointer, "path"), message, help);
    }
}

/// Rules `reference-cycle` and, for schemas that are composed of too much, `unsupported`. A component that is reached
/// again by `$ref`, `allOf`, `oneOf` and `anyOf` alone has no end. Members, items and entries of maps may lead back:
/// they can be left out or empty.
fn check_cycles(context: &Context<'_>, report: &mut Report<'_>) {
    let root = &context.document.root;
    let sections = root.get("components").and_then(Node::as_mapping).unwrap_or_default();
    let mut endless = false;
    for section in sections {
        let pointer = join("/components", &section.key);
        let entries = section.value.as_mapping().unwrap_or_default();
        let targets = compositions(entries, &format!("#{pointer}/"));
        for (entry, _) in entries.iter().zip(in_circles(&targets)).filter(|(_, in_circle)| *in_circle) {
            endless = true;
            let message = format!("`{}` consists of nothing but itself", entry.key);
            let help = "Break the circle of `$ref`, `allOf`, `oneOf` and `anyOf`: only members, items and entries of maps \
                        may lead back.";
            report.at("reference-cycle", entry.key_span, &join(&pointer, &entry.key), message, help);
        }
    }
    // What contains a circle is too large as well; one report of it is enough.
    if endless {
        return;
    }
    for name in oversized(context.document) {
        let message = format!(
            "`{name}` is composed of more than {MAX_PARTS} schemas, or of more than {MAX_DEPTH} behind each other"
        );
        let help = "Write the members or the variants into one schema.";
        report.pointed("unsupported", &join("/components/schemas", &name), message, help);
    }
}

/// Rule `reference-cycle` for lists and maps of themselves: neither is a type of its own, so that there is nothing to give a name
/// to. Every member of the circle has one successor, so that each is walked once.
fn check_collections(context: &Context<'_>, report: &mut Report<'_>) {
    let entries = context.document.root.at("/components/schemas").and_then(Node::as_mapping).unwrap_or_default();
    let by_name: BTreeMap<&str, &Node> = entries.iter().map(|entry| (entry.key.as_str(), &entry.value)).collect();
    let mut walked: BTreeSet<&str> = BTreeSet::new();
    for entry in entries {
        let mut way: Vec<(&str, bool)> = Vec::new();
        let mut name = entry.key.as_str();
        while walked.insert(name) {
            let Some((next, collects)) = by_name.get(name).and_then(|node| leads_to(node)) else { break };
            way.push((name, collects));
            match by_name.get_key_value(next) {
                Some((next, _)) => name = next,
                None => break,
            }
        }
        let circle = way.iter().position(|(other, _)| *other == name).map(|start| &way[start..]).unwrap_or_default();
        let back = way.last().and_then(|(last, _)| Some(leads_to(by_name.get(last)?)?.0 == name)).unwrap_or_default();
        // References without a list or a map among them are reported above.
        if back && circle.iter().any(|(_, collects)| *collects) {
            for (name, _) in circle {
                let message = format!("`{name}` is made of nothing but lists and maps of itself");
                let help =
                    "Make the items an object with a member that holds the list, or any JSON value: `items: {}`.";
                report.pointed("reference-cycle", &join("/components/schemas", name), message, help);
            }
        }
    }
}

/// The component that a list, a map or another name is made of, and whether a list or a map lies between. What is a type of its
/// own leads nowhere.
fn leads_to(node: &Node) -> Option<(&str, bool)> {
    let mut node = node;
    let mut collects = false;
    loop {
        if let Some(reference) = reference(node) {
            return Some((reference.strip_prefix(COMPONENT_PREFIX)?, collects));
        }
        if node.get("properties").is_some() {
            return None;
        }
        node = match (only_part(node), node.get("allOf")) {
            (Some(only), _) => only,
            (None, Some(_)) => return None,
            (None, None) => {
                collects = true;
                node.get("items").or_else(|| node.get("additionalProperties"))?
            }
        };
    }
}
