//! What plain progenitor makes of a vendor's document: the measure for size and build time, and for what is sent.
//!
//! Progenitor 0.15 cannot express every document. [`plain`] first brings a copy down to what it can, losing types and
//! statuses but, where possible, no operation. Nothing of this reaches a vendor crate.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use build_tools::passes::resolve;
use build_tools::spec::{Encoding, body_encoding};
use heck::ToUpperCamelCase;
use openapiv3::OpenAPI;
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle};
use serde_json::{Map, Value, json};
use syn::{ImplItem, ImplItemFn, Item, Type};

/// The only media type for which progenitor reads and writes types.
const JSON: &str = "application/json";
/// The media type that progenitor sends without looking into it.
const BYTES: &str = "application/octet-stream";
/// The formats that become a Rust type. Others are refused, or are plain strings all the same.
const FORMATS: [&str; 8] = ["date", "date-time", "uuid", "int32", "int64", "float", "double", "binary"];
/// What a schema says in terms that progenitor understands. Titles would merge types, defaults would stop generation.
const KEYWORDS: [&str; 25] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "description",
    "discriminator",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "multipleOf",
    "nullable",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "type",
    "uniqueItems",
];

/// What plain progenitor generates.
#[derive(Clone, Debug)]
pub struct PlainOutput {
    /// The whole client, as one file.
    pub rust: String,
    /// The operations that progenitor refuses even so: `operation_id: reason`, sorted.
    pub left_out: Vec<String>,
}

/// Why there is nothing to compare with.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// Progenitor fails on the components alone.
    #[error("progenitor refuses the schemas of the document: {0}; lower them further in `baseline.rs`")]
    Schemas(String),
    /// Each operation alone is fine, all together are not.
    #[error("progenitor refuses operations that are fine one by one: {0}; look for names that become equal")]
    Together(String),
    /// The output cannot be parsed.
    #[error("progenitor's output is not valid Rust")]
    Output(#[source] syn::Error),
}

/// How operations are called: by builders, as a caller of progenitor would choose, or by methods with an argument for each
/// parameter, whose signatures say what each is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A builder for each operation.
    Builder,
    /// A method for each operation.
    Positional,
}

/// Runs plain progenitor, in its builder style, on a copy of a document that all passes have gone over.
pub fn plain(document: &Value) -> Result<PlainOutput, BaselineError> {
    plain_in(Style::Builder, document)
}

/// The same in a style.
pub fn plain_in(style: Style, document: &Value) -> Result<PlainOutput, BaselineError> {
    let document = lower(document);
    let mut operations = operations(&document);
    let mut left_out = Vec::new();
    let mut outcome = attempt(style, &document);
    if outcome.is_err() {
        attempt(style, &with_only(&document, &[])).map_err(BaselineError::Schemas)?;
        let refused = refused(style, &document, &operations);
        operations.retain(|operation| !refused.iter().any(|(other, _)| other == operation));
        outcome = attempt(style, &with_only(&document, &operations));
        left_out = refused.iter().map(|(operation, reason)| format!("{}: {reason}", operation.id)).collect();
        left_out.sort();
    }
    let tokens = outcome.map_err(BaselineError::Together)?;
    let file = syn::parse_file(&tokens).map_err(BaselineError::Output)?;
    Ok(PlainOutput { rust: prettyplease::unparse(&file), left_out })
}

/// The dependencies that this output needs, as lines of a manifest.
pub fn dependencies(rust: &str) -> String {
    let mut dependencies = r#"bytes = "1"
futures-core = "0.3"
progenitor-client = "0.15"
reqwest = { version = "0.13", default-features = false, features = ["json", "query", "stream"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
serde_urlencoded = "0.7"
"#
    .to_owned();
    for (path, line) in [
        ("chrono::", "chrono = { version = \"0.4\", default-features = false, features = [\"serde\", \"std\"] }\n"),
        ("regress::", "regress = \"0.12\"\n"),
        ("uuid::", "uuid = { version = \"1\", features = [\"serde\"] }\n"),
    ] {
        if rust.contains(path) {
            dependencies.push_str(line);
        }
    }
    dependencies
}

/// The methods of the client in plain progenitor's output.
pub(crate) fn client_methods(file: &syn::File) -> impl Iterator<Item = &ImplItemFn> {
    file.items
        .iter()
        .filter_map(|item| match item {
            Item::Impl(block) if block.trait_.is_none() => Some(block),
            _ => None,
        })
        .filter(|block| matches!(&*block.self_ty, Type::Path(path) if path.path.is_ident("Client")))
        .flat_map(|block| &block.items)
        .filter_map(|item| match item {
            ImplItem::Fn(method) => Some(method),
            _ => None,
        })
}

/// An operation and its place in the document.
#[derive(Clone, Debug, PartialEq)]
struct Operation {
    id: String,
    path: String,
    method: String,
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in members(document.get("paths")) {
        for (method, operation) in members(Some(item)) {
            let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
            operations.push(Operation { id, path: path.clone(), method: method.clone() });
        }
    }
    operations
}

/// The document with these operations and no others.
fn with_only(document: &Value, operations: &[Operation]) -> Value {
    let mut paths = Map::new();
    for Operation { path, method, .. } in operations {
        let item = paths.entry(path.clone()).or_insert_with(|| json!({}));
        item[method] = document["paths"][path][method].clone();
    }
    let mut document = document.clone();
    document["paths"] = Value::Object(paths);
    document
}

/// Which of the operations progenitor refuses, and why: found by halving, since one bad operation spoils the whole run.
fn refused(style: Style, document: &Value, operations: &[Operation]) -> Vec<(Operation, String)> {
    let Err(reason) = attempt(style, &with_only(document, operations)) else {
        return Vec::new();
    };
    if let [operation] = operations {
        return vec![(operation.clone(), reason)];
    }
    let (left, right) = operations.split_at(operations.len() / 2);
    let mut found = refused(style, document, left);
    found.extend(refused(style, document, right));
    found
}

/// Runs progenitor once. It panics on much of what it does not support; that, too, is only a reason.
fn attempt(style: Style, document: &Value) -> Result<String, String> {
    let document: OpenAPI = serde_json::from_value(document.clone()).map_err(|error| error.to_string())?;
    let interface = match style {
        Style::Builder => InterfaceStyle::Builder,
        Style::Positional => InterfaceStyle::Positional,
    };
    let mut settings = GenerationSettings::new();
    settings.with_interface(interface).with_tag(TagStyle::Merged);
    // Through text, so that progenitor's version of `syn` need not be ours.
    let run = || Generator::new(&settings).generate_tokens(&document).map(|tokens| tokens.to_string());
    match silently(run) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(payload) => {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
            Err(format!("panic: {}", text.unwrap_or("without a message")))
        }
    }
}

/// Catches a panic of `run` without the message that would go to standard error. Other threads' messages are untouched.
fn silently<T>(run: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    thread_local! {
        static SILENT: Cell<bool> = const { Cell::new(false) };
    }
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !SILENT.get() {
                previous(info);
            }
        }));
    });
    SILENT.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    SILENT.set(false);
    outcome
}

/// A copy of the document that says only what progenitor can express.
fn lower(document: &Value) -> Value {
    let mut schemas = document.pointer("/components/schemas").cloned().unwrap_or_else(|| json!({}));
    for schema in schemas.as_object_mut().into_iter().flat_map(Map::values_mut) {
        lower_schema(schema);
    }
    free_component_names(&mut schemas);
    let mut paths = Map::new();
    for (path, item) in members(document.get("paths")) {
        let lowered =
            members(Some(item)).map(|(method, operation)| (method.clone(), lower_operation(document, operation)));
        paths.insert(path.clone(), Value::Object(lowered.collect()));
    }
    json!({
        "openapi": "3.0.3",
        "info": { "title": document["info"]["title"], "version": document["info"]["version"] },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// Turns a constant into plain text where typify would give its type the name of a component: it calls the type of the member
/// `type` of `EmailTemplate` `EmailTemplateType`, taken or not, and the output would not compile.
fn free_component_names(schemas: &mut Value) {
    let taken: BTreeSet<String> = members(Some(schemas)).map(|(name, _)| name.to_upper_camel_case()).collect();
    for (component, schema) in schemas.as_object_mut().into_iter().flatten() {
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (property, schema) in properties.into_iter().flatten() {
            if taken.contains(&format!("{component} {property}").to_upper_camel_case())
                && let Some(schema) = schema.as_object_mut()
            {
                schema.remove("enum");
            }
        }
    }
}

fn lower_operation(document: &Value, operation: &Value) -> Value {
    let mut lowered = Map::new();
    for key in ["operationId", "summary", "description", "deprecated"] {
        if let Some(value) = operation.get(key) {
            lowered.insert(key.to_owned(), value.clone());
        }
    }
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    lowered.insert("parameters".to_owned(), parameters.map(|parameter| lower_parameter(document, parameter)).collect());
    if let Some(body) = operation.get("requestBody") {
        let mut body_lowered = json!({ "required": true, "content": lower_content(body, Direction::Sent) });
        copy_description(body, &mut body_lowered);
        lowered.insert("requestBody".to_owned(), body_lowered);
    }
    lowered.insert("responses".to_owned(), lower_responses(&operation["responses"]));
    Value::Object(lowered)
}

/// Lists that are joined, and lists in headers, become the joined text.
fn lower_parameter(document: &Value, parameter: &Value) -> Value {
    let mut schema = parameter.get("schema").cloned().unwrap_or_else(|| json!({}));
    let target = resolve(document, &schema).unwrap_or(&schema);
    let joined = parameter["explode"] == json!(false) || parameter["in"] == "header";
    if target["type"] == "array" && joined {
        schema = json!({ "type": "string" });
    }
    lower_schema(&mut schema);
    let required = parameter.get("required").cloned().unwrap_or(Value::Bool(false));
    let mut lowered =
        json!({ "name": parameter["name"], "in": parameter["in"], "required": required, "schema": schema });
    copy_description(parameter, &mut lowered);
    lowered
}

/// One shape for success and one for failure. Where the failures differ, none is typed: progenitor can take only one.
fn lower_responses(responses: &Value) -> Value {
    let all: Vec<(&String, Value)> = members(Some(responses))
        .map(|(code, response)| {
            let mut lowered = json!({ "description": "" });
            copy_description(response, &mut lowered);
            let content = lower_content(response, Direction::Read);
            if content.as_object().is_some_and(|content| !content.is_empty()) {
                lowered["content"] = content;
            }
            (code, lowered)
        })
        .collect();
    let (successes, failures): (Vec<_>, Vec<_>) = all.iter().partition(|(code, _)| code.starts_with('2'));
    let typed = |(_, response): &&&(&String, Value)| !response["content"][JSON].is_null();
    let shape = successes.iter().find(typed).or(successes.first()).map(|(_, response)| &response["content"]);
    let mut kept = Map::new();
    for (code, response) in &successes {
        if Some(&response["content"]) == shape {
            kept.insert((*code).clone(), response.clone());
        }
    }
    // `default` counts as a success, too, and would be a second shape.
    let uniform = failures.windows(2).all(|pair| pair[0].1["content"] == pair[1].1["content"]);
    for (code, response) in failures.iter().filter(|(code, _)| uniform && *code != "default") {
        kept.insert((*code).clone(), response.clone());
    }
    Value::Object(kept)
}

#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Sent,
    Read,
}

/// One media type: JSON under its plain name, a form as it is, everything else as bytes.
fn lower_content(holder: &Value, direction: Direction) -> Value {
    let Some((media_type, media)) = members(holder.get("content")).next() else {
        return json!({});
    };
    let text = |key: &str| media.get("schema")?.get(key)?.as_str();
    let form = match body_encoding(media_type, text("type"), text("format")) {
        Ok(Encoding::Json) => false,
        Ok(Encoding::Form) if direction == Direction::Sent => true,
        _ => return json!({ BYTES: { "schema": { "type": "string", "format": "binary" } } }),
    };
    let mut schema = media.get("schema").cloned().unwrap_or_else(|| json!({}));
    lower_schema(&mut schema);
    let name = if form { media_type.as_str() } else { JSON };
    json!({ name: { "schema": schema } })
}

/// Keeps the keywords that progenitor understands, and of the formats those that become a type.
fn lower_schema(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    object.retain(|keyword, _| KEYWORDS.contains(&keyword.as_str()));
    if object.get("format").and_then(Value::as_str).is_some_and(|format| !FORMATS.contains(&format)) {
        object.remove("format");
    }
    for (keyword, value) in object.iter_mut() {
        match keyword.as_str() {
            "properties" => value.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(lower_schema),
            "allOf" | "anyOf" | "oneOf" => value.as_array_mut().into_iter().flatten().for_each(lower_schema),
            "items" | "additionalProperties" => lower_schema(value),
            _ => {}
        }
    }
}

fn copy_description(from: &Value, to: &mut Value) {
    if let Some(description) = from.get("description") {
        to["description"] = description.clone();
    }
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}
