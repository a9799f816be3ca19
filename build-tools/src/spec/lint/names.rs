//! Names: their form, and whether two of them become one Rust name.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Report,
    context::{Context, Operation},
    grammar::Kind,
    walk::Site,
};
use crate::{
    names::{Scope, is_keyword, is_offered, is_snake_case, is_type_name, member_name, type_name, variant_name},
    spec::{Node, Span, pointer::join},
};

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    check_components(context, report);
    for site in &context.sites {
        check_rust_name(site, report);
    }
    for site in context.objects(Kind::Schema) {
        check_members(context, site, report);
        check_enumeration(site, report);
    }
    for operation in &context.operations {
        check_parameters(operation, report);
    }
}

/// What is known of names so far: the Rust name, and who has it.
#[derive(Default)]
struct Names<'d> {
    owners: BTreeMap<String, (&'d str, usize)>,
}

impl<'d> Names<'d> {
    /// Takes a Rust name for `owner`; whoever has it already comes back, with the line.
    fn claim(&mut self, rust_name: String, owner: &'d str, span: Span) -> Option<(&'d str, usize)> {
        if let Some(first) = self.owners.get(&rust_name) {
            return Some(*first);
        }
        self.owners.insert(rust_name, (owner, span.line));
        None
    }
}

/// Rules `component-name-form`, `reserved-rust-name`, `offered-rust-name` and `duplicate-rust-name` for schemas. Types are compared without
/// regard to case: files are named after them.
fn check_components(context: &Context<'_>, report: &mut Report<'_>) {
    let mut names = Names::default();
    for site in context.sites.iter().filter(|site| site.kind == Kind::Schema && site.is_component()) {
        if !is_type_name(site.name) {
            let message = format!("the component `{}` is not named in PascalCase", site.name);
            let help = format!("Write `{}`, in the references too.", type_name(site.name));
            report.at("component-name-form", site.span, &site.pointer, message, help);
        }
        let rust_name = rust_name(site.node).map_or_else(|| type_name(site.name), str::to_owned);
        if Scope::Type.is_taken(&rust_name) {
            let message =
                format!("`{}` becomes the Rust type `{rust_name}`, which generated code needs itself", site.name);
            let help = "Name the component after what it describes, or give it an `x-rust-name`.";
            report.at("reserved-rust-name", site.span, &site.pointer, message, help);
        }
        if is_offered(&rust_name) {
            let message =
                format!("`{}` becomes the Rust type `{rust_name}`, and the crate itself offers another one", site.name);
            let help = format!("Name the component after what it describes, such as `{rust_name}Profile`.");
            report.at("offered-rust-name", site.span, &site.pointer, message, help);
        }
        if let Some((owner, line)) = names.claim(rust_name.to_lowercase(), site.name, site.span) {
            let message =
                format!("`{}` becomes the Rust type `{rust_name}`, as `{owner}` on line {line} does", site.name);
            let help = "Rename one of the two, or give it an `x-rust-name`.";
            report.at("duplicate-rust-name", site.span, &site.pointer, message, help);
        }
    }
}

/// Rules `rust-name-form` and `misplaced-keyword`. A component that is another name for a type in place is reported when the types
/// are made.
fn check_rust_name(site: &Site<'_>, report: &mut Report<'_>) {
    let Some(entry) = site.node.entry("x-rust-name") else {
        return;
    };
    let (node, pointer) = (&entry.value, join(&site.pointer, "x-rust-name"));
    let names_nothing = match site.kind {
        Kind::Schema => !site.is_component() && site.role != "properties",
        // What the vendor calls is no method.
        Kind::Operation => site.pointer.starts_with("/x-webhooks/"),
        _ => false,
    };
    if names_nothing {
        let help = "Remove it: components, members, parameters and operations have names; variants have a `title`.";
        report.at("misplaced-keyword", entry.key_span, &pointer, "`x-rust-name` names nothing here", help);
        return;
    }
    let Some(name) = node.as_str() else {
        return;
    };
    let of_type = site.kind == Kind::Schema && site.is_component();
    if is_keyword(name) {
        let message = format!("the Rust name `{name}` is a word of the language");
        report.at("rust-name-form", node.span, &pointer, message, "Write another name.");
        return;
    }
    if if of_type { is_type_name(name) } else { is_snake_case(name) } {
        return;
    }
    let (form, better) = if of_type { ("PascalCase", type_name(name)) } else { ("snake_case", member_name(name)) };
    let message = format!("the Rust name `{name}` is not in {form}");
    report.at("rust-name-form", node.span, &pointer, message, format!("Write `{better}`."));
}

/// Rule `duplicate-rust-name` for the members of a schema, those of `allOf` included. The same member of two parts is
/// one member.
fn check_members(context: &Context<'_>, site: &Site<'_>, report: &mut Report<'_>) {
    let part_of_another = site.role == "allOf";
    if part_of_another || (site.node.get("properties").is_none() && site.node.get("allOf").is_none()) {
        return;
    }
    let mut names = Names::default();
    for member in &context.object(site.node).members {
        let rust_name = rust_name(member.schema).map_or_else(|| member_name(member.name), str::to_owned);
        let Some((owner, line)) = names.claim(rust_name.clone(), member.name, member.span) else {
            continue;
        };
        if owner != member.name {
            let message =
                format!("`{}` becomes the Rust field `{rust_name}`, as `{owner}` on line {line} does", member.name);
            let help = "Give one of the two an `x-rust-name`.";
            report.at("duplicate-rust-name", member.span, &site.pointer, message, help);
        }
    }
}

/// Rules `enum-varnames`, `enum-value-unnamed` and `enum-value-collision`. An enumeration of one value that is
/// written in place is a constant and has no variants.
fn check_enumeration(site: &Site<'_>, report: &mut Report<'_>) {
    let values = site.node.get("enum").and_then(Node::as_sequence).unwrap_or_default();
    let given_names = site.node.get("x-enum-varnames").and_then(Node::as_sequence);
    let pointer = join(&site.pointer, "enum");
    if let Some(names) = given_names {
        let pointer = join(&site.pointer, "x-enum-varnames");
        if names.len() != values.len() {
            let message = format!("{} names are given for {} values", names.len(), values.len());
            let span = report.document.locate(&pointer);
            report.at("enum-varnames", span, &pointer, message, "Name every value of `enum`, in the same order.");
            return;
        }
        for (name, text) in names.iter().filter_map(|name| Some((name, name.as_str()?))) {
            if !is_type_name(text) {
                let message = format!("the variant name `{text}` is not in PascalCase");
                let help = format!("Write `{}`.", type_name(text));
                report.at("enum-varnames", name.span, &pointer, message, help);
            }
        }
    }
    if !site.is_component() && values.len() < 2 {
        return;
    }
    let mut names = Names::default();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (index, value) in values.iter().enumerate() {
        let Some(text) = value.as_str() else {
            continue;
        };
        // A value that is listed twice is reported by `duplicate-enum-value`.
        if !seen.insert(text) {
            continue;
        }
        let given = given_names.and_then(|names| names.get(index)).and_then(Node::as_str);
        let variant = given.map_or_else(|| variant_name(text), |given| Scope::Variant.free(given.to_owned()));
        let pointer = join(&pointer, &index.to_string());
        if given.is_none() && !text.contains(|character: char| character.is_ascii_alphanumeric()) {
            let message = format!("the value `{text}` makes no Rust name");
            let help = "Name the variants with `x-enum-varnames`, a list as long as `enum`.";
            report.at("enum-value-unnamed", value.span, &pointer, message, help);
            continue;
        }
        if let Some((owner, line)) = names.claim(variant.clone(), text, value.span) {
            let message = format!("`{text}` becomes the Rust variant `{variant}`, as `{owner}` on line {line} does");
            let help = "Name the variants with `x-enum-varnames`, a list as long as `enum`.";
            report.at("enum-value-collision", value.span, &pointer, message, help);
        }
    }
}

/// Rule `duplicate-rust-name` for the parameters of an operation, wherever they travel.
fn check_parameters(operation: &Operation<'_>, report: &mut Report<'_>) {
    let mut names = Names::default();
    let mut taken: BTreeSet<(&str, &str)> = BTreeSet::new();
    for parameter in &operation.parameters {
        // The same parameter once more: an override of the path's, or a mistake that `duplicate-parameter` reports.
        if !taken.insert((parameter.name, parameter.location)) {
            continue;
        }
        let rust_name = rust_name(parameter.node).map_or_else(|| member_name(parameter.name), str::to_owned);
        if let Some((owner, line)) = names.claim(rust_name.clone(), parameter.name, parameter.span) {
            let message = format!(
                "the parameter `{}` becomes the Rust name `{rust_name}`, as `{owner}` on line {line} does",
                parameter.name
            );
            let help = "Give one of the two an `x-rust-name`.";
            report.at("duplicate-rust-name", parameter.span, &parameter.pointer, message, help);
        }
    }
}

fn rust_name(node: &Node) -> Option<&str> {
    node.get("x-rust-name")?.as_str()
}
