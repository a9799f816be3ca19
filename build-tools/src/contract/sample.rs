//! A value that fits a schema, for documentation, wire tests and statuses without a documented payload.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToKebabCase;
use serde_json::{Map, Value, json};

use crate::passes::resolve;
use crate::spec::Pattern;

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
    Sampler::new(document, extent, None).of_schema(schema)
}

/// Whether a value that fits the schema can be made: none can of what contains itself without an end, or of more than
/// [`MAX_NODES`] values.
pub(super) fn is_possible(document: &Value, schema: &Value) -> bool {
    let mut sampler = Sampler::new(document, Extent::Everything, None);
    sampler.of_schema(schema);
    !sampler.failed
}

/// How many values a sample may consist of.
pub(super) const MAX_NODES: usize = 200_000;

/// From how many values on a sample gets nothing more that may be left out.
const MANY_NODES: usize = 50_000;

/// How many references a sample follows into each other.
const MAX_OPEN: usize = 32;

/// The longest text of a sample.
const MAX_TEXT: usize = 10_000;

/// How many values all further samples of a vendor may have: those that are made for the sake of variants alone.
const MAX_FURTHER: usize = 2_000_000;

/// How many variants of unions without a tag all samples of one body may have beside each other: each change of a sample is compared
/// with all of them. What is not reached then is counted as such.
const MAX_COMPARED: usize = 15_000;

/// How many schemas are looked at for variants that no sample holds.
const MAX_EFFORT: usize = 2_000_000;

/// The variants of unions that samples hold already.
#[derive(Clone, Debug, Default)]
pub struct Held {
    unions: BTreeMap<String, Variants>,
    /// How many values the samples have, and how many schemas were looked at for variants.
    nodes: usize,
    effort: usize,
}

/// The variants of a union that samples hold.
#[derive(Clone, Debug, Default)]
struct Variants {
    held: BTreeSet<usize>,
    /// The first that none holds.
    first: usize,
}

/// A value with every member, and as many more as hold variants of unions that no earlier sample holds, save those that would
/// repeat an object within itself.
pub fn samples(document: &Value, schema: &Value, held: &mut Held) -> Vec<Value> {
    let mut values = Vec::new();
    let mut compared = 0;
    loop {
        let mut sampler = Sampler::new(document, Extent::Everything, Some(std::mem::take(held)));
        let value = sampler.of_schema(schema);
        *held = sampler.held.unwrap_or_default();
        if !values.is_empty() && !sampler.found_new {
            return values;
        }
        values.push(value);
        held.nodes = held.nodes.saturating_add(sampler.nodes);
        compared += sampler.compared;
        if held.nodes > MAX_FURTHER || compared > MAX_COMPARED {
            return values;
        }
    }
}

impl Held {
    fn has(&self, union: &str, variant: usize) -> bool {
        self.unions.get(union).is_some_and(|variants| variants.held.contains(&variant))
    }

    /// The first variant of a union that no sample holds.
    fn first_new(&self, union: &str) -> usize {
        self.unions.get(union).map_or(0, |variants| variants.first)
    }

    /// Whether the variant is new.
    fn hold(&mut self, union: &str, variant: usize) -> bool {
        let variants = match self.unions.get_mut(union) {
            Some(variants) => variants,
            None => self.unions.entry(union.to_owned()).or_default(),
        };
        let is_new = variants.held.insert(variant);
        while variants.held.contains(&variants.first) {
            variants.first += 1;
        }
        is_new
    }
}

struct Sampler<'d> {
    document: &'d Value,
    extent: Extent,
    /// The references that are being filled in, outermost first.
    open: Vec<&'d str>,
    /// The variants that some value holds already, by their union; `None` when the first variant will do.
    held: Option<Held>,
    /// Whether the present value holds a variant that none before it holds.
    found_new: bool,
    /// How many values there are so far.
    nodes: usize,
    /// How many variants the unions without a tag have that were met.
    compared: usize,
    /// Whether what is being filled in cannot be, because it has no end or is too large. What may be left out then is.
    failed: bool,
}

impl<'d> Sampler<'d> {
    fn new(document: &'d Value, extent: Extent, held: Option<Held>) -> Self {
        Self { document, extent, open: Vec::new(), held, found_new: false, nodes: 0, compared: 0, failed: false }
    }

    fn of_schema(&mut self, schema: &'d Value) -> Value {
        self.nodes += 1;
        if self.open.len() > MAX_OPEN || self.nodes > MAX_NODES {
            self.failed |= schema["nullable"] != true;
            return Value::Null;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let Some(target) = resolve(self.document, schema) else {
                return Value::Null;
            };
            if let Some(text) = identifier(reference, target) {
                return Value::String(text);
            }
            self.open.push(reference);
            let value = self.of_schema(target);
            self.open.pop();
            return value;
        }
        if let Some(example) = schema.get("example") {
            return example.clone();
        }
        if let Some(value) = schema.get("enum").and_then(|values| values.get(0)) {
            return value.clone();
        }
        if let Some(part) = schema.get("allOf").and_then(|parts| parts.get(0)) {
            // A format beside a reference holds in this place only.
            if let Some(format) = schema.get("format").and_then(Value::as_str) {
                return Value::String(of_text(schema, format));
            }
            return self.of_schema(part);
        }
        if let Some(variants) = variants(schema) {
            return self.union(schema, variants);
        }
        let number = |key: &str| schema.get(key).and_then(Value::as_i64);
        match (schema["type"].as_str().unwrap_or_default(), schema["format"].as_str().unwrap_or_default()) {
            ("string", format) => Value::String(of_text(schema, format)),
            ("integer", _) => of_number(schema, true),
            ("number", _) => of_number(schema, false),
            ("boolean", _) => json!(true),
            ("array", _) => {
                let least = usize::try_from(number("minItems").unwrap_or(0)).unwrap_or_default();
                let items = schema.get("items").unwrap_or(&Value::Null);
                // A list within a list of the same kind ends empty.
                if least == 0 && (self.repeats(items) || self.nodes > MANY_NODES) {
                    return json!([]);
                }
                let mut values = Vec::new();
                while values.len() < least.max(1) && !self.failed {
                    values.push(self.of_schema(items));
                }
                if least == 0 && std::mem::take(&mut self.failed) {
                    values.clear();
                }
                Value::Array(values)
            }
            ("object", _) => self.object(schema),
            _ => json!("value"),
        }
    }

    /// Whether a schema refers to something that is being filled in already.
    fn repeats(&self, schema: &Value) -> bool {
        let direct = schema.get("$ref").and_then(Value::as_str);
        let wrapped = schema["allOf"][0].get("$ref").and_then(Value::as_str);
        let items = schema["items"].get("$ref").and_then(Value::as_str);
        [direct, wrapped, items].into_iter().flatten().any(|reference| self.open.contains(&reference))
    }

    fn union(&mut self, schema: &'d Value, variants: &'d [Value]) -> Value {
        if schema.get("discriminator").is_none() {
            self.compared += variants.len();
        }
        let Some(variant) = self.choose(variants) else {
            return Value::Null;
        };
        let mut value = self.of_schema(variant);
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

    /// The variant to fill in: where all are wanted, one that no value holds yet, or else one with such a variant within it.
    fn choose(&mut self, variants: &'d [Value]) -> Option<&'d Value> {
        let held = self.held.take();
        let free = |index: &usize| variants.get(*index).is_some_and(|variant| !self.repeats(variant));
        let mut index = (0..variants.len()).find(free).unwrap_or(0);
        if let Some(mut held) = held {
            let union = self.open.last().copied().unwrap_or_default();
            index = (held.first_new(union)..variants.len())
                .filter(free)
                .find(|index| !held.has(union, *index))
                .or_else(|| {
                    let mut others = (0..variants.len()).filter(free);
                    others.find(|index| self.leads_to_new(&variants[*index], &mut held))
                })
                .unwrap_or(index);
            self.found_new |= held.hold(union, index);
            self.held = Some(held);
        }
        variants.get(index)
    }

    /// Whether somewhere within a schema a union has a variant that no value holds yet. Of a document that was made to make this
    /// long, some are not found.
    fn leads_to_new(&self, schema: &'d Value, held: &mut Held) -> bool {
        let mut seen: BTreeSet<&str> = self.open.iter().copied().collect();
        let mut open = vec![schema];
        while let Some(schema) = open.pop() {
            held.effort += 1;
            if held.effort > MAX_EFFORT {
                return false;
            }
            if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
                if let Some(target) = resolve(self.document, schema).filter(|_| seen.insert(reference)) {
                    if held.first_new(reference) < variants(target).map_or(0, <[Value]>::len) {
                        return true;
                    }
                    open.push(target);
                }
                continue;
            }
            let keys = ["allOf", "oneOf", "anyOf"].into_iter();
            open.extend(keys.filter_map(|key| schema.get(key)?.as_array()).flatten());
            open.extend(schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::values));
            open.extend(["items", "additionalProperties"].into_iter().filter_map(|key| schema.get(key)));
        }
        false
    }

    fn object(&mut self, schema: &'d Value) -> Value {
        let mut value = Map::new();
        let required: BTreeSet<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut members: Vec<_> = schema["properties"].as_object().into_iter().flatten().collect();
        members.sort_by_key(|(name, _)| *name);
        let minimum = schema["minProperties"].as_u64().unwrap_or(0);
        for (name, member) in members {
            let needed = required.contains(name.as_str());
            let wanted =
                (self.extent == Extent::Everything && self.nodes <= MANY_NODES) || (value.len() as u64) < minimum;
            // Where all is wanted, a list of what is being filled in is there, and empty.
            let ends_empty = self.held.is_some() && member.get("items").is_some();
            if needed || (wanted && (ends_empty || !self.repeats(member))) {
                let member = self.of_schema(member);
                if needed || !std::mem::take(&mut self.failed) {
                    value.insert(name.clone(), member);
                }
            }
        }
        if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
            // A name that no member has.
            let mut key = "key".to_owned();
            while schema["properties"].get(&key).is_some() {
                key.push('s');
            }
            value.insert(key, self.of_schema(values));
        }
        Value::Object(value)
    }
}

/// The variants of a union.
fn variants(schema: &Value) -> Option<&[Value]> {
    schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array).map(Vec::as_slice)
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

/// A number within the bounds and of the step that a schema asks for: one or 1.5 where that is allowed, or else as near to the lower
/// bound as may be. Counted in whole units of the smallest digit, so that nothing is rounded.
fn of_number(schema: &Value, is_integer: bool) -> Value {
    let given = |key: &str| schema.get(key).and_then(Value::as_number).and_then(|number| decimal(&number.to_string()));
    let (low, high, step) = (given("minimum"), given("maximum"), given("multipleOf"));
    let most_digits = [low, high, step].into_iter().flatten().map(|(_, digits)| digits).max().unwrap_or(0);
    // One digit more than is asked for, so that something lies between bounds that are excluded themselves.
    let digits = if is_integer { most_digits } else { most_digits.max(1) + 1 };
    let units = |(number, own): (i128, u32)| number.saturating_mul(10_i128.saturating_pow(digits - own));
    let excluded = |key: &str| i128::from(schema.get(key).and_then(Value::as_bool).unwrap_or_default());
    let one = units((1, 0));
    let low_units = low.map(|low| units(low).saturating_add(excluded("exclusiveMinimum")));
    let high_units = high.map_or(i128::MAX, |high| units(high).saturating_sub(excluded("exclusiveMaximum")));
    let wanted = match low_units {
        Some(low) if is_integer => low.max(one),
        Some(low) => low,
        None if is_integer => one,
        None => one + one / 2,
    };
    let step = step.map_or(if is_integer { one } else { 1 }, units).max(1);
    let above = wanted.min(high_units).saturating_add(step - 1).div_euclid(step).saturating_mul(step);
    let number = if above > high_units { high_units.div_euclid(step).saturating_mul(step) } else { above };
    let scale = 10_i128.saturating_pow(digits);
    let (whole, fraction) =
        (number.unsigned_abs() / scale.unsigned_abs(), number.unsigned_abs() % scale.unsigned_abs());
    let width = usize::try_from(digits).unwrap_or_default();
    let text = format!("{}{whole}.{fraction:0width$}", if number < 0 { "-" } else { "" });
    text.trim_end_matches('0').trim_end_matches('.').parse().map_or(json!(1), Value::Number)
}

/// The digits of a number without its point, and how many of them stand behind it; `None` for numbers too large or small to count.
fn decimal(text: &str) -> Option<(i128, u32)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = i32::try_from(fraction.len()).ok()?.checked_sub(exponent.parse().ok()?)?;
    let number: i128 = format!("{whole}{fraction}").parse().ok()?;
    match u32::try_from(digits) {
        Ok(digits) => (digits <= 15).then_some((number, digits)),
        Err(_) => Some((number.checked_mul(10_i128.checked_pow(digits.unsigned_abs())?)?, 0)),
    }
}

fn of_text(schema: &Value, format: &str) -> String {
    let text = match format {
        "date" => return "2024-02-29".to_owned(),
        "date-time" => return "2024-02-29T12:30:00Z".to_owned(),
        "utc-date-time" => return "2024-02-29 12:30:00".to_owned(),
        "uuid" => return "497f6eca-6276-4993-bfeb-53cbbbba6f08".to_owned(),
        "decimal" => return "12.50".to_owned(),
        "email" => return "ann@example.com".to_owned(),
        "uri" => return "https://example.com/file".to_owned(),
        "byte" => return "dGV4dA==".to_owned(),
        _ => match schema["pattern"].as_str() {
            Some(pattern) => fitting(schema, pattern),
            None => "text".to_owned(),
        },
    };
    let length = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
    let mut text = text;
    if schema.get("pattern").is_none() {
        while text.len() < length("minLength").unwrap_or(0).min(MAX_TEXT) {
            text.push('x');
        }
        text.truncate(length("maxLength").unwrap_or(usize::MAX));
    }
    text
}

/// A text that fits a pattern: the first of a handful of common forms that does, and that is neither too short nor too long if any
/// is.
fn fitting(schema: &Value, pattern: &str) -> String {
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
    let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
    let has_length = |text: &&&str| {
        let length = text.len() as u64;
        limit("minLength").is_none_or(|least| least <= length) && limit("maxLength").is_none_or(|most| length <= most)
    };
    let pattern = Pattern::new(pattern).ok();
    let fits = |text: &&&str| pattern.as_ref().is_some_and(|pattern| pattern.is_match(text));
    let form = forms.iter().filter(fits).find(has_length).or_else(|| forms.iter().find(fits));
    form.copied().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Extent, sample};

    #[test]
    fn numbers_are_within_bounds_and_multiples_of_the_step() {
        let cases = [
            (json!({"type": "integer"}), "1"),
            (json!({"type": "integer", "minimum": 0, "maximum": 100}), "1"),
            (json!({"type": "integer", "minimum": 7, "maximum": 91, "multipleOf": 7}), "7"),
            (json!({"type": "integer", "minimum": 8, "multipleOf": 7}), "14"),
            (json!({"type": "integer", "minimum": 1, "exclusiveMinimum": true}), "2"),
            (json!({"type": "integer", "maximum": -3}), "-3"),
            (json!({"type": "integer", "maximum": -3, "multipleOf": 2}), "-4"),
            (json!({"type": "integer", "minimum": 9_007_199_254_740_993_i64}), "9007199254740993"),
            (json!({"type": "integer", "minimum": u64::MAX}), "18446744073709551615"),
            (json!({"type": "number"}), "1.5"),
            (json!({"type": "number", "multipleOf": 0.01}), "1.5"),
            (json!({"type": "number", "multipleOf": 1000}), "1000"),
            (json!({"type": "number", "minimum": 0}), "0"),
            (json!({"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1}), "0.01"),
            (json!({"type": "number", "minimum": 0.5, "exclusiveMinimum": true, "multipleOf": 0.25}), "0.75"),
            (json!({"type": "number", "maximum": 0.3}), "0.3"),
            (json!({"type": "number", "maximum": -0.25}), "-0.25"),
            (json!({"type": "number", "minimum": -1e300, "maximum": 1e300}), "1.5"),
        ];
        for (schema, expected) in cases {
            assert_eq!(sample(&Value::Null, &schema, Extent::Everything).to_string(), expected, "{schema}");
        }
    }
}
