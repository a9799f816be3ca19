//! Payloads against schemas: defaults, examples in the document, and the files under `examples/`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    context::{Context, Operation},
    grammar::Kind,
    operations::is_status,
    report::Report,
    validation::{Direction, SchemaSet, Violation},
    walk::Site,
};
use crate::spec::{Document, Finding, Node, SourceFile, Span, VendorSources, parse_yaml, pointer::join};

/// How many contradictions of one payload are listed.
const MAX_VIOLATIONS: usize = 20;

pub(super) fn check(context: &Context<'_>, sources: &VendorSources, report: &mut Report<'_>) {
    let validators = Validators {
        sent: SchemaSet::new(context.document, Direction::Sent),
        read: SchemaSet::new(context.document, Direction::Read),
    };
    for site in &context.sites {
        check_values(context, site, &validators, report);
    }
    check_files(context, sources, &validators, report);
}

/// The components as payloads are validated against them, by direction.
struct Validators {
    sent: SchemaSet,
    read: SchemaSet,
}

impl Validators {
    /// How a payload contradicts a schema.
    fn violations(&self, schema: &Node, direction: Direction, payload: &Value) -> Vec<Violation> {
        let set = match direction {
            Direction::Sent => &self.sent,
            Direction::Read => &self.read,
        };
        set.violations(&schema.to_json(), payload)
    }
}

/// A value in the document that has to fit a schema.
struct Sample<'d> {
    rule: &'static str,
    what: String,
    schema: &'d Node,
    direction: Direction,
    value: &'d Node,
    /// Where to report it.
    pointer: String,
}

/// Rules `invalid-default` and `invalid-example` within the document.
fn check_values(context: &Context<'_>, site: &Site<'_>, validators: &Validators, report: &mut Report<'_>) {
    for sample in samples(context, site) {
        let value = sample.value.to_json();
        for violation in listed(validators.violations(sample.schema, sample.direction, &value)) {
            let message = format!("{} contradicts its schema: {}", sample.what, violation.message);
            let help = "Mend the value, or the schema where the vendor documents the value.";
            report.pointed(sample.rule, &format!("{}{}", sample.pointer, violation.pointer), message, help);
        }
    }
}

/// The values that an object of the document gives: its default and its examples.
fn samples<'d>(context: &Context<'d>, site: &Site<'d>) -> Vec<Sample<'d>> {
    let schema = match site.kind {
        Kind::Schema if !site.is_reference() => Some(site.node),
        Kind::Parameter | Kind::Header | Kind::MediaType => site.node.get("schema"),
        _ => None,
    };
    let Some(schema) = schema else {
        return Vec::new();
    };
    let in_request = context.parent(site).is_some_and(|parent| parent.kind == Kind::RequestBody);
    let sent = match site.kind {
        Kind::Parameter => true,
        Kind::MediaType => in_request && !site.pointer.starts_with("/x-webhooks/"),
        _ => false,
    };
    let direction = if sent { Direction::Sent } else { Direction::Read };
    let mut samples = Vec::new();
    if site.kind == Kind::Schema
        && let Some(value) = site.node.get("default")
    {
        let (what, pointer) = ("the default".to_owned(), join(&site.pointer, "default"));
        let direction = Direction::Sent;
        samples.push(Sample { rule: "invalid-default", what, schema, direction, value, pointer });
    }
    let rule = "invalid-example";
    if let Some(value) = site.node.get("example") {
        let (what, pointer) = ("the example".to_owned(), join(&site.pointer, "example"));
        samples.push(Sample { rule, what, schema, direction, value, pointer });
    }
    for entry in site.node.get("examples").and_then(Node::as_mapping).unwrap_or_default() {
        let holder = context.follow(&entry.value);
        if let Some(value) = holder.and_then(|holder| holder.get("value")) {
            let pointer = join(&join(&site.pointer, "examples"), &entry.key);
            let what = format!("the example `{}`", entry.key);
            // What is shared is reported where it is used: another use may accept it.
            let pointer = if entry.value.get("$ref").is_some() { pointer } else { join(&pointer, "value") };
            samples.push(Sample { rule, what, schema, direction, value, pointer });
        }
    }
    samples
}

/// Cuts a long list of contradictions, and says so.
fn listed(mut violations: Vec<Violation>) -> Vec<Violation> {
    let hidden = violations.len().saturating_sub(MAX_VIOLATIONS);
    violations.truncate(MAX_VIOLATIONS);
    if hidden > 0
        && let Some(last) = violations.last_mut()
    {
        last.message = format!("{} (and {hidden} more)", last.message);
    }
    violations
}

/// Rules `invalid-example`, `unknown-example` and `stale-unsound` for the files under `examples/`.
fn check_files(context: &Context<'_>, sources: &VendorSources, validators: &Validators, report: &mut Report<'_>) {
    let (unsound, mistakes) = sources.unsound.as_ref().map(read_unsound).unwrap_or_default();
    for mistake in mistakes {
        report.other(mistake);
    }
    let set_aside: BTreeSet<&str> = unsound.iter().map(|row| row.example.as_str()).collect();
    let mut operations: BTreeMap<&str, &Operation<'_>> = BTreeMap::new();
    for operation in &context.operations {
        if let Some(id) = operation.entry.operation_id.as_deref() {
            operations.entry(id).or_insert(operation);
        }
    }
    let mut contradicting: BTreeSet<&str> = BTreeSet::new();
    for (name, file) in &sources.examples {
        let Some(stem) = name.strip_suffix(".json") else {
            continue;
        };
        let payload = match Document::payload(file) {
            Ok(payload) => payload,
            Err(mistakes) => {
                for mistake in mistakes {
                    report.other(mistake);
                }
                continue;
            }
        };
        let value = payload.root.to_json();
        let (bodies, direction) = match bodies(context, stem, &operations, report) {
            Ok(found) => found,
            Err((message, help)) => {
                report.other(Finding::new("unknown-example", &file.path, beginning(), "", message, help));
                continue;
            }
        };
        // Several statuses may mean success; the page shows the payload of one of them.
        let mut closest: Option<Vec<Violation>> = None;
        for schema in bodies {
            let violations = validators.violations(schema, direction, &value);
            if closest.as_ref().is_none_or(|closest| violations.len() < closest.len()) {
                closest = Some(violations);
            }
        }
        let violations = closest.unwrap_or_default();
        if violations.is_empty() {
            continue;
        }
        contradicting.insert(stem);
        if set_aside.contains(stem) {
            continue;
        }
        for violation in listed(violations) {
            let message = format!("the payload contradicts its schema: {}", violation.message);
            let help = format!(
                "Mend the schema in `{}`; if the vendor contradicts itself, list `{stem}` in `unsound.yaml`, with a reason.",
                context.document.file.path
            );
            report.other(payload.finding("invalid-example", &violation.pointer, message, help));
        }
    }
    for row in unsound.iter().filter(|row| !contradicting.contains(row.example.as_str())) {
        let file_name = format!("{}.json", row.example);
        let message = if sources.examples.contains_key(&file_name) {
            format!("`{}` is listed as unsound, but it is valid", row.example)
        } else {
            format!("`{}` is listed as unsound, but there is no `{file_name}`", row.example)
        };
        report.other(Finding::new("stale-unsound", &row.file, row.span, "", message, "Remove the entry.".to_owned()));
    }
}

/// A payload that is set aside.
struct Unsound {
    example: String,
    file: String,
    span: Span,
}

/// The names of the payloads that `unsound.yaml` sets aside, without `.json`.
pub(crate) fn unsound_payloads(file: &SourceFile) -> BTreeSet<String> {
    let (rows, _) = read_unsound(file);
    rows.into_iter().map(|row| row.example).collect()
}

/// Reads `unsound.yaml`: a list of rows with `example` (a file name without `.json`) and `reason`.
fn read_unsound(file: &SourceFile) -> (Vec<Unsound>, Vec<Finding>) {
    let root = match parse_yaml(file) {
        Ok(root) => root,
        Err(mistakes) => return (Vec::new(), mistakes),
    };
    let wrong_kind = |pointer: &str, span: Span, message: String| {
        let help = "Write a list of rows with `example`, a file name without `.json`, and `reason`.";
        Finding::new("wrong-kind", &file.path, span, pointer, message, help.to_owned())
    };
    let Some(rows) = root.as_sequence() else {
        let message = format!("`unsound.yaml` is {}, but has to be a list", root.kind_name());
        return (Vec::new(), vec![wrong_kind("", root.span, message)]);
    };
    let (mut unsound, mut mistakes) = (Vec::new(), Vec::new());
    for (index, row) in rows.iter().enumerate() {
        let text = |key: &str| row.get(key).filter(|node| node.as_str().is_some_and(|text| !text.trim().is_empty()));
        if let (Some(example), Some(_)) = (text("example"), text("reason")) {
            let name = example.as_str().unwrap_or_default().to_owned();
            unsound.push(Unsound { example: name, file: file.path.clone(), span: example.span });
        } else {
            let message = "the row lacks an `example` or a `reason`".to_owned();
            mistakes.push(wrong_kind(&join("", &index.to_string()), row.span, message));
        }
    }
    (unsound, mistakes)
}

/// The schemas of the bodies that the name of an example file means, and which way they travel; or why there is
/// none.
fn bodies<'d>(
    context: &Context<'d>,
    stem: &str,
    operations: &BTreeMap<&str, &Operation<'d>>,
    report: &mut Report<'_>,
) -> Result<(Vec<&'d Node>, Direction), (String, String)> {
    let mut parts = stem.split('.');
    let id = parts.next().unwrap_or_default();
    let body = parts.next().unwrap_or_default();
    let mut status = None;
    let mut number = None;
    for part in parts {
        if is_status(part) && body == "response" && status.is_none() && number.is_none() {
            status = Some(part);
        } else if part.parse::<u8>().is_ok_and(|number| number >= 2) && number.is_none() {
            number = Some(part);
        } else {
            let message = format!("`{part}` in the name `{stem}.json` is neither a status nor a number from 2");
            return Err((message, FORM.to_owned()));
        }
    }
    let Some(operation) = operations.get(id) else {
        let help = match report.nearest(id, operations.keys().copied()) {
            Some(near) => format!("Name the file after the operation `{near}`."),
            None => FORM.to_owned(),
        };
        return Err((format!("there is no operation `{id}`"), help));
    };
    // The vendor sends the request of a webhook, and the client its response.
    let (request, response) =
        if operation.entry.webhook { (Direction::Read, Direction::Sent) } else { (Direction::Sent, Direction::Read) };
    match body {
        "request" => Ok((request_body(context, operation, id)?, request)),
        "response" => Ok((response_body(context, operation, id, status)?, response)),
        _ => Err((format!("the name `{stem}.json` says neither `request` nor `response`"), FORM.to_owned())),
    }
}

const FORM: &str = "Name the file `<operation_id>.request.json`, `<operation_id>.response.json` or \
                    `<operation_id>.response.<status>.json`; further ones get a number before `.json`.";

fn request_body<'d>(
    context: &Context<'d>,
    operation: &Operation<'d>,
    id: &str,
) -> Result<Vec<&'d Node>, (String, String)> {
    let body = operation.node.get("requestBody").and_then(|body| context.follow(body));
    if let Some(schema) = body.and_then(schema_of) {
        return Ok(vec![schema]);
    }
    let help = "Add a `requestBody` to the operation, or remove the file.".to_owned();
    Err((format!("the operation `{id}` has no request body"), help))
}

fn response_body<'d>(
    context: &Context<'d>,
    operation: &Operation<'d>,
    id: &str,
    status: Option<&str>,
) -> Result<Vec<&'d Node>, (String, String)> {
    let responses = operation.node.get("responses").and_then(Node::as_mapping).unwrap_or_default();
    let range = status.and_then(|status| status.get(..1)).map(|class| format!("{class}XX"));
    let exact = responses.iter().filter(|response| status.is_none_or(|status| response.key == status));
    let mut candidates: Vec<&Node> = match status {
        Some(_) => exact.map(|response| &response.value).collect(),
        None => exact.filter(|response| response.key.starts_with('2')).map(|response| &response.value).collect(),
    };
    if candidates.is_empty() {
        candidates = responses
            .iter()
            .filter(|response| Some(&response.key) == range.as_ref())
            .map(|response| &response.value)
            .collect();
    }
    let schemas: Vec<&Node> =
        candidates.into_iter().filter_map(|response| schema_of(context.follow(response)?)).collect();
    if schemas.is_empty() {
        let which = status.map_or_else(|| "for success".to_owned(), |status| format!("for {status}"));
        let help = "Declare the response with its body, or remove the file.".to_owned();
        return Err((format!("the operation `{id}` declares no response with a body {which}"), help));
    }
    Ok(schemas)
}

/// The schema of the first media type of a body.
fn schema_of(holder: &Node) -> Option<&Node> {
    holder.get("content")?.as_mapping()?.first()?.value.get("schema")
}

fn beginning() -> Span {
    Span { line: 1, column: 1, ..Span::default() }
}
