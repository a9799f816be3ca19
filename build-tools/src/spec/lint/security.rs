//! Security schemes and the requirements that name them.

use super::{Report, context::Context, grammar::Kind, suggest::nearest};
use crate::spec::{Node, pointer::join};

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    let root = &context.document.root;
    let schemes = root.at("/components/securitySchemes").and_then(Node::as_mapping).unwrap_or_default();
    let names = || schemes.iter().map(|scheme| scheme.key.as_str());
    for site in context.objects(Kind::SecurityRequirement) {
        for entry in site.node.as_mapping().unwrap_or_default() {
            if names().any(|name| name == entry.key) {
                continue;
            }
            let message = format!("the security scheme `{}` is not declared", entry.key);
            let help = match nearest(&entry.key, names()) {
                Some(near) => {
                    format!("Write `{near}`, or declare the scheme under `components/securitySchemes`.")
                }
                None => "Declare it under `components/securitySchemes`.".to_owned(),
            };
            report.at("undeclared-security-scheme", entry.key_span, &join(&site.pointer, &entry.key), message, help);
        }
    }
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
