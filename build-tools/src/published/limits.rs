//! Limits of numbers and of sizes, where they make sense.

use std::cmp::Ordering;

use super::make::{Made, number_at};
use super::source::Flat;
use crate::spec::numbers::compare;
use crate::spec::{Node, Span};

/// The highest `minLength`, `minItems` and `minProperties` that samples are made for.
const MAX_LEAST: u64 = 10_000;

pub(super) fn number(flat: &Flat<'_>, name: &str, span: Span) -> Made {
    let mut made = Made::at(span).text("type", name);
    let format = flat.first("format").and_then(Node::as_str);
    let known: &[&str] = if name == "integer" { &["int32", "int64", "uint64"] } else { &["decimal"] };
    if let Some(format) = format.filter(|format| known.contains(format)) {
        made = made.text("format", format);
    }
    for (included, excluded) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        let bound = flat.first(included).and_then(Node::as_number);
        match flat.first(excluded) {
            Some(is_open) if is_open.as_bool().is_some() => {
                if let Some(bound) = bound {
                    made = made.with(included, number_at(span, bound.clone()));
                    if is_open.as_bool() == Some(true) {
                        made = made.flag(excluded, true);
                    }
                }
            }
            Some(other) if other.as_number().is_some() => {
                if let Some(bound) = other.as_number() {
                    made = made.with(included, number_at(span, bound.clone())).flag(excluded, true);
                }
            }
            _ => {
                if let Some(bound) = bound {
                    made = made.with(included, number_at(span, bound.clone()));
                }
            }
        }
    }
    let order = made.number_of("minimum").zip(made.number_of("maximum")).and_then(|(low, high)| compare(low, high));
    let is_open = made.has("exclusiveMinimum") || made.has("exclusiveMaximum");
    if order == Some(Ordering::Greater) || (order == Some(Ordering::Equal) && is_open) {
        for key in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] {
            made.remove(key);
        }
    }
    if let Some(step) =
        flat.first("multipleOf").and_then(Node::as_number).filter(|step| step.as_f64().is_some_and(|step| step > 0.0))
    {
        made = made.with("multipleOf", number_at(span, step.clone()));
    }
    made
}

/// Limits on a size, where they make sense.
pub(super) fn limits(made: &mut Made, flat: &Flat<'_>, least: &[&str], most: &[&str], span: Span) {
    let count = |key: &str| {
        let number = flat.first(key).and_then(Node::as_number)?;
        // Some documents write counts with a fraction of zero.
        number.as_u64().or_else(|| number.to_string().strip_suffix(".0")?.parse().ok())
    };
    let low = least.iter().find_map(|key| Some((*key, count(key)?))).filter(|(_, low)| *low <= MAX_LEAST && *low > 0);
    let high = most.iter().find_map(|key| Some((*key, count(key)?)));
    if let (Some((_, low)), Some((_, high))) = (low, high)
        && low > high
    {
        return;
    }
    for (key, limit) in low.into_iter().chain(high) {
        made.set(key, number_at(span, limit));
    }
}
