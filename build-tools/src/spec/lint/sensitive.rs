//! Names that suggest personal data or a secret, and texts of errors, which may repeat what was sent.

use std::{collections::BTreeSet, ptr};

use super::{context::Context, grammar::Kind, report::Report, walk::Site};
use crate::spec::sensitive_names::{ends_with_words, is_sensitive, words};
use crate::spec::{Node, pointer::join, text_format};

/// How a name ends when it holds a text for people about what went wrong: whole words. A `title` is not among them: it names the
/// kind of problem and is the same each time (RFC 9457, 3.1.3).
const PROSE_ENDINGS: &[&str] = &[
    "cause",
    "description",
    "detail",
    "details",
    "error",
    "errors",
    "explanation",
    "message",
    "messages",
    "reason",
    "reasons",
    "text",
];

/// Words that the name of a component has when it describes a failure, wherever it is used.
const FAILURE_WORDS: &[&str] = &["error", "errors", "failure", "failures", "problem", "problems"];

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    check_names(context, report);
    check_error_texts(context, report);
}

/// Rule `sensitive-name`, for members and parameters that are text.
fn check_names(context: &Context<'_>, report: &mut Report<'_>) {
    for site in &context.sites {
        let (name, schema, pointer) = match site.kind {
            Kind::Schema if site.role == "properties" => (site.name, Some(site.node), site.pointer.clone()),
            Kind::Parameter if !site.is_reference() => {
                let name = site.node.get("name").and_then(Node::as_str).unwrap_or_default();
                (name, site.node.get("schema"), join(&site.pointer, "name"))
            }
            _ => continue,
        };
        let Some(schema) = schema else {
            continue;
        };
        if !is_sensitive(name) || context.type_of(schema) != Some("string") {
            continue;
        }
        if is_marked_around(context, site) || is_marked_or_closed(context, schema) {
            continue;
        }
        let message = format!("`{name}` sounds like personal data or a secret, but is not marked as such");
        let help = "Add `x-sensitive: true` (or `format: password` for a secret) to it or to its component; \
                    `x-sensitive: false` states that it is neither.";
        report.pointed("sensitive-name", &pointer, message, help);
    }
}

/// Rule `sensitive-error-text`, for texts of what error statuses bring and of components that describe a failure.
fn check_error_texts(context: &Context<'_>, report: &mut Report<'_>) {
    let failures = failures(context);
    let is_failure = |site: &Site<'_>| failures.contains(&ptr::from_ref(site.node).addr());
    for site in context.sites.iter().filter(|site| site.kind == Kind::Schema && is_failure(site)) {
        let what = match site.role {
            "properties" if ends_with_words(site.name, PROSE_ENDINGS) => format!("`{}`", site.name),
            // The items of a list and the values of a map have no name that could say that they are codes.
            "items" | "additionalProperties" => "this text".to_owned(),
            _ => continue,
        };
        let Some(target) = context.unwrap(site.node).filter(|target| is_prose(target)) else {
            continue;
        };
        if is_marked_around(context, site) || is_marked_or_closed(context, site.node) || is_marked(target) {
            continue;
        }
        let message =
            format!("{what} is part of an error and may repeat what was sent, but is not marked as sensitive");
        let help = "Add `x-sensitive: true` to it or to its component; `x-sensitive: false` states that it never repeats \
                    anything.";
        report.at("sensitive-error-text", site.span, &site.pointer, message, help);
    }
}

/// The addresses of all schemas that error statuses bring, or that belong to a component that describes a failure.
fn failures(context: &Context<'_>) -> BTreeSet<usize> {
    let mut open: Vec<&Node> = Vec::new();
    for operation in context.operations.iter().filter(|operation| !operation.entry.webhook) {
        for status in operation.node.get("responses").and_then(Node::as_mapping).unwrap_or_default() {
            if status.key.starts_with(['2', '3']) {
                continue;
            }
            let bodies = context.follow(&status.value).and_then(|response| response.get("content"));
            let types = bodies.and_then(Node::as_mapping).unwrap_or_default();
            open.extend(types.iter().filter_map(|media| media.value.get("schema")));
        }
    }
    let components = context.sites.iter().filter(|site| site.kind == Kind::Schema && site.is_component());
    open.extend(components.filter(|site| has_word(site.name, FAILURE_WORDS)).map(|site| site.node));
    let mut reached = BTreeSet::new();
    while let Some(schema) = open.pop() {
        if !reached.insert(ptr::from_ref(schema).addr()) {
            continue;
        }
        open.extend(context.follow(schema));
        for named in schema.get("properties").and_then(Node::as_mapping).unwrap_or_default() {
            open.push(&named.value);
        }
        open.extend(["items", "additionalProperties"].iter().filter_map(|key| schema.get(key)));
        for key in ["allOf", "oneOf", "anyOf"] {
            open.extend(schema.get(key).and_then(Node::as_sequence).unwrap_or_default());
        }
    }
    reached
}

/// Whether a schema is text that the vendor writes freely.
fn is_prose(schema: &Node) -> bool {
    let text = |key: &str| schema.get(key).and_then(Node::as_str);
    text("type") == Some("string")
        && schema.get("enum").is_none()
        && !text("format").and_then(text_format).is_some_and(|format| format.is_of_machine)
}

fn has_word(name: &str, among: &[&str]) -> bool {
    words(name).split('_').any(|word| among.contains(&word))
}

/// Whether a schema is marked where it is written, or what it is written in: a mark on a list holds for its items, a mark on an
/// object for each of its members.
fn is_marked_around<'d>(context: &Context<'d>, site: &Site<'d>) -> bool {
    let mut site = site;
    loop {
        if is_marked(site.node) {
            return true;
        }
        match context.parent(site) {
            Some(parent) if parent.kind == Kind::Schema => site = parent,
            _ => return false,
        }
    }
}

fn is_marked(node: &Node) -> bool {
    node.get("x-sensitive").is_some() || node.get("format").and_then(Node::as_str) == Some("password")
}

/// Whether a schema or what it refers to is marked, or can only have values that everybody knows.
fn is_marked_or_closed<'d>(context: &Context<'d>, schema: &'d Node) -> bool {
    let mut node = schema;
    for _ in 0..8 {
        let Some(target) = context.follow(node) else {
            return true;
        };
        if is_marked(target) || target.get("enum").is_some() || target.get("x-resource").is_some() {
            return true;
        }
        match target.get("allOf").and_then(Node::as_sequence) {
            Some([only]) => node = only,
            _ => return false,
        }
    }
    false
}
