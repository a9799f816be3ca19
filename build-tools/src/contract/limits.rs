//! The limits of a value, in words.

use serde_json::Value;

/// What a schema demands of a value beyond its type, as a sentence; `None` when it demands nothing.
pub(super) fn sentence(schema: &Value) -> Option<String> {
    let number = |key: &str| schema.get(key).filter(|value| value.is_number());
    let mut parts = Vec::new();
    let range = |low: Option<&Value>, high: Option<&Value>, unit: (&str, &str)| {
        let unit_of = |value: &Value| if value.as_u64() == Some(1) { unit.0 } else { unit.1 };
        match (low, high) {
            (Some(low), Some(high)) if low == high => Some(format!("exactly {low}{}", unit_of(high))),
            (Some(low), Some(high)) => Some(format!("{low} to {high}{}", unit_of(high))),
            (Some(low), None) => Some(format!("at least {low}{}", unit_of(low))),
            (None, Some(high)) => Some(format!("at most {high}{}", unit_of(high))),
            (None, None) => None,
        }
    };
    parts.extend(range(number("minLength"), number("maxLength"), (" character", " characters")));
    parts.extend(range(number("minItems"), number("maxItems"), (" item", " items")));
    parts.extend(range(number("minProperties"), number("maxProperties"), (" member", " members")));
    parts.extend(range(number("minimum"), number("maximum"), ("", "")));
    if schema.get("uniqueItems").and_then(Value::as_bool) == Some(true) {
        parts.push("no item twice".to_owned());
    }
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        parts.push(format!("of the form `{pattern}`"));
    }
    if let Some(value) = only_boolean(schema) {
        parts.push(format!("always `{value}`"));
    }
    if let Some(default) = schema.get("default").filter(|default| !default.is_null()) {
        parts.push(match default.as_str() {
            Some("") => "empty by default".to_owned(),
            Some(text) => format!("`{text}` by default"),
            None => format!("`{default}` by default"),
        });
    }
    let mut text = parts.join(", ");
    let first = text.chars().next()?;
    text.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    Some(format!("{text}."))
}

/// What a schema demands of a value, as calls of the runtime's rules; those of a list's items stand behind `each_`.
pub(super) fn rules(schema: &Value) -> Vec<String> {
    let mut rules = own_rules(schema);
    if let Some(items) = schema.get("items").filter(|items| items.get("$ref").is_none()) {
        rules.extend(own_rules(items).into_iter().map(|rule| format!("each_{rule}")));
    }
    rules
}

fn own_rules(schema: &Value) -> Vec<String> {
    let mut rules = Vec::new();
    for (keyword, rule) in [
        ("minLength", "min_length"),
        ("maxLength", "max_length"),
        ("minItems", "min_items"),
        ("maxItems", "max_items"),
        ("minProperties", "min_properties"),
        ("maxProperties", "max_properties"),
    ] {
        if let Some(count) = schema.get(keyword).and_then(Value::as_u64) {
            rules.push(format!("{rule}({count})"));
        }
    }
    for (keyword, exclusive, inclusive_rule, exclusive_rule) in
        [("minimum", "exclusiveMinimum", "minimum", "above"), ("maximum", "exclusiveMaximum", "maximum", "below")]
    {
        if let Some(limit) = schema.get(keyword).and_then(Value::as_f64) {
            let excluded = schema.get(exclusive).and_then(Value::as_bool).unwrap_or_default();
            rules.push(format!("{}({limit:?})", if excluded { exclusive_rule } else { inclusive_rule }));
        }
    }
    if let Some(step) = schema.get("multipleOf").and_then(Value::as_f64) {
        rules.push(format!("multiple_of({step:?})"));
    }
    if schema.get("uniqueItems").and_then(Value::as_bool) == Some(true) {
        rules.push("unique_items()".to_owned());
    }
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        rules.push(format!("pattern({pattern:?})"));
    }
    if let Some(format @ ("uuid" | "email" | "uri")) = schema.get("format").and_then(Value::as_str) {
        rules.push(format!("format({format:?})"));
    }
    if let Some(value) = only_boolean(schema) {
        rules.push(format!("exactly({value})"));
    }
    rules
}

/// The value of a boolean that has only one.
fn only_boolean(schema: &Value) -> Option<bool> {
    match schema.get("enum")?.as_array()?.as_slice() {
        [Value::Bool(value)] => Some(*value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{rules, sentence};

    #[test]
    fn limits_read_as_sentences() {
        assert_eq!(sentence(&json!({})), None);
        assert_eq!(sentence(&json!({"minLength": 1, "maxLength": 35})).unwrap(), "1 to 35 characters.");
        assert_eq!(sentence(&json!({"minItems": 1})).unwrap(), "At least 1 item.");
        assert_eq!(sentence(&json!({"minItems": 2, "maxItems": 2})).unwrap(), "Exactly 2 items.");
        assert_eq!(
            sentence(&json!({"minimum": 0, "maximum": 1000, "default": 100})).unwrap(),
            "0 to 1000, `100` by default."
        );
        assert_eq!(sentence(&json!({"type": "boolean", "enum": [false]})).unwrap(), "Always `false`.");
    }

    #[test]
    fn limits_are_rules() {
        let schema = json!({"minimum": 1, "exclusiveMinimum": true, "maximum": 12});
        assert_eq!(rules(&schema), ["above(1.0)", "maximum(12.0)"]);
        assert_eq!(rules(&json!({"type": "boolean", "enum": [true]})), ["exactly(true)"]);
        assert_eq!(rules(&json!({"type": "boolean", "enum": [true, false]})), Vec::<String>::new());
    }
}
