//! What a crate offers, a line each: reviewed as a snapshot at every regeneration.

use std::fmt::Write as _;

use super::operations::{has_call_type, signature};
use super::rust::{Scope, type_text};
use crate::contract::{Contract, EventBatch, Given, Kind, Presence, ResponseBody};
use crate::text::{literal, visible};

/// A line per operation (method, path, Rust signature, error type), then the public types with their fields.
pub(crate) fn surface(contract: &Contract) -> String {
    let mut text = String::new();
    write_operations(&mut text, contract);
    for webhook in &contract.webhooks {
        let body = type_text(&webhook.body, Scope::Crate);
        let batch = contract.batches.iter().find(|batch| webhook.body.named() == Some(&batch.name));
        let events = match batch {
            None => String::new(),
            Some(EventBatch { event, list: None, .. }) => format!("  events {event}"),
            Some(EventBatch { event, list: Some(list), .. }) => format!("  events {event} in {}", literal(list)),
        };
        let _ = writeln!(text, "webhook {}  {body}{events}", webhook.id);
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
        let _ = writeln!(text, "credentials {}({})", form.name, fields.join(", "));
    }
    for error in &contract.errors {
        let variants: Vec<String> = error
            .variants
            .iter()
            .map(|variant| format!("{} {}{}", variant.code, variant.name, body_text(&variant.body)))
            .collect();
        let _ = writeln!(text, "\nerror {}\n    {}", error.name, variants.join("\n    "));
        if !error.aliases.is_empty() {
            let _ = writeln!(text, "    is {}", error.aliases.join(", "));
        }
    }
    write_types(&mut text, contract);
    text
}

fn write_operations(text: &mut String, contract: &Contract) {
    for operation in &contract.operations {
        let error = operation.error.as_deref().unwrap_or("NoDeclaredError");
        let _ = writeln!(
            text,
            "{} {}  {}  {error}",
            operation.method.as_str(),
            visible(&operation.path),
            signature(contract, operation)
        );
        if has_call_type(operation) {
            for parameter in operation.parameters.iter().filter(|parameter| !parameter.required) {
                let value = type_text(&parameter.value, Scope::Crate).replace("onboarding_core::", "");
                let _ = writeln!(text, "    .{}({value})", parameter.name);
            }
            if contract.paged.iter().any(|paged| paged.method_name == operation.method_name) {
                text.push_str("    .pages() .items()\n");
            }
        }
    }
}

fn write_types(text: &mut String, contract: &Contract) {
    for definition in contract.types.values() {
        let new = if definition.sent { " (new)" } else { "" };
        let _ = writeln!(text, "\n{}::{}{new}", definition.module, definition.name);
        match &definition.kind {
            Kind::Object { constants, members, extra } => {
                for constant in constants {
                    let _ = writeln!(text, "    {} = {}", literal(&constant.wire), literal(&constant.value));
                }
                for member in members {
                    let value = type_text(&member.value, Scope::Types).replace("onboarding_core::", "");
                    let value = match member.presence {
                        Presence::Required => value,
                        Presence::RequiredNullable => format!("Option<{value}> (always there)"),
                        Presence::Optional => format!("Option<{value}>"),
                        Presence::ThreeState => format!("Patch<{value}>"),
                    };
                    let private = if member.private { " private" } else { "" };
                    let _ = writeln!(text, "    {}: {value} = {}{private}", member.name, literal(&member.wire));
                }
                if let Some(extra) = extra {
                    let value = type_text(&extra.value, Scope::Types).replace("onboarding_core::", "");
                    let _ = writeln!(text, "    extra: Map<{value}>");
                }
            }
            Kind::StringEnum(variants) => {
                for (name, wire) in variants {
                    let _ = writeln!(text, "    {name} = {}", literal(wire));
                }
            }
            Kind::TaggedUnion { tag, variants } => {
                let _ = writeln!(text, "    by {}", literal(tag));
                for variant in variants {
                    let value = type_text(&variant.value, Scope::Types).replace("onboarding_core::", "");
                    let _ = writeln!(text, "    {}({value}) = {}", variant.name, literal(&variant.wire));
                }
            }
            Kind::UntaggedUnion(variants) => {
                for variant in variants {
                    let value = type_text(&variant.value, Scope::Types).replace("onboarding_core::", "");
                    let _ = writeln!(text, "    {}({value})", variant.name);
                }
            }
            Kind::TextIdentifier => text.push_str("    (String)\n"),
            Kind::IntegerIdentifier { unsigned: false } => text.push_str("    (i64)\n"),
            Kind::IntegerIdentifier { unsigned: true } => text.push_str("    (u64)\n"),
            Kind::ResourceUrl { template, identifier } => {
                let _ = writeln!(text, "    {} -> {identifier}", visible(template));
            }
        }
    }
}

/// What comes with a status, as the payload of its variant.
fn body_text(body: &ResponseBody) -> String {
    match body {
        ResponseBody::Nothing => String::new(),
        ResponseBody::Json(value) => format!("({})", type_text(value, Scope::Crate).replace("onboarding_core::", "")),
        ResponseBody::Text => "(text)".to_owned(),
        ResponseBody::Bytes => "(bytes)".to_owned(),
    }
}
