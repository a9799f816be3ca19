//! The bodies of JSON that a vendor may send, in responses and webhooks: the documented payloads, and samples that reach each member.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::contract::{Contract, Held, Operation, ResponseBody, Status, TypeUse, samples};
use crate::model::SchemaPlace;
use crate::payloads::Payloads;

/// A body that the vendor sends.
#[derive(Clone, Debug)]
pub(crate) struct KnownResponse {
    /// The payload's name, or the name that it would have, with `#` and a number behind for a sample.
    pub(crate) name: String,
    /// The module of the operation.
    pub(crate) module: String,
    pub(crate) body: TypeUse,
    pub(crate) schema: SchemaPlace,
    pub(crate) text: Text,
    pub(crate) value: Value,
}

/// Where a body's text comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Text {
    /// From the file of its name.
    Documented,
    /// From the schema.
    Sample,
}

/// Every body of every status and webhook, each once for a type: the documented payload where there is one, and a sample, so that
/// every member is reached; the samples together have every variant of every union.
pub(crate) fn responses(contract: &Contract, payloads: &Payloads) -> Vec<KnownResponse> {
    let statuses = contract.operations.iter().flat_map(|operation| {
        operation.statuses.iter().filter_map(move |status| match (&status.body, &status.schema) {
            (ResponseBody::Json(body), Some(schema)) => {
                Some((payload_name(operation, status), &operation.module, body, schema))
            }
            _ => None,
        })
    });
    let webhooks = contract
        .webhooks
        .iter()
        .map(|webhook| (format!("{}.request", webhook.id), &webhook.module, &webhook.body, &webhook.schema));
    let mut found = Vec::new();
    let mut held = Held::default();
    for (name, module, body, schema) in statuses.chain(webhooks) {
        let response = |name: String, text: Text, value: Value| KnownResponse {
            name,
            module: module.clone(),
            body: body.clone(),
            schema: schema.clone(),
            text,
            value,
        };
        let numbered = |payload: &str| payload.strip_prefix(&name).is_some_and(is_number);
        for (payload, text) in
            payloads.beginning_with(&name).filter(|(payload, _)| *payload == name || numbered(payload))
        {
            // What the linter has passed is JSON.
            let value = serde_json::from_str(text).unwrap_or_default();
            found.push(response(payload.to_owned(), Text::Documented, value));
        }
        for (index, value) in samples(&contract.model.schema(schema), &mut held).into_iter().enumerate() {
            found.push(response(format!("{name}#{}", index + 1), Text::Sample, value));
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|response| seen.insert((response.body.clone(), response.value.to_string())));
    found
}

/// The name of the payload that shows this status: the first success that has a body is `response`, others have their code behind.
fn payload_name(operation: &Operation, status: &Status) -> String {
    let successes = || operation.statuses.iter().filter(|status| status.is_success());
    let shown = successes()
        .find(|status| matches!(status.body, ResponseBody::Json(_)))
        .or_else(|| successes().next())
        .is_some_and(|shown| shown.code == status.code);
    if shown { format!("{}.response", operation.id) } else { format!("{}.response.{}", operation.id, status.code) }
}

/// `.2`: the second payload of the same name. A status has three characters.
fn is_number(rest: &str) -> bool {
    rest.strip_prefix('.').is_some_and(|digits| digits.len() < 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
