//! Writes references in the place of the names in `discriminator.mapping`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{PassError, escape};

/// A mapping may lead to a schema by its name or by a reference. Later stages then meet references only, and can compare them with
/// those of the variants. Unions are components, so that no other schema has a mapping.
pub fn spell_out_mappings(document: &mut Value) -> Result<Vec<String>, PassError> {
    let mut changes = Vec::new();
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return Ok(changes);
    };
    let names: BTreeSet<String> = schemas.keys().cloned().collect();
    for (union, schema) in schemas.iter_mut() {
        let mapping = schema.pointer_mut("/discriminator/mapping").and_then(Value::as_object_mut);
        for (tag, target) in mapping.into_iter().flatten() {
            let name = target.as_str().and_then(|target| names.get(target));
            if let Some(name) = name {
                *target = Value::String(format!("#/components/schemas/{}", escape(name)));
                changes.push(format!("{union}: {tag}"));
            }
        }
    }
    changes.sort();
    Ok(changes)
}
