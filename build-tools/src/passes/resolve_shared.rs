//! Puts shared parameters, request bodies and responses in the place of the references to them.

use serde_json::Value;

use super::{PassError, escape, resolve};

/// Later stages then meet each of them in one form. Schemas keep their references: those are types.
///
/// Parameters of a path are moved into each of its operations, which may override them by name and place.
pub fn resolve_shared(document: &mut Value) -> Result<Vec<String>, PassError> {
    let source = document.clone();
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
                    let mut replaced = 0;
                    let own = operation.shift_remove("parameters");
                    let parameters = parameters(&source, shared.as_ref(), own.as_ref(), &pointer, &mut replaced)?;
                    operation.insert("parameters".to_owned(), Value::Array(parameters));
                    if let Some(body) = operation.get_mut("requestBody") {
                        replace(&source, body, &format!("{pointer}/requestBody"), &mut replaced)?;
                    }
                    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
                    for (status, response) in responses.into_iter().flatten() {
                        replace(&source, response, &format!("{pointer}/responses/{status}"), &mut replaced)?;
                    }
                    if replaced > 0 {
                        changes.push(format!("{} {path}: {replaced} shared", method.to_uppercase()));
                    }
                }
            }
        }
    }
    changes.sort();
    Ok(changes)
}

fn parameters(
    document: &Value,
    shared: Option<&Value>,
    own: Option<&Value>,
    pointer: &str,
    replaced: &mut usize,
) -> Result<Vec<Value>, PassError> {
    let mut parameters: Vec<Value> = Vec::new();
    for list in [shared, own].into_iter().flatten() {
        for parameter in list.as_array().into_iter().flatten() {
            let mut parameter = parameter.clone();
            replace(document, &mut parameter, &format!("{pointer}/parameters"), replaced)?;
            let same = |other: &Value| other["name"] == parameter["name"] && other["in"] == parameter["in"];
            match parameters.iter().position(same) {
                Some(position) => parameters[position] = parameter,
                None => parameters.push(parameter),
            }
        }
    }
    Ok(parameters)
}

fn replace(document: &Value, node: &mut Value, pointer: &str, replaced: &mut usize) -> Result<(), PassError> {
    if node.get("$ref").is_none() {
        return Ok(());
    }
    *replaced += 1;
    *node = resolve(document, node).cloned().ok_or_else(|| PassError {
        pointer: pointer.to_owned(),
        message: "the reference leads nowhere or round in a circle".to_owned(),
        help: "refer to an entry under `components`".to_owned(),
    })?;
    Ok(())
}
