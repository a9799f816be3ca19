//! Values within a schema: enumerations, patterns, bounds, required members.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use super::{context::Context, grammar::Kind, report::Report, walk::Site};
use crate::spec::{Node, NodeValue, Pattern, numbers::compare, pointer::join};

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    for site in context.objects(Kind::Schema) {
        check_enumeration(site, report);
        check_pattern(site, report);
        check_bounds(site, report);
        check_limits(site, report);
        check_step(site, report);
        check_required(context, site, report);
    }
}

/// Rules `enum-type-mismatch`, `duplicate-enum-value` and, for enumerations of anything but text, `unsupported`.
fn check_enumeration(site: &Site<'_>, report: &mut Report<'_>) {
    let Some(values) = site.node.get("enum").and_then(Node::as_sequence) else {
        return;
    };
    let pointer = join(&site.pointer, "enum");
    if values.is_empty() {
        report.pointed("missing-key", &pointer, "`enum` lists no value", "List the values, or remove `enum`.");
    }
    let declared = site.node.get("type").and_then(Node::as_str);
    let nullable = site.node.get("nullable").and_then(Node::as_bool) == Some(true);
    let mut mismatched = false;
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for (index, value) in values.iter().enumerate() {
        let pointer = join(&pointer, &index.to_string());
        let matches_type = match (&value.value, declared) {
            (_, None) => true,
            (NodeValue::Null, _) => nullable,
            (NodeValue::String(_), Some(name)) => name == "string",
            (NodeValue::Bool(_), Some(name)) => name == "boolean",
            (NodeValue::Number(number), Some(name)) => name == "number" || (name == "integer" && !number.is_f64()),
            (NodeValue::Sequence(_), Some(name)) => name == "array",
            (NodeValue::Mapping(_), Some(name)) => name == "object",
        };
        let text = value.to_json().to_string();
        if !matches_type {
            mismatched = true;
            let message = format!("the value {text} is not of type `{}`", declared.unwrap_or_default());
            let help =
                if declared == Some("string") { "Put quotes around it." } else { "Mend the value or the `type`." };
            report.at("enum-type-mismatch", value.span, &pointer, message, help);
        }
        if let Some(line) = lines.get(&text) {
            let message = format!("the value {text} is already listed on line {line}");
            report.at("duplicate-enum-value", value.span, &pointer, message, "Remove one of the two.");
        } else {
            lines.insert(text, value.span.line);
        }
    }
    if values.len() > 1
        && !mismatched
        && let Some(name) = declared
        && name != "string"
    {
        let message = format!("an enumeration of type `{name}` is not supported");
        let help = "Remove `enum`, and say in the description what the values mean.";
        report.pointed("unsupported", &pointer, message, help);
    }
}

/// Rule `bad-pattern`.
fn check_pattern(site: &Site<'_>, report: &mut Report<'_>) {
    let Some((pattern, text)) = site.node.get("pattern").and_then(|node| Some((node, node.as_str()?))) else {
        return;
    };
    if let Err(error) = Pattern::new(text) {
        let message = format!("the pattern {error}");
        report.at("bad-pattern", pattern.span, &join(&site.pointer, "pattern"), message, error.help);
    }
}

/// Rule `contradicting-bounds`.
fn check_bounds(site: &Site<'_>, report: &mut Report<'_>) {
    let pairs = [
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
        ("minProperties", "maxProperties"),
        ("minimum", "maximum"),
    ];
    for (lower, upper) in pairs {
        let number = |key: &str| site.node.get(key).and_then(Node::as_number);
        let (Some(low), Some(high)) = (number(lower), number(upper)) else {
            continue;
        };
        let flag = |key: &str| site.node.get(key).and_then(Node::as_bool) == Some(true);
        let open = lower == "minimum" && (flag("exclusiveMinimum") || flag("exclusiveMaximum"));
        let message = match compare(low, high) {
            Some(Ordering::Greater) => format!("`{lower}` is {low}, but `{upper}` is {high}"),
            Some(Ordering::Equal) if open => format!("no number lies between {low} and {high}"),
            _ => continue,
        };
        report.pointed("contradicting-bounds", &join(&site.pointer, lower), message, "Mend one of the two bounds.");
    }
}

/// Rule `multiple-of`: the step is above zero and has no more digits than the client counts with.
fn check_step(site: &Site<'_>, report: &mut Report<'_>) {
    let Some((node, step)) = site.node.get("multipleOf").and_then(|node| Some((node, node.as_number()?))) else {
        return;
    };
    if step.as_f64().is_some_and(|step| step > 0.0) {
        return;
    }
    let message = format!("`multipleOf` is {step}");
    let help = "Write a step above zero, such as `0.01`, or remove it.";
    report.at("multiple-of", node.span, &join(&site.pointer, "multipleOf"), message, help);
}

/// The highest `minLength`, `minItems` and `minProperties`: documentation and tests need a value that is as large.
const MAX_LEAST: u64 = 10_000;

/// Rule `absurd-limit`.
fn check_limits(site: &Site<'_>, report: &mut Report<'_>) {
    for key in ["minLength", "minItems", "minProperties"] {
        if let Some(number) =
            site.node.get(key).and_then(Node::as_number).filter(|number| number.as_u64() > Some(MAX_LEAST))
        {
            let message = format!("`{key}` is {number}, and no value is made that large");
            let help = format!("Write at most {MAX_LEAST}, or say in the description what is asked for.");
            report.pointed("absurd-limit", &join(&site.pointer, key), message, help);
        }
    }
}

/// Rules `required-not-in-properties` and `duplicate-required`.
fn check_required(context: &Context<'_>, site: &Site<'_>, report: &mut Report<'_>) {
    let Some(required) = site.node.get("required").and_then(Node::as_sequence) else {
        return;
    };
    let pointer = join(&site.pointer, "required");
    // A part of `allOf` may require what another part declares.
    let mut whole = site;
    while whole.role == "allOf"
        && let Some(parent) = context.parent(whole)
    {
        whole = parent;
    }
    let object = context.object(whole.node);
    let mut listed = BTreeSet::new();
    for (index, item) in required.iter().enumerate() {
        let Some(name) = item.as_str() else {
            continue;
        };
        let pointer = join(&pointer, &index.to_string());
        if !listed.insert(name) {
            let message = format!("`{name}` is listed twice");
            report.at("duplicate-required", item.span, &pointer, message, "Remove one of the two.");
        } else if object.member(name).is_none() {
            let message = format!("the required member `{name}` is not among the `properties`");
            let help = match report.nearest(name, object.members.iter().map(|member| member.name)) {
                Some(near) => format!("Write `{near}`, or declare the member."),
                None => "Declare the member, or remove it from `required`.".to_owned(),
            };
            report.at("required-not-in-properties", item.span, &pointer, message, help);
        }
    }
}
