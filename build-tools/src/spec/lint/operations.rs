//! Paths and operations: identity, tags, bodies, responses.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;

use super::{
    context::{Context, Operation},
    grammar::Kind,
    report::Report,
    walk::Site,
};
use crate::spec::paths::without_fragment;
use crate::{
    names::{begins_with_verb, is_snake_case},
    spec::{Entry, MediaTypeMistake, Node, body_encoding, encoding, pointer::join},
};

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    check_version(context, report);
    check_paths(context, report);
    check_operation_ids(context, report);
    check_bodies(context, report);
    check_tags(context, report);
    for operation in &context.operations {
        check_responses(operation, report);
        check_provenance(operation, report);
    }
    for site in &context.sites {
        match site.kind {
            Kind::RequestBody | Kind::Response if !site.is_reference() => check_content(context, site, report),
            Kind::Responses => check_statuses(site, report),
            _ => {}
        }
    }
}

/// Rule `unsupported`: other versions mean other things by the same words.
fn check_version(context: &Context<'_>, report: &mut Report<'_>) {
    let Some(version) = context.document.root.get("openapi") else {
        return;
    };
    if let Some(text) = version.as_str()
        && !text.starts_with("3.0.")
    {
        let message = format!("the document is OpenAPI {text}");
        report.at("unsupported", version.span, "/openapi", message, "Write the document as OpenAPI 3.0.3, 3.1 or 3.2.");
    }
}

/// Rules `path-form` and `duplicate-path`.
fn check_paths(context: &Context<'_>, report: &mut Report<'_>) {
    let mut shapes: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    for site in context.sites.iter().filter(|site| site.kind == Kind::PathItem && site.role == "paths") {
        let path = site.name;
        let Some(parts) = template(path) else {
            let message = format!("the path `{path}` is malformed");
            let help = "Begin it with `/`, leave out the query, and give each parameter one pair of braces and a \
                        name of its own.";
            report.at("path-form", site.span, &site.pointer, message, help);
            continue;
        };
        let shape: Vec<&str> = parts.iter().map(|part| if part.parameter { "{}" } else { part.text }).collect();
        let fragment = path.split_once('#').map_or("", |(_, fragment)| fragment);
        if let Some((other, line)) = shapes.insert(format!("{}#{fragment}", shape.concat()), (path, site.span.line)) {
            let message = format!("`{path}` and `{other}` on line {line} are one path");
            let help = "Put the operations of both under one of them.";
            report.at("duplicate-path", site.span, &site.pointer, message, help);
        }
    }
}

/// A piece of a path template: a parameter's name, or text that means itself.
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    pub(super) parameter: bool,
}

/// Takes a path template apart; `None` when it is malformed. A fragment is not sent: it tells operations apart that are sent to one
/// path by one method.
pub(super) fn template(path: &str) -> Option<Vec<Piece<'_>>> {
    let path = without_fragment(path);
    if !path.starts_with('/') || path.contains('?') {
        return None;
    }
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut names = BTreeSet::new();
    let mut rest = path;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        if literal.contains('}') || name.is_empty() || name.contains(['{', '/']) || !names.insert(name) {
            return None;
        }
        pieces.push(Piece { text: literal, parameter: false });
        pieces.push(Piece { text: name, parameter: true });
        rest = after;
    }
    if rest.contains('}') {
        return None;
    }
    pieces.push(Piece { text: rest, parameter: false });
    Some(pieces)
}

/// Rules `missing-operation-id`, `operation-id-form`, `operation-verb` and `duplicate-operation-id`.
fn check_operation_ids(context: &Context<'_>, report: &mut Report<'_>) {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in &context.operations {
        let pointer = &operation.entry.pointer;
        let Some(node) = operation.node.get("operationId") else {
            if operation.node.as_mapping().is_some() {
                let message = format!("`{}` has no `operationId`", label(operation));
                let help = "Add one in snake case, verb first: `list_clients`, `get_client`.";
                report.at("missing-operation-id", operation.span, pointer, message, help);
            }
            continue;
        };
        let Some(id) = node.as_str() else {
            continue;
        };
        let pointer = join(pointer, "operationId");
        if !is_snake_case(id) {
            let message = format!("the operationId `{id}` is not in snake case");
            report.at("operation-id-form", node.span, &pointer, message, format!("Write `{}`.", id.to_snake_case()));
        }
        let name = operation.node.get("x-rust-name").unwrap_or(node);
        // What the vendor calls becomes no method, and a name of another form is reported by the rules of forms.
        let nameless = |name: &&str| !operation.entry.webhook && is_snake_case(name) && !begins_with_verb(name);
        if let Some(method_name) = name.as_str().filter(nameless) {
            let message = format!("`{method_name}` does not begin with a verb");
            let help = "Say first what it does: `list_`, `get_`, `create_`, `update_`, `delete_`, or another verb of the list \
                        in `names.rs`. Where the `operationId` is the vendor's own, give the operation an `x-rust-name`.";
            report.at("operation-verb", name.span, &pointer, message, help);
        }
        if let Some(line) = known.get(id) {
            let message = format!("the operationId `{id}` is already used on line {line}");
            report.at("duplicate-operation-id", node.span, &pointer, message, "Give each operation its own id.");
        } else {
            known.insert(id, node.span.line);
        }
    }
}

/// Rule `body-of-get`: RFC 9110 gives such a body no meaning.
fn check_bodies(context: &Context<'_>, report: &mut Report<'_>) {
    for operation in &context.operations {
        let reads = !operation.entry.webhook && matches!(operation.entry.method.as_str(), "get" | "head");
        if let Some(body) = operation.node.entry("requestBody").filter(|_| reads) {
            let message = format!("`{}` has a request body, which servers and proxies may drop", label(operation));
            let help = "Declare what it holds as query parameters, or the method that the vendor really takes it by.";
            report.at("body-of-get", body.key_span, &join(&operation.entry.pointer, "requestBody"), message, help);
        }
    }
}

/// Rules `missing-tag`, `several-tags`, `unknown-tag`, `unused-tag` and `duplicate-tag`.
fn check_tags(context: &Context<'_>, report: &mut Report<'_>) {
    let mut declared: BTreeSet<&str> = BTreeSet::new();
    for site in context.objects(Kind::Tag) {
        let Some(name) = site.node.get("name").and_then(Node::as_str) else {
            continue;
        };
        if !declared.insert(name) {
            let message = format!("the tag `{name}` is already declared");
            report.pointed("duplicate-tag", &join(&site.pointer, "name"), message, "Remove one of the two.");
        }
    }
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for operation in &context.operations {
        let tags = operation.node.get("tags").and_then(Node::as_sequence).unwrap_or_default();
        let pointer = join(&operation.entry.pointer, "tags");
        // What the vendor calls belongs to no group of the client's methods.
        if tags.is_empty() && !operation.entry.webhook && operation.node.as_mapping().is_some() {
            let message = format!("`{}` has no tag", label(operation));
            let help = "Give it one of the tags that the document lists under `tags`.";
            report.at("missing-tag", operation.span, &operation.entry.pointer, message, help);
        }
        if let Some(second) = tags.get(1) {
            let message = format!("`{}` has {} tags", label(operation), tags.len());
            let help = "Keep the one under which a reader would look for the operation.";
            report.at("several-tags", second.span, &pointer, message, help);
        }
        for (index, tag) in tags.iter().enumerate() {
            let Some(name) = tag.as_str() else {
                continue;
            };
            used.insert(name);
            if !declared.contains(name) {
                let message = format!("the tag `{name}` is not declared");
                let help = match report.nearest(name, declared.iter().copied()) {
                    Some(near) => format!("Write `{near}`, or add the tag to the document's `tags`."),
                    None => "Add it to the document's `tags`, with a description.".to_owned(),
                };
                report.at("unknown-tag", tag.span, &join(&pointer, &index.to_string()), message, help);
            }
        }
    }
    for site in context.objects(Kind::Tag) {
        if let Some(name) = site.node.get("name").and_then(Node::as_str)
            && !used.contains(name)
        {
            let message = format!("no operation has the tag `{name}`");
            report.pointed(
                "unused-tag",
                &join(&site.pointer, "name"),
                message,
                "Remove it, or give it to an operation.",
            );
        }
    }
}

/// Rule `missing-response`. A webhook needs none: what the vendor expects back may not be documented.
fn check_responses(operation: &Operation<'_>, report: &mut Report<'_>) {
    if operation.entry.webhook || operation.node.as_mapping().is_none() {
        return;
    }
    let pointer = &operation.entry.pointer;
    let Some(responses) = operation.node.get("responses") else {
        let message = format!("`{}` declares no responses", label(operation));
        let help = "Add `responses` with every documented status.";
        report.at("missing-response", operation.span, pointer, message, help);
        return;
    };
    let Some(statuses) = responses.as_mapping() else {
        return;
    };
    if !statuses.iter().any(|status| status.key.starts_with(['2', '3'])) {
        let message = format!("`{}` declares no response for success", label(operation));
        let help = "Add the status that the vendor responds with when the call succeeds, such as `200` or `204`.";
        report.pointed("missing-response", &join(pointer, "responses"), message, help);
    }
}

/// Rule `response-status`.
fn check_statuses(site: &Site<'_>, report: &mut Report<'_>) {
    for entry in site.node.as_mapping().unwrap_or_default() {
        let pointer = join(&site.pointer, &entry.key);
        if entry.key == "default" {
            let help = "Declare the ranges instead: `4XX` and `5XX`.";
            report.at("unsupported", entry.key_span, &pointer, "`default` responses are not supported", help);
        } else if !is_status(&entry.key) {
            let message = format!("`{}` is no status", entry.key);
            let help = "Write three digits, or a range such as `4XX`.";
            report.at("response-status", entry.key_span, &pointer, message, help);
        }
    }
}

/// Whether a text is an HTTP status or a range of them.
pub(super) fn is_status(text: &str) -> bool {
    let mut characters = text.chars();
    let class = characters.next().is_some_and(|first| ('1'..='5').contains(&first));
    let rest = characters.as_str();
    class && rest.len() == 2 && (rest == "XX" || rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Rules `empty-content` and `unsupported` for media types.
fn check_content(context: &Context<'_>, site: &Site<'_>, report: &mut Report<'_>) {
    let Some(bodies) = site.node.entry("content") else {
        return;
    };
    let Some(types) = bodies.value.as_mapping() else {
        return;
    };
    let pointer = join(&site.pointer, "content");
    if types.is_empty() {
        let help = "Remove `content` when there is no body.";
        report.at("empty-content", bodies.key_span, &pointer, "`content` names no media type", help);
    }
    if let Some(second) = types.get(1) {
        let message = format!("{} has {} media types", site.kind.name(), types.len());
        let help = "Keep the one that the client is to send or to ask for.";
        report.at("unsupported", second.key_span, &join(&pointer, &second.key), message, help);
    }
    for entry in types {
        let pointer = join(&pointer, &entry.key);
        if let Some(mistake) = media_type_mistake(context, site.kind, entry) {
            report.at("unsupported", entry.key_span, &pointer, mistake.message, mistake.help);
        }
    }
}

/// What keeps a body of this media type from being sent or read.
fn media_type_mistake(context: &Context<'_>, kind: Kind, entry: &Entry) -> Option<MediaTypeMistake> {
    let media_type = entry.key.as_str();
    let mistake = |message: String, help: &str| Some(MediaTypeMistake { message, help: help.to_owned() });
    if kind == Kind::RequestBody && media_type.contains('*') {
        return mistake(
            "a wildcard is no media type that can be sent".to_owned(),
            "Name the one media type of the body; a file travels as `application/octet-stream`.",
        );
    }
    // A schema that is missing or leads nowhere is reported as such.
    let Some(schema) = entry.value.get("schema").and_then(|schema| context.unwrap(schema)) else {
        return encoding(media_type).err();
    };
    let text = |key: &str| schema.get(key).and_then(Node::as_str);
    match body_encoding(media_type, text("type"), text("format")) {
        Ok(encoding) if encoding.is_only_sent() && kind == Kind::Response => mistake(
            format!("a response of `{media_type}` is not read as a form"),
            "Write `type: string` and `format: binary`: the body is then read as bytes.",
        ),
        Ok(_) => None,
        Err(mistake) => Some(mistake),
    }
}

/// Rule `provenance`: a guess says how sure it is, and nothing else does.
fn check_provenance(operation: &Operation<'_>, report: &mut Report<'_>) {
    let provenance = operation.node.get("x-provenance");
    let inferred = provenance.and_then(Node::as_str) == Some("inferred");
    let pointer = &operation.entry.pointer;
    match (inferred, operation.node.entry("x-confidence")) {
        (true, None) => {
            let message = format!("`{}` is inferred, but does not say how surely", label(operation));
            let help = "Add `x-confidence: high`, `medium` or `low`.";
            report.pointed("provenance", &join(pointer, "x-provenance"), message, help);
        }
        (false, Some(confidence)) => {
            let message = format!("`{}` has a confidence, but is not inferred", label(operation));
            let help = "Remove `x-confidence`, or add `x-provenance: inferred`.";
            report.at("provenance", confidence.key_span, &join(pointer, "x-confidence"), message, help);
        }
        _ => {}
    }
}

/// An operation as messages name it: by its id, or else by method and path.
pub(super) fn label(operation: &Operation<'_>) -> String {
    let entry = &operation.entry;
    entry.operation_id.clone().unwrap_or_else(|| format!("{} {}", entry.method.to_uppercase(), entry.path))
}
