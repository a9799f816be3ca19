//! What a value must fit beyond its type, as numbers: its own limits, and those of the values in the lists and maps within it.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use crate::spec::numbers::compare;
use crate::spec::{Pattern, TextFormat, text_format};

/// The limits of a value. None of its numbers is rounded: [`parse_yaml`](crate::spec::parse_yaml) refuses those that 64 bits cannot
/// hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// How many characters a text has.
    pub length: CountRange,
    /// How many items a list has.
    pub items: CountRange,
    /// How many members an object has.
    pub members: CountRange,
    /// The smallest number.
    pub minimum: Option<Bound>,
    /// The greatest number.
    pub maximum: Option<Bound>,
    /// What a number is a multiple of, each of them.
    pub multiple_of: Vec<Number>,
    /// Whether no item of a list comes twice.
    pub unique_items: bool,
    /// What a text matches, each of them.
    pub patterns: Vec<PatternLimit>,
    /// How a text is written, each of them.
    pub formats: Vec<&'static TextFormat>,
    /// The value of a boolean that has only one.
    pub only_boolean: Option<bool>,
    /// What the vendor takes a value for that is left out: no limit, but told beside them.
    pub default: Option<Value>,
    /// The limits of each value of a list or map.
    pub each: Option<Box<Limits>>,
}

/// The least and the most of what is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountRange {
    /// The least.
    pub least: Option<u64>,
    /// The most.
    pub most: Option<u64>,
}

/// An end of the range of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The number.
    pub value: Number,
    /// Whether the number itself is outside the range.
    pub exclusive: bool,
}

/// A regular expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternLimit {
    /// As the document has it.
    pub source: String,
    /// As the regular expressions of the runtime have it; none where they cannot match it, so that it is only told.
    pub engine: Option<String>,
}

impl Limits {
    /// What the JSON of a schema itself demands, without what it refers to.
    pub(crate) fn of_json(schema: &Value) -> Self {
        let range = |least: &str, most: &str| CountRange::of_json(schema, least, most);
        let is_set = |flag: &str| schema.get(flag).and_then(Value::as_bool).unwrap_or_default();
        let number = |keyword: &str| schema.get(keyword).and_then(Value::as_number).cloned();
        let bound =
            |keyword: &str, exclusive: &str| number(keyword).map(|value| Bound { value, exclusive: is_set(exclusive) });
        let text = |keyword: &str| schema.get(keyword).and_then(Value::as_str);
        let values = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice);
        Self {
            length: range("minLength", "maxLength"),
            items: range("minItems", "maxItems"),
            members: range("minProperties", "maxProperties"),
            minimum: bound("minimum", "exclusiveMinimum"),
            maximum: bound("maximum", "exclusiveMaximum"),
            multiple_of: number("multipleOf").into_iter().collect(),
            unique_items: is_set("uniqueItems"),
            patterns: text("pattern").map(PatternLimit::new).into_iter().collect(),
            formats: text("format").and_then(text_format).filter(|format| format.is_limit()).into_iter().collect(),
            only_boolean: match values {
                Some([Value::Bool(value)]) => Some(*value),
                _ => None,
            },
            default: schema.get("default").filter(|default| !default.is_null()).cloned(),
            each: None,
        }
    }

    /// Adds what another schema of the same value demands: of two limits the stricter holds. What is said first stays where only one
    /// can hold.
    pub(crate) fn add(&mut self, other: Self) {
        self.length.narrow(other.length);
        self.items.narrow(other.items);
        self.members.narrow(other.members);
        narrow(&mut self.minimum, other.minimum, Ordering::Greater);
        narrow(&mut self.maximum, other.maximum, Ordering::Less);
        add_new(&mut self.multiple_of, other.multiple_of);
        self.unique_items |= other.unique_items;
        add_new(&mut self.patterns, other.patterns);
        add_new(&mut self.formats, other.formats);
        self.only_boolean = self.only_boolean.or(other.only_boolean);
        self.default = self.default.take().or(other.default);
        match (&mut self.each, other.each) {
            (Some(each), Some(other)) => each.add(*other),
            (each, other) => *each = each.take().or(other),
        }
    }
}

impl CountRange {
    /// By the keywords that say the least and the most.
    pub(super) fn of_json(schema: &Value, least: &str, most: &str) -> Self {
        let count = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
        Self { least: count(least), most: count(most) }
    }

    fn narrow(&mut self, other: Self) {
        self.least = self.least.max(other.least);
        self.most = [self.most, other.most].into_iter().flatten().min();
    }
}

impl PatternLimit {
    fn new(source: &str) -> Self {
        let engine = Pattern::new(source).ok().map(|pattern| pattern.engine().to_owned());
        Self { source: source.to_owned(), engine }
    }
}

/// Takes the other bound where it is the stricter one: `stricter` is how its number compares then.
fn narrow(bound: &mut Option<Bound>, other: Option<Bound>, stricter: Ordering) {
    let Some(other) = other else { return };
    let Some(own) = bound else {
        *bound = Some(other);
        return;
    };
    match compare(&other.value, &own.value) {
        Some(Ordering::Equal) => own.exclusive |= other.exclusive,
        Some(order) if order == stricter => *own = other,
        _ => {}
    }
}

fn add_new<T: PartialEq>(all: &mut Vec<T>, others: Vec<T>) {
    for other in others {
        if !all.contains(&other) {
            all.push(other);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Limits;

    fn both(one: &Value, other: &Value) -> Limits {
        let mut limits = Limits::of_json(one);
        limits.add(Limits::of_json(other));
        limits
    }

    #[test]
    fn of_two_limits_the_stricter_holds_in_either_order() {
        for (one, other, expected) in [
            (json!({"minLength": 1, "maxLength": 9}), json!({"maxLength": 5}), json!({"minLength": 1, "maxLength": 5})),
            (
                json!({"minItems": 2}),
                json!({"minItems": 1, "uniqueItems": true}),
                json!({"minItems": 2, "uniqueItems": true}),
            ),
            (json!({"minProperties": 1}), json!({"maxProperties": 2}), json!({"minProperties": 1, "maxProperties": 2})),
            (
                json!({"minimum": 1}),
                json!({"minimum": 1, "exclusiveMinimum": true}),
                json!({"minimum": 1, "exclusiveMinimum": true}),
            ),
            (json!({"minimum": 1, "exclusiveMinimum": true}), json!({"minimum": 2}), json!({"minimum": 2})),
            (json!({"maximum": u64::MAX}), json!({"maximum": u64::MAX - 1}), json!({"maximum": u64::MAX - 1})),
            (json!({"maximum": -0.5}), json!({"maximum": 0}), json!({"maximum": -0.5})),
            (json!({"multipleOf": 2}), json!({"multipleOf": 2}), json!({"multipleOf": 2})),
        ] {
            assert_eq!(both(&one, &other), Limits::of_json(&expected), "{one} and {other}");
            assert_eq!(both(&other, &one), Limits::of_json(&expected), "{other} and {one}");
        }
    }

    #[test]
    fn what_cannot_be_one_limit_stays_several() {
        let limits = both(&json!({"pattern": "^a", "multipleOf": 0.5}), &json!({"pattern": "b$", "multipleOf": 0.2}));
        assert_eq!(limits.patterns.iter().map(|pattern| pattern.source.as_str()).collect::<Vec<_>>(), ["^a", "b$"]);
        assert_eq!(limits.multiple_of.iter().map(ToString::to_string).collect::<Vec<_>>(), ["0.5", "0.2"]);
    }
}
