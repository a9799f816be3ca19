//! From the schemas of a document (`OpenAPI` 3.0) to JSON Schema 2020-12, and validation against them.
//!
//! Translation never fails: whatever [`lint`](super::lint()) reports as a mistake (an unknown reference, a pattern that
//! does not compile, a bound that is no number) is left out here, so that one mistake does not hide another.

use std::{collections::BTreeSet, fmt::Write};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, JsonType, Registry, RegistryBuilder, Resource, ValidationError};
use serde_json::{Map, Value, json};

use super::{
    composition::{COMPONENT_PREFIX, components, oversized},
    document::Document,
    pattern::Pattern,
    pointer,
};

/// The dialect that every schema is translated to.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Where [`SchemaSet`] keeps the components.
const COMPONENTS_URI: &str = "json-schema:///components";

/// How deeply a payload may be nested: validation recurses into it, and for each level into the composition of its
/// schema.
const MAX_PAYLOAD_DEPTH: usize = 32;

/// The JSON Schema of `schema`, a schema of `document`, with a `$defs` for every component.
///
/// `nullable` becomes a type, boolean exclusive bounds become numbers, `int32` and `int64` become bounds, and a
/// `discriminator` becomes conditions on the tag. Unions without a tag stay as they are.
pub fn json_schema(document: &Document, schema: &Value) -> Value {
    let translator = Translator::new(document, "#/$defs/", None);
    let mut root = Map::new();
    root.insert("$schema".to_owned(), DIALECT.into());
    match translator.schema(schema) {
        Value::Object(keywords) => root.extend(keywords),
        Value::Bool(false) => {
            root.insert("not".to_owned(), json!({}));
        }
        _ => {}
    }
    root.insert("$defs".to_owned(), translator.definitions(document));
    Value::Object(root)
}

/// The component schemas of a document, translated once for any number of validators.
#[derive(Debug)]
pub struct SchemaSet {
    registry: Option<Registry<'static>>,
    translator: Translator,
}

/// Which way payloads travel, and so how strictly formats are taken.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Direction {
    /// From the client to the vendor: the client refuses to send a text that is not of its format.
    Sent,
    /// From the vendor to the client: only the formats that decide a Rust type count. The others (`uuid`, `email`, …)
    /// tell a reader what to expect, and documented payloads are full of placeholders for them.
    Read,
}

/// Holds payloads against one schema.
#[derive(Debug)]
pub struct SchemaValidator {
    validator: jsonschema::Validator,
}

/// One way in which a payload contradicts its schema.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Violation {
    /// JSON pointer into the payload.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl Direction {
    /// The formats that are checked; `onboarding-core` checks the same ones before it sends.
    fn formats(self) -> Vec<&'static str> {
        let mut formats = vec!["date", "date-time", "decimal"];
        if self == Direction::Sent {
            formats.extend(["email", "uri", "uuid"]);
        }
        formats
    }
}

impl SchemaSet {
    /// Translates the components of `document` for payloads that travel in this direction.
    pub fn new(document: &Document, direction: Direction) -> SchemaSet {
        let definitions = Translator::new(document, "#/$defs/", Some(direction.formats())).definitions(document);
        let resource = Resource::from_contents(json!({ "$schema": DIALECT, "$defs": definitions }));
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(COMPONENTS_URI, resource)
            .and_then(RegistryBuilder::prepare)
            .ok();
        let prefix = format!("{COMPONENTS_URI}#/$defs/");
        SchemaSet { registry, translator: Translator::new(document, &prefix, Some(direction.formats())) }
    }

    /// A validator for `schema`, which may refer to the components of the document; the error says what cannot be
    /// compiled.
    pub fn validator(&self, schema: &Value) -> Result<SchemaValidator, String> {
        let registry = self.registry.as_ref().ok_or("the components cannot be referred to")?;
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(registry)
            .should_validate_formats(true)
            .with_format("decimal", is_decimal)
            .with_format("email", is_email)
            .build(&self.translator.schema(schema))
            .map_err(|error| error.to_string())?;
        Ok(SchemaValidator { validator })
    }
}

impl SchemaValidator {
    /// Every contradiction between `payload` and the schema; empty when the payload is valid.
    ///
    /// Of a value of the wrong type nothing else is said.
    pub fn violations(&self, payload: &Value) -> Vec<Violation> {
        if is_deeper_than(MAX_PAYLOAD_DEPTH, payload) {
            let message = format!("nested deeper than {MAX_PAYLOAD_DEPTH} levels");
            return vec![Violation { pointer: String::new(), message }];
        }
        let mut violations = Vec::new();
        let mut wrong_types = BTreeSet::new();
        for error in self.validator.iter_errors(payload) {
            collect_violations(&error, &mut violations, &mut wrong_types);
        }
        violations.retain(|(violation, of_type)| *of_type || !wrong_types.contains(&violation.pointer));
        let mut violations: Vec<Violation> = violations.into_iter().map(|(violation, _)| violation).collect();
        violations.sort();
        violations.dedup();
        violations
    }
}

/// A union fails as a whole; what helps is why the closest of its variants failed.
fn collect_violations(
    error: &ValidationError<'_>,
    violations: &mut Vec<(Violation, bool)>,
    wrong_types: &mut BTreeSet<String>,
) {
    if let ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } = error.kind() {
        let own_depth = error.instance_path().as_str().len();
        let depth = |variant: &[ValidationError<'_>]| {
            variant.iter().map(|error| error.instance_path().as_str().len()).min().unwrap_or_default()
        };
        // That a value is not null says nothing about what is wrong with it.
        let variants = || context.iter().map(Vec::as_slice).filter(|variant| !is_not_null(variant));
        let mut closest: Option<&[ValidationError<'_>]> = None;
        for variant in variants() {
            if closest.is_none_or(|closest| depth(variant) > depth(closest)) {
                closest = Some(variant);
            }
        }
        let only = variants().count() == 1;
        if let Some(closest) = closest.filter(|closest| !closest.is_empty() && (only || depth(closest) > own_depth)) {
            for error in closest {
                collect_violations(error, violations, wrong_types);
            }
            return;
        }
    }
    let mut message = error.to_string();
    if message.chars().count() > 160 {
        message = error.masked_with("this").to_string();
    }
    let pointer = error.instance_path().as_str().to_owned();
    let of_type = matches!(error.kind(), ValidationErrorKind::Type { .. });
    if of_type {
        wrong_types.insert(pointer.clone());
    }
    violations.push((Violation { pointer, message }, of_type));
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

/// Whether all that keeps a payload from a variant is that the variant is `null`.
fn is_not_null(variant: &[ValidationError<'_>]) -> bool {
    let [only] = variant else {
        return false;
    };
    matches!(only.kind(), ValidationErrorKind::Type { kind: TypeKind::Single(JsonType::Null) })
}

/// Translates schemas; references get `prefix`.
#[derive(Debug)]
struct Translator {
    /// The components that references may lead to; those that cannot be expanded are left out.
    names: BTreeSet<String>,
    prefix: String,
    /// The formats that are kept; all of them when there is no list.
    formats: Option<Vec<&'static str>>,
}

impl Translator {
    fn new(document: &Document, prefix: &str, formats: Option<Vec<&'static str>>) -> Translator {
        let mut names: BTreeSet<String> = components(document).iter().map(|entry| entry.key.clone()).collect();
        for name in oversized(document) {
            names.remove(&name);
        }
        Translator { names, prefix: prefix.to_owned(), formats }
    }

    fn definitions(&self, document: &Document) -> Value {
        let mut definitions = Map::new();
        for entry in components(document) {
            let known = self.names.contains(&entry.key);
            let schema = if known { self.schema(&entry.value.to_json()) } else { Value::Bool(true) };
            definitions.insert(entry.key.clone(), schema);
        }
        Value::Object(definitions)
    }

    fn schema(&self, schema: &Value) -> Value {
        let Value::Object(source) = schema else {
            return Value::Bool(schema.as_bool().unwrap_or(true));
        };
        if let Some(reference) = source.get("$ref") {
            return self.reference(reference);
        }
        let mut target = Map::new();
        for (key, value) in source {
            if let Some((key, value)) = self.keyword(key, value) {
                target.insert(key.to_owned(), value);
            }
        }
        exclusive_bounds(source, &mut target);
        integer_bounds(source, &mut target);
        self.discriminate(source, &mut target);
        if source.get("nullable") == Some(&Value::Bool(true)) { nullable(target) } else { Value::Object(target) }
    }

    /// A keyword that means the same in both dialects once its value is translated; `None` drops it.
    fn keyword<'k>(&self, key: &'k str, value: &Value) -> Option<(&'k str, Value)> {
        let translated = match key {
            "title" | "description" => value.is_string().then(|| value.clone()),
            "default" => Some(value.clone()),
            "deprecated" | "uniqueItems" => value.is_boolean().then(|| value.clone()),
            "format" => {
                let kept = |name: &str| self.formats.as_ref().is_none_or(|formats| formats.contains(&name));
                value.as_str().is_some_and(kept).then(|| value.clone())
            }
            "type" => {
                let known = ["string", "number", "integer", "boolean", "object", "array"];
                value.as_str().is_some_and(|name| known.contains(&name)).then(|| value.clone())
            }
            "enum" => value.as_array().is_some_and(|values| !values.is_empty()).then(|| value.clone()),
            "minimum" | "maximum" => value.is_number().then(|| value.clone()),
            "multipleOf" => value.as_f64().is_some_and(|step| step > 0.0).then(|| value.clone()),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
                value.as_u64().map(Value::from)
            }
            // As the client checks it, so that both find the same.
            "pattern" => Pattern::new(value.as_str()?).ok().map(|pattern| pattern.engine().into()),
            "required" => {
                let names: BTreeSet<&str> = value.as_array()?.iter().filter_map(Value::as_str).collect();
                Some(names.into_iter().map(Value::from).collect())
            }
            "properties" => {
                let members = value.as_object()?.iter();
                Some(Value::Object(members.map(|(name, member)| (name.clone(), self.schema(member))).collect()))
            }
            "items" | "additionalProperties" | "not" => Some(self.schema(value)),
            "allOf" | "anyOf" | "oneOf" => {
                let parts: Vec<Value> = value.as_array()?.iter().map(|part| self.schema(part)).collect();
                (!parts.is_empty()).then(|| parts.into())
            }
            _ => None,
        };
        translated.map(|value| (key, value))
    }

    fn reference(&self, reference: &Value) -> Value {
        let name = reference.as_str().and_then(|reference| reference.strip_prefix(COMPONENT_PREFIX));
        match name {
            Some(name) if self.names.contains(&pointer::unescape(name)) => {
                json!({ "$ref": format!("{}{}", self.prefix, escape_fragment(name)) })
            }
            _ => Value::Bool(true),
        }
    }

    /// Replaces the variants of a tagged union by conditions on the tag. `oneOf` alone would not do: a variant that is
    /// used by two tags lists no constant and would match the others too.
    fn discriminate(&self, source: &Map<String, Value>, target: &mut Map<String, Value>) {
        let Some(discriminator) = source.get("discriminator") else {
            return;
        };
        let tag = discriminator.get("propertyName").and_then(Value::as_str);
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        let (Some(tag), Some(mapping)) = (tag, mapping) else {
            return;
        };
        let mut conditions = Vec::new();
        for (value, variant) in mapping {
            let variant = match variant.as_str() {
                Some(name) if self.names.contains(name) => {
                    json!({ "$ref": pointer::join(COMPONENT_PREFIX.trim_end_matches('/'), name) })
                }
                _ => json!({ "$ref": variant }),
            };
            conditions.push(json!({
                "if": { "properties": { tag: { "const": value } } },
                "then": self.schema(&variant),
            }));
        }
        let values: Vec<&String> = mapping.keys().collect();
        if values.is_empty() {
            return;
        }
        target.shift_remove("oneOf");
        target.shift_remove("anyOf");
        // The tag first: a payload without it, or with an unknown one, is to hear of that.
        let tagged = json!({ "type": "object", "properties": { tag: { "enum": values } }, "required": [tag] });
        let parts = target.entry("allOf").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(parts) = parts {
            parts.push(tagged);
            parts.extend(conditions);
        }
    }
}

/// `exclusiveMinimum: true` beside `minimum: 0` becomes `exclusiveMinimum: 0`.
fn exclusive_bounds(source: &Map<String, Value>, target: &mut Map<String, Value>) {
    for (inclusive, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if source.get(exclusive) == Some(&Value::Bool(true))
            && let Some(bound) = target.shift_remove(inclusive)
        {
            target.insert(exclusive.to_owned(), bound);
        }
    }
}

/// The widths that JSON Schema knows nothing of.
fn integer_bounds(source: &Map<String, Value>, target: &mut Map<String, Value>) {
    let (lowest, highest) = match source.get("format").and_then(Value::as_str) {
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64") => (i64::MIN, i64::MAX),
        _ => return,
    };
    if source.get("type").and_then(Value::as_str) != Some("integer") {
        return;
    }
    if !target.contains_key("exclusiveMinimum") {
        target.entry("minimum").or_insert_with(|| lowest.into());
    }
    if !target.contains_key("exclusiveMaximum") {
        target.entry("maximum").or_insert_with(|| highest.into());
    }
}

/// Lets a translated schema accept `null` too.
fn nullable(mut target: Map<String, Value>) -> Value {
    let Some(name) = target.get("type").cloned() else {
        return json!({ "anyOf": [{ "type": "null" }, target] });
    };
    target.insert("type".to_owned(), json!([name, "null"]));
    if let Some(Value::Array(values)) = target.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    if ["allOf", "anyOf", "oneOf"].iter().any(|key| target.contains_key(*key)) {
        return json!({ "anyOf": [{ "type": "null" }, target] });
    }
    Value::Object(target)
}

/// Makes a pointer fit for the fragment of a URI: names may hold anything before they are linted.
fn escape_fragment(pointer: &str) -> String {
    let mut fragment = String::with_capacity(pointer.len());
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            fragment.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(fragment, "%{byte:02X}");
        }
    }
    fragment
}

/// An exact decimal as vendors write money: digits, at most one point, no exponent.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// As much as the client checks before it sends: a name, one `@`, a host.
fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    let complete = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    complete && !text.contains(char::is_whitespace)
}
