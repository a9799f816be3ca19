//! Makes one object of an `allOf` of several.

use indexmap::IndexSet;
use serde_json::{Map, Value, json};

use super::{PassError, resolve};

/// Rust has no inheritance: an object that is composed of others becomes one object with all their members. An `allOf` with one
/// entry is how a reference gets a description, and stays.
pub fn merge_all_of(document: &mut Value) -> Result<Vec<String>, PassError> {
    let source = document.clone();
    let mut changes = Vec::new();
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        let parts = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
        let has_members = schema.get("properties").is_some();
        if parts > 1 || (parts == 1 && has_members) {
            let pointer = format!("/components/schemas/{}", super::escape(name));
            *schema = Value::Object(merged(&source, schema, &pointer, 0)?);
            changes.push(format!("{name}: {parts} objects"));
        }
    }
    changes.sort();
    Ok(changes)
}

fn merged(document: &Value, schema: &Value, pointer: &str, depth: usize) -> Result<Map<String, Value>, PassError> {
    let fail = |message: &str, help: &str| PassError {
        pointer: pointer.to_owned(),
        message: message.to_owned(),
        help: help.to_owned(),
    };
    if depth > 32 {
        return Err(fail("`allOf` goes round in a circle", "let no object be composed of itself"));
    }
    let schema = resolve(document, schema)
        .and_then(Value::as_object)
        .ok_or_else(|| fail("a part of `allOf` is no schema", "refer to an object schema"))?;
    let mut result = schema.clone();
    let Some(parts) = result.shift_remove("allOf") else {
        return match result.get("type").and_then(Value::as_str) {
            Some("object") | None => Ok(result),
            Some(other) => Err(fail(
                &format!("`allOf` has a part of type {other}"),
                "compose objects only; for a nullable or described reference write `allOf` with one entry",
            )),
        };
    };
    let mut properties = Map::new();
    let mut required: IndexSet<String> = IndexSet::new();
    let mut take = |part: &Map<String, Value>| {
        for (name, member) in part.get("properties").and_then(Value::as_object).into_iter().flatten() {
            properties.insert(name.clone(), member.clone());
        }
        for name in part.get("required").and_then(Value::as_array).into_iter().flatten() {
            required.extend(name.as_str().map(str::to_owned));
        }
    };
    for part in parts.as_array().into_iter().flatten() {
        take(&merged(document, part, pointer, depth + 1)?);
    }
    take(&result);
    result.insert("type".to_owned(), json!("object"));
    result.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        result.insert("required".to_owned(), required.into_iter().map(Value::from).collect());
    }
    Ok(result)
}
