//! From the schemas of a document (`OpenAPI` 3.0) to JSON Schema 2020-12, for another implementation to validate against.

use std::collections::BTreeSet;

use build_tools::spec::Pattern;
use serde_json::{Map, Value, json};

/// How references to component schemas begin.
const COMPONENT_PREFIX: &str = "#/components/schemas/";

/// The formats that a client checks before it sends.
const FORMATS: [&str; 6] = ["date", "date-time", "decimal", "email", "uri", "uuid"];

/// Translates schemas.
#[derive(Debug)]
pub(crate) struct Translator {
    names: BTreeSet<String>,
}

impl Translator {
    pub(crate) fn new(components: &Map<String, Value>) -> Self {
        Self { names: components.keys().cloned().collect() }
    }

    /// The components, as the definitions of one JSON Schema.
    pub(crate) fn definitions(&self, components: &Map<String, Value>) -> Value {
        let definitions: Map<String, Value> =
            components.iter().map(|(name, schema)| (name.clone(), self.schema(schema))).collect();
        json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": definitions })
    }

    fn schema(&self, schema: &Value) -> Value {
        let Value::Object(source) = schema else {
            return Value::Bool(schema.as_bool().unwrap_or(true));
        };
        if let Some(reference) = source.get("$ref") {
            return self.reference(reference);
        }
        let mut target = Map::new();
        for (key, value) in source {
            if let Some((key, value)) = self.keyword(key, value) {
                target.insert(key.to_owned(), value);
            }
        }
        exclusive_bounds(source, &mut target);
        integer_bounds(source, &mut target);
        self.discriminate(source, &mut target);
        if source.get("nullable") == Some(&Value::Bool(true)) { nullable(target) } else { Value::Object(target) }
    }

    /// A keyword that means the same in both dialects once its value is translated; `None` drops it.
    fn keyword<'k>(&self, key: &'k str, value: &Value) -> Option<(&'k str, Value)> {
        let translated = match key {
            "title" | "description" => value.is_string().then(|| value.clone()),
            "default" => Some(value.clone()),
            "deprecated" | "uniqueItems" => value.is_boolean().then(|| value.clone()),
            "format" => value.as_str().is_some_and(|name| FORMATS.contains(&name)).then(|| value.clone()),
            "type" => {
                let known = ["string", "number", "integer", "boolean", "object", "array"];
                value.as_str().is_some_and(|name| known.contains(&name)).then(|| value.clone())
            }
            "enum" => value.as_array().is_some_and(|values| !values.is_empty()).then(|| value.clone()),
            "minimum" | "maximum" => value.is_number().then(|| value.clone()),
            "multipleOf" => value.as_f64().is_some_and(|step| step > 0.0).then(|| value.clone()),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
                value.as_u64().map(Value::from)
            }
            // As the client checks it, so that both find the same.
            "pattern" => Pattern::new(value.as_str()?).ok().map(|pattern| pattern.engine().into()),
            "required" => {
                let names: BTreeSet<&str> = value.as_array()?.iter().filter_map(Value::as_str).collect();
                Some(names.into_iter().map(Value::from).collect())
            }
            "properties" => {
                let members = value.as_object()?.iter();
                Some(Value::Object(members.map(|(name, member)| (name.clone(), self.schema(member))).collect()))
            }
            "items" | "additionalProperties" | "not" => Some(self.schema(value)),
            "allOf" | "anyOf" | "oneOf" => {
                let parts: Vec<Value> = value.as_array()?.iter().map(|part| self.schema(part)).collect();
                (!parts.is_empty()).then(|| parts.into())
            }
            _ => None,
        };
        translated.map(|value| (key, value))
    }

    fn reference(&self, reference: &Value) -> Value {
        let name = reference.as_str().and_then(|reference| reference.strip_prefix(COMPONENT_PREFIX));
        match name {
            Some(name) if self.names.contains(name) => json!({ "$ref": format!("#/$defs/{name}") }),
            _ => Value::Bool(true),
        }
    }

    /// Replaces the variants of a tagged union by conditions on the tag. `oneOf` alone would not do: a variant that is
    /// used by two tags lists no constant and would match the others too.
    fn discriminate(&self, source: &Map<String, Value>, target: &mut Map<String, Value>) {
        let Some(discriminator) = source.get("discriminator") else {
            return;
        };
        let tag = discriminator.get("propertyName").and_then(Value::as_str);
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        let (Some(tag), Some(mapping)) = (tag, mapping) else {
            return;
        };
        let mut conditions = Vec::new();
        for (value, variant) in mapping {
            let variant = match variant.as_str() {
                Some(name) if self.names.contains(name) => {
                    json!({ "$ref": format!("{COMPONENT_PREFIX}{name}") })
                }
                _ => json!({ "$ref": variant }),
            };
            conditions.push(json!({
                "if": { "properties": { tag: { "const": value } } },
                "then": self.schema(&variant),
            }));
        }
        let values: Vec<&String> = mapping.keys().collect();
        if values.is_empty() {
            return;
        }
        target.shift_remove("oneOf");
        target.shift_remove("anyOf");
        // The tag first: a payload without it, or with an unknown one, is to hear of that.
        let tagged = json!({ "type": "object", "properties": { tag: { "enum": values } }, "required": [tag] });
        let parts = target.entry("allOf").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(parts) = parts {
            parts.push(tagged);
            parts.extend(conditions);
        }
    }
}

/// `exclusiveMinimum: true` beside `minimum: 0` becomes `exclusiveMinimum: 0`.
fn exclusive_bounds(source: &Map<String, Value>, target: &mut Map<String, Value>) {
    for (inclusive, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if source.get(exclusive) == Some(&Value::Bool(true))
            && let Some(bound) = target.shift_remove(inclusive)
        {
            target.insert(exclusive.to_owned(), bound);
        }
    }
}

/// The widths that JSON Schema knows nothing of.
fn integer_bounds(source: &Map<String, Value>, target: &mut Map<String, Value>) {
    let (lowest, highest) = match source.get("format").and_then(Value::as_str) {
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64") => (i64::MIN, i64::MAX),
        _ => return,
    };
    if source.get("type").and_then(Value::as_str) != Some("integer") {
        return;
    }
    if !target.contains_key("exclusiveMinimum") {
        target.entry("minimum").or_insert_with(|| lowest.into());
    }
    if !target.contains_key("exclusiveMaximum") {
        target.entry("maximum").or_insert_with(|| highest.into());
    }
}

/// Lets a translated schema accept `null` too.
fn nullable(mut target: Map<String, Value>) -> Value {
    let Some(name) = target.get("type").cloned() else {
        return json!({ "anyOf": [{ "type": "null" }, target] });
    };
    target.insert("type".to_owned(), json!([name, "null"]));
    if let Some(Value::Array(values)) = target.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    if ["allOf", "anyOf", "oneOf"].iter().any(|key| target.contains_key(*key)) {
        return json!({ "anyOf": [{ "type": "null" }, target] });
    }
    Value::Object(target)
}
