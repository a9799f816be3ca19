//! What a crate offers, as an outline that is reviewed as a snapshot at every regeneration: whatever a caller or the vendor could
//! notice is in it, a line each, and prose is not.
//!
//! The files are those of the crate: `operations/<tag>` and `types/<tag>`, with `client` and `errors` for what belongs to no tag; a file of
//! types that is too long to be reviewed is one for each first letter. A line says the name in Rust and its type, then `= "…"` with the
//! name on the wire, then what else holds: where a parameter is sent, what is redacted, deprecated or limited.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::limits::phrase;
use super::operations::{followed, has_call_type};
use super::tokens::type_text;
use crate::contract::{
    ComponentNames, Constant, Contract, Covered, DigestedWhen, EcdsaEncoding, EventBatch, Extra, Given, Kind, ListPage,
    Mark, Member, Operation, PageForm, Parameter, PathStep, Presence, ResponseBody, SigningSettings, StatusVariant,
    Success, TypeDefinition, Variant, VariantForm, WebhookSettings, When,
};
use crate::text::{literal, visible};

/// The longest file that a person reviews at once, in lines. A file of types that is longer is one for each first letter of their
/// names, so that no type moves when another one grows.
const MAX_LINES: usize = 390;

/// The files by name, without extension.
pub(crate) fn surface(contract: &Contract) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    files.insert("client".to_owned(), client(contract));
    for operation in &contract.operations {
        write_operation(files.entry(format!("operations/{}", operation.module)).or_default(), contract, operation);
    }
    for webhook in &contract.webhooks {
        let file = files.entry(format!("operations/{}", webhook.module)).or_default();
        line(file, 0, &format!("webhook {}: {}", webhook.id, type_text(&webhook.body)), &[]);
    }
    let shared = contract.errors.iter().filter(|error| !error.aliases.is_empty());
    for error in shared {
        let file = files.entry("errors".to_owned()).or_default();
        line(file, 0, &format!("errors {}", error.name), &[]);
        write_statuses(file, 1, &error.variants);
    }
    let mut modules: BTreeMap<&str, Vec<(char, String)>> = BTreeMap::new();
    for definition in contract.types.values() {
        let letter = definition.name.chars().next().unwrap_or('_').to_ascii_lowercase();
        modules.entry(&definition.module).or_default().push((letter, outline(contract, definition)));
    }
    for (module, types) in modules {
        let lines: usize = types.iter().map(|(_, text)| text.lines().count()).sum();
        for (letter, text) in types {
            let name = if lines > MAX_LINES { format!("types/{module}/{letter}") } else { format!("types/{module}") };
            files.entry(name).or_default().push_str(&text);
        }
    }
    files
}

/// A line with its marks, which say what else holds.
fn line(text: &mut String, depth: usize, what: &str, marks: &[String]) {
    let _ = write!(text, "{:width$}{what}", "", width = 4 * depth);
    for mark in marks {
        let _ = write!(text, ", {}", visible(mark));
    }
    text.push('\n');
}

/// The marks that hold, in order.
fn marks<const COUNT: usize>(marks: [Option<String>; COUNT]) -> Vec<String> {
    marks.into_iter().flatten().collect()
}

/// A mark where it holds.
fn mark(holds: bool, text: &str) -> Option<String> {
    holds.then(|| text.to_owned())
}

/// What a success holds, as a caller names it.
fn success(success: &Success) -> String {
    match success {
        Success::Nothing => "()".to_owned(),
        Success::Json(value) => type_text(value),
        Success::JsonOrNothing(value) => format!("Option<{}>", type_text(value)),
        Success::Text => "String".to_owned(),
        Success::Download => "Download".to_owned(),
        Success::ByStatus(name) => name.clone(),
    }
}

/// How a client is made.
fn client(contract: &Contract) -> String {
    let mut text = String::new();
    for environment in &contract.settings.environments {
        line(&mut text, 0, &format!("environment {} = {}", environment.name, literal(&environment.url)), &[]);
    }
    for header in &contract.settings.request_id_headers {
        line(&mut text, 0, &format!("request id in {}", literal(header)), &[]);
    }
    for form in &contract.settings.credentials {
        let fields: Vec<String> = form
            .fields
            .iter()
            .map(|field| match field.given {
                Given::Always => field.name.clone(),
                Given::Optionally => format!("{}?", field.name),
                Given::WhenAsked => format!("{}(?)", field.name),
            })
            .collect();
        line(&mut text, 0, &format!("credentials {}({})", form.name, fields.join(", ")), &[]);
        for (kind, sent) in [("header", &form.headers), ("query", &form.query), ("cookie", &form.cookies)] {
            for (name, value) in sent {
                line(&mut text, 1, &format!("{kind} {} = {}", literal(name), literal(value)), &[]);
            }
        }
    }
    if let Some(signing) = &contract.settings.signing {
        write_signing(&mut text, signing);
    }
    if let Some(webhook) = &contract.settings.webhook {
        write_webhook(&mut text, webhook);
    }
    text
}

/// What of a request is signed.
fn write_signing(text: &mut String, signing: &SigningSettings) {
    let marks = marks([
        mark(signing.required, "required"),
        Some(format!("label {}", literal(&signing.label))),
        signing.tag.as_ref().map(|tag| format!("tag {}", literal(tag))),
        signing.lifetime.map(|seconds| format!("for {seconds} s")),
        mark(signing.names == ComponentNames::Bare, "bare names"),
        mark(signing.ecdsa == EcdsaEncoding::Der, "ECDSA as ASN.1"),
    ]);
    line(text, 0, "requests are signed", &marks);
    write_components(text, &signing.components);
    if let Some(except) = &signing.all_headers_except {
        let names = except.names.iter().map(|name| literal(name).to_string());
        let prefixes = except.prefixes.iter().map(|prefix| format!("{}…", literal(prefix)));
        line(text, 1, &format!("all headers but {}", names.chain(prefixes).collect::<Vec<_>>().join(" ")), &[]);
    }
    if let Some(digest) = &signing.digest {
        let always: Vec<String> =
            mark(digest.when == DigestedWhen::Always, "also without a body").into_iter().collect();
        line(text, 1, &format!("digest in {:?} by {:?}", digest.header, digest.algorithm), &always);
    }
    let set = [("date", signing.date), ("content-length", signing.content_length)];
    for (name, _) in set.into_iter().filter(|(_, is_set)| *is_set) {
        line(text, 1, &format!("sets {name}"), &[]);
    }
    line(text, 1, &format!("parameters {:?}", signing.parameters), &[]);
    for (name, value) in &signing.unsigned_headers {
        line(text, 1, &format!("header {} = {}", literal(name), literal(value)), &[]);
    }
}

/// How webhooks are vouched for.
fn write_webhook(text: &mut String, webhook: &WebhookSettings) {
    if let Some(signature) = &webhook.signature {
        let marks = marks([
            signature.label.as_ref().map(|label| format!("label {}", literal(label))),
            signature.tag.as_ref().map(|tag| format!("tag {}", literal(tag))),
            Some(format!("up to {} s old", signature.max_age)),
            Some(format!("clocks up to {} s off", signature.clock_skew)),
            mark(signature.names == ComponentNames::Bare, "bare names"),
        ]);
        line(text, 0, "webhooks are signed", &marks);
        write_components(text, &signature.components);
        if let Some(header) = signature.digest {
            line(text, 1, &format!("digest in {header:?}"), &[]);
        }
        line(text, 1, &format!("algorithms {:?}, ECDSA {:?}", signature.algorithms, signature.ecdsa), &[]);
        if !signature.parameters.is_empty() {
            line(text, 1, &format!("parameters {:?}", signature.parameters), &[]);
        }
        if let Some(path) = &signature.keys {
            line(text, 1, &format!("keys from {}", literal(path)), &[]);
        }
    }
    if let Some(secret) = &webhook.shared_secret {
        line(text, 0, &format!("webhooks have an HMAC in {}", literal(&secret.signature)), &[]);
        for (what, header) in [("delivery", &secret.delivery_id), ("attempt", &secret.attempt)] {
            if let Some(header) = header {
                line(text, 1, &format!("{what} in {}", literal(header)), &[]);
            }
        }
    }
}

fn write_components(text: &mut String, components: &[Covered]) {
    for part in components {
        let when = match part.when {
            When::Always => None,
            When::Present => Some("when present".to_owned()),
            When::Body => Some("with a body".to_owned()),
        };
        line(text, 1, &format!("covers {}", literal(&part.name)), &marks([when]));
    }
}

fn write_operation(text: &mut String, contract: &Contract, operation: &Operation) {
    let idempotency = contract
        .settings
        .idempotency_key
        .as_ref()
        .filter(|header| operation.parameters.iter().any(|one| one.is_one_in_header() && one.wire == **header));
    let paged = operation.paging.as_ref().map(|paged| {
        let at = paged.at.as_ref().map_or_else(String::new, |at| format!(" {}", literal(at)));
        let limit = paged.limit.as_ref().map_or_else(String::new, |limit| format!(", limit {}", literal(limit)));
        let default = paged.default_limit.map_or_else(String::new, |limit| format!(" (else {limit})"));
        let most = paged.max_limit.map_or_else(String::new, |limit| format!(" (at most {limit})"));
        let full = if paged.full_pages { ", all but the last full" } else { "" };
        format!("in pages by {}{at}{limit}{default}{most}{full}", paged.style.name)
    });
    let head = format!("{}: {} {}", operation.method_name, operation.method.as_str(), visible(&operation.path));
    let marks = marks([
        mark(has_call_type(operation), &format!("type {}", operation.type_stem)),
        mark(!operation.authenticated, "without credentials"),
        mark(operation.deprecated, "deprecated"),
        idempotency.map(|header| format!("idempotency key {}", literal(header))),
        paged,
        followed(contract, operation).map(|url| format!("follows {}", url.name)),
        mark(operation.accept != "application/json", &format!("accepts {}", operation.accept)),
    ]);
    line(text, 0, &head, &marks);
    for parameter in operation.all_parameters() {
        write_parameter(text, parameter);
    }
    if let Some(body) = &operation.body {
        let kind = body.encoding.function;
        let optional = if body.required { "" } else { "?" };
        let what = format!("body{optional}: {} as {kind} {}", type_text(&body.value), visible(&body.media_type));
        line(text, 1, &what, &[]);
    }
    let successes = operation.statuses.iter().filter(|status| status.is_success());
    let codes: Vec<&str> = successes.map(|status| status.code.as_str()).collect();
    line(text, 1, &format!("{} -> {}", codes.join(" "), success(&operation.success)), &[]);
    if let Some(outcome) = contract.outcomes.iter().find(|outcome| outcome.operation == operation.method_name) {
        write_statuses(text, 2, &outcome.variants);
    }
    match (&operation.error, &operation.error_set) {
        (Some(alias), Some(set)) if alias != set => line(text, 1, &format!("errors {alias} = {set}"), &[]),
        (Some(name), _) => {
            line(text, 1, &format!("errors {name}"), &[]);
            if let Some(error) = contract.errors.iter().find(|error| error.name == *name) {
                write_statuses(text, 2, &error.variants);
            }
        }
        (None, _) => {}
    }
}

fn write_parameter(text: &mut String, parameter: &Parameter) {
    let style = parameter.style;
    let value = type_text(&parameter.value);
    let value = if style.is_list { format!("[{value}]") } else { value };
    let optional = if parameter.required { "" } else { "?" };
    let what =
        format!("{} {}{optional}: {value} = {}", style.location.as_str(), parameter.name, literal(&parameter.wire));
    let marks = marks([
        mark(style.is_list, style.items),
        mark(parameter.private, "redacted"),
        mark(parameter.deprecated, "deprecated"),
        phrase(&parameter.limits),
    ]);
    line(text, 1, &what, &marks);
}

/// The variants of an error or outcome type: status, name, and what comes with it.
fn write_statuses(text: &mut String, depth: usize, variants: &[StatusVariant]) {
    for variant in variants {
        let body = match &variant.body {
            ResponseBody::Nothing => String::new(),
            ResponseBody::Json(value) => format!("({})", type_text(value)),
            ResponseBody::Text => "(text)".to_owned(),
            ResponseBody::Bytes => "(bytes)".to_owned(),
        };
        line(text, depth, &format!("{} {}{body}", variant.code, variant.name), &[]);
    }
}

/// One type with what it is made of.
fn outline(contract: &Contract, definition: &TypeDefinition) -> String {
    let mut text = String::new();
    let name = &definition.name;
    let (head, is_identifier) = match &definition.kind {
        Kind::Object { .. } => (format!("struct {name}"), false),
        Kind::StringEnum(_) => (format!("enum {name}"), false),
        Kind::TaggedUnion { tag, .. } => (format!("union {name} by {}", literal(tag)), false),
        Kind::UntaggedUnion(_) => (format!("union {name} by form"), false),
        Kind::TextIdentifier => (format!("identifier {name}(String)"), true),
        Kind::IntegerIdentifier { unsigned: false } => (format!("identifier {name}(i64)"), true),
        Kind::IntegerIdentifier { unsigned: true } => (format!("identifier {name}(u64)"), true),
        Kind::ResourceUrl { template, identifier } => {
            (format!("address {name} = {} of {identifier}", literal(template)), false)
        }
    };
    let batch = contract.batches.iter().find(|batch| batch.name == *name);
    let page = contract.pages.iter().find(|page| page.name == *name);
    // What is only read is not validated. An identifier is validated wherever it is made.
    let limits = (definition.sent || is_identifier).then(|| phrase(&definition.limits)).flatten();
    let marks = marks([
        mark(definition.sent && !is_identifier, "sent"),
        mark(definition.sensitive, "redacted"),
        mark(definition.deprecated, "deprecated"),
        definition.builder.as_ref().map(|builder| format!("builder {builder}")),
        page.map(page_form),
        batch.map(batch_form),
        limits,
    ]);
    line(&mut text, 0, &head, &marks);
    let sent = definition.sent;
    match &definition.kind {
        Kind::Object { constants, members, extra } => {
            for constant in constants {
                write_constant(&mut text, constant);
            }
            for member in members {
                write_member(&mut text, member, sent);
            }
            if let Some(extra) = extra {
                write_extra(&mut text, extra, sent);
            }
        }
        Kind::StringEnum(variants) => {
            for (name, wire) in variants {
                line(&mut text, 1, &format!("{name} = {}", literal(wire)), &[]);
            }
        }
        Kind::TaggedUnion { variants, .. } => {
            for variant in variants {
                write_variant(&mut text, variant, &format!(" = {}", literal(&variant.wire)), sent);
            }
        }
        Kind::UntaggedUnion(variants) => {
            for variant in variants {
                let forms: Vec<String> = variant.forms.iter().map(form).collect();
                write_variant(&mut text, variant, &format!(" = {}", forms.join(" or ")), sent);
            }
        }
        Kind::TextIdentifier | Kind::IntegerIdentifier { .. } | Kind::ResourceUrl { .. } => {}
    }
    text
}

fn write_constant(text: &mut String, constant: &Constant) {
    line(text, 1, &format!("{} is {}", literal(&constant.wire), literal(&constant.value)), &[]);
}

fn write_member(text: &mut String, member: &Member, sent: bool) {
    let value = type_text(&member.value);
    let value = match member.presence {
        Presence::Required => value,
        Presence::RequiredNullable | Presence::Optional => format!("Option<{value}>"),
        Presence::ThreeState => format!("Patch<{value}>"),
    };
    let marks = marks([
        mark(member.presence == Presence::RequiredNullable, "always there"),
        mark(member.private, "redacted"),
        mark(member.deprecated, "deprecated"),
        sent.then(|| phrase(&member.limits)).flatten(),
    ]);
    line(text, 1, &format!("{}: {value} = {}", member.name, literal(&member.wire)), &marks);
}

fn write_extra(text: &mut String, extra: &Extra, sent: bool) {
    let limits = sent.then(|| phrase(&extra.limits)).flatten().map(|limits| format!("each {limits}"));
    line(text, 1, &format!("extra: Map<{}>", type_text(&extra.value)), &marks([limits]));
}

fn write_variant(text: &mut String, variant: &Variant, chosen: &str, sent: bool) {
    let what = format!("{}({}){chosen}", variant.name, type_text(&variant.value));
    let limits = sent.then(|| phrase(&variant.limits)).flatten();
    line(text, 1, &what, &marks([mark(variant.private, "redacted"), limits]));
}

/// Where a page has its items.
fn page_form(page: &ListPage) -> String {
    match &page.form {
        PageForm::Union(_) => "page in either form".to_owned(),
        PageForm::Object { items, total, next } => {
            let way = |before: &str, way: &[PathStep]| match way {
                [] => String::new(),
                way => {
                    let names: Vec<&str> = way.iter().map(|step| step.member.as_str()).collect();
                    format!("{before}{}", names.join("."))
                }
            };
            format!("page with {items}{}{}", way(" of ", total), way(", next ", next))
        }
    }
}

/// Which events a webhook brings.
fn batch_form(batch: &EventBatch) -> String {
    let within = batch.list.as_ref().map_or_else(String::new, |list| format!(" in {}", literal(list)));
    format!("batch of {}{within}", batch.event)
}

/// A kind of JSON, and what tells it from the other forms of that kind.
fn form(form: &VariantForm) -> String {
    let texts = |values: &[String]| values.iter().map(|value| literal(value).to_string()).collect::<Vec<_>>().join("|");
    let marks: Vec<String> = form
        .marks
        .iter()
        .map(|mark| match mark {
            Mark::Member(name) | Mark::SharedMember(name) => literal(name).to_string(),
            Mark::MemberOfKind(name, kind) => format!("{}: {kind}", literal(name)),
            Mark::Constant(name, value) => format!("{}: {}", literal(name), literal(value)),
            Mark::MemberAmong(name, values) => format!("{}: {}", literal(name), texts(values)),
            Mark::Among(values) => texts(values),
            Mark::Items(kind) => format!("of {kind}"),
            Mark::Format(format) => (*format).to_owned(),
        })
        .collect();
    if marks.is_empty() { form.kind.to_owned() } else { format!("{} ({})", form.kind, marks.join(", ")) }
}
