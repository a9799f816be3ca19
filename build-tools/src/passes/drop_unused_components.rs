//! Removes schemas that no operation and no webhook reaches.

use std::collections::BTreeSet;

use serde_json::Value;

use super::PassError;
use crate::spec::{COMPONENT_PREFIX, unescape};

/// What nobody can send or receive needs no type. The linter warns of each, so nothing goes unnoticed.
pub fn drop_unused_components(document: &mut Value) -> Result<Vec<String>, PassError> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Value> = ["paths", "x-webhooks"].iter().filter_map(|section| document.get(section)).collect();
    while let Some(node) = open.pop() {
        match node {
            Value::Object(members) => {
                let reference = members.get("$ref").and_then(Value::as_str).and_then(component);
                // The identifier in a resource's address is a type, although nothing refers to its schema.
                let identifier = members.get("x-resource").and_then(|resource| resource["identifier"].as_str());
                for name in reference.into_iter().chain(identifier.map(str::to_owned)) {
                    if reached.insert(name.clone()) {
                        open.extend(document.pointer(&format!("/components/schemas/{}", super::escape(&name))));
                    }
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    let mut changes = Vec::new();
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.retain(|name, _| {
            let keep = reached.contains(name);
            if !keep {
                changes.push(name.clone());
            }
            keep
        });
    }
    changes.sort();
    Ok(changes)
}

fn component(reference: &str) -> Option<String> {
    reference.strip_prefix(COMPONENT_PREFIX).map(unescape)
}
