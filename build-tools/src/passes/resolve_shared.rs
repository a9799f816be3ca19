//! Puts shared parameters, request bodies and responses in the place of the references to them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{PassError, escape};
use crate::spec::reference::{follow, reference};

/// How much all copies of what is shared may take, in bytes: a few lines that are referred to often enough would be more than any
/// crate could hold.
const MAX_COPIES: usize = 64 * 1024 * 1024;

/// Later stages then meet each of them in one form. Schemas keep their references: those are types.
///
/// Parameters of a path are moved into each of its operations, which may override them by name and place.
pub fn resolve_shared(document: &mut Value) -> Result<Vec<String>, PassError> {
    let source = document.clone();
    let mut copier = Copier { document: &source, sizes: BTreeMap::new(), bytes: 0, replaced: 0 };
    let mut changes = Vec::new();
    for section in ["paths", "x-webhooks"] {
        let Some(paths) = document.get_mut(section).and_then(Value::as_object_mut) else {
            continue;
        };
        for (path, item) in paths {
            let pointer = format!("/{section}/{}", escape(path));
            let Some(item) = item.as_object_mut() else {
                continue;
            };
            let shared = item.shift_remove("parameters");
            for (method, operation) in item.iter_mut() {
                let pointer = format!("{pointer}/{method}");
                if let Some(operation) = operation.as_object_mut() {
                    copier.replaced = 0;
                    let own = operation.shift_remove("parameters");
                    let parameters = copier.parameters(shared.as_ref(), own.as_ref(), &pointer)?;
                    operation.insert("parameters".to_owned(), Value::Array(parameters));
                    if let Some(body) = operation.get_mut("requestBody") {
                        copier.replace(body, &format!("{pointer}/requestBody"))?;
                    }
                    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
                    for (status, response) in responses.into_iter().flatten() {
                        copier.replace(response, &format!("{pointer}/responses/{status}"))?;
                    }
                    if copier.replaced > 0 {
                        changes.push(format!("{} {path}: {} shared", method.to_uppercase(), copier.replaced));
                    }
                }
            }
        }
    }
    changes.sort();
    Ok(changes)
}

/// Copies what is shared.
struct Copier<'d> {
    document: &'d Value,
    /// How large each target is, by its reference.
    sizes: BTreeMap<String, usize>,
    /// How much has been copied.
    bytes: usize,
    /// How many references of the present operation were replaced.
    replaced: usize,
}

impl Copier<'_> {
    fn parameters(
        &mut self,
        shared: Option<&Value>,
        own: Option<&Value>,
        pointer: &str,
    ) -> Result<Vec<Value>, PassError> {
        let mut parameters: Vec<Value> = Vec::new();
        let mut positions: BTreeMap<(String, String), usize> = BTreeMap::new();
        for list in [shared, own].into_iter().flatten() {
            for parameter in list.as_array().into_iter().flatten() {
                let mut parameter = parameter.clone();
                self.replace(&mut parameter, &format!("{pointer}/parameters"))?;
                let text = |key: &str| parameter[key].as_str().unwrap_or_default().to_owned();
                let position = *positions.entry((text("name"), text("in"))).or_insert(parameters.len());
                match parameters.get_mut(position) {
                    Some(overridden) => *overridden = parameter,
                    None => parameters.push(parameter),
                }
            }
        }
        Ok(parameters)
    }

    fn replace(&mut self, node: &mut Value, pointer: &str) -> Result<(), PassError> {
        let Some(reference) = reference(node).map(str::to_owned) else {
            return Ok(());
        };
        let fail =
            |message: String, help: &str| PassError { pointer: pointer.to_owned(), message, help: help.to_owned() };
        let target = follow(self.document, node).ok_or_else(|| {
            let message = "the reference leads nowhere or round in a circle".to_owned();
            fail(message, "Refer to an entry under `components`.")
        })?;
        let size = *self.sizes.entry(reference).or_insert_with(|| size(target));
        self.bytes = self.bytes.saturating_add(size);
        if self.bytes > MAX_COPIES {
            let message = format!("what is shared takes more than {} MiB where it is used", MAX_COPIES / 1024 / 1024);
            return Err(fail(message, "Shorten what so many operations share, or split the document."));
        }
        self.replaced += 1;
        *node = target.clone();
        Ok(())
    }
}

/// About how many bytes a value takes.
fn size(value: &Value) -> usize {
    let own = size_of::<Value>();
    match value {
        Value::String(text) => own + text.len(),
        Value::Array(items) => items.iter().map(size).sum::<usize>() + own,
        Value::Object(members) => members.iter().map(|(key, value)| key.len() + size(value)).sum::<usize>() + own,
        _ => own,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::resolve_shared;

    /// A document whose operations all refer to one response with so long a description.
    fn document(operations: usize, length: usize) -> Value {
        let mut paths = Map::new();
        for number in 0..operations {
            let operation = json!({ "responses": { "200": { "$ref": "#/components/responses/Done" } } });
            paths.insert(format!("/{number}"), json!({ "get": operation }));
        }
        json!({ "paths": paths, "components": { "responses": { "Done": { "description": "x".repeat(length) } } } })
    }

    #[test]
    fn what_is_shared_by_all_is_copied_as_often_as_a_crate_can_hold() {
        let mut few = document(100, 100_000);
        assert_eq!(resolve_shared(&mut few).expect("it is small enough").len(), 100);
        let error = resolve_shared(&mut document(1_000, 100_000)).expect_err("that is 100 MB");
        assert!(error.pointer.starts_with("/paths/~1") && error.pointer.ends_with("/get/responses/200"), "{error:?}");
    }
}
