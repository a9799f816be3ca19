//! Objects that are joined by `allOf`: what their parts say together.
//!
//! A value of a joined object is one of every part. So members that several parts have are intersected: of two limits the stricter
//! holds, of two lists of values what is in both, null only where all allow it, and what one part marks as sensitive or deprecated is.
//! Where nothing is left, or no schema could say it, the parts disagree. The linter reports that, and the pass `merge-all-of` writes
//! the joined object, by the same functions.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use indexmap::{IndexMap, IndexSet};
use serde_json::{Map, Value, json};

use super::escape;
use crate::spec::numbers::{compare, integer};
use crate::spec::reference::{self, MAX_REFERENCES, follow, only_part};
use crate::spec::{TextFormat, text_format};

/// Two parts of a joined object that no value can fit, or whose intersection no schema says.
#[derive(Clone, Debug)]
pub(crate) struct Disagreement {
    /// Where the later part says it, as a JSON pointer.
    pub(crate) pointer: String,
    /// Where the earlier part says something else.
    pub(crate) other: String,
    pub(crate) message: String,
}

/// A joined object as one schema.
#[derive(Clone, Debug)]
pub(crate) struct Joined {
    pub(crate) schema: Map<String, Value>,
    /// Whether several parts have the same member and say different things about it.
    pub(crate) overlaps: bool,
    pub(crate) disagreements: Vec<Disagreement>,
}

/// Keywords that restrict an object as a whole: beside an `allOf` of one reference they make another object of it.
pub(crate) const OF_OBJECTS: [&str; 5] =
    ["properties", "required", "additionalProperties", "minProperties", "maxProperties"];

/// What describes and does not restrict. The last part that has it is the one that is meant.
const PROSE: [&str; 4] = ["description", "example", "externalDocs", "title"];

/// The component of that name as one object; `None` when it is not joined by `allOf`.
pub(crate) fn joined(document: &Value, name: &str) -> Option<Joined> {
    let pointer = format!("/components/schemas/{}", escape(name));
    let schema = document.pointer(&pointer)?;
    if !is_joined(schema) {
        return None;
    }
    let mut parts = Vec::new();
    collect(document, schema, &pointer, 0, &mut BTreeSet::new(), &mut parts);
    Some(join(document, name, &parts))
}

/// Whether an `allOf` makes a new object, and is not how a reference gets a description.
fn is_joined(schema: &Value) -> bool {
    let parts = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
    parts > 1 || (parts == 1 && OF_OBJECTS.iter().any(|keyword| schema.get(keyword).is_some()))
}

/// One part: its own keywords, and where they stand.
struct Part<'d> {
    keywords: &'d Map<String, Value>,
    pointer: String,
}

/// The parts in the order in which they count, the outermost last. The same part by two ways says nothing new, so that the work is
/// linear in the document however often parts are shared.
fn collect<'d>(
    document: &'d Value,
    schema: &'d Value,
    pointer: &str,
    depth: usize,
    seen: &mut BTreeSet<String>,
    parts: &mut Vec<Part<'d>>,
) {
    let pointer = reference::reference(schema).and_then(|reference| reference.strip_prefix('#')).unwrap_or(pointer);
    if depth > MAX_REFERENCES || !seen.insert(pointer.to_owned()) {
        return;
    }
    let Some(keywords) = follow(document, schema).and_then(Value::as_object) else { return };
    for (index, part) in keywords.get("allOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
        collect(document, part, &format!("{pointer}/allOf/{index}"), depth + 1, seen, parts);
    }
    parts.push(Part { keywords, pointer: pointer.to_owned() });
}

fn join(document: &Value, name: &str, parts: &[Part<'_>]) -> Joined {
    let mut joined = Joined { schema: Map::new(), overlaps: false, disagreements: Vec::new() };
    let mut members: IndexMap<&String, (Value, String)> = IndexMap::new();
    let mut required: IndexSet<&str> = IndexSet::new();
    let mut whole: (Map<String, Value>, &str) = (Map::new(), "");
    for (index, part) in parts.iter().enumerate() {
        let outermost = index + 1 == parts.len();
        let sensitive = !outermost && flag(part.keywords, "x-sensitive");
        for (member, schema) in part.keywords.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let pointer = format!("{}/properties/{}", part.pointer, escape(member));
            let schema = if sensitive { marked(schema) } else { schema.clone() };
            let Some((before, place)) = members.get(member) else {
                members.insert(member, (schema, pointer));
                continue;
            };
            joined.overlaps |= *before != schema;
            match intersection(document, before, &schema, 0) {
                Ok(both) => {
                    members.insert(member, (both, pointer));
                }
                Err(reason) => joined.disagreements.push(Disagreement {
                    pointer,
                    other: place.clone(),
                    message: format!("the parts of `{name}` disagree on `{member}`: {reason}"),
                }),
            }
        }
        let names = part.keywords.get("required").and_then(Value::as_array);
        required.extend(names.into_iter().flatten().filter_map(Value::as_str));
        // What a part says about itself is not said about the whole: its prose, its name, whether it may be null.
        let mut own = part.keywords.clone();
        own.retain(|keyword, _| {
            let joins = ["allOf", "properties", "required", "type"].contains(&keyword.as_str());
            let of_itself = PROSE.contains(&keyword.as_str())
                || ["default", "nullable", "x-rust-name", "x-sensitive"].contains(&keyword.as_str());
            !joins && (outermost || !of_itself)
        });
        let nullable = own.shift_remove("nullable");
        match keywords(document, &whole.0, &own, 0) {
            Ok(both) => whole = (both, &part.pointer),
            Err(reason) => joined.disagreements.push(Disagreement {
                pointer: part.pointer.clone(),
                other: whole.1.to_owned(),
                message: format!("the parts of `{name}` disagree: {reason}"),
            }),
        }
        whole.0.extend(nullable.map(|nullable| ("nullable".to_owned(), nullable)));
    }
    joined.schema = whole.0;
    joined.schema.insert("type".to_owned(), json!("object"));
    let members: Map<String, Value> =
        members.into_iter().map(|(member, (schema, _))| (member.clone(), schema)).collect();
    joined.schema.insert("properties".to_owned(), Value::Object(members));
    if !required.is_empty() {
        joined.schema.insert("required".to_owned(), json!(required));
    }
    joined
}

/// The schema with a mark that it is sensitive.
fn marked(schema: &Value) -> Value {
    let mut keywords = schema.as_object().cloned().unwrap_or_default();
    if let Some(reference) = keywords.shift_remove("$ref") {
        keywords.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
    keywords.insert("x-sensitive".to_owned(), json!(true));
    Value::Object(keywords)
}

/// What fits both schemas of a member, or why nothing does or no schema says it.
fn intersection(document: &Value, left: &Value, right: &Value, depth: usize) -> Result<Value, String> {
    if left == right {
        return Ok(left.clone());
    }
    if depth > MAX_REFERENCES {
        return Err("it is nested too deeply".to_owned());
    }
    let (Some(left_keywords), Some(right_keywords)) = (left.as_object(), right.as_object()) else {
        // `additionalProperties` may be a truth value; both are open then, or what is a schema holds.
        return Ok(if left.is_object() { left.clone() } else { right.clone() });
    };
    match (reference(left), reference(right)) {
        (None, None) => keywords(document, left_keywords, right_keywords, depth).map(Value::Object),
        (Some(one), Some(other)) if one == other => {
            Ok(described(one, keywords(document, &beside(left_keywords), &beside(right_keywords), depth)?))
        }
        (Some(one), Some(other)) => {
            let name = |reference: &str| reference.rsplit('/').next().unwrap_or_default().to_owned();
            Err(format!("it is `{}` in one and `{}` in the other", name(one), name(other)))
        }
        (Some(one), None) => narrowed(document, one, &beside(left_keywords), right_keywords, depth),
        (None, Some(other)) => narrowed(document, other, &beside(right_keywords), left_keywords, depth),
    }
}

/// The reference of a schema that is one, or that only adds to one.
fn reference(schema: &Value) -> Option<&str> {
    reference::reference(only_part(schema).unwrap_or(schema))
}

fn beside(keywords: &Map<String, Value>) -> Map<String, Value> {
    let others = keywords.iter().filter(|(keyword, _)| !["$ref", "allOf"].contains(&keyword.as_str()));
    others.map(|(keyword, value)| (keyword.clone(), value.clone())).collect()
}

/// A reference with what stands beside it.
fn described(reference: &str, beside: Map<String, Value>) -> Value {
    if beside.is_empty() {
        return json!({ "$ref": reference });
    }
    let mut keywords = Map::new();
    keywords.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    keywords.extend(beside);
    Value::Object(keywords)
}

/// A component and a schema in place that narrows it: by limits, or to one of its values.
fn narrowed(
    document: &Value,
    reference: &str,
    beside: &Map<String, Value>,
    in_place: &Map<String, Value>,
    depth: usize,
) -> Result<Value, String> {
    let name = reference.rsplit('/').next().unwrap_or_default();
    let source = json!({ "$ref": reference });
    let target = follow(document, &source).and_then(Value::as_object).ok_or("its reference leads nowhere")?;
    let differs = || Err(format!("it is `{name}` in one and written in place in the other"));
    let mut own = in_place.clone();
    for keyword in ["type", "format"] {
        match (target.get(keyword), own.shift_remove(keyword)) {
            (Some(one), Some(other)) if *one != other => {
                return Err(format!("`{keyword}` is {one} in one and {other} in the other"));
            }
            (None, Some(limit)) if limit.as_str().and_then(text_format).is_some_and(TextFormat::is_limit) => {
                own.insert(keyword.to_owned(), limit);
            }
            (None, Some(_)) => return differs(),
            _ => {}
        }
    }
    let values = target.get("enum").and_then(Value::as_array);
    if let (Some(values), Some([only])) = (values, own.get("enum").and_then(Value::as_array).map(Vec::as_slice)) {
        if !values.contains(only) {
            return Err(format!("{only} is none of the values of `{name}`"));
        }
        let mut constant = keywords(document, beside, &own, depth)?;
        constant.insert("type".to_owned(), target.get("type").cloned().unwrap_or_else(|| json!("string")));
        if flag(target, "x-sensitive") {
            constant.insert("x-sensitive".to_owned(), json!(true));
        }
        return Ok(Value::Object(constant));
    }
    let limits = |keyword: &str| {
        LEAST.contains(&keyword)
            || MOST.contains(&keyword)
            || EITHER.contains(&keyword)
            || PROSE.contains(&keyword)
            || ["default", "format", "multipleOf", "nullable", "pattern", "x-rust-name"].contains(&keyword)
            || keyword.starts_with("exclusive")
    };
    let of_object =
        target.get("properties").is_some() || target.get("oneOf").is_some() || target.get("anyOf").is_some();
    if own.keys().all(|keyword| limits(keyword)) && (!of_object || in_place.get("type").is_none()) {
        return Ok(described(reference, keywords(document, beside, &own, depth)?));
    }
    differs()
}

/// Limits of which the greater holds, and of which the smaller.
const LEAST: [&str; 4] = ["minItems", "minLength", "minProperties", "minimum"];
const MOST: [&str; 4] = ["maxItems", "maxLength", "maxProperties", "maximum"];

/// What holds when either says so.
const EITHER: [&str; 3] = ["deprecated", "uniqueItems", "x-sensitive"];

/// The keywords of two schemas together.
fn keywords(
    document: &Value,
    left: &Map<String, Value>,
    right: &Map<String, Value>,
    depth: usize,
) -> Result<Map<String, Value>, String> {
    let mut both = left.clone();
    for (keyword, other) in right {
        let Some(one) = left.get(keyword) else {
            both.insert(keyword.clone(), other.clone());
            continue;
        };
        let value = match keyword.as_str() {
            _ if one == other => one.clone(),
            word if PROSE.contains(&word) => other.clone(),
            word if EITHER.contains(&word) => json!(one == &json!(true) || other == &json!(true)),
            "nullable" | "exclusiveMinimum" | "exclusiveMaximum" => one.clone(),
            word if LEAST.contains(&word) => stricter(one, other, Ordering::Greater),
            word if MOST.contains(&word) => stricter(one, other, Ordering::Less),
            "multipleOf" => common_multiple(one, other)
                .ok_or_else(|| format!("a multiple of {one} in one and of {other} in the other"))?,
            "type" => match (one.as_str(), other.as_str()) {
                (Some("integer"), Some("number")) | (Some("number"), Some("integer")) => json!("integer"),
                _ => return Err(format!("`type` is {one} in one and {other} in the other")),
            },
            "format" => match (one.as_str(), other.as_str()) {
                (Some("int32"), Some("int64")) | (Some("int64"), Some("int32")) => json!("int32"),
                (Some("float"), Some("double")) | (Some("double"), Some("float")) => json!("float"),
                _ => return Err(format!("`format` is {one} in one and {other} in the other")),
            },
            "enum" => {
                let (one, other) = (one.as_array(), other.as_array());
                let common: Vec<&Value> = one
                    .into_iter()
                    .flatten()
                    .filter(|value| other.is_some_and(|other| other.contains(value)))
                    .collect();
                if common.is_empty() {
                    return Err("no value is in both lists of `enum`".to_owned());
                }
                json!(common)
            }
            "items" | "additionalProperties" => intersection(document, one, other, depth + 1)
                .map_err(|reason| format!("within `{keyword}`, {reason}"))?,
            _ => return Err(format!("`{keyword}` is {one} in one and {other} in the other")),
        };
        both.insert(keyword.clone(), value);
    }
    // Null fits where both allow it; what has no type allows anything.
    let allows_null = |schema: &Map<String, Value>| {
        flag(schema, "nullable")
            || !["type", "allOf", "$ref", "enum"].iter().any(|keyword| schema.contains_key(*keyword))
    };
    let typed = both.contains_key("type") || both.contains_key("enum");
    both.shift_remove("nullable");
    let one_is_marked = flag(left, "nullable") || flag(right, "nullable");
    if one_is_marked && allows_null_beside(left, typed, &allows_null) && allows_null_beside(right, typed, &allows_null)
    {
        both.insert("nullable".to_owned(), json!(true));
    }
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        both.shift_remove(exclusive);
        let excludes = |schema: &Map<String, Value>| schema.get(bound) == both.get(bound) && flag(schema, exclusive);
        if both.contains_key(bound) && (excludes(left) || excludes(right)) {
            both.insert(exclusive.to_owned(), json!(true));
        }
    }
    for (least, most) in LEAST.iter().zip(MOST) {
        if let (Some(low), Some(high)) = (both.get(*least), both.get(most))
            && compare_values(low, high) == Some(Ordering::Greater)
        {
            return Err(format!("`{least}` is {low} together, but `{most}` is {high}"));
        }
    }
    Ok(both)
}

/// Whether a side allows null. Beside a reference there is no type: only the mark counts there.
fn allows_null_beside(
    schema: &Map<String, Value>,
    typed: bool,
    allows_null: &dyn Fn(&Map<String, Value>) -> bool,
) -> bool {
    if typed { allows_null(schema) } else { flag(schema, "nullable") }
}

fn flag(schema: &Map<String, Value>, keyword: &str) -> bool {
    schema.get(keyword).and_then(Value::as_bool).unwrap_or_default()
}

fn stricter(one: &Value, other: &Value, wins: Ordering) -> Value {
    if compare_values(other, one) == Some(wins) { other.clone() } else { one.clone() }
}

fn compare_values(one: &Value, other: &Value) -> Option<Ordering> {
    let (Value::Number(one), Value::Number(other)) = (one, other) else { return None };
    compare(one, other)
}

/// The least common multiple of two integers.
fn common_multiple(one: &Value, other: &Value) -> Option<Value> {
    let (Value::Number(one), Value::Number(other)) = (one, other) else { return None };
    let (one, other) = (integer(one)?, integer(other)?);
    let (mut divisor, mut rest) = (one, other);
    while rest > 0 {
        (divisor, rest) = (rest, divisor.checked_rem(rest)?);
    }
    let multiple = one.checked_div(divisor)?.checked_mul(other)?;
    u64::try_from(multiple).ok().map(Value::from)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::joined;

    /// The member `it` of an object of two parts, or why there is none.
    fn both(left: &Value, right: &Value) -> Result<Value, String> {
        let document = json!({ "components": { "schemas": {
            "Whole": {
                "description": "All.",
                "allOf": [
                    { "$ref": "#/components/schemas/Base" },
                    { "type": "object", "properties": { "it": right } },
                ],
            },
            "Base": { "type": "object", "properties": { "it": left } },
            "Kind": { "type": "string", "enum": ["a", "b"] },
            "Other": { "type": "string", "enum": ["a", "b"] },
            "Thing": { "type": "object", "properties": { "a": { "type": "string" } } },
        } } });
        let joined = joined(&document, "Whole").expect("it is joined");
        match joined.disagreements.as_slice() {
            [] => Ok(joined.schema["properties"]["it"].clone()),
            [only] => {
                assert_eq!(only.other, "/components/schemas/Base/properties/it");
                assert_eq!(only.pointer, "/components/schemas/Whole/allOf/1/properties/it");
                Err(only.message.replace("the parts of `Whole` disagree on `it`: ", ""))
            }
            several => panic!("{several:?}"),
        }
    }

    #[test]
    fn of_two_limits_the_stricter_holds_whatever_their_order() {
        for (left, right, expected) in [
            (
                json!({"minLength": 2, "maxLength": 9}),
                json!({"minLength": 3, "maxLength": 10}),
                json!({"minLength": 3, "maxLength": 9}),
            ),
            (json!({"minimum": -1}), json!({"minimum": 0.5}), json!({"minimum": 0.5})),
            (
                json!({"minimum": 1, "exclusiveMinimum": true}),
                json!({"minimum": 1}),
                json!({"minimum": 1, "exclusiveMinimum": true}),
            ),
            (json!({"minimum": 1, "exclusiveMinimum": true}), json!({"minimum": 2}), json!({"minimum": 2})),
            (
                json!({"maximum": 18_446_744_073_709_551_615_u64}),
                json!({"maximum": 18_446_744_073_709_551_614_u64}),
                json!({"maximum": 18_446_744_073_709_551_614_u64}),
            ),
            (json!({"multipleOf": 4}), json!({"multipleOf": 6}), json!({"multipleOf": 12})),
            (
                json!({"minItems": 1}),
                json!({"maxItems": 3, "uniqueItems": true}),
                json!({"minItems": 1, "maxItems": 3, "uniqueItems": true}),
            ),
            (json!({"enum": ["a", "b", "c"]}), json!({"enum": ["c", "b"]}), json!({"enum": ["b", "c"]})),
            (
                json!({"type": "integer", "format": "int64"}),
                json!({"type": "number"}),
                json!({"type": "integer", "format": "int64"}),
            ),
            (
                json!({"type": "string", "x-sensitive": true}),
                json!({"type": "string"}),
                json!({"type": "string", "x-sensitive": true}),
            ),
            (json!({"x-sensitive": true}), json!({"x-sensitive": false}), json!({"x-sensitive": true})),
            (
                json!({"type": "string", "deprecated": true}),
                json!({"type": "string", "deprecated": false}),
                json!({"type": "string", "deprecated": true}),
            ),
            (json!({"type": "string", "nullable": true}), json!({"type": "string"}), json!({"type": "string"})),
            (
                json!({"type": "string", "nullable": true}),
                json!({"type": "string", "nullable": true}),
                json!({"type": "string", "nullable": true}),
            ),
            (json!({"type": "string", "nullable": true}), json!({}), json!({"type": "string", "nullable": true})),
            (
                json!({"type": "array", "items": {"type": "string", "maxLength": 5}}),
                json!({"type": "array", "items": {"type": "string", "maxLength": 3}}),
                json!({"type": "array", "items": {"type": "string", "maxLength": 3}}),
            ),
            (
                json!({"$ref": "#/components/schemas/Kind"}),
                json!({"type": "string", "enum": ["a"]}),
                json!({"type": "string", "enum": ["a"]}),
            ),
            (
                json!({"$ref": "#/components/schemas/Thing"}),
                json!({"allOf": [{"$ref": "#/components/schemas/Thing"}], "x-sensitive": true}),
                json!({"allOf": [{"$ref": "#/components/schemas/Thing"}], "x-sensitive": true}),
            ),
            (
                json!({"allOf": [{"$ref": "#/components/schemas/Thing"}], "nullable": true}),
                json!({"$ref": "#/components/schemas/Thing"}),
                json!({"$ref": "#/components/schemas/Thing"}),
            ),
        ] {
            let sorted = |value: Result<Value, String>| {
                let mut keywords: Vec<(String, Value)> =
                    value.expect("they agree").as_object().expect("a schema").clone().into_iter().collect();
                keywords.sort_by(|left, right| left.0.cmp(&right.0));
                keywords
            };
            // The order of a list is that of the part that has it first.
            if expected.get("enum").is_none() {
                assert_eq!(sorted(both(&right, &left)), sorted(Ok(expected.clone())), "{right} and {left}");
            }
            assert_eq!(sorted(both(&left, &right)), sorted(Ok(expected)), "{left} and {right}");
        }
    }

    #[test]
    fn what_nothing_fits_is_a_disagreement() {
        for (left, right, reason) in [
            (
                json!({"type": "integer"}),
                json!({"type": "string"}),
                "`type` is \"integer\" in one and \"string\" in the other",
            ),
            (
                json!({"type": "string", "format": "date"}),
                json!({"type": "string", "format": "uuid"}),
                "`format` is \"date\" in one and \"uuid\" in the other",
            ),
            (json!({"enum": ["a"]}), json!({"enum": ["b"]}), "no value is in both lists of `enum`"),
            (json!({"minLength": 5}), json!({"maxLength": 4}), "`minLength` is 5 together, but `maxLength` is 4"),
            (json!({"pattern": "a"}), json!({"pattern": "b"}), "`pattern` is \"a\" in one and \"b\" in the other"),
            (json!({"default": 1}), json!({"default": 2}), "`default` is 1 in one and 2 in the other"),
            (
                json!({"multipleOf": 0.5}),
                json!({"multipleOf": 0.2}),
                "a multiple of 0.5 in one and of 0.2 in the other",
            ),
            (
                json!({"x-rust-name": "a"}),
                json!({"x-rust-name": "b"}),
                "`x-rust-name` is \"a\" in one and \"b\" in the other",
            ),
            (
                json!({"$ref": "#/components/schemas/Kind"}),
                json!({"$ref": "#/components/schemas/Other"}),
                "it is `Kind` in one and `Other` in the other",
            ),
            (
                json!({"$ref": "#/components/schemas/Kind"}),
                json!({"type": "string", "enum": ["z"]}),
                "\"z\" is none of the values of `Kind`",
            ),
            (
                json!({"$ref": "#/components/schemas/Kind"}),
                json!({"type": "integer"}),
                "`type` is \"string\" in one and \"integer\" in the other",
            ),
            (
                json!({"$ref": "#/components/schemas/Thing"}),
                json!({"type": "object", "additionalProperties": true}),
                "it is `Thing` in one and written in place in the other",
            ),
            (
                json!({"type": "array", "items": {"type": "string"}}),
                json!({"type": "array", "items": {"type": "integer"}}),
                "within `items`, `type` is \"string\" in one and \"integer\" in the other",
            ),
        ] {
            assert_eq!(both(&left, &right), Err(reason.to_owned()), "{left} and {right}");
        }
    }

    /// Twenty-five objects that each have the next one twice, by way of two others: two to the twenty-fifth parts, were each taken
    /// as often as it is named.
    #[test]
    fn a_part_is_taken_once_however_often_it_is_named() {
        let mut schemas = serde_json::Map::new();
        for index in 0..25 {
            let next = json!({ "$ref": format!("#/components/schemas/Next{}", index + 1) });
            schemas.insert(format!("Next{index}"), json!({ "allOf": [next, { "allOf": [next, next] }] }));
        }
        schemas.insert("Next25".to_owned(), json!({ "type": "object", "properties": { "a": { "type": "string" } } }));
        let document = json!({ "components": { "schemas": schemas } });
        let mut parts = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        let pointer = "/components/schemas/Next0";
        super::collect(&document, &document["components"]["schemas"]["Next0"], pointer, 0, &mut seen, &mut parts);
        assert_eq!(parts.len(), 51, "each object, and each second part");
        assert_eq!(
            joined(&document, "Next0").expect("it is joined").schema["properties"],
            json!({ "a": { "type": "string" } })
        );
    }

    #[test]
    fn what_parts_say_of_objects_is_kept() {
        let document = json!({ "components": { "schemas": {
            "Whole": {
                "description": "All.",
                "allOf": [{ "$ref": "#/components/schemas/Private" }, { "$ref": "#/components/schemas/Open" }],
                "required": ["name"],
                "nullable": true,
            },
            "Private": { "type": "object", "description": "P.", "x-sensitive": true, "minProperties": 2, "properties": {
                "name": { "type": "string" }, "kind": { "$ref": "#/components/schemas/Kind" },
            } },
            "Open": { "type": "object", "description": "O.", "deprecated": true, "minProperties": 1, "maxProperties": 5,
                "additionalProperties": true, "properties": { "size": { "type": "integer" } } },
            "Narrow": { "description": "N.", "allOf": [{ "$ref": "#/components/schemas/Open" }], "required": ["size"] },
            "Described": { "description": "D.", "allOf": [{ "$ref": "#/components/schemas/Open" }] },
        } } });
        let whole = joined(&document, "Whole").expect("it is joined");
        assert_eq!(whole.disagreements.len(), 0);
        assert_eq!(
            Value::Object(whole.schema),
            json!({
                "description": "All.", "type": "object", "minProperties": 2, "maxProperties": 5, "deprecated": true,
                "additionalProperties": true, "nullable": true, "required": ["name"],
                "properties": {
                    "name": { "type": "string", "x-sensitive": true },
                    "kind": { "allOf": [{ "$ref": "#/components/schemas/Kind" }], "x-sensitive": true },
                    "size": { "type": "integer" },
                },
            })
        );
        let narrow = joined(&document, "Narrow").expect("it is another object");
        assert_eq!(narrow.schema["required"], json!(["size"]));
        assert_eq!(narrow.schema["description"], json!("N."));
        assert!(joined(&document, "Described").is_none(), "a reference with a description");
    }
}
