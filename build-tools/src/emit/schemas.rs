//! The test that the types' JSON Schemas are those of the document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::source::Source;
use crate::contract::{Contract, TypeDefinition};
use crate::passes::joined::joined;
use crate::spec::COMPONENT_PREFIX;
use crate::text::{Literal, literal, raw_literal};

/// Keywords that do not say which values there are. All others are handed to the test, which refuses what it does not know.
const PROSE: &[&str] = &["default", "deprecated", "description", "example", "externalDocs", "title"];

/// The text of `schemas.rs`: for each type the schema of its component as it was written, before any pass.
///
/// `onboarding-testing` compares them, and says in which ways they may differ.
pub(super) fn schemas(contract: &Contract) -> String {
    let no_components = Map::new();
    let components = components(contract).unwrap_or(&no_components);
    let types: BTreeMap<&str, &TypeDefinition> =
        contract.types.values().map(|definition| (definition.component.as_str(), definition)).collect();
    let mut source = Source::rust(&contract.vendor);
    source.module_doc("Each public type's JSON Schema is that of its component in the document.");
    source.blank();
    if !types.is_empty() {
        source.line(&format!("use {}::types;", contract.settings.package.name.replace('-', "_")));
        source.blank();
    }
    source.line("onboarding_testing::assert_schemas! {");
    source.line("public include_str!(\"../../src/generated/types/mod.rs\");");
    source.line("parts {");
    for part in parts(contract, types.keys().copied()) {
        source.line(&format!("{} = {},", literal(part), text_of(&components[part])));
    }
    source.line("}");
    source.line("types {");
    for (component, definition) in types {
        let side = if definition.sent { "sent" } else { "read" };
        let written = components.get(component).unwrap_or(&Value::Null);
        // What two parts say of one member is compared as it holds together.
        let overlaps = joined(contract.curated.json(), component).is_some_and(|joined| joined.overlaps);
        let schema = if overlaps { &contract.model.json()["components"]["schemas"][component] } else { written };
        source.line(&format!("{side} types::{} = {} {},", definition.name, literal(component), text_of(schema)));
    }
    source.line("}");
    source.line("}");
    source.finish()
}

fn components(contract: &Contract) -> Option<&Map<String, Value>> {
    contract.curated.json().pointer("/components/schemas").and_then(Value::as_object)
}

/// The components without a type that those with one refer to: other names for types in place, and parts of objects.
pub(super) fn parts<'d>(contract: &'d Contract, types: impl IntoIterator<Item = &'d str>) -> BTreeSet<&'d str> {
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

fn text_of(schema: &Value) -> Literal {
    raw_literal(&bare(schema).to_string())
}

/// A schema without prose, its keywords in order of their names.
fn bare(schema: &Value) -> Value {
    let Value::Object(keywords) = schema else { return schema.clone() };
    let mut bare: BTreeMap<&String, Value> = BTreeMap::new();
    for (keyword, value) in keywords {
        let value = match (keyword.as_str(), value) {
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
