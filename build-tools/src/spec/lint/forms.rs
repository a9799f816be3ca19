//! Bodies that are sent as `application/x-www-form-urlencoded`: what has no place in such a form.

use super::{
    context::{Context, JsonKinds},
    grammar::Kind,
    report::Report,
};
use crate::spec::{Node, pointer::join};

/// The media type of forms.
const FORM: &str = "application/x-www-form-urlencoded";

/// Rule `form-body`: a form holds texts, numbers, booleans and lists of them, under the names of the body's members.
pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    for site in context.objects(Kind::RequestBody) {
        for entry in site.node.get("content").and_then(Node::as_mapping).unwrap_or_default() {
            let is_form = entry.key.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(FORM);
            if let Some(schema) = entry.value.get("schema").filter(|_| is_form) {
                let pointer = join(&join(&join(&site.pointer, "content"), &entry.key), "schema");
                check_body(context, schema, &pointer, report);
            }
        }
    }
}

fn check_body<'d>(context: &Context<'d>, schema: &'d Node, pointer: &str, report: &mut Report<'_>) {
    let target = context.unwrap(schema);
    let is_union = target.is_some_and(|schema| schema.get("oneOf").is_some() || schema.get("anyOf").is_some());
    let kinds = context.json_kinds(schema);
    if !kinds.is_exactly_object() || kinds.allows_null() || is_union {
        let message = "the body of a form is not one object";
        let help = "Refer to an object whose members are texts, numbers, booleans or lists of them.";
        report.pointed("form-body", pointer, message, help);
        return;
    }
    for member in &context.object(schema).members {
        if let Some(found) = without_place(context, member.schema) {
            let message = format!("the member `{}` of a form {found}", member.name);
            // The member may belong to a component: the finding is where it is declared.
            report.at("form-body", member.span, pointer, message, HELP);
        }
    }
    match target.and_then(|target| target.get("additionalProperties")) {
        Some(values) if values.as_bool() == Some(true) => {
            report.at("form-body", values.span, pointer, "further members of a form can be anything", HELP);
        }
        Some(values) if values.as_bool().is_none() => {
            if let Some(found) = without_place(context, values) {
                report.at("form-body", values.span, pointer, format!("each further member of a form {found}"), HELP);
            }
        }
        _ => {}
    }
}

const HELP: &str = "Make it a text, a number, a boolean or a list of them; where the vendor takes more, such as `a[b]=c`, declare a \
                    member of that name.";

/// Why a value has no place in a form, to complete "the member …".
fn without_place<'d>(context: &Context<'d>, schema: &'d Node) -> Option<&'static str> {
    let in_list = |schema| {
        let kinds = context.json_kinds(schema);
        (!kinds.is_scalar())
            .then(|| if kinds.allows_null() { "is a list with null in it" } else { "is a list of lists or objects" })
    };
    let kinds = context.json_kinds(schema);
    if kinds.allows_null() && !kinds.is_anything() {
        return Some("can be null, which a form cannot say");
    }
    if kinds.is_exactly_array() {
        return context.unwrap(schema).and_then(|list| list.get("items")).and_then(in_list);
    }
    (kinds != JsonKinds::default() && !kinds.is_scalar()).then_some("is an object, a map or a value of any kind")
}
