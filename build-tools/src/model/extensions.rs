//! What the curated dialect adds to `OpenAPI`, typed.

use indexmap::IndexMap;
use serde_json::Value;

/// The `x-` keywords of a schema, parameter or operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// `x-rust-name`: the name in Rust.
    pub rust_name: Option<String>,
    /// `x-sensitive`: whether the value identifies a person or opens a door.
    pub sensitive: bool,
    /// `x-resource`: what the address leads to.
    pub resource: Option<Resource>,
    /// `x-enum-varnames`: names of the values of `enum`, in their order.
    pub variant_names: Vec<String>,
    /// `x-provenance`: where method and path come from.
    pub provenance: Option<String>,
    /// `x-confidence`: how sure an inferred method and path are.
    pub confidence: Option<String>,
}

/// The address of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The path with placeholders, the last of which is the identifier.
    pub path: String,
    /// The component of the identifier.
    pub identifier: String,
}

impl Extensions {
    pub(crate) fn of(extensions: &IndexMap<String, Value>) -> Self {
        let text = |key: &str| extensions.get(key).and_then(Value::as_str).map(str::to_owned);
        let names = extensions.get("x-enum-varnames").and_then(Value::as_array);
        let of_resource = |resource: &Value| {
            let text = |key: &str| resource.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            Resource { path: text("path"), identifier: text("identifier") }
        };
        Self {
            rust_name: text("x-rust-name").filter(|name| !name.is_empty()),
            sensitive: extensions.get("x-sensitive").and_then(Value::as_bool).unwrap_or_default(),
            resource: extensions.get("x-resource").map(of_resource),
            variant_names: names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
            provenance: text("x-provenance"),
            confidence: text("x-confidence"),
        }
    }
}
