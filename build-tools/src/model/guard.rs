//! Nothing is lost: what the library parsed, written again, is what went in.
//!
//! `openapiv3` drops without a word what it does not know: `xml`, what is beside a `$ref`, a key of another version. So the
//! typed document is written again and compared. What may differ are empty lists and maps, null, and what [`DEFAULTS`] and [`NUMBERS`]
//! list; all else is a fault.

use indexmap::IndexMap;
use openapiv3::{OpenAPI, PathItem, ReferenceOr, Schema, SecurityScheme};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::passes::escape;

/// A place of the document that the typed document would lose or change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place, as a JSON pointer.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// What means the same whether it is written or left out: truth values that are false, and the style that a parameter has anyway.
/// Beside these, an empty list or map, and a null where a value may stand, are left out.
const DEFAULTS: [(&str, &str); 11] = [
    ("allowReserved", "false"),
    ("deprecated", "false"),
    ("exclusiveMaximum", "false"),
    ("exclusiveMinimum", "false"),
    ("nullable", "false"),
    ("readOnly", "false"),
    ("required", "false"),
    ("uniqueItems", "false"),
    ("writeOnly", "false"),
    ("style", "\"form\""),
    ("style", "\"simple\""),
];

/// Keywords of which the library rounds the numbers: they are read from the JSON.
const NUMBERS: [&str; 4] = ["enum", "maximum", "minimum", "multipleOf"];

/// How many faults are reported: what is lost is often lost everywhere.
const MAX_FAULTS: usize = 100;

/// The typed document, and the webhooks that it does not know.
pub(super) fn parsed(json: &Value) -> Result<(OpenAPI, IndexMap<String, PathItem>), Vec<Fault>> {
    let openapi: OpenAPI = typed(json).map_err(|message| vec![misplaced(json, &message)])?;
    let webhooks: IndexMap<String, PathItem> = match json.get("x-webhooks") {
        Some(webhooks) => typed(webhooks).map_err(|message| vec![fault("/x-webhooks", &message)])?,
        None => IndexMap::new(),
    };
    let mut faults = Vec::new();
    let written = |value: serde_json::Result<Value>| value.unwrap_or_default();
    compare(json, &written(serde_json::to_value(&openapi)), "", "", &mut faults);
    if let Some(source) = json.get("x-webhooks") {
        compare(source, &written(serde_json::to_value(&webhooks)), "/x-webhooks", "", &mut faults);
    }
    if faults.is_empty() { Ok((openapi, webhooks)) } else { Err(faults) }
}

fn typed<T: DeserializeOwned>(json: &Value) -> Result<T, String> {
    T::deserialize(json).map_err(|error| error.to_string())
}

/// The fault of a document that the library refuses, with the first component or path that it refuses by itself.
fn misplaced(json: &Value, message: &str) -> Fault {
    let entries = |pointer: &str| json.pointer(pointer).and_then(Value::as_object).into_iter().flatten();
    let schemas = entries("/components/schemas").map(|(name, schema)| {
        (format!("/components/schemas/{}", escape(name)), typed::<ReferenceOr<Schema>>(schema).err())
    });
    let paths =
        entries("/paths").map(|(path, item)| (format!("/paths/{}", escape(path)), typed::<PathItem>(item).err()));
    let sign_in = entries("/components/securitySchemes").map(|(name, scheme)| {
        (format!("/components/securitySchemes/{}", escape(name)), typed::<SecurityScheme>(scheme).err())
    });
    let first = schemas
        .chain(paths)
        .chain(sign_in)
        .find_map(|(pointer, refused)| refused.map(|message| fault(&pointer, &message)));
    first.unwrap_or_else(|| fault("", message))
}

fn fault(pointer: &str, message: &str) -> Fault {
    Fault {
        pointer: pointer.to_owned(),
        message: format!("this cannot be read as OpenAPI 3.0: {message}"),
        help: "Write it as the specification of OpenAPI 3.0.3 has it.".to_owned(),
    }
}

fn compare(source: &Value, written: &Value, pointer: &str, keyword: &str, faults: &mut Vec<Fault>) {
    if faults.len() >= MAX_FAULTS || source == written {
        return;
    }
    let lost = |pointer: &str, what: &str| Fault {
        pointer: pointer.to_owned(),
        message: format!("{what} would be lost: OpenAPI 3.0 has no place for it here"),
        help: "Move it to where it counts, into a component of its own if need be, or remove it.".to_owned(),
    };
    match (source, written) {
        (Value::Object(source), Value::Object(written)) => {
            for (key, value) in source {
                let inner = format!("{pointer}/{}", escape(key));
                match written.get(key) {
                    Some(other) => compare(value, other, &inner, key, faults),
                    None if is_default(key, value) => {}
                    None => faults.push(lost(&inner, &format!("`{key}`"))),
                }
            }
            let added = written.iter().filter(|(key, value)| !source.contains_key(*key) && !is_default(key, value));
            faults.extend(added.map(|(key, _)| lost(pointer, &format!("the absence of `{key}`"))));
        }
        (Value::Array(source), Value::Array(written)) if source.len() == written.len() => {
            for (index, (value, other)) in source.iter().zip(written).enumerate() {
                compare(value, other, &format!("{pointer}/{index}"), keyword, faults);
            }
        }
        (Value::Number(one), Value::Number(other)) if NUMBERS.contains(&keyword) && one.as_f64() == other.as_f64() => {}
        _ => faults.push(lost(pointer, "what is written here")),
    }
}

fn is_default(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::String(_) => DEFAULTS.contains(&(key, value.to_string().as_str())),
        Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::parsed;

    /// The places that a document with this schema and this response would lose.
    fn lost(schema: &Value, response: &Value) -> Vec<String> {
        let document = json!({
            "openapi": "3.0.3",
            "info": { "title": "It", "version": "1" },
            "paths": { "/a": { "get": {
                "operationId": "a",
                "parameters": [{ "name": "p", "in": "query", "required": false, "schema": { "type": "string" } }],
                "responses": { "200": response, "4XX": { "description": "No." }, "default": { "description": "Other." } },
            } } },
            "components": { "schemas": { "It": schema } },
            "x-webhooks": { "told": { "post": { "responses": { "200": response } } } },
        });
        parsed(&document).err().into_iter().flatten().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn what_is_the_default_may_be_written_or_left_out() {
        for schema in [
            json!({ "type": "string", "nullable": false, "deprecated": false, "x-sensitive": false }),
            json!({ "type": "object", "properties": {}, "required": [] }),
            json!({ "type": "integer", "minimum": u64::MAX, "exclusiveMinimum": false }),
            json!({ "type": "number", "minimum": 0, "enum": [1, 2] }),
            json!({ "type": "string", "default": null }),
            json!({ "oneOf": [{ "$ref": "#/components/schemas/It" }], "description": "D.", "nullable": true }),
        ] {
            assert_eq!(lost(&schema, &json!({ "description": "R." })), Vec::<String>::new(), "{schema}");
        }
    }

    #[test]
    fn what_the_library_drops_has_a_place() {
        let fine = json!({ "description": "R." });
        let object = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
        for (schema, place) in [
            (json!({ "type": "string", "xml": { "name": "a" } }), "/xml"),
            (json!({ "$ref": "#/components/schemas/Other", "description": "D." }), "/description"),
            (
                json!({ "type": "object", "properties": { "a": { "type": "string", "xml": {} , "xmlName": "b" } } }),
                "/properties/a/xmlName",
            ),
            (json!({ "type": "string", "externalDocs": { "url": "https://e.x", "more": 1 } }), "/externalDocs/more"),
        ] {
            assert_eq!(lost(&schema, &fine), [format!("/components/schemas/It{place}")], "{schema}");
        }
        assert_eq!(
            lost(&object, &json!({ "description": "R.", "summary": "S." })),
            ["/paths/~1a/get/responses/200/summary", "/x-webhooks/told/post/responses/200/summary",]
        );
        let header = json!({ "description": "R.", "headers": { "X-A": { "schema": { "type": "string", "xml": { "name": "a" } } } } });
        assert_eq!(
            lost(&object, &header),
            [
                "/paths/~1a/get/responses/200/headers/X-A/schema/xml",
                "/x-webhooks/told/post/responses/200/headers/X-A/schema/xml",
            ]
        );
    }

    #[test]
    fn what_the_library_keeps_is_no_fault() {
        let union =
            json!({ "oneOf": [{ "$ref": "#/components/schemas/It" }], "properties": { "a": { "type": "string" } } });
        let links = json!({ "description": "R.", "links": { "next": { "operationId": "a" } } });
        assert_eq!(lost(&union, &links), Vec::<String>::new());
    }

    #[test]
    fn what_cannot_be_read_has_a_place() {
        let flow = json!({
            "openapi": "3.0.3", "info": { "title": "It", "version": "1" }, "paths": {},
            "components": { "securitySchemes": { "s": { "type": "oauth2", "flows": { "password": { "scopes": {} } } } } },
        });
        let faults = parsed(&flow).expect_err("a flow needs the address of its tokens");
        assert_eq!(faults[0].pointer, "/components/securitySchemes/s");
        assert_eq!(
            lost(&json!({ "type": "string", "maxLength": "9" }), &json!({ "description": "R." })),
            ["/components/schemas/It"]
        );
    }
}
