//! A value that fits a schema: for documentation, for the samples of mocks, and for tests of what has no documented payload.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToKebabCase;
use serde_json::{Map, Number, Value, json};

use crate::model::{Additional, Bound, Category, CountRange, Limits, Shape, Union, View};
use crate::spec::{COMPONENT_PREFIX, Pattern, text_format};

/// How much of an object is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Required members only.
    Required,
    /// Every member, save those that would repeat an object within itself.
    Everything,
    /// The same, until there are so many values: then nothing more that may be left out.
    UpTo(usize),
}

impl Extent {
    /// From how many values on a sample gets nothing more that may be left out.
    fn many(self) -> usize {
        match self {
            Self::Required | Self::Everything => MANY_NODES,
            Self::UpTo(values) => values.min(MANY_NODES),
        }
    }
}

/// A value that fits the schema. The same schema always gives the same value.
pub fn sample(schema: &View<'_>, extent: Extent) -> Value {
    Sampler::new(extent, None).of_schema(schema)
}

/// Whether a value that fits the schema can be made: none can of what contains itself without an end, or of which that which must be
/// there is more than [`MAX_REQUIRED`] values.
pub(crate) fn is_possible(schema: &View<'_>) -> bool {
    let mut sampler = Sampler { limit: MAX_REQUIRED, ..Sampler::new(Extent::Required, None) };
    sampler.of_schema(schema);
    !sampler.failed
}

/// How many values a sample may consist of: as many as there may be of those that must be there, and as many more.
const MAX_NODES: usize = 200_000;

/// How many values of a sample may be such that must be there.
pub(super) const MAX_REQUIRED: usize = MAX_NODES / 2;

/// How many values a sample has at most behind the last that may be left out.
const MAX_OPTIONAL: usize = MAX_REQUIRED / 2;

/// From how many values on a sample gets nothing more that may be left out.
const MANY_NODES: usize = 3_000;

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
pub fn samples(schema: &View<'_>, held: &mut Held) -> Vec<Value> {
    let mut values = Vec::new();
    let mut compared = 0;
    loop {
        let mut sampler = Sampler::new(Extent::Everything, Some(std::mem::take(held)));
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

struct Sampler<'m> {
    extent: Extent,
    /// The components that are being filled in, outermost first.
    open: Vec<&'m str>,
    /// The variants that some value holds already, by their union; `None` when the first variant will do.
    held: Option<Held>,
    /// Whether the present value holds a variant that none before it holds.
    found_new: bool,
    /// How many values there are so far, and how many there may be.
    nodes: usize,
    limit: usize,
    /// How many variants the unions without a tag have that were met.
    compared: usize,
    /// Whether what is being filled in cannot be, because it has no end or is too large. What may be left out then is.
    failed: bool,
}

impl<'m> Sampler<'m> {
    fn new(extent: Extent, held: Option<Held>) -> Self {
        Self {
            extent,
            open: Vec::new(),
            held,
            found_new: false,
            nodes: 0,
            limit: MAX_NODES,
            compared: 0,
            failed: false,
        }
    }

    fn of_schema(&mut self, schema: &View<'m>) -> Value {
        self.nodes += 1;
        if self.open.len() > MAX_OPEN || self.nodes > self.limit {
            self.failed |= !schema.nullable_here();
            return Value::Null;
        }
        if let Some(name) = schema.reference() {
            let Some(target) = schema.in_place() else {
                return Value::Null;
            };
            if let Some(text) = identifier(name, &target) {
                return Value::String(text);
            }
            self.open.push(name);
            let value = self.of_schema(&target);
            self.open.pop();
            return value;
        }
        if let Some(value) = schema.example().or_else(|| schema.values()?.first()) {
            return value.clone();
        }
        match schema.shape() {
            // A format beside a reference holds in this place only.
            Shape::AllOf(parts) => match (schema.format(), parts.first()) {
                (Some(format), _) => Value::String(of_text(schema, Some(format))),
                (None, Some(part)) => self.of_schema(part),
                (None, None) => json!("value"),
            },
            Shape::Union(union) => self.union(&union),
            Shape::Text { format } => Value::String(of_text(schema, format)),
            Shape::Integer { .. } => of_number(&schema.limits(), true),
            Shape::Number { .. } => of_number(&schema.limits(), false),
            Shape::Boolean => json!(true),
            Shape::List { items } => {
                let items = items.unwrap_or_else(|| schema.anything());
                self.list(&items, schema.limits().items)
            }
            Shape::Object { properties, required, additional } => {
                self.object(schema, properties, &required.into_iter().collect(), &additional)
            }
            Shape::Map { values } => self.object(schema, Vec::new(), &BTreeSet::new(), &values),
            // A reference has been followed.
            Shape::Reference(_) | Shape::Anything => json!("value"),
        }
    }

    /// Whether a schema refers to something that is being filled in already.
    fn repeats(&self, schema: &View<'m>) -> bool {
        let direct = schema.reference();
        let wrapped = schema.parts().first().and_then(View::reference);
        let items = schema.items().and_then(|items| items.reference());
        [direct, wrapped, items].into_iter().flatten().any(|name| self.open.contains(&name))
    }

    fn list(&mut self, items: &View<'m>, count: CountRange) -> Value {
        let least = count.least.and_then(|least| usize::try_from(least).ok()).unwrap_or_default();
        // A list within a list of the same kind ends empty.
        if least == 0 && (self.repeats(items) || self.nodes > self.extent.many()) {
            return json!([]);
        }
        let limit = self.limit;
        if least == 0 {
            self.limit = limit.min(MAX_OPTIONAL);
        }
        let mut values = Vec::new();
        while values.len() < least.max(1) && !self.failed {
            values.push(self.of_schema(items));
        }
        self.limit = limit;
        if least == 0 && std::mem::take(&mut self.failed) {
            values.clear();
        }
        Value::Array(values)
    }

    fn union(&mut self, union: &Union<'m>) -> Value {
        if union.tag.is_none() {
            self.compared += union.variants.len();
        }
        let Some(variant) = self.choose(&union.variants) else {
            return Value::Null;
        };
        let mut value = self.of_schema(variant);
        if let (Some(object), Some(tag), Some(name)) = (value.as_object_mut(), union.tag, variant.reference()) {
            let leads_here = |reference: &str| reference.strip_prefix(COMPONENT_PREFIX) == Some(name);
            let tags = union.mapping.iter().filter(|(_, reference)| leads_here(reference)).map(|(wire, _)| *wire);
            if let Some(first) = tags.min() {
                object.insert(tag.to_owned(), json!(first));
            }
        }
        value
    }

    /// The variant to fill in: where all are wanted, one that no value holds yet, or else one with such a variant within it.
    fn choose<'u>(&mut self, variants: &'u [View<'m>]) -> Option<&'u View<'m>> {
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
    fn leads_to_new(&self, schema: &View<'m>, held: &mut Held) -> bool {
        let mut seen: BTreeSet<&str> = self.open.iter().copied().collect();
        let mut open = vec![schema.clone()];
        while let Some(schema) = open.pop() {
            held.effort += 1;
            if held.effort > MAX_EFFORT {
                return false;
            }
            match schema.shape() {
                Shape::Reference(name) => {
                    if let Some(target) = schema.in_place().filter(|_| seen.insert(name)) {
                        if held.first_new(name) < target.union().map_or(0, |union| union.variants.len()) {
                            return true;
                        }
                        open.push(target);
                    }
                }
                Shape::Union(union) => open.extend(union.variants),
                Shape::AllOf(parts) => open.extend(parts),
                Shape::List { items } => open.extend(items),
                Shape::Object { properties, additional, .. } => {
                    open.extend(properties.into_iter().map(|(_, member)| member));
                    open.extend(values_of(additional));
                }
                Shape::Map { values } => open.extend(values_of(values)),
                Shape::Text { .. }
                | Shape::Integer { .. }
                | Shape::Number { .. }
                | Shape::Boolean
                | Shape::Anything => {}
            }
        }
        false
    }

    fn object(
        &mut self,
        schema: &View<'m>,
        mut properties: Vec<(&'m str, View<'m>)>,
        required: &BTreeSet<&str>,
        additional: &Additional<'m>,
    ) -> Value {
        let mut value = Map::new();
        properties.sort_by_key(|(name, _)| *name);
        let minimum = schema.limits().members.least.unwrap_or_default();
        for (name, member) in properties {
            let needed = required.contains(name);
            let wanted =
                (self.extent != Extent::Required && self.nodes <= self.extent.many()) || (value.len() as u64) < minimum;
            // Where all is wanted, a list of what is being filled in is there, and empty.
            let ends_empty = self.held.is_some() && member.items().is_some();
            if needed || (wanted && (ends_empty || !self.repeats(&member))) {
                let limit = self.limit;
                if !needed {
                    self.limit = limit.min(MAX_OPTIONAL);
                }
                let member = self.of_schema(&member);
                self.limit = limit;
                if needed || !std::mem::take(&mut self.failed) {
                    value.insert(name.to_owned(), member);
                }
            }
        }
        if let Additional::Values(values) = additional {
            // A name that no member has.
            let mut key = "key".to_owned();
            while schema.property(&key).is_some() {
                key.push('s');
            }
            value.insert(key, self.of_schema(values));
        }
        Value::Object(value)
    }
}

/// The schema of values without a name of their own.
fn values_of(additional: Additional<'_>) -> Option<View<'_>> {
    match additional {
        Additional::Values(values) => Some(values),
        Additional::Unsaid | Additional::Refused | Additional::Any => None,
    }
}

/// What stands for an identifier or address without a documented form: its own name.
fn identifier(name: &str, schema: &View<'_>) -> Option<String> {
    let is_plain = matches!(schema.category(), Category::Text { format: None })
        && schema.values().is_none()
        && schema.pattern().is_none()
        && schema.example().is_none()
        && schema.length() == CountRange::default();
    if !is_plain {
        return None;
    }
    match schema.extensions().resource {
        Some(resource) => Some(resource.path.replace(['{', '}'], "")),
        None => Some(name.rsplit('/').next().unwrap_or(name).to_kebab_case()),
    }
}

/// A number within the bounds and of the step that a schema asks for: one or 1.5 where that is allowed, or else as near to the lower
/// bound as may be. Counted in whole units of the smallest digit, so that nothing is rounded.
fn of_number(limits: &Limits, is_integer: bool) -> Value {
    let bound = |bound: &Option<Bound>| Some((decimal(&bound.as_ref()?.value)?, bound.as_ref()?.exclusive));
    let (low, high) = (bound(&limits.minimum), bound(&limits.maximum));
    let step = limits.multiple_of.first().and_then(decimal);
    let given = [low.map(|(low, _)| low), high.map(|(high, _)| high), step];
    let most_digits = given.into_iter().flatten().map(|(_, digits)| digits).max().unwrap_or(0);
    // One digit more than is asked for, so that something lies between bounds that are excluded themselves.
    let digits = if is_integer { most_digits } else { most_digits.max(1) + 1 };
    let units = |(number, own): (i128, u32)| number.saturating_mul(10_i128.saturating_pow(digits - own));
    let one = units((1, 0));
    let low_units = low.map(|(low, exclusive)| units(low).saturating_add(i128::from(exclusive)));
    let high_units = high.map_or(i128::MAX, |(high, exclusive)| units(high).saturating_sub(i128::from(exclusive)));
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
fn decimal(number: &Number) -> Option<(i128, u32)> {
    let text = number.to_string();
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = i32::try_from(fraction.len()).ok()?.checked_sub(exponent.parse().ok()?)?;
    let number: i128 = format!("{whole}{fraction}").parse().ok()?;
    match u32::try_from(digits) {
        Ok(digits) => (digits <= 15).then_some((number, digits)),
        Err(_) => Some((number.checked_mul(10_i128.checked_pow(digits.unsigned_abs())?)?, 0)),
    }
}

fn of_text(schema: &View<'_>, format: Option<&str>) -> String {
    if let Some(format) = format.and_then(text_format).filter(|format| !format.sample.is_empty()) {
        return format.sample.to_owned();
    }
    if let Some(pattern) = schema.pattern() {
        return fitting(schema.length(), pattern);
    }
    let mut text = "text".to_owned();
    let limit = |limit: Option<u64>| limit.and_then(|limit| usize::try_from(limit).ok());
    let length = schema.length();
    while text.len() < limit(length.least).unwrap_or(0).min(MAX_TEXT) {
        text.push('x');
    }
    text.truncate(limit(length.most).unwrap_or(usize::MAX));
    text
}

/// A text that fits a pattern: the first of a handful of common forms that does, and that is neither too short nor too long if any
/// is.
fn fitting(length: CountRange, pattern: &str) -> String {
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
    let has_length = |text: &&&str| {
        let count = text.len() as u64;
        length.least.is_none_or(|least| least <= count) && length.most.is_none_or(|most| count <= most)
    };
    let pattern = Pattern::new(pattern).ok();
    let fits = |text: &&&str| pattern.as_ref().is_some_and(|pattern| pattern.is_match(text));
    let form = forms.iter().filter(fits).find(has_length).or_else(|| forms.iter().find(fits));
    form.copied().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Extent, sample};
    use crate::model::Model;

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
            let model = Model::of_schemas(&json!({ "It": schema }));
            let view = model.component("It").expect("it is there");
            assert_eq!(sample(&view, Extent::Everything).to_string(), expected, "{schema}");
        }
    }
}
