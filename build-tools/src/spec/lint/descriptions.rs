//! Whether everything that becomes public in Rust is described.

use super::{context::Context, grammar::Kind, operations::label, report::Report, walk::Site};
use crate::spec::{Node, Span};

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    for operation in context.operations.iter().filter(|operation| operation.node.as_mapping().is_some()) {
        for (key, rule) in [("summary", "missing-summary"), ("description", "missing-description")] {
            if !is_given(operation.node, key) {
                let message = format!("the operation `{}` has no {key}", label(operation));
                let help = match key {
                    "summary" => "Add a `summary`: one line, imperative.",
                    _ => "Add a `description`: what it does, when it fails, what follows.",
                };
                report.at(rule, operation.span, &operation.entry.pointer, message, help);
            }
        }
    }
    for site in context.sites.iter().filter(|site| !site.is_reference()) {
        if let Some((what, span)) = subject(context, site)
            && !is_given(site.node, "description")
        {
            let help = "Add a `description` in our own words: what it means, units, format where it matters.";
            report.at("missing-description", span, &site.pointer, format!("{what} has no description"), help);
        }
    }
}

/// What is to be described, and where to point.
fn subject(context: &Context<'_>, site: &Site<'_>) -> Option<(String, Span)> {
    let name = || site.node.get("name").and_then(Node::as_str).unwrap_or_default();
    let named = |what: &str| Some((format!("{what} `{}`", site.name), site.span));
    match site.kind {
        Kind::Schema if site.is_component() => named("the schema"),
        // A reference alone is described where it leads to; that holds for one that only adds `nullable`, too.
        Kind::Schema if site.role == "properties" => {
            let described = matches!(site.node.get("allOf").and_then(Node::as_sequence), Some([_]));
            if described && context.unwrap(site.node).is_some() { None } else { named("the member") }
        }
        Kind::Response | Kind::Header | Kind::SecurityScheme => named("the component").map(|(what, span)| {
            let what = match site.kind {
                Kind::Response => what.replace("component", "response"),
                Kind::Header => what.replace("component", "header"),
                _ => what.replace("component", "security scheme"),
            };
            (what, span)
        }),
        Kind::Parameter => {
            let span = site.node.get("name").map_or(site.span, |name| name.span);
            Some((format!("the parameter `{}`", name()), span))
        }
        Kind::Tag => {
            let span = site.node.get("name").map_or(site.span, |name| name.span);
            Some((format!("the tag `{}`", name()), span))
        }
        _ => None,
    }
}

/// Whether a key holds more than blanks; what is no text is reported by `wrong-kind`.
fn is_given(node: &Node, key: &str) -> bool {
    node.get(key).is_some_and(|value| value.as_str().is_none_or(|text| !text.trim().is_empty()))
}
