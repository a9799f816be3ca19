//! Names: their form, and whether two of them become one Rust name.

use std::collections::BTreeSet;

use super::{
    context::{Context, Operation},
    grammar::Kind,
    report::Report,
    schemas::is_variant,
    walk::Site,
};
use crate::{
    names::{Claim, Scope, is_keyword, is_offered, is_snake_case, is_type_name},
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

/// Where something with a name stands, in the order of the document.
type Place<'p> = (Span, &'p str);

/// Reports the names of one scope that two things have.
fn report_clashes<'p>(
    scope: Scope,
    claims: impl IntoIterator<Item = Claim<Place<'p>>>,
    (rule, help): (&'static str, &str),
    report: &mut Report<'_>,
) {
    for clash in scope.clashes(claims) {
        let (span, pointer) = clash.second.place;
        let (first, _) = clash.first.place;
        report.at(rule, span, pointer, clash.message(scope, first.line), help);
    }
}

const RENAME_ONE: &str = "Give one of the two an `x-rust-name`.";

/// Rules `component-name-form`, `reserved-rust-name`, `offered-rust-name` and `duplicate-rust-name` for schemas. Types are compared without
/// regard to case: files are named after them.
fn check_components(context: &Context<'_>, report: &mut Report<'_>) {
    let mut claims = Vec::new();
    for site in context.sites.iter().filter(|site| site.kind == Kind::Schema && site.is_component()) {
        if !is_type_name(site.name) {
            let message = format!("the component `{}` is not named in PascalCase", site.name);
            let help = format!("Write `{}`, in the references too.", Scope::Type.name(site.name, None));
            report.at("component-name-form", site.span, &site.pointer, message, help);
        }
        let rust_name = Scope::Type.name(site.name, given_name(site.node));
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
        let owner = format!("the component `{}`", site.name);
        claims.push(Claim { place: (site.span, site.pointer.as_str()), owner, name: rust_name });
    }
    report_clashes(Scope::Type, claims, ("duplicate-rust-name", RENAME_ONE), report);
}

/// Rules `rust-name-form` and `misplaced-keyword`. A component that is another name for a type in place is reported when the types
/// are made.
fn check_rust_name(site: &Site<'_>, report: &mut Report<'_>) {
    let Some(entry) = site.node.entry("x-rust-name") else {
        return;
    };
    let (node, pointer) = (&entry.value, join(&site.pointer, "x-rust-name"));
    if let (Kind::Discriminator, Some(names)) = (site.kind, node.as_mapping()) {
        let mapping = site.node.get("mapping");
        for entry in names {
            let pointer = join(&pointer, &entry.key);
            if mapping.and_then(|mapping| mapping.get(&entry.key)).is_none() {
                let message = format!("`{}` is no tag of the `mapping`", entry.key);
                let help = "Name a tag that the `mapping` has, or remove the entry.";
                report.at("discriminator-mapping", entry.key_span, &pointer, message, help);
            }
            check_rust_name_form(&entry.value, &pointer, true, report);
        }
        return;
    }
    let is_unnamed_schema = !site.is_component() && site.role != "properties" && !is_variant(site);
    let names_nothing = match site.kind {
        Kind::Schema => is_unnamed_schema,
        // What the vendor calls is no method.
        Kind::Operation => site.pointer.starts_with("/x-webhooks/"),
        _ => false,
    };
    if names_nothing {
        let help = "Remove it: components, members, variants, parameters, operations and tags have names.";
        report.at("misplaced-keyword", entry.key_span, &pointer, "`x-rust-name` names nothing here", help);
        return;
    }
    let of_type = site.kind == Kind::Schema && (site.is_component() || is_variant(site));
    check_rust_name_form(node, &pointer, of_type, report);
}

fn check_rust_name_form(node: &Node, pointer: &str, of_type: bool, report: &mut Report<'_>) {
    let Some(name) = node.as_str() else {
        return;
    };
    if is_keyword(name) {
        let message = format!("the Rust name `{name}` is a word of the language");
        report.at("rust-name-form", node.span, pointer, message, "Write another name.");
        return;
    }
    if if of_type { is_type_name(name) } else { is_snake_case(name) } {
        return;
    }
    let (form, scope) = if of_type { ("PascalCase", Scope::Type) } else { ("snake_case", Scope::Constructor) };
    let message = format!("the Rust name `{name}` is not in {form}");
    report.at("rust-name-form", node.span, pointer, message, format!("Write `{}`.", scope.name(name, None)));
}

/// Rule `duplicate-rust-name` for the members of a schema, those of `allOf` included. The same member of two parts is
/// one member.
fn check_members(context: &Context<'_>, site: &Site<'_>, report: &mut Report<'_>) {
    let part_of_another = site.role == "allOf";
    if part_of_another || (site.node.get("properties").is_none() && site.node.get("allOf").is_none()) {
        return;
    }
    let object = context.object(site.node);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let claims = object.members.iter().filter(|member| seen.insert(member.name)).map(|member| Claim {
        place: (member.span, site.pointer.as_str()),
        owner: format!("the member `{}`", member.name),
        name: Scope::Member.name(member.name, given_name(member.schema)),
    });
    report_clashes(Scope::Member, claims, ("duplicate-rust-name", RENAME_ONE), report);
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
                let help = format!("Write `{}`.", Scope::Variant.name(text, None));
                report.at("enum-varnames", name.span, &pointer, message, help);
            }
        }
    }
    if !site.is_component() && values.len() < 2 {
        return;
    }
    let mut claims = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let pointers: Vec<String> = (0..values.len()).map(|index| join(&pointer, &index.to_string())).collect();
    for (index, (value, pointer)) in values.iter().zip(&pointers).enumerate() {
        let Some(text) = value.as_str() else {
            continue;
        };
        // A value that is listed twice is reported by `duplicate-enum-value`.
        if !seen.insert(text) {
            continue;
        }
        let given = given_names.and_then(|names| names.get(index)).and_then(Node::as_str);
        if given.is_none() && !text.contains(|character: char| character.is_ascii_alphanumeric()) {
            let message = format!("the value `{text}` makes no Rust name");
            report.at("enum-value-unnamed", value.span, pointer, message, NAME_VALUES);
            continue;
        }
        let name = Scope::Variant.name(text, given);
        claims.push(Claim { place: (value.span, pointer.as_str()), owner: format!("the value `{text}`"), name });
    }
    report_clashes(Scope::Variant, claims, ("enum-value-collision", NAME_VALUES), report);
}

const NAME_VALUES: &str = "Name the variants with `x-enum-varnames`, a list as long as `enum`.";

/// Rule `duplicate-rust-name` for the parameters of an operation, wherever they travel.
fn check_parameters(operation: &Operation<'_>, report: &mut Report<'_>) {
    let mut taken: BTreeSet<(&str, &str)> = BTreeSet::new();
    // The same parameter once more is an override of the path's, or a mistake that `duplicate-parameter` reports.
    let parameters = operation.parameters.iter().filter(|parameter| taken.insert((parameter.name, parameter.location)));
    let claims = parameters.map(|parameter| {
        let required = parameter.node.get("required").and_then(Node::as_bool).unwrap_or_default();
        let scope = if required || parameter.location == "path" { Scope::Argument } else { Scope::Setter };
        Claim {
            place: (parameter.span, parameter.pointer.as_str()),
            owner: format!("the parameter `{}`", parameter.name),
            name: scope.name(parameter.name, given_name(parameter.node)),
        }
    });
    report_clashes(Scope::Argument, claims, ("duplicate-rust-name", RENAME_ONE), report);
}

/// The `x-rust-name` of what has one.
fn given_name(node: &Node) -> Option<&str> {
    node.get("x-rust-name")?.as_str()
}
