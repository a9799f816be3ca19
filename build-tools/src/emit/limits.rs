//! Limits as a sentence of documentation, and as rules of the runtime.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use serde_json::Number;

use super::tokens::{ident, number};
use crate::contract::{Bound, CountRange, Limits, PatternLimit};
use crate::text::literal;

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
    parts.extend(limits.formats.iter().map(|format| format.words.to_owned()));
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

/// A limit: the name of the rule that checks it, and its argument.
type Checked = (&'static str, TokenStream);

/// Whether a value must fit anything that is checked.
pub(super) fn is_limited(limits: &Limits) -> bool {
    !checked(limits).is_empty() || limits.each.as_deref().is_some_and(is_limited)
}

/// What a value must fit, as rules of the runtime, whose type this is: first what holds for the value itself.
pub(super) fn rules(limits: &Limits, rule: &TokenStream) -> Vec<TokenStream> {
    let mut rules: Vec<TokenStream> = Vec::new();
    let (mut depth, mut inner) = (0, Some(limits));
    while let Some(limits) = inner {
        rules.extend(checked(limits).into_iter().map(|checked| within(depth, rule, checked)));
        (depth, inner) = (depth + 1, limits.each.as_deref());
    }
    rules
}

/// The same as arguments of `#[wire(…)]`, which writes what holds deeper within lists and maps as `each(max_length(35))`.
pub(super) fn attributes(limits: &Limits) -> Vec<TokenStream> {
    let own = checked(limits).into_iter().map(|(name, argument)| {
        let name = ident(name);
        quote! { #name(#argument) }
    });
    let each = limits.each.as_deref().map(attributes_of_each);
    own.chain(each.into_iter().flatten()).collect()
}

/// The same for each value of a map or item of a list.
pub(super) fn attributes_of_each(limits: &Limits) -> Vec<TokenStream> {
    attributes(limits).into_iter().map(|rule| quote! { each(#rule) }).collect()
}

/// What is checked of a value itself.
fn checked(limits: &Limits) -> Vec<Checked> {
    let counts = [
        ("min_length", limits.length.least),
        ("max_length", limits.length.most),
        ("min_items", limits.items.least),
        ("max_items", limits.items.most),
        ("min_properties", limits.members.least),
        ("max_properties", limits.members.most),
    ];
    let mut checked: Vec<Checked> =
        counts.into_iter().filter_map(|(rule, count)| Some((rule, number(&count?.to_string())))).collect();
    let text = |text: &str| literal(text).into_token_stream();
    // A number is handed on as text, so that none is rounded.
    let bound = |bound: &Bound, excluded: &'static str, included: &'static str| {
        (if bound.exclusive { excluded } else { included }, text(&bound.value.to_string()))
    };
    checked.extend(limits.minimum.as_ref().map(|low| bound(low, "above", "minimum")));
    checked.extend(limits.maximum.as_ref().map(|high| bound(high, "below", "maximum")));
    checked.extend(limits.multiple_of.iter().map(|step| ("multiple_of", text(&step.to_string()))));
    if limits.unique_items {
        checked.push(("unique_items", TokenStream::new()));
    }
    checked.extend(limits.patterns.iter().filter_map(|PatternLimit { source, engine }| {
        let engine = engine.as_ref()?;
        let (pattern, as_read) = (text(source), text(engine));
        Some(if engine == source { ("pattern", pattern) } else { ("pattern_as", quote! { (#pattern, #as_read) }) })
    }));
    checked.extend(limits.formats.iter().map(|format| ("format", text(format.name))));
    checked.extend(limits.only_boolean.map(|value| ("exactly", quote! { #value })));
    checked
}

/// A rule of the values that are so many lists and maps deep within another.
fn within(depth: usize, rule: &TokenStream, (name, argument): Checked) -> TokenStream {
    match depth {
        0 => {
            let name = ident(name);
            quote! { #rule::#name(#argument) }
        }
        1 => {
            let name = ident(&format!("each_{name}"));
            quote! { #rule::#name(#argument) }
        }
        deeper => {
            let inner = within(deeper - 1, rule, (name, argument));
            quote! { #rule::each(#inner) }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use quote::quote;

    use super::super::layout::flat;
    use super::{attributes, is_limited, rules, sentence};
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
            let limits = limits(&schema);
            assert_eq!(attributes(&limits).into_iter().map(flat).collect::<Vec<_>>(), expected, "{schema}");
            let rules: Vec<String> = rules(&limits, &quote! { Rule }).into_iter().map(flat).collect();
            assert_eq!(rules, expected.iter().map(|rule| format!("Rule::{rule}")).collect::<Vec<_>>(), "{schema}");
            assert_eq!(is_limited(&limits), !expected.is_empty(), "{schema}");
        }
    }

    #[test]
    fn rules_say_how_deep_in_lists_they_hold() {
        let each = |inner: Limits| Limits { each: Some(Box::new(inner)), ..Limits::default() };
        let deep = each(Limits {
            each: Some(Box::new(each(limits(&json!({"minLength": 1}))))),
            ..limits(&json!({"maxItems": 2}))
        });
        assert_eq!(sentence(&deep).as_deref(), Some("Each at most 2 items, in each, each at least 1 character."));
        let attributes: Vec<String> = attributes(&deep).into_iter().map(flat).collect();
        assert_eq!(attributes, ["each(max_items(2))", "each(each(each(min_length(1))))"]);
        let rules: Vec<String> = rules(&deep, &quote! { Rule }).into_iter().map(flat).collect();
        assert_eq!(rules, ["Rule::each_max_items(2)", "Rule::each(Rule::each(Rule::each_min_length(1)))"]);
        assert!(is_limited(&deep));
    }
}
