//! Security schemes and the requirements that name them.

use std::collections::BTreeMap;

use super::{context::Context, grammar::Kind, report::Report};
use crate::spec::{Document, Node, Span, pointer::join};

pub(super) fn check(context: &Context<'_>, settings: Option<&Document>, report: &mut Report<'_>) {
    check_requirements(context, settings, report);
    let root = &context.document.root;
    let schemes = root.at("/components/securitySchemes").and_then(Node::as_mapping).unwrap_or_default();
    if !schemes.is_empty() && root.get("security").is_none() {
        let help = "Add `security` to the document, and `security: []` to operations that need no credentials.";
        let message = "the document declares security schemes, but no `security`";
        report.pointed("missing-security", "/components/securitySchemes", message, help);
    }
    for site in context.objects(Kind::SecurityScheme) {
        let needed: &[&str] = match site.node.get("type").and_then(Node::as_str) {
            Some("apiKey") => &["name", "in"],
            Some("http") => &["scheme"],
            Some("oauth2") => &["flows"],
            Some("openIdConnect") => &["openIdConnectUrl"],
            _ => &[],
        };
        for key in needed.iter().filter(|key| site.node.get(key).is_none()) {
            let message = format!("the security scheme `{}` has no `{key}`", site.name);
            report.at("missing-key", site.span, &site.pointer, message, format!("Add `{key}`."));
        }
    }
}

/// Rule `undeclared-security-scheme`: one finding for each scheme that does not exist, where it is named first.
fn check_requirements(context: &Context<'_>, settings: Option<&Document>, report: &mut Report<'_>) {
    let declared = context.document.root.at("/components/securitySchemes");
    let is_declared = |name: &str| declared.is_some_and(|schemes| schemes.entry(name).is_some());
    // The first place, and how many there are.
    let mut undeclared: BTreeMap<&str, (Span, String, usize)> = BTreeMap::new();
    for site in context.objects(Kind::SecurityRequirement) {
        for entry in site.node.as_mapping().unwrap_or_default().iter().filter(|entry| !is_declared(&entry.key)) {
            undeclared.entry(&entry.key).or_insert_with(|| (entry.key_span, join(&site.pointer, &entry.key), 0)).2 += 1;
        }
    }
    let help = |name: &str, report: &mut Report<'_>| {
        let names = declared.and_then(Node::as_mapping).unwrap_or_default().iter().map(|scheme| scheme.key.as_str());
        match report.nearest(name, names) {
            Some(near) => format!("Write `{near}`, or declare the scheme under `components/securitySchemes`."),
            None => "Declare it under `components/securitySchemes`.".to_owned(),
        }
    };
    let rule = "undeclared-security-scheme";
    for (name, (span, pointer, places)) in &undeclared {
        let others = match places {
            1 => String::new(),
            2 => ", which 1 more requirement names".to_owned(),
            places => format!(", which {} more requirements name", places - 1),
        };
        let help = help(name, report);
        report.at(rule, *span, pointer, format!("the security scheme `{name}` is not declared{others}"), help);
    }
    let Some(settings) = settings else {
        return;
    };
    let forms = settings.root.get("credentials").and_then(Node::as_sequence).unwrap_or_default();
    for (index, form) in forms.iter().enumerate() {
        let Some(name) = form.get("scheme").and_then(Node::as_str) else {
            continue;
        };
        // What the document itself names has been reported there.
        if !is_declared(name) && !undeclared.contains_key(name) {
            let message = format!("the security scheme `{name}` is not declared in the document");
            let help = help(name, report);
            report.other(settings.finding(rule, &format!("/credentials/{index}/scheme"), message, help));
        }
    }
}
