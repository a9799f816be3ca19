//! The JSON Schemas of the types against the schemas of the curated document.
//!
//! The document's side is turned into the schema that a type must have, and the two are then equal or not. This file is the
//! only place that says where they may differ. What the document says and a type cannot repeat, or says in other words:
//!
//! 1. **Prose and advice** (`description`, `title`, `example`, `default`, `deprecated`, `x-…`) say nothing about which values
//!    there are. The generator leaves them out; what it hands over is otherwise the document as it was written.
//! 2. **References** name components there and Rust types here. A component without a type of its own (a list, a map, a
//!    date) stands in place; an `allOf` is one object with all members.
//! 3. **`nullable: true`** is a type array or an `anyOf` with `null` in JSON Schema, and exclusive bounds are numbers.
//! 4. **An optional member** accepts `null` where it is read, whatever is documented, since `Option` holds neither. Where it is
//!    written it is null only if the document says so of something that is sent: those are the members with three states.
//! 5. **Limits** (lengths, ranges, patterns, counts, the formats `uuid`, `email` and `uri`, and the value of a boolean that has
//!    only one) belong to types that are sent: responses are not held against them. Identifiers keep theirs always.
//! 6. **Numbers**: an integer is a `u64` with `format: uint64` and otherwise an `i64`, every other number an `f64`, whatever width is
//!    documented.
//! 7. **Decimals** (`format: decimal`) have a pattern in place of the format, which JSON Schema does not know; where they are
//!    read they may be numbers too. A documented pattern goes before that pattern.
//! 8. **`format: byte` and `utc-date-time`** are texts in JSON: texts of another form are read as well.
//! 9. **Enumerations are open**: any other text is an alternative beside the documented values.
//! 10. **Unions with a tag** have an alternative for tags that nobody documented. The order of variants means nothing.
//! 11. **Unions without a tag** have a last alternative for any other form. `oneOf` is `anyOf`, since the first that fits wins.
//! 12. **A constant** (a required text with one value) is a `const`. An optional one is any text where it is only read: there
//!     is nothing to write, and reading insists on no value. In what is sent it would fail the test.
//! 13. **A free-form object in place** is a map to anything, with or without `additionalProperties: true`.
//!
//! A keyword that is not known here fails the test, on either side.

use std::collections::{BTreeMap, BTreeSet};

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::proofs::table;
use crate::table::{Table, TypeSchema};

/// One public type.
#[derive(Debug)]
pub struct Described {
    name: &'static str,
    /// Gives the schema of the type.
    describe: fn(&mut SchemaGenerator) -> Schema,
}

/// Every public type has the schema that the table of the package has for it, and there are no others: `public` is the source that
/// exports the types.
///
/// # Panics
///
/// When a schema differs, or when a public type is not among `types` or not in the table.
pub fn assert_schemas(package: &str, vendor: &str, public: &str, types: &[Described]) {
    let table = table(package, vendor);
    let compared: BTreeSet<&str> = types.iter().map(|described| described.name).collect();
    let documented: BTreeSet<&str> = table.schemas.iter().map(|schema| schema.name.as_str()).collect();
    let exported = exported(public);
    for others in [exported, documented] {
        let missing: Vec<_> = others.symmetric_difference(&compared).collect();
        assert!(missing.is_empty(), "either not public, not compared, or not in the table: {missing:?}");
    }
    assert_eq!(compared.len(), types.len(), "each public type is compared once");
    let differences = differences(&table, types);
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// Where the types' schemas are not those of their components, a line each.
fn differences(table: &Table, types: &[Described]) -> Vec<String> {
    let document = Document::new(table);
    let by_name: BTreeMap<&str, &TypeSchema> =
        table.schemas.iter().map(|schema| (schema.name.as_str(), schema)).collect();
    let mut differences = Vec::new();
    for direction in [Direction::Read, Direction::Written] {
        let settings = SchemaSettings::draft2020_12();
        let settings = match direction {
            Direction::Read => settings.for_deserialize(),
            Direction::Written => settings.for_serialize(),
        };
        let mut generator = settings.into_generator();
        for described in types {
            let reference = (described.describe)(&mut generator).to_value();
            assert_eq!(reference, json!({ "$ref": format!("#/$defs/{}", described.name) }), "its name is its own");
        }
        let definitions = generator.take_definitions(true);
        assert_eq!(definitions.len(), types.len(), "no type refers to one that is not compared");
        for described in types {
            let expected = sorted(document.component(by_name[described.name], direction));
            let found = sorted(canonical(&definitions[described.name], described.name));
            let mut places = Vec::new();
            compare(&expected, &found, "", &mut places);
            differences.extend(places.iter().map(|place| format!("{} ({direction:?}){place}", described.name)));
        }
    }
    differences
}

/// Lists the places at which two values differ, as deep inside as they can be told.
fn compare(expected: &Value, found: &Value, place: &str, places: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let names: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
            for name in names {
                match (expected.get(name), found.get(name)) {
                    (Some(expected), Some(found)) => compare(expected, found, &format!("{place}/{name}"), places),
                    (Some(expected), None) => places.push(format!("{place}: the document has `{name}`: {expected}")),
                    (None, found) => places.push(format!("{place}: the type has `{name}`: {}", json!(found))),
                }
            }
        }
        _ if expected != found => places.push(format!("{place}: {expected} in the document, {found} in the type")),
        _ => {}
    }
}

impl Described {
    /// The type of that name.
    pub const fn of<T: JsonSchema>(name: &'static str) -> Self {
        Self { name, describe: SchemaGenerator::subschema_for::<T> }
    }
}

/// The names that `pub use self::module::Name;` and `pub use self::module::{…};` export. The builder of a type is not on the wire.
fn exported(source: &str) -> BTreeSet<&str> {
    let exports = source.split("pub use ").skip(1).filter_map(|rest| rest.split_once(';')?.0.rsplit_once("::"));
    let names = exports.flat_map(|(_, names)| names.trim_matches(['{', '}', '\n', ' ']).split(','));
    let names: BTreeSet<&str> = names.map(str::trim).filter(|name| !name.is_empty()).collect();
    let is_builder = |name: &str| name.strip_suffix("Builder").is_some_and(|of| names.contains(of));
    names.iter().copied().filter(|name| !is_builder(name)).collect()
}

/// The same JSON with members in order and all numbers alike: `1` and `1.0` are the same limit.
fn sorted(value: Value) -> Value {
    crate::sorted_with(value, |scalar| match scalar {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        scalar => scalar,
    })
}

/// Keywords that the type's schema may have, and whose values need no care.
const PLAIN: &[&str] = &["type", "const", "enum", "format"];

/// Keywords by which values are limited. In the document the exclusive ones are flags beside the others: see `limits_of`.
const LIMITS: &[&str] = &[
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "uniqueItems",
    "pattern",
];

/// The type's schema, with one way to say each thing: a mark `nullable` for what may be null, names for references, and lists
/// sorted whose order means nothing.
fn canonical(schema: &Value, place: &str) -> Value {
    let Value::Object(schema) = schema else {
        assert_eq!(schema, &Value::Bool(true), "{place}: only what allows anything is no object");
        return json!({});
    };
    if let Some([value, null]) = schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice)
        && *null == json!({ "type": "null" })
    {
        let mut whole = value.as_object().expect("a schema beside null is an object").clone();
        whole.extend(
            schema.iter().filter(|(keyword, _)| *keyword != "anyOf").map(|(key, value)| (key.clone(), value.clone())),
        );
        return marked(canonical(&Value::Object(whole), place));
    }
    let mut result = Map::new();
    let mut nullable = false;
    let each = |values: &Value| -> Vec<Value> {
        values.as_array().into_iter().flatten().map(|value| canonical(value, place)).collect()
    };
    for (keyword, value) in schema {
        let value = match (keyword.as_str(), value) {
            ("description", _) => continue,
            ("$ref", Value::String(reference)) => Value::from(reference.replace("#/$defs/", "")),
            ("type", Value::Array(types)) => {
                let mut types = types.clone();
                nullable = types.iter().any(|kind| kind == "null");
                types.retain(|kind| kind != "null");
                if let [only] = types.as_slice() { only.clone() } else { Value::Array(types) }
            }
            ("properties", Value::Object(members)) => members
                .iter()
                .map(|(name, member)| (name.clone(), canonical(member, &format!("{place}.{name}"))))
                .collect(),
            ("required", names) => in_order(texts(names)),
            ("not", others) => json!({ "enum": in_order(texts(&others["enum"])) }),
            ("items" | "additionalProperties", inner) => canonical(inner, &format!("{place}/{keyword}")),
            ("oneOf", alternatives) => in_order(each(alternatives)),
            ("anyOf", alternatives) => Value::Array(each(alternatives)),
            (keyword, value) if PLAIN.contains(&keyword) || LIMITS.contains(&keyword) => value.clone(),
            (keyword, _) => panic!("{place}: the comparison does not know the keyword `{keyword}` of a type"),
        };
        result.insert(keyword.clone(), value);
    }
    if nullable { marked(Value::Object(result)) } else { Value::Object(result) }
}

fn texts(names: &Value) -> Vec<Value> {
    names.as_array().cloned().unwrap_or_default()
}

fn in_order(values: Vec<Value>) -> Value {
    let mut values: Vec<Value> = values.into_iter().map(sorted).collect();
    values.sort_by_key(Value::to_string);
    Value::Array(values)
}

/// The schema with the mark that null is allowed too. What allows anything allows null already.
fn marked(mut schema: Value) -> Value {
    if let Value::Object(keywords) = &mut schema
        && !keywords.is_empty()
    {
        keywords.insert("nullable".to_owned(), Value::Bool(true));
    }
    schema
}

/// The components as the document has them.
struct Document<'t> {
    components: BTreeMap<&'t str, Component<'t>>,
}

#[derive(Clone, Copy)]
struct Component<'t> {
    schema: &'t Map<String, Value>,
    /// The name of its type, if it has one.
    name: Option<&'t str>,
}

/// Which way a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Read,
    Written,
}

/// How a schema is looked at.
#[derive(Clone, Copy)]
struct View {
    direction: Direction,
    /// Whether the type is sent, and so held against limits.
    sent: bool,
}

impl<'t> Document<'t> {
    fn new(table: &'t Table) -> Self {
        let parts =
            table.parts.iter().map(|(component, schema)| (component.as_str(), Component { schema, name: None }));
        let types = table
            .schemas
            .iter()
            .map(|of| (of.component.as_str(), Component { schema: &of.schema, name: Some(of.name.as_str()) }));
        Self { components: parts.chain(types).collect() }
    }

    /// The schema that a type must have.
    fn component(&self, of: &TypeSchema, direction: Direction) -> Value {
        let place = of.component.as_str();
        let view = View { direction, sent: of.sent };
        let schema = self.merged(&of.schema);
        if let Some(variants) = schema.get("oneOf").or_else(|| schema.get("anyOf")) {
            expect_keywords(&schema, &["oneOf", "anyOf", "discriminator", "nullable"], place);
            if let Some(discriminator) = schema.get("discriminator") {
                return self.tagged(discriminator, variants, place);
            }
            let variants = variants.as_array().into_iter().flatten();
            let mut alternatives: Vec<Value> = variants.map(|variant| self.value(variant, view, place)).collect();
            alternatives.push(json!({}));
            return json!({ "anyOf": alternatives });
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("object") => self.object(&schema, view, place),
            Some("string") if schema.contains_key("enum") => {
                expect_keywords(&schema, &["type", "enum", "nullable"], place);
                // That null is allowed is said of whoever uses the enumeration.
                let values: Vec<Value> = texts(&schema["enum"]).into_iter().filter(|value| !value.is_null()).collect();
                json!({ "anyOf": [{ "type": "string", "enum": values }, { "type": "string" }] })
            }
            // An identifier, which is held against its limits wherever it goes.
            _ => unmarked(self.value(&Value::Object(schema), View { sent: true, ..view }, place)),
        }
    }

    fn tagged(&self, discriminator: &Value, variants: &Value, place: &str) -> Value {
        let tag = discriminator["propertyName"].as_str().expect("a discriminator names its member");
        let mapping = discriminator["mapping"].as_object().expect("a mapping is complete and explicit");
        let mapped: BTreeSet<String> =
            mapping.values().map(|reference| json!({ "$ref": reference }).to_string()).collect();
        let listed: BTreeSet<String> = variants.as_array().into_iter().flatten().map(Value::to_string).collect();
        assert_eq!(mapped, listed, "{place}: the mapping leads to every variant");
        let of_tag =
            |tag_schema: Value| json!({ "type": "object", "properties": { tag: tag_schema }, "required": [tag] });
        let mut alternatives: Vec<Value> = mapping
            .iter()
            .map(|(wire, reference)| {
                let mut alternative = of_tag(json!({ "type": "string", "const": wire }));
                let name = self.target(reference).and_then(|component| component.name);
                alternative["$ref"] = Value::from(name.expect("a variant has a type"));
                alternative
            })
            .collect();
        let documented = in_order(mapping.keys().map(|wire| Value::from(wire.as_str())).collect());
        alternatives.push(of_tag(json!({ "type": "string", "not": { "enum": documented } })));
        json!({ "oneOf": in_order(alternatives) })
    }

    fn object(&self, schema: &Map<String, Value>, view: View, place: &str) -> Value {
        expect_keywords(schema, &["type", "properties", "required", "additionalProperties", "nullable"], place);
        let required = schema.get("required").map(texts).unwrap_or_default();
        let mut result = Map::from_iter([("type".to_owned(), Value::from("object"))]);
        if let Some(members) = schema.get("properties").and_then(Value::as_object).filter(|members| !members.is_empty())
        {
            let members = members.iter().map(|(name, member)| {
                let required = required.iter().any(|other| other == name);
                (name.clone(), self.member(member, required, view, &format!("{place}.{name}")))
            });
            result.insert("properties".to_owned(), members.collect());
        }
        if !required.is_empty() {
            result.insert("required".to_owned(), in_order(required));
        }
        if let Some(open) = schema.get("additionalProperties") {
            result.insert("additionalProperties".to_owned(), self.value(open, view, place));
        }
        result.extend(limits_of(schema, view));
        Value::Object(result)
    }

    fn member(&self, member: &Value, required: bool, view: View, place: &str) -> Value {
        if let Some([Value::String(value)]) = member.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
            return match view {
                _ if required => json!({ "type": "string", "const": value }),
                View { sent: false, direction: Direction::Read } => marked(json!({ "type": "string" })),
                View { sent: false, direction: Direction::Written } => json!({ "type": "string" }),
                View { sent: true, .. } => json!({ "type": "string", "enum": [value] }),
            };
        }
        let value = self.value(member, view, place);
        match view.direction {
            _ if required => value,
            Direction::Read => marked(value),
            Direction::Written if view.sent => value,
            Direction::Written => unmarked(value),
        }
    }

    /// A schema as a member, item or variant has it.
    fn value(&self, schema: &Value, view: View, place: &str) -> Value {
        let Value::Object(schema) = schema else {
            assert_eq!(schema, &Value::Bool(true), "{place}: only `true` is a schema without keywords");
            return json!({});
        };
        let nullable = schema.get("nullable") == Some(&Value::Bool(true));
        let reference = match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) => only.get("$ref"),
            Some(_) => panic!("{place}: a composition stands in place"),
            None => schema.get("$ref"),
        };
        let mut result = Map::new();
        let mut target_is_nullable = false;
        if let Some(reference) = reference {
            expect_keywords(schema, &["$ref", "allOf", "format", "nullable"], place);
            let target = self.target(reference).unwrap_or_else(|| panic!("{place}: {reference} leads nowhere"));
            target_is_nullable = target.schema.get("nullable") == Some(&Value::Bool(true));
            match (target.name, self.value_in_place(target, view, place)) {
                (Some(name), _) => {
                    result.insert("$ref".to_owned(), Value::from(name));
                }
                (None, Value::Object(alias)) => result.extend(alias),
                (None, _) => {}
            }
        } else {
            result.extend(self.in_place(schema, view, place));
        }
        result.extend(limits_of(schema, view));
        let result = unmarked(Value::Object(result));
        if nullable || target_is_nullable { marked(result) } else { result }
    }

    fn value_in_place(&self, target: Component<'_>, view: View, place: &str) -> Value {
        match target.name {
            Some(_) => Value::Null,
            None => self.value(&Value::Object(target.schema.clone()), view, place),
        }
    }

    fn in_place(&self, schema: &Map<String, Value>, view: View, place: &str) -> Map<String, Value> {
        let text = |keyword: &str| schema.get(keyword).and_then(Value::as_str).unwrap_or_default();
        let known: &[&str] = match text("type") {
            "array" => &["type", "items", "nullable"],
            "object" => &["type", "additionalProperties", "nullable"],
            // The value of a boolean that has only one is a limit: see `limits_of`.
            "boolean" => &["type", "enum", "nullable"],
            _ => &["type", "format", "nullable"],
        };
        expect_keywords(schema, known, place);
        let result = match (text("type"), text("format")) {
            ("string", format @ ("binary" | "date" | "date-time" | "password")) => {
                json!({ "type": "string", "format": format })
            }
            // schemars' own words for a decimal.
            ("string", "decimal") if view.direction == Direction::Read => {
                json!({ "type": ["string", "number"], "pattern": r"^-?\d+(\.\d+)?([eE]\d+)?$" })
            }
            ("string", "decimal") => json!({ "type": "string", "pattern": r"^-?\d+(\.\d+)?$" }),
            // `limits_of` adds these formats where they are held.
            ("string", "" | "byte" | "utc-date-time" | "uuid" | "email" | "uri") => {
                json!({ "type": "string" })
            }
            ("number", "decimal") => json!({ "type": "number" }),
            ("integer", "uint64") => json!({ "type": "integer", "format": "uint64", "minimum": 0 }),
            ("integer", "" | "int32" | "int64") => json!({ "type": "integer", "format": "int64" }),
            ("number", "" | "float" | "double") => json!({ "type": "number", "format": "double" }),
            ("boolean", "") => json!({ "type": "boolean" }),
            ("array", "") => json!({
                "type": "array",
                "items": self.value(schema.get("items").unwrap_or(&Value::Bool(true)), view, &format!("{place}[]")),
            }),
            ("object", "") => {
                let values = schema.get("additionalProperties").unwrap_or(&Value::Bool(true));
                let values = self.value(values, view, &format!("{place}{{}}"));
                json!({ "type": "object", "additionalProperties": values })
            }
            ("", "") => json!({}),
            (kind, format) => panic!("{place}: the comparison does not know `{kind}` of the format `{format}`"),
        };
        result.as_object().cloned().unwrap_or_default()
    }

    fn target(&self, reference: &Value) -> Option<Component<'t>> {
        self.components.get(reference.as_str()?.strip_prefix("#/components/schemas/")?).copied()
    }

    /// An `allOf` as one object with all members.
    fn merged(&self, schema: &Map<String, Value>) -> Map<String, Value> {
        let mut result = schema.clone();
        let Some(parts) = result.remove("allOf") else { return result };
        let mut parts: Vec<Map<String, Value>> = parts
            .as_array()
            .into_iter()
            .flatten()
            .map(|part| match part.get("$ref") {
                Some(reference) => self.merged(self.target(reference).expect("a part is a component").schema),
                None => self.merged(part.as_object().expect("a part is a schema")),
            })
            .collect();
        parts.push(std::mem::take(&mut result));
        for part in parts {
            for (keyword, value) in part {
                match (keyword.as_str(), result.get_mut(&keyword), value) {
                    ("properties", Some(Value::Object(all)), Value::Object(more)) => all.extend(more),
                    ("required", Some(Value::Array(all)), Value::Array(more)) => {
                        for name in more {
                            if !all.contains(&name) {
                                all.push(name);
                            }
                        }
                    }
                    (_, _, value) => {
                        result.insert(keyword, value);
                    }
                }
            }
        }
        result
    }
}

fn unmarked(mut schema: Value) -> Value {
    if let Value::Object(keywords) = &mut schema {
        keywords.remove("nullable");
    }
    schema
}

/// The limits of a documented schema, in the words of JSON Schema; none where they are not held.
fn limits_of(schema: &Map<String, Value>, view: View) -> Map<String, Value> {
    let mut limits = Map::new();
    if !view.sent {
        return limits;
    }
    for keyword in LIMITS {
        match (*keyword, schema.get(*keyword)) {
            (_, None) | ("exclusiveMinimum" | "exclusiveMaximum", _) | ("uniqueItems", Some(Value::Bool(false))) => {}
            (bound @ ("minimum" | "maximum"), Some(limit)) => {
                let exclusive = if bound == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
                let excluded = schema.get(exclusive) == Some(&Value::Bool(true));
                limits.insert(if excluded { exclusive } else { bound }.to_owned(), limit.clone());
            }
            (keyword, Some(limit)) => {
                limits.insert(keyword.to_owned(), limit.clone());
            }
        }
    }
    if let Some(format @ ("uuid" | "email" | "uri")) = schema.get("format").and_then(Value::as_str) {
        limits.insert("format".to_owned(), Value::from(format));
    }
    if let Some([Value::Bool(value)]) = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
        limits.insert("const".to_owned(), Value::Bool(*value));
    }
    limits
}

/// Nothing of the document is passed over: limits, and the keywords that the place at hand looks at.
fn expect_keywords(schema: &Map<String, Value>, known: &[&str], place: &str) {
    for keyword in schema.keys() {
        let known = known.contains(&keyword.as_str()) || LIMITS.contains(&keyword.as_str());
        assert!(known, "{place}: the comparison does not know the keyword `{keyword}` here");
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use serde_json::Value;

    use super::{Described, differences, exported};
    use crate::table::parse;

    struct Kind;

    impl JsonSchema for Kind {
        fn schema_name() -> Cow<'static, str> {
            Cow::Borrowed("Kind")
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "anyOf": [{ "type": "string", "enum": ["a", "b"] }, { "type": "string" }] })
        }
    }

    struct Thing;

    impl JsonSchema for Thing {
        fn schema_name() -> Cow<'static, str> {
            Cow::Borrowed("Thing")
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let optional = if generator.contract().is_serialize() {
                json_schema!({ "type": "string", "maxLength": 5 })
            } else {
                json_schema!({ "type": ["string", "null"], "maxLength": 5 })
            };
            json_schema!({
                "type": "object",
                "properties": {
                    "object": { "type": "string", "const": "thing" },
                    "kind": generator.subschema_for::<Kind>(),
                    "kinds": { "type": "array", "items": generator.subschema_for::<Kind>(), "minItems": 1 },
                    "at": { "anyOf": [{ "type": "string", "format": "date-time" }, { "type": "null" }] },
                    "count": generator.subschema_for::<i64>(),
                    "note": optional,
                    "any": true,
                },
                "required": ["object", "kind", "kinds", "at", "count", "any"],
            })
        }
    }

    const KIND: &str = r#"{"type":"string","enum":["a","b"]}"#;
    const THING: &str = r##"{"type":"object","properties":{
        "object":{"type":"string","enum":["thing"]},
        "kind":{"$ref":"#/components/schemas/TheKind"},
        "kinds":{"type":"array","items":{"$ref":"#/components/schemas/TheKind"},"minItems":1},
        "at":{"type":"string","format":"date-time","nullable":true},
        "count":{"type":"integer"},
        "note":{"type":"string","maxLength":5},
        "any":{}
    },"required":["object","kind","kinds","at","count","any"]}"##;

    fn compared(side: &str, thing: &str) -> Vec<String> {
        let short = |schema: &str| {
            let json: Value = serde_json::from_str(schema).expect("the schema is JSON");
            json.to_string().replace("#/components/schemas/", "")
        };
        let table = format!(
            "onboarding-proofs 1\npart Moment = {}\npart Base = {}\ntype Kind sent TheKind = {}\ntype Thing {side} TheThing = {}\n\
             end lines=4 types=2 parts=2 responses=0 strict=0 open=0 marked=0 bodies=0 canaries=0 calls=0",
            r#"{"type":"string","format":"date-time"}"#,
            r#"{"type":"object"}"#,
            short(KIND),
            short(thing),
        );
        let types = [Described::of::<Kind>("Kind"), Described::of::<Thing>("Thing")];
        differences(&parse(&table, |_| None).expect("the table is sound"), &types)
    }

    #[test]
    fn the_same_in_other_words_is_the_same() {
        assert_eq!(compared("sent", THING), Vec::<String>::new());
        for (documented, other) in [
            (r##""$ref":"#/components/schemas/TheKind""##, r##""allOf":[{"$ref":"#/components/schemas/TheKind"}]"##),
            (
                r#""type":"string","format":"date-time","nullable":true"#,
                r##""allOf":[{"$ref":"#/components/schemas/Moment"}],"nullable":true"##,
            ),
            (r#"{"type":"integer"}"#, r#"{"type":"integer","format":"int32"}"#),
            (r#""maxLength":5"#, r#""maxLength":5.0"#),
            (r#""required":["object","kind","#, r#""required":["kind","object","#),
            (r#"{"type":"object","#, r##"{"allOf":[{"$ref":"#/components/schemas/Base"}],"##),
        ] {
            let thing = THING.replacen(documented, other, 1);
            assert_ne!(thing, THING, "{documented}");
            assert_eq!(compared("sent", &thing), Vec::<String>::new(), "{other}");
        }
    }

    #[test]
    fn any_other_difference_is_found() {
        for (documented, other) in [
            (r#""enum":["thing"]"#, r#""enum":["other"]"#),
            (r##""kind":{"$ref":"#/components/schemas/TheKind"}"##, r#""kind":{"type":"string"}"#),
            (r##""items":{"$ref":"#/components/schemas/TheKind"}"##, r#""items":{"type":"string"}"#),
            (r#""minItems":1"#, r#""minItems":2"#),
            (r#","nullable":true"#, ""),
            (r#""format":"date-time""#, r#""format":"date""#),
            (r#"{"type":"integer"}"#, r#"{"type":"number"}"#),
            (r#""maxLength":5"#, r#""maxLength":5,"minLength":1"#),
            (r#""maxLength":5"#, r#""maxLength":5,"nullable":true"#),
            (r#","maxLength":5"#, ""),
            (r#""note""#, r#""notes""#),
            (r#""any":{}"#, r#""any":{},"more":{}"#),
            (r#","count","any"]"#, r#","any"]"#),
            (r#","count","any"]"#, r#","count","any","note"]"#),
            (r#"{"type":"object","#, r#"{"type":"object","additionalProperties":true,"#),
        ] {
            let thing = THING.replacen(documented, other, 1);
            assert_ne!(thing, THING, "{documented}");
            assert_ne!(compared("sent", &thing), Vec::<String>::new(), "{other}");
        }
    }

    #[test]
    fn limits_of_what_is_only_read_must_not_be_in_the_type() {
        let found = compared("read", THING);
        assert!(found.contains(&"Thing (Read)/properties/note: the type has `maxLength`: 5.0".to_owned()));
    }

    #[test]
    fn all_lists_of_names_are_read() {
        let source = "pub mod a;\n\n#[doc(hidden)]\npub use self::a::{\n    One, OneBuilder, Two,\n    Three,\n};\npub use self::b::Four;\n\
                      pub use self::c::{FiveBuilder};\n";
        assert_eq!(Vec::from_iter(exported(source)), ["FiveBuilder", "Four", "One", "Three", "Two"]);
    }
}
