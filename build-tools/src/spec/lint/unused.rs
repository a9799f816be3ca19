//! Components that nothing needs, and defaults that nobody sends.

use std::collections::BTreeSet;

use super::{context::Context, grammar::Kind, report::Report};
use crate::spec::{Document, Node, NodeValue, pointer::join};

pub(super) fn check(context: &Context<'_>, settings: Option<&Document>, report: &mut Report<'_>) {
    check_components(context, settings, report);
    check_defaults(context, report);
}

/// Rule `unused-component`. What `vendor.toml` names is in use too.
fn check_components(context: &Context<'_>, settings: Option<&Document>, report: &mut Report<'_>) {
    let root = &context.document.root;
    let mut reached = Reached::new(context);
    for key in ["paths", "x-webhooks", "security"] {
        if let Some(node) = root.get(key) {
            reached.add(node);
        }
    }
    let mut named = BTreeSet::new();
    if let Some(settings) = settings {
        collect_texts(&settings.root, &mut named);
    }
    for name in named {
        if let Some(entry) = root.at("/components/schemas").and_then(|schemas| schemas.entry(name)) {
            reached.add_component("schemas", &entry.key, &entry.value);
        }
    }
    reached.finish();
    let required: BTreeSet<&str> = context
        .objects(Kind::SecurityRequirement)
        .flat_map(|requirement| requirement.node.as_mapping().unwrap_or_default())
        .map(|entry| entry.key.as_str())
        .collect();
    for section in root.get("components").and_then(Node::as_mapping).unwrap_or_default() {
        let pointer = join("/components", &section.key);
        for entry in section.value.as_mapping().unwrap_or_default() {
            let used = if section.key == "securitySchemes" {
                required.contains(entry.key.as_str())
            } else {
                reached.components.contains(&(section.key.as_str(), entry.key.as_str()))
            };
            if !used {
                let message = format!("no operation reaches `{}` under `components/{}`", entry.key, section.key);
                let help = "Remove it, or refer to it where it belongs.";
                report.at("unused-component", entry.key_span, &join(&pointer, &entry.key), message, help);
            }
        }
    }
}

/// Rule `default-not-sent`: a reader takes what the vendor sends, so a default says nothing to it.
fn check_defaults(context: &Context<'_>, report: &mut Report<'_>) {
    let mut sent = Reached::new(context);
    let mut read = Reached::new(context);
    for site in &context.sites {
        // What the vendor's calls carry is read, and their responses are sent.
        let webhook = site.pointer.starts_with("/x-webhooks/");
        match site.kind {
            Kind::RequestBody if webhook => read.add(site.node),
            Kind::Response if webhook => sent.add(site.node),
            Kind::Parameter | Kind::RequestBody => sent.add(site.node),
            Kind::Response => read.add(site.node),
            _ => {}
        }
    }
    sent.finish();
    read.finish();
    for site in context.objects(Kind::Schema).filter(|site| site.node.get("default").is_some()) {
        let component = site.pointer.strip_prefix("/components/schemas/").and_then(|rest| rest.split('/').next());
        let Some(name) = component else {
            continue;
        };
        let among = |reached: &Reached<'_, '_>| reached.components.contains(&("schemas", name));
        if among(&read) && !among(&sent) {
            let message = format!("`{name}` is only read, so the default is never sent");
            let help = "Say in the description what a missing value means, and remove `default`.";
            report.pointed("default-not-sent", &join(&site.pointer, "default"), message, help);
        }
    }
}

/// Everything that can be reached by reference from some nodes.
struct Reached<'c, 'd> {
    context: &'c Context<'d>,
    components: BTreeSet<(&'d str, &'d str)>,
    open: Vec<&'d Node>,
}

impl<'c, 'd> Reached<'c, 'd> {
    fn new(context: &'c Context<'d>) -> Reached<'c, 'd> {
        Reached { context, components: BTreeSet::new(), open: Vec::new() }
    }

    fn add(&mut self, node: &'d Node) {
        self.open.push(node);
    }

    fn add_component(&mut self, section: &'d str, name: &'d str, node: &'d Node) {
        if self.components.insert((section, name)) {
            self.open.push(node);
        }
    }

    fn finish(&mut self) {
        while let Some(node) = self.open.pop() {
            match &node.value {
                NodeValue::Sequence(items) => self.open.extend(items),
                NodeValue::Mapping(entries) => {
                    for entry in entries {
                        match (entry.key.as_str(), entry.value.as_str()) {
                            ("$ref", Some(reference)) => self.add_reference(reference),
                            ("x-resource", _) => {
                                if let Some(name) = entry.value.get("identifier").and_then(Node::as_str) {
                                    self.add_reference(&format!("#/components/schemas/{name}"));
                                }
                            }
                            _ => self.open.push(&entry.value),
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn add_reference(&mut self, reference: &str) {
        let Some(path) = reference.strip_prefix("#/components/") else {
            return;
        };
        let Some((section, name)) = path.split_once('/') else {
            return;
        };
        let components = self.context.document.root.get("components");
        let Some(section) = components.and_then(|components| components.entry(section)) else {
            return;
        };
        if let Some(entry) = section.value.entry(name) {
            self.add_component(&section.key, &entry.key, &entry.value);
        }
    }
}

fn collect_texts<'n>(node: &'n Node, texts: &mut BTreeSet<&'n str>) {
    match &node.value {
        NodeValue::String(text) => {
            texts.insert(text);
        }
        NodeValue::Sequence(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        NodeValue::Mapping(entries) => entries.iter().for_each(|entry| collect_texts(&entry.value, texts)),
        _ => {}
    }
}
