//! The limits of a value, in words.

use serde_json::Value;

use crate::spec::Pattern;

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
    let (low, high) = (number("minimum"), number("maximum"));
    if is_set(schema, "exclusiveMinimum") || is_set(schema, "exclusiveMaximum") {
        let words = |exclusive, excluded, included| if is_set(schema, exclusive) { excluded } else { included };
        parts.extend(low.map(|low| format!("{} {low}", words("exclusiveMinimum", "more than", "at least"))));
        parts.extend(high.map(|high| format!("{} {high}", words("exclusiveMaximum", "less than", "at most"))));
    } else {
        parts.extend(range(low, high, ("", "")));
    }
    if let Some(step) = number("multipleOf") {
        parts.push(format!("a multiple of {step}"));
    }
    if is_set(schema, "uniqueItems") {
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

/// What a schema demands of the value itself, as calls of the runtime's rules.
pub(super) fn own_rules(schema: &Value) -> Vec<String> {
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
        // A number is handed on as it is written, so that none is rounded.
        if let Some(limit) = schema.get(keyword).filter(|limit| limit.is_number()) {
            let rule = if is_set(schema, exclusive) { exclusive_rule } else { inclusive_rule };
            rules.push(format!("{rule}(\"{limit}\")"));
        }
    }
    if let Some(step) = schema.get("multipleOf").filter(|step| step.is_number()) {
        rules.push(format!("multiple_of(\"{step}\")"));
    }
    if is_set(schema, "uniqueItems") {
        rules.push("unique_items()".to_owned());
    }
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        rules.extend(Pattern::new(pattern).ok().map(|checked| match checked.engine() {
            engine if engine == pattern => format!("pattern({pattern:?})"),
            engine => format!("pattern_as(({pattern:?}, {engine:?}))"),
        }));
    }
    if let Some(format @ ("uuid" | "email" | "uri")) = schema.get("format").and_then(Value::as_str) {
        rules.push(format!("format({format:?})"));
    }
    if let Some(value) = only_boolean(schema) {
        rules.push(format!("exactly({value})"));
    }
    rules
}

/// A rule of the values that are so many lists and maps deep within another.
pub(super) fn within(depth: usize, rule: &str) -> String {
    match depth {
        0 => rule.to_owned(),
        1 => format!("each_{rule}"),
        deeper => format!("each(Rule::{})", within(deeper - 1, rule)),
    }
}

fn is_set(schema: &Value, flag: &str) -> bool {
    schema.get(flag).and_then(Value::as_bool).unwrap_or_default()
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
    use serde_json::{Value, json};

    use super::{own_rules as rules, sentence, within};

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
        assert_eq!(
            sentence(&json!({"minimum": 0, "exclusiveMinimum": true, "maximum": 9.5, "multipleOf": 0.01})).unwrap(),
            "More than 0, at most 9.5, a multiple of 0.01."
        );
        assert_eq!(sentence(&json!({"type": "boolean", "enum": [false]})).unwrap(), "Always `false`.");
    }

    #[test]
    fn limits_are_rules() {
        let schema = json!({"minimum": 1, "exclusiveMinimum": true, "maximum": 12});
        assert_eq!(rules(&schema), ["above(\"1\")", "maximum(\"12\")"]);
        let numbers: Value = serde_json::from_str(
            r#"{"minimum": -9223372036854775808, "maximum": 18446744073709551615, "multipleOf": 0.01}"#,
        )
        .unwrap();
        assert_eq!(
            rules(&numbers),
            ["minimum(\"-9223372036854775808\")", "maximum(\"18446744073709551615\")", "multiple_of(\"0.01\")"]
        );
        assert_eq!(rules(&json!({"pattern": "^[a-z]$"})), ["pattern(\"^[a-z]$\")"]);
        assert_eq!(rules(&json!({"pattern": "^.$"})), [r#"pattern_as(("^.$", "^[^\\n\\r\\u2028\\u2029]$"))"#]);
        assert_eq!(within(1, "min_length(1)"), "each_min_length(1)");
        assert_eq!(within(3, "min_length(1)"), "each(Rule::each(Rule::each_min_length(1)))");
        assert_eq!(rules(&json!({"type": "boolean", "enum": [true]})), ["exactly(true)"]);
        assert_eq!(rules(&json!({"type": "boolean", "enum": [true, false]})), Vec::<String>::new());
    }
}
