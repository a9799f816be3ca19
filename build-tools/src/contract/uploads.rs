//! Files to be sent are members of multipart bodies and nothing else: JSON has no form for them, and neither has a parameter.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::calls::{Found, ResponseBody};
use super::definitions::{Kind, TypeDefinition, TypeUse};
use super::problems::Problems;
use super::scalars::Scalar;
use crate::passes::escape;

const HELP: &str = "Leave out `format: binary`: a text that is JSON holds bytes as `format: byte`. A file is a member of the object that is \
                    the body of a `multipart/form-data` request, or a list of them.";

/// Reports each file that cannot be sent.
pub(super) fn check(types: &IndexMap<String, TypeDefinition>, found: &Found, problems: &Problems<'_>) {
    let sending: BTreeSet<&str> =
        types.values().filter(|definition| has_upload(&definition.kind)).map(|definition| &*definition.name).collect();
    let mut in_parts: BTreeSet<&str> = BTreeSet::new();
    let mut elsewhere: BTreeSet<&str> = BTreeSet::new();
    for operation in &found.operations {
        for parameter in operation.all_parameters() {
            if is_upload(&parameter.value) {
                let pointer =
                    format!("/paths/{}/{}", escape(&operation.path), operation.method.as_str().to_lowercase());
                let message = format!("the parameter `{}` is a file", parameter.wire);
                problems.add("unsupported", &pointer, message, HELP.to_owned());
            }
        }
        if let Some(body) = &operation.body {
            let uses = if body.encoding.has_parts { &mut in_parts } else { &mut elsewhere };
            uses.extend(body.value.named());
        }
        for status in &operation.statuses {
            if let ResponseBody::Json(value) = &status.body {
                elsewhere.extend(value.named());
            }
        }
    }
    elsewhere.extend(found.webhooks.iter().filter_map(|webhook| webhook.body.named()));
    for definition in types.values() {
        elsewhere.extend(definition.kind.values().into_iter().filter_map(TypeUse::named));
    }
    for definition in types.values().filter(|definition| sending.contains(&*definition.name)) {
        let name = &*definition.name;
        if in_parts.contains(name) && !elsewhere.contains(name) && has_uploads_as_members_only(&definition.kind) {
            continue;
        }
        // What nobody uses is left out.
        if definition.sent || definition.read {
            let pointer = format!("/components/schemas/{}", escape(&definition.component));
            let message =
                format!("`{}` has a file in it and is not only the body of a multipart request", definition.component);
            problems.add("unsupported", &pointer, message, HELP.to_owned());
        }
    }
}

fn is_upload(value: &TypeUse) -> bool {
    match value {
        TypeUse::Scalar(scalar) => *scalar == Scalar::Upload,
        TypeUse::List(inner) | TypeUse::Map(inner) | TypeUse::Nullable(inner) => is_upload(inner),
        TypeUse::Named(_) | TypeUse::Boxed(_) => false,
    }
}

fn has_upload(kind: &Kind) -> bool {
    kind.values().into_iter().any(is_upload)
}

/// Whether each file is a member, or an item of a list that is one.
fn has_uploads_as_members_only(kind: &Kind) -> bool {
    let Kind::Object { members, extra, .. } = kind else { return false };
    let is_part = |value: &TypeUse| match value {
        TypeUse::List(item) => **item == TypeUse::Scalar(Scalar::Upload),
        value => *value == TypeUse::Scalar(Scalar::Upload),
    };
    members.iter().all(|member| !is_upload(&member.value) || is_part(&member.value))
        && extra.iter().all(|extra| !is_upload(&extra.value))
}
