//! Limits as a sentence of documentation, and as rules of the runtime.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Number;

use super::tokens::ident;
use crate::contract::{Bound, CountRange, Limits, PatternLimit};

/// What a value must fit beyond its type, as a sentence; `None` when that is nothing.
pub(super) fn sentence(limits: &Limits) -> Option<String> {
    let mut text = phrase(limits)?;
    let first = text.chars().next()?;
    text.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    Some(format!("{text}."))
}

/// The same as a part of a sentence.
pub(super) fn phrase(limits: &Limits) -> Option<String> {
    let mut parts = words(limits);
    parts.extend(limits.default.as_ref().map(|default| match default.as_str() {
        Some("") => "empty by default".to_owned(),
        Some(text) => format!("`{text}` by default"),
        None => format!("`{default}` by default"),
    }));
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn words(limits: &Limits) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(count(limits.length, "character", "characters"));
    parts.extend(count(limits.items, "item", "items"));
    parts.extend(count(limits.members, "member", "members"));
    match (&limits.minimum, &limits.maximum) {
        (Some(low), Some(high)) if !low.exclusive && !high.exclusive => {
            let (low, high) = (&low.value, &high.value);
            parts.push(if low == high { format!("exactly {low}") } else { format!("{low} to {high}") });
        }
        (low, high) => {
            let words = |bound: &Bound, excluded: &str, included: &str| {
                format!("{} {}", if bound.exclusive { excluded } else { included }, bound.value)
            };
            parts.extend(low.as_ref().map(|low| words(low, "more than", "at least")));
            parts.extend(high.as_ref().map(|high| words(high, "less than", "at most")));
        }
    }
    parts.extend(limits.multiple_of.iter().map(|step: &Number| format!("a multiple of {step}")));
    if limits.unique_items {
        parts.push("no item twice".to_owned());
    }
    parts.extend(limits.patterns.iter().map(|pattern| format!("of the form `{}`", pattern.source)));
    parts.extend(limits.formats.iter().map(|format| match format.as_str() {
        "uuid" => "a UUID".to_owned(),
        "email" => "an email address".to_owned(),
        "uri" => "a URI".to_owned(),
        other => format!("of the format `{other}`"),
    }));
    parts.extend(limits.only_boolean.map(|value| format!("always `{value}`")));
    if let Some(each) = limits.each.as_deref().map(words).filter(|each| !each.is_empty()) {
        let words = each.join(", ");
        parts.push(if words.starts_with("each ") { format!("in each, {words}") } else { format!("each {words}") });
    }
    parts
}

fn count(range: CountRange, one: &str, several: &str) -> Option<String> {
    let unit = |count: u64| if count == 1 { one } else { several };
    match (range.least, range.most) {
        (Some(least), Some(most)) if least == most => Some(format!("exactly {least} {}", unit(most))),
        (Some(least), Some(most)) => Some(format!("{least} to {most} {}", unit(most))),
        (Some(least), None) => Some(format!("at least {least} {}", unit(least))),
        (None, Some(most)) => Some(format!("at most {most} {}", unit(most))),
        (None, None) => None,
    }
}

/// What a value must fit, as constructors of the runtime's `Rule`: first what holds for the value itself.
pub(super) fn rules(limits: &Limits) -> Vec<String> {
    let mut rules = own_rules(limits);
    let (mut depth, mut inner) = (1, limits.each.as_deref());
    while let Some(limits) = inner {
        rules.extend(own_rules(limits).iter().map(|rule| within(depth, rule)));
        (depth, inner) = (depth + 1, limits.each.as_deref());
    }
    rules
}

/// The same as arguments of `#[wire(…)]`, which writes what holds deeper within lists and maps as `each(max_length(35))`.
pub(super) fn attributes(limits: &Limits) -> Vec<TokenStream> {
    let mut attributes: Vec<TokenStream> = own_rules(limits).iter().map(|rule| tokens(rule)).collect();
    let each = limits.each.as_deref().map(attributes_of_each);
    attributes.extend(each.into_iter().flatten());
    attributes
}

/// The same for each value of a map or item of a list.
pub(super) fn attributes_of_each(limits: &Limits) -> Vec<TokenStream> {
    attributes(limits).into_iter().map(|rule| quote! { each(#rule) }).collect()
}

/// A rule as tokens: a name and literals. One that is no tokens is not lost: what stands for it has the file refused.
fn tokens(rule: &str) -> TokenStream {
    rule.parse().unwrap_or_else(|_| ident(rule))
}

fn own_rules(limits: &Limits) -> Vec<String> {
    let counts = [
        ("min_length", limits.length.least),
        ("max_length", limits.length.most),
        ("min_items", limits.items.least),
        ("max_items", limits.items.most),
        ("min_properties", limits.members.least),
        ("max_properties", limits.members.most),
    ];
    let mut rules: Vec<String> =
        counts.into_iter().filter_map(|(rule, count)| count.map(|count| format!("{rule}({count})"))).collect();
    // A number is handed on as text, so that none is rounded.
    let bound = |bound: &Bound, excluded: &str, included: &str| {
        format!("{}(\"{}\")", if bound.exclusive { excluded } else { included }, bound.value)
    };
    rules.extend(limits.minimum.as_ref().map(|low| bound(low, "above", "minimum")));
    rules.extend(limits.maximum.as_ref().map(|high| bound(high, "below", "maximum")));
    rules.extend(limits.multiple_of.iter().map(|step| format!("multiple_of(\"{step}\")")));
    if limits.unique_items {
        rules.push("unique_items()".to_owned());
    }
    rules.extend(limits.patterns.iter().filter_map(pattern));
    rules.extend(limits.formats.iter().map(|format| format!("format({:?})", format.as_str())));
    rules.extend(limits.only_boolean.map(|value| format!("exactly({value})")));
    rules
}

fn pattern(pattern: &PatternLimit) -> Option<String> {
    let PatternLimit { source, engine } = pattern;
    engine.as_ref().map(|engine| {
        if engine == source { format!("pattern({source:?})") } else { format!("pattern_as(({source:?}, {engine:?}))") }
    })
}

/// A rule of the values that are so many lists and maps deep within another.
fn within(depth: usize, rule: &str) -> String {
    match depth {
        0 => rule.to_owned(),
        1 => format!("each_{rule}"),
        deeper => format!("each(Rule::{})", within(deeper - 1, rule)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{attributes, rules, sentence, within};
    use crate::contract::Limits;

    fn limits(schema: &Value) -> Limits {
        Limits::of_json(schema)
    }

    #[test]
    fn limits_read_as_sentences() {
        for (schema, expected) in [
            (json!({"minLength": 1, "maxLength": 35}), "1 to 35 characters."),
            (json!({"minItems": 1}), "At least 1 item."),
            (json!({"minItems": 2, "maxItems": 2}), "Exactly 2 items."),
            (json!({"maxProperties": 1}), "At most 1 member."),
            (json!({"minimum": 0, "maximum": 1000, "default": 100}), "0 to 1000, `100` by default."),
            (
                json!({"minimum": 0, "exclusiveMinimum": true, "maximum": 9.5, "multipleOf": 0.01}),
                "More than 0, at most 9.5, a multiple of 0.01.",
            ),
            (json!({"maximum": 9, "exclusiveMaximum": true}), "Less than 9."),
            (json!({"minimum": 5, "maximum": 5}), "Exactly 5."),
            (json!({"uniqueItems": true, "default": ""}), "No item twice, empty by default."),
            (json!({"pattern": "^[A-Z]$"}), "Of the form `^[A-Z]$`."),
            (json!({"format": "uuid"}), "A UUID."),
            (json!({"type": "boolean", "enum": [false]}), "Always `false`."),
        ] {
            assert_eq!(sentence(&limits(&schema)).as_deref(), Some(expected), "{schema}");
        }
        assert_eq!(sentence(&Limits::default()), None);
    }

    #[test]
    fn limits_are_rules() {
        let numbers: Value = serde_json::from_str(
            r#"{"minimum": -9223372036854775808, "maximum": 18446744073709551615, "multipleOf": 0.01}"#,
        )
        .unwrap();
        for (schema, expected) in [
            (json!({"minimum": 1, "exclusiveMinimum": true, "maximum": 12}), vec!["above(\"1\")", "maximum(\"12\")"]),
            (
                numbers,
                vec!["minimum(\"-9223372036854775808\")", "maximum(\"18446744073709551615\")", "multiple_of(\"0.01\")"],
            ),
            (json!({"pattern": "^[a-z]$"}), vec!["pattern(\"^[a-z]$\")"]),
            (json!({"pattern": "^.$"}), vec![r#"pattern_as(("^.$", "^[^\\n\\r\\u2028\\u2029]$"))"#]),
            (json!({"format": "uuid"}), vec!["format(\"uuid\")"]),
            (json!({"type": "boolean", "enum": [true]}), vec!["exactly(true)"]),
            (json!({"type": "boolean", "enum": [true, false]}), vec![]),
        ] {
            assert_eq!(rules(&limits(&schema)), expected, "{schema}");
        }
    }

    #[test]
    fn rules_say_how_deep_in_lists_they_hold() {
        assert_eq!(within(1, "min_length(1)"), "each_min_length(1)");
        let each = |inner: Limits| Limits { each: Some(Box::new(inner)), ..Limits::default() };
        let deep = each(Limits {
            each: Some(Box::new(each(limits(&json!({"minLength": 1}))))),
            ..limits(&json!({"maxItems": 2}))
        });
        assert_eq!(sentence(&deep).as_deref(), Some("Each at most 2 items, in each, each at least 1 character."));
        let attributes: Vec<String> = attributes(&deep).iter().map(ToString::to_string).collect();
        assert_eq!(attributes, ["each (max_items (2))", "each (each (each (min_length (1))))"]);
        assert_eq!(rules(&deep), ["each_max_items(2)", "each(Rule::each(Rule::each_min_length(1)))"]);
    }
}
