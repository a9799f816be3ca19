//! The schemas of components as a document has them: what the types' own schemas are compared with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Model;
use crate::passes::joined::joined;
use crate::spec::COMPONENT_PREFIX;

/// Keywords that do not say which values there are. All others are kept, so that a comparison refuses what it does not know.
const PROSE: &[&str] = &["default", "deprecated", "description", "example", "externalDocs", "title"];

/// A schema without prose, and those of its members apart from it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct WrittenSchema {
    /// Its keywords in order of their names.
    pub(crate) schema: Value,
    /// Its members in order of their names; none where the schema has them within something else.
    pub(crate) members: Vec<(String, Value)>,
}

impl Model {
    /// The schema of a component; `null` for one that is not there.
    pub(crate) fn written(&self, component: &str) -> WrittenSchema {
        let mut schema =
            self.component_schemas().and_then(|schemas| schemas.get(component)).map(bare).unwrap_or_default();
        let Value::Object(keywords) = &mut schema else { return WrittenSchema { schema, members: Vec::new() } };
        let members = match keywords.get_mut("properties").map(Value::take) {
            Some(Value::Object(members)) if !members.is_empty() => {
                keywords.remove("properties");
                members.into_iter().collect()
            }
            Some(others) => {
                keywords.insert("properties".to_owned(), others);
                Vec::new()
            }
            None => Vec::new(),
        };
        WrittenSchema { schema, members }
    }

    /// The components that these lead to, beside themselves.
    pub(crate) fn led_to<'m>(&'m self, components: &BTreeSet<&str>) -> BTreeSet<&'m str> {
        let mut found = BTreeSet::new();
        let Some(schemas) = self.component_schemas() else { return found };
        let mut open: Vec<&Value> = components.iter().filter_map(|component| schemas.get(*component)).collect();
        while let Some(schema) = open.pop() {
            for name in references(schema) {
                if let Some((name, schema)) = schemas.get_key_value(name)
                    && !components.contains(name.as_str())
                    && found.insert(name.as_str())
                {
                    open.push(schema);
                }
            }
        }
        found
    }

    /// Whether two parts of a component say something of the same member.
    pub(crate) fn has_overlaps(&self, component: &str) -> bool {
        joined(&self.json, component).is_some_and(|joined| joined.overlaps)
    }

    fn component_schemas(&self) -> Option<&Map<String, Value>> {
        self.json.pointer("/components/schemas").and_then(Value::as_object)
    }
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
    let mut kept: BTreeMap<&String, Value> = BTreeMap::new();
    for (keyword, value) in keywords {
        let value = match (keyword.as_str(), value) {
            ("$ref", Value::String(reference)) => {
                Value::from(reference.strip_prefix(COMPONENT_PREFIX).unwrap_or(reference))
            }
            (prose, _) if PROSE.contains(&prose) || prose.starts_with("x-") => continue,
            ("properties", Value::Object(members)) => {
                let members: BTreeMap<&String, Value> =
                    members.iter().map(|(name, member)| (name, bare(member))).collect();
                members.into_iter().map(|(name, member)| (name.clone(), member)).collect()
            }
            ("discriminator", discriminator) => ordered(discriminator),
            ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => schemas.iter().map(bare).collect(),
            ("additionalProperties" | "items", schema) => bare(schema),
            (_, value) => value.clone(),
        };
        kept.insert(keyword, value);
    }
    kept.into_iter().map(|(keyword, value)| (keyword.clone(), value)).collect()
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
