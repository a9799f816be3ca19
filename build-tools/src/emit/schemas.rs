//! The test that the types' JSON Schemas are those of the document, and the schemas of the document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::source::Source;
use crate::contract::{Contract, TypeDefinition};
use crate::passes::joined::joined;
use crate::spec::COMPONENT_PREFIX;
use crate::text::literal;

/// Keywords that do not say which values there are. All others are handed to the test, which refuses what it does not know.
const PROSE: &[&str] = &["default", "deprecated", "description", "example", "externalDocs", "title"];

/// The text of `schemas.rs`, which names the types. What they are compared with is in the table.
pub(super) fn schemas(contract: &Contract) -> String {
    let mut source = Source::rust(&contract.vendor);
    source.module_doc("Each public type's JSON Schema is that of its component, which `proofs.txt` has.");
    source.blank();
    let types: BTreeSet<&str> = contract.types.values().map(|definition| definition.name.as_str()).collect();
    if !types.is_empty() {
        source.line(&format!("use {}::types;", contract.settings.package.name.replace('-', "_")));
        source.blank();
    }
    source.line("onboarding_testing::assert_schemas! {");
    source.line("public include_str!(\"../../src/generated/types/mod.rs\");");
    source.line(&format!("table {} {};", literal(&contract.settings.package.name), literal(&contract.vendor)));
    source.line("types {");
    for name in types {
        source.line(&format!("types::{name},"));
    }
    source.line("}");
    source.line("}");
    source.finish()
}

/// The schema of a component as it was written, before any pass.
pub(super) struct Documented<'d> {
    pub(super) component: &'d str,
    /// Its type; `None` for what others refer to that has none.
    pub(super) definition: Option<&'d TypeDefinition>,
    /// Without prose, its members taken out.
    pub(super) schema: Value,
    /// The schemas of its members.
    pub(super) members: Vec<(String, Value)>,
}

/// Every component that has a type, and those that these refer to.
///
/// `onboarding-testing` compares the types with them, and says in which ways they may differ.
pub(super) fn documented(contract: &Contract) -> Vec<Documented<'_>> {
    let Some(components) = components(contract) else { return Vec::new() };
    let types: BTreeMap<&str, &TypeDefinition> =
        contract.types.values().map(|definition| (definition.component.as_str(), definition)).collect();
    let mut documented = Vec::new();
    for part in parts(contract, types.keys().copied()) {
        documented.push(of_schema(part, None, &components[part]));
    }
    for (component, definition) in types {
        let written = components.get(component).unwrap_or(&Value::Null);
        // What two parts say of one member is compared as it holds together.
        let overlaps = joined(contract.curated.json(), component).is_some_and(|joined| joined.overlaps);
        let schema = if overlaps { &contract.model.json()["components"]["schemas"][component] } else { written };
        documented.push(of_schema(component, Some(definition), schema));
    }
    documented
}

fn of_schema<'d>(component: &'d str, definition: Option<&'d TypeDefinition>, schema: &Value) -> Documented<'d> {
    let mut schema = bare(schema);
    let members = match schema.get_mut("properties").map(Value::take) {
        Some(Value::Object(members)) if !members.is_empty() => {
            if let Value::Object(keywords) = &mut schema {
                keywords.remove("properties");
            }
            members.into_iter().collect()
        }
        Some(others) => {
            schema["properties"] = others;
            Vec::new()
        }
        None => Vec::new(),
    };
    Documented { component, definition, schema, members }
}

fn components(contract: &Contract) -> Option<&Map<String, Value>> {
    contract.curated.json().pointer("/components/schemas").and_then(Value::as_object)
}

/// The components without a type that those with one refer to: other names for types in place, and parts of objects.
fn parts<'d>(contract: &'d Contract, types: impl IntoIterator<Item = &'d str>) -> BTreeSet<&'d str> {
    let types: BTreeSet<&str> = types.into_iter().collect();
    let mut parts = BTreeSet::new();
    let Some(components) = components(contract) else { return parts };
    let mut open: Vec<&Value> = types.iter().filter_map(|component| components.get(*component)).collect();
    while let Some(schema) = open.pop() {
        for name in references(schema) {
            if let Some((name, schema)) = components.get_key_value(name)
                && !types.contains(name.as_str())
                && parts.insert(name.as_str())
            {
                open.push(schema);
            }
        }
    }
    parts
}

/// The names of the components that a schema refers to.
fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, value)| match value.as_str() {
                Some(reference) if key == "$ref" => reference.strip_prefix(COMPONENT_PREFIX).into_iter().collect(),
                _ => references(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// A schema without prose, its keywords in order of their names.
fn bare(schema: &Value) -> Value {
    let Value::Object(keywords) = schema else { return schema.clone() };
    let mut bare: BTreeMap<&String, Value> = BTreeMap::new();
    for (keyword, value) in keywords {
        let value = match (keyword.as_str(), value) {
            ("$ref", Value::String(reference)) => {
                Value::from(reference.strip_prefix(COMPONENT_PREFIX).unwrap_or(reference))
            }
            (prose, _) if PROSE.contains(&prose) || prose.starts_with("x-") => continue,
            ("properties", Value::Object(members)) => {
                let members: BTreeMap<&String, Value> =
                    members.iter().map(|(name, member)| (name, self::bare(member))).collect();
                members.into_iter().map(|(name, member)| (name.clone(), member)).collect()
            }
            ("discriminator", discriminator) => ordered(discriminator),
            ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => schemas.iter().map(self::bare).collect(),
            ("additionalProperties" | "items", schema) => self::bare(schema),
            (_, value) => value.clone(),
        };
        bare.insert(keyword, value);
    }
    bare.into_iter().map(|(keyword, value)| (keyword.clone(), value)).collect()
}

/// The same value with the members of every object in order of their names.
fn ordered(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<&String, Value> =
                members.iter().map(|(name, value)| (name, ordered(value))).collect();
            members.into_iter().map(|(name, value)| (name.clone(), value)).collect()
        }
        other => other.clone(),
    }
}
