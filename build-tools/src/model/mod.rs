//! A document as a typed value, and the one way to read its schemas.
//!
//! A [`Model`] is an `openapiv3::OpenAPI` that has lost nothing: what was parsed and written again is what went in, but for a list of
//! defaults (`guard.rs`). Schemas are read through [`View`], which follows references and every `allOf` that only wraps one, and says
//! what a schema is as a [`Shape`], to be matched exhaustively. What outlives a view keeps its [`SchemaPlace`].
//!
//! The library rounds large numbers (`maximum: 18446744073709551615` is an `f64` there). So the model keeps the JSON beside the
//! typed value, and [`Limits`], examples and defaults are read from it.

mod calls;
mod extensions;
mod guard;
mod limits;
mod place;
mod view;
mod written;

use indexmap::IndexMap;
use openapiv3::{OpenAPI, PathItem};
use serde_json::Value;

pub use self::calls::{BodyView, CallView, ParameterView, ResponseView};
pub use self::extensions::{Extensions, Resource};
pub use self::guard::Fault;
pub use self::limits::{Bound, CountRange, Limits, PatternLimit};
pub use self::place::SchemaPlace;
pub(crate) use self::place::{Step, steps};
pub use self::view::{Additional, Category, Shape, Union, View};
pub(crate) use self::written::WrittenSchema;

/// A document that was parsed without a loss.
#[derive(Clone, Debug, Default)]
pub struct Model {
    openapi: OpenAPI,
    webhooks: IndexMap<String, PathItem>,
    json: Value,
}

impl Model {
    /// Parses a document; the faults are what the typed document would lose.
    pub fn new(json: Value) -> Result<Self, Vec<Fault>> {
        let (openapi, webhooks) = guard::parsed(&json)?;
        Ok(Self { openapi, webhooks, json })
    }

    /// The typed document.
    pub fn openapi(&self) -> &OpenAPI {
        &self.openapi
    }

    /// A document with these components and nothing else.
    #[cfg(test)]
    pub(crate) fn of_schemas(schemas: &Value) -> Self {
        let document = serde_json::json!({
            "openapi": "3.0.3",
            "info": { "title": "It", "version": "1" },
            "paths": {},
            "components": { "schemas": schemas },
        });
        Self::new(document).expect("nothing is lost")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Additional, Model, Shape};

    #[test]
    fn a_view_follows_references_and_what_only_wraps_one() {
        let model = Model::of_schemas(&json!({
            "Wrapped": { "allOf": [{ "$ref": "#/components/schemas/Alias" }], "description": "Mine." },
            "Alias": { "$ref": "#/components/schemas/Name" },
            "Name": { "type": "string", "nullable": true, "x-sensitive": true, "x-rust-name": "FullName", "maxLength": 9 },
            "Two": { "allOf": [{ "$ref": "#/components/schemas/Name" }, { "$ref": "#/components/schemas/Alias" }] },
            "Loop": { "$ref": "#/components/schemas/Loop" },
        }));
        let wrapped = model.component("Wrapped").unwrap();
        assert_eq!(wrapped.description(), "Mine.");
        assert_eq!(wrapped.component_name(), Some("Alias"));
        assert!(!wrapped.nullable_here() && wrapped.is_nullable(), "null is allowed by the end of the way");
        assert!(!wrapped.sensitive_here() && wrapped.is_sensitive());
        let name = wrapped.resolved().unwrap();
        assert_eq!(name.pointer(), "/components/schemas/Name");
        assert_eq!(name.extensions().rust_name.as_deref(), Some("FullName"));
        assert_eq!(name.limits().length.most, Some(9));
        assert!(matches!(name.shape(), Shape::Text { format: None, .. }));
        assert!(matches!(model.component("Two").unwrap().shape(), Shape::AllOf(parts) if parts.len() == 2));
        assert!(model.component("Loop").unwrap().resolved().is_none());
    }

    #[test]
    fn numbers_are_those_of_the_document() {
        let text = r#"{
            "Large": { "type": "integer", "minimum": 9007199254740993, "maximum": 18446744073709551615 },
            "Small": { "type": "number", "minimum": 0, "maximum": 0.1, "multipleOf": 0.01, "default": 0 }
        }"#;
        let model = Model::of_schemas(&serde_json::from_str(text).unwrap());
        let limits = |name: &str| model.component(name).unwrap().limits();
        let (large, small) = (limits("Large"), limits("Small"));
        assert_eq!(large.minimum.unwrap().value.to_string(), "9007199254740993");
        assert_eq!(large.maximum.unwrap().value.to_string(), "18446744073709551615");
        assert!(matches!(model.component("Large").unwrap().shape(), Shape::Integer { format: None }));
        assert_eq!(small.minimum.unwrap().value.to_string(), "0");
        assert_eq!(small.multiple_of[0].to_string(), "0.01");
        assert_eq!(small.default, Some(json!(0)));
    }

    #[test]
    fn each_kind_of_schema_has_a_shape() {
        let model = Model::of_schemas(&json!({
            "Object": { "type": "object", "required": ["b"], "properties": {
                "a": { "$ref": "#/components/schemas/List" }, "b": { "type": "boolean" },
            }, "additionalProperties": false },
            "Map": { "type": "object", "additionalProperties": { "type": "number", "format": "decimal" } },
            "List": { "type": "array", "items": { "type": "string", "format": "date" } },
            "Tagged": { "oneOf": [{ "$ref": "#/components/schemas/Object" }], "discriminator": {
                "propertyName": "kind", "mapping": { "o": "#/components/schemas/Object" } } },
            "Any": { "nullable": true },
            "Enum": { "type": "string", "enum": ["a", "b"] },
        }));
        let view = |name: &str| model.component(name).unwrap();
        let Shape::Object { properties, required, additional } = view("Object").shape() else { panic!() };
        assert_eq!(properties.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(properties[0].1.pointer(), "/components/schemas/Object/properties/a");
        assert_eq!(required, ["b"]);
        assert!(matches!(additional, Additional::Refused));
        let Shape::Map { values: Additional::Values(values) } = view("Map").shape() else { panic!() };
        assert!(matches!(values.shape(), Shape::Number { format: Some("decimal") }));
        assert_eq!(values.pointer(), "/components/schemas/Map/additionalProperties");
        let Shape::List { items: Some(items) } = view("List").shape() else { panic!() };
        assert!(matches!(items.shape(), Shape::Text { format: Some("date"), .. }));
        let Shape::Union(union) = view("Tagged").shape() else { panic!() };
        assert_eq!((union.keyword, union.tag), ("oneOf", Some("kind")));
        assert_eq!(union.mapping, [("o", "#/components/schemas/Object")]);
        assert_eq!(union.variants[0].pointer(), "/components/schemas/Tagged/oneOf/0");
        assert!(matches!(view("Any").shape(), Shape::Anything));
        assert_eq!(view("Enum").values(), Some(&[json!("a"), json!("b")][..]));
        for (_, view) in model.components() {
            assert_eq!(model.at(view.pointer()).unwrap().pointer(), view.pointer());
        }
        assert_eq!(model.at(values.pointer()).unwrap().limits(), values.limits());
        assert!(model.at("/components/schemas/Object/properties/none").is_none());
    }
}
