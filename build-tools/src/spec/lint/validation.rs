//! Payloads against the schemas of a document (`OpenAPI` 3.0).
//!
//! This reads JSON and not the typed document: it is part of what decides whether a document can become one, and a payload that is
//! wrong is reported beside all other mistakes. A value of an `allOf` is held against each part, so that nothing is merged.
//!
//! Validation never fails: whatever [`lint`](super::lint()) reports as a mistake (an unknown reference, a pattern that
//! does not compile, a bound that is no number) is left out here, so that one mistake does not hide another.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value, json};

use super::composition::{components, oversized};
use crate::passes::escape;
use crate::spec::Document;
use crate::spec::formats::{TextFormat, text_format};
use crate::spec::numbers::compare;
use crate::spec::pattern::Pattern;
use crate::spec::pointer::join;
use crate::spec::reference::follow;
use crate::spec::wording::elided;

/// How deeply a payload may be nested: validation recurses into it, and for each level into the composition of its
/// schema.
const MAX_PAYLOAD_DEPTH: usize = 32;

/// How often a value of one payload may be held against a schema. Unions within unions multiply, level by level.
const MAX_CHECKS: usize = 1_000_000;

/// How much of a value a message shows, in characters.
const SHOWN: usize = 80;

/// Which way payloads travel, and so how strictly formats are taken.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Direction {
    /// From the client to the vendor: the client refuses to send a text that is not of its format.
    Sent,
    /// From the vendor to the client: only the formats that decide a Rust type count. The others (`uuid`, `email`, …)
    /// tell a reader what to expect, and documented payloads are full of placeholders for them.
    Read,
}

/// The component schemas of a document, for payloads that travel in one direction.
#[derive(Debug)]
pub struct SchemaSet {
    /// A document of the components that references may lead to; those that cannot be expanded are left out.
    document: Value,
    direction: Direction,
    /// Each pattern is compiled once; what does not compile matches everything.
    patterns: RefCell<BTreeMap<String, Option<Pattern>>>,
}

/// One way in which a payload contradicts its schema.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Violation {
    /// JSON pointer into the payload.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl SchemaSet {
    /// The components of `document` for payloads that travel in this direction.
    pub fn new(document: &Document, direction: Direction) -> Self {
        let left_out = oversized(document);
        let known = components(document).iter().filter(|entry| !left_out.contains(&entry.key));
        let components: Map<String, Value> = known.map(|entry| (entry.key.clone(), entry.value.to_json())).collect();
        let document = json!({ "components": { "schemas": components } });
        Self { document, direction, patterns: RefCell::default() }
    }

    /// Every contradiction between `payload` and `schema`, which may refer to the components; empty when the payload is valid.
    ///
    /// Of a value of the wrong type nothing else is said.
    pub fn violations<'s>(&'s self, schema: &'s Value, payload: &Value) -> Vec<Violation> {
        let violation = |message: String| vec![Violation { pointer: String::new(), message }];
        if is_deeper_than(MAX_PAYLOAD_DEPTH, payload) {
            return violation(format!("nested deeper than {MAX_PAYLOAD_DEPTH} levels"));
        }
        let checks = Checks { set: self, left: Cell::new(MAX_CHECKS) };
        let found = checks.of(schema, payload, "");
        if checks.left.get() == 0 {
            return violation(format!("more than {MAX_CHECKS} checks would be needed: unions within unions multiply"));
        }
        let wrong_types: BTreeSet<&str> =
            found.iter().filter(|found| found.of_type).map(|found| found.pointer.as_str()).collect();
        let told = found.iter().filter(|found| found.of_type || !wrong_types.contains(found.pointer.as_str()));
        let told: BTreeSet<Violation> =
            told.map(|found| Violation { pointer: found.pointer.clone(), message: found.message.clone() }).collect();
        told.into_iter().collect()
    }

    fn is_match(&self, pattern: &str, text: &str) -> bool {
        let mut patterns = self.patterns.borrow_mut();
        let compiled = patterns.entry(pattern.to_owned()).or_insert_with(|| Pattern::new(pattern).ok());
        compiled.as_ref().is_none_or(|compiled| compiled.is_match(text))
    }

    /// Whether a text is of a format, as far as the client checks it.
    fn is_of(&self, format: &str, text: &str) -> bool {
        let counts = |format: &&TextFormat| format.is_strict() || self.direction == Direction::Sent;
        text_format(format).filter(counts).is_none_or(|format| (format.is)(text))
    }
}

/// A contradiction, and whether it is one of type.
struct Found {
    pointer: String,
    message: String,
    of_type: bool,
}

/// The work on one payload. What recurses here has small frames: payloads and compositions nest.
struct Checks<'s> {
    set: &'s SchemaSet,
    left: Cell<usize>,
}

impl<'s> Checks<'s> {
    /// How a value contradicts a schema.
    fn of(&self, schema: &'s Value, value: &Value, pointer: &str) -> Vec<Found> {
        let mut found = Vec::new();
        self.add(schema, value, pointer, &mut found);
        found
    }

    /// Adds how the value at `pointer` contradicts a schema.
    fn add(&self, schema: &'s Value, value: &Value, pointer: &str, found: &mut Vec<Found>) {
        self.left.set(self.left.get().saturating_sub(1));
        let keywords = match follow(&self.set.document, schema) {
            Some(Value::Object(keywords)) => keywords,
            Some(Value::Bool(false)) => {
                found.push(Found::new(pointer, "nothing is allowed here".to_owned()));
                return;
            }
            Some(_) | None => return,
        };
        let is_null = value.is_null() && keywords.get("nullable") == Some(&Value::Bool(true));
        if self.left.get() == 0 || is_null || !self.add_own(keywords, value, pointer, found) {
            return;
        }
        match value {
            Value::Array(items) => {
                if let Some(schema) = keywords.get("items") {
                    for (index, item) in items.iter().enumerate() {
                        self.add(schema, item, &join(pointer, &index.to_string()), found);
                    }
                }
            }
            Value::Object(members) => self.add_members(keywords, members, pointer, found),
            _ => {}
        }
        if let Some(Value::Array(parts)) = keywords.get("allOf") {
            for part in parts {
                self.add(part, value, pointer, found);
            }
        }
        if let Some(schema) = keywords.get("not")
            && self.of(schema, value, pointer).is_empty()
        {
            found.push(Found::new(pointer, format!("{} is what the schema excludes by `not`", shown(value))));
        }
        match discriminator(keywords) {
            Some((tag, mapping)) => self.add_tagged(tag, mapping, value, pointer, found),
            None => self.add_unions(keywords, value, pointer, found),
        }
    }

    /// Adds what contradicts the schema's own keywords in the value itself. Returns false when the value is of the wrong type, of
    /// which nothing else is said.
    fn add_own(&self, keywords: &Map<String, Value>, value: &Value, pointer: &str, found: &mut Vec<Found>) -> bool {
        if let Some(expected) = keywords.get("type").and_then(Value::as_str)
            && !is_of_type(expected, value)
        {
            found.push(Found::of_type(expected, value, pointer));
            return false;
        }
        let mut messages = Vec::new();
        if let Some(Value::Array(values)) = keywords.get("enum")
            && !values.is_empty()
            && !values.iter().any(|allowed| equal(allowed, value))
        {
            let values = elided(&Value::from(values.clone()).to_string(), 2 * SHOWN);
            messages.push(format!("{} is not one of {values}", shown(value)));
        }
        match value {
            Value::Number(number) => messages.extend(number_limits(keywords, number)),
            Value::String(text) => messages.extend(self.text_limits(keywords, text)),
            Value::Array(items) => messages.extend(item_limits(keywords, items)),
            Value::Object(members) => messages.extend(member_limits(keywords, members)),
            Value::Null | Value::Bool(_) => {}
        }
        found.extend(messages.into_iter().map(|message| Found::new(pointer, message)));
        true
    }

    fn text_limits(&self, keywords: &Map<String, Value>, text: &str) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let length = text.chars().count() as u64;
        all.extend(count_limits(keywords, ["minLength", "maxLength"], length, "characters"));
        if let Some(pattern) = keywords.get("pattern").and_then(Value::as_str)
            && !self.set.is_match(pattern, text)
        {
            all.push(format!("{} does not match {:?}", shown(&text.into()), elided(pattern, 2 * SHOWN)));
        }
        if let Some(format) = keywords.get("format").and_then(Value::as_str)
            && !self.set.is_of(format, text)
        {
            all.push(format!("{} is not a \"{format}\"", shown(&text.into())));
        }
        all
    }

    fn add_members(
        &self,
        keywords: &'s Map<String, Value>,
        members: &Map<String, Value>,
        pointer: &str,
        found: &mut Vec<Found>,
    ) {
        let properties = keywords.get("properties").and_then(Value::as_object);
        for (name, value) in members {
            let property = properties.and_then(|properties| properties.get(name));
            match property.or_else(|| keywords.get("additionalProperties")) {
                Some(Value::Bool(false)) => {
                    found.push(Found::new(
                        pointer,
                        format!("the property {} is not allowed", shown(&name.as_str().into())),
                    ));
                }
                Some(schema) => self.add(schema, value, &join(pointer, name), found),
                None => {}
            }
        }
    }

    /// Adds the contradictions with unions without a tag.
    fn add_unions(&self, keywords: &'s Map<String, Value>, value: &Value, pointer: &str, found: &mut Vec<Found>) {
        for key in ["anyOf", "oneOf"] {
            let Some(variants) = keywords.get(key).and_then(Value::as_array).filter(|variants| !variants.is_empty())
            else {
                continue;
            };
            let tried: Vec<Vec<Found>> = variants.iter().map(|variant| self.of(variant, value, pointer)).collect();
            let fitting = tried.iter().filter(|tried| tried.is_empty()).count();
            if fitting == 0 {
                let message = || format!("{} fits none of the {} variants of `{key}`", shown(value), variants.len());
                found.extend(closest(tried, pointer).unwrap_or_else(|| vec![Found::new(pointer, message())]));
            } else if fitting > 1 && key == "oneOf" {
                let message = format!("{} fits {fitting} variants of `oneOf`, but must fit one", shown(value));
                found.push(Found::new(pointer, message));
            }
        }
    }

    /// Adds the contradictions with a tagged union: the tag alone chooses. `oneOf` would not do: a variant that is used by two tags
    /// lists no constant and would fit the others, too.
    fn add_tagged(
        &self,
        tag: &str,
        mapping: &Map<String, Value>,
        value: &Value,
        pointer: &str,
        found: &mut Vec<Found>,
    ) {
        let Value::Object(members) = value else {
            found.push(Found::of_type("object", value, pointer));
            return;
        };
        let Some(given) = members.get(tag) else {
            found.push(Found::new(pointer, missing(tag)));
            return;
        };
        let Some(variant) = given.as_str().and_then(|given| mapping.get(given)) else {
            let tags: Vec<&String> = mapping.keys().collect();
            found.push(Found::new(&join(pointer, tag), format!("{} is not one of {tags:?}", shown(given))));
            return;
        };
        // The name of a component, or a reference.
        let target = variant.as_str().unwrap_or_default();
        let pointer_of = |name: &str| format!("/components/schemas/{}", escape(name));
        let named = self.set.document.pointer(&pointer_of(target));
        let referred = || self.set.document.pointer(target.strip_prefix('#')?);
        if let Some(component) = named.or_else(referred) {
            self.add(component, value, pointer, found);
        }
    }
}

impl Found {
    fn new(pointer: &str, message: String) -> Self {
        Self { pointer: pointer.to_owned(), message, of_type: false }
    }

    fn of_type(expected: &str, value: &Value, pointer: &str) -> Self {
        let message = format!("{} is not of type \"{expected}\"", shown(value));
        Self { of_type: true, ..Self::new(pointer, message) }
    }
}

/// The tag of a union and the variants by its values.
fn discriminator(keywords: &Map<String, Value>) -> Option<(&str, &Map<String, Value>)> {
    let discriminator = keywords.get("discriminator")?;
    let mapping = discriminator.get("mapping")?.as_object().filter(|mapping| !mapping.is_empty())?;
    Some((discriminator.get("propertyName")?.as_str()?, mapping))
}

/// A union fails as a whole; what helps is why the closest of its variants failed: the one that failed deepest. There is none where
/// all failed on the value itself, unless there is only one.
fn closest(variants: Vec<Vec<Found>>, pointer: &str) -> Option<Vec<Found>> {
    let depth = |variant: &[Found]| variant.iter().map(|found| found.pointer.len()).min().unwrap_or_default();
    let only = variants.len() == 1;
    let mut closest: Option<Vec<Found>> = None;
    for variant in variants {
        if closest.as_deref().is_none_or(|closest| depth(&variant) > depth(closest)) {
            closest = Some(variant);
        }
    }
    closest.filter(|closest| only || depth(closest) > pointer.len())
}

fn is_of_type(expected: &str, value: &Value) -> bool {
    match expected {
        "string" => value.is_string(),
        "number" => value.is_number(),
        // 5.0 is an integer.
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        _ => true,
    }
}

fn number_limits(keywords: &Map<String, Value>, number: &Number) -> impl Iterator<Item = String> {
    let mut all = Vec::new();
    let limit = |key: &str| match keywords.get(key) {
        Some(Value::Number(limit)) => Some(limit.clone()),
        _ => None,
    };
    let is_exclusive = |key: &str| keywords.get(key) == Some(&Value::Bool(true));
    let width = match (keywords.get("type").and_then(Value::as_str), keywords.get("format").and_then(Value::as_str)) {
        (Some("integer"), Some("int32")) => Some((i32::MIN.into(), i32::MAX.into())),
        (Some("integer"), Some("int64")) => Some((i64::MIN.into(), i64::MAX.into())),
        _ => None,
    };
    let lowest = limit("minimum").or(width.as_ref().map(|(lowest, _): &(Number, Number)| lowest.clone()));
    let highest = limit("maximum").or(width.map(|(_, highest)| highest));
    if let Some(lowest) = lowest {
        match compare(number, &lowest) {
            Some(Ordering::Less) => all.push(format!("{number} is less than the minimum of {lowest}")),
            Some(Ordering::Equal) if is_exclusive("exclusiveMinimum") => {
                all.push(format!("{number} is not more than the exclusive minimum of {lowest}"));
            }
            _ => {}
        }
    }
    if let Some(highest) = highest {
        match compare(number, &highest) {
            Some(Ordering::Greater) => all.push(format!("{number} is more than the maximum of {highest}")),
            Some(Ordering::Equal) if is_exclusive("exclusiveMaximum") => {
                all.push(format!("{number} is not less than the exclusive maximum of {highest}"));
            }
            _ => {}
        }
    }
    if let Some(step) = limit("multipleOf")
        && !is_multiple(number, &step)
    {
        all.push(format!("{number} is not a multiple of {step}"));
    }
    all.into_iter()
}

fn item_limits(keywords: &Map<String, Value>, items: &[Value]) -> impl Iterator<Item = String> {
    let mut all: Vec<String> = count_limits(keywords, ["minItems", "maxItems"], items.len() as u64, "items").collect();
    if keywords.get("uniqueItems") == Some(&Value::Bool(true)) {
        let different: BTreeSet<String> = items.iter().map(canonical).collect();
        if different.len() < items.len() {
            all.push("an item is given twice".to_owned());
        }
    }
    all.into_iter()
}

fn member_limits(keywords: &Map<String, Value>, members: &Map<String, Value>) -> impl Iterator<Item = String> {
    let required = keywords.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut all: Vec<String> = required.filter(|name| !members.contains_key(*name)).map(missing).collect();
    all.extend(count_limits(keywords, ["minProperties", "maxProperties"], members.len() as u64, "properties"));
    all.into_iter()
}

fn count_limits(
    keywords: &Map<String, Value>,
    [least, most]: [&str; 2],
    count: u64,
    what: &str,
) -> impl Iterator<Item = String> {
    let limit = |key: &str| keywords.get(key).and_then(Value::as_u64);
    let few = limit(least)
        .filter(|least| count < *least)
        .map(|least| format!("{count} {what}, but at least {least} are needed"));
    let many =
        limit(most).filter(|most| count > *most).map(|most| format!("{count} {what}, but at most {most} are allowed"));
    few.into_iter().chain(many)
}

fn missing(name: &str) -> String {
    format!("{} is a required property", shown(&name.into()))
}

/// Whether a number is a multiple of a step, both as the decimals that they are written as.
fn is_multiple(number: &Number, step: &Number) -> bool {
    if let (Some(number), Some(step)) = (Decimal::new(number), Decimal::new(step))
        && let Some((number, step)) = number.aligned(step)
    {
        return step == 0 || number % step == 0;
    }
    // Beyond what can be told exactly nothing is said.
    true
}

/// A number as `mantissa * 10^exponent`.
struct Decimal {
    mantissa: i128,
    exponent: i32,
}

impl Decimal {
    fn new(number: &Number) -> Option<Self> {
        let text = number.to_string();
        let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let mantissa = format!("{whole}{fraction}").parse().ok()?;
        let exponent: i32 = exponent.parse().ok()?;
        Some(Self { mantissa, exponent: exponent.checked_sub(i32::try_from(fraction.len()).ok()?)? })
    }

    /// Both mantissas for the smaller exponent.
    fn aligned(self, other: Self) -> Option<(i128, i128)> {
        let exponent = self.exponent.min(other.exponent);
        let scaled = |decimal: Self| {
            let places = u32::try_from(decimal.exponent.checked_sub(exponent)?).ok()?;
            decimal.mantissa.checked_mul(10_i128.checked_pow(places)?)
        };
        Some((scaled(self)?, scaled(other)?))
    }
}

/// Whether two values are the same JSON: 1 and 1.0 are.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(_), Value::Number(_))
        | (Value::Array(_), Value::Array(_))
        | (Value::Object(_), Value::Object(_)) => canonical(left) == canonical(right),
        _ => left == right,
    }
}

/// A text that is the same for the same JSON: members in order, whole numbers without a fraction.
fn canonical(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let members: BTreeMap<&String, &Value> = members.iter().collect();
            let member =
                |(name, value): (&String, &Value)| format!("{}:{}", Value::from(name.as_str()), canonical(value));
            format!("{{{}}}", members.into_iter().map(member).collect::<Vec<_>>().join(","))
        }
        Value::Number(number) => match Decimal::new(number) {
            Some(decimal) if decimal.mantissa == 0 => "0".to_owned(),
            Some(mut decimal) => {
                while decimal.mantissa % 10 == 0 {
                    decimal.mantissa /= 10;
                    decimal.exponent += 1;
                }
                format!("{}e{}", decimal.mantissa, decimal.exponent)
            }
            None => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// A value as messages show it.
fn shown(value: &Value) -> String {
    elided(&value.to_string(), SHOWN)
}

fn is_deeper_than(depth: usize, payload: &Value) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return true;
    };
    match payload {
        Value::Array(items) => items.iter().any(|item| is_deeper_than(depth, item)),
        Value::Object(members) => members.values().any(|member| is_deeper_than(depth, member)),
        _ => false,
    }
}
