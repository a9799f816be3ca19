//! A value that fits a schema, for documentation, wire tests and statuses without a documented payload.

use heck::ToKebabCase;
use serde_json::{Map, Value, json};

use crate::passes::resolve;

/// How much of an object is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Required members only.
    Required,
    /// Every member, save those that would repeat an object within itself.
    Everything,
}

/// A value that fits the schema. The same schema always gives the same value.
pub fn sample(document: &Value, schema: &Value, extent: Extent) -> Value {
    let mut open = Vec::new();
    of_schema(document, schema, extent, &mut open)
}

fn of_schema<'d>(document: &'d Value, schema: &'d Value, extent: Extent, open: &mut Vec<&'d str>) -> Value {
    if open.len() > 32 {
        return Value::Null;
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let Some(target) = resolve(document, schema) else {
            return Value::Null;
        };
        if let Some(text) = identifier(reference, target) {
            return Value::String(text);
        }
        open.push(reference);
        let value = of_schema(document, target, extent, open);
        open.pop();
        return value;
    }
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(value) = schema.get("enum").and_then(|values| values.get(0)) {
        return value.clone();
    }
    if let Some(part) = schema.get("allOf").and_then(|parts| parts.get(0)) {
        return of_schema(document, part, extent, open);
    }
    if let Some(variants) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
        return union(document, schema, variants, extent, open);
    }
    let number = |key: &str| schema.get(key).and_then(Value::as_i64);
    match (schema["type"].as_str().unwrap_or_default(), schema["format"].as_str().unwrap_or_default()) {
        ("string", format) => Value::String(of_text(schema, format)),
        ("integer", _) => json!(number("minimum").unwrap_or(1).max(1).min(number("maximum").unwrap_or(i64::MAX))),
        ("number", _) => schema.get("minimum").cloned().unwrap_or(json!(1.5)),
        ("boolean", _) => json!(true),
        ("array", _) => {
            let count = number("minItems").unwrap_or(1).clamp(1, 100);
            let items = schema.get("items").unwrap_or(&Value::Null);
            // A list within a list of the same kind ends empty.
            if repeats(items, open) && number("minItems").unwrap_or(0) == 0 {
                return json!([]);
            }
            (0..count).map(|_| of_schema(document, items, extent, open)).collect()
        }
        ("object", _) => object(document, schema, extent, open),
        _ => json!("value"),
    }
}

/// What stands for an identifier or address without a documented form: its own name.
fn identifier(reference: &str, schema: &Value) -> Option<String> {
    let plain =
        ["enum", "format", "pattern", "example", "minLength", "maxLength"].iter().all(|key| schema.get(key).is_none());
    if schema["type"] != "string" || !plain {
        return None;
    }
    match schema["x-resource"]["path"].as_str() {
        Some(path) => Some(path.replace(['{', '}'], "")),
        None => Some(reference.rsplit('/').next().unwrap_or(reference).to_kebab_case()),
    }
}

fn of_text(schema: &Value, format: &str) -> String {
    let text = match format {
        "date" => return "2024-02-29".to_owned(),
        "date-time" => return "2024-02-29T12:30:00Z".to_owned(),
        "uuid" => return "497f6eca-6276-4993-bfeb-53cbbbba6f08".to_owned(),
        "decimal" => return "12.50".to_owned(),
        "email" => return "ann@example.com".to_owned(),
        "uri" => return "https://example.com/file".to_owned(),
        "byte" => return "dGV4dA==".to_owned(),
        _ => match schema["pattern"].as_str() {
            Some(pattern) => fitting(pattern),
            None => "text".to_owned(),
        },
    };
    let length = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
    let mut text = text;
    if schema.get("pattern").is_none() {
        while text.len() < length("minLength").unwrap_or(0) {
            text.push('x');
        }
        text.truncate(length("maxLength").unwrap_or(usize::MAX));
    }
    text
}

/// A text that fits a pattern: the first of a handful of common forms that does.
fn fitting(pattern: &str) -> String {
    let forms = [
        "text",
        "GB",
        "GBP",
        "en",
        "12345678",
        "1234567890",
        "123456",
        "2024-02-29",
        "12:30",
        "a",
        "A1",
        "1",
        "",
        "+441234567890",
    ];
    let fits = |text: &&str| regex::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text));
    forms.iter().find(|text| fits(text)).copied().unwrap_or_default().to_owned()
}

/// Whether a schema refers to something that is being filled in already.
fn repeats(schema: &Value, open: &[&str]) -> bool {
    let direct = schema.get("$ref").and_then(Value::as_str);
    let wrapped = schema["allOf"][0].get("$ref").and_then(Value::as_str);
    let items = schema["items"].get("$ref").and_then(Value::as_str);
    [direct, wrapped, items].into_iter().flatten().any(|reference| open.contains(&reference))
}

fn union<'d>(
    document: &'d Value,
    schema: &'d Value,
    variants: &'d [Value],
    extent: Extent,
    open: &mut Vec<&'d str>,
) -> Value {
    let Some(variant) = variants.iter().find(|variant| !repeats(variant, open)).or(variants.first()) else {
        return Value::Null;
    };
    let mut value = of_schema(document, variant, extent, open);
    if let (Some(object), Some(tag)) = (value.as_object_mut(), schema["discriminator"]["propertyName"].as_str()) {
        let mapping = schema["discriminator"]["mapping"].as_object();
        let mut tags: Vec<&String> = mapping
            .into_iter()
            .flatten()
            .filter(|(_, reference)| Some(*reference) == variant.get("$ref"))
            .map(|(wire, _)| wire)
            .collect();
        tags.sort();
        if let Some(first) = tags.first() {
            object.insert(tag.to_owned(), json!(first));
        }
    }
    value
}

fn object<'d>(document: &'d Value, schema: &'d Value, extent: Extent, open: &mut Vec<&'d str>) -> Value {
    let mut value = Map::new();
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut members: Vec<_> = schema["properties"].as_object().into_iter().flatten().collect();
    members.sort_by_key(|(name, _)| (*name).clone());
    let minimum = schema["minProperties"].as_u64().unwrap_or(0);
    for (name, member) in members {
        let needed = required.contains(&name.as_str());
        let wanted = extent == Extent::Everything || (value.len() as u64) < minimum;
        if needed || (wanted && !repeats(member, open)) {
            value.insert(name.clone(), of_schema(document, member, extent, open));
        }
    }
    if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
        value.insert("key".to_owned(), of_schema(document, values, extent, open));
    }
    Value::Object(value)
}
