//! Parameters, and whether they fit the path that they belong to.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    context::{Context, Operation},
    grammar::Kind,
    operations::{label, template},
    report::Report,
    walk::Site,
};
use crate::spec::headers::RESERVED_HEADERS;
use crate::spec::{Node, PARAMETER_STYLES, parameter_style, pointer::join};

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    let keys = keys(context);
    for site in context.objects(Kind::Parameter) {
        check_parameter(context, site, &keys, report);
    }
    for operation in &context.operations {
        check_duplicates(operation, report);
        if !operation.entry.webhook {
            check_path(operation, report);
        }
    }
}

/// Rules `path-parameter-optional`, `reserved-header`, `missing-key` and `unsupported` for one parameter.
fn check_parameter(context: &Context<'_>, site: &Site<'_>, keys: &Keys<'_>, report: &mut Report<'_>) {
    let name = site.node.get("name").and_then(Node::as_str).unwrap_or_default();
    let location = site.node.get("in").and_then(Node::as_str).unwrap_or_default();
    match location {
        "path" if site.node.get("required").and_then(Node::as_bool) != Some(true) => {
            let message = format!("the path parameter `{name}` is not required");
            report.pointed("path-parameter-optional", &join(&site.pointer, "name"), message, "Add `required: true`.");
        }
        "header" if RESERVED_HEADERS.contains(&name.to_ascii_lowercase().as_str()) => {
            let message = format!("the client itself sends the header `{name}`");
            let help = "Remove the parameter; credentials belong to `securitySchemes`, media types to `content`.";
            report.pointed("reserved-header", &join(&site.pointer, "name"), message, help);
        }
        "cookie" => {
            let message = format!("`{name}` is a cookie");
            let help = "Leave it out; a cookie that carries credentials is a security scheme.";
            report.pointed("unsupported", &join(&site.pointer, "in"), message, help);
        }
        _ => {}
    }
    check_style(context, site, name, location, report);
    match site.node.get("schema") {
        None if site.node.get("content").is_none() => {
            let message = format!("the parameter `{name}` has no `schema`");
            report.at("missing-key", site.span, &site.pointer, message, "Add `schema`.");
        }
        Some(schema) => check_value(context, site, name, schema, report),
        None => {}
    }
    if let Some(reserved) = site.node.get("allowReserved").filter(|reserved| reserved.as_bool() == Some(true)) {
        let message = format!("`{name}` is to be sent without encoding");
        let help = "Remove `allowReserved`: reserved characters are percent-encoded, which is the same value.";
        report.at("unsupported", reserved.span, &join(&site.pointer, "allowReserved"), message, help);
    }
    check_key(site, name, location, keys, report);
}

/// Rule `unsupported` for what the runtime has no function for.
fn check_style(context: &Context<'_>, site: &Site<'_>, name: &str, location: &str, report: &mut Report<'_>) {
    let Some(style) = site.node.get("style") else { return };
    let Some(keyword) = style.as_str().filter(|_| location != "cookie") else { return };
    let schema = site.node.get("schema");
    let is_list = schema.is_some_and(|schema| context.json_kinds(schema).without_null().is_exactly_array());
    let explode = site.node.get("explode").and_then(Node::as_bool);
    if parameter_style(location, Some(keyword), explode, is_list).is_some() {
        return;
    }
    let known = PARAMETER_STYLES.iter().find(|row| row.location.as_str() == location && row.keyword == keyword);
    let (message, help) = match known {
        Some(row) => {
            let what = if row.is_list { "lists" } else { "single values" };
            let needed = row.explode.map_or_else(String::new, |explode| format!(" with `explode: {explode}`"));
            (
                format!("the style `{keyword}` of `{name}` is for {what}{needed}"),
                "Write what the vendor takes.".to_owned(),
            )
        }
        None => (
            format!("the style `{keyword}` of `{name}` is not supported in {location} parameters"),
            match keyword {
                "deepObject" => format!("Declare one parameter for each member, named `{name}[member]`."),
                _ => "Remove it if the vendor takes the usual style; or else declare the parameter as text, and \
                      describe its form."
                    .to_owned(),
            },
        ),
    };
    report.at("unsupported", style.span, &join(&site.pointer, "style"), message, help);
}

/// Rule `unsupported` for what is no text, number, boolean or list of them.
fn check_value<'d>(context: &Context<'d>, site: &Site<'d>, name: &str, schema: &'d Node, report: &mut Report<'_>) {
    let kinds = context.json_kinds(schema).without_null();
    let (found, help) = if kinds.is_exactly_array() {
        let items = context.unwrap(schema).and_then(|list| list.get("items"));
        match items.map(|items| context.json_kinds(items)) {
            Some(items) if items.is_scalar() => return,
            Some(items) if items.without_null().is_scalar() => {
                ("a list with null in it", "Remove `nullable` from the items: null has no form in a parameter.")
            }
            _ => (
                "a list of lists, objects or values of any kind",
                "Declare the parameter as text, and describe its form.",
            ),
        }
    } else if kinds.is_scalar() {
        return;
    } else if kinds.is_exactly_object() {
        ("an object", "Declare one parameter for each member.")
    } else {
        ("of several kinds or of any", "Give it the type of a text, a number, a boolean or a list of them.")
    };
    let message = format!("the parameter `{name}` is {found}");
    report.pointed("unsupported", &join(&site.pointer, "schema"), message, help);
}

/// The security schemes whose keys are sent as a parameter would be, by place and name; names of headers are in small letters.
type Keys<'d> = BTreeMap<(&'d str, String), &'d str>;

fn keys<'d>(context: &'d Context<'_>) -> Keys<'d> {
    let mut keys = Keys::new();
    for scheme in context.objects(Kind::SecurityScheme) {
        let text = |key: &str| scheme.node.get(key).and_then(Node::as_str).unwrap_or_default();
        if text("type") == "apiKey" {
            keys.entry((text("in"), sent_as(text("name"), text("in")))).or_insert(scheme.name);
        }
    }
    keys
}

/// A name as it is compared at its place.
fn sent_as(name: &str, location: &str) -> String {
    if location == "header" { name.to_ascii_lowercase() } else { name.to_owned() }
}

/// Rule `reserved-parameter`: the credentials send it.
fn check_key(site: &Site<'_>, name: &str, location: &str, keys: &Keys<'_>, report: &mut Report<'_>) {
    // Of `Authorization` another rule says it.
    if name.eq_ignore_ascii_case("authorization") {
        return;
    }
    if let Some(scheme) = keys.get(&(location, sent_as(name, location))) {
        let message = format!("the parameter `{name}` is what the security scheme `{scheme}` sends");
        let help = "Remove the parameter: the key is given once, as credentials.";
        report.pointed("reserved-parameter", &join(&site.pointer, "name"), message, help);
    }
}

/// Rule `duplicate-parameter`; an operation may override a parameter of its path.
fn check_duplicates(operation: &Operation<'_>, report: &mut Report<'_>) {
    let mut declared = BTreeSet::new();
    for parameter in &operation.parameters {
        if !declared.insert((parameter.name, parameter.location, parameter.shared)) {
            let message = format!("the {} parameter `{}` is declared twice", parameter.location, parameter.name);
            let help = "Remove one of the two.";
            report.at("duplicate-parameter", parameter.span, &parameter.pointer, message, help);
        }
    }
}

/// Rules `path-parameter-not-in-path` and `path-parameter-not-declared`.
fn check_path(operation: &Operation<'_>, report: &mut Report<'_>) {
    let path = &operation.entry.path;
    let Some(pieces) = template(path) else {
        return;
    };
    let names: Vec<&str> = pieces.iter().filter(|piece| piece.parameter).map(|piece| piece.text).collect();
    let in_path: BTreeSet<&str> = names.iter().copied().collect();
    let parameters = || operation.parameters.iter().filter(|parameter| parameter.location == "path");
    let declared: BTreeSet<&str> = parameters().map(|parameter| parameter.name).collect();
    let missing = names.iter().find(|name| !declared.contains(*name));
    for parameter in parameters().filter(|parameter| !in_path.contains(parameter.name)) {
        let message = format!("the path `{path}` has no `{{{}}}`", parameter.name);
        let help = match missing {
            Some(missing) => format!("Name the parameter `{missing}`, as the path does."),
            None => "Remove the parameter, or add it to the path.".to_owned(),
        };
        report.at("path-parameter-not-in-path", parameter.span, &parameter.pointer, message, help);
    }
    for name in &names {
        if !declared.contains(name) {
            let message = format!("`{}` does not declare the path parameter `{name}`", label(operation));
            let help = format!("Add a parameter `{name}` with `in: path` and `required: true`.");
            report.at("path-parameter-not-declared", operation.span, &operation.entry.pointer, message, help);
        }
    }
}
