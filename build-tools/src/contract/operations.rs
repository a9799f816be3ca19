//! Reads the operations from the document, and finds the error types that they share.

use std::collections::BTreeMap;

use super::Settings;
use super::calls::{
    Body, ErrorType, Found, Method, Operation, OutcomeType, Parameter, Provenance, ResponseBody, Root, Status,
    StatusVariant, Success, Tag, Webhook,
};
use super::definitions::TypeUse;
use super::problems::Problems;
use super::sample::{Extent, MAX_REQUIRED, is_possible, sample};
use super::types::{is_private, limits, or_null, schema_type};
use crate::model::{CallView, Model, ParameterView, View};
use crate::names::{Scope, error_type, outcome_type, shared_error_type, status_variant};
use crate::passes::escape;
use crate::spec::paths::without_fragment;
use crate::spec::{Encoding, Location, media_type, parameter_style};

/// All operations and webhooks, in canonical order.
pub(super) fn collect(model: &Model, tags: &[Tag], settings: &Settings, problems: &Problems<'_>) -> Found {
    let mut found = Found {
        operations: Vec::new(),
        webhooks: Vec::new(),
        errors: Vec::new(),
        outcomes: Vec::new(),
        roots: Vec::new(),
    };
    let positions: BTreeMap<&str, usize> =
        tags.iter().enumerate().rev().map(|(position, tag)| (tag.name.as_str(), position)).collect();
    let mut entries: Vec<(usize, Method, CallView<'_>)> = model
        .calls()
        .into_iter()
        .filter_map(|call| {
            let tag = call.operation.tags.first().map(String::as_str).unwrap_or_default();
            Some((positions.get(tag).copied().unwrap_or(usize::MAX), Method::from_key(call.method)?, call))
        })
        .collect();
    entries.sort_by_key(|(position, method, call)| (call.is_webhook, *position, call.path, *method));
    for (position, method, call) in entries {
        let module = tags.get(position).map_or_else(|| "shared".to_owned(), |tag| tag.module.clone());
        if !call.is_webhook {
            let operation = read(&call, method, module, problems, &mut found);
            found.operations.push(operation);
        } else if let Some(body) = body(&call, problems) {
            found.roots.extend(root(&body.value, false, &module));
            found.webhooks.push(Webhook {
                id: call.operation.operation_id.clone().unwrap_or_default(),
                summary: call.operation.summary.clone().unwrap_or_default(),
                description: call.operation.description.clone().unwrap_or_default(),
                module,
                body: body.value,
                schema: body.schema,
            });
        }
    }
    name_errors(&mut found, settings, problems);
    found
}

fn root(value: &TypeUse, sent: bool, module: &str) -> Option<Root> {
    value.named().map(|name| Root { name: name.to_owned(), sent, parameter: false, module: module.to_owned() })
}

fn read(call: &CallView<'_>, method: Method, module: String, problems: &Problems<'_>, found: &mut Found) -> Operation {
    let operation = call.operation;
    let extensions = call.extensions();
    let id = operation.operation_id.clone().unwrap_or_default();
    let name = extensions.rust_name.as_deref();
    let type_stem = Scope::CallType.name(name.unwrap_or(&id), None);
    let method_name = Scope::Method.name(&id, name);
    let mut path_parameters = Vec::new();
    let mut parameters = Vec::new();
    let mut claims = Vec::new();
    for view in call.parameters() {
        let Some(parameter) = read_parameter(&view, problems) else { continue };
        let owner = format!("the parameter `{}`", parameter.wire);
        claims.push(problems.claim(owner, &parameter.name, view.pointer));
        found.roots.extend(root(&parameter.value, true, &module).map(|root| Root { parameter: true, ..root }));
        (if parameter.is_in_path() { &mut path_parameters } else { &mut parameters }).push(parameter);
    }
    problems.report_clashes(Scope::Argument, claims, "Give one of the two an `x-rust-name`.");
    path_parameters.sort_by_key(|parameter| call.path.find(&format!("{{{}}}", parameter.wire)));
    parameters.sort_by_key(|parameter| !parameter.required);
    let body = body(call, problems);
    if let Some(body) = &body {
        found.roots.extend(root(&body.value, true, &module));
    }
    let statuses = statuses(call, problems);
    for status in &statuses {
        if let ResponseBody::Json(value) = &status.body {
            found.roots.extend(root(value, false, &module));
        }
    }
    let success = success(&statuses, &method_name, &type_stem, found);
    let accepts: Vec<&str> =
        statuses.iter().filter(|status| status.is_success()).map(|status| status.media_type.as_str()).collect();
    let accept = accepts.iter().find(|media_type| !media_type.is_empty()).copied().unwrap_or("application/json");
    let documentation = operation.external_docs.as_ref();
    Operation {
        pointer: call.pointer.clone(),
        method_name,
        type_stem,
        module,
        method,
        // What tells operations of one path apart is not sent.
        path: without_fragment(call.path).to_owned(),
        summary: operation.summary.clone().unwrap_or_default(),
        description: operation.description.clone().unwrap_or_default(),
        title: documentation.and_then(|documentation| documentation.description.clone()).unwrap_or_default(),
        url: documentation.map(|documentation| documentation.url.clone()).unwrap_or_default(),
        provenance: match extensions.provenance.as_deref() {
            Some("restored") => Provenance::Restored,
            Some("inferred") => Provenance::Inferred(extensions.confidence.unwrap_or_default()),
            Some(_) | None => Provenance::Stated,
        },
        deprecated: operation.deprecated,
        authenticated: call.is_authenticated(),
        path_parameters,
        parameters,
        body,
        accept: accept.to_owned(),
        success,
        statuses,
        paging: None,
        error: None,
        error_set: None,
        id,
    }
}

fn read_parameter(parameter: &ParameterView<'_>, problems: &Problems<'_>) -> Option<Parameter> {
    let wire = parameter.data.name.clone();
    let schema = &parameter.schema;
    let (value, is_list) = match schema_type(schema, problems) {
        TypeUse::List(item) => (*item, true),
        value => (value, false),
    };
    let Some(style) = parameter_style(parameter.place, Some(parameter.style), parameter.data.explode, is_list) else {
        problems.missed(&parameter.pointer, &format!("nothing writes the parameter `{wire}` in `{}`", parameter.place));
        return None;
    };
    let sample = sample(schema, Extent::Everything);
    let required = parameter.data.required;
    let scope = if required || style.location == Location::Path { Scope::Argument } else { Scope::Setter };
    let extensions = parameter.extensions();
    Some(Parameter {
        name: scope.name(&wire, extensions.rust_name.as_deref()),
        style,
        description: parameter.data.description.clone().unwrap_or_default(),
        limits: limits(schema),
        value,
        default: schema.default().cloned(),
        required,
        private: extensions.sensitive || is_private(schema),
        deprecated: parameter.data.deprecated.unwrap_or_default(),
        sample: if is_list { sample[0].clone() } else { sample },
        wire,
    })
}

fn body(call: &CallView<'_>, problems: &Problems<'_>) -> Option<Body> {
    let body = call.body()?;
    let encoding = body_encoding(body.media_type, &body.schema, problems).of_request();
    check_sample(&body.schema, problems);
    Some(Body {
        value: or_null(&body.schema, schema_type(&body.schema, problems)),
        encoding,
        media_type: body.media_type.to_owned(),
        required: body.required,
        description: body.description.to_owned(),
        schema: body.schema.place(),
    })
}

fn statuses(call: &CallView<'_>, problems: &Problems<'_>) -> Vec<Status> {
    let mut statuses: Vec<Status> = call
        .responses()
        .into_iter()
        .map(|response| {
            let body = match &response.content {
                None => ResponseBody::Nothing,
                Some((media_type, schema)) => match body_encoding(media_type, schema, problems) {
                    Encoding::Json => {
                        check_sample(schema, problems);
                        ResponseBody::Json(or_null(schema, schema_type(schema, problems)))
                    }
                    Encoding::Text => ResponseBody::Text,
                    // What is only sent was refused.
                    _ => ResponseBody::Bytes,
                },
            };
            let (media_type, schema) = response.content.unzip();
            Status {
                code: response.code,
                description: response.description.to_owned(),
                schema: schema.filter(|_| matches!(body, ResponseBody::Json(_))).map(|schema| schema.place()),
                body,
                media_type: media_type.unwrap_or_default().to_owned(),
            }
        })
        .collect();
    // Ranges stand behind the codes that they cover, and `default` behind all: the first that fits is the one that counts.
    statuses.sort_by_key(|status| (status.code == "default", status.code.ends_with("XX"), status.code.clone()));
    statuses
}

/// Documentation and tests need a value of every body.
fn check_sample(schema: &View<'_>, problems: &Problems<'_>) {
    if !is_possible(schema) {
        problems.add(
            "absurd-limit",
            schema.pointer(),
            format!("no value of it can be made: it has no end, or more than {MAX_REQUIRED} values"),
            "Let an object that contains itself do so by a member that may be left out or null, and lower `minItems`."
                .to_owned(),
        );
    }
}

/// How a body is encoded, by its media type and its schema.
fn body_encoding(media_type: &str, schema: &View<'_>, problems: &Problems<'_>) -> Encoding {
    let (kind, format) = schema.resolved().map_or((None, None), |target| target.type_and_format());
    media_type::body_encoding(media_type, kind, format).unwrap_or_else(|mistake| {
        problems.missed(schema.pointer(), &mistake.message);
        Encoding::Bytes
    })
}

fn success(statuses: &[Status], method_name: &str, type_stem: &str, found: &mut Found) -> Success {
    let successes: Vec<&Status> = statuses.iter().filter(|status| status.is_success()).collect();
    let mut bodies: Vec<&ResponseBody> = successes.iter().map(|status| &status.body).collect();
    bodies.sort();
    bodies.dedup();
    match bodies.as_slice() {
        [] | [ResponseBody::Nothing] => Success::Nothing,
        [ResponseBody::Json(value)] => Success::Json(value.clone()),
        [ResponseBody::Nothing, ResponseBody::Json(value)] => Success::JsonOrNothing(value.clone()),
        [ResponseBody::Text] => Success::Text,
        [ResponseBody::Bytes] => Success::Download,
        _ => {
            let name = outcome_type(type_stem);
            let variants = successes.iter().map(|status| variant(status)).collect();
            found.outcomes.push(OutcomeType { name: name.clone(), variants, operation: method_name.to_owned() });
            Success::ByStatus(name)
        }
    }
}

fn variant(status: &Status) -> StatusVariant {
    StatusVariant { name: status_variant(&status.code), code: status.code.clone(), body: status.body.clone() }
}

/// Operations with the same statuses and bodies share one error type, and each has a name of its own for it. A type that several
/// share is named by `vendor.toml`, or else by its statuses; that of one operation by that operation.
fn name_errors(found: &mut Found, settings: &Settings, problems: &Problems<'_>) {
    let mut sets: BTreeMap<Vec<StatusVariant>, Vec<usize>> = BTreeMap::new();
    for (index, operation) in found.operations.iter().enumerate() {
        let variants: Vec<StatusVariant> =
            operation.statuses.iter().filter(|status| !status.is_success()).map(variant).collect();
        if !variants.is_empty() {
            sets.entry(variants).or_default().push(index);
        }
    }
    // The first of several names for a set is the one that counts.
    let mut given_names: BTreeMap<Vec<&str>, &String> = BTreeMap::new();
    for (name, statuses) in &settings.errors {
        let mut statuses: Vec<&str> = statuses.iter().map(String::as_str).collect();
        statuses.sort_unstable();
        given_names.entry(statuses).or_insert(name);
    }
    // The names of shared sets, with the first operation of each.
    let mut shared_names: BTreeMap<String, usize> = BTreeMap::new();
    for (variants, indexes) in sets {
        let own_names: Vec<String> =
            indexes.iter().map(|index| error_type(&found.operations[*index].type_stem)).collect();
        let (name, aliases) = match (own_names.as_slice(), indexes.as_slice()) {
            ([own], _) => (own.clone(), Vec::new()),
            (_, [first, ..]) => {
                let codes: Vec<&str> = variants.iter().map(|variant| variant.code.as_str()).collect();
                let mut sorted = codes.clone();
                sorted.sort_unstable();
                let given = given_names.get(&sorted).copied();
                let name = given.map_or_else(|| shared_error_type(&codes), String::clone);
                // What a vendor publishes is not to be corrected: the type has the name of its first operation.
                if let (true, Some(_), [own, others @ ..]) =
                    (problems.is_published(), shared_names.get(&name), own_names.as_slice())
                {
                    (own.clone(), others.to_vec())
                } else if let Some(other) = shared_names.insert(name.clone(), *first) {
                    let (here, there) = (&found.operations[*first], &found.operations[other]);
                    problems.add(
                        "ambiguous-error-type",
                        &responses_of(here),
                        format!(
                            "the error bodies of `{}` differ from those of `{}` on line {}, but the statuses are the same \
                             ({}): both types would be `{name}`",
                            here.id,
                            there.id,
                            problems.line(&responses_of(there)),
                            codes.join(", ")
                        ),
                        "Let equal statuses have equal bodies.".to_owned(),
                    );
                    continue;
                } else {
                    (name, own_names.clone())
                }
            }
            _ => continue,
        };
        let operations = indexes.iter().map(|index| found.operations[*index].method_name.clone()).collect();
        for (index, own) in indexes.into_iter().zip(own_names) {
            found.operations[index].error = Some(own);
            found.operations[index].error_set = Some(name.clone());
        }
        found.errors.push(ErrorType { name, variants, operations, aliases });
    }
    found.errors.sort_by(|left, right| left.name.cmp(&right.name));
    for name in settings.errors.keys().filter(|name| !shared_names.contains_key(*name)) {
        problems.add_setting(
            "unused-setting",
            &format!("/errors/{}", escape(name)),
            format!("no two operations share an error type of exactly the statuses of `{name}`"),
            "Remove the entry, or correct its statuses.".to_owned(),
        );
    }
    if let Some(header) = &settings.idempotency_key {
        let has_header = |parameter: &Parameter| parameter.is_one_in_header() && parameter.wire == *header;
        if !found.operations.iter().any(|operation| operation.parameters.iter().any(has_header)) {
            problems.add_setting(
                "unused-setting",
                "/idempotency-key",
                format!("no operation has the header `{header}` as a parameter"),
                "Remove the setting, or declare the header where the vendor documents it.".to_owned(),
            );
        }
    }
}

/// Where findings about the responses of an operation point.
fn responses_of(operation: &Operation) -> String {
    format!("{}/responses", operation.pointer)
}
