//! Makes one object of an `allOf` of several.

use serde_json::Value;

use super::PassError;
use super::joined::joined;

/// Rust has no inheritance: an object that is composed of others becomes one object with all their members. An `allOf` with one
/// entry is how a reference gets a description, and stays, unless it requires more of the object that it refers to.
pub fn merge_all_of(document: &mut Value) -> Result<Vec<String>, PassError> {
    let names: Vec<String> = document
        .pointer("/components/schemas")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect();
    let mut merged = Vec::new();
    for name in names {
        let Some(object) = joined(document, &name) else { continue };
        if let Some(disagreement) = object.disagreements.into_iter().next() {
            return Err(PassError {
                pointer: disagreement.pointer,
                message: disagreement.message,
                help: "Let all parts say the same of the member, or leave it to one of them.".to_owned(),
            });
        }
        merged.push((name, object.schema));
    }
    let mut changes = Vec::new();
    for (name, object) in merged {
        if let Some(schema) = document.pointer_mut(&format!("/components/schemas/{}", super::escape(&name))) {
            let parts = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
            *schema = Value::Object(object);
            changes.push(format!("{name}: {parts} objects"));
        }
    }
    changes.sort();
    Ok(changes)
}
